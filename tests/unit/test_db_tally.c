/* Tests of lib/db/db_tally: what is added to one value stays its own, whatever
 * else there is; order, limits, blanks at the ends, and a callback that ends.
 */
#include "lib/db/db_tally.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/cm.h"

#define MANY 30000

static const char *text(unsigned int i, char mem[16])
{
	(void)snprintf(mem, 16, "v%u", i);
	return mem;
}

static void add(struct db_tally *t, const char *a, const char *b, int64_t n)
{
	/* What is not kept is dropped. */
	const struct db_report_sums s = { .calls = n,
		.talk_ms = 10 * n,
		.ring_ms = 7 };

	assert_int_equal(db_tally_add(t, slice_from(a), slice_from(b), &s),
	    ERR_OK);
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
	assert_int_equal(g->sums.ring_ms, 0);
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
	db_tally_init(&t, DB_REPORT_SUM(talk_ms));
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
	db_tally_init(&t, DB_REPORT_SUM(talk_ms));
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
	db_tally_init(&t, DB_REPORT_SUM(talk_ms));
	for (unsigned int k = 0; k < 3; k++)
		for (unsigned int i = 0; i < MANY; i++)
			add(&t, text(i, a), text(i % 7, b), i + 1);
	assert_int_equal(t.n, MANY);
	assert_true(t.counted <= 128 * MANY);
	assert_int_equal(db_tally_each(&t, SIZE_MAX, see, &s), ERR_OK);
	assert_int_equal(s.n, MANY);
	assert_int_equal(s.calls, INT64_C(3) * MANY * (MANY + 1) / 2);
	assert_memory_equal(s.text, "[v29999|v4]90000[", 17);
	db_tally_fini(&t);
}

/* Long, so that a few fill the memory. */
static const char *long_text(unsigned int i, char mem[1001])
{
	const int n = snprintf(mem, 1001, "%u", i);

	memset(mem + n, 'x', (size_t)(1000 - n));
	mem[1000] = '\0';
	return mem;
}

/* Adds new values until there is no room for another; how many have come. */
static unsigned int fill(struct db_tally *t, enum err *e)
{
	const struct db_report_sums one = { .calls = 1, .talk_ms = 10 };
	char a[1001];
	unsigned int i = 0;

	do
		*e = db_tally_add(t, slice_from(long_text(i++, a)), SLICE(""),
		    &one);
	while (*e == ERR_OK && i < 1000000);
	return i - 1;
}

/* Memory has an end, and what is there stays right. Many at once have an end
 * sooner, and room again when others are done. */
static void test_full(void **state)
{
	const struct db_report_sums one = { .calls = 1, .talk_ms = 10 };
	struct seen s = { .most = SIZE_MAX };
	struct db_tally t[4];
	char a[1001];
	unsigned int n[4];
	enum err e[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		db_tally_init(&t[i], DB_REPORT_SUM(talk_ms));
		n[i] = fill(&t[i], &e[i]);
	}
	assert_int_equal(e[0], ERR_TIMEOUT);
	assert_true(n[0] > 100000);
	assert_int_equal(e[2], ERR_BUSY);
	assert_int_equal(e[3], ERR_BUSY);
	assert_true(n[3] < 10);
	assert_int_equal(db_tally_add(&t[0], slice_from(long_text(n[0], a)),
			     SLICE(""), &one),
	    ERR_TIMEOUT);
	assert_int_equal(db_tally_add(&t[0], slice_from(long_text(7, a)),
			     SLICE(""), &one),
	    ERR_OK);
	assert_int_equal(db_tally_each(&t[0], SIZE_MAX, see, &s), ERR_OK);
	assert_int_equal(s.n, n[0]);
	assert_int_equal(s.calls, n[0] + 1);
	for (int i = 0; i < 3; i++)
		db_tally_fini(&t[i]);
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(db_tally_add(&t[3],
				     slice_from(long_text(i, a)), SLICE(""),
				     &one),
		    ERR_OK);
	db_tally_fini(&t[3]);
}

static void test_long_text(void **state)
{
	const struct db_report_sums one = { .calls = 1 };
	char mem[2000];
	struct db_tally t;

	(void)state;
	memset(mem, 'x', sizeof(mem));
	db_tally_init(&t, DB_REPORT_SUM(talk_ms));
	assert_int_equal(db_tally_add(&t, slice_of(mem, sizeof(mem)), SLICE(""),
			     &one),
	    ERR_RANGE);
	assert_int_equal(db_tally_add(&t, SLICE(""), slice_of(mem, sizeof(mem)),
			     &one),
	    ERR_RANGE);
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
