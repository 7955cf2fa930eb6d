#include "lib/db/db_judge.h"

#include "lib/db/db_attrib.h"

enum err db_judge(struct db *db, struct company_id company,
    const struct candidate_call *call, uint16_t threshold_bp,
    const struct attrib_law *law, struct arena *mem, struct judged *out)
{
	struct attrib_law own;
	enum err e = ERR_OK;

	if (law == NULL) {
		e = db_attrib_law(db, company, &own);
		law = &own;
	}
	if (e == ERR_OK)
		e = db_candidate_read(db, company, call, mem, &out->found);
	if (e != ERR_OK)
		return e;
	out->found.ask.threshold_bp = threshold_bp;
	out->found.ask.law = law;
	e = attrib_decide(out->found.c, out->found.n, &out->found.ask,
	    &out->verdict);
	out->found.ask.law = NULL; /* it may have been ours */
	return e;
}

enum err db_judge_credit(const struct judged *j, struct buf *evidence,
    struct call_credit *out)
{
	const struct attrib_verdict *v = &j->verdict;
	const struct attrib_candidate *c = &j->found.c[v->best];

	buf_reset(evidence);
	attrib_evidence(j->found.c, j->found.n, &j->found.ask, v, evidence);
	*out = (struct call_credit){ .by = CALL_CREDIT_NONE,
		.rule_version = v->rule_version,
		.evidence = buf_slice(evidence) };
	if (v->level != ATTRIB_NONE) {
		out->by = v->level == ATTRIB_VISIT ? CALL_CREDIT_VISIT
						   : CALL_CREDIT_SOURCE;
		out->visit = c->visit;
		out->lease = c->lease;
		out->probability_bp = v->probability_bp;
		out->source = c->source;
		out->medium = c->medium;
		out->campaign = c->campaign;
	}
	return buf_err(evidence);
}
