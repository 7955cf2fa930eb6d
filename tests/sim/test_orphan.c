/*
 * An engine dies in a call: the next one ends what it left, on both sides, in
 * the dialogs that were up, with credentials where they are asked for; and what
 * still rang is cancelled, what was not answered is answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine_dlgs.h"
#include "tests/sim/sim_rig.h"

#define CALLS 4

static void *memory;
static struct engine_dlgs dlgs; /* of the engine that runs */

static int setup(void **state)
{
	(void)state;
	memory = calloc(1, engine_dlgs_bytes(CALLS));
	return memory == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static void keep(void *arg, const struct engine_dialog *d)
{
	engine_dlgs_put(arg, d);
}

/* An engine begins, with what the one before has left. */
static void begin(struct rig *r)
{
	rig_init(r, CALLS);
	r->on_dialog = keep;
	r->on_dialog_arg = &dlgs;
	engine_dlgs_attach(&dlgs, memory, CALLS);
}

static unsigned int end_orphans(struct rig *r)
{
	struct engine_dialog d;
	unsigned int n = 0;

	while (engine_dlgs_take(&dlgs, &d)) {
		assert_int_equal(engine_orphan(r->engine, r->now, &d), ERR_OK);
		rig_pump(r);
		n++;
	}
	return n;
}

/* The first one of all, which finds nothing. */
static void begin_first(struct rig *r)
{
	begin(r);
	assert_int_equal(end_orphans(r), 0);
}

/* What went there last and begins so. */
static const struct rig_sent *sent_to(const struct rig *r, struct addr4 to,
    const char *begin, struct sip_msg *m)
{
	for (size_t i = r->n_sent; i-- > 0;) {
		const struct rig_sent *s = &r->sent[i % RIG_SENT_MAX];

		if (addr4_eq(s->to, to) &&
		    strncmp(s->text, begin, strlen(begin)) == 0) {
			rig_parse(s, m);
			return s;
		}
	}
	fail_msg("no %s was sent there", begin);
	return NULL;
}

static const struct rig_sent *bye_to(const struct rig *r, struct addr4 to,
    struct sip_msg *m)
{
	return sent_to(r, to, "BYE ", m);
}

static void answer(struct rig *r, const struct rig_sent *to, struct addr4 from,
    unsigned int status, const char *header)
{
	char text[4096], whole[4608], *at;

	rig_write_answer(to, status, "", text, sizeof(text));
	at = strstr(text, "Contact:");
	assert_non_null(at);
	(void)snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(at - text), text,
	    header, at);
	rig_input(r, from, whole);
}

static void expect_idle(struct rig *r)
{
	struct engine_stats s;
	struct engine_dlgs next;
	struct engine_dialog d;

	rig_pass_time(r, 40 * RT_SEC_US);
	engine_get_stats(r->engine, &s);
	assert_int_equal(s.calls + s.legs + s.transactions + s.timers, 0);
	engine_dlgs_attach(&next, memory, CALLS);
	assert_false(engine_dlgs_take(&next, &d));
}

static const char challenge[] =
    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";

static void test_both_sides(void **state)
{
	static struct rig r, then; /* large for a stack */
	const struct rig_sent *s;
	struct sip_msg m;
	char tag[128];
	uint32_t first;

	(void)state;
	begin_first(&r);
	rig_call_up(&r, tag);
	rig_fini(&r); /* dies: nobody is told */
	begin(&then);
	assert_int_equal(end_orphans(&then), 2);
	assert_false(engine_dlgs_take(&dlgs, &(struct engine_dialog){ 0 }));

	s = bye_to(&then, RIG_CARRIER, &m);
	assert_true(slice_eq_cstr(m.from.tag, tag));
	assert_true(slice_eq(m.to.tag, SLICE("fc1")));
	assert_true(slice_eq(m.call_id, SLICE("c1")));
	assert_non_null(strstr(s->text, "Reason: Q.850;cause=41"));
	/* Who called us gets no credentials. */
	answer(&then, s, RIG_CARRIER, 407, challenge);
	assert_int_equal(rig_count_sent(&then, "BYE"), 2);

	s = bye_to(&then, RIG_PHONE, &m);
	first = m.cseq.number;
	assert_true(first > 1);
	assert_true(slice_eq(m.to.tag, SLICE("ptag")));
	assert_non_null(strstr(s->text, "BYE sip:p@10.0.0.3:5080 "));
	answer(&then, s, RIG_PHONE, 407, challenge);
	s = bye_to(&then, RIG_PHONE, &m);
	assert_int_equal(m.cseq.number, first + 1);
	assert_non_null(strstr(s->text, "Proxy-Authorization: Digest "));
	answer(&then, s, RIG_PHONE, 200, "");
	expect_idle(&then);
	rig_fini(&then);
}

/* The next one dies, too, before anybody answered: the one after it says BYE
 * again. */
static void test_two_deaths(void **state)
{
	static struct rig r, second, third; /* large for a stack */
	struct sip_msg m;
	char tag[128];

	(void)state;
	begin_first(&r);
	rig_call_up(&r, tag);
	rig_fini(&r);
	begin(&second);
	assert_int_equal(end_orphans(&second), 2);
	rig_fini(&second);
	begin(&third);
	assert_int_equal(end_orphans(&third), 2);
	answer(&third, bye_to(&third, RIG_CARRIER, &m), RIG_CARRIER, 200, "");
	answer(&third, bye_to(&third, RIG_PHONE, &m), RIG_PHONE, 481, "");
	expect_idle(&third);
	rig_fini(&third);
}

/* Those after it die before they have begun, or over the first of them: nobody
 * stays in the call for that. */
static void test_deaths_before_the_start(void **state)
{
	static struct rig r, then; /* large for a stack */
	struct engine_dialog d;
	char tag[128];

	(void)state;
	begin_first(&r);
	rig_call_up(&r, tag);
	rig_fini(&r);
	for (unsigned int i = 0; i < 3; i++) {
		begin(&then);
		rig_fini(&then);
	}
	begin(&then);
	assert_true(engine_dlgs_take(&dlgs, &d));
	rig_fini(&then);
	begin(&then);
	assert_int_equal(end_orphans(&then), 1);
	rig_fini(&then);
}

/* A call that ended, and one that nobody took, leave nothing. */
static void test_nothing_left(void **state)
{
	static struct rig r, then; /* large for a stack */
	char tag[128];

	(void)state;
	begin_first(&r);
	rig_call_up(&r, tag);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	rig_answer_as_phone(&r, "BYE", 200, "");
	rig_request(&r, "INVITE", 1, "+13035550100", "c2", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_answer_as_phone(&r, "INVITE", 486, "");
	rig_fini(&r);
	begin(&then);
	assert_int_equal(end_orphans(&then), 0);
	rig_fini(&then);
}

/* A call that rings, as the dead engine left it; its INVITE to the phone. */
static void leave_ringing(struct rig *r, unsigned int status,
    struct rig_sent *invite)
{
	struct sip_msg m;

	begin_first(r);
	rig_request(r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	if (status != 0)
		rig_answer_as_phone(r, "INVITE", status, "");
	*invite = *sent_to(r, RIG_PHONE, "INVITE ", &m);
	rig_fini(r);
}

/* The CANCEL of that INVITE, which is matched by its Via (RFC 3261 9.1). */
static const struct rig_sent *expect_cancel(struct rig *then,
    const struct rig_sent *invite)
{
	struct sip_msg was, m;
	const struct rig_sent *s = sent_to(then, RIG_PHONE, "CANCEL ", &m);

	rig_parse(invite, &was);
	assert_true(slice_eq(m.via.branch, was.via.branch));
	assert_true(slice_eq(m.uri_text, was.uri_text));
	assert_true(slice_eq(m.call_id, was.call_id));
	assert_true(slice_eq(m.from.tag, was.from.tag));
	assert_int_equal(m.cseq.number, was.cseq.number);
	assert_int_equal(m.to.tag.n, 0);
	assert_non_null(strstr(s->text, "Reason: Q.850;cause=41"));
	return s;
}

static void test_ringing(void **state)
{
	static const unsigned int statuses[] = { 0, 100, 180, 183 };
	static struct rig r, then; /* large for a stack */
	static struct rig_sent invite;
	struct sip_msg m;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(statuses); i++) {
		memset(memory, 0, engine_dlgs_bytes(CALLS));
		leave_ringing(&r, statuses[i], &invite);
		begin(&then);
		assert_int_equal(end_orphans(&then), 2);

		/* The telephone stops ringing. */
		rig_answer(&then, expect_cancel(&then, &invite), 200, "");
		rig_answer(&then, &invite, 487, "");
		(void)sent_to(&then, RIG_PHONE, "ACK ", &m);
		assert_int_equal(rig_count_sent(&then, "CANCEL "), 1);
		assert_int_equal(rig_count_sent(&then, "INVITE "), 0);

		/* The caller is told, until he has heard it. */
		(void)sent_to(&then, RIG_CARRIER, "SIP/2.0 503 ", &m);
		assert_true(slice_eq(m.call_id, SLICE("c1")));
		assert_true(m.to.tag.n > 0);
		assert_int_equal(m.cseq.method, SIP_METHOD_INVITE);
		rig_pass_time(&then, RT_SEC_US);
		assert_int_equal(rig_count_sent(&then, "SIP/2.0 503 "), 2);
		expect_idle(&then);
		rig_fini(&then);
	}
}

/* The tag of the 180 is the tag of the end, and the ACK stops it. */
static void test_same_tag(void **state)
{
	static struct rig r, then; /* large for a stack */
	char early[128], branch[128], text[1024];
	struct sip_msg m;
	size_t n;

	(void)state;
	begin_first(&r);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	rig_answer_as_phone(&r, "INVITE", 180, "");
	(void)sent_to(&r, RIG_CARRIER, "SIP/2.0 180 ", &m);
	assert_true(slice_to_cstr(m.to.tag, early, sizeof(early)));
	rig_fini(&r);
	begin(&then);
	assert_int_equal(end_orphans(&then), 2);
	(void)sent_to(&then, RIG_CARRIER, "SIP/2.0 503 ", &m);
	assert_true(slice_eq_cstr(m.to.tag, early));
	assert_true(slice_to_cstr(m.via.branch, branch, sizeof(branch)));
	(void)snprintf(text, sizeof(text),
	    "ACK sip:+13035550100@10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=%s\r\n"
	    "From: <sip:x@10.0.0.2>;tag=fc1\r\n"
	    "To: <sip:+13035550100@10.0.0.1>;tag=%s\r\n"
	    "Call-ID: c1\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
	    branch, early);
	rig_input(&then, RIG_CARRIER, text);
	n = rig_count_sent(&then, "SIP/2.0 503 ");
	rig_pass_time(&then, 5 * RT_SEC_US);
	assert_int_equal(rig_count_sent(&then, "SIP/2.0 503 "), n);
	rig_fini(&then);
}

/* Answered all the same: by who was quicker than our CANCEL. */
static void test_answered_late(void **state)
{
	static struct rig r, then; /* large for a stack */
	static struct rig_sent invite;
	struct sip_msg m, ack;

	(void)state;
	leave_ringing(&r, 180, &invite);
	begin(&then);
	assert_int_equal(end_orphans(&then), 2);
	(void)expect_cancel(&then, &invite);
	rig_answer(&then, &invite, 200, rig_sdp);
	(void)sent_to(&then, RIG_PHONE, "ACK ", &ack);
	(void)bye_to(&then, RIG_PHONE, &m);
	assert_int_equal(ack.cseq.number, 1);
	assert_true(slice_eq(ack.to.tag, SLICE("ptag")));
	assert_true(m.cseq.number > 1);
	assert_true(slice_eq(m.to.tag, SLICE("ptag")));
	rig_answer(&then, bye_to(&then, RIG_PHONE, &m), 200, "");
	expect_idle(&then);
	rig_fini(&then);
}

/* Two deaths while it rings: the third engine cancels it, too. */
static void test_ringing_twice(void **state)
{
	static struct rig r, second, third; /* large for a stack */
	static struct rig_sent invite;

	(void)state;
	leave_ringing(&r, 180, &invite);
	begin(&second);
	assert_int_equal(end_orphans(&second), 2);
	rig_fini(&second);
	begin(&third);
	assert_int_equal(end_orphans(&third), 1);
	(void)expect_cancel(&third, &invite);
	rig_answer(&third, &invite, 487, "");
	expect_idle(&third);
	rig_fini(&third);
}

/* Memory of another process is no reason to trust it. */
static void test_garbage(void **state)
{
	static struct rig r; /* large for a stack */
	struct engine_stats s;
	struct engine_dialog d;
	struct sip_dlg dlg;
	char tag[128];

	(void)state;
	begin_first(&r);
	rig_call_up(&r, tag);
	engine_dlgs_attach(&dlgs, memory, CALLS);
	assert_true(engine_dlgs_take(&dlgs, &d));
	assert_int_equal(d.bytes.n, sizeof(dlg));
	for (size_t i = 0; i < offsetof(struct sip_dlg, text); i++) {
		static const unsigned char odd[] = { 0, 1, 0x7f, 0xff };

		for (size_t k = 0; k < sizeof(odd); k++) {
			char bytes[sizeof(dlg)];
			struct engine_dialog bad = { .what = d.what,
				.bytes = slice_of(bytes, sizeof(bytes)) };

			memcpy(bytes, d.bytes.p, sizeof(bytes));
			bytes[i] = (char)odd[k];
			(void)!engine_orphan(r.engine, r.now, &bad);
			rig_pump(&r);
			rig_pass_time(&r, 33 * RT_SEC_US);
		}
	}
	d.bytes = slice_head(d.bytes, 100);
	for (enum engine_left what = 0; what <= ENGINE_LEFT_KINDS; what++) {
		d.what = what;
		assert_int_equal(engine_orphan(r.engine, r.now, &d),
		    ERR_SYNTAX);
	}
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.legs, 2);
	rig_fini(&r);
}

/* INVITEs of which every byte in turn is another one, and cut ones. */
static void test_garbled_invites(void **state)
{
	static struct rig r, then; /* large for a stack */
	static struct rig_sent invite;
	struct engine_dialog d;
	struct engine_stats s;

	(void)state;
	leave_ringing(&r, 180, &invite);
	begin(&then);
	while (engine_dlgs_take(&dlgs, &d)) {
		char bytes[ENGINE_DLGS_BYTES];
		struct engine_dialog bad = d;

		for (size_t i = 0; i <= d.bytes.n; i++) {
			memcpy(bytes, d.bytes.p, d.bytes.n);
			bad.bytes = slice_of(bytes, i);
			(void)!engine_orphan(then.engine, then.now, &bad);
			rig_pump(&then);
			rig_pass_time(&then, 33 * RT_SEC_US);
			bytes[i % d.bytes.n] ^= (char)(1 + i % 127);
			bad.bytes = slice_of(bytes, d.bytes.n);
			(void)!engine_orphan(then.engine, then.now, &bad);
			rig_pump(&then);
			rig_pass_time(&then, 33 * RT_SEC_US);
		}
	}
	rig_pass_time(&then, 40 * RT_SEC_US);
	engine_get_stats(then.engine, &s);
	assert_int_equal(s.calls + s.legs + s.transactions + s.timers, 0);
	rig_fini(&then);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_sides, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_two_deaths, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_deaths_before_the_start,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_left, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_ringing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_tag, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answered_late, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_ringing_twice, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbled_invites, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name("orphan", tests, NULL, NULL);
}
