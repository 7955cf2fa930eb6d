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
		struct sip_auth a = { .ready = false };
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
	struct sip_auth a = { .ready = false };
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

	a = (struct sip_auth){ .ready = false };
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
	struct sip_auth a = { .ready = false };
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
	struct sip_auth a = { .ready = false };
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
		{ "the proxy's header in a 401",
		    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
		    ERR_NOTFOUND },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct sip_auth a = { .ready = false };
		struct sip_msg m;
		enum err e;

		challenge(&m, 401, cases[i].lines);
		e = sip_auth_choose(&a, &m);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].why, err_name(e));
		assert_false(a.ready);
	}
}

static void test_too_long(void **state)
{
	struct sip_auth a = { .ready = false };
	char lines[1024];
	struct sip_msg m;

	(void)state;
	(void)snprintf(lines, sizeof(lines),
	    "WWW-Authenticate: Digest realm=\"%0600d\", nonce=\"n\"\r\n", 0);
	challenge(&m, 401, lines);
	assert_int_equal(sip_auth_choose(&a, &m), ERR_TOOBIG);
	assert_false(a.ready);
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
	};

	return cmocka_run_group_tests_name("sip_auth", tests, NULL, NULL);
}
