#include "lib/db/db_sheet_setup.h"

#include "lib/db/db_search.h"

/* Each list is one row of `sheets`: its columns, its SELECT, and the column
 * that its ids are compared by. A page goes on after a place (db_sheet.c). */
#define NEXT(key, id, than) \
	" AND (? OR " key " " than " ? OR (" key " = ? AND " id " " than " ?))"
#define BY_ID(select, where, id, more)                                \
	[DB_SHEET_BY_ID] = { select where " AND " id " > ?" more      \
					  " ORDER BY " id " LIMIT ?", \
		select where " AND " id " < ?" more " ORDER BY " id   \
			     " DESC LIMIT ?" }
#define BY_KEY(which, key, select, where, id, more)                          \
	[which] = { select where NEXT(key, id, ">") more " ORDER BY " key    \
							 ", " id " LIMIT ?", \
		select where NEXT(key, id, "<") more                         \
		" ORDER BY " key " DESC, " id " DESC LIMIT ?" }
/* Of a list: what is searched, as words and as a number, when it was put away,
 * when it was made. */
#define FILTER(text, number, gone, made) \
	" AND (? = '' OR LOCATE(?, " text       \
	" COLLATE utf8mb4_unicode_520_ci) > 0"  \
	" OR " DB_SEARCH_NUMBER(number) ")" \
	" AND (? = 0 OR (" gone                 \
	" IS NULL) = ?)"                        \
	" AND COALESCE(" made " >= ?, TRUE) AND COALESCE(" made " < ?, TRUE)"
/* As people look names up: neither case nor accents put them elsewhere. */
#define AS_WORDS(key) key " COLLATE utf8mb4_unicode_520_ci"
/* Of lists without a number. */
#define NO_NUMBER "''"
/* name, when: the columns that name and made are in the sheet. */
#define TEXTS(select, where, id, text, gone, made, name, key, when) \
	NUMBERS(select, where, id, text, NO_NUMBER, gone, made, name, key, when)
#define NUMBERS(select, where, id, text, number, gone, made, name, key, when)  \
	.one_sql = select where " AND " id " = ?", .by = { "id", name, when }, \
	.page_sql = { BY_ID(select, where, id,                                 \
			  FILTER(text, number, gone, made)),                   \
		BY_KEY(DB_SHEET_BY_NAME, AS_WORDS(key), select, where, id,     \
		    FILTER(text, number, gone, made)),                         \
		BY_KEY(DB_SHEET_BY_MADE, made, select, where, id,              \
		    FILTER(text, number, gone, made)) }

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
#define BOOL(n)                     \
	{                           \
		n, DB_SHEET_BOOL, 0 \
	}

static const struct db_sheet_column numbers[] = { ID(number), TEXT("number"),
	TEXT("label"), TEXT("kind"), TEXT("country"), TEXT("place"),
	REF("tracker_id", tracker), REF("pool_id", pool), REF("flow_id", flow),
	REF("destination_id", destination), REF("location_id", location),
	REF("trunk_id", trunk), TEXT("record"), TEXT("notice"),
	TIME("quarantined_at"), TIME("added_at"), TIME("released_at") };

static const struct db_sheet_column trackers[] = { ID(tracker), TEXT("name"),
	REF("number_id", number), TEXT("number"), TEXT("source"),
	TEXT("medium"), TEXT("campaign"), TEXT("channel"), REF("site_id", site),
	TEXT("match_kind"), TEXT("match_value"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column pools[] = { ID(pool), TEXT("name"),
	TEXT("policy"), REF("overflow_number_id", number),
	REF("location_id", location), INT("lease_s"), INT("min_reuse_s"),
	LIST("numbers"), TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column pool_sizes[] = { ID(pool), TEXT("name"),
	REF("overflow_number_id", number), INT("lease_s"), INT("numbers"),
	TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column flows[] = { ID(flow), TEXT("name"),
	INT("last_version"), INT("published_version"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column tags[] = { ID(tag), TEXT("name"),
	TIME("created_at") };

static const struct db_sheet_column companies[] = { ID(company), TEXT("name"),
	TEXT("time_zone"), TEXT("country"), TEXT("currency"), INT("billable_s"),
	INT("credit_min_bp"), TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column users[] = { ID(user), TEXT("name"),
	TEXT("email"), TEXT("role"), TEXT("scope"), LIST("roles"),
	TIME("created_at"), TIME("disabled_at") };

static const struct db_sheet_column locations[] = { ID(location), TEXT("name"),
	TEXT("time_zone"), TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column destinations[] = { ID(destination),
	TEXT("name"), TEXT("target"), INT("ring_s"), REF("trunk_id", trunk),
	REF("location_id", location), TEXT("hours"), TEXT("holidays"),
	TEXT("regions"), INT("capacity"), INT("cap_hour"), INT("cap_day"),
	INT("cap_month"), TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column outcomes[] = { ID(outcome), TEXT("code"),
	TEXT("name"), TEXT("counts"), TIME("archived_at") };

static const struct db_sheet_column sites[] = { ID(site), TEXT("name"),
	TEXT("public_key"), LIST("origins"), LIST("targets"), LIST("pages"),
	LIST("params"), REF("pool_id", pool), TEXT("consent"),
	REF("location_id", location), TIME("seen_at"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column lists[] = { ID(caller_list), TEXT("name"),
	INT("entries"), LIST("numbers"), TIME("created_at") };

static const struct db_sheet_column webhooks[] = { ID(webhook), TEXT("name"),
	TEXT("url"), LIST("events"), TEXT("signature"), INT("per_second"),
	INT("parallel"), BOOL("private_ok"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column forms[] = { ID(form),
	REF("visit_id", visit), TIME("happened_at"), TEXT("form_name"),
	TEXT("page_url"), TEXT("contact_name"), TEXT("contact_email"),
	TEXT("contact_number"), TEXT("fields_json"), TEXT("attributed_by"),
	INT("probability_bp"), TEXT("channel"), TEXT("source"), TEXT("medium"),
	TEXT("campaign"), TEXT("ad_group"), TEXT("keyword"),
	TEXT("landing_page"), TEXT("referrer_host"), TEXT("outcome"),
	{ "value", DB_SHEET_MONEY, 0 }, TEXT("note"), LIST("tags") };

static const struct db_sheet_column policy[] = { ID(company),
	TEXT("record_default"), INT("keep_recordings_days"),
	INT("keep_calls_days"), INT("keep_visits_days"),
	INT("quarantine_days") };

static const struct db_sheet_column trunks[] = { ID(trunk), TEXT("name"),
	BOOL("enabled"), LIST("allow"), LIST("allow_media"), TEXT("dialled"),
	TEXT("country"), BOOL("identity_in"), BOOL("outgoing"),
	TEXT("next_hop"), TEXT("uri_host"), TEXT("tech_prefix"),
	TEXT("from_user"), TEXT("username"), BOOL("has_password"),
	INT("no_reply_ms"), BOOL("pcmu"), BOOL("pcma"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column conversions[] = { ID(conversion),
	TEXT("name"), TEXT("platform"), TEXT("outcome"), REF("tag_id", tag),
	INT("min_talk_s"), { "value", DB_SHEET_MONEY, 0 },
	TEXT("conversions_url"), TEXT("adjustments_url"), TIME("created_at"),
	TIME("archived_at") };

static const struct db_sheet_column mail_rules[] = { ID(mail_rule),
	REF("user_id", user), TEXT("kind"), BOOL("attach"), TEXT("quiet_from"),
	TEXT("quiet_to"), TIME("created_at"), TIME("archived_at") };

static const struct db_sheet_column prompts[] = { ID(prompt), TEXT("name"),
	TEXT("key"), TEXT("language"), TEXT("state"), TEXT("reason"),
	INT("last_version"), INT("live_version"), INT("duration_ms"),
	TIME("created_at"), TIME("archived_at") };

/* A membership of no company is one of all of the account's. */
#define NOWHERE "REPEAT(CHAR(0), 16)"
#define ROLE_HERE                                                  \
	" FROM membership r WHERE r.user_id = u.id"                \
	" AND r.account_id = u.account_id"                         \
	" AND (r.company_id = ? OR r.company_id = " NOWHERE        \
	")"                                                        \
	" ORDER BY FIELD(r.role, 'read-only', 'agent', 'analyst'," \
	" 'manager', 'admin', 'owner') DESC, r.company_id LIMIT 1"
/* The id of what is known by a name. */
#define NAMED(column) "UNHEX(LEFT(SHA2(" column ", 256), 32))"
/* One word of a list, for a bit of a set. */
#define EVENT(bit, name) "IF(w.events & (1 << " #bit "), '" name "', NULL)"

/* The networks of a trunk, and a minute of the day unless the rule knows no
 * quiet hours. */
#define NETS(media)                                                    \
	"(SELECT GROUP_CONCAT(a.cidr ORDER BY a.cidr SEPARATOR '\\n')" \
	" FROM trunk_acl a WHERE a.account_id = t.account_id"          \
	" AND a.trunk_id = t.id AND a.media = " media ")"
#define MINUTE(column)                                               \
	"IF(m.quiet_from_min = m.quiet_to_min, NULL,"                \
	" CONCAT(LPAD(" column " DIV 60, 2, '0'), ':', LPAD(" column \
	" MOD 60, 2, '0')))"

static const struct db_sheet sheets[] = {
	{ .name = "numbers",
	    .columns = numbers,
	    .n_columns = RT_ARRAY_LEN(numbers),
	    NUMBERS(
		"SELECT n.id, n.e164, n.label, n.kind, n.country, n.place,"
		" (SELECT MAX(t.id) FROM tracker t"
		" WHERE t.company_id = n.company_id AND t.number_id = n.id"
		" AND t.archived_at IS NULL),"
		" (SELECT p.pool_id FROM pool_number p"
		" WHERE p.company_id = n.company_id AND p.number_id = n.id),"
		" n.flow_id, n.destination_id, n.location_id, n.trunk_id,"
		" n.record, n.notice_key, n.quarantined_at, n.added_at, n.released_at"
		" FROM number n",
		" WHERE n.company_id = ?", "n.id",
		"CONCAT(n.e164, ' ', n.label)", "n.e164", "n.released_at",
		"n.added_at", "number", "n.e164", "added_at") },
	{ .name = "trackers",
	    .columns = trackers,
	    .n_columns = RT_ARRAY_LEN(trackers),
	    NUMBERS("SELECT t.id, t.name, t.number_id, n.e164, t.source,"
		    " t.medium, t.campaign, t.channel, t.site_id, t.match_kind,"
		    " t.match_value, t.created_at, t.archived_at FROM tracker t"
		    " LEFT JOIN number n ON n.company_id = t.company_id"
		    " AND n.id = t.number_id",
		" WHERE t.company_id = ?", "t.id", "t.name", "n.e164",
		"t.archived_at", "t.created_at", "name", "t.name",
		"created_at") },
	{ .name = "pools",
	    .columns = pools,
	    .n_columns = RT_ARRAY_LEN(pools),
	    TEXTS(
		"SELECT p.id, p.name, p.overflow_policy,"
		" p.overflow_number_id, p.location_id,"
		" p.lease_s, p.min_reuse_s,"
		" (SELECT GROUP_CONCAT(n.e164 ORDER BY n.e164 SEPARATOR '\\n')"
		" FROM pool_number x JOIN number n"
		" ON n.company_id = x.company_id AND n.id = x.number_id"
		" WHERE x.company_id = p.company_id AND x.pool_id = p.id),"
		" p.created_at, p.archived_at FROM pool p",
		" WHERE p.company_id = ?", "p.id", "p.name", "p.archived_at",
		"p.created_at", "name", "p.name", "created_at") },
	{ .name = "pool_sizes",
	    .columns = pool_sizes,
	    .n_columns = RT_ARRAY_LEN(pool_sizes),
	    TEXTS("SELECT p.id, p.name, p.overflow_number_id, p.lease_s,"
		  " (SELECT COUNT(*) FROM pool_number x"
		  " WHERE x.company_id = p.company_id AND x.pool_id = p.id),"
		  " p.created_at, p.archived_at FROM pool p",
		" WHERE p.company_id = ?", "p.id", "p.name", "p.archived_at",
		"p.created_at", "name", "p.name", "created_at") },
	{ .name = "flows",
	    .columns = flows,
	    .n_columns = RT_ARRAY_LEN(flows),
	    TEXTS("SELECT f.id, f.name, f.last_version, f.published_version,"
		  " f.created_at, f.archived_at FROM flow f",
		" WHERE f.company_id = ?", "f.id", "f.name", "f.archived_at",
		"f.created_at", "name", "f.name", "created_at") },
	{ .name = "tags",
	    .columns = tags,
	    .n_columns = RT_ARRAY_LEN(tags),
	    TEXTS("SELECT g.id, g.name, g.created_at FROM tag g",
		" WHERE g.company_id = ?", "g.id", "g.name", "NULL",
		"g.created_at", "name", "g.name", "created_at") },
	{ .name = "companies",
	    .columns = companies,
	    .n_columns = RT_ARRAY_LEN(companies),
	    .of_account = true,
	    TEXTS("SELECT c.id, c.name, c.time_zone, c.country, c.currency,"
		  " c.billable_s, c.credit_min_bp, c.created_at, c.archived_at"
		  " FROM company c",
		" WHERE c.account_id = ? AND (c.id = ? OR ?)", "c.id", "c.name",
		"c.archived_at", "c.created_at", "name", "c.name",
		"created_at") },
	{ .name = "users",
	    .columns = users,
	    .n_columns = RT_ARRAY_LEN(users),
	    .of_account = true,
	    .in_company = true,
	    /* Of one company: who has a role there or everywhere; the higher
	     * one, and where it holds. */
	    TEXTS("SELECT u.id, u.name, u.email,"
		  " (SELECT r.role" ROLE_HERE
		  "), (SELECT IF(r.company_id = " NOWHERE
		  ", 'account', 'company')" ROLE_HERE "),"
		  " (SELECT GROUP_CONCAT(DISTINCT m.role ORDER BY m.role"
		  " SEPARATOR '\\n') FROM membership m"
		  " WHERE m.user_id = u.id AND m.account_id = u.account_id),"
		  " u.created_at, u.disabled_at FROM user u",
		" WHERE u.account_id = ? AND EXISTS (SELECT 1 FROM membership k"
		" WHERE k.user_id = u.id AND k.account_id = u.account_id"
		" AND (k.company_id = ? OR ?"
		" OR k.company_id = " NOWHERE "))",
		"u.id", "CONCAT(u.name, ' ', u.email)", "u.disabled_at",
		"u.created_at", "name", "u.name", "created_at") },
	{ .name = "forms",
	    .columns = forms,
	    .n_columns = RT_ARRAY_LEN(forms),
	    NUMBERS(
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
		" WHERE i.company_id = ? AND i.kind = 'form'", "i.id",
		"CONCAT_WS(' ', f.contact_name, f.contact_email, f.contact_e164)",
		"f.contact_e164", "NULL", "i.happened_at", "form_name",
		"COALESCE(f.form_name, '')", "happened_at") },
	{ .name = "locations",
	    .columns = locations,
	    .n_columns = RT_ARRAY_LEN(locations),
	    TEXTS("SELECT l.id, l.name, l.time_zone, l.created_at,"
		  " l.archived_at FROM location l",
		" WHERE l.company_id = ?", "l.id", "l.name", "l.archived_at",
		"l.created_at", "name", "l.name", "created_at") },
	{ .name = "destinations",
	    .columns = destinations,
	    .n_columns = RT_ARRAY_LEN(destinations),
	    NUMBERS("SELECT d.id, d.name, d.target, d.ring_s, d.trunk_id,"
		    " d.location_id, COALESCE(d.hours, ''),"
		    " COALESCE(d.hours, ''), d.regions, d.capacity, d.cap_hour,"
		    " d.cap_day, d.cap_month, d.created_at, d.archived_at"
		    " FROM destination d",
		" WHERE d.company_id = ?", "d.id",
		"CONCAT(d.name, ' ', d.target)", "d.target", "d.archived_at",
		"d.created_at", "name", "d.name", "created_at") },
	{ .name = "outcomes",
	    .columns = outcomes,
	    .n_columns = RT_ARRAY_LEN(outcomes),
	    TEXTS(
		"SELECT " NAMED(
		    "o.code") ", o.code, o.name,"
			      " CASE WHEN o.is_spam THEN 'spam' WHEN o.is_sale THEN 'sale'"
			      " WHEN o.is_lead THEN 'lead' ELSE '' END, o.archived_at"
			      " FROM outcome o",
		" WHERE o.company_id = ?", NAMED("o.code"),
		"CONCAT(o.code, ' ', o.name)", "o.archived_at", "NULL", "name",
		"o.name", NULL) },
	{ .name = "sites",
	    .columns = sites,
	    .n_columns = RT_ARRAY_LEN(sites),
	    TEXTS("SELECT s.id, s.name, s.public_key,"
		  " (SELECT GROUP_CONCAT(a.origin ORDER BY a.origin"
		  " SEPARATOR '\\n') FROM site_origin a"
		  " WHERE a.company_id = s.company_id AND a.site_id = s.id),"
		  " (SELECT GROUP_CONCAT(t.e164 ORDER BY t.e164"
		  " SEPARATOR '\\n') FROM site_target t"
		  " WHERE t.company_id = s.company_id AND t.site_id = s.id),"
		  " (SELECT GROUP_CONCAT(g.url ORDER BY g.url SEPARATOR '\\n')"
		  " FROM site_page g WHERE g.company_id = s.company_id"
		  " AND g.site_id = s.id),"
		  " (SELECT GROUP_CONCAT(CONCAT(m.param, ' = ', m.field)"
		  " ORDER BY m.param SEPARATOR '\\n') FROM site_param m"
		  " WHERE m.company_id = s.company_id AND m.site_id = s.id),"
		  " s.pool_id, s.consent, s.location_id, s.seen_at,"
		  " s.created_at, s.archived_at FROM site s",
		" WHERE s.company_id = ?", "s.id", "s.name", "s.archived_at",
		"s.created_at", "name", "s.name", "created_at") },
	{ .name = "lists",
	    .columns = lists,
	    .n_columns = RT_ARRAY_LEN(lists),
	    /* Long lists are cut; `entries` says how many there are. */
	    TEXTS(
		"SELECT " NAMED(
		    "c.name") ", c.name,"
			      " (SELECT COUNT(*) FROM caller_list_entry x"
			      " WHERE x.company_id = c.company_id"
			      " AND x.list_name = c.name),"
			      " (SELECT SUBSTRING_INDEX(GROUP_CONCAT(y.e164"
			      " ORDER BY y.e164 SEPARATOR '\\n'), '\\n', 200)"
			      " FROM caller_list_entry y WHERE y.company_id = c.company_id"
			      " AND y.list_name = c.name), c.created_at"
			      " FROM caller_list c",
		" WHERE c.company_id = ?", NAMED("c.name"), "c.name", "NULL",
		"c.created_at", "name", "c.name", "created_at") },
	{ .name = "webhooks",
	    .columns = webhooks,
	    .n_columns = RT_ARRAY_LEN(webhooks),
	    TEXTS(
		"SELECT w.id, w.name, w.url, CONCAT_WS('\\n', " EVENT(0,
		    "call.started") ", " EVENT(1, "call.answered") ", " EVENT(2,
		    "call.ended") ", " EVENT(3, "recording.ready") ", " EVENT(4,
		    "call.changed") ", " EVENT(5,
		    "form.received") "),"
				     " w.signature, w.per_second, w.parallel, w.private_ok,"
				     " w.created_at, w.archived_at FROM webhook w",
		" WHERE w.company_id = ?", "w.id", "CONCAT(w.name, ' ', w.url)",
		"w.archived_at", "w.created_at", "name", "w.name",
		"created_at") },
	/* One row: the company's own. */
	{ .name = "policy",
	    .columns = policy,
	    .n_columns = RT_ARRAY_LEN(policy),
	    .one_sql = "SELECT c.id, c.record_default,"
		       " c.keep_recordings_days, c.keep_calls_days,"
		       " c.keep_visits_days, c.quarantine_days FROM company c"
		       " WHERE c.id = ? AND c.id = ?" },
	{ .name = "trunks",
	    .columns = trunks,
	    .n_columns = RT_ARRAY_LEN(trunks),
	    .of_account = true,
	    .whole = true,
	    TEXTS(
		"SELECT t.id, t.name, t.enabled, " NETS("0") ", " NETS(
		    "1") ", t.dialled, t.country, t.identity_in, t.outgoing,"
			 " t.next_hop, t.uri_host, t.tech_prefix, t.from_user,"
			 " t.username, t.password_sealed IS NOT NULL, t.no_reply_ms,"
			 " (t.codecs & 1) > 0, (t.codecs & 2) > 0, t.created_at,"
			 " t.archived_at FROM trunk t",
		" WHERE t.account_id = ?", "t.id",
		"CONCAT(t.name, ' ', t.next_hop)", "t.archived_at",
		"t.created_at", "name", "t.name", "created_at") },
	{ .name = "conversions",
	    .columns = conversions,
	    .n_columns = RT_ARRAY_LEN(conversions),
	    /* Both addresses are the secret that they are made of. */
	    TEXTS("SELECT v.id, v.name, v.platform, v.outcome, v.tag_id,"
		  " v.min_talk_s, v.value_micros, v.secret, v.secret,"
		  " v.created_at, v.archived_at FROM conversion_rule v",
		" WHERE v.company_id = ?", "v.id", "v.name", "v.archived_at",
		"v.created_at", "name", "v.name", "created_at") },
	{ .name = "mail_rules",
	    .columns = mail_rules,
	    .n_columns = RT_ARRAY_LEN(mail_rules),
	    TEXTS(
		"SELECT m.id, m.user_id, m.kind, m.attach,"
		" " MINUTE("m.quiet_from_min") ", " MINUTE(
		    "m.quiet_to_min") ", m.created_at, m.archived_at FROM mail_rule m",
		" WHERE m.company_id = ?", "m.id", "m.kind", "m.archived_at",
		"m.created_at", "kind", "m.kind", "created_at") },
	{ .name = "prompts",
	    .columns = prompts,
	    .n_columns = RT_ARRAY_LEN(prompts),
	    /* State and reason are the last version's, the length the live
	     * one's: 8 samples are a millisecond. */
	    TEXTS("SELECT p.id, p.name, p.prompt_key, p.language,"
		  " COALESCE(l.state, ''), COALESCE(l.reason, ''),"
		  " p.last_version, p.live_version,"
		  " COALESCE(v.samples DIV 8, 0), p.created_at, p.archived_at"
		  " FROM prompt p LEFT JOIN prompt_version l"
		  " ON l.company_id = p.company_id AND l.prompt_id = p.id"
		  " AND l.version = p.last_version"
		  " LEFT JOIN prompt_version v"
		  " ON v.company_id = p.company_id AND v.prompt_id = p.id"
		  " AND v.version = p.live_version",
		" WHERE p.company_id = ?", "p.id",
		"CONCAT(p.name, ' ', p.prompt_key)", "p.archived_at",
		"p.created_at", "name", "p.name", "created_at") },
};

const struct db_sheet *db_sheet_setup_find(struct slice name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(sheets); i++)
		if (slice_eq_cstr(name, sheets[i].name))
			return &sheets[i];
	return NULL;
}
