/*
 * db_hook.h - webhooks: where a company wants to be told, and of what.
 *
 * What is to be told is in db_hook_out.h.
 */
#ifndef RT_DB_DB_HOOK_H
#define RT_DB_DB_HOOK_H

#include "lib/base/arena.h"
#include "lib/core/hook.h"
#include "lib/db/db.h"

#define DB_HOOK_URL_BYTES  2049
#define DB_HOOK_SECRET_MAX 512
#define DB_HOOKS_MAX       50 /* of a company */

struct hook_row {
	struct webhook_id id;
	char name[DB_NAME_BYTES];
	char url[DB_HOOK_URL_BYTES]; /* checked by out_http_url_check() */
	uint8_t secret[DB_HOOK_SECRET_MAX]; /* sealed, about "webhook:" id */
	size_t secret_n;
	char signature[9]; /* v1 sha1 */
	uint32_t events;   /* HOOK_BIT(kind) | ... */
	bool private_ok;
	uint32_t per_second; /* 1 to 100 */
	uint32_t parallel;   /* 1 to 16 */
	int64_t created_us;
};

/* ERR_BUSY: the company has DB_HOOKS_MAX already. */
RT_MUST_USE enum err db_hook_add(struct db *db, struct company_id company,
    const struct hook_row *row);
RT_MUST_USE enum err db_hook_get(struct db *db, struct company_id company,
    struct webhook_id id, struct hook_row *out);
/* By name. */
RT_MUST_USE enum err db_hook_list(struct db *db, struct company_id company,
    struct arena *mem, struct hook_row **rows, size_t *n);
/* Everything but id, created and, when secret_n is 0, the secret. */
RT_MUST_USE enum err db_hook_update(struct db *db, struct company_id company,
    const struct hook_row *row);
/* It is told nothing more; what waits for it is parked. */
RT_MUST_USE enum err db_hook_archive(struct db *db, struct company_id company,
    struct webhook_id id, int64_t now_us);

#endif
