/*
 * db_pack_parts.h - where in a period calls may fit a filter, as packed days
 * know it to the call. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_PACK_PARTS_H
#define RT_DB_DB_PACK_PARTS_H

#include "lib/db/db_rollup.h"

/* Ends the walk with what it returns but ERR_OK; may use db. */
typedef enum err db_pack_parts_fn(void *ctx, struct db_rollup_part part);

/* Called for parts of f's period outside of which no call fits it, earliest
 * first when up, else latest first; days that are not packed are among them. */
RT_MUST_USE enum err db_pack_parts(struct db *db, struct company_id company,
    const struct db_filter *f, bool up, db_pack_parts_fn *fn, void *ctx);

#endif
