/*
 * db_tracker.h - source trackers: one number that stands for one source.
 */
#ifndef RT_DB_TRACKER_H
#define RT_DB_TRACKER_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct tracker_row {
	struct tracker_id id;
	struct number_id number;
	char e164[DB_E164_BYTES]; /* of the number, when listed */
	char name[DB_NAME_BYTES];
	char source[DB_NAME_BYTES];
	char medium[DB_NAME_BYTES];
	char campaign[DB_TEXT_BYTES];
	char channel[129];
	struct site_id site; /* nil: an offline source */
	/* When the tag shows it, best first: param url referrer group always;
	 * none for offline sources. */
	char match_kind[17];
	char match_value[DB_TEXT_BYTES];
	int64_t created_us;
};

/* ERR_CONFLICT: the number is in a pool or has a tracker already; ERR_RANGE:
 * number or site is not the company's. */
RT_MUST_USE enum err db_tracker_add(struct db *db, struct company_id company,
    const struct tracker_row *row);
RT_MUST_USE enum err db_tracker_get(struct db *db, struct company_id company,
    struct tracker_id id, struct tracker_row *out);
/* By name, from behind the tracker `after` (nil: the first), at most max. text:
 * part of the name, source, medium, campaign or number; "" all.
 * ERR_TOOBIG: longer than DB_REPORT_CALLS_SEARCH_CHARS. */
RT_MUST_USE enum err db_tracker_list(struct db *db, struct company_id company,
    struct tracker_id after, struct slice text, uint32_t max, struct arena *mem,
    struct tracker_row **rows, size_t *n);
RT_MUST_USE enum err db_tracker_archive(struct db *db,
    struct company_id company, struct tracker_id id, int64_t now_us);

/* Everything but the number. Calls keep the source that they were given.
 * ERR_RANGE: the site is not the company's. */
RT_MUST_USE enum err db_tracker_update(struct db *db, struct company_id company,
    const struct tracker_row *row);

#endif
