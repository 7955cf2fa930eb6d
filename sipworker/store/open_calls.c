#include "sipworker/store/open_calls.h"

#include <stdlib.h>
#include <string.h>

#include "lib/core/callrec.h"
#include "lib/core/recname.h"

/* A leg without a record yet. */
struct open_leg {
	struct open_leg *next;
	struct callrec_leg leg; /* texts: target only, here */
	char target[];
};

struct open_call {
	bool used;
	struct call_id id;
	uint64_t first_seq; /* in the journal */
	uint32_t last;      /* record number within the call */
	int64_t last_at_us;
	int64_t rec_start_us; /* CALLREC_NEVER: nothing was recorded */
	int64_t answered_us;
	int64_t notice_us;     /* when it had ended */
	int64_t bridged_us;    /* first */
	int64_t talk_from_us;  /* CALLREC_NEVER: nobody is bridged now */
	int64_t talk_us;       /* before that */
	uint8_t leg;           /* bridged last */
	struct open_leg *legs; /* in order */
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

/* --- legs ------------------------------------------------------------------*/

static struct open_leg **leg_at(struct open_call *c, uint8_t number)
{
	struct open_leg **at = &c->legs;

	while (*at != NULL && (*at)->leg.number != number)
		at = &(*at)->next;
	return at;
}

static void drop_leg(struct open_call *c, uint8_t number)
{
	struct open_leg **at = leg_at(c, number), *l = *at;

	if (l == NULL)
		return;
	*at = l->next;
	free(l);
}

/* Said twice (another address of the same attempt) is said once. */
static enum err add_leg(struct open_call *c, const struct callrec_leg *leg)
{
	struct open_leg **at = leg_at(c, leg->number);

	if (*at != NULL || leg->number >= CALLREC_LEGS_MAX)
		return ERR_OK;
	*at = malloc(sizeof(**at) + leg->target.n);
	if (*at == NULL)
		return ERR_NOMEM;
	**at = (struct open_leg){ .leg = *leg };
	memcpy((*at)->target, leg->target.p, leg->target.n);
	(*at)->leg.target = slice_of((*at)->target, leg->target.n);
	return ERR_OK;
}

static struct callrec_leg new_leg(uint8_t number, struct slice target,
    int64_t at_us)
{
	return (struct callrec_leg){ .number = number,
		.target = target,
		.invited_us = at_us,
		.ringing_us = CALLREC_NEVER,
		.early_media_us = CALLREC_NEVER,
		.answered_us = CALLREC_NEVER,
		.ended_us = CALLREC_NEVER,
		.media.pt = 255 };
}

static void forget(struct open_call *c)
{
	while (c->legs != NULL)
		drop_leg(c, c->legs->leg.number);
	free(c->opened);
	*c = (struct open_call){ .used = false };
}

void open_calls_free(struct open_calls *o)
{
	if (o == NULL)
		return;
	for (uint32_t i = 0; o->call != NULL && i < o->max; i++)
		forget(&o->call[i]);
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
	struct callrec_leg caller = new_leg(0, r->u.opened.dialled, 0);
	struct open_call *c = NULL;

	caller.trunk = r->u.opened.trunk;
	if (find(o, r->head.call) != NULL)
		return ERR_OK; /* read again */
	for (uint32_t i = 0; i < o->max && c == NULL; i++)
		c = o->call[i].used ? NULL : &o->call[i];
	if (c == NULL)
		return ERR_BUSY;
	*c = (struct open_call){ .id = r->head.call,
		.first_seq = seq,
		.last = r->head.seq,
		.last_at_us = r->head.at_us,
		.rec_start_us = CALLREC_NEVER,
		.answered_us = CALLREC_NEVER,
		.notice_us = CALLREC_NEVER,
		.bridged_us = CALLREC_NEVER,
		.talk_from_us = CALLREC_NEVER,
		.n = payload.n };
	c->opened = malloc(payload.n);
	if (c->opened == NULL || add_leg(c, &caller) != ERR_OK) {
		forget(c);
		return ERR_NOMEM;
	}
	memcpy(c->opened, payload.p, payload.n);
	c->used = true;
	o->count++;
	return ERR_OK;
}

static void talked_until(struct open_call *c, int64_t at_us)
{
	if (c->talk_from_us != CALLREC_NEVER && at_us > c->talk_from_us)
		c->talk_us += at_us - c->talk_from_us;
	c->talk_from_us = CALLREC_NEVER;
}

/* What its legs' records will have to say. */
static enum err follow_leg(struct open_call *c, const struct callrec *r)
{
	const struct callrec_event *ev = &r->u.event;
	const int64_t at_us = r->head.at_us;
	struct callrec_leg dialled = new_leg(ev->leg, ev->text, at_us);
	struct open_leg *l;

	if (ev->what == CALLREC_EV_DIAL) {
		dialled.destination = ev->destination;
		dialled.trunk = ev->trunk;
		return add_leg(c, &dialled);
	}
	if ((l = *leg_at(c, ev->leg)) == NULL)
		return ERR_OK;
	if (ev->what == CALLREC_EV_RINGING)
		l->leg.ringing_us = at_us;
	if (ev->what == CALLREC_EV_EARLY)
		l->leg.early_media_us = at_us;
	if (ev->what == CALLREC_EV_ANSWERED) {
		l->leg.answered_us = at_us;
		l->leg.sip_code = 200;
	}
	return ERR_OK;
}

/* What its closed record will have to say. */
static enum err follow(struct open_call *c, const struct callrec *r)
{
	const int64_t at_us = r->head.at_us;
	enum err e;

	if (r->head.kind == CALLREC_LEG) {
		if (r->u.leg.number == c->leg)
			talked_until(c, at_us);
		drop_leg(c, r->u.leg.number);
		return ERR_OK;
	}
	if ((e = follow_leg(c, r)) != ERR_OK)
		return e;
	if (r->u.event.what == CALLREC_EV_REC_START)
		c->rec_start_us = at_us;
	if (r->u.event.what == CALLREC_EV_NOTICE)
		c->notice_us = at_us;
	if (r->u.event.what == CALLREC_EV_ANSWERED && r->u.event.leg == 0)
		c->answered_us = at_us;
	if (r->u.event.what != CALLREC_EV_BRIDGED)
		return ERR_OK;
	talked_until(c, at_us);
	c->talk_from_us = at_us;
	c->leg = r->u.event.leg;
	if (c->bridged_us == CALLREC_NEVER)
		c->bridged_us = at_us;
	return ERR_OK;
}

enum err open_calls_add(struct open_calls *o, uint64_t seq,
    struct slice payload)
{
	struct open_call *c;
	struct callrec r;

	if (callrec_decode(payload, &r) != ERR_OK)
		return ERR_SYNTAX;
	if (r.head.kind == CALLREC_OPENED)
		return open_one(o, seq, &r, payload);
	c = find(o, r.head.call);
	if (c == NULL)
		return ERR_NOTFOUND;
	if (r.head.kind == CALLREC_CLOSED) {
		forget(c);
		o->count--;
		return ERR_OK;
	}
	c->last = r.head.seq;
	c->last_at_us = r.head.at_us;
	return follow(c, &r);
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

/* When the call ended, as far as anybody knows. */
static int64_t end_of(const struct open_call *c, int64_t opened_wall_us,
    int64_t gone_wall_us, const struct open_calls_rec *rec)
{
	int64_t at_us = c->last_at_us;

	/* The clock may have been set back meanwhile. */
	if (gone_wall_us != 0 && gone_wall_us - opened_wall_us > at_us)
		at_us = gone_wall_us - opened_wall_us;
	if (rec != NULL && c->rec_start_us != CALLREC_NEVER &&
	    c->rec_start_us + (int64_t)(rec->samples * 125) > at_us)
		at_us = c->rec_start_us + (int64_t)(rec->samples * 125);
	return at_us;
}

static void fill(const struct open_call *c, struct callrec_closed *out)
{
	struct open_call talked = *c;

	talked_until(&talked, out->ended_us);
	out->rec_start_us = c->rec_start_us;
	out->answered_us = c->answered_us;
	out->notice_ended_us = c->notice_us;
	out->bridged_us = c->bridged_us;
	out->answered_leg = c->leg;
	out->talk_us = talked.talk_us;
}

bool open_calls_any(const struct open_calls *o, struct call_id *out)
{
	for (uint32_t i = 0; i < o->max && o->count > 0; i++)
		if (o->call[i].used) {
			*out = o->call[i].id;
			return true;
		}
	return false;
}

enum err open_calls_interrupt_leg(const struct open_calls *o,
    struct call_id call, int64_t gone_wall_us, const struct open_calls_rec *rec,
    struct buf *out)
{
	const struct open_call *c = find(o, call);
	struct callrec opened, r;
	enum err e;

	if (c == NULL || c->legs == NULL)
		return ERR_NOTFOUND;
	e = callrec_decode(slice_of(c->opened, c->n), &opened);
	if (e != ERR_OK)
		return e;
	memset(&r, 0, sizeof(r));
	r.head = opened.head;
	r.head.kind = CALLREC_LEG;
	r.head.seq = c->last + 1;
	r.head.at_us = end_of(c, opened.u.opened.wall_us, gone_wall_us, rec);
	r.u.leg = c->legs->leg;
	r.u.leg.ended_us = r.head.at_us;
	r.u.leg.ended_by = CALLREC_BY_CRASH;
	if (r.u.leg.number == 0)
		r.u.leg.sip_call_id = opened.u.opened.sip_call_id;
	callrec_encode(&r, out);
	return buf_err(out);
}

/* Nobody was reached and not a sample written: there is nothing to look for. Of
 * a conversation it is said that its recording is missing. */
static bool is_nothing(const struct open_call *c,
    const struct open_calls_rec *rec)
{
	return !rec->failed && rec->samples == 0 &&
	       c->bridged_us == CALLREC_NEVER;
}

enum err open_calls_interrupt(const struct open_calls *o, struct call_id call,
    int64_t gone_wall_us, const struct open_calls_rec *rec, struct buf *out)
{
	const struct open_call *c = find(o, call);
	char name[RECNAME_MAX + 1];
	struct callrec opened, closed;
	enum err e;

	if (c == NULL)
		return ERR_NOTFOUND;
	e = callrec_decode(slice_of(c->opened, c->n), &opened);
	if (e != ERR_OK)
		return e;
	callrec_interrupted(&opened, c->last + 1,
	    end_of(c, opened.u.opened.wall_us, gone_wall_us, rec), &closed);
	fill(c, &closed.u.closed);
	if (rec != NULL && !is_nothing(c, rec)) {
		closed.u.closed.recording = rec->failed || rec->samples == 0
						? CALLREC_REC_FAILED
						: CALLREC_REC_DONE;
		closed.u.closed.rec_name = rec->name;
		closed.u.closed.rec_bytes = rec->bytes;
		closed.u.closed.rec_samples = rec->samples;
		memcpy(closed.u.closed.rec_sha256, rec->sha256,
		    sizeof(rec->sha256));
	} else if (rec == NULL && c->rec_start_us != CALLREC_NEVER) {
		/* Who had to say what became of it died as well. */
		recname_make(opened.head.company, call, opened.u.opened.wall_us,
		    name);
		closed.u.closed.recording = CALLREC_REC_PENDING;
		closed.u.closed.rec_name = slice_from(name);
	}
	callrec_encode(&closed, out);
	return buf_err(out);
}
