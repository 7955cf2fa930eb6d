/* Tests of sipworker/sip/sip_txn: two layers on a wire with a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fail_alloc.h"
#include "tests/support/sip_net.h"

#define A  0
#define B  1
#define MS 1000

static struct sip_net net;

static int set_up(void **state)
{
	(void)state;
	sip_net_init(&net, 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return sip_net_end(&net);
}

static void ack(struct sip_net_node *n, struct sip_txn_id id, const char *tag)
{
	char to[128];
	struct buf b;
	struct sip_write_request r = {
		.method = SIP_METHOD_ACK,
		.uri = SLICE("sip:b@127.1.0.2"),
		.from = SLICE("<sip:a@example.com>;tag=from1"),
		.call_id = SLICE("call1"),
		.cseq = 1,
	};

	buf_over(&b, to, sizeof(to));
	buf_cstr(&b, "<sip:b@example.com>;tag=");
	buf_cstr(&b, tag);
	r.to = buf_slice(&b);
	assert_int_equal(sip_txn_ack(n->layer, id, &r, net.node[B].at,
			     net.now_us),
	    ERR_OK);
}

/* The caller ACKs each 2xx that is told to it. */
static void ack_2xx(struct sip_net_node *n, const struct sip_txn_event *ev)
{
	char tag[64];

	if (ev->what != SIP_TXN_RESPONSE || ev->method != SIP_METHOD_INVITE ||
	    ev->msg->status / 100 != 2)
		return;
	assert_true(slice_to_cstr(ev->msg->to.tag, tag, sizeof(tag)));
	ack(n, ev->id, tag);
}

/* The called side stops its 2xx when the ACK comes. */
static void take_ack(struct sip_net_node *n, const struct sip_txn_event *ev)
{
	if (ev->what == SIP_TXN_ACK)
		assert_int_equal(sip_txn_acked(n->layer,
				     sip_net_event(&net, n->number,
					 SIP_TXN_REQUEST, 0)
					 ->id,
				     ev->now_us),
		    ERR_OK);
}

static void test_answered(void **state)
{
	(void)state;
	net.node[A].on_event = ack_2xx;
	net.node[B].on_event = take_ack;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 100 * MS);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 100"), 1);
	assert_int_equal(sip_net_answer(&net, B, 180), ERR_OK);
	sip_net_run(&net, 100 * MS);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	assert_int_equal(sip_net_answer(&net, B, 486), ERR_CONFLICT);
	sip_net_run(&net, 40 * RT_SEC_US);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_RESPONSE), 2);
	assert_int_equal(sip_net_event(&net, A, SIP_TXN_RESPONSE, 0)->status,
	    180);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 200"), 1);
	assert_int_equal(sip_net_count(&net, A, "ACK"), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_NO_ACK), 0);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_ENDED), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_ENDED), 1);
	assert_int_equal(sip_net_count(&net, A, "INVITE"), 1);
}

static bool lose_all(struct sip_net *n, const struct sip_net_sent *m)
{
	(void)n;
	(void)m;
	return true;
}

/* 17.1.1.2: A doubles from T1, B ends it after 64 * T1. */
static void test_invite_lost(void **state)
{
	static const int64_t at_ms[] = { 0, 500, 1500, 3500, 7500, 15500,
		31500 };

	(void)state;
	net.lose = lose_all;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 40 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, A, "INVITE"), RT_ARRAY_LEN(at_ms));
	for (size_t i = 0; i < RT_ARRAY_LEN(at_ms); i++)
		assert_int_equal(sip_net_sent(&net, A, "INVITE", i)->at_us,
		    at_ms[i] * MS);
	assert_int_equal(sip_net_event(&net, A, SIP_TXN_TIMEOUT, 0)->at_us,
	    32 * RT_SEC_US);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_ENDED), 1);
}

/* 17.1.2.2: E doubles up to T2, F ends it after 64 * T1. */
static void test_bye_lost(void **state)
{
	static const int64_t at_ms[] = { 0, 500, 1500, 3500, 7500, 11500, 15500,
		19500, 23500, 27500, 31500 };

	(void)state;
	net.lose = lose_all;
	(void)sip_net_request(&net, A, SIP_METHOD_BYE, 1);
	sip_net_run(&net, 40 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, A, "BYE"), RT_ARRAY_LEN(at_ms));
	for (size_t i = 0; i < RT_ARRAY_LEN(at_ms); i++)
		assert_int_equal(sip_net_sent(&net, A, "BYE", i)->at_us,
		    at_ms[i] * MS);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_TIMEOUT), 1);
}

static bool lose_acks(struct sip_net *n, const struct sip_net_sent *m)
{
	return strncmp(m->bytes, "ACK", 3) == 0 && n->lose_left-- > 0;
}

/* 17.2.1: G re-sends the final until the ACK; the client ACKs each. */
static void test_busy_with_lost_acks(void **state)
{
	(void)state;
	net.lose = lose_acks;
	net.lose_left = 4;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 486), ERR_OK);
	sip_net_run(&net, 40 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 486"), 5);
	assert_int_equal(sip_net_count(&net, A, "ACK"), 5);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_RESPONSE), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_ACK), 0);
	/* The ACK repeats the INVITE's branch. */
	const struct sip_net_sent *inv = sip_net_sent(&net, A, "INVITE", 0);
	const struct sip_net_sent *a = sip_net_sent(&net, A, "ACK", 0);
	const char *branch = strstr(inv->bytes, "branch=");

	assert_non_null(branch);
	assert_int_equal(strncmp(strstr(a->bytes, "branch="), branch, 38), 0);
}

static void test_failure_never_acked(void **state)
{
	(void)state;
	net.lose = lose_acks;
	net.lose_left = 1000;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 600), ERR_OK);
	sip_net_run(&net, 40 * RT_SEC_US);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_NO_ACK), 1);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 600"), 11);
}

/* 13.3.1.4: the 2xx is re-sent until its ACK, else NO_ACK after 64 * T1. */
static void test_2xx_never_acked(void **state)
{
	(void)state;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	sip_net_run(&net, 40 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 200"), 11);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_NO_ACK), 1);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_ENDED), 1);
}

static bool lose_200(struct sip_net *n, const struct sip_net_sent *m)
{
	return strncmp(m->bytes, "SIP/2.0 200", 11) == 0 && n->lose_left-- > 0;
}

/* A lost 2xx comes again; a lost ACK is given again for the repeated 2xx,
 * without the user. */
static void test_2xx_repeated(void **state)
{
	(void)state;
	net.lose = lose_acks;
	net.lose_left = 3;
	net.node[A].on_event = ack_2xx;
	net.node[B].on_event = take_ack;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	sip_net_run(&net, 20 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, A, "ACK"), 4);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_RESPONSE), 1);
	/* All four ACKs are the same bytes. */
	assert_string_equal(sip_net_sent(&net, A, "ACK", 0)->bytes,
	    sip_net_sent(&net, A, "ACK", 3)->bytes);
	sip_net_run(&net, 20 * RT_SEC_US);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_NO_ACK), 0);
}

static void test_2xx_lost(void **state)
{
	(void)state;
	net.lose = lose_200;
	net.lose_left = 2;
	net.node[A].on_event = ack_2xx;
	net.node[B].on_event = take_ack;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	sip_net_run(&net, 10 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 200"), 3);
	assert_int_equal(sip_net_count(&net, A, "ACK"), 1);
}

/* A fork: another To tag is told again, so that its owner can end it. */
static void test_second_2xx(void **state)
{
	char again[4096], *tag;

	(void)state;
	net.node[A].on_event = ack_2xx;
	net.node[B].on_event = take_ack;
	(void)sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	sip_net_run(&net, 10 * MS);
	memcpy(again, sip_net_sent(&net, B, "SIP/2.0 200", 0)->bytes,
	    sizeof(again));
	tag = strstr(again, "To: ");
	tag = strstr(tag, "tag=") + 4;
	*tag = 'X';
	sip_net_inject(&net, A, net.node[B].at, again);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_RESPONSE), 2);
	/* The first one repeated is answered silently. */
	sip_net_inject(&net, A, net.node[B].at,
	    sip_net_sent(&net, B, "SIP/2.0 200", 0)->bytes);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_RESPONSE), 2);
	assert_int_equal(sip_net_count(&net, A, "ACK"), 3);
}

/* On CANCEL the called side says 487. */
static void end_487(struct sip_net_node *n, const struct sip_txn_event *ev)
{
	const struct sip_txn_answer a = { .status = 487 };

	if (ev->what == SIP_TXN_CANCEL)
		assert_int_equal(sip_txn_respond(n->layer, ev->id, &a,
				     ev->now_us),
		    ERR_OK);
}

static void test_cancel(void **state)
{
	struct sip_txn_id id;

	(void)state;
	net.node[B].on_event = end_487;
	id = sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	assert_int_equal(sip_txn_cancel(net.node[A].layer, id,
			     SLICE("Reason: SIP;cause=200\r\n"), net.now_us),
	    ERR_OK);
	assert_int_equal(sip_txn_cancel(net.node[A].layer, id, SLICE(""),
			     net.now_us),
	    ERR_OK);
	/* 9.1: not before a provisional response. */
	assert_int_equal(sip_net_count(&net, A, "CANCEL"), 0);
	sip_net_run(&net, RT_SEC_US);
	assert_int_equal(sip_net_count(&net, A, "CANCEL"), 1);
	assert_non_null(strstr(sip_net_sent(&net, A, "CANCEL", 0)->bytes,
	    "Reason: SIP;cause=200"));
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 487"), 1);
	assert_int_equal(sip_net_count(&net, A, "ACK"), 1);
	assert_int_equal(sip_net_event(&net, A, SIP_TXN_RESPONSE, 0)->status,
	    487);
	assert_true(sip_net_event(&net, A, SIP_TXN_RESPONSE, 0)->cancelled);
	assert_int_equal(sip_txn_cancel(net.node[A].layer, id, SLICE(""),
			     net.now_us),
	    ERR_NOTFOUND);
}

static bool lose_200_cancel(struct sip_net *n, const struct sip_net_sent *m)
{
	return m->node == B && strstr(m->bytes, "CANCEL\r\n") != NULL &&
	       n->lose_left-- > 0;
}

/* siphon#243: a repeated CANCEL gets the same 200, and no second 487. */
static void test_cancel_repeated(void **state)
{
	struct sip_txn_id id;

	(void)state;
	net.node[B].on_event = end_487;
	net.lose = lose_200_cancel;
	net.lose_left = 2;
	id = sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_txn_cancel(net.node[A].layer, id, SLICE(""),
			     net.now_us),
	    ERR_OK);
	sip_net_run(&net, 5 * RT_SEC_US);
	assert_int_equal(sip_net_count(&net, A, "CANCEL"), 3);
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_CANCEL), 1);
	assert_int_equal(sip_net_count(&net, B, "SIP/2.0 487"), 1);
	assert_string_equal(sip_net_sent(&net, B, "SIP/2.0 200", 0)->bytes,
	    sip_net_sent(&net, B, "SIP/2.0 200", 2)->bytes);
}

/* The race: the 200 was under way when we cancelled. */
static void test_cancel_too_late(void **state)
{
	struct sip_txn_id id;

	(void)state;
	net.node[A].on_event = ack_2xx;
	net.node[B].on_event = take_ack;
	id = sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_net_answer(&net, B, 200), ERR_OK);
	assert_int_equal(sip_txn_cancel(net.node[A].layer, id, SLICE(""),
			     net.now_us),
	    ERR_OK);
	sip_net_run(&net, RT_SEC_US);
	assert_int_equal(sip_net_event(&net, A, SIP_TXN_RESPONSE, 0)->status,
	    200);
	assert_true(sip_net_event(&net, A, SIP_TXN_RESPONSE, 0)->cancelled);
	/* 200 to the CANCEL too, and no word of it to the user (9.2). */
	assert_int_equal(sip_net_events(&net, B, SIP_TXN_CANCEL), 0);
}

/* 9.1: no final within 64 * T1 of the CANCEL: given up. */
static void test_cancel_unanswered(void **state)
{
	struct sip_txn_id id;

	(void)state;
	id = sip_net_request(&net, A, SIP_METHOD_INVITE, 1);
	sip_net_run(&net, 10 * MS);
	assert_int_equal(sip_txn_cancel(net.node[A].layer, id, SLICE(""),
			     net.now_us),
	    ERR_OK);
	sip_net_run(&net, 33 * RT_SEC_US);
	assert_int_equal(sip_net_events(&net, A, SIP_TXN_TIMEOUT), 1);
	assert_int_equal(sip_net_answer(&net, B, 487), ERR_OK);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_answered),
		T(test_invite_lost),
		T(test_bye_lost),
		T(test_busy_with_lost_acks),
		T(test_failure_never_acked),
		T(test_2xx_never_acked),
		T(test_2xx_repeated),
		T(test_2xx_lost),
		T(test_second_2xx),
		T(test_cancel),
		T(test_cancel_repeated),
		T(test_cancel_too_late),
		T(test_cancel_unanswered),
	};

	return cmocka_run_group_tests_name("sip_txn", tests, NULL, NULL);
}
