/*
 * api_out.h - answers of the endpoints: rows, pages, versions.
 */
#ifndef RT_CGI_API_API_OUT_H
#define RT_CGI_API_API_OUT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/base/buf.h"
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

/* {"data":[…],"next_cursor":…} under way, begun by api_out_begin() and ended by
 * api_out_end(). */
struct api_out_page {
	const struct db_sheet *sheet;
	const struct feed_fields *fields;
	size_t limit, n; /* rows at most, and so far */
	bool more;       /* one was left to the next page */
	struct buf b;
	struct json_out j;
};

void api_out_begin(struct api_out_page *p, const struct db_sheet *sheet,
    const struct feed_fields *fields, size_t limit);
/* False: it is of the next page, because this one has its limit of rows, or
 * more bytes than many rows have: what visitors and callers bring in may be
 * long, and must not make a list that nobody can read. */
bool api_out_add(struct api_out_page *p, const struct db_sheet_cell *row);
/* The answer, with next's cursor if there is more. */
RT_MUST_USE enum err api_out_end(struct api_out_page *p, struct resp *out,
    const struct api_out_next *next);
/* Ends it without one. */
void api_out_drop(struct api_out_page *p);

/* The version of a row: of all its columns. */
RT_MUST_USE enum err api_out_etag(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, char etag[API_OUT_ETAG]);
/* False: the request's If-Match names another version. */
bool api_out_matches(const struct req *r, const char *etag);
/* One row with its ETag; 304 when If-None-Match has it. */
RT_MUST_USE enum err api_out_row(const struct req *r, struct resp *out,
    const struct db_sheet *sheet, const struct db_sheet_cell *row);

#endif
