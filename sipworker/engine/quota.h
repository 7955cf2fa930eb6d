/*
 * quota.h - what a carrier's trunk may carry: calls at once, and new ones in a
 * second. In and out together, as carriers sell them.
 *
 * Only trunks with a limit are in the table; it is small and fixed. A trunk
 * that does not fit takes the place of one that carries nothing; when all of
 * its places carry something, its call passes uncounted. The rate is a bucket
 * of one second's calls.
 */
#ifndef RT_ENGINE_QUOTA_H
#define RT_ENGINE_QUOTA_H

#include "lib/core/snap.h"

#define QUOTA_TRUNKS 2048
#define QUOTA_WAYS   8 /* places that one trunk may have */

struct quota_row {
	struct trunk_id id; /* nil: unused */
	uint32_t busy;
	int64_t full_ns; /* when its bucket would be full again */
};

struct quota {
	struct quota_row row[QUOTA_TRUNKS];
};

enum quota_said {
	QUOTA_FREE,   /* no limit, or not to be counted: nothing to give back */
	QUOTA_TAKEN,  /* quota_give() when the call is over */
	QUOTA_REFUSED /* one of the limits is reached; nothing was taken */
};

/* One more call on this trunk. */
enum quota_said quota_take(struct quota *q, const struct snap_trunk *t,
    int64_t now_us);
void quota_give(struct quota *q, struct trunk_id id);

#endif
