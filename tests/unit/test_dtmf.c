/* Tests of sipworker/rtp/dtmf: each press exactly once, whatever is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/rnd.h"
#include "sipworker/rtp/dtmf.h"

static char feed(struct dtmf_in *d, uint8_t event, bool end, uint16_t duration,
    uint32_t ts, int64_t now_us)
{
	const struct dtmf_event ev = { .event = event,
		.end = end,
		.volume = 10,
		.duration = duration };
	struct rtp_pkt p = { .ts = ts, .ssrc = 5 };
	uint8_t payload[DTMF_PAYLOAD];

	dtmf_write(&ev, payload);
	p.payload = slice_of(payload, sizeof(payload));
	return dtmf_in_packet(d, &p, now_us);
}

static void test_parse(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		size_t n;
		enum err want;
	} cases[] = {
		{ "plain", "\x05\x0a\x00\xa0", 4, ERR_OK },
		{ "longer is fine", "\x05\x8a\x00\xa0xx", 6, ERR_OK },
		{ "one byte short", "\x05\x0a\x00", 3, ERR_SYNTAX },
		{ "empty", "", 0, ERR_SYNTAX },
		{ "flash", "\x10\x0a\x00\xa0", 4, ERR_RANGE },
		{ "255", "\xff\xff\xff\xff", 4, ERR_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct dtmf_event ev;
		const enum err e =
		    dtmf_parse(slice_of(cases[i].in, cases[i].n), &ev);

		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].why, err_name(e));
	}
	for (uint8_t i = 0; i < 16; i++)
		assert_int_equal(dtmf_event_of(dtmf_key(i)), i);
	assert_int_equal(dtmf_key(16), '\0');
	assert_int_equal(dtmf_event_of('x'), UINT8_MAX);
	assert_int_equal(dtmf_event_of('\0'), UINT8_MAX);
	assert_int_equal(dtmf_event_of('b'), 13);
}

/* Twilio's shape: 20 ms spacing, about 250 ms, three ends. */
static void test_press(void **state)
{
	struct dtmf_in d;
	int64_t now_us = 0;

	(void)state;
	dtmf_in_init(&d);
	assert_int_equal(feed(&d, 1, false, 160, 1000, now_us), '1');
	for (uint16_t i = 2; i < 13; i++)
		assert_int_equal(feed(&d, 1, false, (uint16_t)(i * 160), 1000,
				     now_us += 20000),
		    '\0');
	for (int i = 0; i < 3; i++)
		assert_int_equal(feed(&d, 1, true, 2080, 1000, now_us += 20000),
		    '\0');
	/* The same key again is another press: a later timestamp, after an
	 * end. */
	assert_int_equal(feed(&d, 1, false, 160, 5000, now_us += 20000), '1');
	assert_int_equal(feed(&d, 2, false, 160, 9000, now_us += 20000), '2');
	/* A late packet of the press before. */
	assert_int_equal(feed(&d, 1, true, 999, 5000, now_us += 20000), '\0');
	assert_int_equal(feed(&d, 2, true, 320, 9000, now_us += 20000), '\0');
}

/* A gateway that begins its timestamps anew under the same SSRC, as some do
 * when a call is taken off hold, is not deaf to keys from then on. */
static void test_restart(void **state)
{
	struct dtmf_in d;
	int64_t now_us = 0;

	(void)state;
	dtmf_in_init(&d);
	assert_int_equal(feed(&d, 1, false, 160, 900000000, now_us), '1');
	assert_int_equal(feed(&d, 1, true, 320, 900000000, now_us += 20000),
	    '\0');
	/* At once, but from far back. */
	assert_int_equal(feed(&d, 2, false, 160, 4000, now_us += 200000), '2');
	assert_int_equal(feed(&d, 2, true, 320, 4000, now_us += 20000), '\0');
	assert_int_equal(feed(&d, 2, true, 320, 4000, now_us += 20000), '\0');
	assert_int_equal(feed(&d, 2, false, 160, 8000, now_us += 200000), '2');
	/* By little, but after a while. */
	assert_int_equal(feed(&d, 2, false, 160, 160, now_us += DTMF_LATE_US),
	    '2');
	assert_int_equal(feed(&d, 2, true, 320, 160, now_us += 20000), '\0');
	assert_int_equal(feed(&d, 3, true, 160, 1760, now_us += 20000), '3');
	/* What is merely late stays so, however long the key was down. */
	assert_int_equal(feed(&d, 4, false, 160, 400000, now_us += 20000), '4');
	assert_int_equal(feed(&d, 3, true, 160, 1760, now_us += 20000), '\0');
}

/* Start lost, all ends lost, only an end: once each. */
static void test_losses(void **state)
{
	struct dtmf_in d;

	(void)state;
	dtmf_in_init(&d);
	assert_int_equal(feed(&d, 7, false, 800, 1000, 0), '7');
	/* no end; the next press of the same key after 150 ms of silence */
	assert_int_equal(feed(&d, 7, false, 160, 4000, 400000), '7');
	dtmf_in_tick(&d, 400000 + DTMF_END_US + 1);
	assert_false(d.down);
	assert_int_equal(feed(&d, 7, true, 800, 8000, 900000), '7');
	assert_int_equal(feed(&d, 7, true, 800, 8000, 920000), '\0');
}

/* Sonus and rtpengine#1929: the timestamp counts on in every packet. */
static void test_counting_timestamps(void **state)
{
	struct dtmf_in d;
	int presses = 0;

	(void)state;
	dtmf_in_init(&d);
	for (int i = 0; i < 20; i++)
		presses += feed(&d, 3, i >= 17, (uint16_t)(i * 160),
			       (uint32_t)(1000 + i * 160), i * 20000) != '\0';
	assert_int_equal(presses, 1);
}

/* 5 % loss over many presses of random keys: never twice, almost never none. */
static void test_random_loss(void **state)
{
	struct rnd_dice dice;
	struct dtmf_in d;
	int64_t now_us = 0;
	uint32_t ts = 0;

	(void)state;
	rnd_seed(&dice, 4711);
	dtmf_in_init(&d);
	for (int press = 0; press < 2000; press++) {
		const uint8_t event = (uint8_t)rnd_below(&dice, 16);
		struct dtmf_out o;
		uint8_t payload[DTMF_PAYLOAD];
		int told = 0;
		bool first;

		dtmf_out_begin(&o, event, 100);
		ts += 8000;
		now_us += RT_SEC_US;
		while (dtmf_out_next(&o, payload, &first)) {
			struct rtp_pkt p = { .ts = ts, .ssrc = 5 };
			char key;

			p.payload = slice_of(payload, sizeof(payload));
			now_us += 20000;
			if (rnd_below(&dice, 100) < 5)
				continue;
			key = dtmf_in_packet(&d, &p, now_us);
			if (key != '\0')
				assert_int_equal(key, dtmf_key(event));
			told += key != '\0';
		}
		assert_int_equal(told, 1);
	}
}

static void test_out(void **state)
{
	struct dtmf_event ev;
	struct dtmf_out o;
	uint8_t payload[DTMF_PAYLOAD];
	int n = 0, ends = 0;
	bool first;

	(void)state;
	dtmf_out_begin(&o, 11, 100);
	while (dtmf_out_next(&o, payload, &first)) {
		assert_int_equal(first, n == 0);
		assert_int_equal(dtmf_parse(slice_of(payload, sizeof(payload)),
				     &ev),
		    0);
		assert_int_equal(ev.event, 11);
		ends += ev.end;
		n++;
	}
	assert_int_equal(n, 7);
	assert_int_equal(ends, DTMF_ENDS);
	assert_int_equal(ev.duration, 800);
	assert_false(dtmf_out_next(&o, payload, &first));
	dtmf_out_begin(&o, 1, 100000);
	assert_int_equal(o.total, 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_press),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_counting_timestamps),
		cmocka_unit_test(test_random_loss),
		cmocka_unit_test(test_out),
	};

	return cmocka_run_group_tests_name("dtmf", tests, NULL, NULL);
}
