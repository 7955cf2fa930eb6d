#include "lib/db/db_attrib_again.h"

#include <string.h>

#include "lib/base/utf8.h"

const char *db_attrib_again_name(enum attrib_again_by by)
{
	static const char *const names[ATTRIB_AGAIN_COUNT] = {
		[ATTRIB_AGAIN_NONE] = "nothing",
		[ATTRIB_AGAIN_SOURCE] = "source",
		[ATTRIB_AGAIN_VISIT] = "visit",
	};

	return names[by];
}

static enum attrib_again_by before(const struct attrib_call *call)
{
	if (strcmp(call->attributed_by, "visit") == 0)
		return ATTRIB_AGAIN_VISIT;
	return strcmp(call->attributed_by, "source") == 0 ? ATTRIB_AGAIN_SOURCE
							  : ATTRIB_AGAIN_NONE;
}

static enum attrib_again_by level(const struct judged *j)
{
	switch (j->verdict.level) {
	case ATTRIB_VISIT:
		return ATTRIB_AGAIN_VISIT;
	case ATTRIB_SOURCE:
		return ATTRIB_AGAIN_SOURCE;
	case ATTRIB_NONE:
		break;
	}
	return ATTRIB_AGAIN_NONE;
}

static void put(struct slice s, char *out, size_t cap)
{
	if (!slice_to_cstr(utf8_head(s, cap - 1), out, cap))
		out[0] = '\0';
}

static void compare(const struct attrib_call *call, const struct judged *j,
    struct attrib_again *out)
{
	const struct attrib_candidate *c = &j->found.c[j->verdict.best];
	struct slice campaign = SLICE("");

	memset(out, 0, sizeof(*out));
	out->before = before(call);
	out->now = level(j);
	out->before_bp = call->probability_bp;
	if (out->now != ATTRIB_AGAIN_NONE) {
		out->now_bp = j->verdict.probability_bp;
		put(c->source, out->source, sizeof(out->source));
		put(c->medium, out->medium, sizeof(out->medium));
		campaign = c->campaign;
	}
	out->visit_moved = out->before == ATTRIB_AGAIN_VISIT &&
			   out->now == ATTRIB_AGAIN_VISIT &&
			   !id_eq(call->visit.v, c->visit.v);
	out->source_moved = strcmp(call->source, out->source) != 0 ||
			    strcmp(call->medium, out->medium) != 0 ||
			    !slice_eq_cstr(campaign, call->campaign);
	out->changed = out->before != out->now || out->visit_moved ||
		       out->source_moved || out->before_bp != out->now_bp ||
		       call->rule_version != j->verdict.rule_version;
}

static enum err write_down(struct db *db, struct company_id company,
    struct call_id call, const struct judged *j)
{
	struct call_credit credit;
	struct buf evidence;
	enum err e;

	buf_init(&evidence, DB_JUDGE_EVIDENCE_MAX);
	e = db_judge_credit(j, &evidence, &credit);
	if (e == ERR_OK)
		e = db_call_credit(db, company, call, &credit);
	/* A call that closes at the same moment: its writer goes first. */
	if (e == ERR_BUSY)
		e = db_call_credit(db, company, call, &credit);
	buf_fini(&evidence);
	return e;
}

enum err db_attrib_again(struct db *db, struct company_id company,
    const struct attrib_call *call, const struct attrib_again_rules *rules,
    struct arena *mem, struct attrib_again *out)
{
	const struct candidate_call key = { .id = call->id,
		.number = call->number,
		.at_us = call->started_us,
		.caller_e164 = slice_from(call->caller_e164),
		.caller_country = slice_from(call->caller_country),
		.caller_place = slice_from(call->caller_place) };
	struct attrib_again a;
	struct judged j;
	enum err e;

	e = db_judge(db, company, &key, rules->threshold_bp, rules->law, mem,
	    &j);
	if (e != ERR_OK)
		return e;
	compare(call, &j, &a);
	if (strcmp(call->attributed_by, "tracker") == 0)
		a.changed = a.source_moved = a.visit_moved = false;
	else if (rules->apply && a.changed)
		e = write_down(db, company, call->id, &j);
	if (e == ERR_OK)
		*out = a;
	return e;
}
