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
/* The one with exactly that target, of several the first by name.
 * ERR_NOTFOUND. */
RT_MUST_USE enum err db_destination_at(struct db *db, struct company_id company,
    struct slice target, struct destination_id *out);
RT_MUST_USE enum err db_destination_archive(struct db *db,
    struct company_id company, struct destination_id id, int64_t now_us);

#define DB_DESTINATION_HOURS_MAX 16384

/* What it takes; 0 and "" have no limit. */
struct destination_limits {
	uint32_t capacity; /* calls at once */
	uint32_t cap_hour; /* calls bridged in an hour of its zone ... */
	uint32_t cap_day;
	uint32_t cap_month;
	char regions[DB_TEXT_BYTES]; /* lib/core/geo: "CO, 303" */
	struct slice hours; /* JSON, lib/json/flow_json_hours(); "" always */
};

/* hours is put into mem. */
RT_MUST_USE enum err db_destination_limits(struct db *db,
    struct company_id company, struct destination_id id, struct arena *mem,
    struct destination_limits *out);
/* The caller has checked regions and hours. */
RT_MUST_USE enum err db_destination_limit(struct db *db,
    struct company_id company, struct destination_id id,
    const struct destination_limits *limits);

/* Whether a number in use or a published flow sends calls there. */
RT_MUST_USE enum err db_destination_used(struct db *db,
    struct company_id company, struct destination_id id, bool *out);

#endif
