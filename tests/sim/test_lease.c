/*
 * Simulation of lib/core/lease: many visitors, crashes, a seed. A slow model
 * that keeps one row a number, as the database does, is asked after every step
 * whether what the pool did was right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/core/lease.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define NUMBERS_MAX 40
#define LEASE_US    (180 * RT_SEC_US)
#define NEVER       INT64_MIN
#define CLIENTS     6

/* No limit. */
static const struct lease_from anywhere;

struct row {
	uint32_t name;   /* of the number; its index changes with a crash */
	uint64_t holder; /* 0: never leased */
	int64_t beat_us;
	int64_t released_us; /* NEVER: not released early */
	bool retired;
	uint64_t client; /* it counts for; 0: nobody */
};

struct world {
	struct rnd_dice dice;
	struct lease_pool *pool;
	struct row rows[NUMBERS_MAX];
	uint32_t n;
	uint32_t name_of[NUMBERS_MAX]; /* by the pool's index */
	int64_t now_us;
	int64_t gap_us;
	unsigned int granted;
	unsigned int refused;
	unsigned int many;
};

static struct lease_holder holder_of(uint64_t who)
{
	struct lease_holder h = { { 0 } };

	memcpy(h.v + 8, &who, sizeof(who));
	h.v[0] = 1;
	return h;
}

static int64_t end_of(const struct row *r)
{
	if (r->holder == 0)
		return NEVER;
	return r->released_us != NEVER ? r->released_us : r->beat_us + LEASE_US;
}

static bool is_live(const struct world *w, const struct row *r)
{
	return r->holder != 0 && end_of(r) > w->now_us;
}

static struct row *row_of(struct world *w, uint32_t index)
{
	return &w->rows[w->name_of[index]];
}

static struct row *held_by(struct world *w, uint64_t who)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (w->rows[i].holder == who && is_live(w, &w->rows[i]))
			return &w->rows[i];
	return NULL;
}

/* The end of the number free for longest; false: none may be given. */
static bool oldest_free(const struct world *w, int64_t *end_us)
{
	bool found = false;

	for (uint32_t i = 0; i < w->n; i++) {
		const struct row *r = &w->rows[i];

		if (r->retired || is_live(w, r))
			continue;
		if (!found || end_of(r) < *end_us)
			*end_us = end_of(r);
		found = true;
	}
	return found && (*end_us == NEVER || w->now_us - *end_us >= w->gap_us);
}

static int by_end(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	const int64_t ex = end_of(x), ey = end_of(y);

	return (ex > ey) - (ex < ey);
}

/* As after kill -9: all that is left are the rows. */
static void load(struct world *w)
{
	const struct row *order[NUMBERS_MAX];

	lease_free(w->pool);
	for (uint32_t i = 0; i < w->n; i++) {
		w->rows[i].client = 0; /* rows do not tell */
		order[i] = &w->rows[i];
	}
	qsort(order, w->n, sizeof(order[0]), by_end);
	assert_int_equal(lease_new(&w->pool, w->n, LEASE_US, w->gap_us),
	    ERR_OK);
	for (uint32_t i = 0; i < w->n; i++) {
		const struct row *r = order[i];
		const struct lease_holder h = holder_of(r->holder);
		uint32_t index;

		assert_int_equal(lease_add(w->pool, w->now_us, &h,
				     r->holder == 0 ? NEVER : r->beat_us,
				     is_live(w, r) || r->holder == 0
					 ? 0
					 : end_of(r),
				     &index),
		    ERR_OK);
		w->name_of[index] = r->name;
		if (r->retired)
			lease_retire(w->pool, w->now_us, index);
	}
}

static void check_new(struct world *w, const struct row *r,
    const struct lease_grant *g)
{
	int64_t oldest = 0;

	assert_true(oldest_free(w, &oldest));
	assert_false(is_live(w, r)); /* never two live holders */
	assert_false(r->retired);
	assert_true(end_of(r) == oldest); /* least recently released */
	if (oldest == NEVER)
		assert_true(g->gap_us == -1);
	else
		assert_true(g->gap_us == w->now_us - oldest);
}

/* What left the pool ends by itself; what came may be held from later on. */
static void extend(const struct world *w, struct row *r)
{
	if (!r->retired && r->beat_us < w->now_us)
		r->beat_us = w->now_us;
}

/* Three clients have a network. */
static uint64_t network_of(uint64_t client)
{
	return client == 0 || client > 3 ? 0 : 100;
}

/* Held, or not yet anybody's again. */
static bool counts(const struct world *w, const struct row *r)
{
	return !r->retired && r->client != 0 &&
	       end_of(r) + w->gap_us > w->now_us;
}

/* Has client, or its network, its share? */
static bool is_spent(const struct world *w, uint64_t client)
{
	uint32_t numbers = 0, own = 0, of_network = 0, half;

	for (uint32_t i = 0; i < w->n; i++) {
		const struct row *r = &w->rows[i];

		numbers += !r->retired;
		if (!counts(w, r))
			continue;
		own += r->client == client;
		of_network += network_of(r->client) == network_of(client);
	}
	half = numbers > 4 ? (numbers + 1) / 2 : 2;
	if (client == 0)
		return false;
	return own >= half ||
	       (network_of(client) != 0 &&
		   of_network >=
		       half + (numbers > half ? (numbers - half) / 2 : 0));
}

/* The number that the holder had last is the client's still. */
static bool has_it(const struct world *w, uint64_t who, uint64_t client)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (w->rows[i].holder == who && counts(w, &w->rows[i]) &&
		    w->rows[i].client == client)
			return true;
	return false;
}

static void do_take(struct world *w, uint64_t who)
{
	const struct lease_holder h = holder_of(who);
	const uint64_t client =
	    rnd_below(&w->dice, 4) != 0 ? 1 : rnd_below(&w->dice, CLIENTS);
	const struct lease_from from = { client, network_of(client) };
	struct row *mine = held_by(w, who);
	const bool many = is_spent(w, client) && !has_it(w, who, client);
	const struct lease_grant g = lease_take(w->pool, w->now_us, &h, &from);
	struct row *r = row_of(w, g.number);
	int64_t oldest;

	assert_true((mine == NULL && many) == (g.what == LEASE_MANY));
	switch (g.what) {
	case LEASE_MANY:
		w->many++;
		return;
	case LEASE_NONE:
		assert_null(mine);
		assert_false(oldest_free(w, &oldest));
		w->refused++;
		return;
	case LEASE_KEPT:
		assert_ptr_equal(r, mine);
		extend(w, r);
		r->client = r->retired ? 0 : client;
		assert_true(g.beat_us ==
			    (r->beat_us < w->now_us ? r->beat_us : w->now_us));
		return;
	case LEASE_AGAIN:
		assert_null(mine);
		assert_int_equal(r->holder, who);
		assert_false(is_live(w, r));
		break;
	case LEASE_NEW:
		assert_null(mine);
		check_new(w, r, &g);
		break;
	}
	w->granted++;
	if (rnd_below(&w->dice, 20) == 0) { /* the database said no */
		lease_undo(w->pool, &g);
		r->client = 0;
		return;
	}
	r->client = client;
	r->holder = who;
	r->beat_us = w->now_us;
	r->released_us = NEVER;
}

static void do_beat(struct world *w, uint64_t who)
{
	const struct lease_holder h = holder_of(who);
	struct row *mine = held_by(w, who);
	uint32_t index;
	const bool lives = lease_beat(w->pool, w->now_us, &h, &index);

	assert_true(lives == (mine != NULL));
	if (lives) {
		assert_ptr_equal(row_of(w, index), mine);
		extend(w, mine);
	}
}

static void do_release(struct world *w, uint64_t who)
{
	const struct lease_holder h = holder_of(who);
	struct row *mine = held_by(w, who);
	uint32_t index;
	const bool lived = lease_release(w->pool, w->now_us, &h, &index);

	assert_true(lived == (mine != NULL));
	if (lived) {
		assert_ptr_equal(row_of(w, index), mine);
		mine->released_us = w->now_us;
	}
}

static void do_retire(struct world *w)
{
	const uint32_t i = (uint32_t)rnd_below(&w->dice, w->n);
	struct row *r = row_of(w, i);

	if (!r->retired) {
		r->retired = true;
		r->client = 0;
		lease_retire(w->pool, w->now_us, i);
		return;
	}
	lease_return(w->pool, w->now_us, i, 0);
	r->retired = false;
	if (!is_live(w, r)) { /* it counts as released now */
		if (r->holder == 0)
			r->holder = UINT64_MAX - i; /* nobody's */
		r->released_us = w->now_us;
	}
}

/* A number comes to the pool in use: new, or with a past somewhere else, where
 * it may be held still. */
static void do_join(struct world *w)
{
	const uint64_t past = rnd_below(&w->dice, 3);
	const uint64_t who = 1 + 3 * (uint64_t)w->n; /* asks from now on */
	const struct lease_holder h = holder_of(who);
	const int64_t ago =
	    (int64_t)rnd_below(&w->dice, 3 * (uint64_t)LEASE_US);
	const int64_t end_us = past == 1         ? w->now_us + 1 + ago
			       : ago < w->now_us ? w->now_us - ago
						 : 1;
	uint32_t index;

	if (w->n == NUMBERS_MAX)
		return;
	assert_int_equal(lease_join(w->pool, w->now_us, &h, 1, &index),
	    ERR_TOOBIG);
	assert_int_equal(lease_grow(w->pool, w->n + 1), ERR_OK);
	assert_int_equal(lease_join(w->pool, w->now_us, past == 0 ? NULL : &h,
			     end_us, &index),
	    ERR_OK);
	assert_int_equal(index, w->n);
	w->name_of[index] = w->n;
	w->rows[w->n] = (struct row){ w->n, past == 0 ? 0 : who, end_us,
		past == 2 ? end_us : NEVER, false, 0 };
	w->n++;
}

static void step(struct world *w)
{
	const uint64_t who = 1 + rnd_below(&w->dice, 3 * w->n);
	struct lease_stat stat;
	uint32_t held = 0;

	w->now_us += (int64_t)rnd_below(&w->dice, (uint64_t)LEASE_US / w->n);
	switch (rnd_below(&w->dice, 40)) {
	case 0:
		do_release(w, who);
		break;
	case 1:
		do_retire(w);
		break;
	case 2:
		load(w);
		break;
	case 3:
		w->now_us += (int64_t)rnd_below(&w->dice, 2 * LEASE_US);
		break;
	case 5:
		if (rnd_below(&w->dice, 20) == 0)
			do_join(w);
		break;
	case 4:
		/* The clock steps back: nothing may come undone. */
		lease_stat(w->pool, w->now_us - RT_HOUR_US, &stat);
		break;
	default:
		if (rnd_below(&w->dice, 3) == 0)
			do_beat(w, who);
		else
			do_take(w, who);
		break;
	}
	lease_stat(w->pool, w->now_us, &stat);
	for (uint32_t i = 0; i < w->n; i++)
		held += is_live(w, &w->rows[i]);
	assert_int_equal(stat.held, held);
	assert_true(lease_is_sound(w->pool));
}

static void run(uint64_t seed, int64_t gap_us)
{
	struct world w;

	memset(&w, 0, sizeof(w));
	rnd_seed(&w.dice, seed);
	w.n = 1 + (uint32_t)rnd_below(&w.dice, NUMBERS_MAX);
	w.gap_us = gap_us;
	w.now_us = RT_DAY_US;
	for (uint32_t i = 0; i < w.n; i++)
		w.rows[i] = (struct row){ i, 0, 0, NEVER, false, 0 };
	load(&w);
	for (int i = 0; i < 4000; i++)
		step(&w);
	assert_true(w.granted > 100);
	assert_true(w.n < 8 || w.many > 100);
	lease_free(w.pool);
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++)
		run(seed, 0);
}

static void test_random_gap(void **state)
{
	(void)state;
	for (uint64_t seed = 101; seed <= 120; seed++)
		run(seed, 60 * RT_SEC_US);
}

/* A number may come with a holder who has another one here: that one stays. */
static void test_join_known(void **state)
{
	const struct lease_holder h = holder_of(1);
	struct lease_pool *p;
	struct lease_grant g;
	uint32_t i;

	(void)state;
	assert_int_equal(lease_new(&p, 1, LEASE_US, 0), ERR_OK);
	assert_int_equal(lease_join(p, 1, NULL, 0, &i), ERR_OK);
	g = lease_take(p, 2, &h, &anywhere);
	assert_int_equal(g.number, 0);
	assert_int_equal(lease_grow(p, LEASE_POOL_MAX + 1), ERR_RANGE);
	assert_int_equal(lease_grow(p, 3), ERR_OK);
	assert_int_equal(lease_join(p, 3, &h, 5, &i), ERR_OK);
	assert_int_equal(lease_join(p, 3, &h, 3, &i), ERR_OK);
	assert_true(lease_find(p, 3, &h, &i));
	assert_int_equal(i, 0);
	assert_true(lease_is_sound(p));
	/* 1 is held by somebody who has no name here, 2 is free. */
	g = lease_take(p, 4, &(struct lease_holder){ { 2 } }, &anywhere);
	assert_int_equal(g.number, 2);
	g = lease_take(p, 4, &(struct lease_holder){ { 3 } }, &anywhere);
	assert_int_equal(g.what, LEASE_NONE);
	lease_free(p);
}

/* Numbers that join a pool in use go out in the order of their release,
 * whatever the order in which they come. */
static void test_join_order(void **state)
{
	static const int64_t released_us[] = { 50, 60, 90, 20, 30, 31, 95, 10,
		55 };
	static const uint32_t want[] = { 8, 4, 5, 6, 1, 9, 0, 2, 3, 7 };
	const struct lease_holder first = holder_of(1);
	struct lease_pool *p;
	uint32_t i;

	(void)state;
	assert_int_equal(lease_new(&p, 10, LEASE_US, 0), ERR_OK);
	assert_int_equal(lease_add(p, 1, &first, 1, 58, &i), ERR_OK);
	for (size_t n = 0; n < RT_ARRAY_LEN(released_us); n++) {
		const struct lease_holder h = holder_of(100 + n);

		assert_int_equal(lease_join(p, 100, &h, released_us[n], &i),
		    ERR_OK);
		assert_int_equal(i, n + 1);
		assert_true(lease_is_sound(p));
	}
	for (size_t n = 0; n < RT_ARRAY_LEN(want); n++) {
		const struct lease_holder h = holder_of(200 + n);
		const struct lease_grant g = lease_take(p, 140, &h, &anywhere);

		assert_int_equal(g.what, LEASE_NEW);
		assert_int_equal(g.number, want[n]);
		assert_int_equal(g.gap_us,
		    140 - (want[n] == 0 ? 58 : released_us[want[n] - 1]));
	}
	lease_free(p);
}

/* A returning visitor gets the same number, and one that was away too long
 * another one, once somebody else has it. */
static void test_returning(void **state)
{
	const struct lease_holder a = holder_of(1), b = holder_of(2);
	const struct lease_holder nobody = { { 0 } };
	struct lease_pool *p;
	struct lease_grant g;
	uint32_t i, first;

	(void)state;
	assert_int_equal(lease_new(&p, 2, LEASE_US, 0), ERR_OK);
	assert_int_equal(lease_add(p, 0, &nobody, NEVER, 0, &i), ERR_OK);
	assert_int_equal(lease_add(p, 0, &nobody, NEVER, 0, &i), ERR_OK);
	assert_int_equal(lease_add(p, 0, &nobody, NEVER, 0, &i), ERR_TOOBIG);
	g = lease_take(p, 10, &a, &anywhere);
	first = g.number;
	assert_int_equal(g.what, LEASE_NEW);
	g = lease_take(p, LEASE_US, &a, &anywhere);
	assert_int_equal(g.what, LEASE_KEPT);
	g = lease_take(p, 3 * LEASE_US, &a, &anywhere);
	assert_int_equal(g.what, LEASE_AGAIN);
	assert_int_equal(g.number, first);
	assert_true(lease_release(p, 3 * LEASE_US, &a, &i));
	g = lease_take(p, 3 * LEASE_US, &b,
	    &anywhere); /* the other was never leased */
	assert_int_not_equal(g.number, first);
	g = lease_take(p, 3 * LEASE_US + 1, &(struct lease_holder){ { 9 } },
	    &anywhere);
	assert_int_equal(g.number, first);
	g = lease_take(p, 3 * LEASE_US + 2, &a, &anywhere);
	assert_int_equal(g.what, LEASE_NONE);
	lease_free(p);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct lease_pool *p = NULL;
		enum err e;

		fail_alloc_after(n);
		e = lease_new(&p, 100, LEASE_US, 0);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			lease_free(p);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
		assert_null(p);
	}
	assert_int_equal(lease_new(NULL, 0, LEASE_US, 0), ERR_RANGE);
	assert_int_equal(lease_new(NULL, LEASE_POOL_MAX + 1, LEASE_US, 0),
	    ERR_RANGE);
	assert_int_equal(lease_new(NULL, 1, 0, 0), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_random_gap),
		cmocka_unit_test(test_join_known),
		cmocka_unit_test(test_join_order),
		cmocka_unit_test(test_returning),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("lease simulation", tests, NULL,
	    NULL);
}
