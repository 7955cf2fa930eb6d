/* Tests of lib/hash/sha256. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "lib/base/hex.h"
#include "lib/hash/digest.h"
#include "lib/hash/sha256.h"
#include "tests/support/fail_alloc.h"

static void test_pieces(void **state)
{
	static const char text[] = "the quick brown fox jumps over the dog";
	uint8_t whole[SHA256_BYTES], pieces[SHA256_BYTES];
	const struct slice all = SLICE_INIT(text);

	(void)state;
	assert_int_equal(digest_sha256(&all, 1, whole), ERR_OK);
	for (size_t cut = 0; cut <= all.n; cut++) {
		struct sha256 *h;

		assert_int_equal(sha256_new(&h), ERR_OK);
		assert_int_equal(sha256_more(h, text, cut), ERR_OK);
		assert_int_equal(sha256_more(h, text + cut, all.n - cut),
		    ERR_OK);
		assert_int_equal(sha256_end(h, pieces), ERR_OK);
		assert_memory_equal(pieces, whole, SHA256_BYTES);
		sha256_free(h);
	}
	sha256_free(NULL);
}

static void test_vector(void **state)
{
	/* FIPS 180-4: "abc". */
	char text[2 * SHA256_BYTES + 1];
	uint8_t out[SHA256_BYTES];
	struct sha256 *h;

	(void)state;
	assert_int_equal(sha256_new(&h), ERR_OK);
	assert_int_equal(sha256_more(h, "abc", 3), ERR_OK);
	assert_int_equal(sha256_end(h, out), ERR_OK);
	hex_encode(out, sizeof(out), text);
	assert_string_equal(text,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	sha256_free(h);
}

static void test_alloc_fails(void **state)
{
	struct sha256 *h;
	enum err e;

	(void)state;
	fail_alloc_after(0);
	e = sha256_new(&h);
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_NOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_alloc_fails),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
