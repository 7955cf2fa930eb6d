/*
 * db_attrib_again.h - a company's calls under today's rules and law.
 *
 * One call at a time, in the order of their time: what is written of one is
 * then history for the next. Each is a transaction of its own in which the
 * roll-ups move with it, so a run can be stopped and repeated at will, and a
 * call that closes meanwhile is not held up.
 */
#ifndef RT_DB_DB_ATTRIB_AGAIN_H
#define RT_DB_DB_ATTRIB_AGAIN_H

#include "lib/db/db_attrib.h"
#include "lib/db/db_hook_out.h"
#include "lib/db/db_judge.h"

/* What a call is credited to, for comparing. */
enum attrib_again_by {
	ATTRIB_AGAIN_NONE,
	ATTRIB_AGAIN_SOURCE,
	ATTRIB_AGAIN_VISIT,
	/* A tracker's number, by its rule: it stays. A number of a pool is no
	 * tracker's; what the one that it became took is judged as any. */
	ATTRIB_AGAIN_TRACKER,
	ATTRIB_AGAIN_COUNT
};
const char *db_attrib_again_name(enum attrib_again_by by);

struct attrib_again {
	enum attrib_again_by before;
	enum attrib_again_by now;
	bool visit_moved;  /* to another visit, both VISIT */
	bool source_moved; /* another source, medium or campaign in reports */
	bool changed;      /* any of this, or the probability, rules or law */
	bool gone; /* something it was judged by is kept no more: it stays */
	uint16_t before_bp;
	uint16_t now_bp;
	char source[DB_NAME_BYTES]; /* of now; "" none */
	char medium[DB_NAME_BYTES];
	char campaign[DB_TEXT_BYTES];
};

struct attrib_again_rules {
	const struct attrib_law *law;
	uint16_t threshold_bp;
	bool apply;            /* false: calls stay as they are */
	int64_t whole_from_us; /* db_attrib_whole_from(): older ones stay */
	/* With apply: whose turn it is to be told. */
	struct hook_turn turn;
	/* Without apply: what is said of a call is kept under this run, for
	 * the caller's next call, until db_attrib_again_forget() or the
	 * transaction's end. nil: it is not, and who called twice may come
	 * out differently when it is applied. */
	struct attrib_run_id preview;
};

/* A call of whose visits some may have been deleted since (retention, erasure)
 * cannot be judged again and keeps what it has. So does one whose caller is
 * forgotten, or whose caller's earlier calls all are: who called before weighs
 * more than anything else.
 *
 * call: of db_attrib_calls(), judged. Texts of the evidence go to mem, which
 * the caller empties. */
RT_MUST_USE enum err db_attrib_again(struct db *db, struct company_id company,
    const struct attrib_call *call, const struct attrib_again_rules *rules,
    struct arena *mem, struct attrib_again *out);

/* What a preview kept goes. */
RT_MUST_USE enum err db_attrib_again_forget(struct db *db,
    struct company_id company, struct attrib_run_id preview);

#endif
