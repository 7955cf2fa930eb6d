/*
 * number_form.h - what can be done with numbers beside their own form: let
 * one rest, end its rest, import many.
 */
#ifndef RT_CGI_FORM_NUMBER_FORM_H
#define RT_CGI_FORM_NUMBER_FORM_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/db/db_number.h"

#define NUMBER_FORM_PAGE 200 /* numbers on one page of their list */

/* POST /settings/numbers/{id}/rest: out of its pool, and into none for the
 * company's term. 409: a tracker has it. */
RT_MUST_USE enum err number_form_rest(const struct req *r, struct resp *out);
/* POST /settings/numbers/{id}/lift */
RT_MUST_USE enum err number_form_lift(const struct req *r, struct resp *out);

#define NUMBER_FORM_CSV_MAX ((size_t)1 << 20) /* bytes of one import */
#define NUMBER_FORM_ROWS    2000              /* lines of one import */

/* GET and POST /settings/numbers/import: shows what a file would do, line by
 * line, and does it when sent again with `apply`. */
RT_MUST_USE enum err number_form_import(const struct req *r, struct resp *out);
RT_MUST_USE enum err number_form_import_post(const struct req *r,
    struct resp *out);

/* Number, kind, country and place of row from a number in international form.
 * ERR_SYNTAX: it is none. */
RT_MUST_USE enum err number_form_kind(const char *e164, struct number_row *row);

#endif
