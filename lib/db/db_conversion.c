#include "lib/db/db_conversion.h"

#include <string.h>

#include "lib/db/stmt.h"

#define COLUMNS                                                        \
	"id, company_id, name, platform, outcome, tag_id, min_talk_s," \
	" value_micros, secret, created_at"

static void out_rule(struct stmt *st, struct conversion_rule_row *row,
    bool *no_value)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->company.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->platform, sizeof(row->platform));
	stmt_out_text(st, row->outcome, sizeof(row->outcome));
	stmt_out_id(st, row->tag.v);
	stmt_out_u64(st, &row->min_talk_s);
	stmt_out_i64(st, &row->value_micros);
	stmt_out_null(st, no_value);
	stmt_out_text(st, row->secret, sizeof(row->secret));
	stmt_out_time_us(st, &row->created_us);
}

static enum err read_one(struct stmt *st, struct conversion_rule_row *out)
{
	struct conversion_rule_row row;
	bool no_value = false;
	enum err e;

	out_rule(st, &row, &no_value);
	e = stmt_one(st);
	row.has_value = !no_value;
	if (e == ERR_OK)
		*out = row;
	return e;
}

static enum err read_all(struct stmt *st, struct arena *mem,
    struct conversion_rule_row **rows, size_t *n)
{
	struct {
		struct conversion_rule_row row;
		bool no_value;
	} one, *all;
	struct conversion_rule_row *out;
	void *got;
	enum err e;

	out_rule(st, &one.row, &one.no_value);
	e = stmt_all(st, mem, &one, sizeof(one), &got, n);
	if (e != ERR_OK)
		return e;
	all = got;
	if ((out = arena_array(mem, *n, sizeof(*out))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < *n; i++) {
		out[i] = all[i].row;
		out[i].has_value = !all[i].no_value;
	}
	*rows = out;
	return ERR_OK;
}

/* --- rules -----------------------------------------------------------------
 */

static bool platform_ok(const struct conversion_rule_row *row)
{
	return strcmp(row->platform, "google") == 0 ||
	       strcmp(row->platform, "microsoft") == 0;
}

static void in_value(struct stmt *st, const struct conversion_rule_row *row)
{
	if (row->has_value)
		stmt_in_i64(st, row->value_micros);
	else
		stmt_in_null(st);
}

/* What a rule names must be the company's: takes company, tag, tag, company,
 * outcome, outcome. */
#define NAMED                                                            \
	" (? OR EXISTS (SELECT 1 FROM tag g WHERE g.company_id = ?"      \
	" AND g.id = ?)) AND (? = '' OR EXISTS (SELECT 1 FROM outcome o" \
	" WHERE o.company_id = ? AND o.code = ?))"

static void in_named(struct stmt *st, const struct company_id *company,
    const struct conversion_rule_row *row)
{
	stmt_in_bool(st, id_is_nil(row->tag.v));
	stmt_in_id(st, company->v);
	stmt_in_id(st, row->tag.v);
	stmt_in_text(st, slice_from(row->outcome));
	stmt_in_id(st, company->v);
	stmt_in_text(st, slice_from(row->outcome));
}

enum err db_conversion_add(struct db *db, struct company_id company,
    const struct conversion_rule_row *row)
{
	static const char sql[] =
	    "INSERT INTO conversion_rule (company_id, id, name, platform,"
	    " outcome, tag_id, min_talk_s, value_micros, secret, created_at)"
	    " SELECT c.id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM company c"
	    " WHERE c.id = ? AND" NAMED;
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if (!platform_ok(row) || row->secret[0] == '\0')
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->platform));
	stmt_in_text(st, slice_from(row->outcome));
	stmt_in_id_null(st, row->tag.v);
	stmt_in_u64(st, row->min_talk_s);
	in_value(st, row);
	stmt_in_text(st, slice_from(row->secret));
	stmt_in_time_us(st, row->created_us);
	stmt_in_id(st, company.v);
	in_named(st, &company, row);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_RANGE : e;
}

enum err db_conversion_get(struct db *db, struct company_id company,
    struct conversion_id id, struct conversion_rule_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM conversion_rule WHERE company_id = ?"
				  " AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return read_one(st, out);
}

enum err db_conversion_list(struct db *db, struct company_id company,
    struct arena *mem, struct conversion_rule_row **rows, size_t *n)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM conversion_rule WHERE company_id = ?"
				  " AND archived_at IS NULL ORDER BY name"
				  " COLLATE utf8mb4_unicode_520_ci, id";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return read_all(st, mem, rows, n);
}

enum err db_conversion_update(struct db *db, struct company_id company,
    const struct conversion_rule_row *row)
{
	static const char sql[] =
	    "UPDATE conversion_rule SET name = ?, outcome = ?, tag_id = ?,"
	    " min_talk_s = ?, value_micros = ? WHERE company_id = ?"
	    " AND id = ? AND archived_at IS NULL AND" NAMED;
	struct conversion_rule_row have;
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if ((e = db_conversion_get(db, company, row->id, &have)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->outcome));
	stmt_in_id_null(st, row->tag.v);
	stmt_in_u64(st, row->min_talk_s);
	in_value(st, row);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	in_named(st, &company, row);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_RANGE : e;
}

enum err db_conversion_archive(struct db *db, struct company_id company,
    struct conversion_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE conversion_rule SET archived_at = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_conversion_by_secret(struct db *db, struct slice secret,
    struct conversion_rule_row *out)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM conversion_rule WHERE secret = ?"
				  " AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, secret);
	return read_one(st, out);
}

enum err db_conversion_all(struct db *db, struct conversion_id after,
    uint32_t max, struct arena *mem, struct conversion_rule_row **rows,
    size_t *n)
{
	static const char sql[] = "SELECT " COLUMNS
				  " FROM conversion_rule"
				  " WHERE archived_at IS NULL AND id > ?"
				  " ORDER BY id LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, after.v);
	stmt_in_u64(st, max);
	return read_all(st, mem, rows, n);
}

/* --- what is told ----------------------------------------------------------
 */

/* The click of the platform; takes its name. */
#define CLICK                                                       \
	"CASE WHEN ? = 'google' THEN COALESCE(NULLIF(w.gclid, '')," \
	" NULLIF(w.wbraid, ''), w.gbraid) ELSE w.msclkid END"

static void out_candidate(struct stmt *st, struct conversion_candidate *c)
{
	stmt_out_id(st, c->call.v);
	stmt_out_time_us(st, &c->started_us);
	stmt_out_text(st, c->outcome, sizeof(c->outcome));
	stmt_out_bool(st, &c->is_spam);
	stmt_out_bool(st, &c->tagged);
	stmt_out_u64(st, &c->talk_ms);
	stmt_out_bool(st, &c->has_value);
	stmt_out_i64(st, &c->value_micros);
	stmt_out_text(st, c->currency, sizeof(c->currency));
	stmt_out_bool(st, &c->clicked);
	stmt_out_text(st, c->click_id, sizeof(c->click_id));
	stmt_out_text(st, c->last, sizeof(c->last));
	stmt_out_i64(st, &c->last_value_micros);
	stmt_out_u32(st, &c->turn);
}

enum err db_conversion_candidates(struct db *db, struct company_id company,
    const struct conversion_rule_row *rule, int64_t from_us,
    struct call_id after, uint32_t max, struct arena *mem,
    struct conversion_candidate **rows, size_t *n)
{
	/* Ids begin with the time, so the order by id reads on from `after`. */
	static const char sql[] =
	    "SELECT c.id, c.started_at, i.outcome, COALESCE(o.is_spam, 0),"
	    " EXISTS (SELECT 1 FROM interaction_tag x"
	    " WHERE x.company_id = c.company_id AND x.interaction_id = c.id"
	    " AND x.tag_id = ?), c.talk_ms, i.value_micros IS NOT NULL,"
	    " COALESCE(i.value_micros, 0), co.currency,"
	    " COALESCE(" CLICK
	    ", '') <> '',"
	    " COALESCE(CASE WHEN t.kind <> 'retract' THEN t.click_id"
	    " ELSE " CLICK " END, " CLICK
	    ", ''),"
	    " COALESCE(t.kind, ''), COALESCE(t.value_micros, 0),"
	    " COALESCE(t.turn, 0)"
	    " FROM phone_call c JOIN interaction i"
	    " ON i.company_id = c.company_id AND i.id = c.id"
	    " JOIN company co ON co.id = c.company_id"
	    " LEFT JOIN visit w ON w.company_id = c.company_id"
	    " AND w.id = i.visit_id AND i.attributed_by = 'visit'"
	    " LEFT JOIN outcome o ON o.company_id = c.company_id"
	    " AND o.code = i.outcome"
	    " LEFT JOIN conversion t ON t.company_id = c.company_id"
	    " AND t.rule_id = ? AND t.call_id = c.id"
	    " AND t.seq = (SELECT MAX(m.seq) FROM conversion m"
	    " WHERE m.company_id = c.company_id AND m.rule_id = ?"
	    " AND m.call_id = c.id)"
	    " WHERE c.company_id = ? AND c.id > ? AND c.started_at >= ?"
	    " AND c.state = 'closed' AND (t.seq IS NOT NULL"
	    " OR (? = 'google' AND (w.gclid <> '' OR w.wbraid <> ''"
	    " OR w.gbraid <> '')) OR (? = 'microsoft' AND w.msclkid <> ''))"
	    " ORDER BY c.id LIMIT ?";
	struct conversion_candidate row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, rule->tag.v);
	for (int i = 0; i < 3; i++)
		stmt_in_text(st, slice_from(rule->platform));
	stmt_in_id(st, rule->id.v);
	stmt_in_id(st, rule->id.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, after.v);
	stmt_in_time_us(st, from_us);
	stmt_in_text(st, slice_from(rule->platform));
	stmt_in_text(st, slice_from(rule->platform));
	stmt_in_u64(st, max);
	out_candidate(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_conversion_tell(struct db *db, struct company_id company,
    struct conversion_id rule, const struct conversion_candidate *c,
    enum conversion_kind kind, int64_t value_micros, int64_t now_us)
{
	/* What was told first is taken back under the same click. */
	static const char sql[] =
	    "INSERT INTO conversion (company_id, rule_id, call_id, kind, turn,"
	    " click_id, converted_at, value_micros, currency, created_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

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

enum err db_conversion_rows(struct db *db, struct company_id company,
    struct conversion_id rule, bool adjustments, int64_t since_us,
    uint64_t after, uint32_t max, struct arena *mem,
    struct conversion_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT c.seq, c.call_id, c.kind, c.turn, c.click_id,"
	    " c.converted_at, c.value_micros, c.currency, c.created_at"
	    " FROM conversion c WHERE c.company_id = ? AND c.rule_id = ?"
	    " AND c.seq > ? AND c.converted_at >= ?"
	    " AND ((? = 1 AND c.kind <> 'new') OR (? = 0 AND c.kind = 'new'"
	    " AND NOT EXISTS (SELECT 1 FROM conversion d"
	    " WHERE d.company_id = c.company_id AND d.rule_id = c.rule_id"
	    " AND d.call_id = c.call_id AND d.seq > c.seq"
	    " AND d.kind = 'retract')))"
	    /* Of who was erased; Google needs no click to take one back. */
	    " AND (c.click_id <> '' OR (c.kind = 'retract'"
	    " AND (SELECT r.platform FROM conversion_rule r"
	    " WHERE r.company_id = c.company_id AND r.id = c.rule_id)"
	    " = 'google'))"
	    " ORDER BY c.seq LIMIT ?";
	struct conversion_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, rule.v);
	stmt_in_u64(st, after);
	stmt_in_time_us(st, since_us);
	stmt_in_bool(st, adjustments);
	stmt_in_bool(st, adjustments);
	stmt_in_u64(st, max);
	stmt_out_u64(st, &row.seq);
	stmt_out_id(st, row.call.v);
	stmt_out_text(st, row.kind, sizeof(row.kind));
	stmt_out_u32(st, &row.turn);
	stmt_out_text(st, row.click_id, sizeof(row.click_id));
	stmt_out_time_us(st, &row.converted_us);
	stmt_out_i64(st, &row.value_micros);
	stmt_out_text(st, row.currency, sizeof(row.currency));
	stmt_out_time_us(st, &row.created_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
