/* Tests of cgi/dni/dni_state without a database: what waits for one is bounded
 * by number and by memory, and what does not fit is counted. */
#include "cgi/dni/dni_state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgi/dni/dni_batch.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "tests/support/cm.h"

#define LONG_BYTES ((size_t)4 << 20)

static struct dni_state *make(void)
{
	struct dni_state *s = NULL;

	assert_int_equal(dni_state_new(&s, 10, 0), ERR_OK);
	return s;
}

static uint64_t told(const char *dir)
{
	uint64_t v[METRIC_COUNT];

	assert_int_equal(metric_read(dir, "dnitest", v), ERR_OK);
	return v[METRIC_DNI_LOST];
}

static void test_number(void **state)
{
	const struct dni_write w = { .parts = DNI_WRITE_PAGE };
	struct dni_state *s = make();

	(void)state;
	for (size_t i = 0; i < DNI_STATE_LATER_MAX + 7; i++)
		dni_state_later(s, &w);
	assert_int_equal(s->n_later, DNI_STATE_LATER_MAX);
	assert_true(s->later_bytes <= DNI_STATE_LATER_BYTES);
	assert_int_equal(s->lost, 7);
	assert_int_equal(s->lost_told, 1);
	dni_state_free(s);
}

static void test_memory(void **state)
{
	const char *dir = getenv("RT_TEST_DIR");
	char *text = calloc(1, LONG_BYTES);
	const struct dni_write w = { .parts = DNI_WRITE_FORM,
		.form = { .fields = slice_of(text, LONG_BYTES) } };
	const size_t fit = DNI_STATE_LATER_BYTES / (LONG_BYTES + sizeof(w));
	struct dni_state *s = make();
	struct dni_write *taken;

	(void)state;
	assert_non_null(dir);
	assert_non_null(text);
	assert_int_equal(metric_open(dir, "dnitest"), ERR_OK);
	for (size_t i = 0; i < fit + 3; i++)
		dni_state_later(s, &w);
	assert_int_equal(s->n_later, fit);
	assert_int_equal(s->lost, 3);
	assert_int_equal(told(dir), 3);
	/* The database is still away: what was taken goes back. */
	taken = dni_batch_take_later(s);
	assert_int_equal(s->n_later + s->later_bytes, 0);
	for (struct dni_write *i = taken; i != NULL; i = i->next)
		i->result = ERR_UNAVAILABLE;
	dni_batch_end_later(s, taken);
	assert_int_equal(s->n_later, fit);
	assert_int_equal(s->lost, 3);
	/* Now it is there, and room again. */
	taken = dni_batch_take_later(s);
	for (struct dni_write *i = taken; i != NULL; i = i->next)
		i->result = ERR_OK;
	dni_batch_end_later(s, taken);
	assert_int_equal(s->n_later + s->later_bytes, 0);
	dni_state_later(s, &w);
	assert_int_equal(s->n_later, 1);
	dni_state_free(s);
	free(text);
}

static int quiet(void **state)
{
	(void)state;
	log_open("test", -1, LOG_ERROR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_number),
		cmocka_unit_test(test_memory) };

	return cmocka_run_group_tests(tests, quiet, NULL);
}
