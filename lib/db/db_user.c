#include "lib/db/db_user.h"

#include "lib/db/db_login.h"
#include "lib/db/db_user_token.h"
#include "lib/db/stmt.h"

#define ROW_WITH(hash)                              \
	"SELECT id, account_id, email, name, " hash \
	", created_at,"                             \
	" disabled_at FROM user"
#define WHOLE ROW_WITH("password_hash")
#define CARD  ROW_WITH("''")

/* From least to most; FIELD() in SQL counts the same way from 1. */
#define ROLE_ORDER \
	"'read-only', 'agent', 'analyst', 'manager', 'admin', 'owner'"

static const char *const role_names[] = { "none", "read-only", "agent",
	"analyst", "manager", "admin", "owner" };

const char *db_user_role_name(enum user_role role)
{
	return role_names[role];
}

bool db_user_role_parse(struct slice s, enum user_role *out)
{
	for (size_t i = 1; i < RT_ARRAY_LEN(role_names); i++)
		if (slice_eq_cstr(s, role_names[i])) {
			*out = (enum user_role)i;
			return true;
		}
	return false;
}

static void out_row(struct stmt *st, struct user_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->account.v);
	stmt_out_text(st, row->email, sizeof(row->email));
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_text(st, row->password_hash, sizeof(row->password_hash));
	stmt_out_time_us(st, &row->created_us);
	stmt_out_time_us(st, &row->disabled_us);
}

enum err db_user_add(struct db *db, const struct user_row *row)
{
	static const char sql[] =
	    "INSERT INTO user (id, account_id, email, name, password_hash,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->account.v);
	stmt_in_text(st, slice_from(row->email));
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->password_hash));
	stmt_in_time_us(st, row->created_us);
	return stmt_exec_one(st);
}

/* Ends st, whose parameters are set. */
static enum err one_row(struct stmt *st, struct user_row *out)
{
	struct user_row row;
	enum err e;

	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

static enum err by_id(struct db *db, const char *sql, struct user_id id,
    struct user_row *out)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, id.v);
	return one_row(st, out);
}

/* The column's order of letters holds what differs in accents or in what nobody
 * sees for the same: one person would have any number of addresses, each with
 * its own count of failed sign-ins. */
static enum err by_email(struct db *db, const char *sql, struct slice email,
    struct user_row *out)
{
	struct stmt *st = stmt_begin(db, sql);
	struct user_row row;
	enum err e;

	stmt_in_text(st, email);
	e = one_row(st, &row);
	if (e == ERR_OK && !slice_eq_case(slice_from(row.email), email))
		return ERR_NOTFOUND;
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_user_get(struct db *db, struct user_id id, struct user_row *out)
{
	return by_id(db, WHOLE " WHERE id = ?", id, out);
}

enum err db_user_card(struct db *db, struct user_id id, struct user_row *out)
{
	return by_id(db, CARD " WHERE id = ?", id, out);
}

enum err db_user_by_email(struct db *db, struct slice email,
    struct user_row *out)
{
	return by_email(db, WHOLE " WHERE email = ?", email, out);
}

enum err db_user_card_by_email(struct db *db, struct slice email,
    struct user_row *out)
{
	return by_email(db, CARD " WHERE email = ?", email, out);
}

/* Runs a change of one user, signs it out everywhere and ends its links; ends
 * st. */
static enum err change(struct db *db, struct stmt *st, struct user_id id)
{
	bool mine;
	enum err e;

	e = db_join(db, &mine);
	if (e != ERR_OK) {
		stmt_end(st);
		return e;
	}
	e = stmt_exec_one(st);
	if (e == ERR_OK)
		e = db_login_end_all(db, id);
	if (e == ERR_OK)
		e = db_user_token_end_all(db, id);
	return db_join_end(db, mine, e);
}

enum err db_user_password(struct db *db, struct user_id id,
    struct slice password_hash)
{
	static const char sql[] =
	    "UPDATE user SET password_hash = ? WHERE id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, password_hash);
	stmt_in_id(st, id.v);
	return change(db, st, id);
}

enum err db_user_disable(struct db *db, struct user_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE user SET disabled_at = ? WHERE id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, id.v);
	return change(db, st, id);
}

/* Only a user and a company of that account are found. */
enum err db_user_grant(struct db *db, struct user_id user,
    struct account_id account, struct company_id company, enum user_role role,
    int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO membership"
	    " (user_id, account_id, company_id, role, created_at)"
	    " SELECT u.id, u.account_id, ?, ?, ? FROM user u"
	    " WHERE u.id = ? AND u.account_id = ?"
	    " AND (? OR EXISTS (SELECT 1 FROM company c WHERE c.id = ?"
	    " AND c.account_id = u.account_id))"
	    " ON DUPLICATE KEY UPDATE role = VALUES(role)";
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if (role == USER_ROLE_NONE)
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(db_user_role_name(role)));
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, user.v);
	stmt_in_id(st, account.v);
	stmt_in_bool(st, id_is_nil(company.v));
	stmt_in_id(st, company.v);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_NOTFOUND : e;
}

enum err db_user_revoke(struct db *db, struct user_id user,
    struct company_id company)
{
	static const char sql[] =
	    "DELETE FROM membership WHERE user_id = ? AND company_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, user.v);
	stmt_in_id(st, company.v);
	return stmt_exec_one(st);
}

enum err db_user_role(struct db *db, struct user_id user,
    struct company_id company, enum user_role *out)
{
	static const char sql[] =
	    "SELECT COALESCE(MAX(FIELD(m.role, " ROLE_ORDER
	    ")), 0)"
	    " FROM company c JOIN membership m ON m.account_id = c.account_id"
	    " AND m.company_id IN (c.id, ?) WHERE c.id = ? AND m.user_id = ?"
	    " AND c.archived_at IS NULL";
	static const struct company_id all;
	struct stmt *st = stmt_begin(db, sql);
	uint32_t role = 0;
	enum err e;

	stmt_in_id(st, all.v);
	stmt_in_id(st, company.v);
	stmt_in_id(st, user.v);
	stmt_out_u32(st, &role);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = (enum user_role)role;
	return e;
}

enum err db_user_account_role(struct db *db, struct user_id user,
    enum user_role *out)
{
	static const char sql[] =
	    "SELECT COALESCE(MAX(FIELD(m.role, " ROLE_ORDER
	    ")), 0)"
	    " FROM user u JOIN membership m ON m.user_id = u.id"
	    " AND m.account_id = u.account_id AND m.company_id = ?"
	    " WHERE u.id = ?";
	static const struct company_id all;
	struct stmt *st = stmt_begin(db, sql);
	uint32_t role = 0;
	enum err e;

	stmt_in_id(st, all.v);
	stmt_in_id(st, user.v);
	stmt_out_u32(st, &role);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = (enum user_role)role;
	return e;
}

enum err db_user_companies(struct db *db, struct user_id user,
    struct arena *mem, struct user_company **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT c.id, c.name, c.time_zone,"
	    " MAX(FIELD(m.role, " ROLE_ORDER
	    "))"
	    " FROM membership m JOIN company c ON c.account_id = m.account_id"
	    " AND m.company_id IN (c.id, ?)"
	    " WHERE m.user_id = ? AND c.archived_at IS NULL"
	    " GROUP BY c.id, c.name, c.time_zone ORDER BY c.name, c.id";
	static const struct company_id every;
	struct {
		struct user_company c;
		uint32_t role;
	} row, *got;
	struct user_company *all;
	struct stmt *st = stmt_begin(db, sql);
	void *mem_rows;
	enum err e;

	stmt_in_id(st, every.v);
	stmt_in_id(st, user.v);
	stmt_out_id(st, row.c.id.v);
	stmt_out_text(st, row.c.name, sizeof(row.c.name));
	stmt_out_text(st, row.c.time_zone, sizeof(row.c.time_zone));
	stmt_out_u32(st, &row.role);
	e = stmt_all(st, mem, &row, sizeof(row), &mem_rows, n);
	if (e != ERR_OK)
		return e;
	got = mem_rows;
	all = arena_array(mem, *n, sizeof(*all));
	if (all == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < *n; i++) {
		all[i] = got[i].c;
		all[i].role = (enum user_role)got[i].role;
	}
	*rows = all;
	return ERR_OK;
}
