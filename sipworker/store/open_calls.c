#include "sipworker/store/open_calls.h"

#include <stdlib.h>
#include <string.h>

#include "lib/core/callrec.h"

struct open_call {
	bool used;
	struct call_id id;
	uint64_t first_seq; /* in the journal */
	uint32_t last;      /* record number within the call */
	int64_t last_at_us;
	int64_t rec_start_us; /* CALLREC_NEVER: nothing was recorded */
	size_t n;
	char *opened; /* its first record */
};

struct open_calls {
	uint32_t max;
	uint32_t count;
	struct open_call *call;
};

enum err open_calls_new(uint32_t max, struct open_calls **out)
{
	struct open_calls *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return ERR_NOMEM;
	o->max = max;
	o->call = calloc(max, sizeof(*o->call));
	if (o->call == NULL) {
		open_calls_free(o);
		return ERR_NOMEM;
	}
	*out = o;
	return ERR_OK;
}

void open_calls_free(struct open_calls *o)
{
	if (o == NULL)
		return;
	for (uint32_t i = 0; o->call != NULL && i < o->max; i++)
		free(o->call[i].opened);
	free(o->call);
	free(o);
}

static struct open_call *find(const struct open_calls *o, struct call_id id)
{
	for (uint32_t i = 0, seen = 0; i < o->max && seen < o->count; i++) {
		if (!o->call[i].used)
			continue;
		if (id_eq(o->call[i].id.v, id.v))
			return &o->call[i];
		seen++;
	}
	return NULL;
}

static enum err open_one(struct open_calls *o, uint64_t seq,
    const struct callrec *r, struct slice payload)
{
	struct open_call *c = NULL;
	char *copy;

	if (find(o, r->head.call) != NULL)
		return ERR_OK; /* read again */
	for (uint32_t i = 0; i < o->max && c == NULL; i++)
		c = o->call[i].used ? NULL : &o->call[i];
	if (c == NULL)
		return ERR_BUSY;
	copy = malloc(payload.n);
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, payload.p, payload.n);
	*c = (struct open_call){ .used = true,
		.id = r->head.call,
		.first_seq = seq,
		.last = r->head.seq,
		.last_at_us = r->head.at_us,
		.rec_start_us = CALLREC_NEVER,
		.n = payload.n,
		.opened = copy };
	o->count++;
	return ERR_OK;
}

enum err open_calls_add(struct open_calls *o, uint64_t seq,
    struct slice payload)
{
	struct open_call *c;
	struct callrec r;
	enum err e;

	if ((e = callrec_decode(payload, &r)) != ERR_OK)
		return ERR_SYNTAX;
	if (r.head.kind == CALLREC_OPENED)
		return open_one(o, seq, &r, payload);
	c = find(o, r.head.call);
	if (c == NULL)
		return ERR_NOTFOUND;
	if (r.head.kind == CALLREC_CLOSED) {
		free(c->opened);
		*c = (struct open_call){ .used = false };
		o->count--;
		return ERR_OK;
	}
	c->last = r.head.seq;
	c->last_at_us = r.head.at_us;
	if (r.head.kind == CALLREC_EVENT &&
	    r.u.event.what == CALLREC_EV_REC_START)
		c->rec_start_us = r.head.at_us;
	return ERR_OK;
}

enum err open_calls_move(struct open_calls *from, struct open_calls *to)
{
	uint32_t free_slot = 0;

	for (uint32_t i = 0; i < from->max && from->count > 0; i++) {
		if (!from->call[i].used)
			continue;
		while (free_slot < to->max && to->call[free_slot].used)
			free_slot++;
		if (free_slot == to->max)
			return ERR_BUSY;
		to->call[free_slot] = from->call[i];
		to->count++;
		from->call[i] = (struct open_call){ .used = false };
		from->count--;
	}
	return ERR_OK;
}

uint32_t open_calls_count(const struct open_calls *o)
{
	return o->count;
}

uint64_t open_calls_oldest(const struct open_calls *o)
{
	uint64_t oldest = UINT64_MAX;

	for (uint32_t i = 0; i < o->max && o->count > 0; i++) {
		if (o->call[i].used && o->call[i].first_seq < oldest)
			oldest = o->call[i].first_seq;
	}
	return oldest;
}

enum err open_calls_interrupt(const struct open_calls *o, int64_t wall_us,
    struct buf *out)
{
	for (uint32_t i = 0; i < o->max && o->count > 0; i++) {
		const struct open_call *c = &o->call[i];
		struct callrec opened, closed;
		int64_t at_us;
		enum err e;

		if (!c->used)
			continue;
		e = callrec_decode(slice_of(c->opened, c->n), &opened);
		if (e != ERR_OK)
			return e;
		/* The clock may have been set back meanwhile. */
		at_us = wall_us - opened.u.opened.wall_us;
		if (at_us < c->last_at_us)
			at_us = c->last_at_us;
		callrec_interrupted(&opened, c->last + 1, at_us, &closed);
		closed.u.closed.rec_start_us = c->rec_start_us;
		callrec_encode(&closed, out);
		return buf_err(out);
	}
	return ERR_NOTFOUND;
}
