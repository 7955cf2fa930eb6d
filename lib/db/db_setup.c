#include "lib/db/db_setup.h"

#include "lib/db/stmt.h"

/* The first call that a source was credited with, if there is one. */
static enum err first_credited(struct db *db, struct company_id company,
    struct call_id *out)
{
	static const char sql[] =
	    "SELECT i.id FROM interaction i WHERE i.company_id = ?"
	    " AND i.kind = 'call' AND i.source <> ''"
	    " ORDER BY i.id LIMIT 1";
	struct call_id id;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_id(st, id.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = id;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The number that the next step is about: the first that leads nowhere or
 * tells nothing yet. */
static enum err loose_number(struct db *db, struct company_id company,
    struct number_id *out)
{
	static const char sql[] =
	    "SELECT n.id FROM number n LEFT JOIN flow f"
	    " ON f.company_id = n.company_id AND f.id = n.flow_id"
	    " LEFT JOIN pool_number p ON p.company_id = n.company_id"
	    " AND p.number_id = n.id"
	    " LEFT JOIN tracker t ON t.company_id = n.company_id"
	    " AND t.number_id = n.id AND t.archived_at IS NULL"
	    " WHERE n.company_id = ? AND n.released_at IS NULL"
	    " AND ((n.destination_id IS NULL AND f.published_version IS NULL)"
	    " OR (p.number_id IS NULL AND t.id IS NULL))"
	    " ORDER BY n.id LIMIT 1";
	struct number_id id;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_id(st, id.v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = id;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_setup_state(struct db *db, struct account_id account,
    struct company_id company, struct setup_state *out)
{
	static const char sql[] =
	    "SELECT (SELECT COUNT(*) FROM trunk WHERE account_id = ?"
	    " AND enabled = 1 AND archived_at IS NULL),"
	    " (SELECT COUNT(*) FROM number WHERE company_id = ?"
	    " AND released_at IS NULL),"
	    " (SELECT COUNT(*) FROM destination WHERE company_id = ?"
	    " AND archived_at IS NULL),"
	    " (SELECT COUNT(*) FROM number n LEFT JOIN flow f"
	    " ON f.company_id = n.company_id AND f.id = n.flow_id"
	    " WHERE n.company_id = ? AND n.released_at IS NULL"
	    " AND (n.destination_id IS NOT NULL"
	    " OR f.published_version IS NOT NULL)),"
	    " (SELECT COUNT(*) FROM pool WHERE company_id = ?"
	    " AND archived_at IS NULL),"
	    " (SELECT COUNT(*) FROM pool_number pn JOIN pool p"
	    " ON p.company_id = pn.company_id AND p.id = pn.pool_id"
	    " WHERE pn.company_id = ? AND p.archived_at IS NULL)"
	    " + (SELECT COUNT(*) FROM tracker WHERE company_id = ?"
	    " AND archived_at IS NULL),"
	    " (SELECT COUNT(*) FROM site WHERE company_id = ?"
	    " AND archived_at IS NULL),"
	    " (SELECT MAX(seen_at) FROM site WHERE company_id = ?"
	    " AND archived_at IS NULL),"
	    " EXISTS (SELECT 1 FROM phone_call WHERE company_id = ?)";
	struct setup_state s = { .calls = 0 };
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, account.v);
	for (int i = 0; i < 9; i++)
		stmt_in_id(st, company.v);
	stmt_out_u64(st, &s.trunks);
	stmt_out_u64(st, &s.numbers);
	stmt_out_u64(st, &s.destinations);
	stmt_out_u64(st, &s.routed);
	stmt_out_u64(st, &s.pools);
	stmt_out_u64(st, &s.sources);
	stmt_out_u64(st, &s.sites);
	stmt_out_time_us(st, &s.tag_seen_us);
	stmt_out_u64(st, &s.calls);
	e = stmt_one(st);
	if (e == ERR_OK)
		e = first_credited(db, company, &s.first_credited);
	if (e == ERR_OK)
		e = loose_number(db, company, &s.loose);
	if (e == ERR_OK)
		*out = s;
	return e;
}

enum err db_setup_any_user(struct db *db, bool *out)
{
	static const char sql[] =
	    "SELECT EXISTS (SELECT 1 FROM user WHERE disabled_at IS NULL)";
	struct stmt *st = stmt_begin(db, sql);
	bool any = false;
	enum err e;

	stmt_out_bool(st, &any);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = any;
	return e;
}
