#include "lib/flow/flownames.h"

#include "lib/core/callresult.h"
#include "lib/core/listed.h"
#include "lib/db/db_caller_list.h"
#include "lib/db/db_mark.h"

struct names {
	struct caller_list_row *lists;
	struct tag_row *tags;
	struct outcome_row *outcomes;
	size_t n_lists, n_tags, n_outcomes;
	const struct flow *flow;
	struct flow_json_errors *errors;
};

/* --- what there is ---------------------------------------------------------*/

static bool has_list(const struct names *k, struct slice name)
{
	for (size_t i = 0; i < k->n_lists; i++)
		if (listed_share(slice_from(k->lists[i].name), name))
			return true;
	return false;
}

/* The company's, and those that a step of this flow gives. */
static bool has_tag(const struct names *k, struct slice name)
{
	for (size_t i = 0; i < k->n_tags; i++)
		if (listed_share(slice_from(k->tags[i].name), name))
			return true;
	for (uint16_t i = 0; i < k->flow->n_steps; i++) {
		struct flow_view v;

		flow_view(k->flow, i, &v);
		if (v.type == FLOW_TAG &&
		    listed_share(flow_view_text(&v, FLOW_WORD_WORD), name))
			return true;
	}
	return false;
}

/* A caller step asks how the call before went. */
static bool is_result(const struct names *k, struct slice name)
{
	(void)k;
	for (size_t i = 0; i < CALLRESULT_COUNT; i++)
		if (listed_share(slice_from(
				     callresult_name((enum callresult)i)),
			name))
			return true;
	return false;
}

static bool has_outcome(const struct names *k, struct slice code)
{
	for (size_t i = 0; i < k->n_outcomes; i++)
		if (slice_eq_cstr(code, k->outcomes[i].code))
			return true;
	return false;
}

/* --- what is named ---------------------------------------------------------*/

static void check_rule(const struct names *k, const struct flow_view *v,
    size_t item)
{
	static const struct {
		enum flow_caller_is is;
		bool (*has)(const struct names *k, struct slice name);
		const char *what;
	} kinds[] = {
		{ FLOW_CALLER_LIST, has_list, "list of callers" },
		{ FLOW_CALLER_TAG, has_tag, "tag" },
		{ FLOW_CALLER_OUTCOME, is_result, "result of a call" },
	};
	const uint32_t is = flow_view_item_num(v, 0, item, FLOW_CALLER_IS);
	struct slice all = flow_view_item_text(v, 0, item, FLOW_CALLER_VALUE);
	struct slice name;

	for (size_t i = 0; i < RT_ARRAY_LEN(kinds); i++) {
		if (kinds[i].is != (enum flow_caller_is)is)
			continue;
		while (listed_next(&all, &name))
			if (!kinds[i].has(k, name))
				flow_json_warn(k->errors, flow_view_key(v),
				    "rules %zu: there is no %s called %.*s",
				    item + 1, kinds[i].what,
				    SLICE_FMT(slice_head(name, 60)));
	}
}

static void check_step(const struct names *k, uint16_t at)
{
	struct slice code;
	struct flow_view v;

	flow_view(k->flow, at, &v);
	if (v.type == FLOW_CALLER)
		for (size_t i = 0; i < flow_view_items(&v, 0); i++)
			check_rule(k, &v, i);
	if (v.type != FLOW_OUTCOME)
		return;
	code = flow_view_text(&v, FLOW_WORD_WORD);
	if (!has_outcome(k, code))
		flow_json_warn(k->errors, flow_view_key(&v),
		    "outcome: there is no outcome with the code %.*s",
		    SLICE_FMT(slice_head(code, 60)));
}

static bool names_any(const struct flow *f)
{
	for (uint16_t i = 0; i < f->n_steps; i++) {
		struct flow_view v;

		flow_view(f, i, &v);
		if (v.type == FLOW_CALLER || v.type == FLOW_OUTCOME)
			return true;
	}
	return false;
}

enum err flownames_check(const struct flowworld *w, const struct flow *f,
    struct flow_json_errors *errors)
{
	const struct company_id company = w->company.id;
	struct names k = { .flow = f, .errors = errors };
	enum err e;

	if (!names_any(f))
		return ERR_OK;
	if ((e = db_caller_list_all(w->db, company, w->mem, &k.lists,
		 &k.n_lists)) != ERR_OK ||
	    (e = db_mark_tags(w->db, company, w->mem, &k.tags, &k.n_tags)) !=
		ERR_OK ||
	    (e = db_mark_outcomes(w->db, company, w->mem, &k.outcomes,
		 &k.n_outcomes)) != ERR_OK)
		return e;
	for (uint16_t i = 0; i < f->n_steps; i++)
		check_step(&k, i);
	return ERR_OK;
}
