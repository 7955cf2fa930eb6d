/* Tests of sipworker/sip/sip_auth: the vectors of RFC 7616 3.9 and the rules
 * against looping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_auth.h"

static char text[4096];

/* A 401 or 407 with these header lines; lives in `text`. */
static void challenge(struct sip_msg *m, unsigned int status, const char *lines)
{
	struct buf none;

	(void)snprintf(text, sizeof(text),
	    "SIP/2.0 %u Auth\r\n"
	    "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
	    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
	    "Call-ID: y\r\nCSeq: 5 INVITE\r\n%s\r\n",
	    status, lines);
	buf_over(&none, NULL, 0);
	assert_int_equal(sip_msg_parse(slice_from(text), &none, m), ERR_OK);
}

#define RFC_PARTS                                                   \
	"realm=\"http-auth@example.org\", qop=\"auth, auth-int\", " \
	"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "  \
	"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"\r\n"
static const struct sip_auth_user mufasa = { SLICE_INIT("Mufasa"),
	SLICE_INIT("Circle of Life") };
#define CNONCE SLICE("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")

static void put(struct sip_auth *a, char *out, size_t cap)
{
	struct buf b;

	buf_over(&b, out, cap - 1);
	sip_auth_put(&b, a, &mufasa, SLICE("GET"), SLICE("/dir/index.html"),
	    CNONCE);
	assert_int_equal(buf_err(&b), ERR_OK);
	out[b.n] = '\0';
}

static void test_vectors(void **state)
{
	static const struct {
		const char *why;
		const char *lines;
		const char *response;
		const char *algorithm;
	} cases[] = {
		{ "RFC 7616 3.9.1, MD5",
		    "WWW-Authenticate: Digest algorithm=MD5, " RFC_PARTS,
		    "8ca523f5e9506fed4657c9700eebdbec", "algorithm=MD5," },
		{ "RFC 7616 3.9.1, SHA-256",
		    "WWW-Authenticate: Digest algorithm=SHA-256, " RFC_PARTS,
		    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5"
		    "856cb6c1",
		    "algorithm=SHA-256," },
		{ "RFC 8760: the stronger of two, whatever their order",
		    "WWW-Authenticate: Digest algorithm=MD5, " RFC_PARTS
		    "WWW-Authenticate: Digest algorithm=SHA-256, " RFC_PARTS,
		    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5"
		    "856cb6c1",
		    "algorithm=SHA-256," },
		{ "unknown ones are passed over",
		    "WWW-Authenticate: Digest algorithm=SHA-512-256, " RFC_PARTS
		    "WWW-Authenticate: Basic realm=\"x\"\r\n"
		    "WWW-Authenticate: Digest " RFC_PARTS,
		    "8ca523f5e9506fed4657c9700eebdbec", NULL },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_auth a = { .n = 0 };
		char out[2048], want[128];
		struct sip_msg m;

		challenge(&m, 401, cases[i].lines);
		assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
		put(&a, out, sizeof(out));
		(void)snprintf(want, sizeof(want), "response=\"%s\"",
		    cases[i].response);
		if (strstr(out, want) == NULL)
			fail_msg("%s: %s", cases[i].why, out);
		assert_int_equal(strstr(out, "algorithm=") != NULL,
		    cases[i].algorithm != NULL);
		if (cases[i].algorithm != NULL)
			assert_non_null(strstr(out, cases[i].algorithm));
		assert_non_null(strstr(out, "opaque=\"FQhe/"));
		assert_non_null(strstr(out, "qop=auth, nc=00000001"));
		assert_memory_equal(out, "Authorization: Digest ", 22);
	}
}

/* The -sess and the no-qop forms: values by the formulas of RFC 7616 3.4 with
 * another implementation. */
static void test_sess_and_legacy(void **state)
{
	struct sip_auth a = { .n = 0 };
	char out[2048];
	struct sip_msg m;

	(void)state;
	challenge(&m, 407,
	    "Proxy-Authenticate: Digest realm=\"testrealm@host.com\", "
	    "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"\r\n");
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, out, sizeof(out));
	assert_non_null(
	    strstr(out, "response=\"2951cdbad33b2271fcb6b8e7b8feac23\""));
	assert_null(strstr(out, "qop="));
	assert_null(strstr(out, "cnonce="));
	assert_memory_equal(out, "Proxy-Authorization: Digest ", 28);

	a = (struct sip_auth){ .n = 0 };
	challenge(&m, 401,
	    "WWW-Authenticate: Digest algorithm=MD5-sess, " RFC_PARTS);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, out, sizeof(out));
	assert_non_null(strstr(out, "algorithm=MD5-sess"));
	assert_non_null(
	    strstr(out, "response=\"e783283f46242139c486a698fec7211d\""));
}

/* A nonce is used again with nc counted up. */
static void test_nc(void **state)
{
	struct sip_auth a = { .n = 0 };
	char out[2048];
	struct sip_msg m;

	(void)state;
	put(&a, out, sizeof(out));
	assert_string_equal(out, ""); /* nothing to say before a challenge */
	challenge(&m, 401,
	    "WWW-Authenticate: Digest algorithm=MD5, " RFC_PARTS);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, out, sizeof(out));
	put(&a, out, sizeof(out));
	assert_non_null(strstr(out, "nc=00000002"));
}

static void test_no_loop(void **state)
{
	static const char fresh[] =
	    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\"\r\n";
	static const char stale[] =
	    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", "
	    "stale=TRUE\r\n";
	struct sip_auth a = { .n = 0 };
	struct sip_msg m;

	(void)state;
	challenge(&m, 401, fresh);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	/* The same question again: our password is wrong. */
	assert_int_equal(sip_auth_choose(&a, &m), ERR_DENIED);
	challenge(&m, 401, stale);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_DENIED);
	sip_auth_accepted(&a);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
}

static void test_refused(void **state)
{
	static const struct {
		const char *why;
		const char *lines;
		enum err want;
	} cases[] = {
		{ "no challenge", "", ERR_NOTFOUND },
		{ "no nonce", "WWW-Authenticate: Digest realm=\"r\"\r\n",
		    ERR_NOTFOUND },
		{ "only auth-int",
		    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", "
		    "qop=\"auth-int\"\r\n",
		    ERR_NOTFOUND },
		{ "open quote",
		    "WWW-Authenticate: Digest realm=\"r, nonce=\"n\"\r\n",
		    ERR_NOTFOUND },
		{ "one realm more than we keep",
		    "WWW-Authenticate: Digest realm=\"1\", nonce=\"n\"\r\n"
		    "WWW-Authenticate: Digest realm=\"2\", nonce=\"n\"\r\n"
		    "WWW-Authenticate: Digest realm=\"3\", nonce=\"n\"\r\n"
		    "WWW-Authenticate: Digest realm=\"4\", nonce=\"n\"\r\n",
		    ERR_DENIED },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_auth a = { .n = 0 };
		struct sip_msg m;
		enum err e;

		challenge(&m, 401, cases[i].lines);
		e = sip_auth_choose(&a, &m);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].why, err_name(e));
		assert_int_equal(a.n, 0);
	}
}

static unsigned int count(const char *in, const char *what)
{
	unsigned int n = 0;

	for (; (in = strstr(in, what)) != NULL; in++)
		n++;
	return n;
}

#define PROXY(nonce)                                             \
	"Proxy-Authenticate: Digest realm=\"p\", nonce=\"" nonce \
	"\","                                                    \
	" qop=\"auth\"\r\n"
#define AGENT(nonce) \
	"WWW-Authenticate: Digest realm=\"u\", nonce=\"" nonce "\"\r\n"

/* A proxy asks, then who is behind it: each gets an answer of its own, with the
 * one that it had before. */
static void test_two_realms(void **state)
{
	static const struct {
		const char *why;
		unsigned int status;
		const char *lines;
		enum err want;
		unsigned int proxy, agent; /* lines that go out then */
		const char *has;
	} steps[] = {
		{ "the proxy", 407, PROXY("p1"), ERR_OK, 1, 0, "nc=00000001" },
		{ "who is behind it", 401, AGENT("u1"), ERR_OK, 1, 1,
		    "nc=00000002" },
		{ "he again: it is the password", 401, AGENT("u2"), ERR_DENIED,
		    1, 1, "nonce=\"u1\"" },
		{ "the proxy again, in one with another's", 401,
		    "WWW-Authenticate: Digest realm=\"x\", nonce=\"x\"\r\n" PROXY(
			"p2"),
		    ERR_DENIED, 1, 1, "nonce=\"p1\"" },
		{ "his is old", 401,
		    "WWW-Authenticate: Digest realm=\"u\", nonce=\"u3\","
		    " stale=true\r\n",
		    ERR_OK, 1, 1, "nonce=\"u3\"" },
		{ "once is enough", 401,
		    "WWW-Authenticate: Digest realm=\"u\", nonce=\"u4\","
		    " stale=true\r\n",
		    ERR_DENIED, 1, 1, "nonce=\"u3\"" },
		{ "one realm by two names of a header", 407,
		    "Proxy-Authenticate: Digest realm=\"u\", nonce=\"u5\"\r\n",
		    ERR_OK, 2, 1, "nonce=\"u5\"" },
		{ "a fourth", 407,
		    "Proxy-Authenticate: Digest realm=\"v\", nonce=\"v1\"\r\n",
		    ERR_DENIED, 2, 1, "nonce=\"u5\"" },
	};
	struct sip_auth a = { .n = 0 };
	char out[4096];
	struct sip_msg m;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++) {
		enum err e;

		challenge(&m, steps[i].status, steps[i].lines);
		if ((e = sip_auth_choose(&a, &m)) != steps[i].want)
			fail_msg("%s: %s", steps[i].why, err_name(e));
		put(&a, out, sizeof(out));
		if (count(out, "Proxy-Authorization: ") != steps[i].proxy ||
		    count(out, "\r\nAuthorization: ") +
			    (strncmp(out, "Authorization: ", 15) == 0) !=
			steps[i].agent ||
		    strstr(out, steps[i].has) == NULL)
			fail_msg("%s: %s", steps[i].why, out);
	}
	/* Once all is well, who has not asked for long makes room. */
	sip_auth_accepted(&a);
	challenge(&m, 407,
	    "Proxy-Authenticate: Digest realm=\"v\", nonce=\"v1\"\r\n");
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, out, sizeof(out));
	assert_int_equal(count(out, "nonce=\"v1\""), 1);
	assert_int_equal(count(out, "uthorization: "), 3);
	sip_auth_forget(&a);
	put(&a, out, sizeof(out));
	assert_string_equal(out, "");
}

/* Both at once, as a proxy collects them (RFC 3261 16.7), each with its own
 * algorithm. */
static void test_both_at_once(void **state)
{
	struct sip_auth a = { .n = 0 };
	char out[4096];
	struct sip_msg m;

	(void)state;
	challenge(&m, 401,
	    AGENT("u1") "WWW-Authenticate: Digest realm=\"u\", nonce=\"u2\","
			" algorithm=SHA-256\r\n" PROXY("p1"));
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, out, sizeof(out));
	assert_int_equal(count(out, "Proxy-Authorization: "), 1);
	assert_int_equal(count(out, "uthorization: "), 2);
	assert_int_equal(count(out, "algorithm=SHA-256"), 1);
	assert_int_equal(count(out, "nonce=\"u2\""), 1);
	assert_int_equal(count(out, "nonce=\"u1\""), 0);
	/* One that nobody can answer beside one that we can. */
	sip_auth_forget(&a);
	challenge(&m, 401,
	    "WWW-Authenticate: Digest realm=\"u\", nonce=\"n\","
	    " algorithm=FUTURE-1\r\n" PROXY("p1"));
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, out, sizeof(out));
	assert_int_equal(count(out, "uthorization: "), 1);
}

/* A key of a session is made with one cnonce: that is said with each nc. */
static void test_sess_again(void **state)
{
	struct sip_auth a = { .n = 0 };
	char first[2048], again[2048];
	struct sip_msg m;
	struct buf b;

	(void)state;
	challenge(&m, 401,
	    "WWW-Authenticate: Digest algorithm=MD5-sess, " RFC_PARTS);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_OK);
	put(&a, first, sizeof(first));
	buf_over(&b, again, sizeof(again) - 1);
	sip_auth_put(&b, &a, &mufasa, SLICE("GET"), SLICE("/dir/index.html"),
	    SLICE("another"));
	again[b.n] = '\0';
	assert_non_null(strstr(again, "nc=00000002"));
	assert_string_equal(strstr(again, "cnonce="), strstr(first, "cnonce="));
	assert_null(strstr(again, "another"));
}

static void test_too_long(void **state)
{
	struct sip_auth a = { .n = 0 };
	char lines[1024];
	struct sip_msg m;

	(void)state;
	(void)snprintf(lines, sizeof(lines),
	    "WWW-Authenticate: Digest realm=\"%0600d\", nonce=\"n\"\r\n", 0);
	challenge(&m, 401, lines);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_TOOBIG);
	assert_int_equal(a.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_sess_and_legacy),
		cmocka_unit_test(test_nc),
		cmocka_unit_test(test_no_loop),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_two_realms),
		cmocka_unit_test(test_both_at_once),
		cmocka_unit_test(test_sess_again),
	};

	return cmocka_run_group_tests_name("sip_auth", tests, NULL, NULL);
}
