/* Tests of lib/base/rnd: what is drawn in stock is given out once, whoever
 * asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/rnd.h"

#define DRAWS 1000

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 10);
}

static void draw(uint8_t (*out)[10], size_t n)
{
	for (size_t i = 0; i < n; i++)
		rnd_id_bytes(out[i], 10);
}

static void *draw_here(void *out)
{
	draw(out, DRAWS);
	return NULL;
}

static void all_differ(uint8_t (*all)[10], size_t n)
{
	qsort(all, n, 10, by_bytes);
	for (size_t i = 1; i < n; i++)
		assert_memory_not_equal(all[i - 1], all[i], 10);
}

/* A child draws from where its parent stands. */
static void draw_forked(uint8_t (*out)[10], size_t n)
{
	ssize_t got, have = 0;
	int status, fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		draw(out, n);
		_exit(write(fds[1], out, n * 10) == (ssize_t)(n * 10) ? 0 : 1);
	}
	(void)close(fds[1]);
	while (
	    (got = read(fds[0], (char *)out + have, n * 10 - (size_t)have)) > 0)
		have += got;
	assert_int_equal(have, n * 10);
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_given_out_once(void **state)
{
	static uint8_t all[4 * DRAWS][10];
	pthread_t a;

	(void)state;
	draw(all, 7); /* some of the stock is gone, some is there */
	draw_forked(all + DRAWS, DRAWS);
	draw(all + 7, DRAWS - 7);
	draw_forked(all + 2 * DRAWS, DRAWS);
	assert_int_equal(pthread_create(&a, NULL, draw_here, all + 3 * DRAWS),
	    0);
	(void)pthread_join(a, NULL);
	all_differ(all, RT_ARRAY_LEN(all));
}

/* Each byte of whatever length is written, none beside it. */
static void test_lengths(void **state)
{
	static const size_t lengths[] = { 0, 1, 40, 1023, 1024, 1025, 5000 };
	static uint8_t out[5002], seen[5002];

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(lengths); k++) {
		const size_t n = lengths[k];

		memset(seen, 0, sizeof(seen));
		for (int round = 0; round < 8; round++) {
			memset(out, 0, sizeof(out));
			rnd_id_bytes(out + 1, n);
			for (size_t i = 0; i < sizeof(out); i++)
				seen[i] |= out[i];
		}
		assert_int_equal(seen[0], 0);
		for (size_t i = 0; i < n; i++)
			assert_int_not_equal(seen[i + 1], 0);
		assert_int_equal(seen[n + 1], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_out_once),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests_name("rnd", tests, NULL, NULL);
}
