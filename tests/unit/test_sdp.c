/* Tests of sipworker/sip/sdp: real offers, broken ones, every prefix, answers
 * that parse back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sdp.h"

#define BOTH (1u << SDP_PCMU | 1u << SDP_PCMA)

static const char twilio[] =
    "v=0\r\n"
    "o=root 1185471037 1185471037 IN IP4 168.86.137.231\r\n"
    "s=Twilio Media Gateway\r\n"
    "c=IN IP4 168.86.137.231\r\n"
    "t=0 0\r\n"
    "m=audio 15838 RTP/AVP 0 8 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-16\r\n"
    "a=silenceSupp:off - - - -\r\n"
    "a=ptime:20\r\n"
    "a=sendrecv\r\n";

static void test_twilio(void **state)
{
	struct sdp_audio a;
	struct sdp s;

	(void)state;
	assert_int_equal(sdp_parse(slice_of(twilio, sizeof(twilio) - 1), &s),
	    ERR_OK);
	assert_int_equal(s.sess_id, 1185471037);
	assert_int_equal(sdp_audio(&s, BOTH, &a), ERR_OK);
	assert_int_equal(a.codec, SDP_PCMU);
	assert_true(a.has[SDP_PCMA]);
	assert_int_equal(a.dtmf_pt, 101);
	assert_int_equal(a.rtp.ip, 0xa85689e7);
	assert_int_equal(a.rtp.port, 15838);
	assert_int_equal(a.rtcp.port, 15839);
	assert_int_equal(a.dir, SDP_SENDRECV);
	assert_int_equal(a.ptime_ms, 20);
	/* A trunk that allows one codec gets that one. */
	assert_int_equal(sdp_audio(&s, 1u << SDP_PCMA, &a), ERR_OK);
	assert_int_equal(a.codec, SDP_PCMA);
	assert_int_equal(sdp_audio(&s, 0, &a), ERR_UNSUPPORTED);
}

/* Each cut in memory of its exact size, so that the sanitizer sees one byte too
 * far; the result is used while that memory is there. */
static void test_every_prefix(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(twilio) - 1; n++) {
		char *exact = malloc(n == 0 ? 1 : n);
		struct sdp_audio a;
		struct sdp s;

		assert_non_null(exact);
		memcpy(exact, twilio, n);
		if (sdp_parse(slice_of(exact, n), &s) == ERR_OK)
			(void)!sdp_audio(&s, BOTH, &a);
		free(exact);
	}
}

#define TOP "v=0\r\no=- 1 2 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define C   "c=IN IP4 10.0.0.1\r\n"

static const struct {
	const char *why;
	const char *in;
	enum err parse;
	enum err audio;
	enum sdp_codec codec;
	uint16_t port;
	enum sdp_dir dir;
	uint8_t dtmf_pt;
} cases[] = {
	{ "static types without rtpmap", TOP C "m=audio 4000 RTP/AVP 8 0\r\n",
	    0, 0, SDP_PCMA, 4000, SDP_SENDRECV, SDP_NO_PT },
	{ "c= at media level only", TOP "m=audio 4000 RTP/AVP 0\r\n" C, 0, 0,
	    SDP_PCMU, 4000, SDP_SENDRECV, SDP_NO_PT },
	{ "remapped types",
	    TOP C "m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:97 "
		  "telephone-event/8000\r\na=rtpmap:96 pcma/8000/1\r\n",
	    0, 0, SDP_PCMA, 4000, SDP_SENDRECV, 97 },
	{ "0 that is not PCMU by its rtpmap",
	    TOP C "m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 X/8000\r\n", 0, 0,
	    SDP_PCMA, 4000, SDP_SENDRECV, SDP_NO_PT },
	{ "wideband events are not ours",
	    TOP C "m=audio 4000 RTP/AVP 0 100\r\na=rtpmap:100 "
		  "telephone-event/48000\r\n",
	    0, 0, SDP_PCMU, 4000, SDP_SENDRECV, SDP_NO_PT },
	{ "direction of the session",
	    TOP C "a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n", 0, 0, SDP_PCMU,
	    4000, SDP_SENDONLY, SDP_NO_PT },
	{ "direction of the line wins",
	    TOP C "a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\na=inactive\r\n", 0,
	    0, SDP_PCMU, 4000, SDP_INACTIVE, SDP_NO_PT },
	{ "old hold", TOP "c=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n", 0,
	    0, SDP_PCMU, 4000, SDP_SENDONLY, SDP_NO_PT },
	{ "video first, audio second",
	    TOP C "m=video 5000 RTP/AVP 99\r\nm=audio 4000/2 RTP/AVP 0\r\n", 0,
	    0, SDP_PCMU, 4000, SDP_SENDRECV, SDP_NO_PT },
	{ "refused audio, then another",
	    TOP C "m=audio 0 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\n", 0, 0,
	    SDP_PCMU, 4002, SDP_SENDRECV, SDP_NO_PT },
	{ "LF only, no end",
	    "v=0\no=- 1 2 IN IP4 1.2.3.4\n" TOP
	    "c=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 0",
	    0, 0, SDP_PCMU, 4000, SDP_SENDRECV, SDP_NO_PT },
	{ "T.38", TOP C "m=image 4000 udptl t38\r\n", 0, ERR_UNSUPPORTED, 0, 0,
	    0, 0 },
	{ "SRTP", TOP C "m=audio 4000 RTP/SAVP 0\r\n", 0, ERR_UNSUPPORTED, 0, 0,
	    0, 0 },
	{ "no common codec", TOP C "m=audio 4000 RTP/AVP 18 9\r\n", 0,
	    ERR_UNSUPPORTED, 0, 0, 0, 0 },
	{ "no address", TOP "m=audio 4000 RTP/AVP 0\r\n", 0, ERR_UNSUPPORTED, 0,
	    0, 0, 0 },
	{ "v6", TOP "c=IN IP6 ::1\r\nm=audio 4000 RTP/AVP 0\r\n", 0,
	    ERR_UNSUPPORTED, 0, 0, 0, 0 },
	{ "not a session", "hello", ERR_SYNTAX, 0, 0, 0, 0, 0 },
	{ "empty", "", ERR_SYNTAX, 0, 0, 0, 0, 0 },
	{ "a line without =", TOP "hello\r\n", ERR_SYNTAX, 0, 0, 0, 0, 0 },
	{ "port too large", TOP "m=audio 70000 RTP/AVP 0\r\n", ERR_SYNTAX, 0, 0,
	    0, 0, 0 },
	{ "type above 127", TOP "m=audio 4000 RTP/AVP 128\r\n", ERR_SYNTAX, 0,
	    0, 0, 0, 0 },
	{ "no type", TOP "m=audio 4000 RTP/AVP\r\n", ERR_SYNTAX, 0, 0, 0, 0,
	    0 },
	{ "broken rtpmap", TOP "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0\r\n",
	    ERR_SYNTAX, 0, 0, 0, 0, 0 },
	{ "bare CR", TOP "b=AS:1\rx\r\n", ERR_SYNTAX, 0, 0, 0, 0, 0 },
	{ "empty bandwidth (CVE-2026-46334)",
	    TOP "b=\r\nb=:\r\n" C "m=audio 4 RTP/AVP 0\r\n", 0, 0, SDP_PCMU, 4,
	    SDP_SENDRECV, SDP_NO_PT },
	{ "broken fmtp is a vendor's matter",
	    TOP C "m=audio 4000 RTP/AVP 0\r\na=fmtp:\r\na=fmtp:999999999999 "
		  "x\r\na=ptime:0\r\na=rtcp:x\r\n",
	    0, 0, SDP_PCMU, 4000, SDP_SENDRECV, SDP_NO_PT },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sdp_audio a = { .dtmf_pt = 0 };
		struct sdp s;
		enum err e = sdp_parse(slice_from(cases[i].in), &s);

		if (e != cases[i].parse)
			fail_msg("%s: parse %s", cases[i].why, err_name(e));
		if (e != ERR_OK)
			continue;
		e = sdp_audio(&s, BOTH, &a);
		if (e != cases[i].audio || a.codec != cases[i].codec ||
		    a.rtp.port != cases[i].port || a.dir != cases[i].dir ||
		    a.dtmf_pt != cases[i].dtmf_pt)
			fail_msg("%s: %s codec=%d port=%u dir=%d pt=%u",
			    cases[i].why, err_name(e), (int)a.codec, a.rtp.port,
			    (int)a.dir, a.dtmf_pt);
	}
}

static void test_limits(void **state)
{
	char text[8192];
	struct buf b;
	struct sdp s;

	(void)state;
	for (size_t n = SDP_MEDIA_MAX; n <= SDP_MEDIA_MAX + 1; n++) {
		buf_over(&b, text, sizeof(text));
		buf_cstr(&b, TOP C);
		for (size_t i = 0; i < n; i++)
			buf_cstr(&b, "m=audio 4000 RTP/AVP 0\r\n");
		assert_int_equal(sdp_parse(buf_slice(&b), &s),
		    n == SDP_MEDIA_MAX ? ERR_OK : ERR_TOOBIG);
	}
	for (size_t n = SDP_FORMATS_MAX; n <= SDP_FORMATS_MAX + 1; n++) {
		buf_reset(&b);
		buf_cstr(&b, TOP C "m=audio 4000 RTP/AVP");
		for (size_t i = 0; i < n; i++)
			buf_cstr(&b, " 0");
		assert_int_equal(sdp_parse(buf_slice(&b), &s),
		    n == SDP_FORMATS_MAX ? ERR_OK : ERR_TOOBIG);
	}
}

/* 3264 6: one codec, the offer's lines in their order, refused ones with port
 * 0, and the peer's payload types. */
static void test_answer(void **state)
{
	static const char offer[] = TOP C
	    "m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n"
	    "m=audio 4000 RTP/AVP 18 96 0 97\r\na=rtpmap:96 PCMA/8000\r\n"
	    "a=rtpmap:97 telephone-event/8000\r\n"
	    "m=image 6000 udptl t38\r\n";
	struct sdp_local l;
	struct sdp_audio a, back;
	struct sdp s, t;
	char text[1024];
	struct buf b;

	(void)state;
	assert_int_equal(sdp_parse(slice_of(offer, sizeof(offer) - 1), &s), 0);
	assert_int_equal(sdp_audio(&s, BOTH, &a), ERR_OK);
	assert_int_equal(a.codec, SDP_PCMA);
	sdp_local_init(&l, (struct addr4){ 0x7f000001, 20000 }, 77);
	l.dir = sdp_answer_dir(a.dir, SDP_SENDRECV);
	buf_over(&b, text, sizeof(text));
	sdp_write_answer(&b, &l, &s, &a);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(sdp_parse(buf_slice(&b), &t), ERR_OK);
	assert_int_equal(t.n_media, 3);
	assert_int_equal(t.media[0].port, 0);
	assert_int_equal(t.media[2].port, 0);
	assert_true(slice_eq(t.media[2].proto, SLICE("udptl")));
	assert_int_equal(t.media[1].n_formats, 2);
	assert_int_equal(sdp_audio(&t, BOTH, &back), ERR_OK);
	assert_int_equal(back.line, 1);
	assert_int_equal(back.pt[SDP_PCMA], 96);
	assert_int_equal(back.dtmf_pt, 97);
	assert_int_equal(back.rtp.port, 20000);
}

/* 3264 8: no fewer lines than there were, ours where it was. */
static void test_offer_again(void **state)
{
	struct sdp_local l;
	struct sdp_audio a;
	struct sdp s;
	char text[1024];
	struct buf b;

	(void)state;
	sdp_local_init(&l, (struct addr4){ 0x7f000001, 20000 }, 77);
	l.n_lines = 3;
	l.line = 1;
	buf_over(&b, text, sizeof(text));
	sdp_write_offer(&b, &l);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(sdp_parse(buf_slice(&b), &s), ERR_OK);
	assert_int_equal(s.n_media, 3);
	assert_int_equal(s.media[0].port, 0);
	assert_int_equal(s.media[2].port, 0);
	assert_int_equal(sdp_audio(&s, BOTH, &a), ERR_OK);
	assert_int_equal(a.line, 1);
	assert_int_equal(a.rtp.port, 20000);
}

static void test_offer(void **state)
{
	struct sdp_local l;
	struct sdp_audio a;
	char text[1024];
	struct buf b;
	struct sdp s;

	(void)state;
	sdp_local_init(&l, (struct addr4){ 0x7f000001, 20000 }, 77);
	buf_over(&b, text, sizeof(text));
	sdp_write_offer(&b, &l);
	assert_int_equal(sdp_parse(buf_slice(&b), &s), ERR_OK);
	assert_int_equal(sdp_audio(&s, BOTH, &a), ERR_OK);
	assert_int_equal(a.codec, SDP_PCMU);
	assert_int_equal(a.dtmf_pt, 101);
	assert_int_equal(s.sess_id, 77);
	assert_true(b.n < 300);
}

/* Hold: what we say to what they say (livekit/sip#779). */
static void test_directions(void **state)
{
	static const struct {
		enum sdp_dir theirs, ours, want;
	} dirs[] = {
		{ SDP_SENDRECV, SDP_SENDRECV, SDP_SENDRECV },
		{ SDP_SENDONLY, SDP_SENDRECV, SDP_RECVONLY },
		{ SDP_RECVONLY, SDP_SENDRECV, SDP_SENDONLY },
		{ SDP_INACTIVE, SDP_SENDRECV, SDP_INACTIVE },
		{ SDP_SENDRECV, SDP_SENDONLY, SDP_SENDONLY },
		{ SDP_SENDRECV, SDP_RECVONLY, SDP_RECVONLY },
		{ SDP_SENDONLY, SDP_SENDONLY, SDP_INACTIVE },
		{ SDP_RECVONLY, SDP_RECVONLY, SDP_INACTIVE },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(dirs); i++)
		assert_int_equal(sdp_answer_dir(dirs[i].theirs, dirs[i].ours),
		    dirs[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twilio),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_offer_again),
		cmocka_unit_test(test_directions),
	};

	return cmocka_run_group_tests_name("sdp", tests, NULL, NULL);
}
