/*
 * db_judge.h - who made this call? The evidence is read, lib/core/attrib
 * decides by the company's own delay law, and the verdict becomes what a call
 * is credited with. The same for a call that rings, a call that has ended, and
 * a call of last month that is looked at again.
 */
#ifndef RT_DB_DB_JUDGE_H
#define RT_DB_DB_JUDGE_H

#include "lib/db/db_call.h"
#include "lib/db/db_candidate.h"

struct judged {
	struct candidates found;
	struct attrib_verdict verdict;
};

/* threshold_bp: the company's. law NULL: it is read. Texts are in mem. */
RT_MUST_USE enum err db_judge(struct db *db, struct company_id company,
    const struct candidate_call *call, uint16_t threshold_bp,
    const struct attrib_law *law, struct arena *mem, struct judged *out);

/* What db_call_closed() and db_call_credit() take; the evidence is written to
 * a buffer of DB_JUDGE_EVIDENCE_MAX that must live as long. */
#define DB_JUDGE_EVIDENCE_MAX ((size_t)128 * 1024)
RT_MUST_USE enum err db_judge_credit(const struct judged *j,
    struct buf *evidence, struct call_credit *out);

#endif
