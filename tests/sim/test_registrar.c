/*
 * Registration with carriers: challenges, what is granted, what is refused, and
 * the end of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/snap_write.h"
#include "sipworker/engine_watch.h"
#include "tests/sim/sim_rig.h"

#define REGISTRAR ((struct addr4){ 0x0a000004, 5060 })
#define SECOND    ((struct addr4){ 0x0a000005, 5060 })

static struct rig r; /* large for a stack */
static struct buf bytes;
static struct snap snap;
static const char *password = "secret";

static void configure(uint32_t register_s, const char *name)
{
	const struct snap_trunk trunk = { .id = { { 1 } },
		.codecs = SNAP_CODEC_PCMU,
		.next_hop_ip = name[0] == '\0' ? REGISTRAR.ip : 0,
		.next_hop_name = slice_from(name),
		.auth_user = SLICE("me"),
		.auth_password = slice_from(password),
		.register_s = register_s };
	const struct snap_source src = { .trunks = &trunk, .n_trunks = 1 };
	static uint64_t key = 10;

	buf_fini(&bytes);
	buf_init(&bytes, 1 << 16);
	assert_int_equal(snap_write(&src, &bytes), ERR_OK);
	assert_int_equal(snap_open(buf_slice(&bytes), &snap), ERR_OK);
	engine_snapshot(r.engine, r.now, &snap, ++key);
	rig_pump(&r);
}

static void begin(uint32_t register_s, const char *name)
{
	rig_init(&r, 4);
	configure(register_s, name);
	rig_pass_time(&r, RT_SEC_US / 10);
}

static void says(const char *status, const char *extra)
{
	const struct rig_sent *s = rig_last(&r);
	char text[4096];
	struct sip_msg m;
	struct buf b;

	rig_parse(s, &m);
	buf_over(&b, text, sizeof(text) - 1);
	buf_printf(&b,
	    "SIP/2.0 %s\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: %.*s;tag=t\r\n"
	    "Call-ID: %.*s\r\nCSeq: %.*s\r\n%sContent-Length: 0\r\n\r\n",
	    status, SLICE_FMT(sip_msg_value(&m, SIP_HDR_VIA)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_FROM)),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_TO)), SLICE_FMT(m.call_id),
	    SLICE_FMT(sip_msg_value(&m, SIP_HDR_CSEQ)), extra);
	assert_int_equal(buf_err(&b), ERR_OK);
	text[b.n] = '\0';
	rig_input(&r, s->to, text);
}

static struct engine_stats stats(void)
{
	struct engine_stats s;

	engine_get_stats(r.engine, &s);
	return s;
}

/* It is challenged once, granted less than asked for, and comes again in
 * time, by the nonce it knows. Drained, it is taken back. */
static void test_life(void **state)
{
	(void)state;
	begin(300, "");
	assert_int_equal(rig_count_sent(&r, "REGISTER sip:10.0.0.4 SIP/2.0"),
	    1);
	assert_non_null(strstr(rig_last(&r)->text,
	    "Contact: <sip:me@10.0.0.1:5060>\r\nExpires: 300\r\n"));
	assert_non_null(
	    strstr(rig_last(&r)->text, "To: <sip:me@10.0.0.4>\r\n"));
	assert_null(strstr(rig_last(&r)->text, "uthorization"));
	says("401 Unauthorized",
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n1\", qop=\"auth\"\r\n");
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	assert_non_null(strstr(rig_last(&r)->text,
	    "Authorization: Digest username=\"me\""));
	assert_non_null(strstr(rig_last(&r)->text, "CSeq: 2 REGISTER"));
	assert_int_equal(stats().registered, 0);
	says("200 OK",
	    "Contact: <sip:other@10.9.9.9>;expires=9, "
	    "<sip:me@10.0.0.1:5060>;expires=120\r\nExpires: 3600\r\n");
	assert_int_equal(stats().registered, 1);
	rig_pass_time(&r, 89 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	rig_pass_time(&r, 1100 * INT64_C(1000));
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 3);
	assert_non_null(strstr(rig_last(&r)->text, "nc=00000002"));
	says("200 OK", "Expires: 120\r\n");
	assert_int_equal(stats().register_failed, 0);
	engine_drain(r.engine, r.now);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 4);
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 0\r\n"));
	says("200 OK", "");
	assert_int_equal(stats().registered, 0);
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 4);
	assert_int_equal(stats().timers + stats().transactions, 0);
	rig_fini(&r);
}

/* Longer, when the carrier wants that; never for a day. */
static void test_too_short(void **state)
{
	(void)state;
	begin(60, "");
	says("423 Interval Too Brief", "Min-Expires: 900\r\n");
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 900\r\n"));
	says("423 Interval Too Brief", "Min-Expires: 86400\r\n");
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	assert_int_equal(stats().register_failed, 1);
	rig_fini(&r);
}

/* A little longer each time is a game, not an answer. */
static void test_longer_and_longer(void **state)
{
	char least[40];

	(void)state;
	begin(60, "");
	for (int i = 1; i < 10; i++) {
		(void)snprintf(least, sizeof(least), "Min-Expires: %d\r\n",
		    60 + i);
		says("423 Interval Too Brief", least);
	}
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 4);
	assert_int_equal(stats().register_failed, 1);
	rig_fini(&r);
}

/* It says when: not before, but never later than half an hour. */
static void test_retry_after(void **state)
{
	static const struct {
		const char *header;
		int64_t s;
	} cases[] = {
		{ "Retry-After: 600\r\n", 600 },
		{ "Retry-After: 90 (full);duration=60\r\n", 90 },
		{ "Retry-After: 5\r\n", 30 },
		{ "Retry-After: 4000000000\r\n", 1800 },
		{ "Retry-After: soon\r\n", 30 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		begin(300, "");
		says("503 Service Unavailable", cases[i].header);
		rig_pass_time(&r, (cases[i].s - 1) * RT_SEC_US);
		assert_int_equal(rig_count_sent(&r, "REGISTER"), 1);
		rig_pass_time(&r, 6 * RT_SEC_US);
		if (rig_count_sent(&r, "REGISTER") < 2)
			fail_msg("%s", cases[i].header);
		rig_fini(&r);
	}
}

/* Which of several bindings is ours: the time until it is said again. */
static void test_which_binding(void **state)
{
	static const struct {
		const char *why;
		const char *contacts;
		int64_t s;
	} cases[] = {
		{ "ours beside an old port's",
		    "Contact: <sip:me@10.0.0.1:5060>;expires=100,"
		    " <sip:me@10.0.0.1:5070>;expires=8\r\n",
		    75 },
		{ "ours without a port is 5060",
		    "Contact: <sip:me@10.0.0.1:5070>;expires=8\r\n"
		    "m: <sip:me@10.0.0.1>;q=0.5;expires=100\r\n",
		    75 },
		{ "two that may be ours: the shorter",
		    "Contact: <sip:me@10.0.0.1:6060>;expires=200,"
		    " <sip:me@10.0.0.1:6061>;expires=100\r\n",
		    75 },
		{ "the only one, as a NAT shows us",
		    "Contact: <sip:me@203.0.113.9:40001>;expires=40\r\n", 30 },
		{ "others'",
		    "Contact: <sip:me@203.0.113.9>;expires=9,"
		    " <sip:me@203.0.113.8>;expires=8\r\nExpires: 120\r\n",
		    90 },
		{ "no number", "Contact: <sip:me@10.0.0.1>;expires=x\r\n",
		    225 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		begin(300, "");
		says("200 OK", cases[i].contacts);
		rig_pass_time(&r, cases[i].s * RT_SEC_US - 200000);
		if (rig_count_sent(&r, "REGISTER") != 1)
			fail_msg("%s: too early", cases[i].why);
		rig_pass_time(&r, 400000);
		if (rig_count_sent(&r, "REGISTER") != 2)
			fail_msg("%s: too late", cases[i].why);
		rig_fini(&r);
	}
}

/* The answer to what was asked before a change of the trunk comes after it. */
static void test_late_answer(void **state)
{
	static const char challenge[] =
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n";

	(void)state;
	begin(300, "");
	configure(900, "");
	says("200 OK", "Expires: 300\r\n");
	assert_int_equal(stats().registered, 0);
	rig_pass_time(&r, RT_SEC_US / 10);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 900\r\n"));
	says("401 Unauthorized", challenge);
	says("200 OK", "Expires: 900\r\n");
	assert_int_equal(stats().registered, 1);
	rig_fini(&r);
}

/* So short a time as keeps a NAT open: it must not run out meanwhile. */
static void test_granted_little(void **state)
{
	(void)state;
	begin(60, "");
	says("200 OK", "Expires: 20\r\n");
	rig_pass_time(&r, 14 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 1);
	rig_pass_time(&r, 1100 * INT64_C(1000));
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	/* Nothing at all is no reason to ask at once, and for ever. */
	says("200 OK", "Expires: 0\r\n");
	rig_pass_time(&r, 5 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	rig_fini(&r);
}

/* Of what was sent last; repeated it is the same. */
static unsigned int last_cseq(void)
{
	struct sip_msg m;

	rig_parse(rig_last(&r), &m);
	return m.cseq.number;
}

/* A wrong password is not tried in a loop: again in half a minute, then later
 * and later. */
static void test_refused(void **state)
{
	static const char challenge[] =
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n";
	struct engine_watch w = { .logged = { { 0 } } };
	unsigned int before;

	(void)state;
	begin(300, "");
	for (int round = 0; round < 8; round++) {
		const int64_t wait_s = 30 << round;

		says("401 Unauthorized", challenge);
		says("403 Forbidden", "");
		assert_int_equal(stats().register_failed, round + 1);
		assert_int_equal(stats().registered, 0);
		before = last_cseq();
		rig_pass_time(&r,
		    (wait_s > 1800 ? 1790 : wait_s - 1) * RT_SEC_US);
		assert_int_equal(last_cseq(), before);
		rig_pass_time(&r, 20 * RT_SEC_US);
		assert_int_equal(last_cseq(), before + 1);
	}
	assert_int_equal(engine_watch(&w, r.engine, r.now.mono_us), 1);
	says("401 Unauthorized", challenge);
	says("200 OK", "");
	assert_int_equal(stats().registered, 1);
	rig_fini(&r);
}

/* Who mends the password, or wants another time, does not wait; another change
 * of the configuration is none of the carrier's business. */
static void test_changed(void **state)
{
	static const char challenge[] =
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n";
	char before[42]; /* response="…" */

	(void)state;
	begin(300, "");
	says("401 Unauthorized", challenge);
	memcpy(before, strstr(rig_last(&r)->text, "response="), sizeof(before));
	says("403 Forbidden", "");
	configure(300, "");
	rig_pass_time(&r, RT_SEC_US / 10);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	password = "mended";
	configure(300, "");
	rig_pass_time(&r, RT_SEC_US / 10);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 3);
	assert_null(strstr(rig_last(&r)->text, "uthorization"));
	says("401 Unauthorized", challenge);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 4);
	assert_memory_not_equal(strstr(rig_last(&r)->text, "response="), before,
	    sizeof(before));
	says("200 OK", "");
	configure(900, "");
	rig_pass_time(&r, RT_SEC_US / 10);
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 900\r\n"));
	says("200 OK", "");
	assert_int_equal(stats().registered, 1);
	password = "secret";
	rig_fini(&r);
}

/* A name: its second address when the first says 503; looked up anew when none
 * of them does. */
static void test_name(void **state)
{
	(void)state;
	rig_init(&r, 4);
	r.names[0] = REGISTRAR;
	r.names[1] = SECOND;
	r.n_names = 2;
	configure(300, "sip.carrier.example");
	rig_pass_time(&r, RT_SEC_US / 10);
	assert_int_equal(rig_count_sent(&r,
			     "REGISTER sip:sip.carrier.example SIP/2.0"),
	    1);
	assert_true(addr4_eq(rig_last(&r)->to, REGISTRAR));
	/* Both ask who we are, and neither knows the other's nonce. */
	says("401 Unauthorized",
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n1\"\r\n");
	says("503 Service Unavailable", "");
	assert_true(addr4_eq(rig_last(&r)->to, SECOND));
	assert_null(strstr(rig_last(&r)->text, "uthorization"));
	says("401 Unauthorized",
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n2\"\r\n");
	assert_non_null(strstr(rig_last(&r)->text, "nonce=\"n2\""));
	assert_int_equal(stats().register_failed, 0);
	says("503 Service Unavailable", "");
	assert_int_equal(stats().register_failed, 1);
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_true(addr4_eq(rig_last(&r)->to, REGISTRAR));
	says("200 OK", "");
	assert_int_equal(stats().registered, 1);
	rig_fini(&r);
}

/* Drained while it is under way: taken back all the same, also from one that
 * asks who we are, and what was asked first does not count any more. */
static void test_leaves_early(void **state)
{
	struct rig_sent first;
	char text[4096];

	(void)state;
	begin(300, "");
	first = *rig_last(&r);
	engine_drain(r.engine, r.now);
	rig_pump(&r);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 2);
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 0\r\n"));
	rig_write_answer(&first, 200, "", text, sizeof(text));
	rig_input(&r, first.to, text);
	assert_int_equal(stats().registered, 0);
	says("401 Unauthorized",
	    "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n");
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 3);
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 0\r\n"));
	assert_non_null(strstr(rig_last(&r)->text, "Authorization: Digest "));
	says("200 OK", "");
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&r, "REGISTER"), 3);
	assert_int_equal(stats().timers + stats().transactions, 0);
	rig_fini(&r);
}

/* No reply at all; then a configuration without it. */
static void test_gone(void **state)
{
	(void)state;
	begin(300, "");
	rig_pass_time(&r, 33 * RT_SEC_US);
	assert_int_equal(stats().register_failed, 1);
	/* Its packets are heard while we wait for them, nobody else's. */
	configure(0, "");
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_int_equal(stats().timers + stats().transactions, 0);
	rig_fini(&r);

	begin(300, "");
	says("200 OK", "");
	configure(0, "");
	assert_non_null(strstr(rig_last(&r)->text, "Expires: 0\r\n"));
	assert_int_equal(stats().registered, 0);
	says("500 Server Error", "");
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_int_equal(stats().timers + stats().transactions, 0);
	rig_fini(&r);
	buf_fini(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_longer_and_longer),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_which_binding),
		cmocka_unit_test(test_late_answer),
		cmocka_unit_test(test_granted_little),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_leaves_early),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
