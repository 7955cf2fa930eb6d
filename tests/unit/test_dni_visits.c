/* Tests of cgi/dni/dni_visits, with a clock of our own, and against a plain
 * list that does the same slowly. */
#include "cgi/dni/dni_visits.h"

#include <string.h>

#include "lib/base/rnd.h"
#include "tests/support/cm.h"

#define T0  INT64_C(1700000000000000)
#define END DNI_VISITS_END_US

static struct visit_id id_of(uint32_t n)
{
	struct visit_id id;

	memset(&id, 0, sizeof(id));
	id.v[0] = 1;
	memcpy(id.v + 12, &n, sizeof(n));
	return id;
}

static struct dni_visits *make(uint32_t max)
{
	struct dni_visits *t;

	assert_int_equal(dni_visits_new(&t, max), ERR_OK);
	return t;
}

static void test_add_find_drop(void **state)
{
	struct dni_visits *t = make(4);
	struct dni_visit *v = dni_visits_add(t, T0, id_of(1));

	(void)state;
	assert_non_null(v);
	assert_int_equal(v->seen_us, T0);
	assert_int_equal(v->page_views, 0);
	assert_null(dni_visits_add(t, T0, id_of(1)));
	assert_ptr_equal(dni_visits_find(t, T0, id_of(1)), v);
	assert_null(dni_visits_find(t, T0, id_of(2)));
	assert_int_equal(dni_visits_count(t), 1);
	v->page_views = 7;
	dni_visits_drop(t, v);
	assert_null(dni_visits_find(t, T0, id_of(1)));
	assert_int_equal(dni_visits_count(t), 0);
	/* The place comes back clean. */
	assert_ptr_equal(dni_visits_add(t, T0, id_of(1)), v);
	assert_int_equal(v->page_views, 0);
	dni_visits_free(t);
}

static void test_end(void **state)
{
	struct dni_visits *t = make(4);
	struct dni_visit *v = dni_visits_add(t, T0, id_of(1));

	(void)state;
	assert_non_null(dni_visits_find(t, T0 + END - 1, id_of(1)));
	assert_null(dni_visits_find(t, T0 + END, id_of(1)));
	/* A sign of life moves the end; one of the past does not. */
	dni_visits_touch(t, T0 + END / 2, v);
	dni_visits_touch(t, T0, v);
	assert_int_equal(v->seen_us, T0 + END / 2);
	assert_non_null(dni_visits_find(t, T0 + END, id_of(1)));
	assert_null(dni_visits_find(t, T0 + END / 2 + END, id_of(1)));
	dni_visits_free(t);
}

/* Ended visits give their places back, but not before they are written. */
static void test_expire(void **state)
{
	struct dni_visits *t = make(8);
	struct dni_visit *first = dni_visits_add(t, T0, id_of(1));

	(void)state;
	assert_non_null(dni_visits_add(t, T0 + 1, id_of(2)));
	dni_visits_touch(t, T0 + 2, first); /* dirty, and the youngest */
	assert_non_null(dni_visits_add(t, T0 + 3 * END, id_of(3)));
	assert_int_equal(dni_visits_count(t), 2); /* 1 waits, 2 is gone */
	assert_ptr_equal(dni_visits_take_dirty(t), first);
	assert_null(dni_visits_take_dirty(t));
	assert_non_null(dni_visits_add(t, T0 + 3 * END, id_of(4)));
	assert_int_equal(dni_visits_count(t), 2); /* 3 and 4 */
	dni_visits_free(t);
}

/* A full table forgets the visit unseen for longest, also one to be written. */
static void test_full(void **state)
{
	struct dni_visits *t = make(3);

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		assert_non_null(dni_visits_add(t, T0 + i, id_of(i)));
	dni_visits_touch(t, T0 + 10, dni_visits_find(t, T0, id_of(0)));
	dni_visits_mark(t, dni_visits_find(t, T0, id_of(1)));
	assert_non_null(dni_visits_add(t, T0 + 11, id_of(3)));
	assert_int_equal(dni_visits_count(t), 3);
	assert_null(dni_visits_find(t, T0 + 11, id_of(1)));
	assert_non_null(dni_visits_find(t, T0 + 11, id_of(0)));
	assert_true(id_eq(dni_visits_take_dirty(t)->id.v, id_of(0).v));
	assert_null(dni_visits_take_dirty(t)); /* the mark of 1 went with it */
	dni_visits_free(t);
}

static void test_dirty_order(void **state)
{
	struct dni_visits *t = make(8);
	struct dni_visit *v[4];

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		v[i] = dni_visits_add(t, T0, id_of(i));
	dni_visits_mark(t, v[2]);
	dni_visits_mark(t, v[0]);
	dni_visits_mark(t, v[2]); /* once is enough */
	dni_visits_mark(t, v[1]);
	dni_visits_drop(t, v[0]); /* from the middle */
	assert_ptr_equal(dni_visits_take_dirty(t), v[2]);
	dni_visits_drop(t, v[1]); /* the last */
	assert_null(dni_visits_take_dirty(t));
	dni_visits_mark(t, v[3]);
	assert_ptr_equal(dni_visits_take_dirty(t), v[3]);
	assert_null(dni_visits_take_dirty(t));
	dni_visits_free(t);
}

/* --- against a plain list -------------------------------------------------*/

#define IDS   60
#define MAX   40
#define STEPS 60000

struct plain {
	bool there;
	bool dirty;
	int64_t seen_us;
	uint64_t order; /* of the last sign of life */
};

static size_t oldest_of(const struct plain *p)
{
	size_t best = IDS;

	for (size_t i = 0; i < IDS; i++)
		if (p[i].there && (best == IDS || p[i].order < p[best].order))
			best = i;
	return best;
}

static uint32_t count_of(const struct plain *p)
{
	uint32_t n = 0;

	for (size_t i = 0; i < IDS; i++)
		n += p[i].there;
	return n;
}

static void plain_add(struct plain *p, size_t id, int64_t now, uint64_t order)
{
	size_t old;

	while ((old = oldest_of(p)) != IDS && !p[old].dirty &&
	       p[old].seen_us + END <= now)
		p[old].there = false;
	if (p[id].there)
		return;
	if (count_of(p) == MAX)
		p[oldest_of(p)] = (struct plain){ 0 };
	p[id] = (struct plain){ true, false, now, order };
}

static void take_all(struct dni_visits *t, struct plain *p)
{
	const struct dni_visit *v;

	while ((v = dni_visits_take_dirty(t)) != NULL) {
		uint32_t n;

		memcpy(&n, v->id.v + 12, sizeof(n));
		assert_true(p[n].there && p[n].dirty);
		p[n].dirty = false;
	}
	for (size_t i = 0; i < IDS; i++)
		assert_false(p[i].there && p[i].dirty);
}

static void test_model(void **state)
{
	struct plain p[IDS];
	struct dni_visits *t = make(MAX);
	struct rnd_dice dice;
	int64_t now = T0;

	(void)state;
	rnd_seed(&dice, 7);
	memset(p, 0, sizeof(p));
	for (uint64_t step = 1; step <= STEPS; step++) {
		const uint32_t i = (uint32_t)rnd_below(&dice, IDS);
		const uint64_t what = rnd_below(&dice, 100);
		struct dni_visit *v = dni_visits_find(t, now, id_of(i));
		const bool lives = p[i].there && p[i].seen_us + END > now;

		assert_int_equal(v != NULL, lives);
		if (what < 40) {
			const bool was = p[i].there;

			plain_add(p, i, now, step);
			v = dni_visits_add(t, now, id_of(i));
			assert_int_equal(v != NULL, !was || p[i].order == step);
		} else if (what < 80 && lives) {
			dni_visits_touch(t, now, v);
			p[i] = (struct plain){ true, true, now, step };
		} else if (what < 90 && lives) {
			dni_visits_drop(t, v);
			p[i] = (struct plain){ 0 };
		} else if (what == 99) {
			take_all(t, p);
		}
		assert_int_equal(dni_visits_count(t), count_of(p));
		now += (int64_t)rnd_below(&dice, END / 30);
	}
	dni_visits_free(t);
}

static void test_arrival(void **state)
{
	const struct slice g = SLICE("google"), c = SLICE("cpc"),
			   no = SLICE(""), ab = SLICE("ab"), a = SLICE("a"),
			   b = SLICE("b");

	(void)state;
	assert_true(dni_visits_arrival(g, c, no, no) ==
		    dni_visits_arrival(g, c, no, no));
	assert_true(dni_visits_arrival(g, c, no, no) !=
		    dni_visits_arrival(c, g, no, no));
	/* Where one text ends and the next begins matters. */
	assert_true(dni_visits_arrival(a, b, no, no) !=
		    dni_visits_arrival(ab, no, no, no));
	assert_true(dni_visits_arrival(no, no, a, no) !=
		    dni_visits_arrival(no, no, no, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_find_drop),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_expire),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_dirty_order),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_arrival),
	};

	return cmocka_run_group_tests_name("dni_visits", tests, NULL, NULL);
}
