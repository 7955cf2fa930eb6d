/*
 * api_number.h - what can be done with numbers beside their own object.
 *
 *	POST /api/v1/numbers/import     {numbers: [{number, label, …}, …]}
 *	                                -> 201 {numbers: [id, …]}; all or none
 *	POST /api/v1/numbers/{id}/rest  out of its pool, and into none for the
 *	                                company's term; the number
 *	POST /api/v1/numbers/{id}/lift  its rest ends; the number
 */
#ifndef RT_CGI_API_API_NUMBER_H
#define RT_CGI_API_API_NUMBER_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define API_NUMBER_IMPORT_MAX   1000
#define API_NUMBER_IMPORT_BYTES ((size_t)524288)

RT_MUST_USE enum err api_number_import(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_number_rest(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_number_lift(const struct req *r, struct resp *out);

#endif
