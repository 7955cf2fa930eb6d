/*
 * ctl_site_check.h - fetches a page of a site and says what the tag would find.
 */
#ifndef RT_CTL_SITE_CHECK_H
#define RT_CTL_SITE_CHECK_H

#include "ctl/ctl_scope.h"

/* Prints what it finds. ERR_SYNTAX: no address; ERR_UNAVAILABLE: no answer. */
RT_MUST_USE enum err ctl_site_check(struct ctl_scope *s,
    struct company_id company, struct site_id site, struct slice key,
    const char *url);

#endif
