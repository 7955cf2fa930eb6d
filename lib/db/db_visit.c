#include "lib/db/db_visit.h"

#include "lib/db/db_rows.h"
#include "lib/db/stmt.h"

#define SOURCE_COLUMN(name, max) ", " #name
#define SOURCE_MARK(name, max)   ",?"
#define SOURCE_IN(name, max)     stmt_in_text(st, row->source.name);

/* The columns of lib/core/source, by its lists. */
#define NAMES SOURCE_PARAMS(SOURCE_COLUMN) SOURCE_WORDS(SOURCE_COLUMN)
#define MARKS SOURCE_PARAMS(SOURCE_MARK) SOURCE_WORDS(SOURCE_MARK)

/* Without blanks: of 32 rows it is still no longer than a compiler must take
 * (C99 5.2.4.1: 4095 bytes). */
static const char *const visit_add_sql[] = DB_ROWS_TEXTS(
    "INSERT INTO visit"
    " (company_id, id, site_id, visitor_id, started_at, seen_at, page_views,"
    " landing_url, landing_title, referrer, ga_client_id, ga_session_id, fbc, fbp,"
    " browser_zone" NAMES ") VALUES ",
    "(?,?,?,?,?,?,1,?,?,?,?,?,?,?,?" MARKS ")",
    " ON DUPLICATE KEY UPDATE seen_at = GREATEST(seen_at, VALUES(seen_at))");

#define PROGRESS(whens, ids)                               \
	"UPDATE visit SET"                                 \
	" seen_at = GREATEST(seen_at, CASE id" whens       \
	" END),"                                           \
	" engaged_s = GREATEST(engaged_s, CASE id" whens   \
	" END),"                                           \
	" page_views = GREATEST(page_views, CASE id" whens \
	" END),"                                           \
	" tel_clicked_at ="                                \
	" COALESCE(CASE id" whens                          \
	" END, tel_clicked_at),"                           \
	" used_at = COALESCE(used_at, CASE id" whens       \
	" END)"                                            \
	" WHERE company_id = ? AND id IN (" ids ")"

static const char *const visit_progress_sql[] = DB_ROWS_UPDATES(PROGRESS);

static const char *const visit_event_sql[] = DB_ROWS_TEXTS(
    "INSERT INTO visit_event"
    " (company_id, visit_id, id, kind, number_id, happened_at, name, detail)"
    " VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?)", " ON DUPLICATE KEY UPDATE id = VALUES(id)");

#define KEEP(column) " " column " = IF(? = '', " column ", ?)"

/* One whose person was erased has no address of its first page any more. */
static const char visit_about_sql[] =
    "UPDATE visit SET" KEEP("browser_zone") "," KEEP("ga_client_id") "," KEEP(
	"ga_session_id") "," KEEP("fbc") "," KEEP("fbp") ", causes = causes | ?,"
    " tells_use = tells_use | ?"
    " WHERE company_id = ? AND id = ? AND landing_url <> ''";

static const char companies_sql[] =
    "SELECT id FROM company WHERE archived_at IS NULL ORDER BY id";

/* A range of the primary key, as ids begin with the time they were made: with
 * seen_at alone the server would read every visit there ever was. */
static const char visit_live_sql[] =
    "SELECT company_id, id, site_id, visitor_id, started_at, seen_at,"
    " engaged_s, page_views, tel_clicked_at, source, medium, campaign,"
    " COALESCE(NULLIF(gclid, ''), NULLIF(gbraid, ''), NULLIF(wbraid, ''),"
    " NULLIF(dclid, ''), NULLIF(fbclid, ''), NULLIF(msclkid, ''),"
    " NULLIF(ttclid, ''), li_fat_id), landing_url, referrer"
    " FROM visit v WHERE company_id = ? AND id >= ? AND seen_at >= ?"
    " AND NOT EXISTS (SELECT 1 FROM visit_event e WHERE e.company_id ="
    " v.company_id AND e.visit_id = v.id AND e.kind = 'consent_withdrawn')"
    " AND NOT EXISTS (SELECT 1 FROM visit_erased x WHERE x.company_id ="
    " v.company_id AND x.visit_id = v.id)"
    " ORDER BY seen_at LIMIT ?";

/* What is bound is borrowed until the execution, hence the pointers. */
static void in_visit(struct stmt *st, const struct company_id *company,
    const struct visit_row *row)
{
	stmt_in_id(st, company->v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->site.v);
	stmt_in_id(st, row->visitor.v);
	stmt_in_time_us(st, row->started_us);
	stmt_in_time_us(st, row->started_us);
	stmt_in_text(st, row->landing_url);
	stmt_in_text(st, row->landing_title);
	stmt_in_text(st, row->referrer);
	stmt_in_text(st, row->ga_client_id);
	stmt_in_text(st, row->ga_session_id);
	stmt_in_text(st, row->fbc);
	stmt_in_text(st, row->fbp);
	stmt_in_text(st, row->browser_zone);
	SOURCE_PARAMS(SOURCE_IN)
	SOURCE_WORDS(SOURCE_IN)
}

static void in_visits(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct visit_row *const *all = rows;

	for (size_t i = 0; i < part->places; i++)
		in_visit(st, company, all[db_rows_at(part, i)]);
}

enum err db_visit_add(struct db *db, struct company_id company,
    const struct visit_row *const *rows, size_t n)
{
	return db_rows_add(db, visit_add_sql, company, rows, n, in_visits);
}

static void in_progress(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct visit_progress *const *all = rows;

	for (size_t i = 0; i < part->places; i++) {
		const struct visit_progress *p = all[db_rows_at(part, i)];

		stmt_in_id(st, p->id.v);
		stmt_in_time_us(st, p->seen_us);
	}
	for (size_t i = 0; i < part->places; i++) {
		const struct visit_progress *p = all[db_rows_at(part, i)];

		stmt_in_id(st, p->id.v);
		stmt_in_u64(st, p->engaged_s);
	}
	for (size_t i = 0; i < part->places; i++) {
		const struct visit_progress *p = all[db_rows_at(part, i)];

		stmt_in_id(st, p->id.v);
		stmt_in_u64(st, p->page_views);
	}
	for (size_t i = 0; i < part->places; i++) {
		const struct visit_progress *p = all[db_rows_at(part, i)];

		stmt_in_id(st, p->id.v);
		stmt_in_time_us_null(st, p->tel_clicked_us);
	}
	for (size_t i = 0; i < part->places; i++) {
		const struct visit_progress *p = all[db_rows_at(part, i)];

		stmt_in_id(st, p->id.v);
		stmt_in_time_us_null(st, p->used_us);
	}
	stmt_in_id(st, company->v);
	for (size_t i = 0; i < part->places; i++)
		stmt_in_id(st, all[db_rows_at(part, i)]->id.v);
}

enum err db_visit_progress(struct db *db, struct company_id company,
    const struct visit_progress *const *rows, size_t n)
{
	return db_rows_run(db, visit_progress_sql, company, rows, n,
	    in_progress);
}

enum err db_visit_about(struct db *db, struct company_id company,
    const struct visit_about *about)
{
	const struct slice texts[] = { about->browser_zone, about->ga_client_id,
		about->ga_session_id, about->fbc, about->fbp };
	struct stmt *st = stmt_begin(db, visit_about_sql);

	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		stmt_in_text(st, texts[i]);
		stmt_in_text(st, texts[i]);
	}
	stmt_in_u64(st, about->causes);
	stmt_in_u64(st, about->tells_use);
	stmt_in_id(st, company.v);
	stmt_in_id(st, about->visit.v);
	return stmt_exec(st, NULL);
}

static void in_event(struct stmt *st, const struct company_id *company,
    const struct visit_event_row *row)
{
	stmt_in_id(st, company->v);
	stmt_in_id(st, row->visit.v);
	stmt_in_id(st, row->id);
	stmt_in_text(st, slice_from(row->kind));
	stmt_in_id_null(st, row->number.v);
	stmt_in_time_us(st, row->happened_us);
	stmt_in_text(st, row->name);
	stmt_in_text(st, row->detail);
}

static void in_events(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct visit_event_row *const *all = rows;

	for (size_t i = 0; i < part->places; i++)
		in_event(st, company, all[db_rows_at(part, i)]);
}

enum err db_visit_event_add(struct db *db, struct company_id company,
    const struct visit_event_row *const *rows, size_t n)
{
	return db_rows_add(db, visit_event_sql, company, rows, n, in_events);
}

/* Of one company; counts *left down. */
static enum err live_of(struct db *db, struct company_id company,
    int64_t since_us, uint32_t *left,
    void (*each)(void *ctx, const struct visit_live *v), void *ctx)
{
	const uint8_t zeros[10] = { 0 };
	uint8_t first[ID_BYTES];
	struct visit_live v;
	struct stmt *st;
	enum err e;

	id_make(since_us - DB_VISIT_LONGEST_US, zeros, first);
	st = stmt_begin(db, visit_live_sql);
	stmt_in_id(st, company.v);
	stmt_in_bytes(st, first, ID_BYTES);
	stmt_in_time_us(st, since_us);
	stmt_in_u64(st, *left);
	stmt_out_id(st, v.company.v);
	stmt_out_id(st, v.id.v);
	stmt_out_id(st, v.site.v);
	stmt_out_id(st, v.visitor.v);
	stmt_out_time_us(st, &v.started_us);
	stmt_out_time_us(st, &v.seen_us);
	stmt_out_u32(st, &v.engaged_s);
	stmt_out_u32(st, &v.page_views);
	stmt_out_time_us(st, &v.tel_clicked_us);
	stmt_out_text(st, v.source, sizeof(v.source));
	stmt_out_text(st, v.medium, sizeof(v.medium));
	stmt_out_text(st, v.campaign, sizeof(v.campaign));
	stmt_out_text(st, v.click_id, sizeof(v.click_id));
	stmt_out_text(st, v.landing_url, sizeof(v.landing_url));
	stmt_out_text(st, v.referrer, sizeof(v.referrer));
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK) {
		each(ctx, &v);
		--*left;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_visit_each_live(struct db *db, int64_t since_us, uint32_t max,
    void (*each)(void *ctx, const struct visit_live *v), void *ctx)
{
	struct company_id company;
	struct stmt *st = stmt_begin(db, companies_sql);
	enum err e;

	stmt_out_id(st, company.v);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK && max > 0)
		e = live_of(db, company, since_us, &max, each, ctx);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
