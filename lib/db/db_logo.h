/*
 * db_logo.h - the sign of a company: one picture, which mails and pages show.
 */
#ifndef RT_DB_LOGO_H
#define RT_DB_LOGO_H

#include "lib/base/arena.h"
#include "lib/core/image_head.h"
#include "lib/db/db.h"

#define DB_LOGO_MAX ((size_t)256 * 1024) /* bytes */

struct logo_row {
	struct image_head head;
	struct slice image;
	int64_t changed_us;
};

/* Instead of the one before. ERR_TOOBIG. */
RT_MUST_USE enum err db_logo_put(struct db *db, struct company_id company,
    const struct logo_row *row);
/* The image lives in mem. ERR_NOTFOUND: there is none. */
RT_MUST_USE enum err db_logo_get(struct db *db, struct company_id company,
    struct arena *mem, struct logo_row *out);
/* Without the image. False when there is none. */
RT_MUST_USE enum err db_logo_has(struct db *db, struct company_id company,
    bool *has);
/* None is no error. */
RT_MUST_USE enum err db_logo_remove(struct db *db, struct company_id company);

#endif
