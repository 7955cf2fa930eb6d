/*
 * db_site.h - the clients' web sites that carry the tag.
 */
#ifndef RT_DB_SITE_H
#define RT_DB_SITE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_SITE_KEY_BYTES   41
#define DB_SITE_TOKEN_BYTES 32

struct site_row {
	struct site_id id;
	char public_key[DB_SITE_KEY_BYTES]; /* unique; ASCII */
	char name[DB_NAME_BYTES];
	bool consent_required; /* else the owner's duty is assumed */
	struct pool_id pool;   /* nil: source numbers only */
	struct location_id location;
	int64_t seen_us; /* the tag's last request; 0 never */
	int64_t created_us;
};

RT_MUST_USE enum err db_site_add(struct db *db, struct company_id company,
    const struct site_row *row);
RT_MUST_USE enum err db_site_get(struct db *db, struct company_id company,
    struct site_id id, struct site_row *out);
/* Whose is this key? For the tag, which knows nothing else. */
RT_MUST_USE enum err db_site_by_key(struct db *db, struct slice public_key,
    struct company_id *company, struct site_row *out);
RT_MUST_USE enum err db_site_update(struct db *db, struct company_id company,
    const struct site_row *row);
RT_MUST_USE enum err db_site_list(struct db *db, struct company_id company,
    struct arena *mem, struct site_row **rows, size_t *n);

/* scheme://host[:port], as browsers write it. Adding twice is no error. Whoever
 * adds one asks db_site_origin_other(), too. */
RT_MUST_USE enum err db_site_origin_add(struct db *db,
    struct company_id company, struct site_id site, struct slice origin);
/* The other site of the company that has it: of several the first by name.
 * Pages of one origin share the tag's cookie, so each of two sites would end
 * the other's visits. ERR_NOTFOUND. */
RT_MUST_USE enum err db_site_origin_other(struct db *db,
    struct company_id company, struct site_id site, struct slice origin,
    char name[DB_NAME_BYTES]);
RT_MUST_USE enum err db_site_origin_remove(struct db *db,
    struct company_id company, struct site_id site, struct slice origin);
RT_MUST_USE enum err db_site_origins(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n);

/* Who may ask for a number from the site's own server: the SHA-256 of its
 * secret (lib/hash/token). NULL takes it away. */
RT_MUST_USE enum err db_site_token_set(struct db *db, struct company_id company,
    struct site_id site, const uint8_t hash[DB_SITE_TOKEN_BYTES]);
/* Has it a secret? */
RT_MUST_USE enum err db_site_token_has(struct db *db, struct company_id company,
    struct site_id site, bool *has);

/* A parameter of the site's own links stands for a field of the visit
 * (lib/core/source: source_field_known()); field "": no longer. */
RT_MUST_USE enum err db_site_param_set(struct db *db, struct company_id company,
    struct site_id site, struct slice param, struct slice field);
struct site_param {
	struct slice param, field;
};
/* In the order of the names. */
RT_MUST_USE enum err db_site_params(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct site_param **rows,
    size_t *n);

/* The business's own numbers, which the tag replaces. */
RT_MUST_USE enum err db_site_target_add(struct db *db,
    struct company_id company, struct site_id site, struct slice e164);
RT_MUST_USE enum err db_site_target_remove(struct db *db,
    struct company_id company, struct site_id site, struct slice e164);
RT_MUST_USE enum err db_site_targets(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n);

/* Its key is unknown to the tag from then on. */
RT_MUST_USE enum err db_site_archive(struct db *db, struct company_id company,
    struct site_id id, int64_t now_us);

#endif
