#include "lib/db/db_conversion_walk.h"

#include "lib/db/stmt.h"

enum err db_conversion_walk_hold(struct db *db, struct company_id company,
    struct conversion_id rule, struct conversion_walk *out)
{
	static const char sql[] =
	    "SELECT walk_at, walk_call, walk_whole_at FROM conversion_rule"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL"
	    " FOR UPDATE";
	struct conversion_walk walk;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, rule.v);
	stmt_out_time_us(st, &walk.at_us);
	stmt_out_id(st, walk.call.v);
	stmt_out_time_us(st, &walk.whole_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = walk;
	return e;
}

enum err db_conversion_walk_keep(struct db *db, struct company_id company,
    struct conversion_id rule, const struct conversion_walk *walk)
{
	static const char sql[] =
	    "UPDATE conversion_rule SET walk_at = ?, walk_call = ?,"
	    " walk_whole_at = ? WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us_null(st, walk->at_us);
	stmt_in_id(st, walk->call.v);
	stmt_in_time_us_null(st, walk->whole_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, rule.v);
	return stmt_exec_one(st);
}

/* --- calls -----------------------------------------------------------------
 */

/* The click of the platform; takes its name. */
#define CLICK                                                       \
	"CASE WHEN ? = 'google' THEN COALESCE(NULLIF(w.gclid, '')," \
	" NULLIF(w.wbraid, ''), w.gbraid) ELSE w.msclkid END"

static void out_candidate(struct stmt *st, struct conversion_candidate *c)
{
	stmt_out_id(st, c->call.v);
	stmt_out_time_us(st, &c->changed_us);
	stmt_out_bool(st, &c->ripe);
	stmt_out_time_us(st, &c->started_us);
	stmt_out_text(st, c->outcome, sizeof(c->outcome));
	stmt_out_bool(st, &c->is_spam);
	stmt_out_bool(st, &c->tagged);
	stmt_out_u64(st, &c->talk_ms);
	stmt_out_bool(st, &c->has_value);
	stmt_out_i64(st, &c->value_micros);
	stmt_out_text(st, c->currency, sizeof(c->currency));
	stmt_out_bool(st, &c->clicked);
	stmt_out_bool(st, &c->moved);
	stmt_out_text(st, c->click_id, sizeof(c->click_id));
	stmt_out_text(st, c->last, sizeof(c->last));
	stmt_out_i64(st, &c->last_value_micros);
	stmt_out_u32(st, &c->turn);
}

/* Many calls may have changed in one microsecond: those of the first one are a
 * piece of the index of their own, so that each page is as long as its calls.
 */
#define KEYS                                                           \
	"SELECT q.company_id, q.id, q.updated_at"                      \
	" FROM phone_call q FORCE INDEX (phone_call_updated)"          \
	" WHERE q.company_id = ? AND ((q.updated_at = ? AND q.id > ?)" \
	" OR q.updated_at > ?) AND q.updated_at <= ?"                  \
	" ORDER BY q.updated_at, q.id LIMIT ?"

enum err db_conversion_walk_next(struct db *db, struct company_id company,
    const struct conversion_rule_row *rule, const struct conversion_walk *walk,
    int64_t until_us, int64_t from_us, uint32_t max, struct arena *mem,
    struct conversion_candidate **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT c.id, k.updated_at,"
	    " c.state = 'closed' AND c.started_at >= ? AND i.id IS NOT NULL"
	    /* Of who was erased no click is left. */
	    " AND COALESCE(t.click_id <> '', 1),"
	    " c.started_at, i.outcome, COALESCE(o.is_spam, 0),"
	    " EXISTS (SELECT 1 FROM interaction_tag x"
	    " WHERE x.company_id = c.company_id AND x.interaction_id = c.id"
	    " AND x.tag_id = ?), c.talk_ms, i.value_micros IS NOT NULL,"
	    " COALESCE(i.value_micros, 0), co.currency,"
	    " COALESCE(" CLICK
	    ", '') <> '',"
	    " COALESCE(t.kind <> 'retract' AND t.click_id <> " CLICK
	    ", 0),"
	    " COALESCE(CASE WHEN t.kind <> 'retract' THEN t.click_id"
	    " ELSE " CLICK " END, " CLICK
	    ", ''),"
	    " COALESCE(t.kind, ''), COALESCE(t.value_micros, 0),"
	    " COALESCE(t.turn, 0)"
	    " FROM (" KEYS
	    ") k JOIN phone_call c"
	    " ON c.company_id = k.company_id AND c.id = k.id"
	    " JOIN company co ON co.id = c.company_id"
	    " LEFT JOIN interaction i"
	    " ON i.company_id = c.company_id AND i.id = c.id"
	    " LEFT JOIN visit w ON w.company_id = c.company_id"
	    " AND w.id = i.visit_id AND i.attributed_by = 'visit'"
	    " LEFT JOIN outcome o ON o.company_id = c.company_id"
	    " AND o.code = i.outcome"
	    " LEFT JOIN conversion t ON t.company_id = c.company_id"
	    " AND t.rule_id = ? AND t.call_id = c.id"
	    " AND t.seq = (SELECT MAX(m.seq) FROM conversion m"
	    " WHERE m.company_id = c.company_id AND m.rule_id = ?"
	    " AND m.call_id = c.id)"
	    " ORDER BY k.updated_at, k.id";
	struct conversion_candidate row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, from_us);
	stmt_in_id(st, rule->tag.v);
	for (int i = 0; i < 4; i++)
		stmt_in_text(st, slice_from(rule->platform));
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, walk->at_us);
	stmt_in_id(st, walk->call.v);
	stmt_in_time_us(st, walk->at_us);
	stmt_in_time_us(st, until_us);
	stmt_in_u64(st, max);
	stmt_in_id(st, rule->id.v);
	stmt_in_id(st, rule->id.v);
	out_candidate(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_conversion_walk_click(struct db *db, struct company_id company,
    const struct conversion_rule_row *rule, struct call_id call,
    char click[DB_CONVERSION_CLICK])
{
	static const char sql[] =
	    "SELECT COALESCE(" CLICK
	    ", '') FROM interaction i LEFT JOIN visit w"
	    " ON w.company_id = i.company_id AND w.id = i.visit_id"
	    " AND i.attributed_by = 'visit'"
	    " WHERE i.company_id = ? AND i.id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(rule->platform));
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_out_text(st, click, DB_CONVERSION_CLICK);
	return stmt_one(st);
}

/* So that whoever reads a file looks for no retraction of each row. */
static enum err mark_taken_back(struct db *db, struct company_id company,
    struct conversion_id rule, struct call_id call)
{
	static const char sql[] =
	    "UPDATE conversion SET taken_back = 1 WHERE company_id = ?"
	    " AND rule_id = ? AND call_id = ? AND kind = 'new'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, rule.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

enum err db_conversion_walk_tell(struct db *db, struct company_id company,
    struct conversion_id rule, const struct conversion_candidate *c,
    enum conversion_kind kind, int64_t value_micros, int64_t now_us)
{
	/* What was told first is taken back under the same click. */
	static const char sql[] =
	    "INSERT INTO conversion (company_id, rule_id, call_id, kind, turn,"
	    " click_id, converted_at, value_micros, currency, created_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st;
	enum err e;

	if (kind == CONVERSION_RETRACT &&
	    (e = mark_taken_back(db, company, rule, c->call)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, rule.v);
	stmt_in_id(st, c->call.v);
	stmt_in_text(st, slice_from(conversion_name(kind)));
	stmt_in_u64(st, c->turn + (kind == CONVERSION_NEW ? 1 : 0));
	stmt_in_text(st, slice_from(c->click_id));
	stmt_in_time_us(st, c->started_us);
	stmt_in_i64(st, value_micros);
	stmt_in_text(st, slice_from(c->currency));
	stmt_in_time_us(st, now_us);
	return stmt_exec_one(st);
}
