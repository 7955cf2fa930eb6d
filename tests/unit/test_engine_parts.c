/* Tests of the engine's small parts: timers, ports, queue, causes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/rnd.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/out.h"
#include "sipworker/engine/port.h"
#include "sipworker/engine/press.h"
#include "sipworker/engine/rate.h"
#include "sipworker/engine/timer.h"
#include "tests/support/fail_alloc.h"

static void test_timer_order(void **state)
{
	struct timer t[200];
	struct timer_heap h;
	struct rnd_dice d;
	int64_t last = 0;
	uint32_t n = 0;

	(void)state;
	memset(t, 0, sizeof(t));
	rnd_seed(&d, 1);
	assert_int_equal(timer_init(&h, RT_ARRAY_LEN(t)), ERR_OK);
	assert_true(timer_next_us(&h) == INT64_MAX);
	/* Armed, moved and stopped at random. */
	for (int i = 0; i < 5000; i++) {
		struct timer *one = &t[rnd_below(&d, RT_ARRAY_LEN(t))];

		if (rnd_below(&d, 4) == 0)
			timer_stop(&h, one);
		else
			timer_arm(&h, one, (int64_t)rnd_below(&d, 1000));
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(t); i++)
		n += timer_armed(&t[i]);
	assert_int_equal(n, h.n);
	while (h.n > 0) {
		const int64_t next = timer_next_us(&h);
		struct timer *due;

		assert_null(timer_due(&h, next - 1));
		due = timer_due(&h, next);
		assert_non_null(due);
		assert_true(due->at_us >= last);
		assert_false(timer_armed(due));
		last = due->at_us;
		n--;
	}
	assert_int_equal(n, 0);
	timer_fini(&h);
}

static void test_ports(void **state)
{
	struct port_table t;
	struct port *p[3];
	uint32_t first;

	(void)state;
	assert_int_equal(port_init(&t, 20001, 20006), ERR_RANGE);
	assert_int_equal(port_init(&t, 20000, 20000), ERR_RANGE);
	assert_int_equal(port_init(&t, 20000, 20005), ERR_OK);
	for (size_t i = 0; i < 3; i++) {
		p[i] = port_take(&t, 100 + i, 5, 0);
		assert_non_null(p[i]);
		assert_int_equal(p[i]->number, 20000 + 2 * i);
		assert_ptr_equal(port_find(&t, p[i]->id), p[i]);
	}
	assert_null(port_take(&t, 1, 1, 0));
	first = p[1]->id;
	p[1]->rests = true;
	port_give(&t, p[1], 1000);
	assert_null(port_find(&t, first));
	/* It rests, even though nothing else is free. */
	assert_null(port_take(&t, 1, 1, 1000 + PORT_REST_US - 1));
	assert_int_equal(port_busy(&t, 1000), 3);
	assert_int_equal(port_busy(&t, 1000 + PORT_REST_US), 2);
	p[2]->rests = true;
	port_give(&t, p[2], 2000);
	assert_ptr_equal(port_take(&t, 9, 9, 1000 + PORT_REST_US), p[1]);
	assert_int_not_equal(p[1]->id, first);
	assert_null(port_find(&t, first));
	assert_null(port_find(&t, 0));
	assert_null(port_find(&t, UINT32_MAX));
	/* What nobody was told of is there at once, before what rests. */
	first = p[0]->id;
	port_give(&t, p[0], 3000);
	assert_int_equal(port_busy(&t, 3000), 2);
	assert_ptr_equal(port_take(&t, 1, 1, 3000), p[0]);
	assert_int_not_equal(p[0]->id, first);
	assert_null(port_take(&t, 1, 1, 3000));
	assert_ptr_equal(port_take(&t, 1, 1, 2000 + PORT_REST_US), p[2]);
	/* The only one: end and head of the list. */
	port_give(&t, p[2], 4000);
	p[1]->rests = true;
	port_give(&t, p[1], 4000);
	assert_ptr_equal(port_take(&t, 1, 1, 4000), p[2]);
	assert_ptr_equal(port_take(&t, 1, 1, 4000 + PORT_REST_US), p[1]);
	assert_null(port_take(&t, 1, 1, 2 * PORT_REST_US));
	port_fini(&t);
}

static void test_out(void **state)
{
	struct engine_action a;
	struct slice s;
	struct out o;

	(void)state;
	assert_int_equal(out_init(&o, 4, 10), ERR_OK);
	s = out_copy(&o, SLICE("12345678"));
	out_add(&o, ENGINE_SEND)->u.send.bytes = s;
	assert_int_equal(out_copy(&o, SLICE("too much")).n, 0);
	assert_int_equal(o.lost, 1);
	for (int i = 0; i < 5; i++)
		(void)out_add(&o, ENGINE_MEDIA);
	assert_int_equal(o.lost, 3);
	assert_true(out_is_full(&o));
	out_begin(&o); /* not everything was popped: nothing is lost */
	assert_true(out_pop(&o, &a));
	assert_int_equal(a.what, ENGINE_SEND);
	assert_true(slice_eq_cstr(a.u.send.bytes, "12345678"));
	while (out_pop(&o, &a))
		assert_int_equal(a.what, ENGINE_MEDIA);
	out_begin(&o);
	assert_false(out_is_full(&o));
	assert_false(out_pop(&o, &a));
	out_fini(&o);
}

static void test_causes(void **state)
{
	(void)state;
	assert_int_equal(cause_event(486), FLOW_EV_BUSY);
	assert_int_equal(cause_event(600), FLOW_EV_BUSY);
	assert_int_equal(cause_event(480), FLOW_EV_NO_ANSWER);
	assert_int_equal(cause_event(404), FLOW_EV_FAILED);
	assert_int_equal(cause_event(302), FLOW_EV_FAILED);
	assert_int_equal(cause_q850(486), 17);
	assert_int_equal(cause_q850(200), 16);
	assert_int_equal(cause_q850(499), 127);
	assert_int_equal(cause_q850(599), 41);
}

/* Every allocation of engine_new() fails once. */
#define MS(ms) ((ms)*INT64_C(1000))

static const struct {
	const char *why;
	char key;
	enum press_way way;
	int64_t at_us;
	bool is_new;
} presses[] = {
	{ "the first", '1', PRESS_MEDIA, MS(1000), true },
	{ "told by INFO too", '1', PRESS_INFO, MS(1150), false },
	{ "the same key again", '1', PRESS_MEDIA, MS(1300), true },
	{ "and its INFO", '1', PRESS_INFO, MS(1450), false },
	{ "INFO comes first", '2', PRESS_INFO, MS(2000), true },
	{ "the event of it", '2', PRESS_MEDIA, MS(1990), false },
	{ "twice by INFO alone", '3', PRESS_INFO, MS(3000), true },
	{ "the second", '3', PRESS_INFO, MS(3200), true },
	{ "much later by the other way", '3', PRESS_MEDIA, MS(4000), true },
	{ "another key at the same time", '4', PRESS_INFO, MS(4000), true },
	{ "quick: first", '5', PRESS_MEDIA, MS(5000), true },
	{ "quick: second", '5', PRESS_MEDIA, MS(5120), true },
	{ "quick: INFO of the first", '5', PRESS_INFO, MS(5130), false },
	{ "quick: INFO of the second", '5', PRESS_INFO, MS(5250), false },
};

static void test_presses(void **state)
{
	struct press_log log;

	(void)state;
	memset(&log, 0, sizeof(log));
	for (size_t i = 0; i < RT_ARRAY_LEN(presses); i++)
		if (press_is_new(&log, presses[i].key, presses[i].way,
			presses[i].at_us) != presses[i].is_new)
			fail_msg("%s", presses[i].why);
}

/* What a caller is told when several destinations said no. */
static void test_better_cause(void **state)
{
	static const unsigned int rising[] = { 0, 503, 480, 486, 603 };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rising); i++)
		for (size_t k = 0; k < RT_ARRAY_LEN(rising); k++)
			assert_int_equal(cause_is_better(rising[i], rising[k]),
			    i > k);
}

/* Two seconds' worth at once, then as many as the clock gives. */
static void test_rate(void **state)
{
	static const uint32_t
	    per_s[RATE_KINDS] = { [RATE_MESSAGE] = 100, [RATE_CALL] = 3 };
	static struct rate r;
	const uint32_t ip = 0x0a000001;
	int64_t now = RT_HOUR_US;
	unsigned int n = 0;

	(void)state;
	rate_init(&r, per_s, 7);
	while (rate_take(&r, RATE_MESSAGE, ip, now))
		assert_true(++n <= 1000);
	assert_int_equal(n, 100 * RATE_BURST_S);
	assert_true(rate_take(&r, RATE_CALL, ip, now)); /* kinds are apart */
	assert_true(rate_take(&r, RATE_MESSAGE, ip + 1, now)); /* so are they */
	now += 10 * 1000;
	assert_true(rate_take(&r, RATE_MESSAGE, ip, now));
	assert_false(rate_take(&r, RATE_MESSAGE, ip, now));
	now += RT_HOUR_US; /* it never holds more than the burst */
	for (n = 0; rate_take(&r, RATE_MESSAGE, ip, now); n++)
		assert_true(n < 1000);
	assert_int_equal(n, 100 * RATE_BURST_S);
	n = 0;
	while (rate_take(&r, RATE_CALL, ip + 1, now))
		assert_true(++n < 100);
	assert_int_equal(n, 3 * RATE_BURST_S);
}

/* Any number of sources: who was loud stays known, and nothing grows. */
static void test_rate_many(void **state)
{
	static const uint32_t per_s[RATE_KINDS] = { [RATE_MESSAGE] = 10 };
	static struct rate r;
	const uint32_t loud = 0x0a000001;

	(void)state;
	rate_init(&r, per_s, 7);
	for (unsigned int i = 0; i < 20; i++)
		assert_true(rate_take(&r, RATE_MESSAGE, loud, RT_SEC_US));
	for (uint32_t i = 1; i < 100000; i++)
		assert_true(rate_take(&r, RATE_MESSAGE, loud + i, RT_SEC_US));
	assert_false(rate_take(&r, RATE_MESSAGE, loud, RT_SEC_US));
	for (unsigned int i = 0; i < 1000; i++) /* 0: no limit */
		assert_true(rate_take(&r, RATE_CALL, loud, RT_SEC_US));
}

static void test_allocations(void **state)
{
	struct engine_cfg cfg = { .sip = { 0x7f000001, 5060 },
		.media_ip = 0x7f000001,
		.rtp_port_min = 20000,
		.rtp_port_max = 20099,
		.max_calls = 4,
		.agent = "x" };
	struct engine *e = NULL;

	(void)state;
	for (unsigned int n = 0;; n++) {
		enum err err;

		fail_alloc_after(n);
		err = engine_new(&cfg, &e);
		if (!fail_alloc_end()) {
			assert_int_equal(err, ERR_OK);
			break;
		}
		assert_int_equal(err, ERR_NOMEM);
	}
	engine_free(e);
	engine_free(NULL);
	cfg.max_calls = 0;
	assert_int_equal(engine_new(&cfg, &e), ERR_RANGE);
	cfg.max_calls = 4;
	cfg.rtp_port_min = 20001;
	assert_int_equal(engine_new(&cfg, &e), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timer_order),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_presses),
		cmocka_unit_test(test_better_cause),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_rate_many),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
