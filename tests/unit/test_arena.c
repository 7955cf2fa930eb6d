/* Tests of lib/base/arena. */
#include <stdalign.h>
#include <string.h>

#include "lib/base/arena.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

static void test_aligned_and_zeroed(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t n = 0; n < 300; n += 7) {
		const unsigned char *p = arena_alloc(&a, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
	}
	arena_fini(&a);
	arena_fini(NULL);
}

static void test_limit(void **state)
{
	struct arena a;
	size_t got = 0;

	(void)state;
	arena_init(&a, 10000);
	while (arena_alloc(&a, 100) != NULL)
		got += 100;
	assert_true(got <= 10000);
	assert_true(got > 5000);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_array(&a, SIZE_MAX / 2, 4));
	/* After a reset the same fits again. */
	arena_reset(&a);
	assert_non_null(arena_alloc(&a, 100));
	arena_fini(&a);
}

static void test_copies(void **state)
{
	struct arena a;
	struct slice copy;
	char text[] = "hello";
	char *c;

	(void)state;
	arena_init(&a, 10000);
	assert_true(arena_copy(&a, slice_from(text), &copy));
	c = arena_cstr(&a, slice_from(text));
	text[0] = 'j';
	assert_true(slice_eq_cstr(copy, "hello"));
	assert_string_equal(c, "hello");
	assert_string_equal(arena_cstr(&a, slice_from(NULL)), "");
	arena_fini(&a);
}

static void test_every_allocation_fails_once(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct arena a;
		unsigned int got = 0;

		arena_init(&a, 1 << 20);
		fail_alloc_after(n);
		while (got < 200 && arena_alloc(&a, 500) != NULL)
			got++;
		arena_fini(&a);
		if (!fail_alloc_end()) {
			assert_int_equal(got, 200);
			return;
		}
		assert_true(got < 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aligned_and_zeroed),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_every_allocation_fails_once),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
