/* Tests of lib/out: which addresses, which URLs, signatures, mails. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/b64.h"
#include "lib/base/clk.h"
#include "lib/out/out_addr.h"
#include "lib/out/out_http.h"
#include "lib/out/out_mail.h"
#include "lib/out/out_mime.h"
#include "lib/out/out_sign.h"
#include "tests/support/cm.h"

/* --- addresses -------------------------------------------------------------
 */

static const struct {
	const char *ip;
	bool want;
} addresses[] = {
	{ "8.8.8.8", true },
	{ "1.1.1.1", true },
	{ "172.15.255.255", true },
	{ "172.32.0.1", true },
	{ "192.169.0.1", true },
	{ "198.17.255.255", true },
	{ "198.20.0.0", true },
	{ "100.63.255.255", true },
	{ "100.128.0.0", true },
	{ "223.255.255.255", true },
	{ "0.0.0.0", false },
	{ "0.1.2.3", false },
	{ "10.0.0.1", false },
	{ "100.64.0.1", false },
	{ "127.0.0.1", false },
	{ "127.255.255.255", false },
	{ "169.254.169.254", false },
	{ "172.16.0.1", false },
	{ "172.31.255.255", false },
	{ "192.0.0.8", false },
	{ "192.168.1.1", false },
	{ "198.18.0.1", false },
	{ "198.19.255.255", false },
	{ "203.0.113.9", false },
	{ "224.0.0.1", false },
	{ "255.255.255.255", false },
	{ "2001:4860:4860::8888", true },
	{ "2606:4700::1111", true },
	{ "::", false },
	{ "::1", false },
	{ "::127.0.0.1", false },
	{ "::ffff:127.0.0.1", false },
	{ "::ffff:10.1.2.3", false },
	{ "::ffff:8.8.8.8", true },
	{ "64:ff9b::10.0.0.1", false },
	{ "64:ff9b::8.8.8.8", true },
	{ "64:ff9b:1::1", false },
	{ "100::1", false },
	{ "2001::1", false },
	{ "2001:db8::1", false },
	{ "2002:7f00:1::1", false },
	{ "2002:808:808::1", true },
	{ "3fff::1", false },
	{ "fc00::1", false },
	{ "fdff:1::1", false },
	{ "fe80::1", false },
	{ "fec0::1", false },
	{ "ff02::1", false },
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(addresses); i++) {
		const char *ip = addresses[i].ip;
		struct in_addr a4;
		struct in6_addr a6;
		bool got;

		if (inet_pton(AF_INET, ip, &a4) == 1) {
			got = out_addr_public4(ntohl(a4.s_addr));
		} else {
			assert_int_equal(inet_pton(AF_INET6, ip, &a6), 1);
			got = out_addr_public6(a6.s6_addr);
		}
		if (got != addresses[i].want)
			fail_msg("%s gave %d", ip, got);
	}
}

/* --- URLs ------------------------------------------------------------------
 */

static const struct {
	const char *url;
	enum err want;
} urls[] = {
	{ "https://example.com/hook?x=1", ERR_OK },
	{ "http://example.com:8080", ERR_OK },
	{ "http://[2001:db8::1]/", ERR_OK },
	{ "ftp://example.com/", ERR_UNSUPPORTED },
	{ "file:///etc/passwd", ERR_SYNTAX },
	{ "gopher://example.com/", ERR_UNSUPPORTED },
	{ "https://me:secret@example.com/", ERR_SYNTAX },
	{ "https://example.com/#part", ERR_SYNTAX },
	{ "example.com", ERR_SYNTAX },
	{ "https://exa mple.com/", ERR_SYNTAX },
	{ "https://example.com\\@127.0.0.1/", ERR_SYNTAX },
	{ "https://example.com/\r\nX: y", ERR_SYNTAX },
	{ "https://ex\xc3\xa4mple.com/", ERR_SYNTAX },
	{ "", ERR_SYNTAX },
};

static void test_urls(void **state)
{
	char *text = malloc(OUT_HTTP_URL_MAX + 2);

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(urls); i++) {
		const enum err e = out_http_url_check(slice_from(urls[i].url));

		if (e != urls[i].want)
			fail_msg("%s gave %d", urls[i].url, (int)e);
	}
	memset(text, 'a', OUT_HTTP_URL_MAX + 1);
	memcpy(text, "https://a/", 10);
	text[OUT_HTTP_URL_MAX + 1] = '\0';
	assert_int_equal(out_http_url_check(slice_from(text)), ERR_TOOBIG);
	text[OUT_HTTP_URL_MAX] = '\0';
	assert_int_equal(out_http_url_check(slice_from(text)), ERR_OK);
	free(text);
}

/* Every way to write an address that is not public; nothing listens there,
 * and nothing is even tried. */
static const char *const inward[] = {
	"http://127.0.0.1:9/",
	"http://localhost:9/",
	"http://0x7f000001:9/",
	"http://2130706433:9/",
	"http://0177.0.0.1:9/",
	"http://127.1:9/",
	"http://[::1]:9/",
	"http://[::ffff:127.0.0.1]:9/",
	"http://[::ffff:7f00:1]:9/",
	"http://[fe80::1]:9/",
	"http://[fc00::1]:9/",
	"http://10.0.0.1:9/",
	"http://169.254.169.254/latest/meta-data",
	"http://0.0.0.0:9/",
};

/* None of them is a host of ours or anybody's: nothing is sent. */
static const char *const outward[] = {
	"http://8.8.8.8:9/",
	"http://[2606:4700::1]:9/",
	"http://[::ffff:8.8.8.8]:9/",
};

enum ways {
	PUBLIC,
	ANY,
	PRIVATE
};

static struct out_http_answer ask(struct out_http *p, const char *url,
    enum ways ways)
{
	const int64_t until = clk_mono_us() + 20 * RT_SEC_US;
	struct out_http_answer a;

	assert_int_equal(out_http_add(p, &(struct out_http_request){ .url = url,
					     .method = "POST",
					     .body = SLICE("{}"),
					     .private_ok = ways == ANY,
					     .private_only = ways == PRIVATE,
					     .timeout_us = 5 * RT_SEC_US,
					     .answer_max = 100 }),
	    ERR_OK);
	while (!out_http_next(p, &a)) {
		assert_true(clk_mono_us() < until);
		out_http_work(p, 100);
	}
	return a;
}

static void test_guard(void **state)
{
	struct out_http *p = NULL;
	struct out_http_answer a;

	(void)state;
	assert_int_equal(out_http_open(&p, 2), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(inward); i++) {
		a = ask(p, inward[i], PUBLIC);
		if (a.e != ERR_DENIED || a.status != 0)
			fail_msg("%s: %d %s", inward[i], (int)a.e, a.why);
	}
	/* Allowed: it is tried, and nobody is there. */
	a = ask(p, inward[0], ANY);
	assert_int_equal(a.e, ERR_UNAVAILABLE);
	a = ask(p, inward[0], PRIVATE);
	assert_int_equal(a.e, ERR_UNAVAILABLE);
	for (size_t i = 0; i < RT_ARRAY_LEN(outward); i++) {
		a = ask(p, outward[i], PRIVATE);
		if (a.e != ERR_DENIED || a.status != 0 ||
		    strstr(a.why, "own network") == NULL)
			fail_msg("%s: %d %s", outward[i], (int)a.e, a.why);
	}
	assert_int_equal(out_http_running(p), 0);
	out_http_close(p);
	out_http_close(NULL);
}

static void test_pool_limits(void **state)
{
	struct out_http_request r = { .url = "http://127.0.0.1:9/",
		.method = "POST",
		.headers = { "X-A: b\r\nX-C: d" },
		.timeout_us = RT_SEC_US };
	struct out_http *p = NULL;

	(void)state;
	assert_int_equal(out_http_open(&p, 0), ERR_RANGE);
	assert_int_equal(out_http_open(&p, OUT_HTTP_POOL_MAX + 1), ERR_RANGE);
	assert_int_equal(out_http_open(&p, 1), ERR_OK);
	assert_int_equal(out_http_add(p, &r), ERR_SYNTAX);
	r.headers[0] = "X-A: b";
	assert_int_equal(out_http_add(p, &r), ERR_OK);
	assert_int_equal(out_http_add(p, &r), ERR_BUSY);
	out_http_close(p);
}

/* --- signatures ------------------------------------------------------------
 */

static void test_signatures(void **state)
{
	char mem[128];
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	assert_int_equal(out_sign_v1(SLICE("key"), 1700000000, SLICE("{}"), &b),
	    ERR_OK);
	/* printf '1700000000.{}' | openssl dgst -sha256 -hmac key */
	assert_true(slice_eq_cstr(buf_slice(&b),
	    "t=1700000000,v1="
	    "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"));
	buf_over(&b, mem, sizeof(mem));
	/* RFC 2202 test case 2. */
	assert_int_equal(out_sign_sha1(SLICE("Jefe"),
			     SLICE("what do ya want for nothing?"), &b),
	    ERR_OK);
	assert_true(
	    slice_eq_cstr(buf_slice(&b), "7/zfauXrL6LSdBbV8YTfnCWafHk="));
	memset(mem, 'k', sizeof(mem));
	assert_int_equal(out_sign_v1(slice_of(mem, 65), 1, SLICE(""), &b),
	    ERR_TOOBIG);
	assert_int_equal(out_sign_sha1(slice_of(mem, 65), SLICE(""), &b),
	    ERR_TOOBIG);
}

/* --- mail ------------------------------------------------------------------
 */

static const struct {
	const char *address;
	enum err want;
} mail_addresses[] = {
	{ "a@b.example", ERR_OK },
	{ "first.last+tag@sub.example.com", ERR_OK },
	{ "root@localhost", ERR_OK },
	{ "", ERR_SYNTAX },
	{ "a", ERR_SYNTAX },
	{ "@b", ERR_SYNTAX },
	{ "a@", ERR_SYNTAX },
	{ "a@b@c", ERR_SYNTAX },
	{ "a b@c", ERR_SYNTAX },
	{ "a@b,c@d", ERR_SYNTAX },
	{ "<a@b>", ERR_SYNTAX },
	{ "a@b\r\nRCPT TO:<x@y>", ERR_SYNTAX },
	{ "a@-b", ERR_SYNTAX },
	{ "a@b..c", ERR_SYNTAX },
	{ "\"a\"@b", ERR_SYNTAX },
};

static void test_mail_addresses(void **state)
{
	struct slice got = SLICE("");

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(mail_addresses); i++) {
		const enum err e =
		    out_mime_address(slice_from(mail_addresses[i].address));

		if (e != mail_addresses[i].want)
			fail_msg("%s gave %d", mail_addresses[i].address,
			    (int)e);
	}
	assert_int_equal(out_mime_address_of(SLICE("X <a@b>"), &got), ERR_OK);
	assert_true(slice_eq_cstr(got, "a@b"));
	assert_int_equal(out_mime_address_of(SLICE(" a@b "), &got), ERR_OK);
	assert_true(slice_eq_cstr(got, "a@b"));
	assert_int_equal(out_mime_address_of(SLICE("X <a@b"), &got),
	    ERR_SYNTAX);
	assert_int_equal(out_mime_address_of(SLICE("X <a@b> y"), &got),
	    ERR_SYNTAX);
}

static const struct out_mime letter = {
	.from = SLICE_INIT("Ring <noreply@example.com>"),
	.to_name = SLICE_INIT("A\r\nBcc: x@y"),
	.to = SLICE_INIT("you@example.com"),
	.subject = SLICE_INIT("Missed call\r\nBcc: z@y"),
	.text = SLICE_INIT("hello"),
	.html = SLICE_INIT("<p>hello</p>"),
	.message_id = SLICE_INIT("m1@example.com"),
	.unsubscribe = SLICE_INIT("https://example.com/u/1"),
	.now_us = INT64_C(1795176000000000),
};

static bool holds(const struct buf *b, const char *text)
{
	const struct slice all = buf_slice(b);

	return slice_find_slice(all, slice_from(text)) != all.n;
}

static void test_mail(void **state)
{
	const struct out_mime_file file = { .name = SLICE_INIT("vo\"ice\n.wav"),
		.type = "audio/wav",
		.bytes = SLICE_INIT("RIFF0123") };
	struct out_mime m = letter;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	assert_int_equal(out_mime_write(&m, &b), ERR_OK);
	assert_true(holds(&b,
	    "From: =?utf-8?B?UmluZw==?= "
	    "<noreply@example.com>\r\n"));
	assert_true(holds(&b, "\r\nDate: Fri, 20 Nov 2026 12:00:00 +0000\r\n"));
	assert_true(holds(&b,
	    "\r\nList-Unsubscribe: "
	    "<https://example.com/u/1>\r\n"));
	assert_true(holds(&b, "\r\n\r\naGVsbG8=\r\n"));
	assert_false(holds(&b, "Bcc"));
	buf_reset(&b);
	m.file = &file;
	assert_int_equal(out_mime_write(&m, &b), ERR_OK);
	assert_true(holds(&b, "filename=\"vo_ice_.wav\""));
	buf_reset(&b);
	m.to = SLICE("no address");
	assert_int_equal(out_mime_write(&m, &b), ERR_SYNTAX);
	buf_reset(&b);
	m = letter;
	m.unsubscribe = SLICE("https://x/\r\nBcc: x");
	assert_int_equal(out_mime_write(&m, &b), ERR_SYNTAX);
	buf_fini(&b);
}

/* No server: a clean answer, nothing sent. */
static void test_no_mail_server(void **state)
{
	const struct out_mail_server s = { .url = "smtp://127.0.0.1:9",
		.user = "",
		.password = "",
		.timeout_us = 5 * RT_SEC_US };
	char why[OUT_MAIL_WHY_MAX];

	(void)state;
	assert_int_equal(out_mail_send(&s, SLICE("a@b"), SLICE("c@d"),
			     SLICE("Subject: x\r\n\r\nx\r\n"), why),
	    ERR_UNAVAILABLE);
	assert_int_not_equal(why[0], '\0');
	assert_int_equal(out_mail_send(&s, SLICE("a@b"), SLICE("c d"),
			     SLICE(""), why),
	    ERR_SYNTAX);
}

static void test_base64(void **state)
{
	static const char *const want[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	char mem[64];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(want); i++) {
		buf_over(&b, mem, sizeof(mem));
		b64_put(&b, "foobar", i, 0);
		assert_true(slice_eq_cstr(buf_slice(&b), want[i]));
	}
	buf_over(&b, mem, sizeof(mem));
	b64_put(&b, "foobar", 6, 4);
	assert_true(slice_eq_cstr(buf_slice(&b), "Zm9v\r\nYmFy\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_pool_limits),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_mail_addresses),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_no_mail_server),
	};
	int rc;

	if (out_http_start() != ERR_OK)
		return 2;
	rc = cmocka_run_group_tests_name("out", tests, NULL, NULL);
	out_http_stop();
	return rc;
}
