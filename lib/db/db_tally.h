/*
 * db_tally.h - sums by two texts, put together in our memory.
 *
 * The server takes half a second and more to group a million calls, and twice
 * that by two texts; it gives their rows away in a third of a second, and
 * adding one up here takes a tenth of what the server takes. Texts are told
 * apart as the server does: by their bytes, blanks at their ends aside. A tally
 * is one thread's; all those of a process together have their own limit, so
 * that many large reports at once do not take the machine's memory. Only lib/db
 * includes this file.
 */
#ifndef RT_DB_DB_TALLY_H
#define RT_DB_DB_TALLY_H

#include "lib/db/db_report_group.h"

/* Bytes of one tally, some 800,000 values of a few sums, and of all. */
#define DB_TALLY_BYTES     ((size_t)128 << 20)
#define DB_TALLY_ALL_BYTES ((size_t)256 << 20)

struct tally_group;

struct db_tally {
	struct arena mem;
	struct tally_group **slots; /* n_slots is a power of two */
	size_t n_slots;
	size_t n;
	uint64_t seed;  /* texts come from strangers */
	size_t counted; /* of its bytes, among those of all */
	size_t n_kept;
	uint8_t kept[32]; /* fields of the sums, as numbers */
};

/* Keeps those DB_REPORT_SUM()s and the calls; the others come back as 0.
 * Allocates nothing yet. */
void db_tally_init(struct db_tally *t, uint32_t sums);
void db_tally_fini(struct db_tally *t);

/* Adds to the sums of two texts. ERR_TIMEOUT: there are more values than one
 * tally has room for; ERR_BUSY: other tallies have the room, later there will
 * be some. ERR_RANGE: a text is longer than a group of a report. What is there
 * stays right. */
RT_MUST_USE enum err db_tally_add(struct db_tally *t, struct slice value,
    struct slice value2, const struct db_report_sums *sums);

/* Are they one value? */
bool db_tally_same(struct slice a, struct slice b);

/* Called for each, those with the most calls first, then by their bytes, at
 * most max times; those without a call are left out. Ends with what fn returns
 * but ERR_OK. Nothing is added afterwards. */
RT_MUST_USE enum err db_tally_each(struct db_tally *t, size_t max,
    db_report_group_fn *fn, void *ctx);

#endif
