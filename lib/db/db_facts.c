#include "lib/db/db_facts.h"

#include "lib/base/utf8.h"
#include "lib/db/db_caller_list.h"
#include "lib/db/stmt.h"

/* A cut text is better than none: it is for whispers and routing rules. */
static void copy(const char *from, char *out, size_t cap)
{
	if (!slice_to_cstr(utf8_head(slice_from(from), cap - 1), out, cap))
		out[0] = '\0';
}

#define COPY(from, to) copy((from), (to), sizeof(to))

struct words {
	char channel[129];
	char source[DB_TEXT_BYTES];
	char medium[DB_TEXT_BYTES];
	char campaign[DB_TEXT_BYTES];
};

static void out_words(struct stmt *st, struct words *w)
{
	stmt_out_text(st, w->channel, sizeof(w->channel));
	stmt_out_text(st, w->source, sizeof(w->source));
	stmt_out_text(st, w->medium, sizeof(w->medium));
	stmt_out_text(st, w->campaign, sizeof(w->campaign));
}

static void copy_words(const struct words *w, struct flow_facts *out)
{
	COPY(w->channel, out->channel);
	COPY(w->source, out->source);
	COPY(w->medium, out->medium);
	COPY(w->campaign, out->campaign);
}

/* --- the visit -------------------------------------------------------------*/

/* "www.example.com/offers" is "/offers", without a path "/". */
static const char *path_of(const char *landing_page)
{
	const char *p = landing_page;

	while (*p != '\0' && *p != '/')
		p++;
	return *p == '\0' && *landing_page != '\0' ? "/" : p;
}

enum err db_facts_visit(struct db *db, struct company_id company,
    struct visit_id visit, struct flow_facts *out)
{
	static const char sql[] =
	    "SELECT channel, source, medium, campaign, keyword, landing_page,"
	    " referrer_host, CASE WHEN gclid <> '' THEN 'gclid'"
	    " WHEN gbraid <> '' THEN 'gbraid' WHEN wbraid <> '' THEN 'wbraid'"
	    " WHEN dclid <> '' THEN 'dclid' WHEN fbclid <> '' THEN 'fbclid'"
	    " WHEN msclkid <> '' THEN 'msclkid'"
	    " WHEN ttclid <> '' THEN 'ttclid'"
	    " WHEN li_fat_id <> '' THEN 'li_fat_id' ELSE '' END"
	    " FROM visit WHERE company_id = ? AND id = ?";
	char keyword[DB_TEXT_BYTES], landing[DB_TEXT_BYTES];
	char referrer[DB_TEXT_BYTES], click[16];
	struct words w;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, visit.v);
	out_words(st, &w);
	stmt_out_text(st, keyword, sizeof(keyword));
	stmt_out_text(st, landing, sizeof(landing));
	stmt_out_text(st, referrer, sizeof(referrer));
	stmt_out_text(st, click, sizeof(click));
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	out->visit = visit;
	copy_words(&w, out);
	COPY(keyword, out->keyword);
	COPY(path_of(landing), out->landing);
	COPY(referrer, out->referrer);
	COPY(click, out->click);
	return ERR_OK;
}

enum err db_facts_tracker(struct db *db, struct company_id company,
    struct number_id number, struct flow_facts *out)
{
	static const char sql[] =
	    "SELECT channel, source, medium, campaign FROM tracker"
	    " WHERE company_id = ? AND number_id = ? AND archived_at IS NULL";
	struct words w;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, number.v);
	out_words(st, &w);
	e = stmt_one(st);
	if (e == ERR_OK)
		copy_words(&w, out);
	return e;
}

/* --- the caller ------------------------------------------------------------*/

static enum err known(struct db *db, struct company_id company,
    struct slice e164, struct call_id call, bool *out)
{
	/* This call may have been counted already, but not as an earlier one.
	 */
	static const char sql[] =
	    "SELECT COUNT(*) FROM caller WHERE company_id = ? AND e164 = ?"
	    " AND first_call_id <> ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_in_id(st, call.v);
	stmt_out_bool(st, out);
	return stmt_one(st);
}

static enum err last_call(struct db *db, struct company_id company,
    struct slice e164, struct call_id call, struct flow_facts *out)
{
	static const char sql[] =
	    "SELECT result FROM phone_call WHERE company_id = ?"
	    " AND caller_e164 = ? AND state = 'closed' AND id <> ?"
	    " ORDER BY started_at DESC, id DESC LIMIT 1";
	char result[17];
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_in_id(st, call.v);
	stmt_out_text(st, result, sizeof(result));
	e = stmt_one(st);
	if (e == ERR_OK)
		out->has_outcome = callresult_from_name(slice_from(result),
		    &out->last_outcome);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err last_answered(struct db *db, struct company_id company,
    struct slice e164, struct call_id call, struct flow_facts *out)
{
	static const char sql[] =
	    "SELECT destination_id FROM phone_call WHERE company_id = ?"
	    " AND caller_e164 = ? AND result = 'answered' AND id <> ?"
	    " AND destination_id IS NOT NULL"
	    " ORDER BY started_at DESC, id DESC LIMIT 1";
	struct destination_id id;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_in_id(st, call.v);
	stmt_out_id(st, id.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		out->answered = id;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* A name with a comma could not be told from two; one that does not fit is
 * left out. */
static enum err tags(struct db *db, struct company_id company,
    struct slice e164, struct call_id call, struct buf *out)
{
	static const char sql[] =
	    "SELECT DISTINCT t.name FROM phone_call p JOIN interaction_tag x"
	    " ON x.company_id = p.company_id AND x.interaction_id = p.id"
	    " JOIN tag t ON t.company_id = x.company_id AND t.id = x.tag_id"
	    " WHERE p.company_id = ? AND p.caller_e164 = ? AND p.id <> ?"
	    " AND t.name NOT LIKE '%,%' ORDER BY t.name LIMIT 20";
	char name[DB_NAME_BYTES];
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, e164);
	stmt_in_id(st, call.v);
	stmt_out_text(st, name, sizeof(name));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		const struct slice s = slice_from(name);

		if (out->n + s.n + 1 > out->max)
			continue;
		if (out->n > 0)
			buf_char(out, ',');
		buf_put(out, s);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_facts_caller(struct db *db, struct company_id company,
    struct slice e164, struct call_id call, struct flow_facts *out)
{
	char tag_mem[FLOW_FACT_TEXT - 1], list_mem[FLOW_FACT_TEXT - 1];
	struct buf t, l;
	enum err e;

	buf_over(&t, tag_mem, sizeof(tag_mem));
	buf_over(&l, list_mem, sizeof(list_mem));
	e = known(db, company, e164, call, &out->known_caller);
	if (e == ERR_OK)
		e = db_caller_list_of(db, company, e164, &l);
	if (e == ERR_OK && out->known_caller) {
		if ((e = last_call(db, company, e164, call, out)) == ERR_OK &&
		    (e = last_answered(db, company, e164, call, out)) == ERR_OK)
			e = tags(db, company, e164, call, &t);
	}
	if (e == ERR_OK &&
	    (!slice_to_cstr(buf_slice(&t), out->tags, sizeof(out->tags)) ||
		!slice_to_cstr(buf_slice(&l), out->lists, sizeof(out->lists))))
		e = ERR_RANGE;
	return e;
}
