/* Tests of lib/core/attrib. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/core/attrib.h"
#include "tests/support/attrib_seen.h"
#include "tests/support/cm.h"

#define NOW ATTRIB_NOW_US

static void test_alone(void **state)
{
	struct attrib_candidate c = attrib_seen(1, 5);
	struct attrib_verdict v = attrib_judge(&c, 1);

	(void)state;
	assert_int_equal(v.level, ATTRIB_VISIT);
	assert_true(v.probability_bp > 9900);
	c = attrib_seen(1, 20 * 86400);
	v = attrib_judge(&c, 1);
	assert_int_equal(v.level, ATTRIB_NONE);
	v = attrib_judge(NULL, 0);
	assert_int_equal(v.level, ATTRIB_NONE);
	assert_int_equal(v.none_bp, 10000);
}

static void test_later_seen_wins(void **state)
{
	const struct attrib_candidate c[] = { attrib_seen(1, 1500),
		attrib_seen(2, 30) };
	const struct attrib_verdict v = attrib_judge(c, 2);

	(void)state;
	assert_int_equal(v.level, ATTRIB_VISIT);
	assert_int_equal(v.best, 1);
}

static void test_link_and_history(void **state)
{
	struct attrib_candidate c[] = { attrib_seen(1, 40),
		attrib_seen(2, 30) };
	struct attrib_verdict v = attrib_judge(c, 2);

	(void)state;
	assert_int_not_equal(v.level, ATTRIB_VISIT); /* about even */
	c[0].tel_clicked_us = NOW - 4 * RT_SEC_US;
	v = attrib_judge(c, 2);
	assert_int_equal(v.level, ATTRIB_VISIT);
	assert_int_equal(v.best, 0);
	assert_true(v.probability_bp > 9500);
	c[0].tel_clicked_us = 0;
	c[1].caller = ATTRIB_SAME;
	c[0].caller = ATTRIB_OTHER;
	c[0].caller_bp = c[1].caller_bp = 9000;
	v = attrib_judge(c, 2);
	assert_int_equal(v.best, 1);
	assert_int_equal(v.level, ATTRIB_VISIT);
}

/* When a visit counts as used, and when as not. */
static void test_use_known(void **state)
{
	static const struct {
		const char *why;
		int64_t began_ago_s;
		bool tells;
		int64_t used_ago_s; /* 0: never */
		enum attrib_use want;
	} cases[] = {
		{ "used", 90, true, 80, ATTRIB_USED },
		{ "just used", 4, true, 1, ATTRIB_USED },
		{ "used after the call", 90, true, -1, ATTRIB_UNUSED },
		{ "never", 90, true, 0, ATTRIB_UNUSED },
		{ "too soon to say", 9, true, 0, ATTRIB_USE_UNKNOWN },
		{ "soon enough", 10, true, 0, ATTRIB_UNUSED },
		{ "a tag of before", 90, false, 0, ATTRIB_USE_UNKNOWN },
		{ "of which a touch alone is known", 90, false, 80,
		    ATTRIB_USE_UNKNOWN },
		{ "begun after the call", -5, true, 0, ATTRIB_USE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const int64_t used_us =
		    cases[i].used_ago_s == 0
			? 0
			: NOW - cases[i].used_ago_s * RT_SEC_US;

		if (attrib_use(NOW - cases[i].began_ago_s * RT_SEC_US,
			cases[i].tells, used_us, NOW) != cases[i].want)
			fail_msg("%s", cases[i].why);
	}
}

static void test_use(void **state)
{
	struct attrib_candidate c[] = { attrib_seen(1, 40), attrib_seen(2, 40),
		attrib_seen(3, 40) };
	struct attrib_verdict v = attrib_judge(c, 3), used;

	(void)state;
	assert_int_not_equal(v.level, ATTRIB_VISIT);
	c[0].use = c[1].use = ATTRIB_UNUSED;
	c[2].use = ATTRIB_USED;
	used = attrib_judge(c, 3);
	assert_int_equal(used.level, ATTRIB_VISIT);
	assert_int_equal(used.best, 2);
	assert_true(used.each_bp[0] < v.each_bp[0]);
	/* It says no more of who touched the link than the touch does. */
	c[0].tel_clicked_us = c[2].tel_clicked_us = NOW - 4 * RT_SEC_US;
	v = attrib_judge(c, 3);
	assert_true(v.each_bp[2] >= v.each_bp[0]);
	assert_true(v.each_bp[2] - v.each_bp[0] < 20);
	/* Where nobody's is known, or all are alike, it says nothing. */
	for (int use = 0; use < 3; use++) {
		c[0] = attrib_seen(1, 40);
		c[1] = attrib_seen(2, 400);
		c[2] = attrib_seen(3, 4000);
		v = attrib_judge(c, 3);
		for (size_t i = 0; i < 3; i++)
			c[i].use = (enum attrib_use)use;
		used = attrib_judge(c, 3);
		for (size_t i = 0; use != ATTRIB_UNUSED && i < 3; i++)
			assert_true(abs(v.each_bp[i] - used.each_bp[i]) < 60);
	}
}

/* Whoever the others are: to have used the page is never to anybody's harm. */
static void test_use_never_harms(void **state)
{
	static const enum attrib_use better[] = { ATTRIB_UNUSED,
		ATTRIB_USE_UNKNOWN, ATTRIB_USED };
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 17);
	for (int round = 0; round < 1000; round++) {
		struct attrib_candidate c[ATTRIB_CANDIDATES_MAX];
		const size_t n = 1 + (size_t)rnd_below(&d, 20);
		const size_t one = (size_t)rnd_below(&d, (uint32_t)n);
		uint16_t before = 0;

		for (size_t i = 0; i < n; i++) {
			c[i] = attrib_seen((uint8_t)i,
			    (int64_t)rnd_below(&d, 1u << rnd_below(&d, 22)));
			c[i].use = (enum attrib_use)rnd_below(&d, 3);
			if (rnd_below(&d, 4) == 0)
				c[i].tel_clicked_us = c[i].seen_us;
		}
		for (size_t k = 0; k < RT_ARRAY_LEN(better); k++) {
			struct attrib_verdict v;

			c[one].use = better[k];
			v = attrib_judge(c, n);
			/* Hundredths of a percent are rounded. */
			assert_true(v.each_bp[one] + 25 >= before);
			before = v.each_bp[one];
		}
	}
}

static void test_source_level(void **state)
{
	struct attrib_candidate c[] = { attrib_seen(1, 40), attrib_seen(2, 40),
		attrib_seen(3, 45) };
	struct attrib_verdict v;

	(void)state;
	c[1].campaign = SLICE("other");
	v = attrib_judge(c, 3);
	assert_int_equal(v.level, ATTRIB_SOURCE);
	assert_true(v.best == 0 || v.best == 2);
	assert_true(v.probability_bp > 6000 && v.probability_bp < 7000);
}

static void test_shown_after_call(void **state)
{
	struct attrib_candidate c = attrib_seen(1, 0);
	struct attrib_verdict v;

	(void)state;
	c.shown_us = NOW + RT_SEC_US;
	v = attrib_judge(&c, 1);
	assert_int_equal(v.level, ATTRIB_NONE);
	assert_int_equal(v.each_bp[0], 0);
}

/* Whatever comes: the shares add up, and a heavier candidate never gets less.
 */
static void test_sum(void **state)
{
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 7);
	for (int round = 0; round < 2000; round++) {
		struct attrib_candidate c[ATTRIB_CANDIDATES_MAX];
		const size_t n =
		    (size_t)rnd_below(&d, ATTRIB_CANDIDATES_MAX + 1);
		unsigned int sum;
		struct attrib_verdict v;

		for (size_t i = 0; i < n; i++) {
			c[i] = attrib_seen((uint8_t)i,
			    (int64_t)rnd_below(&d, 1u << rnd_below(&d, 22)));
			c[i].caller = (enum attrib_known)rnd_below(&d, 3);
			c[i].place = (enum attrib_known)rnd_below(&d, 3);
			c[i].use = (enum attrib_use)rnd_below(&d, 3);
			if (rnd_below(&d, 4) == 0)
				c[i].tel_clicked_us = c[i].seen_us;
		}
		v = attrib_judge(c, n);
		sum = v.none_bp;
		for (size_t i = 0; i < n; i++)
			sum += v.each_bp[i];
		assert_int_equal(sum, 10000);
		assert_int_equal(v.rule_version, ATTRIB_RULE_VERSION);
	}
}

static void test_refused(void **state)
{
	struct attrib_candidate c = attrib_seen(1, 1);
	struct attrib_verdict v;

	(void)state;
	assert_int_equal(attrib_decide(&c, ATTRIB_CANDIDATES_MAX + 1,
			     &attrib_plain, &v),
	    ERR_TOOBIG);
	assert_int_equal(attrib_decide(&c, 1,
			     &(struct attrib_ask){ .call_us = NOW }, &v),
	    ERR_RANGE);
	assert_int_equal(attrib_decide(&c, 1,
			     &(struct attrib_ask){ .call_us = NOW,
				 .threshold_bp = ATTRIB_WHOLE_BP + 1 },
			     &v),
	    ERR_RANGE);
}

/* The nearer in time never weighs less, whatever else is equal. */
static void test_monotone(void **state)
{
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 11);
	for (int round = 0; round < 2000; round++) {
		const int64_t far = (int64_t)rnd_below(&d, 2000000);
		const int64_t near = (int64_t)rnd_below(&d, (uint64_t)far + 1);
		const struct attrib_candidate c[] = { attrib_seen(1, far),
			attrib_seen(2, near) };
		const struct attrib_verdict v = attrib_judge(c, 2);

		assert_true(v.each_bp[1] >= v.each_bp[0]);
	}
}

static void shuffle(struct rnd_dice *d, size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		const size_t k = (size_t)rnd_below(d, i);
		const size_t last = order[i - 1];

		order[i - 1] = order[k];
		order[k] = last;
	}
}

/* The order in which candidates are listed changes nothing, also where several
 * are alike or of one visitor, and where the caller dials again. */
static void test_symmetric(void **state)
{
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 13);
	for (int round = 0; round < 4000; round++) {
		const size_t n = 2 + (size_t)rnd_below(&d, 19);
		struct attrib_candidate a[20], b[20];
		struct attrib_verdict va, vb;
		struct attrib_ask ask = attrib_plain;
		size_t order[20];

		shuffle(&d, order, n);
		for (size_t i = 0; i < n; i++) {
			a[i] = attrib_seen((uint8_t)i,
			    (int64_t)(rnd_below(&d, 4) * 97));
			a[i].place = (enum attrib_known)rnd_below(&d, 3);
			a[i].source = slice_of(&"abc"[rnd_below(&d, 3)], 1);
			if (round % 2 == 0)
				a[i].visitor.v[15] = (uint8_t)rnd_below(&d, 6);
		}
		for (size_t i = 0; i < n; i++)
			b[i] = a[order[i]];
		if (round % 4 < 2)
			ask.dialled_us = NOW - 200 * RT_SEC_US;
		va = attrib_judge_as(a, n, &ask);
		vb = attrib_judge_as(b, n, &ask);
		assert_int_equal(va.level, vb.level);
		assert_int_equal(va.probability_bp, vb.probability_bp);
		assert_true(id_eq(a[va.best].visit.v, b[vb.best].visit.v));
		for (size_t i = 0; i < n; i++)
			assert_int_equal(va.each_bp[order[i]], vb.each_bp[i]);
	}
}

/* What rounding leaves over is nobody's gift: with two and sixty others of less
 * than a hundredth of a percent each, who has 59.7 % is not said to have 60. */
static void test_threshold(void **state)
{
	struct attrib_law law = *attrib_law_prior();
	struct attrib_candidate c[ATTRIB_CANDIDATES_MAX];
	struct attrib_ask ask = attrib_plain;
	struct attrib_verdict v;

	(void)state;
	law.stray_hz = 0.3977;
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		law.seen_hz[i] = i == 0 ? 0.597 : 0.00009;
		law.shown_hz[i] = 0.0;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(c); i++)
		c[i] = attrib_seen((uint8_t)i, i == 0 ? 10 : 1000);
	ask.law = &law;
	v = attrib_judge_as(c, RT_ARRAY_LEN(c), &ask);
	assert_true(v.each_bp[0] >= 5966 && v.each_bp[0] <= 5970);
	assert_int_equal(v.level, ATTRIB_SOURCE);
	ask.threshold_bp = v.each_bp[0];
	assert_int_equal(attrib_judge_as(c, RT_ARRAY_LEN(c), &ask).level,
	    ATTRIB_VISIT);
	ask.threshold_bp++;
	assert_int_equal(attrib_judge_as(c, RT_ARRAY_LEN(c), &ask).level,
	    ATTRIB_SOURCE);
}

/* A caller who dials again is the visit that the first call was, however many
 * saw the number since. */
static void test_again(void **state)
{
	struct attrib_candidate c[] = { attrib_seen(1, 2 * 86400 + 30),
		attrib_seen(2, 20), attrib_seen(3, 4000) };
	struct attrib_ask ask = attrib_plain;
	struct attrib_verdict v = attrib_judge_as(c, 3, &ask);

	(void)state;
	assert_int_equal(v.best, 1);
	ask.dialled_us = NOW - 2 * RT_DAY_US;
	v = attrib_judge_as(c, 3, &ask);
	assert_int_equal(v.level, ATTRIB_VISIT);
	assert_int_equal(v.best, 0);
	/* ... unless somebody else has just touched the link. */
	c[1].tel_clicked_us = NOW - 2 * RT_SEC_US;
	v = attrib_judge_as(c, 3, &ask);
	assert_int_equal(v.best, 1);
	/* A first call that nobody can have made leaves nobody. */
	c[1].tel_clicked_us = 0;
	c[0].shown_us = NOW - RT_DAY_US;
	v = attrib_judge_as(c, 3, &ask);
	assert_int_equal(v.level, ATTRIB_NONE);
	/* It had the number at that time, too. */
	c[0].first_shown_us = NOW - 2 * RT_DAY_US - 60 * RT_SEC_US;
	c[0].first_seen_us = NOW - 2 * RT_DAY_US - 30 * RT_SEC_US;
	v = attrib_judge_as(c, 3, &ask);
	assert_int_equal(v.level, ATTRIB_VISIT);
	assert_int_equal(v.best, 0);
}

/* Of one person's visits the latest made the call, and it has what the others
 * would have; strangers who saw it at the same times share it out. */
static void test_visits_of_one(void **state)
{
	struct attrib_candidate c[] = { attrib_seen(1, 17000),
		attrib_seen(2, 15000), attrib_seen(3, 16000) };
	struct attrib_verdict v = attrib_judge(c, 3);
	const int all = v.each_bp[0] + v.each_bp[1] + v.each_bp[2];

	(void)state;
	assert_int_equal(v.level, ATTRIB_SOURCE);
	c[2].visitor = c[1].visitor = c[0].visitor;
	v = attrib_judge(c, 3);
	assert_int_equal(v.level, ATTRIB_VISIT);
	assert_int_equal(v.best, 1);
	assert_true(abs(v.each_bp[1] - all) <= 2);
	assert_int_equal(v.each_bp[0] + v.each_bp[2], 0);
	/* One that came after the call did not make it. */
	c[1].shown_us = NOW + RT_SEC_US;
	v = attrib_judge(c, 3);
	assert_int_equal(v.best, 2);
	assert_int_equal(v.each_bp[1], 0);
	/* Of two that saw it at once one has all. */
	c[1].shown_us = c[2].shown_us;
	v = attrib_judge(c, 3);
	assert_int_equal(v.each_bp[0] + v.each_bp[1], 0);
	assert_int_equal(v.level, ATTRIB_VISIT);
}

/* In the hour in which late callers come who saw the number in the night is
 * likelier than at another, though never more than one who has just seen it. */
static void test_hours(void **state)
{
	struct attrib_law law = *attrib_law_prior();
	struct attrib_candidate c[] = { attrib_seen(1, 11 * 3600),
		attrib_seen(2, 700) };
	struct attrib_ask ask = attrib_plain;
	struct attrib_verdict usual, morning;

	(void)state;
	ask.law = &law;
	usual = attrib_judge_as(c, 2, &ask);
	law.late[attrib_law_hour(NOW)] = 16.0;
	morning = attrib_judge_as(c, 2, &ask);
	assert_true(morning.each_bp[0] > 4 * usual.each_bp[0]);
	assert_true(morning.each_bp[1] >= morning.each_bp[0]);
	law.late[attrib_law_hour(NOW)] = 1.0;
	law.late[(attrib_law_hour(NOW) + 1) % ATTRIB_LAW_HOURS] = 16.0;
	assert_int_equal(attrib_judge_as(c, 2, &ask).each_bp[0],
	    usual.each_bp[0]);
}

/* From a telephone that many share somebody else may call the next time. */
static void test_shared(void **state)
{
	struct attrib_candidate c[2] = { attrib_seen(1, 30),
		attrib_seen(2, 2 * 86400) };
	struct attrib_ask ask = attrib_plain;
	struct attrib_verdict v;

	(void)state;
	assert_int_equal(attrib_shared_bp(0, 0), 0);
	assert_int_equal(attrib_shared_bp(9, 1), 0);
	assert_int_equal(attrib_shared_bp(4, 2), 2500);
	assert_int_equal(attrib_shared_bp(3, 3), 8000);
	assert_int_equal(attrib_shared_bp(16, 3), 1290);
	assert_int_equal(attrib_shared_bp(16, 16), 9955);
	c[0].caller = ATTRIB_OTHER;
	c[1].caller = ATTRIB_SAME;
	c[0].caller_bp = c[1].caller_bp = 9500;
	ask.dialled_us = NOW - 2 * RT_DAY_US + 60 * RT_SEC_US;
	v = attrib_judge_as(c, 2, &ask);
	assert_int_equal(v.best, 1);
	ask.shared_bp = 9000;
	v = attrib_judge_as(c, 2, &ask);
	assert_int_equal(v.best, 0);
	assert_int_equal(v.level, ATTRIB_VISIT);
}

/* Visits that are only counted take their share. */
static void test_older(void **state)
{
	const struct attrib_candidate c = attrib_seen(1, 3600);
	struct attrib_ask ask = attrib_plain;
	struct attrib_verdict v = attrib_judge_as(&c, 1, &ask);
	const uint16_t alone = v.each_bp[0];

	(void)state;
	assert_int_equal(v.older_bp, 0);
	ask.older = (struct attrib_older){ 500, NOW - 5 * RT_DAY_US,
		NOW - 2 * RT_HOUR_US, false };
	v = attrib_judge_as(&c, 1, &ask);
	assert_true(v.older_bp > 5000);
	assert_true(v.each_bp[0] < alone);
	assert_int_equal(v.each_bp[0] + v.older_bp + v.none_bp, 10000);
	assert_int_equal(v.level, ATTRIB_NONE);
}

/* Of a number of very many hands the latest are counted: the others came as
 * fast, or there are none. */
static void test_older_reach(void **state)
{
	const struct attrib_older counted = { .n = 1000,
		.from_us = NOW - 3 * RT_DAY_US,
		.to_us = NOW - RT_DAY_US };
	struct attrib_older o = counted;

	(void)state;
	attrib_older_reach(&o, o.from_us);
	assert_int_equal(o.n, 1000);
	assert_false(o.about);
	attrib_older_reach(&o, NOW - 7 * RT_DAY_US);
	assert_int_equal(o.n, 3000);
	assert_int_equal(o.from_us, NOW - 7 * RT_DAY_US);
	assert_int_equal(o.to_us, NOW - RT_DAY_US);
	assert_true(o.about);
	o = counted;
	o.from_us = o.to_us; /* all at one moment: nothing follows from that */
	attrib_older_reach(&o, NOW - 7 * RT_DAY_US);
	assert_int_equal(o.n, 1000);
	o = counted;
	o.n = UINT32_MAX;
	attrib_older_reach(&o, NOW - 7 * RT_DAY_US);
	assert_int_equal(o.n, UINT32_MAX);
	o = counted; /* 100 of 1,000 in the last hour: 10 hours, not days */
	attrib_older_crowd(&o, 100, o.to_us - RT_HOUR_US);
	assert_int_equal(o.n, 1000);
	assert_int_equal(o.from_us, o.to_us - 10 * RT_HOUR_US);
	attrib_older_crowd(&o, 1,
	    o.to_us - RT_HOUR_US); /* not before the first */
	assert_int_equal(o.from_us, o.to_us - 10 * RT_HOUR_US);
}

/* Where all browsers are in the caller's zone it says nothing; where one is,
 * it says much. */
static void test_place(void **state)
{
	struct attrib_candidate c[8];
	struct attrib_verdict v;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		c[i] = attrib_seen((uint8_t)i, 30);
		c[i].place = ATTRIB_SAME;
	}
	v = attrib_judge(c, 8);
	assert_true(v.each_bp[0] > 1150 && v.each_bp[0] < 1350);
	for (size_t i = 1; i < 8; i++)
		c[i].place = ATTRIB_OTHER;
	v = attrib_judge(c, 8);
	assert_int_equal(v.best, 0);
	assert_true(v.each_bp[0] > 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_later_seen_wins),
		cmocka_unit_test(test_link_and_history),
		cmocka_unit_test(test_use_known),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_use_never_harms),
		cmocka_unit_test(test_source_level),
		cmocka_unit_test(test_shown_after_call),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_monotone),
		cmocka_unit_test(test_symmetric),
		cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_visits_of_one),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_older_reach),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests_name("attrib", tests, NULL, NULL);
}
