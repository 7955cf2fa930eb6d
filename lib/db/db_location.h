/*
 * db_location.h - places of a company.
 */
#ifndef RT_DB_LOCATION_H
#define RT_DB_LOCATION_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct location_row {
	struct location_id id;
	char name[DB_NAME_BYTES];
	char time_zone[DB_ZONE_BYTES];
	int64_t created_us;
};

RT_MUST_USE enum err db_location_add(struct db *db, struct company_id company,
    const struct location_row *row);
RT_MUST_USE enum err db_location_get(struct db *db, struct company_id company,
    struct location_id id, struct location_row *out);
RT_MUST_USE enum err db_location_update(struct db *db,
    struct company_id company, const struct location_row *row);
/* Out of lists and forms; what names it keeps doing so. */
RT_MUST_USE enum err db_location_archive(struct db *db,
    struct company_id company, struct location_id id, int64_t now_us);

#endif
