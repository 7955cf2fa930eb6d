#include "lib/core/flow_rule.h"

#include "lib/core/listed.h"
#include "lib/core/snap.h"
#include "lib/core/zone.h"

/* --- hours -----------------------------------------------------------------*/

int64_t flow_rule_local_s(const struct flow_env *env, uint32_t zone)
{
	const int64_t utc_s = env->now_us / RT_SEC_US;
	struct snap_zone row;

	if (zone == FLOW_NO_ROW)
		zone = env->zone;
	if (env->snap == NULL || zone >= env->snap->section[SNAP_ZONES].count)
		return utc_s;
	snap_zone_at(env->snap, zone, &row);
	return utc_s + zone_offset_s(&row.zone, utc_s);
}

static struct hours_rows rows_of(const struct flow_view *v, size_t list)
{
	struct hours_rows r = { .n = flow_view_items(v, list) };

	r.p = flow_view_rows(v, list, &r.stride, &r.skip);
	return r;
}

void flow_rule_hours(struct flow_act *a)
{
	static const enum flow_hours_branch ways[] = {
		[HOURS_OPEN] = FLOW_HOURS_OPEN,
		[HOURS_CLOSED] = FLOW_HOURS_CLOSED,
		[HOURS_HOLIDAY] = FLOW_HOURS_HOLIDAY,
	};
	const struct hours h = {
		.weekly = rows_of(&a->v, FLOW_HOURS_WEEKLY),
		.special = rows_of(&a->v, FLOW_HOURS_SPECIAL),
		.holidays = (enum hours_holidays)flow_view_num(&a->v,
		    FLOW_HOURS_HOLIDAYS),
	};

	flow_act_leave(a,
	    (uint16_t)
		ways[hours_at(&h, flow_rule_local_s(a->env,
				      flow_view_num(&a->v, FLOW_HOURS_ZONE)))]);
}

/* --- places ----------------------------------------------------------------*/

bool flow_rule_place(const struct flow_act *a, struct geo_place *out)
{
	return geo_of_number(slice_from(a->env->caller->e164), out);
}

static bool place_by(const struct flow_act *a, uint32_t by,
    struct geo_place *out)
{
	if (by == FLOW_BY_CALLER)
		return flow_rule_place(a, out);
	return geo_of_zip(slice_of(a->s->digits, a->s->n_digits), out);
}

static bool is_area(struct slice s, unsigned int code)
{
	return s.n == 3 && code > 0 && s.p[0] == (char)('0' + code / 100) &&
	       s.p[1] == (char)('0' + code / 10 % 10) &&
	       s.p[2] == (char)('0' + code % 10);
}

static bool in_region(const struct geo_place *p, enum flow_region what,
    struct slice list)
{
	struct slice s;

	while (listed_next(&list, &s)) {
		bool hit = false;

		switch (what) {
		case FLOW_REGION_AREA_CODE:
			hit = is_area(s, p->area_code);
			break;
		case FLOW_REGION_STATE:
			hit = slice_eq_case(s, slice_from(p->state));
			break;
		case FLOW_REGION_COUNTRY:
			hit = slice_eq_case(s, slice_from(p->country));
			break;
		case FLOW_REGION_ZIP:
			hit = slice_starts(slice_from(p->zip), s);
			break;
		}
		if (hit)
			return true;
	}
	return false;
}

void flow_rule_geography(struct flow_act *a)
{
	const size_t n = flow_view_items(&a->v, 0);
	struct geo_place p;

	if (!place_by(a, flow_view_num(&a->v, FLOW_GEOGRAPHY_BY), &p)) {
		flow_act_leave(a, FLOW_UNKNOWN);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (in_region(&p,
			(enum flow_region)flow_view_item_num(&a->v, 0, i,
			    FLOW_REGION_WHAT),
			flow_view_item_text(&a->v, 0, i, FLOW_REGION_VALUE))) {
			flow_act_leave(a, (uint16_t)(FLOW_ITEM + i));
			return;
		}
	flow_act_leave(a, FLOW_OTHERWISE);
}

void flow_rule_nearest(struct flow_act *a)
{
	const size_t n = flow_view_items(&a->v, 0);
	uint32_t best_km = flow_view_num(&a->v, FLOW_NEAREST_MAX_KM) + 1;
	uint16_t way = FLOW_NEAREST_FAR;
	struct geo_place p;

	if (!place_by(a, flow_view_num(&a->v, FLOW_NEAREST_BY), &p) ||
	    p.at == GEO_NOWHERE) {
		flow_act_leave(a, FLOW_NEAREST_UNKNOWN);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const uint32_t km = geo_km(p.at,
		    flow_view_item_num(&a->v, 0, i, FLOW_PLACE_AT));

		if (km < best_km) {
			best_km = km;
			way = (uint16_t)(FLOW_ITEM + i);
		}
	}
	flow_act_leave(a, way);
}

/* --- source and caller -----------------------------------------------------*/

static struct slice fact(const struct flow_facts *f, enum flow_fact which)
{
	switch (which) {
	case FLOW_FACT_CHANNEL:
		return slice_from(f->channel);
	case FLOW_FACT_SOURCE:
		return slice_from(f->source);
	case FLOW_FACT_MEDIUM:
		return slice_from(f->medium);
	case FLOW_FACT_CAMPAIGN:
		return slice_from(f->campaign);
	case FLOW_FACT_KEYWORD:
		return slice_from(f->keyword);
	case FLOW_FACT_LANDING:
		return slice_from(f->landing);
	case FLOW_FACT_REFERRER:
		return slice_from(f->referrer);
	case FLOW_FACT_CLICK:
		return slice_from(f->click);
	case FLOW_FACT_COUNT:
		break;
	}
	return SLICE("");
}

static bool contains_case(struct slice s, struct slice needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (slice_eq_case(slice_head(slice_skip(s, i), needle.n),
			needle))
			return true;
	return false;
}

static bool one_is(struct slice have, enum flow_is is, struct slice want)
{
	if (is == FLOW_IS_CONTAINING)
		return contains_case(have, want);
	if (is == FLOW_IS_BEGINNING)
		return slice_starts_case(have, want);
	return slice_eq_case(have, want);
}

static bool holds(struct slice have, enum flow_is is, struct slice list)
{
	struct slice want;

	if (is == FLOW_IS_PRESENT)
		return have.n > 0;
	if (is == FLOW_IS_ABSENT)
		return have.n == 0;
	while (listed_next(&list, &want))
		if (one_is(have, is, want))
			return true;
	return false;
}

void flow_rule_source(struct flow_act *a)
{
	const size_t n = flow_view_items(&a->v, 0);

	for (size_t i = 0; i < n; i++) {
		const struct slice have = fact(a->env->facts,
		    (enum flow_fact)flow_view_item_num(&a->v, 0, i,
			FLOW_SOURCE_WHAT));

		if (holds(have,
			(enum flow_is)flow_view_item_num(&a->v, 0, i,
			    FLOW_SOURCE_IS),
			flow_view_item_text(&a->v, 0, i, FLOW_SOURCE_VALUE))) {
			flow_act_leave(a, (uint16_t)(FLOW_ITEM + i));
			return;
		}
	}
	flow_act_leave(a, FLOW_OTHERWISE);
}

/* "+13035550100, +1720*" */
static bool number_in(struct slice e164, struct slice list)
{
	struct slice s;

	while (listed_next(&list, &s))
		if (slice_ends(s, SLICE("*"))
			? slice_starts(e164, slice_head(s, s.n - 1))
			: slice_eq(e164, s))
			return true;
	return false;
}

static bool attested(char level, struct slice list)
{
	/* Small letters are claims that nobody has checked. */
	const bool checked = level >= 'A' && level <= 'C';
	const char text[] = { level, '\0' };

	return listed_share(slice_from(checked ? text : "none"), list);
}

static bool caller_is(const struct flow_act *a, enum flow_caller_is is,
    struct slice value)
{
	const struct flow_facts *f = a->env->facts;
	const struct flow_caller *c = a->env->caller;

	switch (is) {
	case FLOW_CALLER_FIRST:
		return !f->known_caller && c->e164[0] != '\0';
	case FLOW_CALLER_REPEAT:
		return f->known_caller;
	case FLOW_CALLER_ANONYMOUS:
		return c->anonymous || c->e164[0] == '\0';
	case FLOW_CALLER_TAG:
		return listed_share(slice_from(f->tags), value);
	case FLOW_CALLER_LIST:
		return listed_share(slice_from(f->lists), value);
	case FLOW_CALLER_OUTCOME:
		return f->has_outcome &&
		       listed_share(slice_from(
					callresult_name(f->last_outcome)),
			   value);
	case FLOW_CALLER_ATTESTATION:
		return attested(c->attestation, value);
	case FLOW_CALLER_NUMBER:
		return number_in(slice_from(c->e164), value);
	}
	return false;
}

void flow_rule_caller(struct flow_act *a)
{
	const size_t n = flow_view_items(&a->v, 0);

	for (size_t i = 0; i < n; i++)
		if (caller_is(a,
			(enum flow_caller_is)flow_view_item_num(&a->v, 0, i,
			    FLOW_CALLER_IS),
			flow_view_item_text(&a->v, 0, i, FLOW_CALLER_VALUE))) {
			flow_act_leave(a, (uint16_t)(FLOW_ITEM + i));
			return;
		}
	flow_act_leave(a, FLOW_OTHERWISE);
}

/* --- split -----------------------------------------------------------------*/

static uint64_t fnv1a(uint64_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* 0 to 99. The same for every call of one caller at this step; another step
 * cuts the callers another way. */
static uint32_t percentile(struct flow_act *a)
{
	const struct slice who = slice_from(a->env->caller->e164);
	uint64_t h;

	if (flow_view_num(&a->v, FLOW_SPLIT_STABLE) != 0 || who.n == 0)
		return flow_act_dice(a, 100);
	h = fnv1a(UINT64_C(0xcbf29ce484222325), who);
	h = fnv1a(h, flow_view_key(&a->v));
	h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	return (uint32_t)((h ^ (h >> 33)) % 100);
}

void flow_rule_split(struct flow_act *a)
{
	const uint32_t where = percentile(a);
	const size_t n = flow_view_items(&a->v, 0);
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += flow_view_item_num(&a->v, 0, i, FLOW_SHARE_PERCENT);
		if (where < sum) {
			flow_act_leave(a, (uint16_t)(FLOW_ITEM + i));
			return;
		}
	}
	flow_act_leave(a, FLOW_OTHERWISE);
}
