/* Tests of lib/hash: hmac, token, password, seal. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/hex.h"
#include "lib/hash/hmac.h"
#include "lib/hash/password.h"
#include "lib/hash/seal.h"
#include "lib/hash/token.h"

/* RFC 4231 4.2, 4.3 and 4.7 (a key longer than the block). */
static const struct {
	const char *why;
	const char *key_hex;
	const char *data;
	const char *want;
} hmac_cases[] = {
	{ "RFC 4231 4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	    "Hi There",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "RFC 4231 4.3", "4a656665", "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
};

static void test_hmac(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(hmac_cases); i++) {
		const struct slice data = slice_from(hmac_cases[i].data);
		const struct slice parts[] = { slice_head(data, 3),
			slice_skip(data, 3) };
		const size_t n = strlen(hmac_cases[i].key_hex) / 2;
		uint8_t key[64], mac[HMAC_SHA256_BYTES];
		char text[2 * HMAC_SHA256_BYTES + 1];

		assert_int_equal(hex_decode(slice_from(hmac_cases[i].key_hex),
				     key, n),
		    ERR_OK);
		assert_int_equal(hmac_sha256(slice_of(key, n), parts, 2, mac),
		    ERR_OK);
		hex_encode(mac, sizeof(mac), text);
		if (strcmp(text, hmac_cases[i].want) != 0)
			fail_msg("%s: %s", hmac_cases[i].why, text);
	}
}

static void test_token(void **state)
{
	char a[TOKEN_TEXT + 1], b[TOKEN_TEXT + 1];
	char c1[TOKEN_TEXT + 1], c2[TOKEN_TEXT + 1];
	uint8_t ha[TOKEN_HASH_BYTES], hb[TOKEN_HASH_BYTES];

	(void)state;
	token_make(a);
	token_make(b);
	assert_true(token_is(slice_from(a)));
	assert_string_not_equal(a, b);
	assert_false(token_is(SLICE("")));
	assert_false(token_is(slice_head(slice_from(a), TOKEN_TEXT - 1)));
	a[5] = '=';
	assert_false(token_is(slice_from(a)));
	assert_int_equal(token_hash(slice_from(a), ha), ERR_OK);
	assert_int_equal(token_hash(slice_from(b), hb), ERR_OK);
	assert_memory_not_equal(ha, hb, sizeof(ha));
	assert_int_equal(token_derive(slice_from(b), "csrf", c1), ERR_OK);
	assert_int_equal(token_derive(slice_from(b), "csrf", c2), ERR_OK);
	assert_string_equal(c1, c2);
	assert_int_equal(token_derive(slice_from(b), "csrg", c2), ERR_OK);
	assert_string_not_equal(c1, c2);
	assert_true(token_equal(slice_from(c1), slice_from(c1)));
	assert_false(token_equal(slice_from(c1), slice_from(c2)));
	assert_false(token_equal(slice_from(c1), SLICE("")));
	assert_true(token_equal(SLICE(""), SLICE("")));
}

static void test_password(void **state)
{
	char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
	char too_long[PASSWORD_MAX + 1];

	(void)state;
	memset(too_long, 'x', sizeof(too_long));
	assert_int_equal(password_hash(SLICE("123456789"), hash), ERR_RANGE);
	assert_int_equal(password_hash(slice_of(too_long, sizeof(too_long)),
			     hash),
	    ERR_RANGE);
	assert_int_equal(password_hash(SLICE("correct horse"), hash), ERR_OK);
	assert_int_equal(password_hash(SLICE("correct horse"), again), ERR_OK);
	assert_string_not_equal(hash, again);
	assert_true(slice_starts(slice_from(hash), SLICE("$argon2id$")));
	assert_int_equal(password_check(slice_from(hash),
			     SLICE("correct horse")),
	    ERR_OK);
	assert_int_equal(password_check(slice_from(hash),
			     SLICE("correct hors")),
	    ERR_AUTH);
	assert_int_equal(password_check(slice_from(hash), SLICE("")), ERR_AUTH);
	assert_int_equal(password_check(SLICE(""), SLICE("correct horse")),
	    ERR_AUTH);
	assert_int_equal(password_check(SLICE("$argon2id$x"),
			     SLICE("correct horse")),
	    ERR_AUTH);
	/* What no row can hold and nobody may have typed. */
	assert_int_equal(password_check(slice_of(too_long, sizeof(too_long)),
			     SLICE("correct horse")),
	    ERR_AUTH);
	assert_int_equal(password_check(slice_from(hash),
			     slice_of(too_long, sizeof(too_long))),
	    ERR_AUTH);
}

struct check {
	const char *hash;
	enum err e;
};

static void *check_one(void *arg)
{
	struct check *c = arg;

	c->e = password_check(slice_from(c->hash), SLICE("correct horse"));
	return NULL;
}

/* More at once than may: those who wait have their turn, or are told that it
 * takes too long, as under valgrind; nobody hears that the password is wrong.
 */
static void test_password_gate(void **state)
{
	struct check checks[2 * PASSWORD_PARALLEL + 1];
	pthread_t all[RT_ARRAY_LEN(checks)];
	char hash[PASSWORD_HASH_MAX];
	size_t well = 0;

	(void)state;
	assert_int_equal(password_hash(SLICE("correct horse"), hash), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		checks[i] = (struct check){ hash, ERR_INTERNAL };
		assert_int_equal(pthread_create(&all[i], NULL, check_one,
				     &checks[i]),
		    0);
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		assert_int_equal(pthread_join(all[i], NULL), 0);
		assert_true(checks[i].e == ERR_OK || checks[i].e == ERR_BUSY);
		well += checks[i].e == ERR_OK;
	}
	assert_true(well >= PASSWORD_PARALLEL);
}

static void box(const struct seal_key *k, const char *about, struct slice plain,
    struct buf *out)
{
	assert_int_equal(seal_box(k, slice_from(about), plain, out), ERR_OK);
	assert_int_equal(out->n, plain.n + SEAL_OVERHEAD);
}

static void test_seal(void **state)
{
	static const char *const plains[] = { "", "x", "a longer secret" };
	struct seal_key k = { { 1, 2, 3 } }, other = { { 9 } };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(plains); i++) {
		struct buf sealed, plain;

		buf_init(&sealed, 1000);
		buf_init(&plain, 1000);
		box(&k, "trunk:1", slice_from(plains[i]), &sealed);
		assert_int_equal(seal_open(&k, SLICE("trunk:1"),
				     buf_slice(&sealed), &plain),
		    ERR_OK);
		assert_true(slice_eq_cstr(buf_slice(&plain), plains[i]));
		buf_reset(&plain);
		assert_int_equal(seal_open(&k, SLICE("trunk:2"),
				     buf_slice(&sealed), &plain),
		    ERR_AUTH);
		assert_int_equal(seal_open(&other, SLICE("trunk:1"),
				     buf_slice(&sealed), &plain),
		    ERR_AUTH);
		/* Every byte matters. */
		for (size_t b = 0; b < sealed.n; b++) {
			sealed.p[b] ^= 1;
			assert_int_not_equal(seal_open(&k, SLICE("trunk:1"),
						 buf_slice(&sealed), &plain),
			    ERR_OK);
			sealed.p[b] ^= 1;
		}
		for (size_t n = 0; n < sealed.n; n++)
			assert_int_not_equal(seal_open(&k, SLICE("trunk:1"),
						 slice_head(buf_slice(&sealed),
						     n),
						 &plain),
			    ERR_OK);
		assert_int_equal(plain.n, 0);
		buf_fini(&sealed);
		buf_fini(&plain);
	}
}

static void test_seal_key(void **state)
{
	const char *dir = getenv("RT_TEST_DIR");
	char path[256];
	struct seal_key a, b;

	(void)state;
	assert_non_null(dir);
	(void)snprintf(path, sizeof(path), "%s/seal.key", dir);
	assert_int_equal(seal_key_load(path, &a), ERR_IO);
	assert_int_equal(seal_key_create(path), ERR_OK);
	assert_int_equal(seal_key_create(path), ERR_CONFLICT);
	assert_int_equal(seal_key_load(path, &a), ERR_OK);
	assert_int_equal(seal_key_load(path, &b), ERR_OK);
	assert_memory_equal(&a, &b, sizeof(a));
	seal_key_forget(&b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(seal_key_load(path, &a), ERR_DENIED);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, 30), 0);
	assert_int_equal(seal_key_load(path, &a), ERR_SYNTAX);
	/* A folder where the key should be; no folder to make one in. */
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(seal_key_load(dir, &a), ERR_IO);
	(void)snprintf(path, sizeof(path), "%s/none/seal.key", dir);
	assert_int_equal(seal_key_create(path), ERR_IO);
}

/* No room for a key: half a one is worse than none. */
static void test_seal_key_no_room(void **state)
{
	char path[256];
	struct rlimit was, none;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/full.key",
	    getenv("RT_TEST_DIR"));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	none = was;
	none.rlim_cur = 10;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(seal_key_create(path), ERR_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(seal_key_create(path), ERR_OK);
}

static void test_seal_too_big(void **state)
{
	const struct seal_key k = { { 1, 2, 3 } };
	const size_t n = SEAL_PLAIN_MAX + SEAL_OVERHEAD + 1;
	char *big = calloc(1, n);
	struct buf out;

	(void)state;
	assert_non_null(big);
	big[0] = 1; /* the version */
	buf_init(&out, 2 * SEAL_PLAIN_MAX);
	assert_int_equal(seal_box(&k, SLICE("a"),
			     slice_of(big, SEAL_PLAIN_MAX + 1), &out),
	    ERR_TOOBIG);
	assert_int_equal(seal_open(&k, SLICE("a"), slice_of(big, n), &out),
	    ERR_SYNTAX);
	assert_int_equal(out.n, 0);
	/* The largest there may be, and no room for it. */
	assert_int_equal(seal_box(&k, SLICE("a"), slice_of(big, SEAL_PLAIN_MAX),
			     &out),
	    ERR_OK);
	buf_fini(&out);
	buf_init(&out, SEAL_OVERHEAD);
	assert_int_equal(seal_box(&k, SLICE("a"), SLICE("x"), &out),
	    ERR_TOOBIG);
	buf_fini(&out);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_password_gate),
		cmocka_unit_test(test_seal_key),
		cmocka_unit_test(test_seal_key_no_room),
		cmocka_unit_test(test_seal_too_big),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
