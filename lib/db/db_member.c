#include "lib/db/db_member.h"

#include "lib/db/stmt.h"

/* FIELD() gives 0 for "none" and counts as enum user_role does. */
#define ROLES "'read-only', 'agent', 'analyst', 'manager', 'admin', 'owner'"
#define COLUMNS                                                \
	"u.id, u.email, u.name, COALESCE(FIELD(m.role, " ROLES \
	"), 0), COALESCE(FIELD(w.role, " ROLES                 \
	"), 0), u.has_password, s.confirmed_at IS NOT NULL,"   \
	" u.disabled_at, (SELECT MAX(l.seen_at) FROM login l"  \
	" WHERE l.user_id = u.id)"
#define TABLES                                                       \
	" FROM company c JOIN user u ON u.account_id = c.account_id" \
	" LEFT JOIN membership m ON m.user_id = u.id"                \
	" AND m.account_id = c.account_id AND m.company_id = c.id"   \
	" LEFT JOIN membership w ON w.user_id = u.id"                \
	" AND w.account_id = c.account_id AND w.company_id = ?"      \
	" LEFT JOIN user_second s ON s.user_id = u.id"               \
	" WHERE c.id = ? AND (m.role IS NOT NULL OR w.role IS NOT NULL)"

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

static struct member_row finish(const struct raw *raw)
{
	struct member_row row = raw->row;

	row.role = (enum user_role)raw->role;
	row.wide = (enum user_role)raw->wide;
	return row;
}

enum err db_member_list(struct db *db, struct company_id company,
    struct arena *mem, struct member_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " COLUMNS TABLES
	    " ORDER BY u.name COLLATE utf8mb4_unicode_520_ci, u.id LIMIT 500";
	static const struct company_id every;
	struct member_row *all;
	struct raw raw;
	struct stmt *st = stmt_begin(db, sql);
	size_t k = 0;
	enum err e;

	stmt_in_id(st, every.v);
	stmt_in_id(st, company.v);
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
	static const char sql[] = "SELECT " COLUMNS TABLES " AND u.id = ?";
	static const struct company_id every;
	struct raw raw;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, every.v);
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
