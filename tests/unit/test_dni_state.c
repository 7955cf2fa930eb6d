/* Tests of cgi/dni/dni_state without a database: what waits for one is bounded
 * by number and by memory, and what does not fit is counted; and what is in
 * memory outlasts a clock that is set. */
#include "cgi/dni/dni_state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_clock.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "tests/support/cm.h"

#define LONG_BYTES ((size_t)4 << 20)

/* No limit. */
static const struct lease_from anywhere;

static struct dni_state *make(void)
{
	struct dni_state *s = NULL;

	assert_int_equal(dni_state_new(&s, 10, 0), ERR_OK);
	return s;
}

static uint64_t told(const char *dir)
{
	uint64_t v[METRIC_COUNT];

	assert_int_equal(metric_read(dir, "dnitest", v), ERR_OK);
	return v[METRIC_DNI_LOST];
}

static void test_number(void **state)
{
	const struct dni_write w = { .parts = DNI_WRITE_PAGE };
	struct dni_state *s = make();

	(void)state;
	for (size_t i = 0; i < DNI_STATE_LATER_MAX + 7; i++)
		dni_state_later(s, &w);
	assert_int_equal(s->n_later, DNI_STATE_LATER_MAX);
	assert_true(s->later_bytes <= DNI_STATE_LATER_BYTES);
	assert_int_equal(s->lost, 7);
	assert_int_equal(s->lost_told, 1);
	dni_state_free(s);
}

static void test_memory(void **state)
{
	const char *dir = getenv("RT_TEST_DIR");
	char *text = calloc(1, LONG_BYTES);
	const struct dni_write w = { .parts = DNI_WRITE_FORM,
		.form = { .fields = slice_of(text, LONG_BYTES) } };
	const size_t fit = DNI_STATE_LATER_BYTES / (LONG_BYTES + sizeof(w));
	struct dni_state *s = make();
	struct dni_write *taken;

	(void)state;
	assert_non_null(dir);
	assert_non_null(text);
	assert_int_equal(metric_open(dir, "dnitest"), ERR_OK);
	for (size_t i = 0; i < fit + 3; i++)
		dni_state_later(s, &w);
	assert_int_equal(s->n_later, fit);
	assert_int_equal(s->lost, 3);
	assert_int_equal(told(dir), 3);
	/* The database is still away: what was taken goes back. */
	taken = dni_batch_take_later(s);
	assert_int_equal(s->n_later + s->later_bytes, 0);
	for (struct dni_write *i = taken; i != NULL; i = i->next)
		i->result = ERR_UNAVAILABLE;
	dni_batch_end_later(s, taken);
	assert_int_equal(s->n_later, fit);
	assert_int_equal(s->lost, 3);
	/* Now it is there, and room again. */
	taken = dni_batch_take_later(s);
	for (struct dni_write *i = taken; i != NULL; i = i->next)
		i->result = ERR_OK;
	dni_batch_end_later(s, taken);
	assert_int_equal(s->n_later + s->later_bytes, 0);
	dni_state_later(s, &w);
	assert_int_equal(s->n_later, 1);
	dni_state_free(s);
	free(text);
}

/* --- the clock ------------------------------------------------------------*/

#define WALL  INT64_C(1795176000000000)
#define LEASE (180 * RT_SEC_US)

static void add_pool(struct dni_state *s, uint32_t n)
{
	const struct lease_holder nobody = { { 0 } };
	struct dni_pool *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->owned = true;
	p->n = p->max = n;
	p->slots = calloc(n, sizeof(*p->slots));
	assert_non_null(p->slots);
	assert_int_equal(lease_new(&p->leases, n, LEASE, 0), ERR_OK);
	for (uint32_t i = 0, at; i < n; i++)
		assert_int_equal(lease_add(p->leases, WALL, &nobody, INT64_MIN,
				     0, &at),
		    ERR_OK);
	assert_int_equal(dni_state_add_pool(s, p), ERR_OK);
}

static enum lease_what take(struct dni_state *s, int64_t wall_us,
    int64_t mono_us, uint8_t who)
{
	const struct lease_holder h = { { who } };

	return lease_take(s->pools[0]->leases,
	    dni_clock_at(s, wall_us, mono_us), &h, &anywhere)
	    .what;
}

/* Two numbers; the clock is set when both are held. */
static void steps(int64_t by_us)
{
	const int64_t m = 77 * RT_SEC_US, w = WALL + by_us;
	const struct visit_id id = { { 1 } };
	struct dni_state *s = make();
	struct dni_visit *v;

	add_pool(s, 2);
	assert_int_equal(take(s, WALL, m, 'a'), LEASE_NEW);
	v = dni_visits_add(s->visits, s->now_us, id);
	assert_non_null(v);
	v->started_us = s->now_us;
	assert_int_equal(take(s, WALL + RT_MIN_US, m + RT_MIN_US, 'b'),
	    LEASE_NEW);
	/* Nobody's lease has ended by it ... */
	assert_int_equal(take(s, w + RT_MIN_US, m + RT_MIN_US, 'c'),
	    LEASE_NONE);
	assert_int_equal(take(s, w + LEASE - 1, m + LEASE - 1, 'c'),
	    LEASE_NONE);
	/* ... nor lasts for longer: a's number goes, b's does not. */
	assert_int_equal(take(s, w + LEASE, m + LEASE, 'c'), LEASE_NEW);
	assert_int_equal(take(s, w + LEASE, m + LEASE, 'a'), LEASE_NONE);
	assert_int_equal(take(s, w + LEASE + 1, m + LEASE + 1, 'b'),
	    LEASE_KEPT);
	assert_int_equal(s->now_us, w + LEASE + 1);
	assert_true(lease_is_sound(s->pools[0]->leases));
	v = dni_visits_find(s->visits, s->now_us, id);
	assert_non_null(v);
	assert_int_equal(v->started_us, w);
	/* What is stored of it would have ended. */
	assert_int_equal(dni_visits_any_dirty(s->visits), by_us > 0);
	assert_null(dni_visits_find(s->visits, w + DNI_VISITS_END_US, id));
	dni_state_free(s);
}

static void test_clock(void **state)
{
	struct dni_state *s = make();

	(void)state;
	steps(RT_HOUR_US);
	steps(-RT_HOUR_US);
	steps(-365 * RT_DAY_US);
	steps(DNI_CLOCK_STEP_US);
	steps(-DNI_CLOCK_STEP_US);
	/* Less than a step: time stands still until it is made up. */
	assert_int_equal(dni_clock_at(s, WALL, 5), WALL);
	assert_int_equal(dni_clock_at(s, WALL - RT_SEC_US, 5), WALL);
	assert_int_equal(dni_clock_at(s, WALL + 1, 5 + RT_SEC_US), WALL + 1);
	dni_state_free(s);
}

/* The database refuses a lease while the clock is set back. */
static void test_clock_undo(void **state)
{
	const struct lease_holder h = { { 'a' } };
	struct dni_state *s = make();
	struct lease_pool *p;
	struct lease_grant g;

	(void)state;
	add_pool(s, 1);
	p = s->pools[0]->leases;
	assert_int_equal(take(s, WALL, 5, 'b'), LEASE_NEW);
	g = lease_take(p, dni_clock_at(s, WALL + LEASE, 5 + LEASE), &h,
	    &anywhere);
	assert_int_equal(g.what, LEASE_NEW);
	(void)dni_clock_at(s, WALL, 5 + LEASE);
	lease_undo(p, &g);
	assert_true(lease_is_sound(p));
	/* A gap, which has to pass. */
	lease_rules(p, s->now_us, LEASE, RT_SEC_US);
	assert_int_equal(take(s, WALL + RT_SEC_US, 5 + LEASE + RT_SEC_US, 'c'),
	    LEASE_NEW);
	dni_state_free(s);
}

static void is_row(const struct dni_write *w, uint8_t lease, int64_t end_us)
{
	assert_int_equal(w->parts, DNI_WRITE_BEAT);
	assert_int_equal(w->lease.id.v[0], lease);
	assert_int_equal(w->lease.expires_us, end_us);
}

/* After a step forward the rows of what is held are written anew, each when it
 * is there; until that is done. */
static void test_behind(void **state)
{
	const int64_t now = WALL + RT_HOUR_US;
	struct dni_state *s = make();
	struct dni_write rows[4];
	struct dni_pool *p;

	(void)state;
	add_pool(s, 3);
	p = s->pools[0];
	assert_int_equal(take(s, WALL, 5, 'a'), LEASE_NEW); /* the last one */
	assert_int_equal(take(s, WALL, 5, 'b'), LEASE_NEW);
	p->slots[2].lease.v[0] = 'a';
	p->slots[1].lease.v[0] = 'b';
	p->slots[1].batch = 1;
	(void)dni_clock_at(s, WALL - RT_DAY_US, 5);
	assert_int_equal(dni_clock_take_behind(s, rows, 4), 0);
	(void)dni_clock_at(s, now, 5);
	assert_true(s->behind);
	assert_int_equal(dni_clock_take_behind(s, rows, 4), 1);
	is_row(&rows[0], 'a', now + LEASE);
	assert_true(s->behind);
	s->done_batch = 1;
	assert_int_equal(dni_clock_take_behind(s, rows, 4), 1);
	is_row(&rows[0], 'b', now + LEASE);
	assert_false(s->behind);
	dni_clock_still_behind(s, &rows[0]);
	assert_int_equal(dni_clock_take_behind(s, rows, 1), 1);
	assert_true(s->behind);
	assert_int_equal(dni_clock_take_behind(s, rows, 4), 1);
	is_row(&rows[0], 'b', now + LEASE);
	dni_clock_still_behind(s, &rows[0]);
	p->owned = false;
	assert_int_equal(dni_clock_take_behind(s, rows, 4), 0);
	assert_false(s->behind);
	dni_state_free(s);
}

static void about(int64_t value, int64_t expected)
{
	assert_true(value >= expected - RT_MIN_US);
	assert_true(value <= expected + RT_MIN_US);
}

/* The wall's clock is set; the real ones go on. */
static void set_clock(struct dni_state *s, int64_t by_us)
{
	s->ahead_us -= by_us;
	s->now_us -= by_us;
	(void)dni_clock_now(s);
}

/* What is read was stored by the clock of before, if it was set forward. */
static void test_read(void **state)
{
	struct dni_state *s = make();
	struct dni_clock_read first = dni_clock_read(s), then;

	(void)state;
	about(first.now_us, s->now_us);
	assert_int_equal(dni_clock_since(s, &first), 0);
	set_clock(s, RT_HOUR_US); /* while it is read */
	about(dni_clock_since(s, &first), RT_HOUR_US);
	then = dni_clock_read(s);
	about(then.now_us, s->now_us - RT_HOUR_US);
	about(dni_clock_since(s, &then), RT_HOUR_US);
	set_clock(s, -RT_HOUR_US);
	about(dni_clock_since(s, &then), 0);
	then = dni_clock_read(s);
	about(then.now_us, s->now_us);
	set_clock(s, -RT_HOUR_US);
	about(dni_clock_since(s, &then), -RT_HOUR_US);
	/* What was stored meanwhile is late as soon as that is put right. */
	then = dni_clock_read(s);
	about(then.now_us, s->now_us);
	set_clock(s, RT_HOUR_US);
	then = dni_clock_read(s);
	about(then.now_us, s->now_us - RT_HOUR_US);
	dni_state_free(s);
}

static int quiet(void **state)
{
	(void)state;
	log_open("test", -1, LOG_ERROR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_number),
		cmocka_unit_test(test_memory), cmocka_unit_test(test_clock),
		cmocka_unit_test(test_clock_undo),
		cmocka_unit_test(test_behind), cmocka_unit_test(test_read) };

	return cmocka_run_group_tests(tests, quiet, NULL);
}
