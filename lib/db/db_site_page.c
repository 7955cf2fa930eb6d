#include "lib/db/db_site_page.h"

#include "lib/db/stmt.h"

#define TEXT_MAX 8192 /* bytes of an address in the widest encoding */

static enum err change(struct db *db, const char *sql,
    struct company_id company, struct site_id site, struct slice url)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_text(st, url);
	return stmt_exec(st, NULL);
}

enum err db_site_page_add(struct db *db, struct company_id company,
    struct site_id site, struct slice url)
{
	static const char sql[] =
	    "INSERT INTO site_page (company_id, site_id, url) VALUES (?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE url = VALUES(url)";

	return change(db, sql, company, site, url);
}

enum err db_site_page_remove(struct db *db, struct company_id company,
    struct site_id site, struct slice url)
{
	static const char sql[] =
	    "DELETE FROM site_page"
	    " WHERE company_id = ? AND site_id = ? AND url = ?";

	return change(db, sql, company, site, url);
}

enum err db_site_page_list(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct site_page_row **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT url, asked_at, checked_at, problem, status, hops,"
	    " final_url, bytes, took_ms, tags, others, targets, ours, found,"
	    " stands FROM site_page WHERE company_id = ? AND site_id = ?"
	    " ORDER BY url";
	struct site_page_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_slice(st, mem, TEXT_MAX, &row.url);
	stmt_out_time_us(st, &row.asked_us);
	stmt_out_time_us(st, &row.checked_us);
	stmt_out_slice(st, mem, TEXT_MAX, &row.problem);
	stmt_out_u32(st, &row.status);
	stmt_out_u32(st, &row.hops);
	stmt_out_slice(st, mem, TEXT_MAX, &row.final_url);
	stmt_out_u32(st, &row.bytes);
	stmt_out_u32(st, &row.took_ms);
	stmt_out_u32(st, &row.tags);
	stmt_out_u32(st, &row.others);
	stmt_out_u32(st, &row.targets);
	stmt_out_u32(st, &row.ours);
	stmt_out_u32(st, &row.found);
	stmt_out_slice(st, mem, TEXT_MAX, &row.stands);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_site_page_urls(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT url FROM site_page WHERE company_id = ? AND site_id = ?"
	    " ORDER BY url";
	struct slice row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_out_slice(st, mem, TEXT_MAX, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_site_page_ask(struct db *db, struct company_id company,
    struct site_id site, int64_t now_us, int64_t since_us)
{
	static const char sql[] =
	    "UPDATE site_page SET asked_at = ?"
	    " WHERE company_id = ? AND site_id = ?"
	    " AND (asked_at IS NULL OR asked_at < ?)";
	uint64_t changed = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_time_us(st, since_us);
	e = stmt_exec(st, &changed);
	return e == ERR_OK && changed == 0 ? ERR_BUSY : e;
}

enum err db_site_page_due(struct db *db, int64_t before_us, uint32_t max,
    struct arena *mem, struct site_page_due **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, p.site_id FROM site_page p JOIN site s"
	    " ON s.company_id = p.company_id AND s.id = p.site_id"
	    " JOIN company c ON c.id = p.company_id"
	    " WHERE s.archived_at IS NULL AND c.archived_at IS NULL"
	    " AND (p.checked_at IS NULL"
	    " OR p.checked_at < ? OR p.asked_at > p.checked_at)"
	    " GROUP BY p.company_id, p.site_id"
	    " ORDER BY MIN(p.checked_at) LIMIT ?";
	struct site_page_due row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.site.v);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_site_page_put(struct db *db, struct company_id company,
    struct site_id site, const struct site_page_row *row)
{
	static const char sql[] =
	    "UPDATE site_page SET checked_at = ?, problem = ?, status = ?,"
	    " hops = ?, final_url = ?, bytes = ?, took_ms = ?, tags = ?,"
	    " others = ?, targets = ?, ours = ?, found = ?, stands = ?"
	    " WHERE company_id = ? AND site_id = ? AND url = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, row->checked_us);
	stmt_in_text(st, row->problem);
	stmt_in_u64(st, row->status);
	stmt_in_u64(st, row->hops);
	stmt_in_text(st, row->final_url);
	stmt_in_u64(st, row->bytes);
	stmt_in_u64(st, row->took_ms);
	stmt_in_u64(st, row->tags);
	stmt_in_u64(st, row->others);
	stmt_in_u64(st, row->targets);
	stmt_in_u64(st, row->ours);
	stmt_in_u64(st, row->found);
	stmt_in_text(st, row->stands);
	stmt_in_id(st, company.v);
	stmt_in_id(st, site.v);
	stmt_in_text(st, row->url);
	return stmt_exec(st, NULL);
}
