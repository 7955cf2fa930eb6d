/*
 * The addresses behind a name, one after the other: who does not reply, who
 * refuses, who sends us on, and names that lead nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sim_rig.h"

#define HOP_A ((struct addr4){ 0x0a000011, 5070 })
#define HOP_B ((struct addr4){ 0x0a000012, 5071 })

/* A call of a number whose second try goes by the trunk that is a name, up to
 * there. */
static void call_by_name(struct rig *r, const char *call_id)
{
	rig_request(r, "INVITE", 1, "+13035550103", call_id, "", "", rig_sdp);
	for (size_t i = r->n_media; i-- > 0;)
		if (r->media[i % 256].op == ENGINE_MEDIA_PLAY) {
			rig_tell_media(r, ENGINE_MEDIA_PLAYED,
			    r->media[i % 256].stream, r->media[i % 256].play);
			break;
		}
	rig_pump(r);
	rig_answer_as_phone(r, "INVITE", 486, "");
}

static size_t invites_to(const struct rig *r, struct addr4 to)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_sent && i < RIG_SENT_MAX; i++)
		n += addr4_eq(r->sent[i].to, to) &&
		     strncmp(r->sent[i].text, "INVITE", 6) == 0;
	return n;
}

static void begin_names(struct rig *r)
{
	rig_init(r, 8);
	r->names[0] = HOP_A;
	r->names[1] = HOP_B;
	r->n_names = 2;
}

/* Who does not reply, or says 503, is passed over; and is last for a while. */
static void test_next_hop(void **state)
{
	static struct rig r; /* large for a stack */
	size_t i;

	(void)state;
	begin_names(&r);
	call_by_name(&r, "c1");
	assert_string_equal(r.name, "trunk.example");
	assert_int_equal(r.name_port, 0);
	assert_int_equal(invites_to(&r, HOP_A), 1);
	for (i = r.n_sent; strncmp(r.sent[i - 1].text, "INVITE", 6) != 0;)
		i--;
	assert_non_null(strstr(r.sent[i - 1].text,
	    "INVITE sip:+13035559001@trunk.example SIP/2.0"));
	rig_pass_time(&r, 4200 * INT64_C(1000)); /* nothing comes */
	assert_int_equal(invites_to(&r, HOP_B), 1);
	/* The first wakes up after all: it is told to hang up. */
	{
		char text[4096];

		rig_write_answer(&r.sent[i - 1], 200, rig_sdp, text,
		    sizeof(text));
		rig_input(&r, HOP_A, text);
		assert_int_equal(rig_count_sent(&r, "BYE"), 1);
	}
	call_by_name(&r, "c2");
	assert_int_equal(invites_to(&r, HOP_B), 2);
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	rig_fini(&r);
}

static void test_hop_refuses(void **state)
{
	static struct rig r; /* large for a stack */
	const struct rig_sent *s;
	char text[4096];

	(void)state;
	begin_names(&r);
	call_by_name(&r, "c1");
	s = rig_last(&r);
	assert_true(addr4_eq(s->to, HOP_A));
	rig_write_answer(s, 503, "", text, sizeof(text));
	rig_input(&r, HOP_A, text);
	assert_int_equal(invites_to(&r, HOP_B), 1);
	s = rig_last(&r);
	rig_write_answer(s, 503, "", text, sizeof(text));
	rig_input(&r, HOP_B, text);
	/* Nobody is left: the flow goes on. */
	assert_int_equal(invites_to(&r, HOP_A) + invites_to(&r, HOP_B), 2);
	rig_fini(&r);
}

/* The answer of where the last INVITE went, with a challenge of its own. */
static void asks(struct rig *r, struct addr4 from, unsigned int status,
    const char *nonce)
{
	char text[4096], whole[4608], *at;

	rig_write_answer(rig_last(r), status, "", text, sizeof(text));
	at = strstr(text, "Contact:");
	assert_non_null(at);
	(void)snprintf(whole, sizeof(whole),
	    "%.*sProxy-Authenticate: Digest realm=\"p\", nonce=\"%s\"\r\n%s",
	    (int)(at - text), text, nonce, at);
	rig_input(r, from, whole);
}

/* Each address of a carrier asks who calls, with a nonce that the others do not
 * know: none has refused the password. The one that does is not asked again. */
static void test_hop_asks(void **state)
{
	static struct rig r; /* large for a stack */
	char text[4096];

	(void)state;
	begin_names(&r);
	call_by_name(&r, "c1");
	asks(&r, HOP_A, 407, "a1");
	assert_non_null(strstr(rig_last(&r)->text, "nonce=\"a1\""));
	rig_write_answer(rig_last(&r), 503, "", text, sizeof(text));
	rig_input(&r, HOP_A, text);
	assert_int_equal(invites_to(&r, HOP_B), 1);
	assert_null(strstr(rig_last(&r)->text, "uthorization"));
	asks(&r, HOP_B, 407, "b1");
	assert_int_equal(invites_to(&r, HOP_B), 2);
	assert_non_null(strstr(rig_last(&r)->text, "nonce=\"b1\""));
	asks(&r, HOP_B, 407, "b2");
	assert_int_equal(invites_to(&r, HOP_B), 2);
	rig_fini(&r);
}

/* One address of a name sends us to another of the same, and nowhere else; no
 * carrier says which other number we pay for. */
static void test_hop_redirects(void **state)
{
	static const struct {
		const char *to;
		bool goes;
	} cases[] = { { "sip:+13035559001@10.0.0.18:5071", true },
		{ "sip:+19005550100@10.0.0.18:5071", false },
		{ "sip:+13035559001@10.0.0.19:5071", false } };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		static struct rig r; /* large for a stack */
		char text[4096], out[4608];
		const char *at;

		begin_names(&r);
		call_by_name(&r, "c1");
		asks(&r, HOP_A, 407, "a1");
		rig_write_answer(rig_last(&r), 302, "", text, sizeof(text));
		at = strstr(text, "<sip:p@10.0.0.3:5080>");
		assert_non_null(at);
		(void)snprintf(out, sizeof(out), "%.*s<%s>%s", (int)(at - text),
		    text, cases[i].to, at + strlen("<sip:p@10.0.0.3:5080>"));
		rig_input(&r, HOP_A, out);
		assert_int_equal(invites_to(&r, HOP_B), cases[i].goes);
		if (cases[i].goes) {
			asks(&r, HOP_B, 407, "b1");
			assert_int_equal(invites_to(&r, HOP_B), 2);
		}
		engine_stop(r.engine, r.now);
		rig_pump(&r);
		rig_fini(&r);
	}
}

/* A name that leads nowhere, at once or never. */
static void test_no_name(void **state)
{
	struct engine_stats s;
	static struct rig r; /* large for a stack */

	(void)state;
	begin_names(&r);
	r.n_names = 0;
	call_by_name(&r, "c1");
	assert_int_equal(r.n_name_tickets, 1);
	engine_resolved(r.engine, r.now, r.name_ticket[0], NULL, 0);
	rig_pump(&r);
	/* Told twice: nobody waits any more. */
	engine_resolved(r.engine, r.now, r.name_ticket[0], r.names, 2);
	engine_resolved(r.engine, r.now, 77, r.names, 2);
	rig_pump(&r);
	call_by_name(&r, "c2");
	rig_pass_time(&r, 7 * RT_SEC_US);
	assert_int_equal(invites_to(&r, HOP_A) + invites_to(&r, HOP_B), 0);
	engine_stop(r.engine, r.now);
	rig_pump(&r);
	rig_pass_time(&r, RT_MIN_US);
	engine_get_stats(r.engine, &s);
	assert_int_equal(s.calls + s.timers + s.transactions, 0);
	rig_fini(&r);
}

/* Nobody named a trunk: the first one that calls out is passed over for a while
 * when nobody answers there, and comes first again. */
static void test_next_trunk(void **state)
{
	static struct rig r; /* large for a stack */

	(void)state;
	begin_names(&r);
	rig_request(&r, "INVITE", 1, "+13035550100", "c1", "", "", rig_sdp);
	assert_int_equal(invites_to(&r, RIG_PHONE), 1);
	rig_pass_time(&r, 3200 * INT64_C(1000)); /* nothing comes */
	assert_int_equal(r.n_closed, 1);
	rig_request(&r, "INVITE", 1, "+13035550100", "c2", "", "", rig_sdp);
	assert_int_equal(rig_count_sent(&r,
			     "INVITE sip:+13035559000@trunk.example"),
	    1);
	assert_int_equal(invites_to(&r, HOP_A), 1);
	rig_pass_time(&r, 4200 * INT64_C(1000));
	assert_true(invites_to(&r, HOP_B) > 0);
	rig_pass_time(&r, 4200 * INT64_C(1000));
	assert_int_equal(r.n_closed, 2);
	/* Neither is of use: the first is tried all the same. */
	rig_request(&r, "INVITE", 1, "+13035550100", "c3", "", "", rig_sdp);
	assert_true(addr4_eq(rig_last(&r)->to, RIG_PHONE));
	rig_answer_as_phone(&r, "INVITE", 180, "");
	rig_answer_as_phone(&r, "INVITE", 486, "");
	/* It answers, so that it is the first again. */
	rig_request(&r, "INVITE", 1, "+13035550100", "c4", "", "", rig_sdp);
	assert_true(addr4_eq(rig_last(&r)->to, RIG_PHONE));
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_hop),
		cmocka_unit_test(test_hop_refuses),
		cmocka_unit_test(test_hop_asks),
		cmocka_unit_test(test_hop_redirects),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_next_trunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
