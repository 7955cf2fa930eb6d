/* Tests of cgi/dni/dni_overflow: who sees a pool's overflow number is written
 * down with the page view, goes on with heartbeats and events, and no longer
 * than it is on the page. */
#include <string.h>

#include "cgi/dni/dni_event.h"
#include "cgi/dni/dni_overflow.h"
#include "tests/support/cm.h"
#include "tests/support/dni_world.h"

#define URL "https://a.example/"

static const struct number_id number = { { 0x0f } };

static int start(void **state)
{
	struct dni_conf_pool *p;
	struct world *w;

	if (world_start(state) != 0)
		return 1;
	w = *state;
	p = arena_array(&w->s->conf->mem, 1, sizeof(*p));
	assert_non_null(p);
	*p = (struct dni_conf_pool){ .company = world_company,
		.id = world_pools[0],
		.overflow_id = number,
		.policy = DNI_OVERFLOW_NUMBER,
		.lease_us = WORLD_LEASE };
	memcpy(p->overflow.e164, "+14155550109", 13);
	w->s->conf->pools = p;
	w->s->conf->n_pools = 1;
	return 0;
}

static struct dni_visit *visit_of(struct world *w, const struct tab *t)
{
	return dni_visits_find(w->s->visits, w->s->now_us, t->visit);
}

/* The pool's one number is somebody's, and another visitor comes. */
static void turned_away(struct world *w, struct tab *holder, struct tab *t)
{
	(void)world_stored(w, holder, URL "?gclid=1");
	assert_string_equal(world_page(w, t, URL "?gclid=2")->tier, "overflow");
}

/* The last of what nobody waits for. */
static const struct dni_write *last_later(const struct world *w)
{
	const struct dni_write *i = w->s->later;

	while (i != NULL && i->next != NULL)
		i = i->next;
	assert_non_null(i);
	return i;
}

/* What would be written with the visit's progress. */
static bool progress(struct world *w, const struct tab *t,
    struct overflow_row *out)
{
	struct dni_write put = { .parts = 0 };

	dni_overflow_put(visit_of(w, t), &put);
	*out = put.overflow;
	return (put.parts & DNI_WRITE_OVERFLOW) != 0;
}

static void test_first(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	struct overflow_row row;
	const struct dni_write *put;

	turned_away(w, &holder, &t);
	put = last_later(w);
	assert_int_equal(put->parts & (DNI_WRITE_VISIT | DNI_WRITE_OVERFLOW),
	    DNI_WRITE_VISIT | DNI_WRITE_OVERFLOW);
	assert_true(id_eq(put->overflow.visit.v, t.visit.v));
	assert_true(id_eq(put->overflow.number.v, number.v));
	assert_int_equal(put->overflow.shown_us, put->visit.started_us);
	assert_int_equal(put->overflow.seen_us, put->visit.started_us);
	assert_int_equal(put->overflow.touched_us, 0);
	assert_false(progress(w, &t, &row));
	/* An ordinary lease has none of it. */
	assert_false(progress(w, &holder, &row));
	assert_false(visit_of(w, &holder)->overflow.on_page);
}

static void test_goes_on(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	struct overflow_row first, row;

	turned_away(w, &holder, &t);
	first = last_later(w)->overflow;
	assert_string_equal(world_beat(w, &t)->tier, "overflow");
	assert_true(progress(w, &t, &row));
	assert_int_equal(row.shown_us, first.shown_us);
	assert_true(row.seen_us > first.seen_us);
	assert_true(dni_visits_any_dirty(w->s->visits));
	assert_false(progress(w, &t, &row));
	/* Another page of the visit is the same row. */
	assert_string_equal(world_page(w, &t, URL "two")->tier, "overflow");
	assert_int_equal(last_later(w)->parts, DNI_WRITE_PAGE);
	first.seen_us = row.seen_us;
	assert_true(progress(w, &t, &row));
	assert_int_equal(row.shown_us, first.shown_us);
}

static void happens(struct world *w, const struct tab *t, enum dni_event event)
{
	const struct dni_who by = { .address = SLICE("192.0.2.1"),
		.user_agent = SLICE("Mozilla/5.0 (X11; Linux) Firefox/140.0") };
	struct dni_hit h = { .site = SLICE("demo"),
		.visitor = t->visitor,
		.visit = t->visit,
		.event = event };

	assert_int_equal(dni_event_serve(w->s, &h, &by), ERR_OK);
}

static void test_touched(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	struct overflow_row row;
	const struct dni_write *put;

	turned_away(w, &holder, &t);
	happens(w, &t, DNI_EVENT_TEL_CLICK);
	put = last_later(w);
	assert_true((put->parts & DNI_WRITE_EVENT) != 0);
	assert_true(id_eq(put->event.number.v, number.v));
	assert_true(progress(w, &t, &row));
	assert_int_equal(row.touched_us, put->event.happened_us);
	assert_int_equal(row.seen_us, put->event.happened_us);
}

static void writes_lease(struct world *w, struct dni_answer *a)
{
	(void)world_settle(w, world_take_batch(w), ERR_OK);
	world_resume(a, "lease", "");
}

/* The holder goes: with the number of its own the other one is no more. */
static void test_ends(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	struct overflow_row row;
	int64_t seen_us;

	turned_away(w, &holder, &t);
	world_withdraw(w, &holder);
	writes_lease(w, world_beat(w, &t));
	assert_true(progress(w, &t, &row));
	seen_us = row.seen_us;
	assert_string_equal(world_beat(w, &t)->tier, "lease");
	happens(w, &t, DNI_EVENT_TEL_CLICK);
	assert_true(!id_eq(last_later(w)->event.number.v, number.v));
	assert_false(progress(w, &t, &row));
	assert_int_equal(visit_of(w, &t)->overflow.seen_us, seen_us);
	assert_int_equal(visit_of(w, &t)->overflow.touched_us, 0);
}

/* Who leaves the page reads no answer: a number that is free by now is not
 * shown, and what is touched when the page is there again is what it shows. */
static void test_left(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	struct overflow_row first, row;
	const struct dni_write *put;

	turned_away(w, &holder, &t);
	first = last_later(w)->overflow;
	world_withdraw(w, &holder);
	w->n_asks = 0;
	/* A page view and a beat after: its pool is known. */
	for (int again = 0; again < 2; again++) {
		assert_string_equal(world_leave(w, &t)->tier, "none");
		assert_null(w->s->open);
		assert_true(visit_of(w, &t)->overflow.on_page);
		assert_true(progress(w, &t, &row));
		assert_true(row.seen_us > first.seen_us);
		visit_of(w, &t)->pool = dni_state_pool(w->s, world_pools[0]);
	}
	happens(w, &t, DNI_EVENT_TEL_CLICK);
	put = last_later(w);
	assert_true(id_eq(put->event.number.v, number.v));
	assert_true(progress(w, &t, &row));
	assert_int_equal(row.touched_us, put->event.happened_us);
	/* It can be told of the lease when it is looked at. */
	writes_lease(w, world_beat(w, &t));
	assert_false(visit_of(w, &t)->overflow.on_page);
}

/* A lease that was not stored: what is shown instead is on record. */
static void test_refused(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	struct dni_answer *a = world_page(w, &t, URL "?gclid=1");
	struct overflow_row row;

	(void)world_settle(w, world_take_batch(w), ERR_RANGE);
	world_resume(a, "overflow", "database");
	assert_true(dni_visits_any_dirty(w->s->visits));
	assert_true(progress(w, &t, &row));
	assert_true(id_eq(row.visit.v, t.visit.v));
	assert_true(id_eq(row.number.v, number.v));
}

/* Of a visit whose own row found no room none is written; and when there is a
 * database again it is begun anew. */
static void test_no_room(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	const struct dni_write *put;
	struct overflow_row row;
	struct visit_id first;
	size_t waiting;

	(void)world_stored(w, &holder, URL "?gclid=1");
	waiting = w->s->n_later;
	w->s->n_later = DNI_STATE_LATER_MAX;
	assert_string_equal(world_page(w, &t, URL "?gclid=2")->tier,
	    "overflow");
	assert_int_equal(w->s->lost, 1);
	w->s->n_later = waiting;
	w->n_asks = 0;
	first = t.visit;
	w->s->away = true;
	assert_string_equal(world_beat(w, &t)->tier, "none");
	assert_true(visit_of(w, &t)->overflow.on_page);
	assert_false(progress(w, &t, &row));
	w->s->away = false;
	assert_string_equal(world_beat(w, &t)->tier, "gone");
	assert_string_equal(world_page(w, &t, URL "?gclid=2")->tier,
	    "overflow");
	assert_false(id_eq(t.visit.v, first.v));
	put = last_later(w);
	assert_true((put->parts & DNI_WRITE_VISIT) != 0);
	assert_true(id_eq(put->overflow.visit.v, t.visit.v));
	w->n_asks = 0;
	(void)world_beat(w, &t);
	assert_true(progress(w, &t, &row));
}

/* By another clock it is another row: the first one's time was wrong. */
static void test_clock(void **state)
{
	struct world *w = *state;
	struct tab holder = { 0 }, t = { 0 };
	struct overflow_row first, row;

	turned_away(w, &holder, &t);
	first = last_later(w)->overflow;
	dni_visits_shift(w->s->visits, RT_HOUR_US);
	assert_true(progress(w, &t, &row));
	assert_int_equal(row.shown_us, first.shown_us + RT_HOUR_US);
	assert_int_equal(row.seen_us, first.seen_us + RT_HOUR_US);
	assert_int_equal(row.touched_us, 0);
	assert_false(progress(w, &holder, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first, start, world_stop),
		cmocka_unit_test_setup_teardown(test_goes_on, start,
		    world_stop),
		cmocka_unit_test_setup_teardown(test_touched, start,
		    world_stop),
		cmocka_unit_test_setup_teardown(test_ends, start, world_stop),
		cmocka_unit_test_setup_teardown(test_left, start, world_stop),
		cmocka_unit_test_setup_teardown(test_refused, start,
		    world_stop),
		cmocka_unit_test_setup_teardown(test_no_room, start,
		    world_stop),
		cmocka_unit_test_setup_teardown(test_clock, start, world_stop),
	};

	return cmocka_run_group_tests_name("dni_overflow", tests, NULL, NULL);
}
