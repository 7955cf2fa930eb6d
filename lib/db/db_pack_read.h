/*
 * db_pack_read.h - packed days of a period, and which of their calls fit a
 * filter. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_PACK_READ_H
#define RT_DB_DB_PACK_READ_H

#include "lib/base/arena.h"
#include "lib/core/pack.h"
#include "lib/db/db_pack.h"

/* A set of parts. */
#define DB_PACK_BIT(part) (UINT64_C(1) << (part))

/* Whole UTC days within [from_us, to_us); none: from_us is not below to_us. */
struct db_pack_days {
	int64_t from_us;
	int64_t to_us;
};
struct db_pack_days db_pack_read_days(int64_t from_us, int64_t to_us);
/* Those of them from the first that is packed to the last; *days is empty when
 * none is. A period may go on for ages in which nobody calls. */
RT_MUST_USE enum err db_pack_read_span(struct db *db, struct company_id company,
    struct db_pack_days *days);

struct db_pack_day {
	bool packed;
	size_t n; /* calls, in the order of time */
	struct slice part[DB_PACK_PARTS];
};

/* So many days are read at once. */
#define DB_PACK_CHUNK ((size_t)16)

/* The parts of n days from from_us, to DB_PACK_CHUNK; they live in mem. A day
 * that lacks one of them is not packed. */
RT_MUST_USE enum err db_pack_read_fetch(struct db *db,
    struct company_id company, uint64_t parts, int64_t from_us, size_t n,
    struct arena *mem, struct db_pack_day out[DB_PACK_CHUNK]);

/* What db_pack_read_match() reads of a day. */
uint64_t db_pack_read_match_parts(const struct db_filter *f);
/* Does a pack know all that f asks for, but the period? */
bool db_pack_read_knows(const struct db_filter *f);
/* The calls of the day that fit f, whatever its period: which rows, in their
 * order. ERR_SYNTAX: the pack is not one. */
RT_MUST_USE enum err db_pack_read_match(const struct db_pack_day *d,
    const struct db_filter *f, struct arena *mem, uint16_t **rows, size_t *n);

/* A column of numbers of the day, in mem. */
RT_MUST_USE enum err db_pack_read_numbers(const struct db_pack_day *d,
    enum db_pack_part part, struct arena *mem, int64_t **out);

#endif
