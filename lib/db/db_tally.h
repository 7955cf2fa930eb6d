/*
 * db_tally.h - sums by two texts, put together in our memory.
 *
 * The server takes half a second and more to group a million calls, and twice
 * that by two texts; it gives their rows away in a third of a second, and
 * adding one up here takes a tenth of what the server takes. Texts are told
 * apart as the server does: by their bytes, blanks at their ends aside. Not for
 * threads. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_TALLY_H
#define RT_DB_DB_TALLY_H

#include "lib/db/db_report_group.h"

struct tally_group;

struct db_tally {
	struct arena mem;
	struct tally_group **slots; /* n_slots is a power of two */
	size_t n_slots;
	size_t n;
	uint64_t seed; /* texts come from strangers */
};

/* Allocates nothing yet. */
void db_tally_init(struct db_tally *t);
void db_tally_fini(struct db_tally *t);

/* The sums of two texts, for the caller to add to until the next call; zeroes
 * when they are new. NULL: some 300,000 are the most that have room. */
struct db_report_sums *db_tally_at(struct db_tally *t, struct slice value,
    struct slice value2);

/* Are they one value? */
bool db_tally_same(struct slice a, struct slice b);

/* Called for each, those with the most calls first, then by their bytes, at
 * most max times; those without a call are left out. Ends with what fn returns
 * but ERR_OK. ERR_RANGE: a text is longer than a group has room for.
 * Nothing is added afterwards. */
RT_MUST_USE enum err db_tally_each(struct db_tally *t, size_t max,
    db_report_group_fn *fn, void *ctx);

#endif
