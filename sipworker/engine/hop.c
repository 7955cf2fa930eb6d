#include "sipworker/engine/hop.h"

#include <string.h>

#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/trace.h"

/* --- who is down -----------------------------------------------------------*/

static struct slots_bad *find_bad(struct engine *e, struct addr4 at)
{
	for (size_t i = 0; i < SLOTS_BAD; i++)
		if (e->bad[i].until_us > e->now.mono_us &&
		    addr4_eq(e->bad[i].at, at))
			return &e->bad[i];
	return NULL;
}

static void mark_bad(struct engine *e, struct addr4 at)
{
	struct slots_bad *b = find_bad(e, at);

	if (b == NULL) {
		/* The one that is forgiven first, or was, makes room. */
		b = &e->bad[0];
		for (size_t i = 1; i < SLOTS_BAD; i++)
			if (e->bad[i].until_us < b->until_us)
				b = &e->bad[i];
	}
	*b = (struct slots_bad){ at, e->now.mono_us + HOP_BAD_US };
}

bool hop_trunk_is_bad(const struct engine *e, struct trunk_id trunk)
{
	for (size_t i = 0; i < SLOTS_BAD_TRUNKS; i++)
		if (e->bad_trunk[i].until_us > e->now.mono_us &&
		    id_eq(e->bad_trunk[i].id.v, trunk.v))
			return true;
	return false;
}

/* A redirection's target is not the trunk. */
static void mark_trunk(struct engine *e, const struct leg *l)
{
	struct slots_bad_trunk *b = &e->bad_trunk[0];

	if (l->trunk == SNAP_NO_ROW || l->redirects > 0)
		return;
	for (size_t i = 0; i < SLOTS_BAD_TRUNKS; i++) {
		if (id_eq(e->bad_trunk[i].id.v, l->trunk_id.v)) {
			b = &e->bad_trunk[i];
			break;
		}
		if (e->bad_trunk[i].until_us < b->until_us)
			b = &e->bad_trunk[i];
	}
	*b = (struct slots_bad_trunk){ l->trunk_id,
		e->now.mono_us + HOP_BAD_US };
}

void hop_good(struct engine *e, const struct leg *l)
{
	struct slots_bad *b = find_bad(e, l->hop);

	if (b != NULL)
		b->until_us = 0;
	for (size_t i = 0; i < SLOTS_BAD_TRUNKS; i++)
		if (id_eq(e->bad_trunk[i].id.v, l->trunk_id.v))
			e->bad_trunk[i].until_us = 0;
}

/* --- the leg's addresses ---------------------------------------------------*/

/* The oldest makes room: where it has been may still have something to say. */
static void add_peer(struct engine *e, struct leg *l, uint32_t ip)
{
	if (l->n_peers == LEG_PEERS_MAX) {
		slots_peer_drop(e, l->peer[0]);
		l->n_peers--;
		memmove(&l->peer[0], &l->peer[1],
		    l->n_peers * sizeof(l->peer[0]));
	}
	slots_peer_add(e, ip);
	l->peer[l->n_peers++] = ip;
}

void hop_move(struct engine *e, struct leg *l, struct addr4 to)
{
	add_peer(e, l, to.ip);
	l->hop = to;
}

void hop_meet(struct engine *e, struct leg *l, struct addr4 at)
{
	if (l->side != LEG_CALLED || l->n_peers == 0)
		return; /* a caller's trunk says where it calls from */
	for (uint8_t i = 0; i < l->n_peers; i++)
		if (l->peer[i] == at.ip)
			return;
	add_peer(e, l, at.ip);
}

void hop_leave(struct engine *e, struct leg *l)
{
	while (l->n_peers > 0)
		slots_peer_drop(e, l->peer[--l->n_peers]);
}

void hop_begin(struct engine *e, struct leg *l)
{
	struct engine_resolve *q;

	if (l->hop.ip != 0) {
		hop_move(e, l, l->hop);
		return;
	}
	l->resolving = true;
	q = &out_add(&e->out, ENGINE_RESOLVE)->u.resolve;
	q->ticket = l->ref;
	q->name = out_copy(&e->out, l->hop_name);
	q->port = l->hop.port;
	timer_arm(&e->timers, &l->no_reply, e->now.mono_us + HOP_NAME_US);
}

/* In the order given, those that were down a moment ago last. */
static void keep(struct engine *e, struct leg *l, const struct addr4 *at,
    size_t n)
{
	l->n_hops = 0;
	l->hop_at = 0;
	for (int bad = 0; bad < 2; bad++)
		for (size_t i = 0; i < n && l->n_hops < LEG_HOPS_MAX; i++)
			if ((find_bad(e, at[i]) != NULL) == (bad == 1))
				l->hops[l->n_hops++] = at[i];
}

void hop_found(struct engine *e, uint64_t ticket, const struct addr4 *at,
    size_t n)
{
	struct leg *l = leg_by_ref(e, ticket);

	if (l == NULL || !l->resolving || l->call == NULL || l->over)
		return;
	l->resolving = false;
	timer_stop(&e->timers, &l->no_reply);
	keep(e, l, at, n);
	if (l->n_hops == 0) {
		ring_failed(e, l, 503, "the name of the next hop is not known");
		return;
	}
	hop_move(e, l, l->hops[0]);
	if (l->stream_open)
		ring_call(e, l);
}

bool hop_next(struct engine *e, struct leg *l, uint16_t code)
{
	char text[ADDR4_TEXT_MAX];
	enum err err;

	if (l->n_hops > 0)
		mark_bad(e, l->hop);
	if (l->hop_at + 1 >= l->n_hops) {
		mark_trunk(e, l); /* there was no more than this one */
		return false;
	}
	/* Should it wake up, it must not ring; who said 503 will not. */
	err = sip_txn_cancel(e->txn, l->invite, SLICE(""), e->now.mono_us);
	if (err != ERR_NOTFOUND)
		slots_count_unsent(e, err);
	hop_move(e, l, l->hops[++l->hop_at]);
	/* It has nonces of its own, and has refused none of our answers. */
	sip_auth_forget(&l->auth);
	addr4_text(l->hop, text);
	trace_event(e, l->call, CALLREC_EV_DIAL, l->number, code,
	    slice_from(text));
	ring_call(e, l);
	return true;
}
