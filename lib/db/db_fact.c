#include "lib/db/db_fact.h"

#include "lib/db/stmt.h"

/* Of a row, behind the company. */
#define MORE(of)                                                             \
	of "started_at," of "call_id," of "number_id," of "pool_id," of      \
	   "destination_id," of "location_id," of "result," of "channel," of \
	   "source," of "medium," of "campaign," of "ad_group," of "ad," of  \
	   "keyword," of "match_type," of "device," of "landing_page," of    \
	   "referrer_host," of "place," of "country," of "outcome," of       \
	   "class," of "risk," of "first_time," of "qualified," of           \
	   "is_lead," of "is_sale," of "is_spam," of "has_value," of         \
	   "value_micros," of "duration_ms," of "ring_ms," of "talk_ms"
#define COLUMNS "company_id, " MORE(" ")

#define OR_ZERO(id) "COALESCE(" id ", REPEAT(CHAR(0), 16))"

/* A call as its row; a comparison is 1 or 0. */
#define CALLS \
	"SELECT c.company_id, c.started_at, c.id AS call_id, c.number_id,"   \
	" " OR_ZERO("c.pool_id") " AS pool_id,"                              \
	" " OR_ZERO("c.destination_id") " AS destination_id,"                \
	" " OR_ZERO("c.location_id") " AS location_id,"                      \
	" c.result, i.channel, i.source, i.medium, i.campaign, i.ad_group,"  \
	" COALESCE(v.ad_id, '') AS ad, i.keyword,"                           \
	" COALESCE(v.match_type, '') AS match_type,"                         \
	" COALESCE(v.device, '') AS device, i.landing_page, i.referrer_host," \
	" c.caller_place AS place, c.caller_country AS country, i.outcome,"  \
	" COALESCE(w.own_class, w.class, '') AS class,"                      \
	" COALESCE(w.risk, 0) AS risk, c.first_time <> 0 AS first_time,"     \
	" c.qualified <> 0 AS qualified,"                                    \
	" COALESCE(o.is_lead <> 0, 0) AS is_lead,"                           \
	" COALESCE(o.is_sale <> 0, 0) AS is_sale,"                           \
	" COALESCE(o.is_spam <> 0, 0) AS is_spam,"                           \
	" i.value_micros IS NOT NULL AS has_value,"                          \
	" COALESCE(i.value_micros, 0) AS value_micros, c.duration_ms,"       \
	" c.ring_ms, c.talk_ms"                                              \
	" FROM phone_call c"                                                 \
	" JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id" \
	" LEFT JOIN visit v ON v.company_id = i.company_id"                  \
	"  AND v.id = i.visit_id AND i.attributed_by = 'visit'"              \
	" LEFT JOIN outcome o ON o.company_id = i.company_id"                \
	"  AND o.code = i.outcome"                                           \
	" LEFT JOIN call_verdict w ON w.company_id = c.company_id"           \
	"  AND w.call_id = c.id"                                             \
	" WHERE c.company_id = ? AND c.state = 'closed'"

/* Runs a statement of company, call. */
static enum err of_call(struct db *db, const char *sql,
    struct company_id company, struct call_id call)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

/* --- those of a tag --------------------------------------------------------*/

#define TAGGED_COLUMNS "company_id, tag_id, " MORE(" ")
#define PUT_TAGGED \
	"REPLACE INTO call_fact_tag (" TAGGED_COLUMNS                     \
	") SELECT x.company_id, x.tag_id, " MORE("f.")                    \
	" FROM interaction_tag x"                                         \
	" JOIN phone_call c ON c.company_id = x.company_id"               \
	" AND c.id = x.interaction_id JOIN call_fact f"                   \
	" ON f.company_id = c.company_id AND f.started_at = c.started_at" \
	" AND f.call_id = c.id"                                           \
	" WHERE x.company_id = ? AND x.interaction_id "

/* Every tag of every call of a period, from the rows of those calls. */
#define TAGGED \
	"SELECT x.company_id, x.tag_id, " MORE("f.")                      \
	" FROM call_fact f JOIN interaction_tag x"                        \
	" ON x.company_id = f.company_id AND x.interaction_id = f.call_id" \
	" WHERE f.company_id = ? AND f.started_at >= ? AND f.started_at < ?"

/* Runs a statement of company, call, tag. */
static enum err of_tag(struct db *db, const char *sql,
    struct company_id company, struct call_id call, struct tag_id tag)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_in_id(st, tag.v);
	return stmt_exec(st, NULL);
}

enum err db_fact_tag(struct db *db, struct company_id company,
    struct call_id call, struct tag_id tag)
{
	static const char sql[] = PUT_TAGGED "= ? AND x.tag_id = ?";

	return of_tag(db, sql, company, call, tag);
}

enum err db_fact_untag(struct db *db, struct company_id company,
    struct call_id call, struct tag_id tag)
{
	static const char sql[] =
	    "DELETE f FROM phone_call c JOIN call_fact_tag f"
	    " ON f.company_id = c.company_id AND f.started_at = c.started_at"
	    " AND f.call_id = c.id"
	    " WHERE c.company_id = ? AND c.id = ? AND f.tag_id = ?";

	return of_tag(db, sql, company, call, tag);
}

/* --- a call ----------------------------------------------------------------*/

enum err db_fact_put(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "REPLACE INTO call_fact (" COLUMNS ") " CALLS " AND c.id = ?";
	static const char tagged_sql[] = PUT_TAGGED "= ?";
	const enum err e = of_call(db, sql, company, call);

	return e == ERR_OK ? of_call(db, tagged_sql, company, call) : e;
}

void db_fact_in_some(struct stmt *st, const struct call_id *calls, size_t n)
{
	for (size_t i = 0; i < DB_FACT_SOME_MAX; i++)
		stmt_in_id(st, calls[i < n ? i : n - 1].v);
}

enum err db_fact_put_some(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n)
{
	static const char *const sql[] = {
		"REPLACE INTO call_fact (" COLUMNS ") " CALLS
		" AND c.id IN (" DB_FACT_SOME ")",
		PUT_TAGGED "IN (" DB_FACT_SOME ")",
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(sql) && e == ERR_OK; i++) {
		struct stmt *st = stmt_begin(db, sql[i]);

		stmt_in_id(st, company.v);
		db_fact_in_some(st, calls, n);
		e = stmt_exec(st, NULL);
	}
	return e;
}

enum err db_fact_take(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "DELETE f FROM call_fact f JOIN phone_call c"
	    " ON c.company_id = f.company_id AND c.started_at = f.started_at"
	    " AND c.id = f.call_id"
	    " WHERE c.company_id = ? AND c.id = ?";
	static const char tagged_sql[] =
	    "DELETE f FROM interaction_tag x JOIN phone_call c"
	    " ON c.company_id = x.company_id AND c.id = x.interaction_id"
	    " JOIN call_fact_tag f ON f.company_id = x.company_id"
	    " AND f.tag_id = x.tag_id AND f.started_at = c.started_at"
	    " AND f.call_id = c.id"
	    " WHERE x.company_id = ? AND x.interaction_id = ?";
	const enum err e = of_call(db, sql, company, call);

	return e == ERR_OK ? of_call(db, tagged_sql, company, call) : e;
}

static enum err of_span(struct db *db, const char *sql,
    struct company_id company, int64_t from_us, int64_t to_us)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	return stmt_exec(st, NULL);
}

/* The tag with rows behind *tag. ERR_NOTFOUND: that was the last. */
static enum err next_tag(struct db *db, struct company_id company,
    struct tag_id *tag)
{
	static const char sql[] =
	    "SELECT tag_id FROM call_fact_tag WHERE company_id = ?"
	    " AND tag_id > ? ORDER BY tag_id LIMIT 1";
	struct tag_id next;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, tag->v);
	stmt_out_id(st, next.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*tag = next;
	return e;
}

/* Tag by tag, of those that have rows, whether or not there is such a tag: in
 * the order of time are only those of one, and all else would be read. */
static enum err clear_tagged(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us)
{
	static const char sql[] =
	    "DELETE FROM call_fact_tag WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ? AND tag_id = ?";
	struct tag_id tag = { { 0 } };
	enum err e;

	while ((e = next_tag(db, company, &tag)) == ERR_OK) {
		struct stmt *st = stmt_begin(db, sql);

		stmt_in_id(st, company.v);
		stmt_in_time_us(st, from_us);
		stmt_in_time_us(st, to_us);
		stmt_in_id(st, tag.v);
		if ((e = stmt_exec(st, NULL)) != ERR_OK)
			return e;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_fact_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us)
{
	static const char *const sql[] = {
		"DELETE FROM call_fact WHERE company_id = ?"
		" AND started_at >= ? AND started_at < ?",
		"INSERT INTO call_fact (" COLUMNS ") " CALLS
		" AND c.started_at >= ? AND c.started_at < ?",
		"INSERT INTO call_fact_tag (" TAGGED_COLUMNS ") " TAGGED,
	};
	enum err e = clear_tagged(db, company, from_us, to_us);

	for (size_t i = 0; i < RT_ARRAY_LEN(sql) && e == ERR_OK; i++)
		e = of_span(db, sql[i], company, from_us, to_us);
	return e;
}

/* Derived rows beside what is stored under their keys: how many there are, how
 * many of them are not stored, and how many are, otherwise. Nothing is
 * gathered, however many calls a period has. */
#define OF_COMPANY(of, more) "(" of "company_id," more MORE(of) ")"
#define BESIDE(same, derived, table)                                        \
	"SELECT COUNT(*), COUNT(*) - COUNT(f.call_id),"                     \
	" COUNT(f.call_id) - COUNT(NULLIF(" same                            \
	", 0))"                                                             \
	" FROM (" derived ") d LEFT JOIN " table                            \
	" f ON f.company_id = d.company_id AND f.started_at = d.started_at" \
	" AND f.call_id = d.call_id"
#define SAME(more_f, more_d) \
	OF_COMPANY("f.", more_f) " <=> " OF_COMPANY("d.", more_d)

struct beside {
	uint64_t all;
	uint64_t missing;
	uint64_t other;
};

static enum err put_beside(struct db *db, const char *sql,
    struct company_id company, int64_t from_us, int64_t to_us,
    struct beside *out)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_u64(st, &out->all);
	stmt_out_u64(st, &out->missing);
	stmt_out_u64(st, &out->other);
	return stmt_one(st);
}

/* Adds the stored rows of a period; of one tag, when there is one. */
static enum err count_stored(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, const struct tag_id *tag, uint64_t *n)
{
	static const char calls_sql[] =
	    "SELECT COUNT(*) FROM call_fact WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ?";
	static const char tag_sql[] =
	    "SELECT COUNT(*) FROM call_fact_tag WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ? AND tag_id = ?";
	struct stmt *st = stmt_begin(db, tag == NULL ? calls_sql : tag_sql);
	uint64_t more = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	if (tag != NULL)
		stmt_in_id(st, tag->v);
	stmt_out_u64(st, &more);
	if ((e = stmt_one(st)) == ERR_OK)
		*n += more;
	return e;
}

/* Tag by tag, for the reason of clear_tagged(). */
static enum err count_tagged(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *n)
{
	struct tag_id tag = { { 0 } };
	enum err e;

	while ((e = next_tag(db, company, &tag)) == ERR_OK)
		if ((e = count_stored(db, company, from_us, to_us, &tag, n)) !=
		    ERR_OK)
			return e;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Rows that are not stored, are stored otherwise, or are stored and should not
 * be. */
static uint64_t wrong_of(const struct beside *b, uint64_t stored)
{
	const uint64_t right = b->all - b->missing;

	return b->missing + b->other +
	       (stored > right ? stored - right : right - stored);
}

enum err db_fact_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	static const char calls_sql[] = BESIDE(SAME("", ""),
	    CALLS " AND c.started_at >= ? AND c.started_at < ?", "call_fact");
	static const char tagged_sql[] =
	    BESIDE(SAME(" f.tag_id,", " d.tag_id,"), TAGGED,
		"call_fact_tag") " AND f.tag_id = d.tag_id";
	struct beside calls = { 0 }, tagged = { 0 };
	uint64_t n_calls = 0, n_tagged = 0;
	enum err e;

	if ((e = put_beside(db, calls_sql, company, from_us, to_us, &calls)) !=
		ERR_OK ||
	    (e = count_stored(db, company, from_us, to_us, NULL, &n_calls)) !=
		ERR_OK ||
	    (e = put_beside(db, tagged_sql, company, from_us, to_us,
		 &tagged)) != ERR_OK ||
	    (e = count_tagged(db, company, from_us, to_us, &n_tagged)) !=
		ERR_OK)
		return e;
	*wrong = wrong_of(&calls, n_calls) + wrong_of(&tagged, n_tagged);
	return ERR_OK;
}
