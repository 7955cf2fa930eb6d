#include "lib/db/db_mark.h"

#include <string.h>

#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"

#define OUTCOMES_MAX 100
#define TAGS_MAX     1000

static const char outcomes_sql[] =
    "SELECT code, name, is_lead, is_sale, is_spam FROM outcome"
    " WHERE company_id = ? AND archived_at IS NULL"
    " ORDER BY position, code LIMIT ?";

static const char outcome_known_sql[] =
    "SELECT COUNT(*) FROM outcome"
    " WHERE company_id = ? AND code = ? AND archived_at IS NULL";

static const char lock_sql[] =
    "SELECT outcome_by FROM interaction"
    " WHERE company_id = ? AND id = ? FOR UPDATE";

static const char set_outcome_sql[] =
    "UPDATE interaction SET outcome = ?, outcome_by = ?,"
    " outcome_user_id = ?, outcome_at = ?"
    " WHERE company_id = ? AND id = ?";

static const char set_value_sql[] =
    "UPDATE interaction SET value_micros = ?"
    " WHERE company_id = ? AND id = ?";

static const char set_note_sql[] =
    "UPDATE interaction SET note = ? WHERE company_id = ? AND id = ?";

static const char tag_add_sql[] =
    "INSERT INTO tag (company_id, id, name, created_at) VALUES (?, ?, ?, ?)";

static const char tags_sql[] =
    "SELECT id, name FROM tag WHERE company_id = ? ORDER BY name LIMIT ?";

static const char tag_known_sql[] =
    "SELECT COUNT(*) FROM tag t JOIN interaction i"
    " ON i.company_id = t.company_id"
    " WHERE t.company_id = ? AND t.id = ? AND i.id = ?";

static const char tag_sql[] =
    "INSERT IGNORE INTO interaction_tag"
    " (company_id, interaction_id, tag_id, added_by, added_at)"
    " VALUES (?, ?, ?, ?, ?)";

static const char untag_sql[] =
    "DELETE FROM interaction_tag"
    " WHERE company_id = ? AND interaction_id = ? AND tag_id = ?";

static const char tags_of_sql[] =
    "SELECT t.id, t.name FROM interaction_tag x JOIN tag t"
    " ON t.company_id = x.company_id AND t.id = x.tag_id"
    " WHERE x.company_id = ? AND x.interaction_id = ?"
    " ORDER BY t.name LIMIT ?";

static const char *by_name(enum mark_by by)
{
	static const char *const names[] = { "person", "rule", "analysis" };

	return names[by];
}

enum err db_mark_outcomes(struct db *db, struct company_id company,
    struct arena *mem, struct outcome_row **rows, size_t *n)
{
	struct outcome_row *all = arena_array(mem, OUTCOMES_MAX, sizeof(*all));
	struct outcome_row row;
	struct stmt *st;
	size_t got = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	if ((e = stmt_begin(db, outcomes_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_u64(st, OUTCOMES_MAX);
	stmt_out_text(st, row.code, sizeof(row.code));
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_bool(st, &row.is_lead);
	stmt_out_bool(st, &row.is_sale);
	stmt_out_bool(st, &row.is_spam);
	e = stmt_each(st);
	while (
	    e == ERR_OK && got < OUTCOMES_MAX && (e = stmt_next(st)) == ERR_OK)
		all[got++] = row;
	stmt_end(st);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = got;
	return ERR_OK;
}

/* The interaction shares its id with the call. A form has no call, and the
 * roll-ups of calls do not count it. */
static struct call_id call_of(struct interaction_id id)
{
	struct call_id c;

	memcpy(c.v, id.v, ID_BYTES);
	return c;
}

static enum err stat_take(struct db *db, struct company_id company,
    struct interaction_id id)
{
	const enum err e = db_stat_take(db, company, call_of(id));

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err stat_put(struct db *db, struct company_id company,
    struct interaction_id id)
{
	const enum err e = db_stat_put(db, company, call_of(id));

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Holds the interaction until the end of the transaction. */
static enum err lock(struct db *db, struct company_id company,
    struct interaction_id id, char outcome_by[9])
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, lock_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_text(st, outcome_by, 9);
	e = stmt_one(st);
	stmt_end(st);
	return e;
}

/* ERR_RANGE: not one of the company's. */
static enum err check_outcome(struct db *db, struct company_id company,
    struct slice code)
{
	struct stmt *st;
	uint64_t count;
	enum err e;

	if (code.n == 0)
		return ERR_OK;
	if ((e = stmt_begin(db, outcome_known_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_text(st, code);
	stmt_out_u64(st, &count);
	e = stmt_one(st);
	stmt_end(st);
	if (e == ERR_OK && count == 0)
		return ERR_RANGE;
	return e;
}

struct outcome_mark {
	struct slice outcome;
	enum mark_by by;
	struct user_id user;
	int64_t now_us;
};

static enum err set_outcome(struct db *db, struct company_id company,
    struct interaction_id id, const struct outcome_mark *m)
{
	const bool gone = m->outcome.n == 0;
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, set_outcome_sql, &st)) != ERR_OK)
		return e;
	stmt_in_text(st, m->outcome);
	stmt_in_text(st, slice_from(gone ? "" : by_name(m->by)));
	stmt_in_id_null(st, m->user.v);
	stmt_in_time_us_null(st, gone ? 0 : m->now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_mark_outcome(struct db *db, struct company_id company,
    struct interaction_id id, struct slice outcome, enum mark_by by,
    struct user_id user, int64_t now_us)
{
	const struct outcome_mark m = { .outcome = outcome,
		.by = by,
		.user = user,
		.now_us = now_us };
	char outcome_by[9];
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = lock(db, company, id, outcome_by);
	if (e == ERR_OK && by != MARK_BY_PERSON &&
	    strcmp(outcome_by, by_name(MARK_BY_PERSON)) == 0)
		e = ERR_CONFLICT;
	if (e == ERR_OK)
		e = check_outcome(db, company, outcome);
	if (e == ERR_OK)
		e = stat_take(db, company, id);
	if (e == ERR_OK)
		e = set_outcome(db, company, id, &m);
	if (e == ERR_OK)
		e = stat_put(db, company, id);
	return db_join_end(db, mine, e);
}

static enum err set_value(struct db *db, struct company_id company,
    struct interaction_id id, bool has_value, int64_t value_micros)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, set_value_sql, &st)) != ERR_OK)
		return e;
	if (has_value)
		stmt_in_i64(st, value_micros);
	else
		stmt_in_null(st);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_mark_value(struct db *db, struct company_id company,
    struct interaction_id id, bool has_value, int64_t value_micros)
{
	char outcome_by[9];
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = lock(db, company, id, outcome_by);
	if (e == ERR_OK)
		e = stat_take(db, company, id);
	if (e == ERR_OK)
		e = set_value(db, company, id, has_value, value_micros);
	if (e == ERR_OK)
		e = stat_put(db, company, id);
	return db_join_end(db, mine, e);
}

enum err db_mark_note(struct db *db, struct company_id company,
    struct interaction_id id, struct slice note)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, set_note_sql, &st)) != ERR_OK)
		return e;
	stmt_in_text_null(st, note.n == 0 ? (struct slice){ NULL, 0 } : note);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec_one(st);
	stmt_end(st);
	return e;
}

enum err db_mark_tag_add(struct db *db, struct company_id company,
    const struct tag_row *row, int64_t now_us)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, tag_add_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_time_us(st, now_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

/* id: NULL for all tags of the company. */
static enum err read_tags(struct db *db, struct company_id company,
    const uint8_t *id, struct arena *mem, struct tag_row **rows, size_t *n)
{
	struct tag_row *all = arena_array(mem, TAGS_MAX, sizeof(*all));
	struct tag_row row;
	struct stmt *st;
	size_t got = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	e = stmt_begin(db, id == NULL ? tags_sql : tags_of_sql, &st);
	if (e != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	if (id != NULL)
		stmt_in_id(st, id);
	stmt_in_u64(st, TAGS_MAX);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	e = stmt_each(st);
	while (e == ERR_OK && got < TAGS_MAX && (e = stmt_next(st)) == ERR_OK)
		all[got++] = row;
	stmt_end(st);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = got;
	return ERR_OK;
}

enum err db_mark_tags(struct db *db, struct company_id company,
    struct arena *mem, struct tag_row **rows, size_t *n)
{
	return read_tags(db, company, NULL, mem, rows, n);
}

enum err db_mark_tags_of(struct db *db, struct company_id company,
    struct interaction_id id, struct arena *mem, struct tag_row **rows,
    size_t *n)
{
	return read_tags(db, company, id.v, mem, rows, n);
}

static enum err check_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag)
{
	struct stmt *st;
	uint64_t count;
	enum err e;

	if ((e = stmt_begin(db, tag_known_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, tag.v);
	stmt_in_id(st, id.v);
	stmt_out_u64(st, &count);
	e = stmt_one(st);
	stmt_end(st);
	if (e == ERR_OK && count == 0)
		return ERR_NOTFOUND;
	return e;
}

enum err db_mark_tag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag, struct user_id by,
    int64_t now_us)
{
	struct stmt *st;
	enum err e;

	if ((e = check_tag(db, company, id, tag)) != ERR_OK)
		return e;
	if ((e = stmt_begin(db, tag_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, tag.v);
	stmt_in_id_null(st, by.v);
	stmt_in_time_us(st, now_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_mark_untag(struct db *db, struct company_id company,
    struct interaction_id id, struct tag_id tag)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, untag_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, tag.v);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}
