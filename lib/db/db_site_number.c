#include "lib/db/db_site_number.h"

#include <string.h>

#include "lib/db/stmt.h"

static int64_t day_of(int64_t wall_us)
{
	return wall_us - wall_us % RT_DAY_US;
}

enum err db_site_number_add(struct db *db, struct company_id company,
    struct site_id site, int64_t at_us, const struct site_number_row *row)
{
	static const char sql[] =
	    "INSERT INTO site_number_seen"
	    " (company_id, site_id, day_at, e164, reports, pages, places)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE reports = reports + VALUES(reports),"
	    " pages = pages + VALUES(pages), places = places + VALUES(places)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_time_us(st, day_of(at_us));
	stmt_in_text(st, slice_from(row->e164));
	stmt_in_u64(st, row->reports);
	stmt_in_u64(st, row->pages);
	stmt_in_u64(st, row->places);
	return stmt_exec(st, NULL);
}

enum err db_site_number_list(struct db *db, struct company_id company,
    struct site_id site, int64_t since_us, struct arena *mem,
    struct site_number_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT t.e164, COALESCE(SUM(s.reports), 0),"
	    " COALESCE(SUM(s.pages), 0), COALESCE(SUM(s.places), 0)"
	    " FROM site_target t LEFT JOIN site_number_seen s"
	    " ON s.company_id = t.company_id AND s.site_id = t.site_id"
	    " AND s.day_at >= ? AND s.e164 = t.e164"
	    " WHERE t.company_id = ? AND t.site_id = ?"
	    " GROUP BY t.e164 ORDER BY t.e164";
	struct site_number_row row;
	struct stmt *st = stmt_begin(db, sql);

	memset(&row, 0, sizeof(row));
	stmt_in_time_us(st, day_of(since_us));
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_text(st, row.e164, sizeof(row.e164));
	stmt_out_u64(st, &row.reports);
	stmt_out_u64(st, &row.pages);
	stmt_out_u64(st, &row.places);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err forget(struct db *db, const char *sql, int64_t before_us,
    uint32_t max, uint64_t *removed)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, removed);
}

enum err db_site_number_sweep(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	static const char numbers_sql[] =
	    "DELETE FROM site_number_seen WHERE day_at < ? LIMIT ?";
	static const char health_sql[] =
	    "DELETE FROM site_health WHERE day_at < ? LIMIT ?";
	uint64_t numbers = 0, days = 0;
	enum err e = forget(db, numbers_sql, before_us, max, &numbers);

	if (e == ERR_OK)
		e = forget(db, health_sql, before_us, max, &days);
	if (e == ERR_OK)
		*removed = numbers + days;
	return e;
}
