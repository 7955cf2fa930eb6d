/* Tests of lib/core/id and lib/base/rnd. */
#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/rnd.h"
#include "lib/core/id.h"
#include "tests/support/cm.h"

static void test_known_vector(void **state)
{
	/* The example pair of the TypeID specification (v0.3, valid.yml). */
	static const char hexed[] = "0188a5eb77a67ca6b8a26fb0f40f8d1f";
	uint8_t id[ID_BYTES], back[ID_BYTES];
	char text[ID_TEXT_MAX];

	(void)state;
	assert_int_equal(hex_decode(slice_from(hexed), id, ID_BYTES), ERR_OK);
	id_text(ID_KIND_call, id, text);
	assert_int_equal(strlen(text), 30);
	assert_int_equal(id_parse(ID_KIND_call, slice_from(text), back),
	    ERR_OK);
	assert_true(id_eq(id, back));
	memset(id, 0xff, sizeof(id));
	id_text(ID_KIND_company, id, text);
	assert_string_equal(text, "com_7zzzzzzzzzzzzzzzzzzzzzzzzz");
	memset(id, 0, sizeof(id));
	id_text(ID_KIND_company, id, text);
	assert_string_equal(text, "com_00000000000000000000000000");
	assert_true(id_is_nil(id));
}

static const struct {
	const char *why;
	const char *in;
} bad[] = {
	{ "other kind", "com_00000000000000000000000000" },
	{ "no prefix", "00000000000000000000000000" },
	{ "too short", "cal_0000000000000000000000000" },
	{ "too long", "cal_000000000000000000000000000" },
	{ "upper case", "cal_0000000000000000000000000A" },
	{ "not in the alphabet", "cal_0000000000000000000000000l" },
	{ "more than 128 bits", "cal_80000000000000000000000000" },
	{ "other separator", "cal-00000000000000000000000000" },
	{ "empty", "" },
};

static void test_bad_text(void **state)
{
	uint8_t id[ID_BYTES];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad); i++) {
		if (id_parse(ID_KIND_call, slice_from(bad[i].in), id) !=
		    ERR_SYNTAX)
			fail_msg("%s: \"%s\"", bad[i].why, bad[i].in);
	}
	assert_int_equal(id_parse(ID_KIND_call,
			     slice_of("cal_0000000000000\0"
				      "00000000000000",
				 30),
			     id),
	    ERR_SYNTAX);
}

static void test_made_ids_sort_by_time(void **state)
{
	struct rnd_dice d;
	uint8_t last[ID_BYTES] = { 0 };

	(void)state;
	rnd_seed(&d, 1);
	for (int i = 0; i < 1000; i++) {
		const int64_t now =
		    INT64_C(1795132800000000) + i * INT64_C(1000);
		uint64_t r[2] = { rnd_u64(&d), rnd_u64(&d) };
		uint8_t rnd[10], id[ID_BYTES], back[ID_BYTES];
		char text[ID_TEXT_MAX];

		memcpy(rnd, r, sizeof(rnd));
		id_make(now, rnd, id);
		assert_int_equal(id_time_us(id), now);
		assert_int_equal(id[6] >> 4, 7);
		assert_int_equal(id[8] >> 6, 2);
		assert_true(memcmp(last, id, ID_BYTES) < 0);
		memcpy(last, id, ID_BYTES);
		id_text(ID_KIND_lease, id, text);
		assert_int_equal(id_parse(ID_KIND_lease, slice_from(text),
				     back),
		    ERR_OK);
		assert_true(id_eq(id, back));
	}
}

static void test_dice(void **state)
{
	unsigned int seen[6] = { 0 };
	struct rnd_dice a, b;

	(void)state;
	rnd_seed(&a, 42);
	rnd_seed(&b, 42);
	for (int i = 0; i < 60000; i++) {
		const uint64_t v = rnd_below(&a, 6);

		assert_int_equal(v, rnd_below(&b, 6));
		assert_true(v < 6);
		seen[v]++;
	}
	/* Five standard deviations around 10,000 are +-456. */
	for (size_t i = 0; i < RT_ARRAY_LEN(seen); i++)
		assert_in_range(seen[i], 9500, 10500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_vector),
		cmocka_unit_test(test_bad_text),
		cmocka_unit_test(test_made_ids_sort_by_time),
		cmocka_unit_test(test_dice),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
