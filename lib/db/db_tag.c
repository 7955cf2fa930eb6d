#include "lib/db/db_tag.h"

#include <string.h>

#include "lib/db/stmt.h"

static const char version_sql[] =
    "SELECT version FROM config_version WHERE id = 1";

static const char sites_sql[] =
    "SELECT s.company_id, s.id, s.pool_id, s.public_key, s.consent, c.country,"
    " s.server_token_hash IS NOT NULL, s.server_token_hash"
    " FROM site s JOIN company c ON c.id = s.company_id"
    " WHERE s.archived_at IS NULL AND c.archived_at IS NULL"
    " ORDER BY s.public_key";

static const char origins_sql[] = "SELECT site_id, origin FROM site_origin";

static const char targets_sql[] = "SELECT site_id, e164 FROM site_target";

static const char params_sql[] =
    "SELECT site_id, param, field FROM site_param ORDER BY site_id, param";

static const char trackers_sql[] =
    "SELECT t.site_id, t.number_id, n.e164, t.match_kind, t.match_value"
    " FROM tracker t JOIN number n"
    " ON n.company_id = t.company_id AND n.id = t.number_id"
    " WHERE t.site_id IS NOT NULL AND t.match_kind <> 'none'"
    " AND t.archived_at IS NULL AND n.released_at IS NULL"
    " ORDER BY t.created_at, t.id";

static const char pools_sql[] =
    "SELECT p.company_id, p.id, o.id, o.e164, p.lease_s, p.min_reuse_s,"
    " p.overflow_policy"
    " FROM pool p LEFT JOIN number o"
    " ON o.company_id = p.company_id AND o.id = p.overflow_number_id"
    " WHERE p.archived_at IS NULL"
    " ORDER BY p.company_id, p.id";

static const char seen_sql[] =
    "UPDATE site SET seen_at = ? WHERE company_id = ? AND id = ?";

enum err db_tag_version(struct db *db, uint64_t *version)
{
	struct stmt *st = stmt_begin(db, version_sql);
	uint64_t v;
	enum err e;

	stmt_out_u64(st, &v);
	e = stmt_one(st);
	if (e == ERR_OK)
		*version = v;
	return e;
}

static enum err read_sites(struct db *db, const struct tag_reader *to)
{
	struct tag_site s;
	struct stmt *st = stmt_begin(db, sites_sql);
	enum err e;

	stmt_out_id(st, s.company.v);
	stmt_out_id(st, s.id.v);
	stmt_out_id(st, s.pool.v);
	stmt_out_text(st, s.key, sizeof(s.key));
	stmt_out_text(st, s.consent, sizeof(s.consent));
	stmt_out_text(st, s.country, sizeof(s.country));
	memset(s.token_hash, 0, sizeof(s.token_hash));
	stmt_out_bool(st, &s.has_token);
	stmt_out_fixed(st, s.token_hash, sizeof(s.token_hash));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		to->site(to->ctx, &s);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_origins(struct db *db, const struct tag_reader *to)
{
	struct tag_origin o;
	struct stmt *st = stmt_begin(db, origins_sql);
	enum err e;

	stmt_out_id(st, o.site.v);
	stmt_out_text(st, o.origin, sizeof(o.origin));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		to->origin(to->ctx, &o);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_targets(struct db *db, const struct tag_reader *to)
{
	struct tag_target t;
	struct stmt *st = stmt_begin(db, targets_sql);
	enum err e;

	stmt_out_id(st, t.site.v);
	stmt_out_text(st, t.e164, sizeof(t.e164));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		to->target(to->ctx, &t);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_trackers(struct db *db, const struct tag_reader *to)
{
	struct tag_tracker t;
	struct stmt *st = stmt_begin(db, trackers_sql);
	enum err e;

	stmt_out_id(st, t.site.v);
	stmt_out_id(st, t.number.v);
	stmt_out_text(st, t.e164, sizeof(t.e164));
	stmt_out_text(st, t.match_kind, sizeof(t.match_kind));
	stmt_out_text(st, t.match_value, sizeof(t.match_value));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		to->tracker(to->ctx, &t);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_params(struct db *db, const struct tag_reader *to)
{
	struct tag_param p;
	struct stmt *st = stmt_begin(db, params_sql);
	enum err e;

	stmt_out_id(st, p.site.v);
	stmt_out_text(st, p.param, sizeof(p.param));
	stmt_out_text(st, p.field, sizeof(p.field));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		to->param(to->ctx, &p);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_pools(struct db *db, const struct tag_reader *to)
{
	struct tag_pool p;
	struct stmt *st = stmt_begin(db, pools_sql);
	enum err e;

	stmt_out_id(st, p.company.v);
	stmt_out_id(st, p.id.v);
	stmt_out_id(st, p.overflow.v);
	stmt_out_text(st, p.overflow_e164, sizeof(p.overflow_e164));
	stmt_out_u64(st, &p.lease_s);
	stmt_out_u64(st, &p.min_reuse_s);
	stmt_out_text(st, p.overflow_policy, sizeof(p.overflow_policy));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		to->pool(to->ctx, &p);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_tag_read(struct db *db, const struct tag_reader *to)
{
	enum err e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	if ((e = read_sites(db, to)) == ERR_OK &&
	    (e = read_origins(db, to)) == ERR_OK &&
	    (e = read_targets(db, to)) == ERR_OK &&
	    (e = read_trackers(db, to)) == ERR_OK &&
	    (e = read_params(db, to)) == ERR_OK)
		e = read_pools(db, to);
	return db_end(db, e);
}

enum err db_tag_seen(struct db *db, struct company_id company,
    struct site_id site, int64_t now_us)
{
	struct stmt *st = stmt_begin(db, seen_sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	return stmt_exec(st, NULL);
}
