#include "lib/core/flow_check.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/core/flow_run.h"
#include "lib/core/flow_say.h"
#include "lib/core/geo.h"
#include "lib/core/listed.h"

struct work {
	const struct flow_step *steps;
	size_t n;
	const struct flow_check_sink *sink;
};

static void tell(const struct work *w, size_t step, bool warning,
    const char *fmt, ...) RT_PRINTF(4, 5);

static void tell(const struct work *w, size_t step, bool warning,
    const char *fmt, ...)
{
	char what[FLOW_CHECK_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	w->sink->tell(w->sink->arg, (uint16_t)step, warning, what);
}

/* --- the graph -------------------------------------------------------------*/

/* The k-th way out of a step, named branches first. False: there are no more.
 * asked: whether the caller did something when it is taken. */
static bool way(const struct flow_step *s, size_t k, uint16_t *to, bool *asked)
{
	const struct flow_type_row *row = flow_type_row(s->type);
	size_t i;

	if (k < row->n_branches) {
		*to = s->branch[k];
		*asked = flow_type_asks(row, (uint16_t)k);
		return true;
	}
	i = k - row->n_branches;
	if (row->n_lists == 0 || !row->lists[0].leads || i >= s->n_items[0])
		return false;
	*to = s->item[0][i].branch;
	*asked = flow_type_asks(row, (uint16_t)(FLOW_ITEM + i));
	return true;
}

static void check_reach(const struct work *w, uint16_t first)
{
	bool seen[FLOW_STEPS_MAX] = { false };
	uint16_t todo[FLOW_STEPS_MAX];
	size_t n = 0;

	seen[first] = true;
	todo[n++] = first;
	while (n > 0) {
		const struct flow_step *s = &w->steps[todo[--n]];
		uint16_t to;
		bool asked;

		for (size_t k = 0; way(s, k, &to, &asked); k++)
			if (to < w->n && !seen[to]) {
				seen[to] = true;
				todo[n++] = to;
			}
	}
	for (size_t i = 0; i < w->n; i++)
		if (!seen[i])
			tell(w, i, false, "no step leads here");
}

/* Depth first over the ways that the caller has no hand in; a way back into
 * the path at hand closes a loop. */
static void check_loops(const struct work *w)
{
	enum {
		NEW,
		OPEN,
		DONE
	};
	uint8_t state[FLOW_STEPS_MAX] = { NEW };
	uint16_t path[FLOW_STEPS_MAX], next[FLOW_STEPS_MAX];

	for (size_t start = 0; start < w->n; start++) {
		size_t depth = 0;

		if (state[start] != NEW)
			continue;
		path[depth] = (uint16_t)start;
		next[depth++] = 0;
		state[start] = OPEN;
		while (depth > 0) {
			const uint16_t at = path[depth - 1];
			uint16_t to;
			bool asked;

			if (!way(&w->steps[at], next[depth - 1]++, &to,
				&asked)) {
				state[at] = DONE;
				depth--;
			} else if (asked || to >= w->n || state[to] == DONE) {
				continue;
			} else if (state[to] == OPEN) {
				tell(w, at, false,
				    "goes round to \"%.*s\" without the "
				    "caller doing anything",
				    SLICE_FMT(w->steps[to].key));
				state[to] = DONE; /* said once */
			} else {
				state[to] = OPEN;
				path[depth] = to;
				next[depth++] = 0;
			}
		}
	}
}

/* --- ways out --------------------------------------------------------------*/

static uint32_t shares(const struct flow_step *s)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < s->n_items[0]; i++)
		sum += s->item[0][i].num[FLOW_SHARE_PERCENT];
	return sum;
}

static void check_branch(const struct work *w, size_t at, size_t k)
{
	const struct flow_step *s = &w->steps[at];
	const struct flow_type_row *row = flow_type_row(s->type);
	const struct flow_branch *b = &row->branches[k];

	if (s->branch[k] != FLOW_END || b->need == FLOW_MAY_END)
		return;
	/* Nobody is left over for it. */
	if (s->type == FLOW_SPLIT && shares(s) == 100)
		return;
	if (b->need == FLOW_MUST_LEAD)
		tell(w, at, false, "%s leads nowhere", b->name);
	else if (row->otherwise == FLOW_NO_BRANCH ||
		 s->branch[row->otherwise] == FLOW_END)
		tell(w, at, true, "%s: the call ends here", b->name);
}

static void check_ways(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];
	const struct flow_type_row *row = flow_type_row(s->type);

	for (size_t k = 0; k < row->n_branches; k++)
		check_branch(w, at, k);
	if (row->n_lists == 0 || !row->lists[0].leads)
		return;
	for (size_t i = 0; i < s->n_items[0]; i++)
		if (s->item[0][i].branch == FLOW_END)
			tell(w, at, false, "%s %zu leads nowhere",
			    row->lists[0].name, i + 1);
}

static void check_back(const struct work *w)
{
	bool menu = false;

	for (size_t i = 0; i < w->n; i++)
		menu = menu || w->steps[i].type == FLOW_MENU;
	for (size_t i = 0; i < w->n && !menu; i++) {
		uint16_t to;
		bool asked;

		for (size_t k = 0; way(&w->steps[i], k, &to, &asked); k++)
			if (to == FLOW_BACK)
				tell(w, i, false,
				    "there is no menu to go "
				    "back to");
	}
}

/* --- single types ----------------------------------------------------------*/

static void check_say(const struct work *w, size_t at, struct slice say)
{
	struct flow_say_segment seg[FLOW_SAY_SEGMENTS_MAX];
	size_t n;

	const enum err e = flow_say_cut(say, seg, &n);

	if (e == ERR_NOTFOUND)
		tell(w, at, false,
		    "say: the variables are {source} {medium} {campaign} "
		    "{keyword} {number}");
	else if (e == ERR_TOOBIG)
		tell(w, at, false, "say: at most %d parts",
		    FLOW_SAY_SEGMENTS_MAX);
	else if (e != ERR_OK)
		tell(w, at, false, "say: a { without its }");
}

static void check_dial(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	check_say(w, at, s->text[FLOW_DIAL_SAY]);
	if (s->num[FLOW_DIAL_ACCEPT] == FLOW_ACCEPT_KEY &&
	    s->num[FLOW_DIAL_ACCEPT_PROMPT] == FLOW_NO_PROMPT &&
	    s->num[FLOW_DIAL_WHISPER] == FLOW_NO_PROMPT)
		tell(w, at, true,
		    "accept: nothing tells who answers to press 1");
}

/* Those of a tier, or of a simultaneous group. */
static void check_together(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];
	const bool tree = s->num[FLOW_GROUP_MODE] == FLOW_MODE_TREE;
	uint8_t n[FLOW_MEMBERS_MAX + 1] = { 0 };

	if (!tree && s->num[FLOW_GROUP_MODE] != FLOW_MODE_SIMULTANEOUS)
		return;
	for (size_t i = 0; i < s->n_items[0]; i++) {
		const uint32_t tier =
		    tree ? s->item[0][i].num[FLOW_MEMBER_TIER] : 0;

		if (++n[tier] == FLOW_LEGS_MAX + 1)
			tell(w, at, true,
			    "members: %d ring together, those after them only "
			    "when none of the first takes the call",
			    FLOW_LEGS_MAX);
	}
}

static void check_group(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];
	uint32_t weights = 0;

	check_dial(w, at);
	check_together(w, at);
	for (size_t i = 0; i < s->n_items[0]; i++) {
		const uint32_t ring_s = s->item[0][i].num[FLOW_MEMBER_RING_S];

		weights += s->item[0][i].num[FLOW_MEMBER_WEIGHT];
		if (ring_s != 0 && ring_s < 5)
			tell(w, at, false,
			    "members %zu: ring_s is 0 or 5 to 300", i + 1);
	}
	if (s->num[FLOW_GROUP_MODE] == FLOW_MODE_WEIGHTED && weights == 0)
		tell(w, at, false, "every weight is 0: nobody would ring");
}

static void check_menu(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	for (size_t i = 0; i < s->n_items[0]; i++)
		for (size_t k = 0; k < i; k++)
			if (s->item[0][i].num[FLOW_KEY_KEY] ==
			    s->item[0][k].num[FLOW_KEY_KEY])
				tell(w, at, false, "key %c is there twice",
				    (int)s->item[0][i].num[FLOW_KEY_KEY]);
}

static void check_gather(const struct work *w, size_t at)
{
	static const uint32_t lengths[] = {
		[FLOW_PATTERN_ANY] = 0,
		[FLOW_PATTERN_ZIP] = 5,
		[FLOW_PATTERN_PHONE] = 10,
	};
	const struct flow_step *s = &w->steps[at];
	const uint32_t need = lengths[s->num[FLOW_GATHER_PATTERN]];

	if (s->num[FLOW_GATHER_MIN] > s->num[FLOW_GATHER_MAX])
		tell(w, at, false, "min is larger than max");
	if (s->num[FLOW_GATHER_MAX] < need)
		tell(w, at, false, "max: the pattern needs %u digits",
		    (unsigned int)need);
}

static void check_hours(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	if (s->n_items[FLOW_HOURS_WEEKLY] == 0 &&
	    s->n_items[FLOW_HOURS_SPECIAL] == 0)
		tell(w, at, false, "never open: weekly has no hours");
}

/* Every entry of a list, by a rule of its kind. */
static bool region_ok(enum flow_region what, struct slice list)
{
	struct slice s;
	bool ok = false;

	while (listed_next(&list, &s)) {
		bool digits = true;

		for (size_t i = 0; i < s.n; i++)
			digits = digits && s.p[i] >= '0' && s.p[i] <= '9';
		if (what == FLOW_REGION_AREA_CODE)
			ok = digits && s.n == 3;
		else if (what == FLOW_REGION_ZIP)
			ok = digits && s.n <= 5;
		else
			ok = !digits && s.n == 2;
		if (!ok)
			return false;
	}
	return ok;
}

static void check_geography(const struct work *w, size_t at)
{
	static const char *const forms[] = {
		[FLOW_REGION_AREA_CODE] = "area codes: 303, 720",
		[FLOW_REGION_STATE] = "states in two letters: CO, WY",
		[FLOW_REGION_COUNTRY] = "countries in two letters: US, GB",
		[FLOW_REGION_ZIP] = "beginnings of ZIP codes: 802, 80301",
	};
	const struct flow_step *s = &w->steps[at];

	for (size_t i = 0; i < s->n_items[0]; i++) {
		const struct flow_item *item = &s->item[0][i];
		const enum flow_region what =
		    (enum flow_region)item->num[FLOW_REGION_WHAT];

		if (!region_ok(what, item->text[FLOW_REGION_VALUE]))
			tell(w, at, false, "rules %zu: value has %s", i + 1,
			    forms[what]);
		if (what == FLOW_REGION_ZIP &&
		    s->num[FLOW_GEOGRAPHY_BY] == FLOW_BY_CALLER)
			tell(w, at, true,
			    "rules %zu: a telephone number has no ZIP code",
			    i + 1);
	}
}

static void check_source(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	for (size_t i = 0; i < s->n_items[0]; i++) {
		const struct flow_item *item = &s->item[0][i];

		if (item->num[FLOW_SOURCE_IS] < FLOW_IS_PRESENT &&
		    item->text[FLOW_SOURCE_VALUE].n == 0)
			tell(w, at, false, "rules %zu: value is missing",
			    i + 1);
	}
}

static void check_caller(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	for (size_t i = 0; i < s->n_items[0]; i++) {
		const struct flow_item *item = &s->item[0][i];

		if (item->num[FLOW_CALLER_IS] >= FLOW_CALLER_TAG &&
		    item->text[FLOW_CALLER_VALUE].n == 0)
			tell(w, at, false, "rules %zu: value is missing",
			    i + 1);
	}
}

static void check_split(const struct work *w, size_t at)
{
	const uint32_t sum = shares(&w->steps[at]);

	if (sum > 100)
		tell(w, at, false, "the shares are %u %% together",
		    (unsigned int)sum);
	else if (sum == 0)
		tell(w, at, false, "every share is 0 %%");
}

static void check_voicemail(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	if (s->num[FLOW_VOICEMAIL_PROMPT] == FLOW_NO_PROMPT)
		tell(w, at, true, "prompt: callers hear a beep only");
	if (s->num[FLOW_VOICEMAIL_MIN_S] >= s->num[FLOW_VOICEMAIL_MAX_S])
		tell(w, at, false, "min_s is not below max_s");
}

static void check_whisper(const struct work *w, size_t at)
{
	const struct flow_step *s = &w->steps[at];

	check_say(w, at, s->text[FLOW_WHISPER_SAY]);
	if (s->num[FLOW_WHISPER_PROMPT] == FLOW_NO_PROMPT &&
	    s->text[FLOW_WHISPER_SAY].n == 0)
		tell(w, at, false, "says nothing: prompt or say is needed");
}

static void (*const of_type[FLOW_TYPE_COUNT])(const struct work *w,
    size_t at) = {
	[FLOW_FORWARD] = check_dial,
	[FLOW_MENU] = check_menu,
	[FLOW_GATHER] = check_gather,
	[FLOW_HOURS] = check_hours,
	[FLOW_GEOGRAPHY] = check_geography,
	[FLOW_SOURCE] = check_source,
	[FLOW_CALLER] = check_caller,
	[FLOW_SPLIT] = check_split,
	[FLOW_GROUP] = check_group,
	[FLOW_WHISPER] = check_whisper,
	[FLOW_VOICEMAIL] = check_voicemail,
};

void flow_check(const struct flow_step *steps, size_t n, uint16_t first,
    const struct flow_check_sink *sink)
{
	const struct work w = { steps, n, sink };

	check_reach(&w, first);
	check_loops(&w);
	check_back(&w);
	for (size_t i = 0; i < n; i++) {
		check_ways(&w, i);
		if (of_type[steps[i].type] != NULL)
			of_type[steps[i].type](&w, i);
	}
}
