#include "tests/sim/sim_side.h"

/* Now and then the first address is one where nobody answers. */
static void answer_resolve(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	const struct addr4 both[] = { SIM_DEAD, SIM_PHONE };

	w->resolved++;
	if (ev->b == 0)
		engine_resolved(w->engine, sim_world_now(w), ev->a, NULL, 0);
	else if (ev->b < 40)
		engine_resolved(w->engine, sim_world_now(w), ev->a, both, 2);
	else
		engine_resolved(w->engine, sim_world_now(w), ev->a, both + 1,
		    1);
	sim_world_pump(w);
}

void sim_side_resolve(struct sim_world *w, const struct engine_resolve *q)
{
	int64_t delay = 500;
	struct sim_event *ev;

	if (!slice_eq(q->name, SLICE("trunk.example")) &&
	    !slice_eq(q->name, SLICE("pbx.example"))) {
		sim_world_fail(w, "a question for \"%.*s\"",
		    SLICE_FMT(q->name));
		return;
	}
	if (sim_clock_chance(&w->clock, w->faults.bad_names)) {
		if (sim_clock_chance(&w->clock, 30))
			return; /* away */
		delay = sim_clock_between(&w->clock, 1000, 9 * RT_SEC_US);
	}
	ev = sim_clock_after(&w->clock, delay, answer_resolve, w);
	ev->a = q->ticket;
	ev->b = sim_clock_below(&w->clock, 100);
}
