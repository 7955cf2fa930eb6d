/*
 * db_page_view.h - the pages of a visit after its first one, which is in the
 * visit's own row; db_report_call_pages() lists them all.
 */
#ifndef RT_DB_PAGE_VIEW_H
#define RT_DB_PAGE_VIEW_H

#include "lib/db/db.h"

struct page_view_row {
	struct page_view_id id;
	struct visit_id visit;
	int64_t viewed_us;
	struct slice url;   /* at most URLQ_MAX bytes */
	struct slice title; /* at most 255 characters */
};

/* Of one company. Adding the same id again changes nothing. */
RT_MUST_USE enum err db_page_view_add(struct db *db, struct company_id company,
    const struct page_view_row *const *rows, size_t n);

#endif
