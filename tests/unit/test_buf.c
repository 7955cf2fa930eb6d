/* Tests of lib/base/buf and lib/base/take. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/take.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

static void test_text(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_cstr(&b, "n=");
	buf_u64(&b, UINT64_MAX);
	buf_char(&b, ' ');
	buf_i64(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_u64(&b, 0);
	buf_printf(&b, " %s-%d ", "x", 5);
	buf_hex(&b, "\x00\xff\x1a", 3);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_true(slice_eq_cstr(buf_slice(&b),
	    "n=18446744073709551615 -9223372036854775808 0 x-5 00ff1a"));
	buf_fini(&b);
	buf_fini(NULL);
}

static void test_limit_is_sticky(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_cstr(&b, "abcd");
	assert_int_equal(buf_err(&b), ERR_OK);
	buf_char(&b, 'e');
	assert_int_equal(buf_err(&b), ERR_TOOBIG);
	buf_reset(&b);
	buf_cstr(&b, "abcde");
	assert_int_equal(buf_err(&b), ERR_TOOBIG);
	/* Nothing that would fit gets in after the failure. */
	buf_char(&b, 'x');
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void test_fixed(void **state)
{
	char mem[8];
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	fail_alloc_after(0);
	buf_cstr(&b, "12345678");
	assert_int_equal(buf_err(&b), ERR_OK);
	buf_char(&b, '9');
	assert_false(fail_alloc_end());
	assert_int_equal(buf_err(&b), ERR_TOOBIG);
	buf_reset(&b);
	/* vsnprintf needs room for a NUL that is not kept. */
	buf_printf(&b, "%s", "1234567");
	assert_int_equal(buf_err(&b), ERR_OK);
	buf_printf(&b, "%s", "8");
	assert_int_equal(buf_err(&b), ERR_TOOBIG);
}

static enum err write_much(struct buf *b)
{
	buf_init(b, 1 << 16);
	for (int i = 0; i < 2000; i++)
		buf_printf(b, "%d,", i);
	return buf_err(b);
}

static void test_every_allocation_fails_once(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct buf b;
		enum err e;

		fail_alloc_after(n);
		e = write_much(&b);
		buf_fini(&b);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			assert_true(n > 1);
			return;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
}

static void write_record(struct buf *b)
{
	buf_char(b, 0x7f);
	buf_be16(b, 0x1234);
	buf_be32(b, 0xdeadbeef);
	buf_be64(b, UINT64_C(0x0102030405060708));
	buf_be64(b, (uint64_t)INT64_C(-2));
	buf_be16(b, 3);
	buf_cstr(b, "abc");
	buf_cstr(b, "xy");
}

static enum err read_record(struct slice in)
{
	struct take t;
	char two[2];
	bool same;

	take_init(&t, in);
	same = take_u8(&t) == 0x7f;
	same = take_be16(&t) == 0x1234 && same;
	same = take_be32(&t) == 0xdeadbeef && same;
	same = take_be64(&t) == UINT64_C(0x0102030405060708) && same;
	same = take_i64(&t) == -2 && same;
	same = slice_eq_cstr(take_text(&t, 3), "abc") && same;
	take_copy(&t, two, sizeof(two));
	same = memcmp(two, "xy", 2) == 0 && same;
	if (take_end(&t) == ERR_OK)
		assert_true(same);
	return take_end(&t);
}

static void test_binary_round_trip(void **state)
{
	struct buf b;
	struct slice all;

	(void)state;
	buf_init(&b, 100);
	write_record(&b);
	all = buf_slice(&b);
	assert_int_equal(read_record(all), ERR_OK);
	/* Every cut and every extra byte is refused. */
	for (size_t n = 0; n < all.n; n++)
		assert_int_equal(read_record(slice_head(all, n)), ERR_SYNTAX);
	buf_char(&b, 0);
	assert_int_equal(read_record(buf_slice(&b)), ERR_SYNTAX);
	buf_fini(&b);
}

static void test_text_limit(void **state)
{
	struct take t;

	(void)state;
	take_init(&t, slice_of("\x00\x04"
			       "abcd",
			  6));
	assert_int_equal(take_text(&t, 3).n, 0);
	assert_int_equal(take_end(&t), ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_limit_is_sticky),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_every_allocation_fails_once),
		cmocka_unit_test(test_binary_round_trip),
		cmocka_unit_test(test_text_limit),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
