/*
 * api_list.h - what a company is set up with, its people and forms: the sheets
 * of db_sheet_setup.h, a page at a time and one by one.
 *
 * One shape for all: a new list is a sheet and two rows of the route table.
 */
#ifndef RT_CGI_API_API_LIST_H
#define RT_CGI_API_API_LIST_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/<sheet>?limit=&cursor=&sort=&fields=&search=&active=true|false
 * &from=&to=. sort: the id, name or time of making, with - before it downwards.
 * The cursor is the last row's place: what is added or goes later neither
 * repeats nor hides a row. from and to (RFC 3339): when it was made. */
RT_MUST_USE enum err api_list(const struct req *r, struct resp *out);
/* GET /api/v1/<sheet>/{id}; of a sheet that is one row of the company,
 * GET /api/v1/<sheet>. */
RT_MUST_USE enum err api_list_one(const struct req *r, struct resp *out);

#endif
