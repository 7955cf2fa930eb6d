/*
 * db_verdict.h - what a call was worth (lib/core/verdict), stored.
 *
 * The store judges each call in the transaction that closes it. A person may
 * overrule; a rerun judges again and leaves a person's word. phone_call's
 * qualified is what holds in the end, and the roll-ups count it.
 */
#ifndef RT_DB_VERDICT_H
#define RT_DB_VERDICT_H

#include "lib/core/verdict.h"
#include "lib/db/db_hook_out.h"

/* Judges a closed call from what is stored of it. In a transaction, before
 * db_stat_put(); touches no roll-up. ERR_NOTFOUND: no such closed call. */
RT_MUST_USE enum err db_verdict_judge(struct db *db, struct company_id company,
    struct call_id call, int64_t now_us);

/* Judges again, roll-ups included: the next calls after *after, oldest first,
 * of those that began in [from_us, to_us). One transaction a call, at most max
 * calls; *n says how many, *after moves on, both also when it fails: asked
 * again it goes on with the call that failed. nil *after: from the first. What
 * comes out as it was is left as it is, updated_at and decided_us too. The
 * others are told webhooks in their turn, which moves on. */
RT_MUST_USE enum err db_verdict_rerun(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct call_id *after, size_t max,
    struct hook_turn *turn, size_t *n);

/* A person's word; set false takes it back. */
struct verdict_own {
	bool set;
	bool qualified;
	enum verdict_class class;
	struct user_id user;
};

/* ERR_NOTFOUND: no such closed call. */
RT_MUST_USE enum err db_verdict_overrule(struct db *db,
    struct company_id company, struct call_id call,
    const struct verdict_own *own, int64_t now_us);

struct verdict_row {
	uint32_t version;
	int64_t decided_us; /* when it first came out like this */
	bool qualified;     /* the rule's */
	char reasons[VERDICT_TEXT_MAX + 1];
	char class[17];
	uint32_t risk;
	char factors[VERDICT_TEXT_MAX + 1];
	bool own; /* a person's word stands: */
	bool own_qualified;
	char own_class[17];
	char own_user[DB_NAME_BYTES]; /* name */
	int64_t own_us;
};

/* ERR_NOTFOUND: not judged (yet). */
RT_MUST_USE enum err db_verdict_get(struct db *db, struct company_id company,
    struct call_id call, struct verdict_row *out);

#endif
