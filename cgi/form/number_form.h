/*
 * number_form.h - what can be done with numbers beside their own form: let
 * one rest, end its rest.
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

/* Number, kind, country and place of row from a number in international form.
 * ERR_SYNTAX: it is none. */
RT_MUST_USE enum err number_form_kind(const char *e164, struct number_row *row);

/* What they do, in a transaction. rest: ERR_CONFLICT: it stands for a source,
 * is a pool's overflow, or rests already. lift: ERR_NOTFOUND: it does not. */
RT_MUST_USE enum err number_form_do_rest(const struct req *r,
    struct number_id id);
RT_MUST_USE enum err number_form_do_lift(const struct req *r,
    struct number_id id);

#endif
