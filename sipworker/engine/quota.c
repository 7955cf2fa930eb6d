#include "sipworker/engine/quota.h"

#include <string.h>

#include "lib/base/rt.h"

#define SECOND_NS INT64_C(1000000000)
#define SETS      (QUOTA_TRUNKS / QUOTA_WAYS)

/* The end of an id is random (id.h). */
static struct quota_row *set_of(struct quota *q, struct trunk_id id)
{
	const size_t h =
	    ((size_t)id.v[ID_BYTES - 2] << 8 | id.v[ID_BYTES - 1]) % SETS;

	return &q->row[h * QUOTA_WAYS];
}

static struct quota_row *find(struct quota *q, struct trunk_id id)
{
	struct quota_row *set = set_of(q, id);

	for (size_t i = 0; i < QUOTA_WAYS; i++)
		if (id_eq(set[i].id.v, id.v))
			return &set[i];
	return NULL;
}

/* The row that has been idle for longest; NULL: all are in use. */
static struct quota_row *make(struct quota *q, struct trunk_id id)
{
	struct quota_row *set = set_of(q, id), *idle = NULL;

	for (size_t i = 0; i < QUOTA_WAYS; i++)
		if (set[i].busy == 0 &&
		    (idle == NULL || set[i].full_ns < idle->full_ns))
			idle = &set[i];
	if (idle != NULL)
		*idle = (struct quota_row){ .id = id };
	return idle;
}

enum quota_said quota_take(struct quota *q, const struct snap_trunk *t,
    int64_t now_us)
{
	const int64_t now = now_us * 1000;
	struct quota_row *r;
	int64_t full = 0;

	if (t->max_calls == 0 && t->calls_per_s == 0)
		return QUOTA_FREE;
	r = find(q, t->id);
	if (r == NULL && (r = make(q, t->id)) == NULL)
		return QUOTA_FREE;
	if (t->max_calls != 0 && r->busy >= t->max_calls)
		return QUOTA_REFUSED;
	if (t->calls_per_s != 0) {
		full = r->full_ns > now ? r->full_ns : now;
		full += SECOND_NS / t->calls_per_s;
		if (full - now > SECOND_NS)
			return QUOTA_REFUSED;
		r->full_ns = full;
	}
	r->busy++;
	return QUOTA_TAKEN;
}

void quota_give(struct quota *q, struct trunk_id id)
{
	struct quota_row *r = find(q, id);

	if (r != NULL && r->busy > 0)
		r->busy--;
}
