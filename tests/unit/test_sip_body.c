/* Tests of sip_body: a session description among other things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_body.h"

#define SDP  "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n"
#define ISUP "--x\r\nContent-Type: application/isup\r\n\r\n\1\2--x\3\r\n"
#define PART "--x\r\nContent-Type: application/sdp\r\n\r\n" SDP "\r\n"

static const struct {
	const char *why;
	const char *headers;
	const char *body;
	const char *want;
} cases[] = {
	{ "alone", "Content-Type: application/sdp\r\n", SDP, SDP },
	{ "with a parameter", "c: Application/SDP ; charset=utf-8\r\n", SDP,
	    SDP },
	{ "nothing", "", "", "" },
	{ "another thing", "Content-Type: text/plain\r\n", SDP, "" },
	{ "packed",
	    "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", SDP,
	    "" },
	{ "first of two", "Content-Type: multipart/mixed;boundary=x\r\n",
	    PART ISUP "--x--\r\n", SDP },
	{ "second of two", "Content-Type: multipart/mixed; boundary=\"x\"\r\n",
	    ISUP PART "--x--\r\n", SDP },
	{ "with a preamble, compact, bare LF",
	    "c: Multipart/Related;type=a;boundary=x\r\n",
	    "hello --x\n--x\nc: application/sdp\n\nv=0\n\n--x--", "v=0\n" },
	{ "a description with dashes in it",
	    "c: multipart/mixed;boundary=x\r\n",
	    "--x\r\nc: application/sdp\r\n\r\ns=--x\r\n\r\n--x--\r\n",
	    "s=--x\r\n" },
	{ "without its end", "c: multipart/mixed;boundary=x\r\n", PART, "" },
	{ "no part of it", "c: multipart/mixed;boundary=x\r\n",
	    ISUP "--x--\r\n", "" },
	{ "no boundary", "c: multipart/mixed\r\n", PART "--x--\r\n", "" },
	{ "an empty boundary", "c: multipart/mixed;boundary=\"\"\r\n",
	    PART "--x--\r\n", "" },
	{ "a boundary too long",
	    "c: multipart/mixed;boundary=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
	    PART "--x--\r\n", "" },
	{ "a part without an end of its lines",
	    "c: multipart/mixed;boundary=x\r\n",
	    "--x\r\nc: application/sdp\r\n--x--\r\n", "" },
	{ "only dashes", "c: multipart/mixed;boundary=-\r\n", "-----------",
	    "" },
};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char text[2000], scratch[2000];
		struct sip_msg m;
		struct buf b;
		int n;

		n = snprintf(text, sizeof(text),
		    "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z\r\n"
		    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: i\r\n"
		    "CSeq: 1 INVITE\r\n%sContent-Length: %zu\r\n\r\n%s",
		    cases[i].headers, strlen(cases[i].body), cases[i].body);
		buf_over(&b, scratch, sizeof(scratch));
		assert_int_equal(sip_msg_parse(slice_of(text, (size_t)n), &b,
				     &m),
		    ERR_OK);
		if (!slice_eq_cstr(sip_body_sdp(&m), cases[i].want))
			fail_msg("%s: \"%.*s\"", cases[i].why,
			    SLICE_FMT(sip_body_sdp(&m)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
