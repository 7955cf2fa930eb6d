#include "lib/core/flow_target.h"

#include "lib/core/flow_pick.h"
#include "lib/core/flow_rule.h"

#define BIT(i) (UINT32_C(1) << (i))

/* --- members ---------------------------------------------------------------*/

size_t flow_target_count(const struct flow_act *a)
{
	return a->v.type == FLOW_FORWARD ? 1 : flow_view_items(&a->v, 0);
}

static uint32_t member_num(const struct flow_act *a, size_t i,
    enum flow_member_field field)
{
	return flow_view_item_num(&a->v, 0, i, field);
}

void flow_target_of(const struct flow_act *a, size_t i, struct flow_target *t)
{
	uint32_t row;

	t->ring_s = flow_view_num(&a->v, FLOW_DIAL_RING_S);
	if (a->v.type == FLOW_FORWARD) {
		t->text = flow_view_text(&a->v, FLOW_FORWARD_TO);
		t->trunk = flow_view_num(&a->v, FLOW_FORWARD_TRUNK);
		row = flow_view_num(&a->v, FLOW_FORWARD_TO);
	} else {
		const uint32_t own = member_num(a, i, FLOW_MEMBER_RING_S);

		t->text = flow_view_item_text(&a->v, 0, i, FLOW_MEMBER_TO);
		t->trunk = member_num(a, i, FLOW_MEMBER_TRUNK);
		row = member_num(a, i, FLOW_MEMBER_TO);
		if (own != 0)
			t->ring_s = own;
	}
	t->known = a->env->snap != NULL &&
		   row < a->env->snap->section[SNAP_DESTINATIONS].count;
	if (t->known)
		snap_destination_at(a->env->snap, row, &t->d);
}

bool flow_target_limited(const struct flow_target *t)
{
	return t->known && (t->d.capacity | t->d.cap_hour | t->d.cap_day |
			       t->d.cap_month) != 0;
}

static bool is_open(const struct flow_act *a, const struct flow_target *t)
{
	struct hours h;

	if (t->d.hours.n == 0 || hours_open(t->d.hours, &h) != ERR_OK)
		return true;
	return hours_at(&h, flow_rule_local_s(a->env, t->d.zone)) == HOURS_OPEN;
}

static bool in_region(const struct flow_act *a, const struct flow_target *t)
{
	struct geo_place p;

	if (t->d.regions.n == 0)
		return true;
	return flow_rule_place(a, &p) && geo_in(&p, t->d.regions);
}

/* May this member be called now? FLOW_LOST_COUNT: yes. */
enum flow_lost flow_target_obstacle(const struct flow_act *a, size_t i)
{
	struct flow_target t;

	flow_target_of(a, i, &t);
	if (!t.known)
		return FLOW_LOST_COUNT;
	if (!is_open(a, &t))
		return FLOW_LOST_CLOSED;
	return in_region(a, &t) ? FLOW_LOST_COUNT : FLOW_LOST_REGION;
}

/* --- rounds ----------------------------------------------------------------*/

uint32_t flow_target_untried(const struct flow_act *a)
{
	const size_t n = flow_target_count(a);
	const uint32_t all =
	    n >= FLOW_MEMBERS_MAX ? UINT32_MAX : BIT(n) - UINT32_C(1);

	return all & ~a->s->members;
}

/* Who took this caller's last call, if it is in the set: a set of one. */
static uint32_t sticky(const struct flow_act *a, uint32_t set)
{
	const struct destination_id who = a->env->facts->answered;

	if (a->v.type != FLOW_GROUP || a->s->rung > 0 ||
	    flow_view_num(&a->v, FLOW_GROUP_STICKY) == 0 || id_is_nil(who.v))
		return 0;
	for (; set != 0; set &= set - 1) {
		const unsigned int i = flow_pick_nth(set, 0);
		struct flow_target t;

		flow_target_of(a, i, &t);
		if (t.known && id_eq(t.d.id.v, who.v))
			return BIT(i);
	}
	return 0;
}

static void column(const struct flow_act *a, enum flow_member_field field,
    uint32_t out[FLOW_MEMBERS_MAX])
{
	const size_t n = flow_target_count(a);

	for (size_t i = 0; i < n; i++)
		out[i] = member_num(a, i, field);
}

static uint32_t weighted(struct flow_act *a, uint32_t set)
{
	uint32_t weight[FLOW_MEMBERS_MAX];

	column(a, FLOW_MEMBER_WEIGHT, weight);
	return BIT(flow_pick_weighted(set, weight,
	    flow_act_dice(a, flow_pick_sum(set, weight))));
}

static uint32_t tier(const struct flow_act *a, uint32_t set)
{
	uint32_t tiers[FLOW_MEMBERS_MAX];

	column(a, FLOW_MEMBER_TIER, tiers);
	return flow_pick_tier(set, tiers);
}

enum flow_mode flow_target_mode(const struct flow_act *a)
{
	return a->v.type == FLOW_FORWARD
		   ? FLOW_MODE_PRIORITY
		   : (enum flow_mode)flow_view_num(&a->v, FLOW_GROUP_MODE);
}

/* Who of the set, which is not empty, rings now. */
uint32_t flow_target_choose(struct flow_act *a, uint32_t set)
{
	const uint32_t first = sticky(a, set);
	unsigned int i;

	if (first != 0)
		return first;
	switch (flow_target_mode(a)) {
	case FLOW_MODE_SIMULTANEOUS:
		return set;
	case FLOW_MODE_TREE:
		return tier(a, set);
	case FLOW_MODE_WEIGHTED:
		return weighted(a, set);
	case FLOW_MODE_ROUND_ROBIN:
		i = flow_pick_from(set, a->s->turn);
		a->s->turn = (uint8_t)(i + 1);
		return BIT(i);
	case FLOW_MODE_PRIORITY:
	case FLOW_MODE_COUNT:
		break;
	}
	return BIT(flow_pick_nth(set, 0));
}
