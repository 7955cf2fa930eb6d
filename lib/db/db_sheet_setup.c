#include "lib/db/db_sheet_setup.h"

/* Each list is one row of `sheets`: its columns, its SELECT, and the column
 * that its ids are compared by. */
#define TEXTS(select, where, id)                                          \
	.one_sql = select where " AND " id " = ?",                        \
	.up_sql = select where " AND " id " > ? ORDER BY " id " LIMIT ?", \
	.down_sql =                                                       \
	    select where " AND " id " < ? ORDER BY " id " DESC LIMIT ?"

/* What was put away stays listed: calls point at it. */
#define ID(kind)                                  \
	{                                         \
		"id", DB_SHEET_ID, ID_KIND_##kind \
	}
#define REF(n, kind)                           \
	{                                      \
		n, DB_SHEET_ID, ID_KIND_##kind \
	}
#define TEXT(n)                     \
	{                           \
		n, DB_SHEET_TEXT, 0 \
	}
#define INT(n)                     \
	{                          \
		n, DB_SHEET_INT, 0 \
	}
#define TIME(n)                     \
	{                           \
		n, DB_SHEET_TIME, 0 \
	}
#define LIST(n)                     \
	{                           \
		n, DB_SHEET_LIST, 0 \
	}

static const struct db_sheet_column numbers[] = { ID(number), TEXT("number"),
	TEXT("label"), TEXT("kind"), TEXT("country"), TEXT("place"),
	REF("tracker_id", tracker), REF("pool_id", pool), REF("flow_id", flow),
	REF("destination_id", destination), REF("location_id", location),
	TEXT("record"), TIME("added_at"), TIME("released_at") };

static const struct db_sheet_column trackers[] = { ID(tracker), TEXT("name"),
	REF("number_id", number), TEXT("number"), TEXT("source"),
	TEXT("medium"), TEXT("campaign"), TEXT("channel"), REF("site_id", site),
	TEXT("match_kind"), TEXT("match_value"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column pools[] = { ID(pool), TEXT("name"),
	REF("overflow_number_id", number), REF("location_id", location),
	INT("lease_s"), INT("min_reuse_s"), LIST("numbers"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column flows[] = { ID(flow), TEXT("name"),
	INT("last_version"), INT("published_version"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column tags[] = { ID(tag), TEXT("name"),
	TIME("created_at") };

static const struct db_sheet_column companies[] = { ID(company), TEXT("name"),
	TEXT("time_zone"), TEXT("country"), TEXT("currency"), INT("billable_s"),
	TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column users[] = { ID(user), TEXT("name"),
	TEXT("email"), LIST("roles"), TIME("created_at"), TIME("disabled_at") };

static const struct db_sheet_column forms[] = { ID(form),
	REF("visit_id", visit), TIME("happened_at"), TEXT("form_name"),
	TEXT("page_url"), TEXT("contact_name"), TEXT("contact_email"),
	TEXT("contact_number"), TEXT("fields_json"), TEXT("attributed_by"),
	INT("probability_bp"), TEXT("channel"), TEXT("source"), TEXT("medium"),
	TEXT("campaign"), TEXT("ad_group"), TEXT("keyword"),
	TEXT("landing_page"), TEXT("referrer_host"), TEXT("outcome"),
	{ "value", DB_SHEET_MONEY, 0 }, TEXT("note"), LIST("tags") };

static const struct db_sheet sheets[] = {
	{ .name = "numbers",
	    .columns = numbers,
	    .n_columns = RT_ARRAY_LEN(numbers),
	    TEXTS("SELECT n.id, n.e164, n.label, n.kind, n.country, n.place,"
		  " (SELECT MAX(t.id) FROM tracker t"
		  " WHERE t.company_id = n.company_id AND t.number_id = n.id"
		  " AND t.archived_at IS NULL),"
		  " (SELECT p.pool_id FROM pool_number p"
		  " WHERE p.company_id = n.company_id AND p.number_id = n.id),"
		  " n.flow_id, n.destination_id, n.location_id, n.record,"
		  " n.added_at, n.released_at FROM number n",
		" WHERE n.company_id = ?", "n.id") },
	{ .name = "trackers",
	    .columns = trackers,
	    .n_columns = RT_ARRAY_LEN(trackers),
	    TEXTS("SELECT t.id, t.name, t.number_id, n.e164, t.source,"
		  " t.medium, t.campaign, t.channel, t.site_id, t.match_kind,"
		  " t.match_value, t.created_at, t.archived_at FROM tracker t"
		  " LEFT JOIN number n ON n.company_id = t.company_id"
		  " AND n.id = t.number_id",
		" WHERE t.company_id = ?", "t.id") },
	{ .name = "pools",
	    .columns = pools,
	    .n_columns = RT_ARRAY_LEN(pools),
	    TEXTS(
		"SELECT p.id, p.name, p.overflow_number_id, p.location_id,"
		" p.lease_s, p.min_reuse_s,"
		" (SELECT GROUP_CONCAT(n.e164 ORDER BY n.e164 SEPARATOR '\\n')"
		" FROM pool_number x JOIN number n"
		" ON n.company_id = x.company_id AND n.id = x.number_id"
		" WHERE x.company_id = p.company_id AND x.pool_id = p.id),"
		" p.created_at, p.archived_at FROM pool p",
		" WHERE p.company_id = ?", "p.id") },
	{ .name = "flows",
	    .columns = flows,
	    .n_columns = RT_ARRAY_LEN(flows),
	    TEXTS("SELECT f.id, f.name, f.last_version, f.published_version,"
		  " f.created_at, f.archived_at FROM flow f",
		" WHERE f.company_id = ?", "f.id") },
	{ .name = "tags",
	    .columns = tags,
	    .n_columns = RT_ARRAY_LEN(tags),
	    TEXTS("SELECT g.id, g.name, g.created_at FROM tag g",
		" WHERE g.company_id = ?", "g.id") },
	{ .name = "companies",
	    .columns = companies,
	    .n_columns = RT_ARRAY_LEN(companies),
	    .of_account = true,
	    TEXTS("SELECT c.id, c.name, c.time_zone, c.country, c.currency,"
		  " c.billable_s, c.created_at, c.archived_at FROM company c",
		" WHERE c.account_id = ? AND (c.id = ? OR ?)", "c.id") },
	{ .name = "users",
	    .columns = users,
	    .n_columns = RT_ARRAY_LEN(users),
	    .of_account = true,
	    /* Of one company: who has a role there or everywhere. */
	    TEXTS("SELECT u.id, u.name, u.email,"
		  " (SELECT GROUP_CONCAT(DISTINCT m.role ORDER BY m.role"
		  " SEPARATOR '\\n') FROM membership m"
		  " WHERE m.user_id = u.id AND m.account_id = u.account_id),"
		  " u.created_at, u.disabled_at FROM user u",
		" WHERE u.account_id = ? AND EXISTS (SELECT 1 FROM membership k"
		" WHERE k.user_id = u.id AND k.account_id = u.account_id"
		" AND (k.company_id = ? OR ?"
		" OR k.company_id = REPEAT(CHAR(0), 16)))",
		"u.id") },
	{ .name = "forms",
	    .columns = forms,
	    .n_columns = RT_ARRAY_LEN(forms),
	    TEXTS(
		"SELECT i.id, i.visit_id, i.happened_at, f.form_name, f.page_url,"
		" f.contact_name, f.contact_email, f.contact_e164, f.fields,"
		" i.attributed_by,"
		" i.probability_bp, i.channel, i.source, i.medium,"
		" i.campaign, i.ad_group, i.keyword, i.landing_page,"
		" i.referrer_host, i.outcome, i.value_micros, i.note,"
		" (SELECT GROUP_CONCAT(g.name ORDER BY g.name SEPARATOR '\\n')"
		" FROM interaction_tag x JOIN tag g"
		" ON g.company_id = x.company_id AND g.id = x.tag_id"
		" WHERE x.company_id = i.company_id"
		" AND x.interaction_id = i.id) FROM interaction i"
		" LEFT JOIN form_entry f ON f.company_id = i.company_id"
		" AND f.id = i.id",
		" WHERE i.company_id = ? AND i.kind = 'form'", "i.id") },
};

const struct db_sheet *db_sheet_setup_find(struct slice name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(sheets); i++)
		if (slice_eq_cstr(name, sheets[i].name))
			return &sheets[i];
	return NULL;
}
