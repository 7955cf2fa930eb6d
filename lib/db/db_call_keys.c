#include "lib/db/db_call_keys.h"

#include "lib/base/buf.h"
#include "lib/db/stmt.h"

/* Open calls are in no narrow row, and have no result yet. */
static bool of_ended(const struct db_filter *f)
{
	return !db_filter_plain(f) ||
	       (f->result.n > 0 && !slice_eq_cstr(f->result, "live"));
}

static bool of_live(const struct db_filter *f)
{
	return f->result.n > 0 && !of_ended(f);
}

/* --- where reading begins --------------------------------------------------*/

/* So many of the newest callers are asked whether the text fits them, and so
 * many of those are most of them: then the filter says more than the text. */
#define ASKED 1000
#define MANY  50

static enum err fits_many(struct db *db, const struct db_call_keys *k,
    bool *out)
{
	struct stmt *st;
	struct buf sql;
	uint64_t n = 0;
	enum err e;

	buf_init(&sql, 1024);
	buf_cstr(&sql,
	    "SELECT COUNT(*) FROM (SELECT c.caller_name,"
	    " c.caller_e164" DB_FILTER_CALLERS
	    " WHERE c.company_id = ?"
	    " AND c.started_at >= ? AND c.started_at < ?"
	    " ORDER BY c.started_at DESC, c.id DESC LIMIT ?) AS c WHERE ");
	db_search_callers(&sql, &k->search);
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	stmt_in_id(st, k->company->v);
	stmt_in_time_us(st, k->f->f.from_us);
	stmt_in_time_us(st, k->f->f.to_us);
	stmt_in_u64(st, ASKED);
	db_search_callers_in(st, &k->search);
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	*out = n >= MANY;
	return e;
}

/* So few calls have the tag that reading them is quicker than all callers. */
#define FEW_TAGGED 20000

static enum err has_few(struct db *db, const struct db_call_keys *k, bool *out)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM call_fact_tag"
	    " WHERE company_id = ? AND tag_id = ?"
	    " AND started_at >= ? AND started_at < ? LIMIT ?) AS tagged";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	stmt_in_id(st, k->company->v);
	stmt_in_id(st, k->f->f.tag.v);
	stmt_in_time_us(st, k->f->f.from_us);
	stmt_in_time_us(st, k->f->f.to_us);
	stmt_in_u64(st, FEW_TAGGED);
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	*out = n < FEW_TAGGED;
	return e;
}

/* For a text that is looked for. */
static enum err begin_by_text(struct db *db, struct db_call_keys *k)
{
	bool filter_first = false;
	enum err e = ERR_OK;

	if (k->f->f.by_tag)
		e = has_few(db, k, &filter_first);
	if (e == ERR_OK && !filter_first && of_ended(&k->f->f))
		e = fits_many(db, k, &filter_first);
	if (e != ERR_OK || filter_first)
		return e;
	k->way = DB_FILTER_BY_CALLERS;
	return db_rollup_words(db, *k->company, &k->f->f, k->search.text,
	    k->words, &k->n_words);
}

enum err db_call_keys_make(struct db *db, const struct company_id *company,
    const struct db_report_calls_filter *f, struct db_call_keys *k)
{
	enum err e;

	k->company = company;
	k->f = f;
	k->n_words = 0;
	k->way = DB_FILTER_BY_TIME;
	if ((e = db_search_make(f->search, &k->search)) != ERR_OK)
		return e;
	if (f->caller.n > 0)
		k->way = DB_FILTER_BY_CALLER;
	else if (f->search.n > 0 && !of_live(&f->f))
		e = begin_by_text(db, k);
	k->by_parts = of_ended(&f->f) && k->way != DB_FILTER_BY_CALLER;
	return e;
}

/* --- the statement ---------------------------------------------------------*/

/* What lies beyond the key, nearest first. */
static void beyond(struct buf *sql, bool facts, bool up)
{
	static const char *const texts[2][2] = {
		{ " AND c.started_at <= ? AND (c.started_at < ? OR c.id < ?)"
		  " ORDER BY c.started_at DESC, c.id DESC LIMIT ?",
		    " AND c.started_at >= ? AND (c.started_at > ? OR c.id > ?)"
		    " ORDER BY c.started_at, c.id LIMIT ?" },
		{ " AND f.started_at <= ?"
		  " AND (f.started_at < ? OR f.call_id < ?)"
		  " ORDER BY f.started_at DESC, f.call_id DESC LIMIT ?",
		    " AND f.started_at >= ?"
		    " AND (f.started_at > ? OR f.call_id > ?)"
		    " ORDER BY f.started_at, f.call_id LIMIT ?" },
	};

	buf_cstr(sql, texts[facts ? 1 : 0][up ? 1 : 0]);
}

static void in_beyond(struct stmt *st, const struct db_call_keys *k, size_t max)
{
	static const struct call_id nil;
	const struct db_report_calls_filter *f = k->f;
	const bool first = f->way == DB_REPORT_CALLS_NEWEST;
	const int64_t at = first ? f->f.to_us : f->key.started_us;

	stmt_in_time_us(st, at);
	stmt_in_time_us(st, at);
	stmt_in_id(st, first ? nil.v : f->key.id.v);
	stmt_in_u64(st, max);
}

static bool goes_up(const struct db_call_keys *k)
{
	return k->f->way == DB_REPORT_CALLS_NEWER;
}

#define OF_CALLS "SELECT c.company_id, c.id, c.started_at"
#define OF_FACTS \
	"SELECT STRAIGHT_JOIN f.company_id, f.call_id AS id, f.started_at"
#define PERIOD                                   \
	"c.company_id = ? AND c.started_at >= ?" \
	" AND c.started_at < ?"
#define IN_PERIOD " WHERE " PERIOD

static void in_period(struct stmt *st, const struct db_call_keys *k)
{
	stmt_in_id(st, k->company->v);
	stmt_in_time_us(st, k->f->f.from_us);
	stmt_in_time_us(st, k->f->f.to_us);
}

/* All calls of the period, or those that go on. */
static void call_keys(struct buf *sql, const struct db_call_keys *k)
{
	buf_cstr(sql, OF_CALLS " FROM phone_call c");
	if (k->f->search.n > 0)
		buf_cstr(sql,
		    " LEFT JOIN interaction i ON i.company_id = c.company_id"
		    " AND i.id = c.id");
	buf_cstr(sql, IN_PERIOD);
	if (of_live(&k->f->f))
		buf_cstr(sql, " AND c.state = 'open'");
	db_search_where(sql, k->f, &k->search, "i");
	beyond(sql, false, goes_up(k));
}

/* In the order of the narrow rows, so that few others are touched. */
static void fact_keys(struct buf *sql, const struct db_call_keys *k)
{
	buf_cstr(sql, OF_FACTS);
	db_filter_from(sql, &k->f->f, k->way,
	    k->f->caller.n > 0 || k->f->search.n > 0);
	db_filter_where(sql, &k->f->f);
	db_search_where(sql, k->f, &k->search, "f");
	beyond(sql, true, goes_up(k));
}

/* --- a text, in two ways ---------------------------------------------------*/

/* The text is asked for before the period, which the key has found already:
 * what does not fit is done with sooner. */
static void callers_keys(struct buf *sql, const struct db_call_keys *k)
{
	const bool facts = of_ended(&k->f->f);

	if (facts) {
		buf_cstr(sql, OF_FACTS);
		db_filter_from(sql, &k->f->f, DB_FILTER_BY_CALLERS, true);
		db_filter_where(sql, &k->f->f);
		buf_cstr(sql, " AND ");
		db_search_callers(sql, &k->search);
	} else {
		buf_cstr(sql, OF_CALLS DB_FILTER_CALLERS " WHERE ");
		db_search_callers(sql, &k->search);
		buf_cstr(sql, " AND " PERIOD);
	}
	beyond(sql, facts, goes_up(k));
}

static void in_callers(struct stmt *st, const struct db_call_keys *k,
    size_t max)
{
	if (of_ended(&k->f->f)) {
		db_filter_in(st, k->company, &k->f->f);
		db_search_callers_in(st, &k->search);
	} else {
		db_search_callers_in(st, &k->search);
		in_period(st, k);
	}
	in_beyond(st, k, max);
}

/* The period may be a part of the one that the roll-ups were asked about. */
static bool has_words(const struct db_call_keys *k, size_t i)
{
	return k->words[i].from_us < k->f->f.to_us &&
	       k->words[i].to_us > k->f->f.from_us;
}

static bool has_any_words(const struct db_call_keys *k)
{
	for (size_t i = 0; i < k->n_words; i++)
		if (has_words(k, i))
			return true;
	return false;
}

static void words_keys(struct buf *sql, const struct db_call_keys *k)
{
	const char *sep = " AND (";

	buf_cstr(sql, OF_FACTS);
	db_filter_from(sql, &k->f->f, DB_FILTER_BY_TIME, false);
	db_filter_where(sql, &k->f->f);
	for (size_t i = 0; i < k->n_words; i++) {
		if (!has_words(k, i))
			continue;
		buf_cstr(sql, sep);
		buf_cstr(sql, "(f.started_at >= ? AND f.started_at < ?)");
		sep = " OR ";
	}
	buf_cstr(sql, ") AND ");
	db_search_words(sql, "f");
	beyond(sql, true, goes_up(k));
}

static void in_words(struct stmt *st, const struct db_call_keys *k, size_t max)
{
	db_filter_in(st, k->company, &k->f->f);
	for (size_t i = 0; i < k->n_words; i++) {
		if (!has_words(k, i))
			continue;
		stmt_in_time_us(st, k->words[i].from_us);
		stmt_in_time_us(st, k->words[i].to_us);
	}
	db_search_words_in(st, &k->search);
	in_beyond(st, k, max);
}

/* Words of calls that go on are in no roll-up. */
static void live_words_keys(struct buf *sql, const struct db_call_keys *k)
{
	buf_cstr(sql, OF_CALLS
	    " FROM phone_call c FORCE INDEX (phone_call_state)"
	    " JOIN interaction i ON i.company_id = c.company_id"
	    " AND i.id = c.id" IN_PERIOD " AND c.state = 'open' AND ");
	db_search_words(sql, "i");
	beyond(sql, false, goes_up(k));
}

static void in_live_words(struct stmt *st, const struct db_call_keys *k,
    size_t max)
{
	in_period(st, k);
	db_search_words_in(st, &k->search);
	in_beyond(st, k, max);
}

static void search_keys(struct buf *sql, const struct db_call_keys *k)
{
	buf_cstr(sql, "SELECT company_id, id, started_at FROM ((");
	callers_keys(sql, k);
	if (has_any_words(k)) {
		buf_cstr(sql, ") UNION (");
		words_keys(sql, k);
	}
	if (!of_ended(&k->f->f)) {
		buf_cstr(sql, ") UNION (");
		live_words_keys(sql, k);
	}
	buf_cstr(sql,
	    goes_up(k)
		? ")) AS found ORDER BY started_at, id LIMIT ?"
		: ")) AS found ORDER BY started_at DESC, id DESC LIMIT ?");
}

void db_call_keys_text(struct buf *sql, const struct db_call_keys *k)
{
	if (k->way == DB_FILTER_BY_CALLERS)
		search_keys(sql, k);
	else if (of_ended(&k->f->f))
		fact_keys(sql, k);
	else
		call_keys(sql, k);
}

void db_call_keys_in(struct stmt *st, const struct db_call_keys *k, size_t max)
{
	if (k->way != DB_FILTER_BY_CALLERS) {
		if (of_ended(&k->f->f))
			db_filter_in(st, k->company, &k->f->f);
		else
			in_period(st, k);
		db_search_in(st, k->f, &k->search);
		in_beyond(st, k, max);
		return;
	}
	in_callers(st, k, max);
	if (has_any_words(k))
		in_words(st, k, max);
	if (!of_ended(&k->f->f))
		in_live_words(st, k, max);
	stmt_in_u64(st, max);
}
