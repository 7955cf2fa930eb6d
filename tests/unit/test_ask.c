/* Tests of lib/core/ask: questions as bytes, and what is none. */
#include <string.h>

#include "lib/core/ask.h"
#include "tests/support/cm.h"

static const struct ask full = { .kind = ASK_RESERVE,
	.key = SLICE_INIT("dst_01h455vb4pex5vsknk084sn02q"),
	.at_once = 3,
	.hour = { 10, INT64_C(1795176000000000) },
	.day = { 100, INT64_C(1795132800000000) },
	.month = { UINT32_MAX, -1 },
	.hold_s = ASK_HOLD_MAX };

static void encode(const struct ask *a, struct buf *b, char *mem)
{
	buf_over(b, mem, ASK_BYTES_MAX);
	ask_encode(a, b);
	assert_int_equal(buf_err(b), ERR_OK);
}

static void test_round(void **state)
{
	char mem[ASK_BYTES_MAX], again[ASK_BYTES_MAX];
	struct buf b, c;

	(void)state;
	for (int k = 0; k < ASK_KIND_COUNT; k++) {
		struct ask a = full, got;

		a.kind = (enum ask_kind)k;
		encode(&a, &b, mem);
		assert_int_equal(ask_decode(buf_slice(&b), &got), ERR_OK);
		assert_int_equal(got.kind, a.kind);
		assert_true(slice_eq(got.key, a.key));
		encode(&got, &c, again);
		assert_true(slice_eq(buf_slice(&b), buf_slice(&c)));
		if (k != ASK_RESERVE)
			continue;
		assert_int_equal(got.at_once, 3);
		assert_int_equal(got.hour.max, 10);
		assert_true(got.hour.from_us == full.hour.from_us);
		assert_true(got.day.from_us == full.day.from_us);
		assert_true(got.month.max == UINT32_MAX);
		assert_int_equal(got.hold_s, ASK_HOLD_MAX);
	}
}

/* Without a cap its beginning means nothing and is not sent. */
static void test_no_cap(void **state)
{
	struct ask a = full, got;
	char mem[ASK_BYTES_MAX];
	struct buf b;

	(void)state;
	a.day.max = 0;
	encode(&a, &b, mem);
	assert_int_equal(ask_decode(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.day.max, 0);
	assert_true(got.day.from_us == 0);
}

static void test_cut_and_longer(void **state)
{
	char mem[ASK_BYTES_MAX], bytes[ASK_BYTES_MAX + 1] = { 0 };
	struct ask got;
	struct buf b;

	(void)state;
	encode(&full, &b, mem);
	memcpy(bytes, b.p, b.n);
	for (size_t n = 0; n < b.n; n++)
		if (ask_decode(slice_of(bytes, n), &got) != ERR_SYNTAX)
			fail_msg("cut after %zu bytes", n);
	assert_int_equal(ask_decode(slice_of(bytes, b.n + 1), &got),
	    ERR_SYNTAX);
}

static void test_refused(void **state)
{
	static char longer[ASK_KEY_MAX + 1];
	char mem[ASK_BYTES_MAX];
	struct ask a = full, got;
	struct buf b;

	(void)state;
	memset(longer, 'k', sizeof(longer));
	a.key = slice_of(longer, sizeof(longer));
	buf_over(&b, mem, sizeof(mem));
	ask_encode(&a, &b);
	assert_int_equal(buf_err(&b), ERR_TOOBIG);
	a.key = SLICE("");
	buf_over(&b, mem, sizeof(mem));
	ask_encode(&a, &b);
	assert_int_equal(buf_err(&b), ERR_TOOBIG);

	a = full;
	a.hold_s = 0; /* for ever, or never */
	encode(&a, &b, mem);
	assert_int_equal(ask_decode(buf_slice(&b), &got), ERR_SYNTAX);
	a.hold_s = ASK_HOLD_MAX + 1;
	encode(&a, &b, mem);
	assert_int_equal(ask_decode(buf_slice(&b), &got), ERR_SYNTAX);
	encode(&full, &b, mem);
	b.p[0] = ASK_KIND_COUNT;
	assert_int_equal(ask_decode(buf_slice(&b), &got), ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_no_cap),
		cmocka_unit_test(test_cut_and_longer),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
