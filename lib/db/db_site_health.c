#include "lib/db/db_site_health.h"

#include <string.h>

#include "lib/db/stmt.h"

#define ADD(column) " " column " = " column " + VALUES(" column ")"

static const char health_add_sql[] =
    "INSERT INTO site_health"
    " (company_id, site_id, day_at, said_at, version, reports, unasked, without, found,"
    " swapped, late, twice, other_tag, url_changed, click_lost,"
    " forgotten, refused,"
    " refused_origin, error, error_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?)"
    " ON DUPLICATE KEY UPDATE"
    " said_at = GREATEST(said_at, VALUES(said_at)),"
    " version = GREATEST(version, VALUES(version)),"
    ADD("reports") "," ADD("unasked") "," ADD("without") "," ADD("found") "," ADD("swapped") ","
    ADD("late") "," ADD("twice") "," ADD("other_tag") "," ADD("url_changed") ","
    ADD("click_lost") "," ADD("forgotten") "," ADD("refused") ","
    " refused_origin = IF(VALUES(refused_origin) = '', refused_origin,"
    " VALUES(refused_origin)),"
    " error = IF(VALUES(error) = '', error, VALUES(error)),"
    " error_at = COALESCE(VALUES(error_at), error_at)";

static const char health_read_sql[] =
    "SELECT MAX(h.said_at), COALESCE(MAX(h.version), 0),"
    " COALESCE(SUM(h.reports), 0), COALESCE(SUM(h.unasked), 0),"
    " COALESCE(SUM(h.without), 0),"
    " COALESCE(SUM(h.found), 0), COALESCE(SUM(h.swapped), 0),"
    " COALESCE(SUM(h.late), 0), COALESCE(SUM(h.twice), 0),"
    " COALESCE(SUM(h.other_tag), 0), COALESCE(SUM(h.url_changed), 0),"
    " COALESCE(SUM(h.click_lost), 0), COALESCE(SUM(h.forgotten), 0),"
    " COALESCE(SUM(h.refused), 0),"
    " COALESCE((SELECT x.refused_origin FROM site_health x"
    " WHERE x.company_id = s.company_id AND x.site_id = s.id"
    " AND x.day_at >= ? AND x.refused_origin <> ''"
    " ORDER BY x.day_at DESC LIMIT 1), ''),"
    " COALESCE((SELECT x.error FROM site_health x"
    " WHERE x.company_id = s.company_id AND x.site_id = s.id"
    " AND x.day_at >= ? AND x.error <> ''"
    " ORDER BY x.day_at DESC LIMIT 1), ''), MAX(h.error_at)"
    " FROM site s LEFT JOIN site_health h"
    " ON h.company_id = s.company_id AND h.site_id = s.id AND h.day_at >= ?"
    " WHERE s.company_id = ? AND s.id = ?"
    " GROUP BY s.company_id, s.id";

static const char traffic_sql[] =
    "SELECT COUNT(*), COALESCE(SUM(EXISTS (SELECT 1 FROM lease l"
    " WHERE l.company_id = v.company_id AND l.visit_id = v.id)), 0),"
    " COALESCE(SUM((SELECT COUNT(*) FROM interaction i"
    " WHERE i.company_id = v.company_id AND i.visit_id = v.id"
    " AND i.kind = 'call' AND i.attributed_by = 'visit')), 0),"
    " COALESCE(SUM((SELECT COUNT(*) FROM form_entry f"
    " WHERE f.company_id = v.company_id AND f.visit_id = v.id)), 0)"
    " FROM visit v"
    " WHERE v.company_id = ? AND v.site_id = ? AND v.started_at >= ?";

static int64_t day_of(int64_t wall_us)
{
	return wall_us - wall_us % RT_DAY_US;
}

enum err db_site_health_add(struct db *db, struct company_id company,
    const struct site_health_row *row)
{
	struct stmt *st = stmt_begin(db, health_add_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->site.v);
	stmt_in_time_us(st, day_of(row->said_us));
	stmt_in_time_us(st, row->said_us);
	stmt_in_u64(st, row->version);
	stmt_in_u64(st, row->reports);
	stmt_in_u64(st, row->unasked);
	stmt_in_u64(st, row->without);
	stmt_in_u64(st, row->found);
	stmt_in_u64(st, row->swapped);
	stmt_in_u64(st, row->late);
	for (size_t i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		stmt_in_u64(st, row->causes[i]);
	stmt_in_u64(st, row->refused);
	stmt_in_text(st, slice_from(row->refused_origin));
	stmt_in_text(st, slice_from(row->error));
	stmt_in_time_us_null(st, row->error_us);
	return stmt_exec(st, NULL);
}

enum err db_site_health_read(struct db *db, struct company_id company,
    struct site_id site, int64_t since_us, struct site_health_row *out)
{
	struct site_health_row row;
	struct stmt *st;
	enum err e;

	memset(&row, 0, sizeof(row));
	row.site = site;
	st = stmt_begin(db, health_read_sql);
	for (int i = 0; i < 3; i++)
		stmt_in_time_us(st, day_of(since_us));
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_time_us(st, &row.said_us);
	stmt_out_u32(st, &row.version);
	stmt_out_u64(st, &row.reports);
	stmt_out_u64(st, &row.unasked);
	stmt_out_u64(st, &row.without);
	stmt_out_u64(st, &row.found);
	stmt_out_u64(st, &row.swapped);
	stmt_out_u64(st, &row.late);
	for (size_t i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		stmt_out_u64(st, &row.causes[i]);
	stmt_out_u64(st, &row.refused);
	stmt_out_text(st, row.refused_origin, sizeof(row.refused_origin));
	stmt_out_text(st, row.error, sizeof(row.error));
	stmt_out_time_us(st, &row.error_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err db_site_health_traffic(struct db *db, struct company_id company,
    struct site_id site, int64_t since_us, struct site_traffic *out)
{
	struct site_traffic t;
	struct stmt *st = stmt_begin(db, traffic_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_time_us(st, day_of(since_us));
	stmt_out_u64(st, &t.visits);
	stmt_out_u64(st, &t.leases);
	stmt_out_u64(st, &t.calls);
	stmt_out_u64(st, &t.forms);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = t;
	return e;
}
