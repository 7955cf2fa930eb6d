/*
 * Ten phones at once, and every race among them: one bridge, all others
 * cancelled properly, nothing left ringing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine/bridge.h"
#include "sipworker/engine/ring.h"
#include "tests/sim/sim_rig.h"

#define PHONES 10

/* The first attempt is the flow's own (number 0 forwards to a phone); the
 * others are begun here as a group step begins them. */
static struct call *ring_phones(struct rig *r, unsigned int n)
{
	struct call *c;

	rig_request(r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(r, "INVITE"), 1);
	c = &r->engine->calls[0];
	assert_true(c->used);
	rig_answer_as_phone(r, "INVITE", 180, "");
	for (unsigned int i = 1; i < n; i++) {
		char to[64];
		struct flow_do d = { .kind = FLOW_DO_DIAL,
			.ticket = 100 + i,
			.u.dial = { .trunk = SNAP_NO_ROW,
			    .ring_s = 20,
			    .early = true } };

		(void)snprintf(to, sizeof(to), "sip:p%u@10.0.0.3:5080", i);
		d.text = slice_from(to);
		ring_start(r->engine, c, &d);
		rig_pump(r);
	}
	assert_int_equal(rig_count_sent(r, "INVITE"), n);
	assert_int_equal(c->n_tries, n);
	return c;
}

/* What the engine sent to the phone called `user`, the i-th of `method`. */
static const struct rig_sent *to_user(const struct rig *r, const char *method,
    const char *user)
{
	char start[64];

	(void)snprintf(start, sizeof(start), "%s sip:%s@", method, user);
	for (size_t i = 0; i < r->n_sent && i < RIG_SENT_MAX; i++)
		if (strncmp(r->sent[i].text, start, strlen(start)) == 0)
			return &r->sent[i];
	return NULL;
}

static void phone_says(struct rig *r, unsigned int i, unsigned int status)
{
	char user[16];

	(void)snprintf(user, sizeof(user), "p%u", i);
	rig_answer(r, to_user(r, "INVITE", user), status,
	    status == 200 ? rig_sdp : "");
}

static void end_clean(struct rig *r)
{
	struct engine_stats s;

	engine_stop(r->engine, r->now);
	rig_pump(r);
	rig_pass_time(r, 3 * RT_MIN_US);
	engine_get_stats(r->engine, &s);
	assert_int_equal(s.calls, 0);
	assert_int_equal(s.legs, 0);
	assert_int_equal(s.transactions, 0);
	assert_int_equal(s.ports, 0);
	assert_int_equal(s.timers, 0);
	assert_int_equal(s.queue_lost, 0);
	rig_fini(r);
}

/* As the flow does when one has won. */
static void win(struct rig *r, struct call *c, unsigned int i)
{
	const uint32_t first = c->tries[0]->ticket;

	bridge_up(r->engine, c, ring_find(c, 100 + i));
	ring_cancel(r->engine, c, first, true);
	for (unsigned int k = 1; k < PHONES; k++)
		if (k != i)
			ring_cancel(r->engine, c, 100 + k, true);
	rig_pump(r);
}

static void test_one_wins(void **state)
{
	static struct rig r; /* large for a stack */
	struct call *c;

	(void)state;
	rig_init(&r, 4);
	c = ring_phones(&r, PHONES);
	/* Eight ring, one is busy, one is not there. */
	for (unsigned int i = 1; i < 8; i++)
		phone_says(&r, i, 180);
	phone_says(&r, 8, 486);
	phone_says(&r, 9, 404);
	assert_int_equal(c->n_tries, PHONES - 2);
	assert_int_equal(c->best_code, 486);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 180"), 8);
	phone_says(&r, 3, 200);
	assert_int_equal(rig_count_sent(&r, "ACK sip:p@"), 1);
	rig_to_tag_of(&r, r.tag);
	win(&r, c, 3);
	assert_ptr_equal(c->b, ring_find(c, 103));
	assert_int_equal(c->n_tries, 1);
	assert_int_equal(rig_count_sent(&r, "CANCEL"), 7);
	assert_non_null(strstr(to_user(&r, "CANCEL", "p1")->text,
	    "Reason: SIP;cause=200;text=\"Call completed elsewhere\""));
	assert_int_equal(c->n_ringing, 0);
	end_clean(&r);
}

static void test_two_answer(void **state)
{
	static struct rig r; /* large for a stack */
	struct call *c;

	(void)state;
	rig_init(&r, 4);
	c = ring_phones(&r, 4);
	for (unsigned int i = 1; i < 4; i++)
		phone_says(&r, i, 180);
	phone_says(&r, 2, 200);
	bridge_up(r.engine, c, ring_find(c, 102));
	ring_cancel(r.engine, c, 101, true);
	ring_cancel(r.engine, c, 103, true);
	rig_pump(&r);
	/* Its 200 crosses our CANCEL: ACKed and ended, never heard. */
	phone_says(&r, 1, 200);
	assert_int_equal(rig_count_sent(&r, "ACK sip:p@"), 2);
	assert_int_equal(rig_count_sent(&r, "BYE sip:p@"), 1);
	/* The other obeys. */
	phone_says(&r, 3, 487);
	assert_int_equal(rig_count_sent(&r, "BYE sip:p@"), 1);
	assert_ptr_equal(c->b, ring_find(c, 102));
	end_clean(&r);
}

/* Answered both before either was chosen (both are asked to press a key): the
 * loser is sent away with BYE. */
static void test_loser_of_two_answered(void **state)
{
	static struct rig r; /* large for a stack */
	struct call *c;

	(void)state;
	rig_init(&r, 4);
	c = ring_phones(&r, 3);
	phone_says(&r, 1, 200);
	ring_cancel(r.engine, c, 101, true);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "BYE sip:p@"), 1);
	assert_null(ring_find(c, 101));
	end_clean(&r);
}

static void test_caller_gives_up(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	(void)ring_phones(&r, PHONES);
	for (unsigned int i = 1; i < PHONES; i++)
		phone_says(&r, i, 180);
	rig_request(&r, "CANCEL", 1, "+13035550100", "c1", "", "", "");
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 487"), 1);
	assert_int_equal(rig_count_sent(&r, "CANCEL sip:p"), PHONES - 1);
	/* One answered in that moment. */
	phone_says(&r, 5, 200);
	assert_int_equal(rig_count_sent(&r, "ACK sip:p@"), 1);
	assert_int_equal(rig_count_sent(&r, "BYE sip:p@"), 1);
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_MISSED);
	/* Nine phones that ring for no time are no time. */
	assert_true(r.closed.ring_us < RT_SEC_US);
	end_clean(&r);
}

static void test_ring_time_is_not_summed(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	rig_init(&r, 4);
	(void)ring_phones(&r, 4);
	for (unsigned int i = 1; i < 4; i++)
		phone_says(&r, i, 180);
	rig_pass_time(&r, 10 * RT_SEC_US);
	rig_request(&r, "CANCEL", 1, "+13035550100", "c1", "", "", "");
	assert_int_equal(r.n_closed, 1);
	assert_true(r.closed.ring_us == 10 * RT_SEC_US);
	end_clean(&r);
}

static size_t media_ops(const struct rig *r, enum engine_media_op op)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_media; i++)
		n += r->media[i].op == op;
	return n;
}

/* Early media only of a phone that rings alone. */
static void test_early_media(void **state)
{
	static struct rig r; /* large for a stack */
	struct call *c;

	(void)state;
	rig_init(&r, 4);
	c = ring_phones(&r, 3);
	ring_cancel(r.engine, c, c->tries[0]->ticket, true);
	rig_pump(&r);
	rig_answer(&r, to_user(&r, "INVITE", "p1"), 183, rig_sdp);
	assert_null(c->early);
	assert_int_equal(media_ops(&r, ENGINE_MEDIA_BRIDGE), 0);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 183"), 0);
	/* The other one goes: the caller hears what is left. */
	phone_says(&r, 2, 486);
	assert_int_equal(c->n_tries, 1);
	assert_ptr_equal(c->early, ring_find(c, 101));
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 183"), 1);
	end_clean(&r);
}

/* Too many attempts for the slots: they fail, and callers still get in. */
static void test_slots(void **state)
{
	static struct rig r; /* large for a stack */
	struct engine_stats s;
	struct call *c;

	(void)state;
	rig_init(&r, 1);
	c = ring_phones(&r, PHONES);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.legs, PHONES + 1);
	/* The eleventh at a time is refused. */
	ring_start(r.engine, c,
	    &(struct flow_do){ .kind = FLOW_DO_DIAL,
		.ticket = 500,
		.text = SLICE("sip:p@10.0.0.3:5080"),
		.u.dial = { .trunk = SNAP_NO_ROW,
		    .ring_s = 20,
		    .early = true } });
	rig_pump(&r);
	assert_int_equal(c->n_tries, PHONES);
	assert_null(ring_find(c, 500));
	end_clean(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_wins),
		cmocka_unit_test(test_two_answer),
		cmocka_unit_test(test_loser_of_two_answered),
		cmocka_unit_test(test_caller_gives_up),
		cmocka_unit_test(test_ring_time_is_not_summed),
		cmocka_unit_test(test_early_media),
		cmocka_unit_test(test_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
