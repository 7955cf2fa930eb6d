/*
 * db_attrib_run.h - a period's calls credited again: what was asked, how far
 * it is, what came of it. A preview looks, a run that applies writes.
 *
 * One at a time for a company. Made with its job in one transaction; the job
 * (jobs/job_attrib_run) moves it on with db_attrib_run_page.h. Calls that close
 * meanwhile are judged by the newest law as ever. Runs are kept for
 * DB_ATTRIB_RUN_KEEP_US.
 */
#ifndef RT_DB_DB_ATTRIB_RUN_H
#define RT_DB_DB_ATTRIB_RUN_H

#include "lib/db/db_attrib.h"

#define DB_ATTRIB_RUN_JOB        "attrib_run"
#define DB_ATTRIB_RUN_KEEP_US    (90 * RT_DAY_US)
#define DB_ATTRIB_RUN_PERIOD_US  (1100 * RT_DAY_US) /* longest period */
#define DB_ATTRIB_RUN_LIST_MAX   50
#define DB_ATTRIB_RUN_CALLS_MAX  1000 /* listed, of each sort */
#define DB_ATTRIB_RUN_SOURCES    200  /* the rest is "others" */
#define DB_ATTRIB_RUN_COUNTS_MAX 1000

struct attrib_run {
	struct attrib_run_id id;
	char state[33]; /* waiting running done stopped failed */
	bool applies;
	int64_t from_us;
	int64_t to_us;
	uint32_t rule_version;
	uint32_t law_version;
	uint16_t threshold_bp;
	struct user_id user; /* nil: a key of the operator */
	int64_t made_us;
	int64_t ended_us; /* 0: not yet */
	uint64_t calls;
	uint64_t looked;
	uint64_t changed;
	uint64_t moved;
	uint64_t visit_moved;
	uint64_t source_moved;
	int64_t after_us;
	struct call_id after;
};

bool db_attrib_run_under_way(const struct attrib_run *run);

/* Adds run and its job. Set: id, applies, period, law_version, threshold_bp,
 * user, made_us. ERR_CONFLICT: one is under way; ERR_NOTFOUND: the company has
 * no such law; ERR_RANGE: no such period. */
RT_MUST_USE enum err db_attrib_run_add(struct db *db, struct company_id company,
    const struct attrib_run *run);
RT_MUST_USE enum err db_attrib_run_get(struct db *db, struct company_id company,
    struct attrib_run_id id, struct attrib_run *out);
/* The newest, at most DB_ATTRIB_RUN_LIST_MAX. */
RT_MUST_USE enum err db_attrib_run_list(struct db *db,
    struct company_id company, struct arena *mem, struct attrib_run **rows,
    size_t *n);
/* Ends one that is under way: "stopped", "failed" or "done". ERR_CONFLICT: it
 * is not under way; ERR_NOTFOUND. What was written by then stays. */
RT_MUST_USE enum err db_attrib_run_end(struct db *db, struct company_id company,
    struct attrib_run_id id, const char *state, int64_t now_us);
/* Another piece of work of it is due. ERR_OK also when it is there. */
RT_MUST_USE enum err db_attrib_run_due(struct db *db, struct company_id company,
    const struct attrib_run *run, int64_t now_us);

struct attrib_run_count {
	char a[DB_NAME_BYTES];
	char b[DB_NAME_BYTES];
	uint64_t before;
	uint64_t now;
};
/* kind: "source" and "move" (a, b: was, is), most first; "law"; "gone", calls
 * whose visits are kept no more; "others", of the kind a, beyond the limit. */
RT_MUST_USE enum err db_attrib_run_counts(struct db *db,
    struct company_id company, struct attrib_run_id id, const char *kind,
    struct arena *mem, struct attrib_run_count **rows, size_t *n);

struct attrib_run_call {
	struct call_id call;
	int64_t started_us;
	char was[33]; /* visit source nothing */
	uint16_t was_bp;
	char was_source[DB_NAME_BYTES];
	char was_medium[DB_NAME_BYTES];
	char was_campaign[DB_TEXT_BYTES];
	char is_now[33];
	uint16_t now_bp;
	char now_source[DB_NAME_BYTES];
	char now_medium[DB_NAME_BYTES];
	char now_campaign[DB_TEXT_BYTES];
};
/* By time, those whose id is beyond `after` (nil: all), at most max. moved:
 * those that are credited to something else; else those of which only the
 * probability or the rules differ. */
RT_MUST_USE enum err db_attrib_run_calls(struct db *db,
    struct company_id company, struct attrib_run_id id, bool moved,
    struct call_id after, uint32_t max, struct arena *mem,
    struct attrib_run_call **rows, size_t *n);

/* Removes one run that was made before before_us, of any company, with all of
 * it. *removed: 1 or 0. */
RT_MUST_USE enum err db_attrib_run_sweep(struct db *db, int64_t before_us,
    uint64_t *removed);

#endif
