/*
 * db_overflow.h - "visit V was shown a pool's overflow number N from t0 until
 * t1": no lease, as many are shown it at once. Kept as long as the visit, for
 * whoever asks who may have called (db_candidate.h).
 */
#ifndef RT_DB_DB_OVERFLOW_H
#define RT_DB_DB_OVERFLOW_H

#include "lib/db/db.h"

struct overflow_row {
	struct number_id number;
	struct visit_id visit;
	int64_t shown_us; /* with number and visit: the row */
	int64_t seen_us;
	int64_t touched_us; /* last click on the phone link, 0: none */
};

/* Of one company, for the lease server's batches. A row that is there is moved
 * to what it was seen and touched at; never back. */
RT_MUST_USE enum err db_overflow_put(struct db *db, struct company_id company,
    const struct overflow_row *const *rows, size_t n);

/* Who was shown a number after since_us and by until_us: the latest max rows of
 * that. */
struct overflow_span {
	struct number_id number;
	int64_t since_us;
	int64_t until_us;
	uint64_t max;
	int64_t late_us; /* counts apart who was seen after it */
};

struct overflow_count {
	uint32_t visits;
	uint32_t late;     /* of them seen after late_us */
	int64_t from_us;   /* the first of these rows; 0: there are none */
	int64_t oldest_us; /* and of all, also those beyond max */
};

RT_MUST_USE enum err db_overflow_count(struct db *db, struct company_id company,
    const struct overflow_span *span, struct overflow_count *out);

#endif
