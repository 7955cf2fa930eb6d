/* Tests of sipworker/sip/sip_msg: the parser on well-formed and broken input,
 * every prefix, and the limits. RFC 4475 has a file of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_msg.h"

static char scratch_mem[SIP_MSG_BYTES_MAX];

/* Parses an exact-size copy, so that the sanitizer sees one byte too far. */
static enum err parse(const char *text, size_t n, struct sip_msg *m,
    char **copy)
{
	struct buf scratch;

	buf_over(&scratch, scratch_mem, sizeof(scratch_mem));
	*copy = malloc(n == 0 ? 1 : n);
	assert_non_null(*copy);
	memcpy(*copy, text, n);
	return sip_msg_parse(slice_of(*copy, n), &scratch, m);
}

/* RFC 3261 24.2 F1, with its SDP. */
static const char f1[] =
    "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@biloxi.com>\r\n"
    "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:alice@pc33.atlanta.com>\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 4\r\n"
    "\r\n"
    "v=0\n";

static void test_request(void **state)
{
	struct sip_addr contact;
	struct sip_msg m;
	uint32_t hops;
	char *copy;

	(void)state;
	assert_int_equal(parse(f1, sizeof(f1) - 1, &m, &copy), ERR_OK);
	assert_true(m.is_request);
	assert_int_equal(m.method, SIP_METHOD_INVITE);
	assert_true(slice_eq(m.uri.user, SLICE("bob")));
	assert_true(slice_eq(m.via.branch, SLICE("z9hG4bKnashds8")));
	assert_true(slice_eq(m.from.tag, SLICE("1928301774")));
	assert_int_equal(m.to.tag.n, 0);
	assert_true(slice_eq(m.call_id, SLICE("a84b4c76e66710")));
	assert_int_equal(m.cseq.number, 314159);
	assert_int_equal(m.bad, 0);
	assert_true(slice_eq(m.body, SLICE("v=0\n")));
	assert_int_equal(sip_msg_number(&m, SIP_HDR_MAX_FORWARDS, &hops), 0);
	assert_int_equal(hops, 70);
	assert_int_equal(sip_msg_contact(&m, &contact), ERR_OK);
	assert_true(slice_eq(contact.uri.host, SLICE("pc33.atlanta.com")));
	assert_int_equal(sip_msg_number(&m, SIP_HDR_EXPIRES, &hops),
	    ERR_NOTFOUND);
	assert_false(sip_msg_has(&m, SIP_HDR_ROUTE));
	free(copy);
}

/* No prefix may crash, read too far, or pass as a whole message. */
static void test_every_prefix(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(f1) - 1; n++) {
		struct sip_msg m;
		char *copy;
		const enum err e = parse(f1, n, &m, &copy);

		if (e == ERR_OK && m.bad == 0)
			fail_msg("prefix of %zu bytes passed", n);
		free(copy);
	}
}

/* A Sonus-shaped INVITE: compact names, several Via and Record-Route. */
static void test_compact(void **state)
{
	static const char text[] =
	    "INVITE sip:+12125550123@10.0.0.5 SIP/2.0\r\n"
	    "v: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKa, SIP/2.0/UDP "
	    "10.1.1.2;branch=z9hG4bKb\r\n"
	    "v:SIP/2.0/UDP 10.1.1.3;branch=z9hG4bKc\r\n"
	    "Record-Route: <sip:10.1.1.1;lr>,<sip:10.1.1.2;lr>\r\n"
	    "Record-Route: <sip:10.1.1.3;lr>\r\n"
	    "f: <sip:2125550100@10.9.9.9>;tag=gK0\r\n"
	    "t: <sip:+12125550123@10.0.0.5>\r\n"
	    "i: 123@10.9.9.9\r\n"
	    "CSeq: 1 INVITE\r\n"
	    "m: \"a, b\" <sip:+12125550100@10.9.9.9:5060>\r\n"
	    "k: timer,100rel\r\n"
	    "l:0\r\n"
	    "c: application/sdp\r\n\r\n";
	static const char *const branches[] = { "a", "b", "c" };
	struct sip_msg_walk w = { .field = 0 };
	struct slice item;
	struct sip_msg m;
	size_t n = 0;
	char *copy;

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &m, &copy), ERR_OK);
	assert_int_equal(m.bad, 0);
	while (sip_msg_walk(&m, SIP_HDR_VIA, &w, &item)) {
		assert_true(n < 3);
		assert_true(slice_ends(item, slice_from(branches[n++])));
	}
	assert_int_equal(n, 3);
	n = 0;
	w = (struct sip_msg_walk){ .field = 0 };
	while (sip_msg_walk(&m, SIP_HDR_RECORD_ROUTE, &w, &item))
		n++;
	assert_int_equal(n, 3);
	assert_true(sip_msg_lists(&m, SIP_HDR_SUPPORTED, SLICE("100REL")));
	assert_false(sip_msg_lists(&m, SIP_HDR_SUPPORTED, SLICE("100")));
	free(copy);
}

static void test_response(void **state)
{
	static const char text[] =
	    "SIP/2.0 180 Ringing, \xc3\xa4 and more\r\n"
	    "Via: SIP/2.0/UDP a;branch=z9hG4bKx\r\n"
	    "X-Foo : bar\r\n"
	    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
	    "Call-ID: y\r\nCSeq: 5 INVITE\r\n\r\n";
	struct sip_msg m;
	char *copy;

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &m, &copy), ERR_OK);
	assert_false(m.is_request);
	assert_int_equal(m.status, 180);
	assert_true(slice_eq(sip_msg_named(&m, SLICE("x-foo")), SLICE("bar")));
	assert_int_equal(sip_msg_named(&m, SLICE("x-bar")).n, 0);
	free(copy);
}

#define HEAD                                         \
	"OPTIONS sip:a@b SIP/2.0\r\n"                \
	"Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"     \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n" \
	"Call-ID: y\r\nCSeq: 5 OPTIONS\r\n"
#define VIA "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
#define LEFT                                         \
	"Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"     \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n" \
	"Call-ID: y\r\nCSeq: 5 OPTIONS\r\n\r\n"

static const struct {
	const char *why;
	const char *in;
	size_t n; /* 0: strlen */
	enum err want;
	unsigned int bad;
} cases[] = {
	{ "plain", HEAD "\r\n", 0, ERR_OK, 0 },
	{ "CRLFs in front (7.5)", "\r\n\r\n" HEAD "\r\n", 0, ERR_OK, 0 },
	{ "keep-alive", "\r\n\r\n", 0, ERR_NOTFOUND, 0 },
	{ "STUN on the SIP port", "\0\1\0\0\x21\x12\xa4\x42", 8, ERR_SYNTAX,
	    0 },
	{ "no end of the header", HEAD, 0, ERR_OK, 400 },
	{ "bare LF", HEAD "X: a\nY: b\r\n\r\n", 0, ERR_OK, 400 },
	{ "bare LF throughout",
	    "OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\n"
	    "From: <sip:a@b>;\n tag=1\nTo: <sip:c@d>\nCall-ID: y\n"
	    "CSeq: 5 OPTIONS\n\nbody\n",
	    0, ERR_OK, 400 },
	{ "bare CR", HEAD "X: a\rY: b\r\n\r\n", 0, ERR_OK, 400 },
	{ "bare LF in a response", "SIP/2.0 200 OK\n" LEFT, 0, ERR_SYNTAX, 0 },
	{ "CSeq of 2^31",
	    "OPTIONS sip:a@b SIP/2.0\r\n" VIA
	    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: y\r\n"
	    "CSeq: 2147483648 OPTIONS\r\n\r\n",
	    0, ERR_OK, 400 },
	{ "no Via: nobody to tell",
	    "OPTIONS sip:a@b SIP/2.0\r\n"
	    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: y\r\n"
	    "CSeq: 5 OPTIONS\r\n\r\n",
	    0, ERR_SYNTAX, 0 },
	{ "a Via and nothing else", "OPTIONS sip:a@b SIP/2.0\r\n" VIA "\r\n", 0,
	    ERR_OK, 400 },
	{ "another scheme", "OPTIONS http://a/ SIP/2.0\r\n" LEFT, 0, ERR_OK,
	    416 },
	{ "NUL in the header", "OPTIONS sip:a@b SIP/2.0\r\nX: \0\r\n\r\n", 34,
	    ERR_SYNTAX, 0 },
	{ "unknown header, odd bytes", HEAD "X: \x01\xff\"<;\r\n\r\n", 0,
	    ERR_OK, 0 },
	{ "line without colon", HEAD "hello\r\n\r\n", 0, ERR_OK, 400 },
	{ "blank in the name", HEAD "a b: c\r\n\r\n", 0, ERR_OK, 400 },
	{ "two spaces in the start line", "OPTIONS  sip:a@b SIP/2.0\r\n" LEFT,
	    0, ERR_OK, 400 },
	{ "text after the version", "OPTIONS sip:a@b SIP/2.0 x\r\n" LEFT, 0,
	    ERR_SYNTAX, 0 },
	{ "blank after the version", "OPTIONS sip:a@b SIP/2.0 \r\n" LEFT, 0,
	    ERR_OK, 400 },
	{ "other version", "OPTIONS sip:a@b SIP/2.1\r\n" LEFT, 0, ERR_OK, 505 },
	{ "lower-case version", "OPTIONS sip:a@b sip/2.0\r\n" LEFT, 0, ERR_OK,
	    0 },
	{ "length too large", HEAD "Content-Length: 1\r\n\r\n", 0, ERR_OK,
	    400 },
	{ "length shorter: the rest is ignored",
	    HEAD "Content-Length: 1\r\n\r\nabc", 0, ERR_OK, 0 },
	{ "length negative", HEAD "Content-Length: -1\r\n\r\n", 0, ERR_OK,
	    400 },
	{ "length beyond 64 bits",
	    HEAD "Content-Length: 99999999999999999999\r\n\r\n", 0, ERR_OK,
	    400 },
	{ "lengths that agree", HEAD "l: 0\r\nContent-Length: 0\r\n\r\n", 0,
	    ERR_OK, 0 },
	{ "lengths that differ", HEAD "l: 0\r\nContent-Length: 1\r\n\r\na", 0,
	    ERR_OK, 400 },
	{ "From twice", HEAD "f: <sip:x@y>;tag=2\r\n\r\n", 0, ERR_OK, 400 },
	{ "hops above 255", HEAD "Max-Forwards: 256\r\n\r\n", 0, ERR_OK, 400 },
	{ "status of two digits", "SIP/2.0 99 x\r\n" LEFT, 0, ERR_SYNTAX, 0 },
	{ "status 700", "SIP/2.0 700 x\r\n" LEFT, 0, ERR_RANGE, 0 },
	{ "status of four digits", "SIP/2.0 1800 x\r\n" LEFT, 0, ERR_SYNTAX,
	    0 },
	{ "status without phrase", "SIP/2.0 200\r\n" LEFT, 0, ERR_OK, 0 },
	{ "response with a bad line", "SIP/2.0 200 OK\r\nbad\r\n" LEFT, 0,
	    ERR_SYNTAX, 0 },
	{ "body may hold NUL", HEAD "l: 2\r\n\r\n\0\0",
	    sizeof(HEAD "l: 2\r\n\r\n\0\0") - 1, ERR_OK, 0 },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const size_t n =
		    cases[i].n != 0 ? cases[i].n : strlen(cases[i].in);
		struct sip_msg m;
		char *copy;
		const enum err e = parse(cases[i].in, n, &m, &copy);

		if (e != cases[i].want ||
		    (e == ERR_OK && m.bad != cases[i].bad))
			fail_msg("%s: %s bad=%u", cases[i].why, err_name(e),
			    e == ERR_OK ? m.bad : 0);
		free(copy);
	}
}

/* 7.3.1: a fold is one space, also inside what is parsed at once. */
static void test_folding(void **state)
{
	static const char text[] =
	    "OPTIONS sip:a@b SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP h\r\n ;branch=z9hG4bKx\r\n"
	    "From:\r\n\t <sip:a@b>\r\n  ;tag=1\r\n"
	    "To: <sip:c@d>\r\nCall-ID: y\r\nCSeq: 5\r\n OPTIONS\r\n"
	    "Subject: one\r\n \t two\r\n\r\nbody\r\n kept";
	struct sip_msg m;
	char *copy;

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &m, &copy), ERR_OK);
	assert_int_equal(m.bad, 0);
	assert_true(
	    slice_eq(sip_msg_value(&m, SIP_HDR_SUBJECT), SLICE("one two")));
	assert_true(slice_eq(m.from.tag, SLICE("1")));
	assert_true(slice_eq(m.body, SLICE("body\r\n kept")));
	free(copy);
}

/* Fills text with HEAD, k fields, and the end. */
static size_t many_fields(char *text, const char *field, size_t k)
{
	struct buf b;

	buf_over(&b, text, 100000);
	buf_cstr(&b, HEAD);
	for (size_t i = 0; i < k; i++)
		buf_cstr(&b, field);
	buf_cstr(&b, "\r\n");
	assert_int_equal(buf_err(&b), ERR_OK);
	return b.n;
}

static void test_limits(void **state)
{
	static const struct {
		const char *why;
		const char *field;
		size_t count;
		const char *bad; /* NULL: it is not */
	} limits[] = {
		{ "the most fields", "X: y\r\n", SIP_MSG_FIELDS_MAX - 5, NULL },
		{ "one more", "X: y\r\n", SIP_MSG_FIELDS_MAX - 4,
		    "Too Many Header Fields" },
		{ "many more", "X: y\r\n", 5000, "Too Many Header Fields" },
		{ "the most Vias", "v: SIP/2.0/UDP h\r\n", SIP_MSG_VIAS_MAX - 1,
		    NULL },
		{ "one more", "v: SIP/2.0/UDP h\r\n", SIP_MSG_VIAS_MAX,
		    "Too Many Via" },
		{ "too many routes in few lines",
		    "Route: <sip:a;lr>,<sip:a;lr>,<sip:a;lr>\r\n", 7,
		    "Too Many Route" },
		{ "and of the other kind",
		    "Record-Route: <sip:a;lr>,<sip:a;lr>,<sip:a;lr>\r\n", 7,
		    "Too Many Record-Route" },
	};
	char *text = malloc(100000);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < RT_ARRAY_LEN(limits); i++) {
		const size_t n =
		    many_fields(text, limits[i].field, limits[i].count);
		struct sip_msg m;
		char *copy;
		const enum err e = parse(text, n, &m, &copy);

		if (e != ERR_OK || (m.bad != 0) != (limits[i].bad != NULL) ||
		    (m.bad != 0 && (m.bad != 400 ||
				       strcmp(m.why_bad, limits[i].bad) != 0)))
			fail_msg("%s: %s %u", limits[i].why, err_name(e),
			    e == ERR_OK ? m.bad : 0);
		free(copy);
	}
	free(text);
}

/* Who sent it is found behind all that is too much, and may stand there once;
 * a response of that kind is nobody's. */
static void test_needed_last(void **state)
{
	static const char *const starts[] = { "OPTIONS sip:a SIP/2.0\r\n",
		"SIP/2.0 200 OK\r\n" };
	char *text = malloc(100000), *copy;
	struct sip_msg m;
	struct buf b;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < RT_ARRAY_LEN(starts); i++) {
		buf_over(&b, text, 100000);
		buf_cstr(&b, starts[i]);
		for (size_t k = 0; k < 300; k++)
			buf_cstr(&b, "X: y\r\n");
		buf_cstr(&b, "no field at all\r\n");
		for (size_t k = 0; k < 3; k++)
			buf_cstr(&b,
			    "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
			    "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
			    "Call-ID: c\r\nCSeq: 1 OPTIONS\r\n");
		buf_cstr(&b, "\r\n");
		assert_int_equal(parse(text, b.n, &m, &copy),
		    i == 0 ? ERR_OK : ERR_TOOBIG);
		if (i == 0) {
			assert_int_equal(m.bad, 400);
			assert_int_equal(m.n_fields,
			    SIP_MSG_FIELDS_MAX + SIP_MSG_FIELDS_KEPT);
			assert_true(slice_eq_cstr(m.call_id, "c"));
		}
		free(copy);
	}
	free(text);
}

/* asterisk#956: 4,000 bytes were the limit of another's stack. */
static void test_large(void **state)
{
	char *text = malloc(70000), *copy;
	struct sip_msg m;
	struct buf b;

	(void)state;
	assert_non_null(text);
	for (size_t size = 60000; size <= 66000; size += 6000) {
		buf_over(&b, text, 70000);
		buf_cstr(&b, HEAD);
		buf_cstr(&b, "X-Long: ");
		while (b.n < size)
			buf_char(&b, 'x');
		buf_cstr(&b, "\r\n\r\n");
		assert_int_equal(parse(text, b.n, &m, &copy),
		    size == 60000 ? ERR_OK : ERR_TOOBIG);
		free(copy);
	}
	free(text);
}

/* Scratch that is too small is refused, not overrun. */
static void test_small_scratch(void **state)
{
	static const char text[] = HEAD "X: a\r\n b\r\n\r\n";
	char mem[16];
	struct buf small;
	struct sip_msg m;

	(void)state;
	buf_over(&small, mem, sizeof(mem));
	assert_int_equal(sip_msg_parse(slice_of(text, sizeof(text) - 1), &small,
			     &m),
	    ERR_TOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_compact),
		cmocka_unit_test(test_response),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_folding),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_needed_last),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_small_scratch),
	};

	return cmocka_run_group_tests_name("sip_msg", tests, NULL, NULL);
}
