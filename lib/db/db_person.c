#include "lib/db/db_person.h"

#include <string.h>

#include "lib/db/db_person_apart.h"
#include "lib/db/stmt.h"

static const char *const by_names[] = {
	[PERSON_BY_FORM] = "form",
	[PERSON_BY_CALL] = "call",
	[PERSON_BY_HAND] = "hand",
};

static const char add_sql[] =
    "INSERT INTO person (company_id, id, created_at) VALUES (?, ?, ?)"
    " ON DUPLICATE KEY UPDATE id = VALUES(id)";

static const char add_visitor_sql[] =
    "INSERT INTO person_visitor"
    " (company_id, visitor_id, person_id, linked_by, linked_at)"
    " VALUES (?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE visitor_id = VALUES(visitor_id)";

static const char add_caller_sql[] =
    "INSERT INTO person_caller"
    " (company_id, e164, person_id, linked_by, linked_at)"
    " VALUES (?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE e164 = VALUES(e164)";

static const char of_visitor_sql[] =
    "SELECT person_id FROM person_visitor"
    " WHERE company_id = ? AND visitor_id = ?";

static const char of_caller_sql[] =
    "SELECT person_id FROM person_caller WHERE company_id = ? AND e164 = ?";

static const char parts_sql[] =
    "SELECT visitor_id, '', linked_by, linked_at FROM person_visitor"
    " WHERE company_id = ? AND person_id = ?"
    " UNION ALL SELECT NULL, e164, linked_by, linked_at FROM person_caller"
    " WHERE company_id = ? AND person_id = ?";

/* Of two persons the one with the smaller id, the older one, stays. */
static const char *const merge_sql[] = {
	"UPDATE person_visitor SET person_id = ?"
	" WHERE company_id = ? AND person_id = ?",
	"UPDATE person_caller SET person_id = ?"
	" WHERE company_id = ? AND person_id = ?",
};

static const char drop_sql[] =
    "DELETE FROM person WHERE company_id = ? AND id = ?";

/* Parameters: company, person. */
static const char *const unlink_sql[] = {
	"DELETE FROM person_visitor WHERE company_id = ? AND person_id = ?",
	"DELETE FROM person_caller WHERE company_id = ? AND person_id = ?",
	drop_sql,
};

static const char part_visitor_sql[] =
    "DELETE FROM person_visitor"
    " WHERE company_id = ? AND visitor_id = ? AND person_id = ?";

static const char part_caller_sql[] =
    "DELETE FROM person_caller"
    " WHERE company_id = ? AND e164 = ? AND person_id = ?";

static const char sizes_sql[] =
    "SELECT (SELECT COUNT(*) FROM person_caller"
    " WHERE company_id = ? AND person_id = ?),"
    " (SELECT COUNT(*) FROM person_visitor"
    " WHERE company_id = ? AND person_id = ?)";

/* What the company answers, and what stands on its pages. */
static const char own_sql[] =
    "SELECT EXISTS (SELECT 1 FROM number"
    " WHERE company_id = ? AND e164 = ? AND released_at IS NULL)"
    " OR EXISTS (SELECT 1 FROM site_target"
    " WHERE company_id = ? AND e164 = ?)";

static bool is_caller(const struct person_key *key)
{
	return key->e164.n > 0;
}

static void in_key(struct stmt *st, const struct person_key *key)
{
	if (is_caller(key))
		stmt_in_text(st, key->e164);
	else
		stmt_in_id(st, key->visitor.v);
}

enum err db_person_of(struct db *db, struct company_id company,
    const struct person_key *key, struct person_id *out)
{
	struct person_id p;
	struct stmt *st =
	    stmt_begin(db, is_caller(key) ? of_caller_sql : of_visitor_sql);
	enum err e;

	stmt_in_id(st, company.v);
	in_key(st, key);
	stmt_out_id(st, p.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = p;
	return e;
}

enum err db_person_of_visitor(struct db *db, struct company_id company,
    struct visitor_id visitor, struct person_id *out)
{
	return db_person_of(db, company,
	    &(struct person_key){ visitor, SLICE("") }, out);
}

enum err db_person_of_caller(struct db *db, struct company_id company,
    struct slice e164, struct person_id *out)
{
	return db_person_of(db, company, &(struct person_key){ .e164 = e164 },
	    out);
}

static enum err run_pair(struct db *db, const char *sql,
    struct company_id company, struct person_id person)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	return stmt_exec(st, NULL);
}

static enum err merge(struct db *db, struct company_id company,
    struct person_id keep, struct person_id gone)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(merge_sql); i++) {
		struct stmt *st;

		st = stmt_begin(db, merge_sql[i]);
		stmt_in_id(st, keep.v);
		stmt_in_id(st, company.v);
		stmt_in_id(st, gone.v);
		e = stmt_exec(st, NULL);
	}
	return e == ERR_OK ? run_pair(db, drop_sql, company, gone) : e;
}

static enum err add_part(struct db *db, struct company_id company,
    const struct person_key *key, struct person_id person, enum person_by by,
    int64_t now_us)
{
	struct stmt *st =
	    stmt_begin(db, is_caller(key) ? add_caller_sql : add_visitor_sql);

	stmt_in_id(st, company.v);
	in_key(st, key);
	stmt_in_id(st, person.v);
	stmt_in_text(st, slice_from(by_names[by]));
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

static enum err add_person(struct db *db, struct company_id company,
    struct person_id person, int64_t now_us)
{
	struct stmt *st = stmt_begin(db, add_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

struct link {
	const struct person_key *a, *b;
	enum person_by by;
	int64_t now_us;
};

static enum err link_now(struct db *db, struct company_id company,
    const struct link *l, struct person_id fresh, struct person_id *out)
{
	struct person_id a, b;
	const enum err has_a = db_person_of(db, company, l->a, &a);
	const enum err has_b = db_person_of(db, company, l->b, &b);
	enum err e = ERR_OK;

	if (has_a != ERR_OK && has_a != ERR_NOTFOUND)
		return has_a;
	if (has_b != ERR_OK && has_b != ERR_NOTFOUND)
		return has_b;
	*out = has_a == ERR_OK ? a : has_b == ERR_OK ? b : fresh;
	if (has_a == ERR_OK && has_b == ERR_OK && !id_eq(a.v, b.v)) {
		const bool a_first = memcmp(a.v, b.v, sizeof(a.v)) < 0;

		*out = a_first ? a : b;
		return merge(db, company, *out, a_first ? b : a);
	}
	if (has_a != ERR_OK && has_b != ERR_OK)
		e = add_person(db, company, fresh, l->now_us);
	if (e == ERR_OK && has_a != ERR_OK)
		e = add_part(db, company, l->a, *out, l->by, l->now_us);
	if (e == ERR_OK && has_b != ERR_OK)
		e = add_part(db, company, l->b, *out, l->by, l->now_us);
	return e;
}

enum err db_person_join(struct db *db, struct company_id company,
    const struct person_key *a, const struct person_key *b, enum person_by by,
    int64_t now_us, struct person_id fresh, struct person_id *out)
{
	const struct link l = { a, b, by, now_us };
	struct person_id person = fresh;
	bool mine = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = link_now(db, company, &l, fresh, &person);
	if (e == ERR_OK)
		e = db_person_apart_end(db, company, person);
	if ((e = db_join_end(db, mine, e)) == ERR_OK)
		*out = person;
	return e;
}

/* --- what a form says ------------------------------------------------------*/

struct sizes {
	uint64_t phones, browsers;
};

static enum err sizes_of(struct db *db, struct company_id company,
    struct person_id person, struct sizes *out)
{
	struct sizes n;
	struct stmt *st = stmt_begin(db, sizes_sql);
	enum err e;

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
	}
	stmt_out_u64(st, &n.phones);
	stmt_out_u64(st, &n.browsers);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = n;
	return e;
}

static enum err is_own(struct db *db, struct company_id company,
    struct slice e164, bool *out)
{
	struct stmt *st = stmt_begin(db, own_sql);

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_text(st, e164);
	}
	stmt_out_bool(st, out);
	return stmt_one(st);
}

static enum err add_with_room(struct db *db, struct company_id company,
    const struct person_key *key, struct person_id person, int64_t now_us)
{
	bool apart = false;
	struct sizes n;
	enum err e;

	if ((e = sizes_of(db, company, person, &n)) != ERR_OK ||
	    (e = db_person_apart_any(db, company, key, person, &apart)) !=
		ERR_OK ||
	    apart)
		return e;
	if (is_caller(key) ? n.phones >= DB_PERSON_FORM_PHONES_MAX
			   : n.browsers >= DB_PERSON_FORM_BROWSERS_MAX)
		return ERR_OK;
	return add_part(db, company, key, person, PERSON_BY_FORM, now_us);
}

static enum err link_form(struct db *db, struct company_id company,
    const struct link *l, struct person_id fresh)
{
	struct person_id a, b;
	const enum err has_a = db_person_of(db, company, l->a, &a);
	const enum err has_b = db_person_of(db, company, l->b, &b);
	bool apart = false;
	enum err e;

	if (has_a != ERR_OK && has_a != ERR_NOTFOUND)
		return has_a;
	if (has_b != ERR_OK && has_b != ERR_NOTFOUND)
		return has_b;
	if (has_a == ERR_OK && has_b == ERR_OK)
		return ERR_OK; /* one already, or two that stay so */
	if (has_a == ERR_OK)
		return add_with_room(db, company, l->b, a, l->now_us);
	if (has_b == ERR_OK)
		return add_with_room(db, company, l->a, b, l->now_us);
	e = db_person_apart_pair(db, company, l->a, l->b, &apart);
	return e == ERR_OK && !apart ? link_now(db, company, l, fresh, &a) : e;
}

enum err db_person_link(struct db *db, struct company_id company,
    struct visitor_id visitor, struct slice e164, int64_t now_us,
    struct person_id fresh)
{
	const struct person_key browser = { visitor, SLICE("") };
	const struct person_key phone = { .e164 = e164 };
	const struct link l = { &browser, &phone, PERSON_BY_FORM, now_us };
	bool mine = false, own = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = is_own(db, company, e164, &own);
	if (e == ERR_OK && !own)
		e = link_form(db, company, &l, fresh);
	return db_join_end(db, mine, e);
}

/* --- parting ---------------------------------------------------------------*/

enum err db_person_unlink(struct db *db, struct company_id company,
    struct person_id person)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(unlink_sql); i++)
		e = run_pair(db, unlink_sql[i], company, person);
	return e;
}

/* now_us: when somebody parted it; 0: nobody did. */
static enum err part_now(struct db *db, struct company_id company,
    struct person_id person, const struct person_key *key, int64_t now_us)
{
	struct stmt *st =
	    stmt_begin(db, is_caller(key) ? part_caller_sql : part_visitor_sql);
	struct sizes left;
	enum err e;

	stmt_in_id(st, company.v);
	in_key(st, key);
	stmt_in_id(st, person.v);
	if ((e = stmt_exec_one(st)) != ERR_OK ||
	    (e = sizes_of(db, company, person, &left)) != ERR_OK)
		return e;
	if (now_us != 0 && (e = db_person_apart_add(db, company, key, person,
				now_us)) != ERR_OK)
		return e;
	return left.phones + left.browsers < 2
		   ? db_person_unlink(db, company, person)
		   : ERR_OK;
}

enum err db_person_part(struct db *db, struct company_id company,
    struct person_id person, const struct person_key *key, int64_t now_us)
{
	bool mine = false;
	const enum err e = db_join(db, &mine);

	return e == ERR_OK ? db_join_end(db, mine,
				 part_now(db, company, person, key, now_us))
			   : e;
}

enum err db_person_lose(struct db *db, struct company_id company,
    struct person_id person, const struct person_key *key)
{
	return db_person_part(db, company, person, key, 0);
}

/* --- what is known ---------------------------------------------------------*/

static enum person_by by_of(const char *name)
{
	unsigned int i = 0;

	while (i + 1 < RT_ARRAY_LEN(by_names) && strcmp(by_names[i], name) != 0)
		i++;
	return (enum person_by)i;
}

enum err db_person_parts(struct db *db, struct company_id company,
    struct person_id person,
    void (*each)(void *ctx, const struct person_part *p), void *ctx)
{
	struct person_part p;
	char by[9];
	struct stmt *st = stmt_begin(db, parts_sql);
	enum err e;

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, person.v);
	}
	stmt_out_id(st, p.visitor.v);
	stmt_out_text(st, p.e164, sizeof(p.e164));
	stmt_out_text(st, by, sizeof(by));
	stmt_out_time_us(st, &p.linked_us);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		p.by = by_of(by);
		each(ctx, &p);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
