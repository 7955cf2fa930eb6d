/*
 * api_out.h - answers of the endpoints: rows, pages, versions.
 */
#ifndef RT_CGI_API_API_OUT_H
#define RT_CGI_API_API_OUT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/feed/feed.h"

#define API_OUT_LIMIT 100 /* rows of a page, unless said */

#define API_OUT_ETAG 35 /* quotes, 32 digits, NUL */

/* `fields` of the query. ERR_SYNTAX: an unknown one. */
RT_MUST_USE enum err api_out_fields(const struct req *r,
    const struct db_sheet *sheet, struct feed_fields *out);
/* `limit` of the query, 1 to DB_SHEET_PAGE_MAX. */
RT_MUST_USE enum err api_out_limit(const struct req *r, size_t *out);
/* How a reader goes on. */
struct api_out_next {
	struct slice cursor;      /* of the last row that is told */
	int64_t updated_until_us; /* updated_since of another time; 0: none */
};

/* {"data":[…],"next_cursor":…}: n rows, of which the last is only there to say
 * that there are more when n is above limit. */
RT_MUST_USE enum err api_out_page(struct resp *out,
    const struct db_sheet *sheet, const struct db_sheet_cell *cells, size_t n,
    size_t limit, const struct feed_fields *fields,
    const struct api_out_next *next);

/* The version of a row: of all its columns. */
RT_MUST_USE enum err api_out_etag(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, char etag[API_OUT_ETAG]);
/* False: the request's If-Match names another version. */
bool api_out_matches(const struct req *r, const char *etag);
/* One row with its ETag; 304 when If-None-Match has it. */
RT_MUST_USE enum err api_out_row(const struct req *r, struct resp *out,
    const struct db_sheet *sheet, const struct db_sheet_cell *row);

#endif
