/* What reports say of sums: shares to the nearest tenth of a per cent, and
 * changes as a reader takes one shown share from the other. */
#include "cgi/page/page_metric.h"
#include "tests/support/cm.h"

static const struct page_metric *metric(const char *key)
{
	const struct page_metric *m = page_metric_find(slice_from(key));

	assert_non_null(m);
	return m;
}

static void test_shares(void **state)
{
	static const struct {
		int64_t part, whole;
		const char *text;
	} rows[] = {
		{ 0, 7, "0.0 %" },
		{ 2, 3, "66.7 %" },
		{ 1, 3, "33.3 %" },
		{ 10, 18, "55.6 %" },
		{ 3, 7, "42.9 %" },
		{ 999, 1000, "99.9 %" },
		{ 4449, 10010, "44.4 %" }, /* 44.4456: rounded once */
		{ 9999, 10000, "100.0 %" },
		{ 7, 7, "100.0 %" },
		{ 0, 0, "–" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const struct db_report_sums s = { .calls = rows[i].whole,
			.answered = rows[i].part };
		char text[PAGE_WORDS_MAX];

		page_metric_text(metric("answered_rate"), &s, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void test_changes(void **state)
{
	static const struct {
		const char *key;
		int64_t now[2], before[2]; /* answered, calls */
		const char *text;
		int sign;
	} rows[] = {
		/* 100.0 less 81.5, not 18.51 cut off. */
		{ "answered_rate", { 18, 18 }, { 22, 27 }, "▲ 18.5 pt", 1 },
		{ "answered_rate", { 1, 3 }, { 2, 3 }, "▼ 33.4 pt", -1 },
		{ "answered_rate", { 50001, 100000 }, { 50000, 100000 }, "=",
		    0 },
		{ "answered", { 5, 9 }, { 3, 9 }, "▲ 67 %", 1 },
		{ "answered", { 1, 9 }, { 9, 9 }, "▼ 89 %", -1 },
		{ "answered", { 1, 9 }, { 0, 9 }, "▲ new", 1 },
		{ "answered_rate", { 1, 9 }, { 0, 0 }, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const struct db_report_sums now = { .answered = rows[i].now[0],
			.calls = rows[i].now[1] };
		const struct db_report_sums before = { .answered =
							   rows[i].before[0],
			.calls = rows[i].before[1] };
		char text[PAGE_WORDS_MAX];
		int sign;

		page_metric_change(metric(rows[i].key), &now, &before, text,
		    &sign);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(sign, rows[i].sign);
	}
}

static void test_return(void **state)
{
	static const struct {
		int64_t value, cost;
		const char *text;
	} rows[] = {
		{ 120000000, 40000000, "3.00×" },
		{ 100000000, 3000000, "33.33×" },
		{ 200000000, 3000000, "66.67×" },
		{ 100000, 59000, "1.69×" }, /* 0.10 for 0.059 */
		{ 9000, 4500, "2.00×" },
		{ 0, 1000000, "0.00×" },
		{ 1000000, 0, "–" }, /* nothing was paid */
		{ INT64_C(900000000000000000), INT64_C(300000000000000000),
		    "3.00×" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const struct db_report_sums s = { .calls = 30,
			.value_micros = rows[i].value,
			.cost_micros = rows[i].cost,
			.costed = 1 };
		char text[PAGE_WORDS_MAX];

		page_metric_text(metric("roas"), &s, text);
		assert_string_equal(text, rows[i].text);
	}
}

/* What a mean stands on is what it is divided by. */
static void test_few(void **state)
{
	static const struct db_report_sums s = { .calls = 500,
		.answered = 400,
		.leads = 19,
		.sales = 20,
		.cost_micros = 1,
		.costed = 1 };
	static const struct db_report_sums none = { .calls = 30 };
	static const struct db_report_sums few = { .calls = 19,
		.cost_micros = 99 };

	(void)state;
	assert_true(page_metric_few(metric("cost_lead"), &s));
	assert_false(page_metric_few(metric("cost_sale"), &s));
	assert_false(page_metric_few(metric("cost_call"), &s));
	assert_false(page_metric_few(metric("talk"), &s));
	assert_false(page_metric_few(metric("roas"), &s));
	assert_false(page_metric_few(metric("lead_rate"), &s));
	assert_true(page_metric_few(metric("talk"), &none));
	assert_true(page_metric_few(metric("roas"), &few));
	assert_false(page_metric_few(metric("calls"), &few));
}

static void test_sums(void **state)
{
	static const struct {
		const char *key;
		uint32_t sums; /* beside the calls */
	} rows[] = {
		{ "calls", 0 },
		{ "answered_rate", DB_REPORT_SUM(answered) },
		{ "unanswered", DB_REPORT_SUM(missed) |
				    DB_REPORT_SUM(abandoned) |
				    DB_REPORT_SUM(failed) },
		{ "repeat", DB_REPORT_SUM(first_time) },
		{ "own", DB_REPORT_SUM(over) },
		{ "value", DB_REPORT_SUM(value_micros) },
		{ "talk", DB_REPORT_SUM(talk_ms) | DB_REPORT_SUM(answered) },
		{ "roas",
		    DB_REPORT_SUM(value_micros) | DB_REPORT_SUM(cost_micros) },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		assert_int_equal(page_metric_sums(metric(rows[i].key)),
		    rows[i].sums | DB_REPORT_SUM(calls));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_return),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
