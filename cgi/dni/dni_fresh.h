/*
 * dni_fresh.h - requests of a site that nobody knows: it may be a new one.
 *
 * Who adds a site and opens its page at once is before the keeper's next look
 * at the configuration. Such a request waits until the keeper has looked, which
 * it then does at once, but at most every DNI_FRESH_EVERY_US, and is tried once
 * more. Made up keys cost the database four reads of a number a second, and no
 * more than DNI_FRESH_MAX of them wait; what is beyond is answered at once.
 */
#ifndef RT_CGI_DNI_DNI_FRESH_H
#define RT_CGI_DNI_DNI_FRESH_H

#include "lib/base/rt.h"

#include <stdbool.h>
#include <stdint.h>

#define DNI_FRESH_MAX      64
#define DNI_FRESH_EVERY_US (RT_SEC_US / 4)

struct dni_state;
struct later;

/* One that waits; lives as long as its request. */
struct dni_fresh_wait {
	struct dni_fresh_wait *next;
	struct later *later;
	int64_t since_us; /* monotonic */
	bool on;          /* in the list */
};

/* Guarded by the state's mu. */
struct dni_fresh {
	struct dni_fresh_wait *first;
	size_t n;
	int64_t next_us; /* monotonic: the keeper may look again */
};

/* False: it cannot wait. Without mu. */
bool dni_fresh_begin(struct dni_state *s, struct dni_fresh_wait *w,
    struct later *later);
/* It is answered without having waited to the end. False: it is on its way
 * (ERR_BUSY of resp_later()). Without mu. */
bool dni_fresh_leave(struct dni_state *s, struct dni_fresh_wait *w);

/* The keeper's: has it to look now? With mu. */
bool dni_fresh_due(const struct dni_state *s, int64_t mono_us);
/* It looked at what there was at looked_us: who asked before goes on. Without
 * mu. */
void dni_fresh_go_on(struct dni_state *s, int64_t looked_us);

#endif
