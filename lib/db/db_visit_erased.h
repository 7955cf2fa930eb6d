/*
 * db_visit_erased.h - visits whose person was erased while a page of theirs may
 * have been open.
 *
 * The lease server has such a visit in memory and goes on writing what its
 * pages say: pages seen, events, ids of the browser. So the erasure writes it
 * down; lease servers look every two seconds, and let go of it: the page's next
 * heartbeat begins another visit, of a browser that nobody knew, and a form
 * before that is refused. What was written in between, or waited for a database
 * that was away, jobd removes a minute later and once more each hour, for a
 * day.
 */
#ifndef RT_DB_VISIT_ERASED_H
#define RT_DB_VISIT_ERASED_H

#include "lib/base/arena.h"
#include "lib/db/db_person.h"

/* In the transaction of the erasure, while the links stand. Adds jobd's job
 * when there was one; fresh: as db_person_join(), its key. */
RT_MUST_USE enum err db_visit_erased_add(struct db *db,
    struct company_id company, struct person_id person, int64_t now_us,
    struct person_id fresh);

struct visit_erased {
	int64_t erased_us;
	struct company_id company;
	struct visit_id visit;
};
/* At most max of all companies, the oldest first; rows in mem. after: the last
 * of the piece before, or zeroed but for a time, for those from then on. */
RT_MUST_USE enum err db_visit_erased_list(struct db *db,
    const struct visit_erased *after, uint32_t max, struct arena *mem,
    struct visit_erased **rows, size_t *n);

/* Removes what came late, and forgets those of more than a day ago. */
RT_MUST_USE enum err db_visit_erased_clear(struct db *db, int64_t now_us,
    struct arena *mem);

#endif
