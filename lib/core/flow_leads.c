#include "lib/core/flow_leads.h"

struct walk {
	const struct flow *flow;
	bool seen[FLOW_STEPS_MAX];
	uint16_t todo[FLOW_STEPS_MAX];
	size_t n;
};

static void reach(struct walk *w, uint16_t step)
{
	/* The way back to a menu is behind what that menu asked. */
	if (step >= w->flow->n_steps || w->seen[step])
		return;
	w->seen[step] = true;
	w->todo[w->n++] = step;
}

/* Every way out of the step that is taken without the caller. */
static void reach_from(struct walk *w, const struct flow_view *v)
{
	const struct flow_type_row *row = v->row;

	for (uint16_t k = 0; k < row->n_branches; k++)
		if (!flow_type_asks(row, k))
			reach(w, flow_view_branch(v, k));
	if (row->n_lists == 0 || !row->lists[0].leads ||
	    flow_type_asks(row, FLOW_ITEM))
		return;
	for (size_t i = 0; i < flow_view_items(v, 0); i++)
		reach(w, flow_view_branch(v, (uint16_t)(FLOW_ITEM + i)));
}

void flow_leads(const struct flow *f,
    void (*each)(void *arg, uint16_t step, struct slice flow), void *arg)
{
	struct walk w = { .flow = f, .n = 0 };

	reach(&w, f->first);
	while (w.n > 0) {
		const uint16_t step = w.todo[--w.n];
		struct flow_view v;

		flow_view(f, step, &v);
		if (v.type == FLOW_GOTO)
			each(arg, step, flow_view_text(&v, FLOW_GOTO_FLOW));
		else
			reach_from(&w, &v);
	}
}
