#include "lib/db/db_member.h"

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

/* FIELD() gives 0 for "none" and counts as enum user_role does. */
#define ROLES "'read-only', 'agent', 'analyst', 'manager', 'admin', 'owner'"
#define COLUMNS                                                 \
	"u.id, u.email, u.name, r.own, r.wide, u.has_password," \
	" s.confirmed_at IS NOT NULL, u.disabled_at,"           \
	" (SELECT MAX(l.seen_at) FROM login l WHERE l.user_id = u.id)"
/* Both roles of each in one pass: as two joins, each of thousands of people
 * would be looked for among all of them. */
#define TABLES                                                              \
	" FROM company c JOIN (SELECT m.user_id,"                           \
	" MAX(IF(m.company_id = ?, 0, FIELD(m.role, " ROLES                 \
	"))) AS own,"                                                       \
	" MAX(IF(m.company_id = ?, FIELD(m.role, " ROLES                    \
	"), 0)) AS wide"                                                    \
	" FROM membership m WHERE m.account_id ="                           \
	" (SELECT k.account_id FROM company k WHERE k.id = ?)"              \
	" AND (m.company_id = ? OR m.company_id = ?) GROUP BY m.user_id) r" \
	" JOIN user u ON u.id = r.user_id AND u.account_id = c.account_id"  \
	" LEFT JOIN user_second s ON s.user_id = u.id"
#define NAME "name COLLATE utf8mb4_unicode_520_ci"

struct raw {
	struct member_row row;
	uint32_t role, wide;
};

static void out_raw(struct stmt *st, struct raw *raw)
{
	stmt_out_id(st, raw->row.id.v);
	stmt_out_text(st, raw->row.email, sizeof(raw->row.email));
	stmt_out_text(st, raw->row.name, sizeof(raw->row.name));
	stmt_out_u32(st, &raw->role);
	stmt_out_u32(st, &raw->wide);
	stmt_out_bool(st, &raw->row.has_password);
	stmt_out_bool(st, &raw->row.has_second);
	stmt_out_time_us(st, &raw->row.disabled_us);
	stmt_out_time_us(st, &raw->row.seen_us);
}

static void in_roles(struct stmt *st, const struct company_id *company)
{
	static const struct company_id every;

	stmt_in_id(st, every.v);
	stmt_in_id(st, every.v);
	stmt_in_id(st, company->v);
	stmt_in_id(st, every.v);
	stmt_in_id(st, company->v);
}

static struct member_row finish(const struct raw *raw)
{
	struct member_row row = raw->row;

	row.role = (enum user_role)raw->role;
	row.wide = (enum user_role)raw->wide;
	return row;
}

enum err db_member_list(struct db *db, struct company_id company,
    struct user_id after, struct slice text, uint32_t max, struct arena *mem,
    struct member_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS TABLES
	    " LEFT JOIN user a ON a.id = ?"
	    " AND a.account_id = c.account_id WHERE c.id = ?"
	    " AND (a.id IS NULL OR u." NAME " > a." NAME " OR (u." NAME
	    " = a." NAME
	    " AND u.id > a.id))"
	    " AND (u." NAME
	    " LIKE ? OR u.email LIKE ?)"
	    " ORDER BY u." NAME ", u.id LIMIT ?";
	struct member_row *all;
	struct db_search p;
	struct stmt *st;
	struct raw raw;
	size_t k = 0;
	enum err e;

	if ((e = db_search_make(text, &p)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	in_roles(st, &company);
	stmt_in_id(st, after.v);
	stmt_in_id(st, company.v);
	stmt_in_text(st, p.text);
	stmt_in_text(st, p.text);
	stmt_in_u64(st, max);
	out_raw(st, &raw);
	if ((e = stmt_each(st)) != ERR_OK)
		goto out;
	all = arena_array(mem, stmt_rows(st), sizeof(*all));
	if (all == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while ((e = stmt_next(st)) == ERR_OK)
		all[k++] = finish(&raw);
	if (e != ERR_NOTFOUND)
		goto out;
	*rows = all;
	*n = k;
	e = ERR_OK;
out:
	stmt_end(st);
	return e;
}

enum err db_member_get(struct db *db, struct company_id company,
    struct user_id user, struct member_row *out)
{
	static const char sql[] =
	    "SELECT " COLUMNS TABLES " WHERE c.id = ? AND u.id = ?";
	struct raw raw;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	in_roles(st, &company);
	stmt_in_id(st, company.v);
	stmt_in_id(st, user.v);
	out_raw(st, &raw);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = finish(&raw);
	return e;
}

enum err db_member_highest(struct db *db, struct user_id user,
    enum user_role *out)
{
	static const char sql[] = "SELECT COALESCE(MAX(FIELD(role, " ROLES
				  ")), 0) FROM membership WHERE user_id = ?";
	struct stmt *st = stmt_begin(db, sql);
	uint32_t role = 0;
	enum err e;

	stmt_in_id(st, user.v);
	stmt_out_u32(st, &role);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = (enum user_role)role;
	return e;
}

enum err db_member_owners(struct db *db, struct account_id account, uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM membership m JOIN user u ON u.id = m.user_id"
	    " WHERE m.account_id = ? AND m.company_id = ? AND m.role = 'owner'"
	    " AND u.disabled_at IS NULL";
	static const struct company_id every;
	struct stmt *st = stmt_begin(db, sql);
	uint64_t owners = 0;
	enum err e;

	stmt_in_id(st, account.v);
	stmt_in_id(st, every.v);
	stmt_out_u64(st, &owners);
	e = stmt_one(st);
	if (e == ERR_OK)
		*n = owners;
	return e;
}

enum err db_member_enable(struct db *db, struct user_id user)
{
	static const char sql[] =
	    "UPDATE user SET disabled_at = NULL"
	    " WHERE id = ? AND disabled_at IS NOT NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	return stmt_exec_one(st);
}

enum err db_member_elsewhere(struct db *db, struct company_id company,
    struct user_id user, bool *out)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM membership"
	    " WHERE user_id = ? AND company_id <> ?)";
	struct stmt *st = stmt_begin(db, sql);
	bool any = true;
	enum err e;

	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	stmt_out_bool(st, &any);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = any;
	return e;
}
