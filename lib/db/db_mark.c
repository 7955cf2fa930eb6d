#include "lib/db/db_mark.h"

#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/rnd.h"
#include "lib/db/db_call_hold.h"
#include "lib/db/db_call_touch.h"
#include "lib/db/db_hook_out.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"

/* When it changed, and the hooks, in the same transaction. The time is of the
 * telling, not of the data. */
static enum err tell(struct db *db, struct company_id company,
    struct interaction_id id, const char *field)
{
	const enum err e = db_call_touch(db, company, id.v);

	return e == ERR_OK ? db_hook_out_changed(db, company, id.v, field,
				 clk_wall_us())
			   : e;
}

static const char *by_name(enum mark_by by)
{
	switch (by) {
	case MARK_BY_RULE:
		return "rule";
	case MARK_BY_ANALYSIS:
		return "analysis";
	case MARK_BY_PERSON:
		break;
	}
	return "person";
}

enum err db_mark_outcomes(struct db *db, struct company_id company,
    struct arena *mem, struct outcome_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT code, name, is_lead, is_sale, is_spam FROM outcome"
	    " WHERE company_id = ? AND archived_at IS NULL"
	    " ORDER BY position, code";
	struct outcome_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_text(st, row.code, sizeof(row.code));
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_bool(st, &row.is_lead);
	stmt_out_bool(st, &row.is_sale);
	stmt_out_bool(st, &row.is_spam);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* The roll-ups know calls by the id they share with their interaction. */
static struct call_id call_of(struct interaction_id id)
{
	struct call_id call;

	memcpy(call.v, id.v, sizeof(call.v));
	return call;
}

/* What stands on an interaction, as far as it is compared here. */
struct standing {
	char outcome[DB_OUTCOME_BYTES];
	char by[9];
	bool has_value;
	int64_t value_micros;
};

/* The call or form until the end of the transaction, and what stands on it. */
static enum err hold(struct db *db, struct company_id company,
    struct interaction_id id, struct standing *now)
{
	static const char sql[] =
	    "SELECT outcome, outcome_by, value_micros IS NOT NULL,"
	    " value_micros FROM interaction"
	    " WHERE company_id = ? AND id = ? FOR UPDATE";
	struct stmt *st;
	enum err e = db_call_hold(db, company, id.v);

	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_text(st, now->outcome, sizeof(now->outcome));
	stmt_out_text(st, now->by, sizeof(now->by));
	stmt_out_bool(st, &now->has_value);
	stmt_out_i64(st, &now->value_micros);
	return stmt_one(st);
}

static enum err check_outcome(struct db *db, struct company_id company,
    struct slice outcome)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM outcome WHERE company_id = ? AND code = ?"
	    " AND archived_at IS NULL";
	struct stmt *st;
	bool known = false;
	enum err e;

	if (outcome.n == 0)
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, outcome);
	stmt_out_bool(st, &known);
	e = stmt_one(st);
	return e == ERR_OK && !known ? ERR_RANGE : e;
}

/* Runs st, one change of the interaction, between taking it out of the
 * roll-ups and putting it back; ends st. In a transaction. */
static enum err move(struct db *db, struct company_id company,
    struct interaction_id id, struct stmt *st)
{
	enum err e = db_stat_take(db, company, call_of(id));

	if (e != ERR_OK) {
		stmt_end(st);
		return e;
	}
	e = stmt_exec_one(st);
	if (e == ERR_OK)
		e = db_stat_put(db, company, call_of(id));
	return e;
}

static enum err write_outcome(struct db *db, struct company_id company,
    struct interaction_id id, struct slice outcome, enum mark_by by,
    struct user_id user, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE interaction SET outcome = ?, outcome_by = ?,"
	    " outcome_user_id = ?, outcome_at = ?"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, outcome);
	stmt_in_text(st, slice_from(by_name(by)));
	stmt_in_id_null(st, user.v);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return move(db, company, id, st);
}

/* What a rule said and a person says too is the person's from then on; of none
 * nobody has said anything. */
static bool stands(const struct standing *now, struct slice outcome,
    enum mark_by by)
{
	return slice_eq_cstr(outcome, now->outcome) &&
	       (outcome.n == 0 || strcmp(now->by, by_name(by)) == 0);
}

static enum err set_outcome(struct db *db, struct company_id company,
    struct interaction_id id, struct slice outcome, enum mark_by by,
    struct user_id user, int64_t now_us)
{
	struct standing now;
	enum err e;

	if ((e = hold(db, company, id, &now)) != ERR_OK)
		return e;
	if (strcmp(now.by, by_name(MARK_BY_PERSON)) == 0 &&
	    by != MARK_BY_PERSON)
		return ERR_CONFLICT;
	if (stands(&now, outcome, by))
		return ERR_OK;
	if ((e = check_outcome(db, company, outcome)) != ERR_OK)
		return e;
	e = write_outcome(db, company, id, outcome, by, user, now_us);
	return e == ERR_OK ? tell(db, company, id, "outcome") : e;
}

enum err db_mark_hold(struct db *db, struct company_id company,
    struct interaction_id id, struct slice kind)
{
	static const char sql[] =
	    "SELECT kind = ? FROM interaction"
	    " WHERE company_id = ? AND id = ? FOR UPDATE";
	bool is = false;
	struct stmt *st;
	enum err e = db_call_hold(db, company, id.v);

	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_text(st, kind);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_bool(st, &is);
	e = stmt_one(st);
	return e == ERR_OK && !is ? ERR_NOTFOUND : e;
}

enum err db_mark_outcome(struct db *db, struct company_id company,
    struct interaction_id id, struct slice outcome, enum mark_by by,
    struct user_id user, int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = set_outcome(db, company, id, outcome, by, user, now_us);
	return db_join_end(db, mine, e);
}

static enum err set_value(struct db *db, struct company_id company,
    struct interaction_id id, bool has_value, int64_t value_micros)
{
	static const char sql[] =
	    "UPDATE interaction SET value_micros = ?"
	    " WHERE company_id = ? AND id = ?";
	struct standing now;
	struct stmt *st;
	enum err e = hold(db, company, id, &now);

	if (e != ERR_OK ||
	    (now.has_value == has_value &&
		(!has_value || now.value_micros == value_micros)))
		return e;
	st = stmt_begin(db, sql);
	if (has_value)
		stmt_in_i64(st, value_micros);
	else
		stmt_in_null(st);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = move(db, company, id, st);
	return e == ERR_OK ? tell(db, company, id, "value") : e;
}

enum err db_mark_value(struct db *db, struct company_id company,
    struct interaction_id id, bool has_value, int64_t value_micros)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = set_value(db, company, id, has_value, value_micros);
	return db_join_end(db, mine, e);
}

/* Letter by letter: to the table's collation many a change is none. */
static enum err set_note(struct db *db, struct company_id company,
    struct interaction_id id, struct slice note)
{
	static const char sql[] =
	    "UPDATE interaction SET note = ? WHERE company_id = ? AND id = ?"
	    " AND NOT CAST(note AS BINARY) <=> CAST(? AS BINARY)";
	const struct slice text = note.n == 0 ? slice_of(NULL, 0) : note;
	struct standing now;
	uint64_t changed = 0;
	struct stmt *st;
	enum err e = hold(db, company, id, &now);

	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_text_null(st, text);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_text_null(st, text);
	e = stmt_exec(st, &changed);
	return e == ERR_OK && changed > 0 ? tell(db, company, id, "note") : e;
}

enum err db_mark_note(struct db *db, struct company_id company,
    struct interaction_id id, struct slice note)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = set_note(db, company, id, note);
	return db_join_end(db, mine, e);
}

enum err db_mark_get(struct db *db, struct company_id company,
    struct interaction_id id, struct arena *mem, struct mark_now *out)
{
	static const char sql[] =
	    "SELECT outcome, outcome_by, value_micros IS NOT NULL,"
	    " value_micros, note FROM interaction"
	    " WHERE company_id = ? AND id = ?";
	struct mark_now now;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_text(st, now.outcome, sizeof(now.outcome));
	stmt_out_text(st, now.outcome_by, sizeof(now.outcome_by));
	stmt_out_bool(st, &now.has_value);
	stmt_out_i64(st, &now.value_micros);
	stmt_out_slice(st, mem, DB_NOTE_MAX, &now.note);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = now;
	return e;
}

enum err db_mark_tag_add(struct db *db, struct company_id company,
    const struct tag_row *row, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO tag (company_id, id, name, created_at)"
	    " VALUES (?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_time_us(st, now_us);
	return stmt_exec_one(st);
}

/* Runs st, which has its parameters, for a list of tags; ends st. */
static enum err list(struct stmt *st, struct arena *mem, struct tag_row **rows,
    size_t *n)
{
	struct tag_row row;

	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_mark_tags(struct db *db, struct company_id company,
    struct arena *mem, struct tag_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT id, name FROM tag"
	    " WHERE company_id = ? ORDER BY name";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	return list(st, mem, rows, n);
}

enum err db_mark_tags_of(struct db *db, struct company_id company,
    struct interaction_id id, struct arena *mem, struct tag_row **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT t.id, t.name FROM interaction_tag x JOIN tag t"
	    " ON t.company_id = x.company_id AND t.id = x.tag_id"
	    " WHERE x.company_id = ? AND x.interaction_id = ? ORDER BY t.name";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return list(st, mem, rows, n);
}

/* Inserts nothing unless both are the company's. ERR_CONFLICT: it has it. */
static enum err insert_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag, struct user_id by,
    int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO interaction_tag"
	    " (company_id, interaction_id, tag_id, added_by, added_at)"
	    " SELECT i.company_id, i.id, t.id, ?, ? FROM interaction i"
	    " JOIN tag t ON t.company_id = i.company_id"
	    " WHERE i.company_id = ? AND i.id = ? AND t.id = ?";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	stmt_in_id_null(st, by.v);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, tag.v);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_NOTFOUND : e;
}

static enum err add_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag, struct user_id by,
    int64_t now_us)
{
	struct standing now;
	enum err e;

	if ((e = hold(db, company, id, &now)) != ERR_OK)
		return e;
	e = insert_tag(db, company, id, tag, by, now_us);
	if (e != ERR_OK)
		return e == ERR_CONFLICT ? ERR_OK : e;
	e = db_stat_tag(db, company, call_of(id), tag, true);
	return e == ERR_OK ? tell(db, company, id, "tags") : e;
}

enum err db_mark_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag, struct user_id by,
    int64_t now_us)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = add_tag(db, company, id, tag, by, now_us);
	return db_join_end(db, mine, e);
}

enum err db_mark_tag_find(struct db *db, struct company_id company,
    struct slice name, struct tag_id *out)
{
	static const char sql[] =
	    "SELECT id FROM tag WHERE company_id = ? AND name = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, name);
	stmt_out_id(st, out->v);
	return stmt_one(st);
}

static enum err count_tags(struct db *db, struct company_id company,
    uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM tag WHERE company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_u64(st, n);
	return stmt_one(st);
}

enum err db_mark_tag_make(struct db *db, struct company_id company,
    struct slice name, int64_t now_us, struct tag_id *out)
{
	struct tag_row row = { .name = "" };
	uint8_t rnd[10];
	enum err e = db_mark_tag_find(db, company, name, out);

	if (e != ERR_NOTFOUND)
		return e;
	rnd_bytes(rnd, sizeof(rnd));
	id_make(now_us, rnd, row.id.v);
	if (!slice_to_cstr(name, row.name, sizeof(row.name)))
		return ERR_RANGE;
	*out = row.id;
	e = db_mark_tag_add(db, company, &row, now_us);
	return e == ERR_CONFLICT /* another was faster */
		   ? db_mark_tag_find(db, company, name, out)
		   : e;
}

static enum err tag_named(struct db *db, struct company_id company,
    struct interaction_id id, struct slice name, int64_t now_us)
{
	static const struct user_id nobody;
	struct tag_id tag;
	uint64_t n = 0;
	enum err e = db_mark_tag_find(db, company, name, &tag);

	if (e == ERR_NOTFOUND && (e = count_tags(db, company, &n)) == ERR_OK)
		e = n < DB_MARK_TAGS_MAX
			? db_mark_tag_make(db, company, name, now_us, &tag)
			: ERR_TOOBIG;
	return e == ERR_OK ? add_tag(db, company, id, tag, nobody, now_us) : e;
}

enum err db_mark_tag_named(struct db *db, struct company_id company,
    struct interaction_id id, struct slice name, int64_t now_us)
{
	bool mine;
	enum err e;

	if (name.n == 0 || name.n > DB_MARK_TAG_MAX)
		return ERR_RANGE;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = tag_named(db, company, id, name, now_us);
	return db_join_end(db, mine, e);
}

static enum err delete_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag)
{
	static const char sql[] =
	    "DELETE FROM interaction_tag WHERE company_id = ?"
	    " AND interaction_id = ? AND tag_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, tag.v);
	return stmt_exec_one(st);
}

static enum err remove_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag)
{
	struct standing now;
	enum err e;

	if ((e = hold(db, company, id, &now)) != ERR_OK ||
	    (e = delete_tag(db, company, id, tag)) != ERR_OK ||
	    (e = db_stat_tag(db, company, call_of(id), tag, false)) != ERR_OK)
		return e;
	return tell(db, company, id, "tags");
}

enum err db_mark_tag_rename(struct db *db, struct company_id company,
    const struct tag_row *row)
{
	static const char sql[] =
	    "UPDATE tag SET name = ? WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(row->name));
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	return stmt_exec_one(st);
}

enum err db_mark_tag_remove(struct db *db, struct company_id company,
    struct tag_id id)
{
	static const char sql[] =
	    "DELETE FROM tag WHERE company_id = ? AND id = ?"
	    " AND NOT EXISTS (SELECT 1 FROM interaction_tag"
	    " WHERE interaction_tag.company_id = tag.company_id"
	    " AND interaction_tag.tag_id = tag.id)";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t n = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_CONFLICT : e;
}

enum err db_mark_untag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = remove_tag(db, company, id, tag);
	return db_join_end(db, mine, e);
}
