/* Tests of lib/core/attrib_law, attrib_fit and erlang. */
#include <math.h>
#include <stdlib.h>

#include "lib/base/rnd.h"
#include "lib/base/rt.h"
#include "lib/core/attrib_fit.h"
#include "lib/core/erlang.h"
#include "tests/support/cm.h"

static void test_spans(void **state)
{
	(void)state;
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		assert_true(attrib_law_lag_s(i) < attrib_law_lag_s(i + 1));
		assert_int_equal(attrib_law_lag_of(attrib_law_lag_s(i)), i);
	}
	for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
		assert_int_equal(attrib_law_touch_of(attrib_law_touch_s(i)), i);
	assert_int_equal(attrib_law_lag_of(-5.0), 0);
	assert_int_equal(attrib_law_lag_of(1e9), ATTRIB_LAW_LAGS);
	assert_true(attrib_law_seen(attrib_law_prior(), 1e9, 1.0) <= 0.0);
}

/* The largest rates there are survive being stored, too. */
static void test_largest(void **state)
{
	struct attrib_law a = *attrib_law_prior(), b, c;
	char mem[ATTRIB_LAW_TEXT_MAX], again_mem[ATTRIB_LAW_TEXT_MAX];
	struct buf text, again;

	(void)state;
	a.stray_hz = 1e300;
	for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
		a.touch_hz[i] = i == 0 ? HUGE_VAL : 1.0 - 1e-15 * (double)i;
	buf_over(&text, mem, sizeof(mem));
	attrib_law_write(&a, &text);
	assert_int_equal(attrib_law_read(buf_slice(&text), &b), ERR_OK);
	assert_true(fabs(b.stray_hz - 1.0) < 1e-12);
	buf_over(&again, again_mem, sizeof(again_mem));
	attrib_law_write(&b, &again);
	assert_true(slice_eq(buf_slice(&text), buf_slice(&again)));
	assert_int_equal(attrib_law_read(SLICE("1 1 1000000000000002"), &c),
	    ERR_RANGE);
}

/* The prior keeps the promise of its header. */
static void test_prior(void **state)
{
	const struct attrib_law *l = attrib_law_prior();
	double calls = 0.0;

	(void)state;
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		assert_true(l->seen_hz[i] > 0.0 && l->shown_hz[i] > 0.0);
		assert_true(
		    i == 0 || (l->seen_hz[i] <= l->seen_hz[i - 1] &&
				  l->shown_hz[i] <= l->shown_hz[i - 1]));
		calls += (l->seen_hz[i] + l->shown_hz[i]) *
			 (attrib_law_lag_s(i + 1) - attrib_law_lag_s(i));
	}
	/* With half of the callers touching the link: 3 % of visits call. */
	assert_true(calls > 0.01 && calls < 0.03);
	assert_true(l->stray_hz > 0.0);
}

static void test_mean(void **state)
{
	const struct attrib_law *l = attrib_law_prior();

	(void)state;
	assert_true(fabs(attrib_law_mean(l, 60.0, 120.0, 1.0) - l->seen_hz[1] -
			 l->shown_hz[1]) < 1e-12);
	assert_true(attrib_law_mean(l, 60.0, 240.0, 1.0) <
		    l->seen_hz[1] + l->shown_hz[1]);
	assert_true(attrib_law_mean(l, 3e6, 4e6, 1.0) <= 0.0);
	assert_true(attrib_law_mean(l, 10.0, 10.0, 1.0) > 0.0);
}

static void test_falling(void **state)
{
	double rate[] = { 5.0, 1.0, 3.0, 2.0, 2.5 };
	const double weight[] = { 1.0, 1.0, 1.0, 1.0, 1.0 };
	double sum = 0.0;

	(void)state;
	attrib_law_falling(rate, weight, RT_ARRAY_LEN(rate));
	for (size_t i = 0; i < RT_ARRAY_LEN(rate); i++) {
		assert_true(i == 0 || rate[i] <= rate[i - 1]);
		sum += rate[i];
	}
	assert_true(fabs(sum - 13.5) < 1e-9); /* no mass is lost */
	assert_true(fabs(rate[1] - 2.125) < 1e-9);
}

static void test_round_trip(void **state)
{
	struct attrib_law a = *attrib_law_prior(), b;
	char mem[ATTRIB_LAW_TEXT_MAX], again_mem[ATTRIB_LAW_TEXT_MAX];
	struct buf text, again;

	(void)state;
	a.version = 7;
	buf_over(&text, mem, sizeof(mem));
	attrib_law_write(&a, &text);
	assert_int_equal(buf_err(&text), ERR_OK);
	assert_int_equal(attrib_law_read(buf_slice(&text), &b), ERR_OK);
	assert_int_equal(b.version, 7);
	assert_true(fabs(a.seen_hz[3] - b.seen_hz[3]) < 1e-14);
	assert_true(fabs(a.used - b.used) < 1e-14);
	buf_over(&again, again_mem, sizeof(again_mem));
	attrib_law_write(&b, &again);
	assert_true(slice_eq(buf_slice(&text), buf_slice(&again)));
}

/* So do the hours of late callers. */
static void test_late_text(void **state)
{
	static const char *const last[] = { " 16000000", " 62500", " 16000001",
		" 62499", "", " 1 1" };
	struct attrib_law a = *attrib_law_prior(), b;
	char mem[ATTRIB_LAW_TEXT_MAX];
	struct buf text;
	struct slice cut;

	(void)state;
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		a.late[h] = 0.25 + (double)h / 16.0;
	a.late[ATTRIB_LAW_HOURS - 1] = 1.0;
	for (size_t i = 0; i < RT_ARRAY_LEN(last); i++) {
		buf_over(&text, mem, sizeof(mem));
		attrib_law_write(&a, &text);
		assert_int_equal(attrib_law_read(buf_slice(&text), &b), ERR_OK);
		for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
			assert_true(fabs(b.late[h] - a.late[h]) < 1e-9);
		cut = buf_slice(&text);
		text.n = cut.n - (sizeof(" 1000000") - 1);
		buf_cstr(&text, last[i]);
		assert_int_equal(attrib_law_read(buf_slice(&text), &b) ==
				     ERR_OK,
		    i < 2);
	}
}

/* A law that has no hours is written as before there were any, so that programs
 * of the version before read it; one hour that differs is not lost. */
static void test_written_without_hours(void **state)
{
	struct attrib_law a = *attrib_law_prior(), b;
	char mem[ATTRIB_LAW_TEXT_MAX];
	struct buf text;

	(void)state;
	for (size_t h = 0; h <= ATTRIB_LAW_HOURS; h++) {
		if (h < ATTRIB_LAW_HOURS)
			a.late[h] = 1.000001;
		buf_over(&text, mem, sizeof(mem));
		attrib_law_write(&a, &text);
		assert_int_equal(buf_slice(&text).p[0],
		    h < ATTRIB_LAW_HOURS ? '4' : '3');
		assert_int_equal(attrib_law_read(buf_slice(&text), &b), ERR_OK);
		for (size_t k = 0; k < ATTRIB_LAW_HOURS; k++)
			assert_true(fabs(b.late[k] - a.late[k]) < 1e-9);
		if (h < ATTRIB_LAW_HOURS)
			a.late[h] = 1.0;
	}
}

/* Whatever the hour, the nearer one never weighs less; only those of an hour
 * and more ago come oftener or more seldom by themselves. */
static void test_late(void **state)
{
	static const double late[] = { 1.0 / ATTRIB_LAW_LATE_MAX, 0.5, 1.0, 3.0,
		ATTRIB_LAW_LATE_MAX };
	const struct attrib_law *l = attrib_law_prior();

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(late); k++) {
		for (size_t i = 1; i <= ATTRIB_LAW_LAGS; i++)
			assert_true(attrib_law_at(l->seen_hz, i, late[k]) <=
				    attrib_law_at(l->seen_hz, i - 1, late[k]));
		assert_true(fabs(attrib_law_shown(l, 3600.0, late[k]) /
				     l->shown_hz[ATTRIB_LAW_LATE] -
				 late[k]) < 1e-9);
		assert_true(fabs(attrib_law_shown(l, 30.0, late[k]) -
				 l->shown_hz[0]) < 1e-12);
	}
	assert_int_equal(attrib_law_hour(INT64_C(1790000000) * RT_SEC_US), 14);
	assert_int_equal(attrib_law_hour(5 * RT_DAY_US - 1), 23);
}

/* A law of before places or use were learnt has the prior's. */
static void test_format_before(void **state)
{
	const struct attrib_law *p = attrib_law_prior();
	const struct {
		const char *head;
		double agrees;
	} cases[] = { { "1 4 5", p->place_agrees },
		{ "2 4 5 700000000000000", 0.7 } };

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(cases); k++) {
		struct attrib_law l;
		char mem[ATTRIB_LAW_TEXT_MAX];
		struct buf text;

		buf_over(&text, mem, sizeof(mem));
		buf_cstr(&text, cases[k].head);
		for (size_t i = 0; i < ATTRIB_LAW_TOUCH + 2 * ATTRIB_LAW_LAGS;
		     i++)
			buf_cstr(&text, " 7");
		assert_int_equal(attrib_law_read(buf_slice(&text), &l), ERR_OK);
		assert_int_equal(l.version, 4);
		assert_true(fabs(l.place_agrees - cases[k].agrees) < 1e-12);
		assert_true(fabs(l.used - p->used) < 1e-12);
		assert_true(fabs(l.late[8] - p->late[8]) < 1e-12);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *why;
		const char *text;
		enum err want;
	} cases[] = {
		{ "empty", "", ERR_SYNTAX },
		{ "another format", "5 1 5", ERR_RANGE },
		{ "no format", "0 1 5", ERR_RANGE },
		{ "no place", "2 1 5", ERR_SYNTAX },
		{ "no use", "3 1 5 850000000000000", ERR_SYNTAX },
		{ "hardly anybody uses it",
		    "3 1 5 850000000000000 19000000000000", ERR_RANGE },
		{ "all of them use it", "3 1 5 850000000000000 991000000000000",
		    ERR_RANGE },
		{ "hardly anybody at home", "2 1 5 19000000000000", ERR_RANGE },
		{ "all of them at home", "2 1 5 991000000000000", ERR_RANGE },
		{ "cut", "1 1 5 6", ERR_SYNTAX },
		{ "growing", "1 1 5 6 7", ERR_RANGE },
		{ "negative", "1 1 -5", ERR_SYNTAX },
		{ "faster than calls can come", "1 1 99999999999999999",
		    ERR_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct attrib_law l;
		const enum err e =
		    attrib_law_read(slice_from(cases[i].text), &l);

		if (e != cases[i].want)
			fail_msg("%s gave %s", cases[i].why, err_name(e));
	}
}

/* --- fit -----------------------------------------------------------------*/

static double uniform(struct rnd_dice *d)
{
	return ((double)(rnd_u64(d) >> 11) + 0.5) / 9007199254740992.0;
}

/* Calls of a number that one other visit saw at a random earlier time: the
 * delays of the true ones are exponential of mean mean_s. */
static void fit_exponential(double mean_s, double stray,
    struct attrib_fit_result *out)
{
	enum {
		CALLS = 4000
	};
	struct attrib_fit_call *calls = calloc(CALLS, sizeof(*calls));
	struct attrib_fit_seen *seen = calloc(2 * CALLS, sizeof(*seen));
	const struct attrib_fit_span span = { .visits = 100000.0,
		.number_s = 1e5 * 86400.0 }; /* a visit a day */
	struct rnd_dice d;

	assert_non_null(calls);
	assert_non_null(seen);
	rnd_seed(&d, 3);
	for (size_t i = 0; i < CALLS; i++) {
		const double truth = -mean_s * log(uniform(&d));
		const double other = 86400.0 * uniform(&d);

		seen[2 * i] = attrib_fit_seen(truth, truth, -1.0,
		    ATTRIB_UNKNOWN, ATTRIB_USE_UNKNOWN);
		seen[2 * i + 1] = attrib_fit_seen(other, other, -1.0,
		    ATTRIB_UNKNOWN, ATTRIB_USE_UNKNOWN);
		calls[i].seen = &seen[2 * i];
		calls[i].n = 2;
		if (uniform(&d) < stray)
			calls[i].n = 0; /* nobody had seen the number */
	}
	assert_int_equal(attrib_fit(calls, CALLS, &span, attrib_law_prior(),
			     out),
	    ERR_OK);
	free(seen);
	free(calls);
}

static void test_fit(void **state)
{
	struct attrib_fit_result quick, slow, strays;
	const double at = 300.0;

	(void)state;
	fit_exponential(60.0, 0.0, &quick);
	fit_exponential(900.0, 0.0, &slow);
	fit_exponential(60.0, 0.3, &strays);
	/* Rates at five minutes: e^-5 against e^-1/3. */
	assert_true(attrib_law_mean(&slow.law, at, at + 60.0, 1.0) >
		    3.0 * attrib_law_mean(&quick.law, at, at + 60.0, 1.0));
	assert_true(strays.stray_share > quick.stray_share + 0.1);
	for (size_t i = 1; i < ATTRIB_LAW_LAGS; i++)
		assert_true(quick.law.seen_hz[i] <= quick.law.seen_hz[i - 1]);
	assert_true(
	    quick.calls_per_visit > 0.03 && quick.calls_per_visit < 0.041);
}

/* Few calls leave nearly the prior's shape. */
static void test_fit_few(void **state)
{
	const struct attrib_fit_seen seen = attrib_fit_seen(20000.0, 20000.0,
	    -1.0, ATTRIB_UNKNOWN, ATTRIB_USE_UNKNOWN);
	const struct attrib_fit_call call = { .seen = &seen, .n = 1 };
	const struct attrib_fit_span span = { .visits = 100.0,
		.number_s = 1e6 };
	const struct attrib_law *p = attrib_law_prior();
	struct attrib_fit_result r;

	(void)state;
	assert_int_equal(attrib_fit(&call, 1, &span, p, &r), ERR_OK);
	assert_true(r.law.shown_hz[1] / r.law.shown_hz[0] >
		    0.9 * p->shown_hz[1] / p->shown_hz[0]);
	assert_int_equal(attrib_fit(&call, 0, &span, p, &r), ERR_RANGE);
	assert_int_equal(attrib_fit(&call, 1,
			     &(struct attrib_fit_span){ .visits = 0.0 }, p, &r),
	    ERR_RANGE);
}

/* Callers of whom this share is where their number is from, among two visits
 * of which either may be there by chance. */
static double fit_places(double agrees, bool known)
{
	enum {
		CALLS = 2000
	};
	static struct attrib_fit_call calls[CALLS];
	static struct attrib_fit_seen seen[CALLS][2];
	const struct attrib_fit_span span = { .visits = 100000.0,
		.number_s = 1e5 * 86400.0 };
	struct attrib_fit_result r;
	struct rnd_dice d;

	rnd_seed(&d, 5);
	for (size_t i = 0; i < CALLS; i++) {
		const enum attrib_known at[] = {
			uniform(&d) < agrees ? ATTRIB_SAME : ATTRIB_OTHER,
			uniform(&d) < 0.3 ? ATTRIB_SAME : ATTRIB_OTHER,
		};

		seen[i][0] = attrib_fit_seen(30.0, 30.0, -1.0,
		    known ? at[0] : ATTRIB_UNKNOWN, ATTRIB_USE_UNKNOWN);
		seen[i][1] = attrib_fit_seen(86400.0 * uniform(&d),
		    86400.0 * uniform(&d), -1.0, known ? at[1] : ATTRIB_UNKNOWN,
		    ATTRIB_USE_UNKNOWN);
		calls[i] = (struct attrib_fit_call){ .seen = seen[i], .n = 2 };
	}
	assert_int_equal(attrib_fit(calls, CALLS, &span, attrib_law_prior(),
			     &r),
	    ERR_OK);
	return r.law.place_agrees;
}

/* How often callers are where their number is from is learnt; where no place is
 * known the prior stays. */
static void test_fit_places(void **state)
{
	const double usual = attrib_law_prior()->place_agrees;

	(void)state;
	assert_true(fabs(fit_places(0.95, true) - 0.95) < 0.03);
	assert_true(fabs(fit_places(0.7, true) - 0.7) < 0.03);
	/* Numbers that their owners took along say nothing: as many as of the
	 * others are where they are. */
	assert_true(fabs(fit_places(0.3, true) - 0.3) < 0.03);
	assert_true(fabs(fit_places(0.95, false) - usual) < 1e-9);
	assert_true(fit_places(1.0, true) <= ATTRIB_LAW_SHARE_MAX);
	assert_true(fit_places(0.0, true) >= ATTRIB_LAW_SHARE_MIN);
}

/* Callers of whom this share have used the page, against one in three of the
 * others; half of them touched the link, and have used it for certain. */
static double fit_use(double used, bool known)
{
	enum {
		CALLS = 2000
	};
	static struct attrib_fit_call calls[CALLS];
	static struct attrib_fit_seen seen[CALLS][2];
	const struct attrib_fit_span span = { .visits = 100000.0,
		.touches = CALLS / 2.0,
		.number_s = 1e5 * 86400.0 };
	struct attrib_fit_result r;
	struct rnd_dice d;

	rnd_seed(&d, 6);
	for (size_t i = 0; i < CALLS; i++) {
		const bool touched = i % 2 == 0;
		const enum attrib_use use[] = {
			touched || uniform(&d) < used ? ATTRIB_USED
						      : ATTRIB_UNUSED,
			uniform(&d) < 0.3 ? ATTRIB_USED : ATTRIB_UNUSED,
		};

		seen[i][0] = attrib_fit_seen(30.0, 30.0, touched ? 5.0 : -1.0,
		    ATTRIB_UNKNOWN, known ? use[0] : ATTRIB_USE_UNKNOWN);
		seen[i][1] = attrib_fit_seen(86400.0 * uniform(&d),
		    86400.0 * uniform(&d), -1.0, ATTRIB_UNKNOWN,
		    known ? use[1] : ATTRIB_USE_UNKNOWN);
		calls[i] = (struct attrib_fit_call){ .seen = seen[i], .n = 2 };
	}
	assert_int_equal(attrib_fit(calls, CALLS, &span, attrib_law_prior(),
			     &r),
	    ERR_OK);
	return r.law.used;
}

/* How often callers have used the page is learnt of those who touch no link. */
static void test_fit_use(void **state)
{
	(void)state;
	assert_true(fabs(fit_use(0.95, true) - 0.95) < 0.03);
	assert_true(fabs(fit_use(0.7, true) - 0.7) < 0.03);
	assert_true(fabs(fit_use(0.3, true) - 0.3) < 0.03);
	assert_true(
	    fabs(fit_use(0.95, false) - attrib_law_prior()->used) < 1e-9);
	assert_true(fit_use(1.0, true) <= ATTRIB_LAW_SHARE_MAX);
	assert_true(fit_use(0.0, true) >= ATTRIB_LAW_SHARE_MIN);
}

/* Calls of which half are of people who saw a number hours before, all of those
 * at nine, or at any time; visits are begun as many as that each hour. */
static void fit_hours(double begun, bool nine, struct attrib_fit_result *out)
{
	enum {
		CALLS = 1000
	};
	static struct attrib_fit_call calls[CALLS];
	static struct attrib_fit_seen seen[CALLS][2];
	struct attrib_fit_span span = { .visits = 30000.0,
		.number_s = 1e5 * 86400.0 };
	struct rnd_dice d;

	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		span.begun[h] = begun;
	rnd_seed(&d, 8);
	for (size_t i = 0; i < CALLS; i++) {
		const double ago_s = i % 2 == 0 ? 43200.0 * uniform(&d) + 3600.0
						: 60.0 * uniform(&d);

		seen[i][0] = attrib_fit_seen(ago_s, ago_s, -1.0, ATTRIB_UNKNOWN,
		    ATTRIB_USE_UNKNOWN);
		seen[i][1] = attrib_fit_seen(90000.0, 90000.0, -1.0,
		    ATTRIB_UNKNOWN, ATTRIB_USE_UNKNOWN);
		calls[i] = (struct attrib_fit_call){ .seen = seen[i],
			.n = 2,
			.hour =
			    (uint8_t)(nine && i % 2 == 0 ? 9
							 : rnd_below(&d, 24)) };
	}
	assert_int_equal(attrib_fit(calls, CALLS, &span, attrib_law_prior(),
			     out),
	    ERR_OK);
}

/* Late callers have their hours; where it is not known when visits begin, or
 * hours differ by chance alone, nothing is said of it. */
static void test_fit_hours(void **state)
{
	struct attrib_fit_result r, unknown, even;

	(void)state;
	fit_hours(1.0, true, &r);
	fit_hours(0.0, true, &unknown);
	fit_hours(1.0, false, &even);
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++) {
		if (h != 9)
			assert_true(r.law.late[h] < 0.6);
		assert_true(fabs(unknown.law.late[h] - 1.0) < 1e-12);
		assert_true(fabs(even.law.late[h] - 1.0) < 1e-12);
	}
	assert_true(r.law.late[9] > 8.0);
	assert_true(r.law.late[9] <= ATTRIB_LAW_LATE_MAX);
	assert_true(r.law.late[3] >= 1.0 / ATTRIB_LAW_LATE_MAX);
}

/* The more of the listed visits agree, the less agreeing says; both ways the
 * weights are those of a share, so all of them together weigh as before. */
static void test_place(void **state)
{
	const double share = attrib_law_prior()->place_agrees;
	const struct attrib_law_fact few = attrib_law_fact(share, 1, 50),
				     many = attrib_law_fact(share, 49, 50);

	(void)state;
	assert_true(few.with > 10.0 && few.without < 1.0);
	assert_true(fabs(many.with - 1.0) < 1e-9);
	assert_true(fabs(many.without - 1.0) < 1e-9);
	assert_true(few.with > attrib_law_fact(share, 10, 50).with);
}

/* One in the area of a caller who saw none of n visits, of which each is there
 * with this chance: what they weigh together, of n. */
static double weighs_together(size_t n, double chance)
{
	const double share = attrib_law_prior()->place_agrees;
	double sum = 0.0, p = pow(1.0 - chance, (double)n - 1.0);

	for (size_t others = 0; others < n; others++) {
		sum +=
		    p * (chance * attrib_law_fact(share, others + 1, n).with +
			    (1.0 - chance) *
				attrib_law_fact(share, others, n).without);
		p *= (double)(n - 1 - others) / (double)(others + 1) * chance /
		     (1.0 - chance);
	}
	return sum;
}

/* Of a caller who is none of them, places say neither yes nor no. */
static void test_place_of_nobody(void **state)
{
	static const double chance[] = { 0.07, 0.17, 0.29, 0.47 };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(chance); i++)
		assert_true(fabs(weighs_together(50, chance[i]) - 1.0) < 0.03);
}

/* --- Erlang --------------------------------------------------------------*/

static void test_erlang(void **state)
{
	/* Published tables of the Erlang B formula. */
	static const struct {
		double load;
		uint32_t n;
		double want;
	} cases[] = {
		{ 1.0, 1, 0.5 },
		{ 3.0, 3, 0.3462 },
		{ 3.0, 8, 0.0081 },
		{ 15.0, 30, 0.0002 },
		{ 10.0, 10, 0.2146 },
		{ 100.0, 117, 0.0098 },
		{ 0.0, 5, 0.0 },
		{ 2.0, 0, 1.0 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (fabs(erlang_b(cases[i].load, cases[i].n) - cases[i].want) >
		    0.0001)
			fail_msg("%g to %u gave %g", cases[i].load,
			    (unsigned int)cases[i].n,
			    erlang_b(cases[i].load, cases[i].n));
	assert_int_equal(erlang_numbers(3.0, 0.01), 8);
	assert_int_equal(erlang_numbers(0.0, 0.01), 1);
	assert_int_equal(erlang_numbers(1e9, 1e-9), ERLANG_NUMBERS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_prior),
		cmocka_unit_test(test_mean),
		cmocka_unit_test(test_falling),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_late_text),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_written_without_hours),
		cmocka_unit_test(test_format_before),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_few),
		cmocka_unit_test(test_fit_places),
		cmocka_unit_test(test_fit_use),
		cmocka_unit_test(test_fit_hours),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_place_of_nobody),
		cmocka_unit_test(test_erlang),
	};

	return cmocka_run_group_tests_name("attrib_law", tests, NULL, NULL);
}
