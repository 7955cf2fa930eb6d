#include "lib/db/db_attrib_again.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/db/db_call_touch.h"
#include "lib/db/stmt.h"

const char *db_attrib_again_name(enum attrib_again_by by)
{
	static const char *const names[ATTRIB_AGAIN_COUNT] = {
		[ATTRIB_AGAIN_NONE] = "nothing",
		[ATTRIB_AGAIN_SOURCE] = "source",
		[ATTRIB_AGAIN_VISIT] = "visit",
		[ATTRIB_AGAIN_TRACKER] = "tracker",
	};

	return names[by];
}

static enum attrib_again_by before(const struct attrib_call *call)
{
	if (strcmp(call->attributed_by, "visit") == 0)
		return ATTRIB_AGAIN_VISIT;
	if (strcmp(call->attributed_by, "tracker") == 0)
		return ATTRIB_AGAIN_TRACKER;
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

/* Of a call of nobody all that can differ are its visits' likelihoods. */
static bool is_other_law(const struct attrib_call *call, const struct judged *j)
{
	char law[sizeof(call->law)];

	(void)snprintf(law, sizeof(law), "%u",
	    (unsigned int)j->verdict.law_version);
	return strcmp(call->law, law) != 0;
}

static void compare(const struct attrib_call *call, const struct judged *j,
    struct attrib_again *out)
{
	const struct attrib_candidate *c = &j->found.c[j->verdict.best];
	memset(out, 0, sizeof(*out));
	out->before = before(call);
	out->now = level(j);
	out->before_bp = call->probability_bp;
	if (out->now != ATTRIB_AGAIN_NONE) {
		out->now_bp = j->verdict.probability_bp;
		put(c->source, out->source, sizeof(out->source));
		put(c->medium, out->medium, sizeof(out->medium));
		put(c->campaign, out->campaign, sizeof(out->campaign));
	}
	out->visit_moved = out->before == ATTRIB_AGAIN_VISIT &&
			   out->now == ATTRIB_AGAIN_VISIT &&
			   !id_eq(call->visit.v, c->visit.v);
	out->source_moved = strcmp(call->source, out->source) != 0 ||
			    strcmp(call->medium, out->medium) != 0 ||
			    strcmp(call->campaign, out->campaign) != 0;
	out->changed = out->before != out->now || out->visit_moved ||
		       out->source_moved || out->before_bp != out->now_bp ||
		       call->rule_version != j->verdict.rule_version ||
		       (out->now == ATTRIB_AGAIN_NONE && is_other_law(call, j));
}

/* Was it credited to something that none of its candidates is, or is it so old
 * that its other candidates may be gone? */
static bool is_gone(const struct attrib_call *call,
    const struct attrib_again_rules *rules, const struct judged *j)
{
	if (call->started_us < rules->whole_from_us || call->forgotten)
		return true;
	if (before(call) == ATTRIB_AGAIN_NONE ||
	    before(call) == ATTRIB_AGAIN_TRACKER)
		return false;
	if (id_is_nil(call->visit.v))
		return j->found.n == 0;
	for (size_t i = 0; i < j->found.n; i++)
		if (id_eq(call->visit.v, j->found.c[i].visit.v))
			return false;
	return true;
}

static void stays(const struct attrib_call *call, struct attrib_again *a)
{
	memset(a, 0, sizeof(*a));
	a->before = a->now = before(call);
	a->gone = a->now != ATTRIB_AGAIN_TRACKER || call->pooled;
	a->before_bp = a->now_bp = call->probability_bp;
	put(slice_from(call->source), a->source, sizeof(a->source));
	put(slice_from(call->medium), a->medium, sizeof(a->medium));
	put(slice_from(call->campaign), a->campaign, sizeof(a->campaign));
}

/* Something that is shown of the call, not only by which rules it came out. */
static bool is_seen(const struct attrib_again *a)
{
	return a->before != a->now || a->visit_moved || a->source_moved ||
	       a->before_bp != a->now_bp;
}

static enum err credit_it(struct db *db, struct company_id company,
    struct call_id call, const struct judged *j)
{
	struct call_credit credit;
	struct buf evidence;
	enum err e;

	buf_init(&evidence, DB_JUDGE_EVIDENCE_MAX);
	e = db_judge_credit(j, &evidence, &credit);
	if (e == ERR_OK)
		e = db_call_credit(db, company, call, &credit);
	buf_fini(&evidence);
	return e;
}

/* What programs that keep a copy are told is written with it, or neither. */
static enum err write_down(struct db *db, struct company_id company,
    struct call_id call, const struct judged *j, const struct attrib_again *a,
    const struct hook_turn *turn)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = credit_it(db, company, call, j)) == ERR_OK &&
	    (e = db_call_touch(db, company, call.v)) == ERR_OK && is_seen(a))
		e = db_hook_out_changed_in_turn(db, company, call.v,
		    "attribution", turn);
	return db_join_end(db, mine, e);
}

/* What it would be credited to, for those after it. */
static enum err keep_guess(struct db *db, struct company_id company,
    struct attrib_run_id run, struct call_id call, const struct judged *j)
{
	static const char sql[] =
	    "INSERT INTO attrib_run_guess (company_id, run_id, call_id,"
	    " visit_id, probability_bp) VALUES (?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE visit_id = VALUES(visit_id),"
	    " probability_bp = VALUES(probability_bp)";
	static const struct visit_id none;
	const struct attrib_verdict *v = &j->verdict;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, run.v);
	stmt_in_id(st, call.v);
	stmt_in_id_null(st,
	    v->level == ATTRIB_VISIT ? j->found.c[v->best].visit.v : none.v);
	stmt_in_u64(st, v->probability_bp);
	return stmt_exec(st, NULL);
}

enum err db_attrib_again_forget(struct db *db, struct company_id company,
    struct attrib_run_id preview)
{
	static const char sql[] =
	    "DELETE FROM attrib_run_guess WHERE company_id = ? AND run_id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, preview.v);
	return stmt_exec(st, NULL);
}

/* The caller had called before: are all those calls somebody's no more? */
static enum err is_history_gone(struct db *db, struct company_id company,
    const struct attrib_call *call, const struct judged *j, bool *out)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT 1 FROM phone_call"
	    " WHERE company_id = ? AND caller_e164 = ? AND started_at < ?"
	    " AND id <> ? LIMIT 1) x";
	uint64_t n = 0;
	struct stmt *st;
	enum err e;

	*out = false;
	if (!call->known || j->found.n == 0 ||
	    j->found.c[0].caller != ATTRIB_UNKNOWN)
		return ERR_OK;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(call->caller_e164));
	stmt_in_time_us(st, call->started_us);
	stmt_in_id(st, call->id.v);
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	*out = n == 0;
	return e;
}

static enum err look_again(struct db *db, struct company_id company,
    const struct attrib_call *call, const struct attrib_again_rules *rules,
    struct arena *mem, struct attrib_again *out)
{
	const struct candidate_call key = { .id = call->id,
		.number = call->number,
		.at_us = call->started_us,
		.caller_e164 = slice_from(call->caller_e164),
		.caller_country = slice_from(call->caller_country),
		.caller_place = slice_from(call->caller_place),
		.preview = rules->preview };
	struct attrib_again a;
	struct judged j;
	bool alone = false;
	enum err e;

	e = db_judge(db, company, &key, rules->threshold_bp, rules->law, mem,
	    &j);
	if (e == ERR_OK)
		e = is_history_gone(db, company, call, &j, &alone);
	if (e != ERR_OK)
		return e;
	compare(call, &j, &a);
	if ((before(call) == ATTRIB_AGAIN_TRACKER && !call->pooled) || alone ||
	    is_gone(call, rules, &j))
		stays(call, &a);
	else if (rules->apply && a.changed)
		e = write_down(db, company, call->id, &j, &a, &rules->turn);
	else if (!id_is_nil(rules->preview.v) && a.changed &&
		 call->caller_e164[0] != '\0')
		e = keep_guess(db, company, rules->preview, call->id, &j);
	if (e == ERR_OK)
		*out = a;
	return e;
}

/* A call that closes at the same moment: its writer goes first. A visit that
 * is deleted then: it is judged without it. In a larger transaction all of it
 * is to be done again, by its owner. */
enum err db_attrib_again(struct db *db, struct company_id company,
    const struct attrib_call *call, const struct attrib_again_rules *rules,
    struct arena *mem, struct attrib_again *out)
{
	enum err e = look_again(db, company, call, rules, mem, out);

	if (e == ERR_BUSY && !db_in_transaction(db))
		e = look_again(db, company, call, rules, mem, out);
	return e;
}
