#include "lib/db/db_grant.h"

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/db/db_grant_list.h"
#include "lib/db/db_priv.h"
#include "lib/db/stmt.h"

#define ALL_TABLES "*"
#define EVERY      "ALL PRIVILEGES"
#define DELETE     "SELECT, INSERT, UPDATE, DELETE"
#define WRITE      "SELECT, INSERT, UPDATE"
#define CHANGE     "SELECT, UPDATE"
#define APPEND     "SELECT, INSERT"
#define READ       "SELECT"

/* Names of tables, columns and rights, and their NUL. */
#define NAME_BYTES 260

static const char *const programs[] = { "admin", "api", "ctl", "dashboard",
	"dni", "jobd", "store", NULL };

/* Sorted by program, then table. What is not here is refused. */
static const struct grant {
	const char *who;
	const char *table;
	const char *rights;
} grants[] = {
	{ "admin", "account", READ },
	{ "admin", "api_key", WRITE },
	{ "admin", "api_once", "SELECT, UPDATE (answer)" },
	{ "admin", "audit",
	    "SELECT, INSERT, UPDATE (before_json, after_json)" },
	{ "admin", "call_event", "SELECT, UPDATE (value, detail)" },
	{ "admin", "caller", DELETE },
	{ "admin", "caller_list", DELETE },
	{ "admin", "caller_list_entry", DELETE },
	{ "admin", "company", WRITE },
	{ "admin", "company_logo", DELETE },
	{ "admin", "config_version", CHANGE },
	{ "admin", "conversion", "SELECT, UPDATE (click_id)" },
	{ "admin", "conversion_rule", WRITE },
	{ "admin", "destination", WRITE },
	{ "admin", "favourite", READ },
	{ "admin", "flow", WRITE },
	{ "admin", "flow_version", WRITE },
	{ "admin", "form_entry", CHANGE },
	{ "admin", "interaction", "SELECT, UPDATE (note)" },
	{ "admin", "interaction_tag", READ },
	{ "admin", "job", "SELECT, INSERT, UPDATE (payload, state, ended_at)" },
	{ "admin", "location", WRITE },
	{ "admin", "login", DELETE },
	{ "admin", "login_attempt", DELETE },
	{ "admin", "mail_log", READ },
	{ "admin", "mail_rule", WRITE },
	{ "admin", "membership", DELETE },
	{ "admin", "number", WRITE },
	{ "admin", "outcome", WRITE },
	{ "admin", "page_view", DELETE },
	{ "admin", "person", DELETE },
	{ "admin", "person_apart", DELETE },
	{ "admin", "person_caller", DELETE },
	{ "admin", "person_visitor", DELETE },
	{ "admin", "phone_call",
	    "SELECT, UPDATE (caller_e164, caller_raw, caller_name)" },
	{ "admin", "pool", WRITE },
	{ "admin", "pool_number", DELETE },
	{ "admin", "pool_number_left", WRITE },
	{ "admin", "prompt", WRITE },
	{ "admin", "prompt_version", WRITE },
	{ "admin", "recording", "SELECT, UPDATE (state, peaks)" },
	{ "admin", "saved_view", "SELECT, DELETE" },
	{ "admin", "schema_migration", READ },
	{ "admin", "site", WRITE },
	{ "admin", "site_origin", DELETE },
	{ "admin", "site_page", DELETE },
	{ "admin", "site_param", DELETE },
	{ "admin", "site_target", DELETE },
	{ "admin", "spoken", READ },
	{ "admin", "tag", DELETE },
	{ "admin", "tracker", WRITE },
	{ "admin", "trunk", WRITE },
	{ "admin", "trunk_acl", DELETE },
	{ "admin", "user", WRITE },
	{ "admin", "user_recovery", DELETE },
	{ "admin", "user_second", DELETE },
	{ "admin", "user_token", DELETE },
	{ "admin", "visit", CHANGE },
	{ "admin", "visit_erased", APPEND },
	{ "admin", "visit_event", DELETE },
	{ "admin", "visitor", DELETE },
	{ "admin", "webhook", WRITE },
	{ "admin", "webhook_delivery", WRITE },

	{ "api", "account", READ },
	{ "api", "ad_spend", DELETE },
	{ "api", "api_key", "SELECT, UPDATE (used_at, used_address)" },
	{ "api", "api_once", WRITE },
	{ "api", "attrib_calib", READ },
	{ "api", "attrib_law", READ },
	{ "api", "attrib_run", WRITE },
	{ "api", "attrib_run_call", READ },
	{ "api", "attrib_run_count", READ },
	{ "api", "audit", APPEND },
	{ "api", "call_fact", DELETE },
	{ "api", "call_fact_tag", DELETE },
	{ "api", "call_pack", DELETE },
	{ "api", "call_rollup", DELETE },
	{ "api", "call_event", READ },
	{ "api", "call_leg", READ },
	{ "api", "call_verdict", WRITE },
	{ "api", "caller", READ },
	{ "api", "caller_list", DELETE },
	{ "api", "caller_list_entry", DELETE },
	{ "api", "company", WRITE },
	{ "api", "config_version", CHANGE },
	{ "api", "conversion", READ },
	{ "api", "conversion_rule", WRITE },
	{ "api", "destination", WRITE },
	{ "api", "flow", WRITE },
	{ "api", "flow_version", WRITE },
	{ "api", "form_entry", WRITE },
	{ "api", "interaction", WRITE },
	{ "api", "interaction_tag", DELETE },
	{ "api", "job", APPEND },
	{ "api", "lease", READ },
	{ "api", "location", WRITE },
	{ "api", "login", "SELECT (user_id, seen_at), DELETE" },
	{ "api", "mail_rule", WRITE },
	{ "api", "membership", DELETE },
	{ "api", "number", WRITE },
	{ "api", "outcome", WRITE },
	{ "api", "page_view", READ },
	{ "api", "person", DELETE },
	{ "api", "person_apart", READ },
	{ "api", "person_caller", WRITE },
	{ "api", "person_visitor", WRITE },
	{ "api", "phone_call", "SELECT, UPDATE (qualified, updated_at)" },
	{ "api", "pool", WRITE },
	{ "api", "pool_number", DELETE },
	{ "api", "pool_number_left", WRITE },
	{ "api", "prompt", WRITE },
	{ "api", "prompt_version", WRITE },
	{ "api", "recording", READ },
	{ "api", "schema_migration", READ },
	{ "api", "site", WRITE },
	{ "api", "site_health", READ },
	{ "api", "site_number_seen", READ },
	{ "api", "site_origin", DELETE },
	{ "api", "site_page", DELETE },
	{ "api", "site_param", DELETE },
	{ "api", "site_target", DELETE },
	{ "api", "spoken", READ },
	{ "api", "tag", DELETE },
	{ "api", "tracker", WRITE },
	{ "api", "trunk", WRITE },
	{ "api", "trunk_acl", DELETE },
	/* Not the hashes of passwords. */
	{ "api", "user",
	    "SELECT (id, account_id, name, email, has_password, created_at,"
	    " disabled_at), INSERT, UPDATE (disabled_at)" },
	{ "api", "user_second", "SELECT (user_id, confirmed_at)" },
	{ "api", "user_token", DELETE },
	{ "api", "visit", READ },
	{ "api", "visit_erased", READ },
	{ "api", "visit_event", READ },
	{ "api", "webhook", WRITE },
	{ "api", "webhook_delivery", WRITE },

	{ "ctl", ALL_TABLES, EVERY },

	{ "dashboard", "account", READ },
	{ "dashboard", "attrib_calib", READ },
	{ "dashboard", "ad_spend", DELETE },
	{ "dashboard", "attrib_law", READ },
	{ "dashboard", "attrib_run", WRITE },
	{ "dashboard", "attrib_run_call", READ },
	{ "dashboard", "attrib_run_count", READ },
	{ "dashboard", "audit", APPEND },
	{ "dashboard", "call_event", READ },
	{ "dashboard", "call_fact", DELETE },
	{ "dashboard", "call_fact_tag", DELETE },
	{ "dashboard", "call_pack", DELETE },
	{ "dashboard", "call_leg", READ },
	{ "dashboard", "call_rollup", DELETE },
	{ "dashboard", "call_verdict", WRITE },
	{ "dashboard", "caller", READ },
	/* MySQL locks a row, here and a tracker's, for those alone who may
	 * change something of it. */
	{ "dashboard", "company", "SELECT, UPDATE (created_at)" },
	{ "dashboard", "company_logo", READ },
	{ "dashboard", "config_version", READ },
	{ "dashboard", "conversion", READ },
	{ "dashboard", "conversion_rule", READ },
	{ "dashboard", "destination", READ },
	{ "dashboard", "favourite", DELETE },
	{ "dashboard", "flow", READ },
	{ "dashboard", "flow_version", READ },
	{ "dashboard", "form_entry", READ },
	{ "dashboard", "interaction", CHANGE },
	{ "dashboard", "interaction_tag", DELETE },
	{ "dashboard", "job", APPEND },
	{ "dashboard", "lease", READ },
	{ "dashboard", "location", READ },
	{ "dashboard", "login", DELETE },
	{ "dashboard", "login_attempt", DELETE },
	{ "dashboard", "mail_rule", CHANGE },
	{ "dashboard", "membership", READ },
	{ "dashboard", "number", READ },
	{ "dashboard", "outcome", READ },
	{ "dashboard", "overflow_shown", READ },
	{ "dashboard", "page_view", READ },
	{ "dashboard", "phone_call", "SELECT, UPDATE (qualified, updated_at)" },
	{ "dashboard", "pool", READ },
	{ "dashboard", "pool_count", READ },
	{ "dashboard", "pool_hour", READ },
	{ "dashboard", "pool_number", READ },
	{ "dashboard", "pool_number_left", READ },
	{ "dashboard", "recording", READ },
	{ "dashboard", "saved_view", DELETE },
	{ "dashboard", "schema_migration", READ },
	{ "dashboard", "site", READ },
	{ "dashboard", "site_health", READ },
	{ "dashboard", "site_number_seen", READ },
	{ "dashboard", "site_page", READ },
	{ "dashboard", "site_target", READ },
	{ "dashboard", "tag", APPEND },
	{ "dashboard", "tracker", "SELECT, UPDATE (created_at)" },
	{ "dashboard", "tracker_cost", DELETE },
	{ "dashboard", "usage_day", READ },
	{ "dashboard", "user", READ },
	{ "dashboard", "user_second", READ },
	{ "dashboard", "user_token", DELETE },
	{ "dashboard", "visit", READ },
	{ "dashboard", "visit_event", READ },
	{ "dashboard", "visitor", READ },
	{ "dashboard", "webhook", READ },
	{ "dashboard", "webhook_delivery", WRITE },

	{ "dni", "company", READ },
	{ "dni", "config_version", READ },
	{ "dni", "form_entry", WRITE },
	{ "dni", "interaction", WRITE },
	{ "dni", "lease", WRITE },
	{ "dni", "number", READ },
	{ "dni", "overflow_shown", WRITE },
	{ "dni", "page_view", WRITE },
	{ "dni", "person", DELETE },
	{ "dni", "person_apart", READ },
	{ "dni", "person_caller", WRITE },
	{ "dni", "person_visitor", WRITE },
	{ "dni", "pool", READ },
	{ "dni", "pool_count", WRITE },
	{ "dni", "pool_number", READ },
	{ "dni", "pool_owner", DELETE },
	{ "dni", "schema_migration", READ },
	{ "dni", "site", "SELECT, UPDATE (seen_at)" },
	{ "dni", "site_health", WRITE },
	{ "dni", "site_number_seen", WRITE },
	{ "dni", "site_origin", READ },
	{ "dni", "site_param", READ },
	{ "dni", "site_target", READ },
	{ "dni", "tracker", READ },
	{ "dni", "visit", WRITE },
	{ "dni", "visit_erased", READ },
	{ "dni", "visit_event", WRITE },
	{ "dni", "visitor", WRITE },
	{ "dni", "visitor_key", WRITE },
	{ "dni", "webhook", READ },
	{ "dni", "webhook_delivery", APPEND },

	{ "jobd", "api_once", "SELECT, DELETE" },
	{ "jobd", "attrib_calib", WRITE },
	{ "jobd", "attrib_law", APPEND },
	{ "jobd", "attrib_run", DELETE },
	{ "jobd", "attrib_run_call", DELETE },
	{ "jobd", "attrib_run_count", DELETE },
	{ "jobd", "attrib_run_guess", DELETE },
	{ "jobd", "audit", "SELECT, INSERT, UPDATE (before_json, after_json)" },
	{ "jobd", "call_event", "SELECT, UPDATE (value, detail)" },
	{ "jobd", "call_fact", DELETE },
	{ "jobd", "call_fact_tag", DELETE },
	{ "jobd", "call_pack", DELETE },
	{ "jobd", "call_leg", READ },
	{ "jobd", "call_rollup", DELETE },
	{ "jobd", "call_verdict", READ },
	{ "jobd", "caller", "SELECT, DELETE" },
	{ "jobd", "company", READ ", UPDATE (created_at)" },
	{ "jobd", "company_logo", READ },
	{ "jobd", "config_version", CHANGE },
	{ "jobd", "conversion", APPEND ", UPDATE (taken_back)" },
	{ "jobd", "conversion_rule",
	    "SELECT, UPDATE (walk_at, walk_call, walk_whole_at)" },
	{ "jobd", "destination", READ },
	{ "jobd", "flow", READ },
	{ "jobd", "flow_version", READ },
	{ "jobd", "forget_again", "SELECT, UPDATE, DELETE" },
	{ "jobd", "form_entry", READ },
	{ "jobd", "interaction", CHANGE },
	{ "jobd", "interaction_tag", READ },
	{ "jobd", "job", DELETE },
	{ "jobd", "lease", "SELECT, DELETE" },
	{ "jobd", "location", READ },
	{ "jobd", "login", "SELECT, DELETE" },
	{ "jobd", "login_attempt", "SELECT, DELETE" },
	{ "jobd", "mail_log", DELETE },
	{ "jobd", "mail_rule", "SELECT, UPDATE (told_on)" },
	{ "jobd", "membership", READ },
	{ "jobd", "number", "SELECT, UPDATE (quarantined_at)" },
	{ "jobd", "outcome", READ },
	{ "jobd", "overflow_shown", "SELECT, DELETE" },
	{ "jobd", "page_view", DELETE },
	{ "jobd", "person", "SELECT, DELETE" },
	{ "jobd", "person_apart", "SELECT, DELETE" },
	{ "jobd", "person_caller", "SELECT, DELETE" },
	{ "jobd", "person_visitor", "SELECT, DELETE" },
	{ "jobd", "phone_call", READ },
	{ "jobd", "pool", READ },
	{ "jobd", "pool_count", READ },
	{ "jobd", "pool_hour", WRITE },
	{ "jobd", "page_view", "SELECT, DELETE" },
	{ "jobd", "phone_call",
	    "SELECT, UPDATE (caller_e164, caller_raw, caller_name, "
	    "updated_at)" },
	{ "jobd", "pool_number", READ },
	{ "jobd", "pool_number_left", "SELECT, DELETE" },
	{ "jobd", "prompt", CHANGE },
	{ "jobd", "prompt_version", CHANGE },
	{ "jobd", "recording", CHANGE },
	{ "jobd", "schema_migration", READ },
	{ "jobd", "site", READ },
	{ "jobd", "site_health", "SELECT, DELETE" },
	{ "jobd", "site_number_seen", "SELECT, DELETE" },
	{ "jobd", "site_origin", READ },
	{ "jobd", "site_page", CHANGE },
	{ "jobd", "site_target", READ },
	{ "jobd", "speech", DELETE },
	{ "jobd", "spoken", DELETE },
	{ "jobd", "tag", READ },
	{ "jobd", "tracker", READ },
	{ "jobd", "trunk", READ },
	{ "jobd", "usage_day", WRITE },
	{ "jobd", "user", "SELECT (id, account_id, name, email, disabled_at)" },
	{ "jobd", "user_token", "SELECT, DELETE" },
	{ "jobd", "visit", "SELECT, DELETE" },
	{ "jobd", "visit_erased", "SELECT, DELETE" },
	{ "jobd", "visit_event", "SELECT, DELETE" },
	{ "jobd", "visitor", "SELECT, DELETE" },
	{ "jobd", "visit", READ },
	{ "jobd", "visit_event", DELETE },
	{ "jobd", "webhook", READ },
	{ "jobd", "webhook_delivery", DELETE },

	{ "store", "account", READ },
	{ "store", "attrib_law", READ },
	{ "store", "call_event", WRITE },
	{ "store", "call_fact", DELETE },
	{ "store", "call_fact_tag", DELETE },
	{ "store", "call_pack", DELETE },
	{ "store", "call_leg", WRITE },
	{ "store", "call_rollup", WRITE },
	{ "store", "call_verdict", WRITE },
	{ "store", "caller", WRITE },
	{ "store", "caller_list_entry", READ },
	{ "store", "company", READ },
	{ "store", "config_version", READ },
	{ "store", "destination", READ },
	{ "store", "flow", READ },
	{ "store", "flow_version", READ },
	{ "store", "interaction", WRITE },
	{ "store", "interaction_tag", WRITE },
	{ "store", "job", APPEND },
	{ "store", "lease", READ },
	{ "store", "location", READ },
	{ "store", "mail_rule", READ },
	{ "store", "number", READ },
	{ "store", "outcome", READ },
	{ "store", "overflow_shown", READ },
	{ "store", "phone_call", WRITE },
	{ "store", "pool", READ },
	{ "store", "pool_number", READ },
	{ "store", "prompt", READ },
	{ "store", "prompt_version", READ },
	{ "store", "recording", WRITE },
	{ "store", "reservation", DELETE },
	{ "store", "reserve_gate", WRITE },
	{ "store", "schema_migration", READ },
	{ "store", "spoken", READ },
	{ "store", "tag", WRITE },
	{ "store", "tracker", READ },
	{ "store", "trunk", READ },
	{ "store", "trunk_acl", READ },
	{ "store", "turn", WRITE },
	{ "store", "usage_day", WRITE },
	{ "store", "visit", READ },
	{ "store", "visit_event", READ },
	{ "store", "visitor", READ },
	{ "store", "webhook", READ },
	{ "store", "webhook_delivery", WRITE },
};

/* Users, passwords and names cannot be bound where these commands have them,
 * so the server itself builds the text, with its own quoting, and runs it. */
enum text {
	MAKE_USER,
	SET_PASSWORD,
	TAKE_ALL,
	GIVE_TABLE,
	GIVE_ALL,
	TEXT_COUNT
};

static const char *const texts[TEXT_COUNT] = {
	[MAKE_USER] =
	    "SET @rt_sql = CONCAT('CREATE USER IF NOT EXISTS ', QUOTE(?),"
	    " '@''localhost'' IDENTIFIED BY ', QUOTE(?))",
	[SET_PASSWORD] =
	    "SET @rt_sql = CONCAT('ALTER USER ', QUOTE(?),"
	    " '@''localhost'' IDENTIFIED BY ', QUOTE(?))",
	[TAKE_ALL] =
	    "SET @rt_sql = CONCAT('REVOKE ALL PRIVILEGES, GRANT OPTION FROM ',"
	    " QUOTE(?), '@''localhost''')",
	[GIVE_TABLE] =
	    "SET @rt_sql = CONCAT('GRANT ', ?, ' ON `', REPLACE(?, '`', '``'),"
	    " '`.`', ?, '` TO ', QUOTE(?), '@''localhost''')",
	[GIVE_ALL] =
	    "SET @rt_sql = CONCAT('GRANT ', ?, ' ON `', REPLACE(?, '`', '``'),"
	    " '`.* TO ', QUOTE(?), '@''localhost''')",
};

/* What texts[] sets is run, and forgotten, as it may hold a password. */
static enum err run_set(struct db *db)
{
	static const char *const steps[] = {
		"PREPARE rt_grant FROM @rt_sql",
		"EXECUTE rt_grant",
		"DEALLOCATE PREPARE rt_grant",
		"SET @rt_sql = NULL",
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(steps) && e == ERR_OK; i++)
		e = db_run(db, slice_from(steps[i]), DB_WRITING);
	return e;
}

static enum err run_text(struct db *db, enum text which,
    const struct slice *values, size_t n)
{
	struct stmt *st = stmt_begin(db, texts[which]);
	enum err e;

	for (size_t i = 0; i < n; i++)
		stmt_in_text(st, values[i]);
	e = stmt_exec(st, NULL);
	return e == ERR_OK ? run_set(db) : e;
}

const char *const *db_grant_who(void)
{
	return programs;
}

static enum err give(struct db *db, const struct grant *g, struct slice db_name,
    struct slice user)
{
	const struct slice rights = slice_from(g->rights);
	const struct slice table = slice_from(g->table);

	if (slice_eq_cstr(table, ALL_TABLES)) {
		const struct slice all[] = { rights, db_name, user };

		return run_text(db, GIVE_ALL, all, RT_ARRAY_LEN(all));
	}

	const struct slice one[] = { rights, db_name, table, user };

	return run_text(db, GIVE_TABLE, one, RT_ARRAY_LEN(one));
}

/* Is what a user has in the table of grants? */
static bool due(const char *who, struct slice table, struct slice right,
    struct slice column)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(grants); i++) {
		const struct slice rights = slice_from(grants[i].rights);

		if (!slice_eq_cstr(slice_from(who), grants[i].who) ||
		    !slice_eq_cstr(table, grants[i].table))
			continue;
		if (slice_eq_cstr(rights, EVERY) ||
		    db_grant_list_has(rights, right, column))
			return true;
	}
	return false;
}

/* Does the user have what is not in the table? A place of "" is none of ours:
 * another database, the whole server, or a right to hand on. */
static enum err has_more(struct db *db, struct slice db_name, const char *who,
    struct slice user, bool *more)
{
	static const char sql[] =
	    "SELECT '', privilege_type, '' FROM"
	    " information_schema.user_privileges"
	    " WHERE grantee = CONCAT(QUOTE(?), '@''localhost''')"
	    " AND (privilege_type <> 'USAGE' OR is_grantable = 'YES')"
	    " UNION ALL SELECT CASE WHEN table_schema = ?"
	    " AND is_grantable = 'NO' THEN '*' ELSE '' END, privilege_type, ''"
	    " FROM information_schema.schema_privileges"
	    " WHERE grantee = CONCAT(QUOTE(?), '@''localhost''')"
	    " UNION ALL SELECT CASE WHEN table_schema = ?"
	    " AND is_grantable = 'NO' THEN table_name ELSE '' END,"
	    " privilege_type, '' FROM information_schema.table_privileges"
	    " WHERE grantee = CONCAT(QUOTE(?), '@''localhost''')"
	    " UNION ALL SELECT CASE WHEN table_schema = ?"
	    " AND is_grantable = 'NO' THEN table_name ELSE '' END,"
	    " privilege_type, column_name"
	    " FROM information_schema.column_privileges"
	    " WHERE grantee = CONCAT(QUOTE(?), '@''localhost''')";
	char table[NAME_BYTES], right[NAME_BYTES], column[NAME_BYTES];
	struct stmt *st;
	enum err e;

	*more = false;
	st = stmt_begin(db, sql);
	stmt_in_text(st, user);
	for (size_t i = 0; i < 3; i++) {
		stmt_in_text(st, db_name);
		stmt_in_text(st, user);
	}
	stmt_out_text(st, table, sizeof(table));
	stmt_out_text(st, right, sizeof(right));
	stmt_out_text(st, column, sizeof(column));
	for (e = stmt_each(st); e == ERR_OK && !*more;)
		if ((e = stmt_next(st)) == ERR_OK)
			*more = !due(who, slice_from(table), slice_from(right),
			    slice_from(column));
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static bool known(const char *who)
{
	for (size_t i = 0; programs[i] != NULL; i++)
		if (slice_eq_cstr(slice_from(who), programs[i]))
			return true;
	return false;
}

enum err db_grant_apply(struct db *db, struct slice db_name, const char *who,
    struct slice password)
{
	char user_mem[32];
	struct buf user;
	bool more;
	enum err e;

	if (!known(who))
		return ERR_NOTFOUND;
	buf_over(&user, user_mem, sizeof(user_mem));
	buf_cstr(&user, "rt_");
	buf_cstr(&user, who);

	const struct slice values[] = { buf_slice(&user), password };

	if ((e = run_text(db, MAKE_USER, values, 2)) != ERR_OK ||
	    (e = run_text(db, SET_PASSWORD, values, 2)) != ERR_OK ||
	    (e = has_more(db, db_name, who, values[0], &more)) != ERR_OK)
		return e;
	/* Only then: a program that is at work is refused until its rights are
	 * back. */
	if (more && (e = run_text(db, TAKE_ALL, values, 1)) != ERR_OK)
		return e;
	for (size_t i = 0; i < RT_ARRAY_LEN(grants) && e == ERR_OK; i++)
		if (slice_eq_cstr(slice_from(who), grants[i].who))
			e = give(db, &grants[i], db_name, values[0]);
	if (e == ERR_OK)
		log_info("db: grants set user=rt_%s", who);
	return e;
}
