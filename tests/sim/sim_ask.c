/*
 * The store's answers to questions, and the places that calls have: one thread
 * that takes one question after the other, as sipworker/store_ask.c does.
 */
#include <string.h>

#include "tests/sim/sim_config.h"
#include "tests/sim/sim_side.h"

/* Nobody waits any longer. */
#define PATIENCE_US (150 * INT64_C(1000))

static struct sim_record *record_of(struct sim_world *w,
    const struct sim_event *ev)
{
	struct call_id id;

	memcpy(id.v, ev->bytes, sizeof(id.v));
	return sim_world_record(w, id);
}

static enum ask_answer reserve(struct sim_world *w, struct sim_record *r)
{
	if (!r->place && (r->closed || sim_clock_chance(&w->clock, 30)))
		return ASK_FULL;
	r->place = true;
	w->places++;
	return ASK_YES;
}

/* The question has been answered. */
static void answer(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	struct ask_reply reply = { .answer = ASK_YES };
	struct sim_record *r = record_of(w, ev);

	switch ((enum ask_kind)ev->b) {
	case ASK_RESERVE:
		reply.answer = reserve(w, r);
		break;
	case ASK_NEXT:
		reply.turn = w->turns++;
		break;
	case ASK_CONFIRM:
	case ASK_RELEASE:
	case ASK_LEAVE:
		/* Somebody else may have got it meanwhile. */
		if (!r->place)
			sim_world_fail(w, "%s a place that was given back",
			    ev->b == ASK_CONFIRM ? "talks in" : "gives back");
		r->place = ev->b == ASK_CONFIRM;
		return;
	case ASK_KIND_COUNT:
		break;
	}
	engine_ask_done(w->engine, sim_world_now(w), ev->a, &reply);
	sim_world_pump(w);
}

void sim_side_ask(struct sim_world *w, const struct engine_ask *q)
{
	const int64_t now_us = w->clock.now_us;
	const int64_t begin_us = w->asked_us > now_us ? w->asked_us : now_us;
	const bool wants_reply = q->ticket != 0;
	int64_t takes_us = 700;
	struct sim_event *ev;
	struct ask a;

	if (ask_decode(q->question, &a) != ERR_OK) {
		sim_world_fail(w, "a question that cannot be read");
		return;
	}
	if (wants_reply != (a.kind == ASK_RESERVE || a.kind == ASK_NEXT)) {
		sim_world_fail(w, "question %d with ticket %d", (int)a.kind,
		    wants_reply);
		return;
	}
	if (wants_reply && begin_us - now_us > PATIENCE_US)
		return; /* it goes on without */
	if (sim_clock_chance(&w->clock, w->faults.slow_store)) {
		if (wants_reply && sim_clock_chance(&w->clock, 50))
			return; /* away */
		takes_us = sim_clock_between(&w->clock, 100000, 400000);
	}
	w->asked_us = begin_us + takes_us;
	ev = sim_clock_after(&w->clock, w->asked_us - now_us, answer, w);
	ev->a = q->ticket;
	ev->b = a.kind;
	sim_clock_bytes(ev, slice_of((const char *)q->call.v, ID_BYTES));
}
