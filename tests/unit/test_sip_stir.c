/* Tests of sipworker/sip/sip_stir: attestation as real trunks pass it on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "sipworker/sip/sip_stir.h"

static const struct {
	const char *why;
	const char *in;
	bool is_one;
	char level;
	bool failed;
} verstats[] = {
	{ "Telnyx", "TN-Validation-Passed", true, 'A', false },
	{ "Twilio", "TN-Validation-Passed-A", true, 'A', false },
	{ "B", " TN-Validation-Passed-B ", true, 'B', false },
	{ "C, other case", "tn-validation-passed-C", true, 'C', false },
	{ "failed", "TN-Validation-Failed", true, 0, true },
	{ "failed with a level", "TN-Validation-Failed-C", true, 0, true },
	{ "not checked", "No-TN-Validation", false, 0, false },
	{ "a level of its own", "TN-Validation-Passed-D", false, 0, false },
	{ "more behind", "TN-Validation-Passed-AB", false, 0, false },
	{ "empty", "", false, 0, false },
};

static void test_verstat(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(verstats); i++) {
		struct sip_stir s = { .level = 0 };
		const bool is =
		    sip_stir_verstat(slice_from(verstats[i].in), &s);

		if (is != verstats[i].is_one || s.level != verstats[i].level ||
		    s.failed != verstats[i].failed ||
		    s.verified != (s.level != 0))
			fail_msg("%s", verstats[i].why);
	}
}

/* {"attest":"B","dest":{"tn":["12155551213"]},"iat":1443208345,"orig":...} */
#define CLAIMS_B                                                              \
	"eyJhdHRlc3QiOiJCIiwiZGVzdCI6eyJ0biI6WyIxMjE1NTU1MTIxMyJdfSwiaWF0Ijo" \
	"xNDQzMjA4MzQ1LCJvcmlnIjp7InRuIjoiMTIxNTU1NTEyMTIifSwib3JpZ2lkIjoiMT" \
	"IzIn0"

static const struct {
	const char *why;
	const char *in;
	char level;
} claims[] = {
	{ "whole", "eyJh." CLAIMS_B ".c2ln;info=<https://x/y>;alg=ES256", 'B' },
	{ "without signature", "eyJh." CLAIMS_B, 'B' },
	{ "compact form", "..c2ln;info=<https://x/y>", 0 },
	{ "no dots", CLAIMS_B, 0 },
	{ "not base64url", "eyJh.+/=.c2ln", 0 },
	{ "no such claim", "eyJh.eyJvcmlnIjp7fX0.c2ln", 0 },
	{ "no value", "a.ImF0dGVzdCI6.c", 0 },        /* "attest": */
	{ "cut", "a.ImF0dGVzdCI6IkE.c", 0 },          /* "attest":"A */
	{ "blanks", "a.ImF0dGVzdCIgOiAiQSI.c", 'A' }, /* "attest" : "A" */
	{ "another letter", "a.ImF0dGVzdCI6IloiLA.c", 0 },
	{ "empty", "", 0 },
};

static void test_claim(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(claims); i++)
		if (sip_stir_claim(slice_from(claims[i].in)) != claims[i].level)
			fail_msg("%s", claims[i].why);
}

static const struct {
	const char *why;
	const char *from;
	const char *headers;
	bool trusted;
	char level;
	bool verified;
} invites[] = {
	{ "Telnyx: in the asserted identity", "<sip:+1@h>",
	    "P-Asserted-Identity: \"C\" <sip:+18885551212@sip.telnyx.com;"
	    "verstat=TN-Validation-Passed>\r\n",
	    true, 'A', true },
	{ "IMS: in the number", "<sip:+1@h>",
	    "P-Asserted-Identity: <sip:+18885551212;verstat="
	    "TN-Validation-Passed-B@ims;user=phone>\r\n",
	    true, 'B', true },
	{ "in a tel URI", "<sip:+1@h>",
	    "P-Asserted-Identity: <tel:+18885551212;verstat="
	    "TN-Validation-Passed-C>\r\n",
	    true, 'C', true },
	{ "in From", "<sip:+1@h;verstat=TN-Validation-Passed>", "", true, 'A',
	    true },
	{ "Twilio", "<sip:+1@h>",
	    "X-Twilio-VerStat: TN-Validation-Passed-B\r\n", true, 'B', true },
	{ "indicator", "<sip:+1@h>", "P-Attestation-Indicator: C\r\n", true,
	    'C', true },
	{ "a trunk that only passes on", "<sip:+1@h>",
	    "X-Twilio-VerStat: TN-Validation-Passed-A\r\n", false, 0, false },
	{ "failed beats a claim", "<sip:+1@h>",
	    "X-Twilio-VerStat: TN-Validation-Failed\r\nIdentity: a." CLAIMS_B
	    ".c\r\n",
	    true, 0, false },
	{ "only claimed", "<sip:+1@h>", "Identity: a." CLAIMS_B ".c\r\n", true,
	    'B', false },
	{ "nothing", "<sip:+1@h>", "", true, 0, false },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(invites); i++) {
		char text[2048], scratch[4096];
		struct sip_stir s;
		struct sip_msg m;
		struct buf b;

		(void)snprintf(text, sizeof(text),
		    "INVITE sip:+1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch="
		    "z9hG4bK1\r\nFrom: %s;tag=1\r\nTo: <sip:+1@h>\r\n"
		    "Call-ID: c\r\nCSeq: 1 INVITE\r\n%sContent-Length: 0\r\n"
		    "\r\n",
		    invites[i].from, invites[i].headers);
		buf_over(&b, scratch, sizeof(scratch));
		assert_int_equal(sip_msg_parse(slice_from(text), &b, &m),
		    ERR_OK);
		sip_stir_read(&m, invites[i].trusted, &s);
		if (s.level != invites[i].level ||
		    s.verified != invites[i].verified)
			fail_msg("%s: %c", invites[i].why, s.level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verstat),
		cmocka_unit_test(test_claim),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests_name("sip_stir", tests, NULL, NULL);
}
