/* Tests of lib/core/pack: what was packed comes back, and nothing else does. */
#include <stdio.h>
#include <string.h>

#include "lib/core/pack.h"
#include "tests/support/cm.h"

static struct arena mem;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, (size_t)1 << 24);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_fini(&mem);
	return 0;
}

static const struct {
	int64_t rows[4];
	size_t n;
	size_t bytes;
} numbers[] = {
	{ { 0 }, 0, 9 },
	{ { -7, -7, -7, -7 }, 4, 9 },
	{ { 1000000, 1000255, 1000001, 1000000 }, 4, 13 },
	{ { -1, 255 }, 2, 13 },
	{ { 0, 65535 }, 2, 13 },
	{ { 0, 65536, 7 }, 3, 21 },
	{ { 5, INT64_C(4294967300) }, 2, 17 },
	{ { 0, INT64_C(4294967296) }, 2, 25 },
	{ { INT64_MIN, INT64_MAX, 0, -1 }, 4, 41 },
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(numbers); i++) {
		int64_t back[4] = { 99, 99, 99, 99 };
		struct buf out;

		buf_init(&out, 4096);
		pack_numbers(&out, numbers[i].rows, numbers[i].n);
		assert_int_equal(buf_err(&out), ERR_OK);
		assert_int_equal(out.n, numbers[i].bytes);
		assert_int_equal(pack_read_numbers(buf_slice(&out),
				     numbers[i].n, back),
		    ERR_OK);
		assert_memory_equal(back, numbers[i].rows,
		    numbers[i].n * sizeof(back[0]));
		/* Cut or longer, it is none. */
		for (size_t k = 0; k < out.n; k++)
			assert_int_equal(pack_read_numbers(slice_of(out.p, k),
					     numbers[i].n, back),
			    ERR_SYNTAX);
		buf_char(&out, 'x');
		assert_int_equal(pack_read_numbers(buf_slice(&out),
				     numbers[i].n, back),
		    ERR_SYNTAX);
		buf_fini(&out);
	}
}

static void test_width(void **state)
{
	const char in[] = "\0\0\0\0\0\0\0\0\3abc";
	int64_t back[1];

	(void)state;
	assert_int_equal(pack_read_numbers(slice_of(in, sizeof(in) - 1), 1,
			     back),
	    ERR_SYNTAX);
}

/* So many different ones that their places take two bytes. */
#define MANY 700

static void test_texts(void **state)
{
	static char words[MANY][8];
	static struct slice rows[2 * MANY];
	struct pack_texts back;
	struct buf out;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "%zu", i * i);
		rows[i] = rows[2 * MANY - 1 - i] = slice_from(words[i]);
	}
	rows[3] = slice_of("", 0);
	rows[4] = slice_of("a\0b", 3);
	buf_init(&out, 1 << 16);
	assert_int_equal(pack_texts(&out, rows, RT_ARRAY_LEN(rows), &mem),
	    ERR_OK);
	assert_int_equal(pack_read_texts(buf_slice(&out), RT_ARRAY_LEN(rows),
			     &mem, &back),
	    ERR_OK);
	assert_int_equal(back.n_texts, MANY + 2);
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		assert_true(slice_eq(back.texts[back.at[i]], rows[i]));
	for (size_t k = 0; k < out.n; k += 7) {
		assert_int_equal(pack_read_texts(slice_of(out.p, k),
				     RT_ARRAY_LEN(rows), &mem, &back),
		    ERR_SYNTAX);
		arena_reset(&mem);
	}
	buf_fini(&out);
}

/* A place beyond the list, and a list longer than its rows. */
static void test_places(void **state)
{
	const char beyond[] = "\0\0\0\1\0\1a\0\0\0\0\0\0\0\1\0";
	const char longer[] = "\0\0\0\2\0\1a\0\1b\0\0\0\0\0\0\0\0\0";
	struct pack_texts back;

	(void)state;
	assert_int_equal(pack_read_texts(slice_of(beyond, sizeof(beyond) - 1),
			     1, &mem, &back),
	    ERR_SYNTAX);
	assert_int_equal(pack_read_texts(slice_of(longer, sizeof(longer) - 1),
			     1, &mem, &back),
	    ERR_SYNTAX);
}

static void test_too_many(void **state)
{
	struct slice *rows =
	    arena_array(&mem, PACK_ROWS_MAX + 1, sizeof(*rows));
	struct buf out;

	(void)state;
	assert_non_null(rows);
	buf_init(&out, 64);
	assert_int_equal(pack_texts(&out, rows, PACK_ROWS_MAX + 1, &mem),
	    ERR_RANGE);
	rows[0] = slice_of(rows, PACK_ROWS_MAX + 1);
	assert_int_equal(pack_texts(&out, rows, 1, &mem), ERR_RANGE);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests_name("pack", tests, begin, end);
}
