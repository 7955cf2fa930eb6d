/* Tests of lib/hash when memory is short: each allocation of the library that
 * does the work fails once. Nothing is answered then, nothing is lost, and the
 * next call is right again. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash/digest.h"
#include "lib/hash/hmac.h"
#include "lib/hash/sha256.h"
#include "lib/hash/token.h"
#include "lib/hash/totp.h"
#include "tests/support/cm.h"

/* OpenSSL's allocator: calls beyond the left_ok-th give nothing. */
static bool limited;
static unsigned int left_ok, failed;
static long living;

static void *short_malloc(size_t n, const char *file, int line)
{
	void *p;

	(void)file;
	(void)line;
	if (limited && left_ok == 0) {
		failed++;
		return NULL;
	}
	if (limited)
		left_ok--;
	p = malloc(n);
	living += p != NULL;
	return p;
}

static void short_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	living -= p != NULL;
	free(p);
}

static void *short_realloc(void *p, size_t n, const char *file, int line)
{
	if (p == NULL)
		return short_malloc(n, file, line);
	if (n == 0) {
		short_free(p, file, line);
		return NULL;
	}
	if (limited && left_ok == 0) {
		failed++;
		return NULL;
	}
	return realloc(p, n);
}

/* What is tried: the answer as bytes, and what came of it. */
struct trial {
	const char *why;
	enum err (*run)(uint8_t out[64]);
};

static enum err run_sha256(uint8_t out[64])
{
	const struct slice parts[] = { SLICE("ab"), SLICE("c") };

	return digest_sha256(parts, 2, out);
}

static enum err run_sha256_hex(uint8_t out[64])
{
	const struct slice parts[] = { SLICE("abc") };
	char text[DIGEST_SHA256_HEX];
	const enum err e = digest_sha256_hex(parts, 1, text);

	if (e == ERR_OK)
		memcpy(out, text, 64);
	return e;
}

static enum err run_md5(uint8_t out[64])
{
	const struct slice parts[] = { SLICE("abc") };
	char text[DIGEST_MD5_HEX];
	const enum err e = digest_md5_hex(parts, 1, text);

	if (e == ERR_OK)
		memcpy(out, text, DIGEST_MD5_HEX);
	return e;
}

static enum err run_pieces(uint8_t out[64])
{
	struct sha256 *h = NULL;
	enum err e = sha256_new(&h);

	if (e != ERR_OK) {
		assert_null(h);
		return e;
	}
	if ((e = sha256_more(h, "abc", 3)) == ERR_OK)
		e = sha256_end(h, out);
	sha256_free(h);
	return e;
}

static enum err run_hmac_sha1(uint8_t out[64])
{
	return hmac_sha1(SLICE("Jefe"), SLICE("what do ya want for nothing?"),
	    out);
}

static enum err run_token(uint8_t out[64])
{
	return token_hash(SLICE("a token"), out);
}

static enum err run_totp(uint8_t out[64])
{
	uint8_t secret[TOTP_SECRET_BYTES] = { 1, 2, 3 };
	char code[TOTP_DIGITS + 1];
	const enum err e = totp_code(secret, 1234567, code);

	if (e == ERR_OK)
		memcpy(out, code, sizeof(code));
	return e;
}

static const struct trial trials[] = {
	{ "a digest of parts", run_sha256 },
	{ "a digest as text", run_sha256_hex },
	{ "MD5", run_md5 },
	{ "piece by piece", run_pieces },
	{ "HMAC-SHA-1", run_hmac_sha1 },
	{ "what is stored of a token", run_token },
	{ "a one-time code", run_totp },
};

static void test_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(trials); i++) {
		uint8_t want[64] = { 0 }, got[64];
		unsigned int n = 0;
		long before;

		/* What the library keeps for ever it has by then. */
		assert_int_equal(trials[i].run(want), ERR_OK);
		before = living;
		for (;; n++) {
			enum err e;

			memset(got, 0, sizeof(got));
			limited = true;
			left_ok = n;
			failed = 0;
			e = trials[i].run(got);
			limited = false;
			if (living != before)
				fail_msg("%s, %u: %ld kept", trials[i].why, n,
				    living - before);
			if (failed == 0)
				break;
			if (e != ERR_NOMEM && e != ERR_INTERNAL)
				fail_msg("%s, %u: %s", trials[i].why, n,
				    err_name(e));
			assert_int_equal(trials[i].run(got), ERR_OK);
			assert_memory_equal(got, want, sizeof(got));
		}
		if (n == 0)
			fail_msg("%s: nothing failed", trials[i].why);
		assert_memory_equal(got, want, sizeof(got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
	};

	/* Before the library's first allocation, or it refuses. */
	if (CRYPTO_set_mem_functions(short_malloc, short_realloc, short_free) !=
	    1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
