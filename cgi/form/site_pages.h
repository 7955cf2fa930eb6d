/*
 * site_pages.h - the pages of a site that are looked at once a day: the lines
 * of its form, and the button that has them looked at now.
 */
#ifndef RT_CGI_FORM_SITE_PAGES_H
#define RT_CGI_FORM_SITE_PAGES_H

#include "cgi/form/lines.h"
#include "cgi/web/route.h"

#define SITE_PAGES_ASK_US RT_MIN_US /* between two askings */

/* Fills the field "pages". */
RT_MUST_USE enum err site_pages_load(const struct req *r, struct site_id site,
    struct fields *f);
/* The lines of "pages", each on one of the origins; none: the front page of
 * the first. What is wrong with them is marked. ERR_NOMEM. */
RT_MUST_USE enum err site_pages_check(const struct req *r, struct fields *f,
    const struct lines *origins, struct lines *out);

/* Has those that it has looked at now, for its numbers are others. */
RT_MUST_USE enum err site_pages_again(const struct req *r, struct site_id site);

/* POST /settings/sites/{id}/check: now, then to the site's page of health. */
RT_MUST_USE enum err site_pages_ask(const struct req *r, struct resp *out);

#endif
