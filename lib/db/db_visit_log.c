#include "lib/db/db_visit_log.h"

#include <string.h>

#include "lib/db/stmt.h"

#define CREDITED                                                \
	" FROM interaction i WHERE i.company_id = v.company_id" \
	" AND i.visit_id = v.id AND i.attributed_by = 'visit' AND i.kind = "
#define LEASED \
	" FROM lease l WHERE l.company_id = v.company_id AND l.visit_id = v.id"
#define WRITTEN                                                \
	" FROM form_entry w WHERE w.company_id = v.company_id" \
	" AND w.visit_id = v.id"

#define COLUMNS(hint)                                                           \
	"SELECT v.id, v.visitor_id, COALESCE(s.name, ''), v.started_at,"        \
	" v.seen_at, v.engaged_s, v.page_views, v.tel_clicked_at IS NOT NULL,"  \
	" COALESCE(b.first_visit_id <> v.id, 0), EXISTS (SELECT 1"              \
	" FROM visit_event e WHERE e.company_id = v.company_id"                 \
	" AND e.visit_id = v.id AND e.kind = 'consent_withdrawn'),"             \
	" v.landing_page, v.source,"                                            \
	" v.medium, v.campaign, v.keyword, v.channel, v.device,"                \
	" COALESCE((SELECT l.number_e164" LEASED                                \
	"  ORDER BY l.started_at DESC LIMIT 1), ''),"                           \
	" (SELECT COUNT(*)" CREDITED "'call'), (SELECT COUNT(*)" WRITTEN        \
	")"                                                                     \
	" FROM visit v" hint                                                    \
	" LEFT JOIN site s ON s.company_id = v.company_id AND s.id = v.site_id" \
	" LEFT JOIN visitor b"                                                  \
	"  ON b.company_id = v.company_id AND b.id = v.visitor_id"              \
	" WHERE v.company_id = ?"

#define ONE(column) " AND (? = 0 OR v." column " = ?)"

/* In the order of the conditions below. */
static const enum filter_text texts[] = { FILTER_CHANNEL, FILTER_SOURCE,
	FILTER_MEDIUM, FILTER_CAMPAIGN, FILTER_KEYWORD, FILTER_MATCH,
	FILTER_DEVICE, FILTER_LANDING, FILTER_REFERRER };

/* Without it some pages of many visits are sorted out of all that are older: a
 * block of a file reads thousands of rows, then. What is looked for by calls,
 * forms or numbers is found from there. */
#define IN_TIME " FORCE INDEX (visit_started)"

#define PAGE(hint, came)                                                 \
	COLUMNS(hint)                                                    \
	" AND v.started_at >= ? AND v.started_at < ?" ONE("channel")     \
	    ONE("source") ONE("medium") ONE("campaign") ONE("keyword")   \
		ONE("match_type") ONE("device") ONE("landing_page")      \
		    ONE("referrer_host") came                            \
	    " AND (v.started_at < ? OR (v.started_at = ? AND v.id < ?))" \
	    " ORDER BY v.started_at DESC, v.id DESC LIMIT ?"

static const char any_sql[] = PAGE(IN_TIME, "");
static const char shown_sql[] = PAGE("", " AND EXISTS (SELECT 1" LEASED ")");
static const char touched_sql[] =
    PAGE(IN_TIME, " AND v.tel_clicked_at IS NOT NULL");
static const char called_sql[] =
    PAGE("", " AND EXISTS (SELECT 1" CREDITED "'call')");
static const char wrote_sql[] = PAGE("", " AND EXISTS (SELECT 1" WRITTEN ")");

static const char *const pages[VISIT_CAME_COUNT] = {
	[VISIT_CAME_ANY] = any_sql,
	[VISIT_CAME_SHOWN] = shown_sql,
	[VISIT_CAME_TOUCHED] = touched_sql,
	[VISIT_CAME_CALLED] = called_sql,
	[VISIT_CAME_WROTE] = wrote_sql,
};

static const char one_sql[] = COLUMNS("") " AND v.id = ?";

enum err db_visit_log_can(const struct db_filter *f)
{
	struct db_filter left = *f;

	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++)
		left.by_text[texts[i]] = false;
	return db_filter_plain(&left) && f->result.n == 0 ? ERR_OK : ERR_RANGE;
}

static void out_row(struct stmt *st, struct visit_log_row *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_id(st, row->visitor.v);
	stmt_out_text(st, row->site, sizeof(row->site));
	stmt_out_time_us(st, &row->started_us);
	stmt_out_time_us(st, &row->seen_us);
	stmt_out_u32(st, &row->engaged_s);
	stmt_out_u32(st, &row->page_views);
	stmt_out_bool(st, &row->touched);
	stmt_out_bool(st, &row->returning);
	stmt_out_bool(st, &row->withdrawn);
	stmt_out_text(st, row->landing_page, sizeof(row->landing_page));
	stmt_out_text(st, row->source, sizeof(row->source));
	stmt_out_text(st, row->medium, sizeof(row->medium));
	stmt_out_text(st, row->campaign, sizeof(row->campaign));
	stmt_out_text(st, row->keyword, sizeof(row->keyword));
	stmt_out_text(st, row->channel, sizeof(row->channel));
	stmt_out_text(st, row->device, sizeof(row->device));
	stmt_out_text(st, row->number, sizeof(row->number));
	stmt_out_u64(st, &row->calls);
	stmt_out_u64(st, &row->forms);
}

enum err db_visit_log_page(struct db *db, struct company_id company,
    const struct visit_log_filter *filter, const struct visit_log_place *below,
    uint32_t max, struct arena *mem, struct visit_log_row **rows, size_t *n)
{
	const struct db_filter *f = &filter->f;
	const struct visit_log_place newest = { .started_us = f->to_us };
	const struct visit_log_place *at = below == NULL ? &newest : below;
	struct visit_log_row row;
	struct stmt *st;
	const enum err e = db_visit_log_can(f);

	if (e != ERR_OK)
		return e;
	if (max == 0 || max > DB_VISIT_LOG_MAX ||
	    filter->came >= VISIT_CAME_COUNT)
		return ERR_RANGE;
	memset(&row, 0, sizeof(row));
	st = stmt_begin(db, pages[filter->came]);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		stmt_in_bool(st, f->by_text[texts[i]]);
		stmt_in_text(st, f->text[texts[i]]);
	}
	stmt_in_time_us(st, at->started_us);
	stmt_in_time_us(st, at->started_us);
	stmt_in_id(st, at->id.v);
	stmt_in_u64(st, max);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_visit_log_one(struct db *db, struct company_id company,
    struct visit_id id, struct visit_log_row *out)
{
	struct visit_log_row row;
	struct stmt *st = stmt_begin(db, one_sql);
	enum err e;

	memset(&row, 0, sizeof(row));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_row(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* --- what came of it ------------------------------------------------------ */

/* Each takes company, visit and the most rows of its kind. */
#define DEED_KINDS 4
static const char deeds_sql[] =
    "(SELECT 1, l.id, l.started_at, COALESCE(l.released_at, l.expires_at),"
    "  l.number_e164, '' FROM lease l WHERE l.company_id = ?"
    "  AND l.visit_id = ? ORDER BY l.started_at, l.id LIMIT ?)"
    " UNION ALL (SELECT 1, o.visit_id, o.shown_at, o.seen_at, n.e164,"
    "  'overflow' FROM overflow_shown o JOIN number n"
    "   ON n.company_id = o.company_id AND n.id = o.number_id"
    "  WHERE o.company_id = ? AND o.visit_id = ? ORDER BY o.shown_at LIMIT ?)"
    " UNION ALL (SELECT 3, i.id, i.happened_at, NULL, p.number_e164, p.result"
    "  FROM interaction i JOIN phone_call p"
    "   ON p.company_id = i.company_id AND p.id = i.id"
    "  WHERE i.company_id = ? AND i.visit_id = ?"
    "  AND i.attributed_by = 'visit' ORDER BY i.happened_at, i.id LIMIT ?)"
    " UNION ALL (SELECT 4, w.id, w.submitted_at, NULL, '', w.form_name"
    "  FROM form_entry w WHERE w.company_id = ? AND w.visit_id = ?"
    "  ORDER BY w.submitted_at, w.id LIMIT ?)"
    " ORDER BY 3, 1, 2";
_Static_assert(VISIT_CAME_SHOWN == 1 && VISIT_CAME_CALLED == 3 &&
		   VISIT_CAME_WROTE == 4,
    "the numbers of deeds_sql");

enum err db_visit_log_deeds(struct db *db, struct company_id company,
    struct visit_id visit, struct arena *mem, struct visit_log_deed **rows,
    size_t *n)
{
	struct visit_log_deed deed;
	struct stmt *st = stmt_begin(db, deeds_sql);

	memset(&deed, 0, sizeof(deed));
	for (int kind = 0; kind < DEED_KINDS; kind++) {
		stmt_in_id(st, company.v);
		stmt_in_id(st, visit.v);
		stmt_in_u64(st, DB_VISIT_LOG_DEEDS_MAX);
	}
	stmt_out_u32(st, &deed.came);
	stmt_out_id(st, deed.id);
	stmt_out_time_us(st, &deed.at_us);
	stmt_out_time_us(st, &deed.until_us);
	stmt_out_text(st, deed.number, sizeof(deed.number));
	stmt_out_text(st, deed.detail, sizeof(deed.detail));
	return stmt_all(st, mem, &deed, sizeof(deed), rows, n);
}
