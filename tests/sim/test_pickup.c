/*
 * Transfers after asking first: REFER with Replaces, and INVITE with Replaces
 * by which somebody takes a called party's place (RFC 3891, RFC 5589).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/engine/transfer.h"
#include "tests/sim/sim_rig.h"

/* The phone's dialog of a call that is up. */
struct dialog {
	char call_id[128];
	char own[128]; /* the engine's tag */
};

static const struct rig_sent *first_invite(const struct rig *r)
{
	for (size_t i = 0; i < r->n_sent; i++)
		if (strncmp(r->sent[i].text, "INVITE ", 7) == 0)
			return &r->sent[i];
	fail_msg("nobody was invited");
	return NULL;
}

static void call_up(struct rig *r, char tag[128], struct dialog *d)
{
	struct sip_msg m;

	rig_init(r, 4);
	rig_call_up(r, tag);
	rig_parse(first_invite(r), &m);
	assert_true(slice_to_cstr(m.call_id, d->call_id, sizeof(d->call_id)));
	assert_true(slice_to_cstr(m.from.tag, d->own, sizeof(d->own)));
}

/* A request of the phone's side, outside of the first dialog or in it. */
static void asks(struct rig *r, struct addr4 from, const char *method,
    unsigned int cseq, const char *call_id, const char *to, const char *extra,
    const char *body)
{
	char text[4096];

	(void)snprintf(text, sizeof(text),
	    "%s sip:10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.3:5090;branch=z9hG4bK%s%u%s\r\n"
	    "From: <sip:second@10.0.0.3>;tag=ptag\r\nTo: <sip:x@h>%s%s\r\n"
	    "Call-ID: %s\r\nCSeq: %u %s\r\nContact: <sip:10.0.0.3:5090>\r\n"
	    "Max-Forwards: 70\r\n%s%sContent-Length: %zu\r\n\r\n%s",
	    method, method, cseq, call_id, to[0] != '\0' ? ";tag=" : "", to,
	    call_id, cseq, method, extra,
	    body[0] != '\0' ? "Content-Type: application/sdp\r\n" : "",
	    strlen(body), body);
	rig_input(r, from, text);
}

static void take_over(struct rig *r, struct addr4 from, const char *call_id,
    const char *replaces, const char *body)
{
	char extra[600];

	(void)snprintf(extra, sizeof(extra),
	    "Require: replaces\r\nReplaces: %s\r\n", replaces);
	asks(r, from, "INVITE", 1, call_id, "", extra, body);
}

static void name(const struct dialog *d, const char *more, char out[400])
{
	(void)snprintf(out, 400, "%s;to-tag=%s;from-tag=ptag%s", d->call_id,
	    d->own, more);
}

static size_t count_media(const struct rig *r, enum engine_media_op op)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_media; i++)
		n += r->media[i].op == op;
	return n;
}

static void idle(struct rig *r)
{
	struct engine_stats s;

	rig_pass_time(r, 3 * RT_MIN_US);
	engine_get_stats(r->engine, &s);
	assert_int_equal(s.calls + s.legs + s.transactions + s.ports +
			     s.timers + s.streams,
	    0);
	rig_fini(r);
}

/* The 200 of the second telephone's call, with this; its tag. */
static void answered_with(const struct rig *r, const char *what, char tag[128])
{
	struct sip_msg m;

	for (size_t i = 0; i < r->n_sent; i++)
		if (strncmp(r->sent[i].text, "SIP/2.0 200", 11) == 0 &&
		    strstr(r->sent[i].text, "Call-ID: p2") != NULL) {
			assert_non_null(strstr(r->sent[i].text, what));
			rig_parse(&r->sent[i], &m);
			assert_true(slice_to_cstr(m.to.tag, tag, 128));
			return;
		}
	fail_msg("it is not answered");
}

/* Another telephone of the same host takes over; the first hears BYE. */
static void test_taken_over(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128], value[400], second[128];
	struct dialog d;

	(void)state;
	call_up(&r, tag, &d);
	name(&d, "", value);
	take_over(&r, RIG_PHONE, "p2", value, rig_sdp);
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	assert_int_equal(count_media(&r, ENGINE_MEDIA_BRIDGE), 2);
	answered_with(&r, "m=audio ", second);
	asks(&r, RIG_PHONE, "ACK", 1, "p2", second, "", "");
	rig_answer_as_phone(&r, "BYE", 200, "");
	rig_pass_time(&r, 10 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	/* The first's dialog is gone, and the second may hang up. */
	take_over(&r, RIG_PHONE, "p3", value, rig_sdp);
	assert_int_equal(rig_count_sent(&r, "SIP/2.0 200"), 2);
	asks(&r, RIG_PHONE, "BYE", 2, "p2", second, "", "");
	assert_int_equal(r.n_closed, 1);
	assert_int_equal(r.closed.result, CALLRESULT_ANSWERED);
	assert_int_equal(r.closed.ended_by, CALLREC_BY_CALLED);
	assert_int_equal(r.closed.answered_leg, 2);
	assert_true(r.closed.talk_us == 10 * RT_SEC_US);
	idle(&r);
}

/* A system that makes no offer gets ours, and answers it in the ACK. */
static void test_late_offer(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128], value[400], second[128];
	const struct engine_media *m;
	struct dialog d;

	(void)state;
	call_up(&r, tag, &d);
	name(&d, "", value);
	take_over(&r, RIG_PHONE, "p2", value, "");
	answered_with(&r, "RTP/AVP 0 8 101", second);
	asks(&r, RIG_PHONE, "ACK", 1, "p2", second, "", rig_sdp);
	m = &r.media[r.n_media - 1];
	assert_int_equal(m->op, ENGINE_MEDIA_TARGET);
	assert_int_equal(m->remote.port, 4000);
	assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	rig_answer_as_phone(&r, "BYE", 200, "");
	rig_pass_time(&r, 40 * RT_SEC_US);
	assert_int_equal(r.n_closed, 0);
	asks(&r, RIG_PHONE, "BYE", 2, "p2", second, "", "");
	assert_int_equal(r.n_closed, 1);
	idle(&r);
	/* None in the ACK either: there is nobody to talk to. */
	call_up(&r, tag, &d);
	name(&d, "", value);
	take_over(&r, RIG_PHONE, "p2", value, "");
	answered_with(&r, "RTP/AVP 0 8 101", second);
	asks(&r, RIG_PHONE, "ACK", 1, "p2", second, "", "");
	assert_int_equal(r.n_closed, 1);
	idle(&r);
}

/* It never confirms: the call ends, as if it had hung up. */
static void test_never_confirmed(void **state)
{
	static struct rig r; /* large for a stack */
	char tag[128], value[400];
	struct dialog d;

	(void)state;
	call_up(&r, tag, &d);
	name(&d, "", value);
	take_over(&r, RIG_PHONE, "p2", value, rig_sdp);
	rig_answer_as_phone(&r, "BYE", 200, "");
	rig_pass_time(&r, 33 * RT_SEC_US);
	assert_int_equal(r.n_closed, 1);
	idle(&r);
}

/* Whoever may not, or asks for what is not there, changes nothing. */
static void test_refused(void **state)
{
	static const struct addr4 carrier = { 0x0a000002, 5060 };
	static struct rig r; /* large for a stack */
	char tag[128], good[400], early[400], swapped[400];
	struct dialog d;

	call_up(&r, tag, &d);
	name(&d, "", good);
	name(&d, ";early-only", early);
	(void)snprintf(swapped, sizeof(swapped), "%s;from-tag=%s;to-tag=ptag",
	    d.call_id, d.own);
	const struct {
		const char *why;
		struct addr4 from;
		const char *replaces;
		const char *body;
		unsigned int status;
	} cases[] = {
		{ "another host, though it may call", carrier, good, rig_sdp,
		    403 },
		{ "no such dialog", RIG_PHONE, "x;to-tag=1;from-tag=2", rig_sdp,
		    481 },
		{ "its tags the other way round", RIG_PHONE, swapped, rig_sdp,
		    481 },
		{ "only while it rings", RIG_PHONE, early, rig_sdp, 486 },
		{ "broken", RIG_PHONE, "x;to-tag=1", rig_sdp, 400 },
		{ "two of them", RIG_PHONE,
		    "x;to-tag=1;from-tag=2\r\nReplaces: y;to-tag=1;from-tag=2",
		    rig_sdp, 400 },
		{ "insists on more", RIG_PHONE,
		    "x;to-tag=1;from-tag=2\r\nRequire: precondition", rig_sdp,
		    420 },
		{ "no audio", RIG_PHONE, good,
		    "v=0\r\no=- 1 1 IN IP4 10.0.0.3\r\ns=-\r\n"
		    "c=IN IP4 10.0.0.3\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n",
		    488 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "r%zu", i);
		take_over(&r, cases[i].from, id, cases[i].replaces,
		    cases[i].body);
		rig_expect_status(&r, cases[i].why, cases[i].status);
		rig_pass_time(&r, 6 * RT_SEC_US);
	}
	/* The caller's own leg is nobody's to take. */
	(void)snprintf(good, sizeof(good), "c1;to-tag=%s;from-tag=fc1", tag);
	take_over(&r, RIG_PHONE, "r99", good, rig_sdp);
	assert_true(strncmp(rig_last(&r)->text, "SIP/2.0 4", 9) == 0);
	assert_int_equal(rig_count_sent(&r, "BYE"), 0);
	assert_int_equal(count_media(&r, ENGINE_MEDIA_BRIDGE), 1);
	assert_int_equal(r.n_closed, 0);
	rig_request(&r, "BYE", 2, "+13035550100", "c1", tag, "", "");
	rig_answer_as_phone(&r, "BYE", 200, "");
	assert_int_equal(r.n_closed, 1);
	idle(&r);
}

struct seen {
	int64_t value[8];
	size_t n;
};

static void see(void *arg, const struct callrec_event *ev)
{
	struct seen *s = arg;

	if (ev->what == CALLREC_EV_TRANSFER && s->n < RT_ARRAY_LEN(s->value))
		s->value[s->n++] = ev->value;
}

/* After asking: the new INVITE takes the place of the call in which it was
 * asked. Busy: it is said so, and the two talk again. */
static void test_refer_replaces(void **state)
{
	static const unsigned int ends[] = { 200, 486 };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++) {
		static struct rig r; /* large for a stack */
		struct seen seen = { .n = 0 };
		char tag[128], own[400];
		struct dialog d;

		call_up(&r, tag, &d);
		r.on_event = see;
		r.on_event_arg = &seen;
		/* Another caller's call is not handed out. */
		(void)snprintf(own, sizeof(own),
		    "Refer-To: <sip:desk@10.0.0.3:5080?Replaces=%s"
		    "%%3Bto-tag%%3D%s%%3Bfrom-tag%%3Dptag>\r\n",
		    d.call_id, d.own);
		asks(&r, RIG_PHONE, "REFER", 10, d.call_id, d.own, own, "");
		rig_expect_status(&r, "a dialog of ours", 403);
		asks(&r, RIG_PHONE, "REFER", 11, d.call_id, d.own,
		    "Refer-To: <sip:desk@10.0.0.3:5080?Replaces="
		    "q1%4010.0.0.3%3Bto-tag%3Da1%3Bfrom-tag%3Db2>\r\n",
		    "");
		assert_int_equal(rig_count_sent(&r, "SIP/2.0 202"), 1);
		assert_non_null(strstr(rig_last(&r)->text,
		    "\r\nReplaces: q1@10.0.0.3;to-tag=a1;from-tag=b2\r\n"));
		assert_non_null(
		    strstr(rig_last(&r)->text, "\r\nRequire: replaces\r\n"));
		rig_answer_as_phone(&r, "INVITE", ends[i],
		    ends[i] == 200 ? rig_sdp : "");
		assert_int_equal(seen.n, 3);
		assert_int_equal(seen.value[0], 403);
		assert_int_equal(seen.value[1], 0);
		assert_int_equal(seen.value[2],
		    ends[i] == 200 ? TRANSFER_DONE : 486);
		assert_int_equal(rig_count_sent(&r, "BYE"), ends[i] == 200);
		assert_int_equal(r.n_closed, 0);
		engine_stop(r.engine, r.now);
		rig_pump(&r);
		idle(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_over),
		cmocka_unit_test(test_late_offer),
		cmocka_unit_test(test_never_confirmed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refer_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
