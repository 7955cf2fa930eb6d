/*
 * form_person_join.h - two that are one person, and one that is two.
 *
 * Whoever is joined brings along all that it is joined with: where that is more
 * than itself, the page asks first. What was joined by mistake, or by a form,
 * is taken out again one by one.
 */
#ifndef RT_CGI_FORM_FORM_PERSON_JOIN_H
#define RT_CGI_FORM_FORM_PERSON_JOIN_H

#include "cgi/web/route.h"

/* POST /people/{id}/join: number=, another telephone of theirs; visitor=1, the
 * browser that the call is credited to; or named=1, the telephone that the form
 * names. all=1: with all that it is joined with. */
RT_MUST_USE enum err form_person_join(const struct req *r, struct resp *out);
/* POST /people/{id}/part: telephone=, in E.164, or browser=, its id: one of
 * theirs, which is by itself from then on. */
RT_MUST_USE enum err form_person_join_part(const struct req *r,
    struct resp *out);

#endif
