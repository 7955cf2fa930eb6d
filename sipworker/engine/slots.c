#include "sipworker/engine/slots.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "sipworker/engine/hop.h"

#define SAME_CALL_US (2 * RT_SEC_US) /* a redial by the carrier */

enum err slots_init(struct engine *e)
{
	const uint32_t n = e->cfg.max_calls;
	enum err err;

	e->n_calls = n;
	e->n_legs = n * ENGINE_LEGS_PER_CALL + CALL_TRIES_MAX + 1;
	e->free_leg = e->n_legs;
	e->snap = SLOTS_SNAPS;
	for (e->n_peers = 64;
	     e->n_peers <= LEG_PEERS_MAX * e->n_legs + REGISTRAR_MAX;)
		e->n_peers *= 2;
	e->calls = calloc(n, sizeof(e->calls[0]));
	e->legs = calloc(e->n_legs, sizeof(e->legs[0]));
	e->peers = calloc(e->n_peers, sizeof(e->peers[0]));
	if (e->calls == NULL || e->legs == NULL || e->peers == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		e->calls[i].index = i;
		e->calls[i].next_free = i + 1;
	}
	err = timer_init(&e->timers,
	    n * CALL_TIMERS + e->n_legs * 6 + REGISTRAR_MAX);
	if (err == ERR_OK)
		err = port_init(&e->ports, e->cfg.rtp_port_min,
		    e->cfg.rtp_port_max);
	/* Everything ends at once in engine_stop(): per call two records, per
	 * leg a BYE, CANCEL or final answer, a record and some commands. Only
	 * what is used of it becomes memory. */
	if (err == ERR_OK)
		err = out_init(&e->out, 4096 + n * 16 + e->n_legs * 8,
		    (size_t)512 * 1024 + (size_t)n * 4096 +
			(size_t)e->n_legs * 2048);
	return err;
}

void slots_fini(struct engine *e)
{
	out_fini(&e->out);
	port_fini(&e->ports);
	timer_fini(&e->timers);
	free(e->peers);
	free(e->legs);
	free(e->calls);
}

struct call *slots_call_take(struct engine *e)
{
	struct call *c;
	uint32_t index;

	if (e->free_call == e->n_calls)
		return NULL;
	c = &e->calls[e->free_call];
	e->free_call = c->next_free;
	index = c->index;
	memset(c, 0, sizeof(*c));
	c->index = index;
	c->used = true;
	c->generation = ++e->generation;
	e->stats.calls++;
	for (uint32_t i = 0; i < CALL_TIMERS; i++) {
		c->timer[i].kind = i;
		c->timer[i].owner = c;
	}
	return c;
}

void slots_call_give(struct engine *e, struct call *c)
{
	for (uint32_t i = 0; i < CALL_TIMERS; i++)
		timer_stop(&e->timers, &c->timer[i]);
	c->used = false;
	c->next_free = e->free_call;
	e->free_call = c->index;
	e->stats.calls--;
}

struct leg *slots_leg_take(struct engine *e, enum leg_side side)
{
	const uint32_t left = e->n_legs - e->stats.legs;
	const uint32_t kept = e->n_calls - e->stats.calls;
	struct leg *l;
	uint32_t index;

	if (left <= (side == LEG_CALLER ? 0 : kept))
		return NULL;
	/* Used ones first, so that the others never become memory. */
	index = e->free_leg == e->n_legs ? e->fresh_leg++ : e->free_leg;
	l = &e->legs[index];
	if (index == e->free_leg)
		e->free_leg = l->next_free;
	memset(l, 0, sizeof(*l));
	l->index = index;
	l->ref = (uint64_t)++e->generation << 32 | index;
	l->used = true;
	l->retry.kind = SLOTS_T_LEG_RETRY;
	l->no_reply.kind = SLOTS_T_LEG_NO_REPLY;
	l->session.kind = SLOTS_T_LEG_SESSION;
	l->ring.kind = SLOTS_T_LEG_RING;
	l->ring.owner = l;
	l->play.kind = SLOTS_T_LEG_PLAY;
	l->play.owner = l;
	l->rel.timer.kind = SLOTS_T_LEG_REL;
	l->rel.timer.owner = l;
	l->retry.owner = l;
	l->no_reply.owner = l;
	l->session.owner = l;
	e->stats.legs++;
	return l;
}

bool slots_trunk_take(struct engine *e, struct leg *l,
    const struct snap_trunk *t)
{
	switch (quota_take(&e->quota, t, e->now.mono_us)) {
	case QUOTA_FREE:
		return true;
	case QUOTA_TAKEN:
		l->counted = true;
		return true;
	case QUOTA_REFUSED:
		break;
	}
	e->stats.refused_trunk++;
	e->stats.full_trunk = t->id;
	return false;
}

void slots_trunk_give(struct engine *e, struct leg *l)
{
	if (l->counted)
		quota_give(&e->quota, l->trunk_id);
	l->counted = false;
}

void slots_leg_give(struct engine *e, struct leg *l)
{
	slots_trunk_give(e, l);
	timer_stop(&e->timers, &l->retry);
	timer_stop(&e->timers, &l->no_reply);
	timer_stop(&e->timers, &l->session);
	timer_stop(&e->timers, &l->ring);
	timer_stop(&e->timers, &l->play);
	timer_stop(&e->timers, &l->rel.timer);
	hop_leave(e, l);
	l->used = false;
	l->ref = 0;
	l->next_free = e->free_leg;
	e->free_leg = l->index;
	e->stats.legs--;
}

/* --- snapshots -------------------------------------------------------------*/

const struct snap *slots_snap_now(const struct engine *e)
{
	return e->snap == SLOTS_SNAPS ? NULL : e->snaps[e->snap].snap;
}

bool slots_trunk_of(const struct engine *e, const struct leg *l,
    struct snap_trunk *out)
{
	const struct snap *s = slots_snap_now(e);

	if (l->call != NULL && l->trunk != SNAP_NO_ROW)
		snap_trunk_at(e->snaps[l->call->snap].snap, l->trunk, out);
	if (l->call != NULL || s == NULL || id_is_nil(l->trunk_id.v))
		return l->call != NULL && l->trunk != SNAP_NO_ROW;
	for (uint32_t i = 0; i < s->section[SNAP_TRUNKS].count; i++) {
		snap_trunk_at(s, i, out);
		if (id_eq(out->id.v, l->trunk_id.v))
			return true;
	}
	return false;
}

void slots_snap_hold(struct engine *e, uint32_t slot)
{
	e->snaps[slot].refs++;
}

void slots_snap_drop(struct engine *e, uint32_t slot)
{
	struct slots_snap *s = &e->snaps[slot];

	s->refs--;
	if (s->refs > 0)
		return;
	out_add(&e->out, ENGINE_SNAP_FREE)->u.snap_free = s->key;
	s->snap = NULL;
}

void slots_snap_set(struct engine *e, const struct snap *snap, uint64_t key)
{
	const uint32_t old = e->snap;
	uint32_t i = 0;

	while (i < SLOTS_SNAPS && e->snaps[i].snap != NULL)
		i++;
	if (i == SLOTS_SNAPS) {
		/* Calls hold all the places: this configuration is skipped,
		 * and the next one gets another chance. */
		out_add(&e->out, ENGINE_SNAP_FREE)->u.snap_free = key;
		return;
	}
	e->snaps[i] =
	    (struct slots_snap){ .snap = snap, .key = key, .refs = 1 };
	e->snap = i;
	if (old != SLOTS_SNAPS)
		slots_snap_drop(e, old);
}

/* --- peers -----------------------------------------------------------------*/

static uint32_t peer_slot(const struct engine *e, uint32_t ip)
{
	uint32_t i = (ip * UINT32_C(2654435761)) & (e->n_peers - 1);

	while (e->peers[i].ip != 0 && e->peers[i].ip != ip)
		i = (i + 1) & (e->n_peers - 1);
	return i;
}

void slots_peer_add(struct engine *e, uint32_t ip)
{
	struct slots_peer *p = &e->peers[peer_slot(e, ip)];

	p->ip = ip;
	p->refs++;
}

void slots_peer_drop(struct engine *e, uint32_t ip)
{
	uint32_t i = peer_slot(e, ip);

	if (e->peers[i].refs == 0 || --e->peers[i].refs > 0)
		return;
	/* Close the gap, or what was displaced by it would be lost. */
	e->peers[i].ip = 0;
	for (i = (i + 1) & (e->n_peers - 1); e->peers[i].ip != 0;
	     i = (i + 1) & (e->n_peers - 1)) {
		const struct slots_peer moved = e->peers[i];

		e->peers[i] = (struct slots_peer){ 0 };
		e->peers[peer_slot(e, moved.ip)] = moved;
	}
}

bool slots_peer_known(const struct engine *e, uint32_t ip)
{
	return ip != 0 && e->peers[peer_slot(e, ip)].ip == ip;
}

/* --- small things ----------------------------------------------------------*/

void slots_count_unsent(struct engine *e, enum err err)
{
	if (err != ERR_OK)
		e->stats.unsent++;
}

void slots_copy_text(char *out, size_t cap, struct slice s)
{
	/* Only a NUL inside can fail after the cut: nothing is kept then. */
	if (!slice_to_cstr(utf8_head(s, cap - 1), out, cap))
		out[0] = '\0';
}

/* --- the same caller again -------------------------------------------------*/

static bool is_same(const struct slots_same *a, const struct slots_same *b)
{
	for (size_t i = 0; i < SLOTS_SAME_MARKS; i++)
		if (a->mark[i] != 0 && a->mark[i] == b->mark[i])
			return true;
	return false;
}

struct call *slots_recent_find(struct engine *e, const struct slots_same *same)
{
	for (uint32_t i = 0; i < SLOTS_RECENT; i++) {
		const struct slots_recent *r =
		    &e->recent[(e->recent_at - 1 - i) % SLOTS_RECENT];
		struct call *c;

		if (r->generation == 0 ||
		    r->at_us < e->now.mono_us - SAME_CALL_US)
			return NULL;
		c = &e->calls[r->call];
		if (is_same(&r->same, same) && c->used &&
		    c->generation == r->generation)
			return c;
	}
	return NULL;
}

void slots_recent_add(struct engine *e, const struct slots_same *same,
    const struct call *c)
{
	e->recent[e->recent_at++ % SLOTS_RECENT] =
	    (struct slots_recent){ .same = *same,
		    .at_us = e->now.mono_us,
		    .call = c->index,
		    .generation = c->generation };
}
