/*
 * db_destination.h - where calls may be sent: phones and SIP addresses.
 */
#ifndef RT_DB_DESTINATION_H
#define RT_DB_DESTINATION_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct destination_row {
	struct destination_id id;
	char name[DB_NAME_BYTES];
	char target[DB_TEXT_BYTES]; /* "+15551230000" or "sip:..." */
	struct trunk_id trunk;      /* nil: the first that may call out */
	struct location_id location;
	uint32_t ring_s; /* 5 to 300 */
	int64_t created_us;
};

RT_MUST_USE enum err db_destination_add(struct db *db,
    struct company_id company, const struct destination_row *row);
RT_MUST_USE enum err db_destination_get(struct db *db,
    struct company_id company, struct destination_id id,
    struct destination_row *out);
RT_MUST_USE enum err db_destination_update(struct db *db,
    struct company_id company, const struct destination_row *row);
RT_MUST_USE enum err db_destination_list(struct db *db,
    struct company_id company, struct arena *mem, struct destination_row **rows,
    size_t *n);
RT_MUST_USE enum err db_destination_archive(struct db *db,
    struct company_id company, struct destination_id id, int64_t now_us);

/* Whether a number in use or a published flow sends calls there. */
RT_MUST_USE enum err db_destination_used(struct db *db,
    struct company_id company, struct destination_id id, bool *out);

#endif
