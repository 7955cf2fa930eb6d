#include "lib/db/db_conversion.h"

#include <string.h>

#include "lib/db/stmt.h"

#define COLUMNS                                                        \
	"id, company_id, name, platform, outcome, tag_id, min_talk_s," \
	" value_micros, secret, created_at"

/* One that was archived tells nobody anything any more. */
#define OF_COMPANY                             \
	" AND EXISTS (SELECT 1 FROM company c" \
	" WHERE c.id = conversion_rule.company_id AND c.archived_at IS NULL)"

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
	    " min_talk_s = ?, value_micros = ?, walk_whole_at = NULL"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL"
	    " AND" NAMED;
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
				  " AND archived_at IS NULL" OF_COMPANY;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, secret);
	return read_one(st, out);
}

enum err db_conversion_all(struct db *db, struct conversion_id after,
    uint32_t max, struct arena *mem, struct conversion_rule_row **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS
	    " FROM conversion_rule"
	    " WHERE archived_at IS NULL AND id > ?" OF_COMPANY
	    " ORDER BY id LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, after.v);
	stmt_in_u64(st, max);
	return read_all(st, mem, rows, n);
}

/* --- the files ------------------------------------------------------------
 */

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
	    " AND ((? = 1 AND c.kind <> 'new')"
	    " OR (? = 0 AND c.kind = 'new' AND c.taken_back = 0))"
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
