/*
 * robots.h - what a site's robots.txt lets a program read (RFC 9309).
 *
 * The rules of the groups that name the program count, all of them; without
 * such a group those of "*". The longest pattern that fits the path decides,
 * and "allow" wins where two are as long. Unknown lines are passed over.
 *
 * Pure; hostile input costs no more than ROBOTS_RULES_MAX patterns.
 */
#ifndef RT_CORE_ROBOTS_H
#define RT_CORE_ROBOTS_H

#include <stdbool.h>

#include "lib/base/slice.h"

#define ROBOTS_RULES_MAX   2000 /* of a file; those beyond are not read */
#define ROBOTS_PATTERN_MAX 512  /* bytes; a longer one fits nothing */

/* May `agent`, a product token of letters, '-' and '_', read path (which begins
 * with '/' and may have a query)? */
bool robots_may(struct slice text, struct slice agent, struct slice path);

#endif
