/*
 * import_form.h - many numbers at once, from a CSV file.
 *
 * The first line names the columns: number (needed), label, flow, destination,
 * pool, location, record. What a file would do is shown line by line before
 * anything is done; nothing is done while a line is wrong, and then all or
 * none of it. Every number has its own row in the audit log.
 */
#ifndef RT_CGI_FORM_IMPORT_FORM_H
#define RT_CGI_FORM_IMPORT_FORM_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define IMPORT_FORM_BYTES ((size_t)1 << 20) /* of one file */
#define IMPORT_FORM_BODY  ((size_t)4 << 20) /* the same, percent-encoded */
#define IMPORT_FORM_ROWS  1000              /* lines of one file */

/* GET and POST /settings/numbers/import. POST: csv (text) or file; apply: do
 * it. */
RT_MUST_USE enum err import_form(const struct req *r, struct resp *out);
RT_MUST_USE enum err import_form_post(const struct req *r, struct resp *out);

#endif
