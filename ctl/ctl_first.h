/*
 * ctl_first.h - the visit behind the demonstration call of `make run`.
 *
 * Asks the lease server for a number the way the tag does, as a visitor who
 * came from an advertisement and then touched the phone link.
 */
#ifndef RT_CTL_FIRST_H
#define RT_CTL_FIRST_H

#include "lib/base/settings.h"

#define CTL_FIRST_NUMBER 17 /* E.164 and its NUL */

/* The number that the visit was shown. ERR_UNAVAILABLE: no lease was given;
 * said. Takes at most a few seconds. */
RT_MUST_USE enum err ctl_first_visit(const struct settings *s,
    const char *site_key, char number[CTL_FIRST_NUMBER]);

#endif
