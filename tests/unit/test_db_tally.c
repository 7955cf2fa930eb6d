/* Tests of lib/db/db_tally: what is added to one value stays its own, whatever
 * else there is; order, limits, blanks at the ends, and a callback that ends.
 */
#include "lib/db/db_tally.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/cm.h"

#define MANY 30000

static struct slice text_of(unsigned int i, char mem[16])
{
	(void)snprintf(mem, 16, "v%u", i);
	return slice_from(mem);
}

static void add(struct db_tally *t, const char *a, const char *b, int64_t n)
{
	struct db_report_sums *s = db_tally_at(t, slice_from(a), slice_from(b));

	assert_non_null(s);
	s->calls += n;
	s->talk_ms += 10 * n;
}

struct seen {
	char text[400];
	size_t n;
	size_t most;
	int64_t calls;
};

static enum err see(void *ctx, const struct db_report_group *g)
{
	struct seen *s = ctx;
	const size_t at = strlen(s->text);

	if (s->n == s->most)
		return ERR_CONFLICT;
	s->n++;
	s->calls += g->sums.calls;
	assert_int_equal(g->sums.talk_ms, 10 * g->sums.calls);
	if (at < 300)
		(void)snprintf(s->text + at, sizeof(s->text) - at,
		    "[%.20s|%.20s]%lld", g->value, g->value2,
		    (long long)g->sums.calls);
	return ERR_OK;
}

static void test_order(void **state)
{
	struct seen s = { .most = 99 };
	struct db_tally t;

	(void)state;
	db_tally_init(&t);
	assert_int_equal(db_tally_each(&t, 9, see, &s), ERR_OK);
	assert_int_equal(s.n, 0);
	add(&t, "b", "", 2);
	add(&t, "a", "z", 2);
	add(&t, "", "", 1);
	add(&t, "c", "", 5);
	add(&t, "ab", "", 1);
	add(&t, "a", "b", 1); /* not "ab" and "" */
	add(&t, "b  ", " ", 1);
	add(&t, "zero", "", 0);
	assert_int_equal(db_tally_each(&t, 99, see, &s), ERR_OK);
	assert_string_equal(s.text, "[c|]5[b|]3[a|z]2[|]1[a|b]1[ab|]1");
	db_tally_fini(&t);
}

static void test_max_and_end(void **state)
{
	struct seen s = { .most = 2 };
	struct db_tally t;

	(void)state;
	db_tally_init(&t);
	for (int i = 0; i < 5; i++)
		add(&t, i % 2 == 0 ? "x" : "y", i < 4 ? "" : "k", i + 1);
	assert_int_equal(db_tally_each(&t, 2, see, &s), ERR_OK);
	assert_string_equal(s.text, "[y|]6[x|k]5");
	assert_int_equal(db_tally_each(&t, SIZE_MAX, see, &s), ERR_CONFLICT);
	db_tally_fini(&t);
}

static void test_many(void **state)
{
	struct seen s = { .most = SIZE_MAX };
	struct db_tally t;
	char a[16], b[16];

	(void)state;
	db_tally_init(&t);
	for (unsigned int k = 0; k < 3; k++)
		for (unsigned int i = 0; i < MANY; i++) {
			struct db_report_sums *x =
			    db_tally_at(&t, text_of(i, a), text_of(i % 7, b));

			assert_non_null(x);
			assert_int_equal(x->calls, k * (i + 1));
			x->calls += i + 1;
			x->talk_ms = 10 * x->calls;
		}
	assert_int_equal(t.n, MANY);
	assert_int_equal(db_tally_each(&t, SIZE_MAX, see, &s), ERR_OK);
	assert_int_equal(s.n, MANY);
	assert_int_equal(s.calls, INT64_C(3) * MANY * (MANY + 1) / 2);
	assert_memory_equal(s.text, "[v29999|v4]90000[", 17);
	db_tally_fini(&t);
}

/* Memory has an end, and what is there stays right. */
static void test_full(void **state)
{
	char a[16];
	struct db_tally t;
	unsigned int i = 0;

	(void)state;
	db_tally_init(&t);
	while (i < 2000000 && db_tally_at(&t, text_of(i, a), SLICE("")) != NULL)
		i++;
	assert_true(i > 250000 && i < 2000000);
	assert_null(db_tally_at(&t, SLICE("one more"), SLICE("")));
	assert_non_null(db_tally_at(&t, text_of(i - 1, a), SLICE("")));
	db_tally_fini(&t);
}

static void test_long_text(void **state)
{
	struct seen s = { .most = 9 };
	char mem[2000];
	struct db_tally t;

	(void)state;
	memset(mem, 'x', sizeof(mem));
	db_tally_init(&t);
	db_tally_at(&t, slice_of(mem, sizeof(mem)), SLICE(""))->calls = 1;
	assert_int_equal(db_tally_each(&t, 9, see, &s), ERR_RANGE);
	db_tally_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_max_and_end),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_long_text),
	};

	return cmocka_run_group_tests_name("db_tally", tests, NULL, NULL);
}
