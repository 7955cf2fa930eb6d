/*
 * form_person.h - the person behind a call or a form: their telephones and
 * browsers, what they did, and erasing all of it (form_person_join.h: joining).
 *
 * The address is a call or a form of theirs: no telephone number stands in an
 * address, where logs and histories would keep it. A call is its telephone's, a
 * form its browser's: the telephone in it is what somebody typed. To read: who
 * reads calls; to join and part: a manager; to erase: an admin, who types the
 * word that says so. Where neither a telephone nor a browser is known, the call
 * or form is erased alone.
 */
#ifndef RT_CGI_FORM_FORM_PERSON_H
#define RT_CGI_FORM_FORM_PERSON_H

#include "cgi/web/route.h"

/* GET /people/{id} */
RT_MUST_USE enum err form_person(const struct req *r, struct resp *out);
/* POST /people/{id}/erase: sure=erase. */
RT_MUST_USE enum err form_person_erase(const struct req *r, struct resp *out);

#endif
