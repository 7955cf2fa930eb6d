/*
 * db_attrib_run_page.h - moves a run (db_attrib_run.h) on by a page of calls.
 */
#ifndef RT_DB_DB_ATTRIB_RUN_PAGE_H
#define RT_DB_DB_ATTRIB_RUN_PAGE_H

#include "lib/db/db_attrib_run.h"

#define DB_ATTRIB_RUN_PAGE_CALLS 100

/* Looks at the next calls of the run, writes down what changes when it applies,
 * and what was counted; run moves on. Each call that is written is one
 * transaction with its counts, else the page is. *left: more may come.
 * ERR_CONFLICT: the run is not under way, or somebody else has moved it on.
 * Webhooks are told of what changes (db_hook_out.h), each call in its turn. mem
 * is for the page; scratch for each call: both are emptied. */
RT_MUST_USE enum err db_attrib_run_page(struct db *db,
    struct company_id company, struct attrib_run *run,
    const struct attrib_law *law, int64_t now_us, struct arena *mem,
    struct arena *scratch, bool *left);

/* At its begin: how many calls there are, and "running". */
RT_MUST_USE enum err db_attrib_run_page_begin(struct db *db,
    struct company_id company, struct attrib_run *run);

#endif
