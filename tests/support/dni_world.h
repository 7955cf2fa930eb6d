/*
 * dni_world.h - the lease server's decisions without a database: a site, two
 * pools of one number each, of which the site uses the first, and pages that
 * ask. The test settles the batches, as a database would that stores them,
 * refuses them or dies in the middle.
 */
#ifndef RT_TESTS_SUPPORT_DNI_WORLD_H
#define RT_TESTS_SUPPORT_DNI_WORLD_H

#include "cgi/dni/dni_serve.h"

#define WORLD_LEASE  (180 * RT_SEC_US)
#define WORLD_NUMBER "+14155550200"
#define WORLD_ASKS   4 /* that wait at once */

extern const struct company_id world_company;
extern const struct pool_id world_pools[2];

struct world {
	struct dni_state *s;
	struct dni_seen seen;
	struct arena mem;
	struct later later[WORLD_ASKS];
	size_t n_asks;
};

/* A visit, as its pages know it. */
struct tab {
	struct visitor_id visitor;
	struct visit_id visit;
};

/* For cmocka_unit_test_setup_teardown(); *state is a struct world. */
int world_start(void **state);
int world_stop(void **state);

/* What pages ask. */
struct dni_answer *world_page(struct world *w, struct tab *t, const char *url);
struct dni_answer *world_beat(struct world *w, const struct tab *t);
/* The last beat of a page that is left. */
struct dni_answer *world_leave(struct world *w, const struct tab *t);
void world_withdraw(struct world *w, const struct tab *t);

/* What the database does. */
struct dni_write *world_take_batch(struct world *w);
/* The lease that the write tells of, nil: none. Every write of the batch has
 * the same result, and those who wait are ready. */
struct lease_id world_settle(struct world *w, struct dni_write *batch,
    enum err result);
/* The answer that waited says so. */
void world_resume(struct dni_answer *a, const char *tier, const char *why);

/* A page that asked, and its lease, which is stored. */
struct lease_id world_stored(struct world *w, struct tab *t, const char *url);
/* So much time passes. */
void world_pass(struct world *w, int64_t us);

#endif
