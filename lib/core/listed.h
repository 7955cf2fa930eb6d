/*
 * listed.h - lists as people type them: "google, bing", "CO,WY".
 *
 * Entries are parted by commas and trimmed; empty ones do not count.
 */
#ifndef RT_CORE_LISTED_H
#define RT_CORE_LISTED_H

#include "lib/base/slice.h"

/* Cuts the next entry off the front of *list. False: there is none. */
bool listed_next(struct slice *list, struct slice *entry);
/* Is there an entry that both have, upper and lower case alike? */
bool listed_share(struct slice a, struct slice b);

#endif
