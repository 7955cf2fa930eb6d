/* Tests of lib/json/evidence: what attrib_evidence() writes is read back. */
#include <string.h>

#include "lib/core/attrib.h"
#include "lib/json/evidence.h"
#include "tests/support/cm.h"

#define NOW     (INT64_C(1790000000) * RT_SEC_US)
#define MEM_MAX 16384

static struct attrib_candidate shown(uint8_t id, int64_t ago_s)
{
	struct attrib_candidate c = { 0 };

	c.visit.v[15] = c.visitor.v[15] = id;
	c.shown_us = NOW - (ago_s + 60) * RT_SEC_US;
	c.seen_us = NOW - ago_s * RT_SEC_US;
	c.source = SLICE("google");
	c.medium = SLICE("cpc");
	return c;
}

/* One who touched the link and one of an overflow number. */
static void write_two(struct attrib_candidate c[2], struct attrib_verdict *v,
    struct buf *out)
{
	const struct attrib_ask ask = { .call_us = NOW,
		.threshold_bp = ATTRIB_THRESHOLD_BP,
		.dialled_us = NOW - 90 * RT_SEC_US,
		.older = { 7, NOW - RT_DAY_US, NOW - RT_HOUR_US, true },
		.shared_bp = 250 };

	c[0] = shown(1, 30);
	c[1] = shown(2, 50);
	c[0].lease.v[15] = 9;
	c[0].tel_clicked_us = NOW - 4 * RT_SEC_US;
	c[0].caller = ATTRIB_SAME;
	c[0].caller_bp = 8000;
	c[0].place = ATTRIB_OTHER;
	c[0].use = ATTRIB_USED;
	c[1].use = ATTRIB_UNUSED;
	c[1].campaign = SLICE("quote \" and \\ and \n");
	assert_int_equal(attrib_decide(c, 2, &ask, v), ERR_OK);
	attrib_evidence(c, 2, &ask, v, out);
}

static void check_two(const struct attrib_candidate c[2],
    const struct attrib_verdict *v, const struct evidence *w)
{
	struct evidence_one one, two;

	assert_int_equal(evidence_read_one(json_in_at(w->candidates, 0), &one),
	    ERR_OK);
	assert_int_equal(evidence_read_one(json_in_at(w->candidates, 1), &two),
	    ERR_OK);
	assert_int_equal(one.bp, v->each_bp[0]);
	assert_int_equal(one.seen_s, 30);
	assert_int_equal(one.tel_s, 4);
	assert_int_equal(one.overflow_s, -1);
	assert_int_equal(one.caller_bp, 8000);
	assert_true(slice_eq(one.caller, SLICE("same")));
	assert_true(slice_eq(one.place, SLICE("other")));
	assert_true(slice_eq(one.use, SLICE("used")));
	assert_true(slice_starts(one.lease, SLICE("lea_")));
	assert_int_equal(two.bp, v->each_bp[1]);
	assert_int_equal(two.tel_s, -1);
	assert_int_equal(two.overflow_s, 110);
	assert_int_equal(two.lease.n, 0);
	assert_true(slice_eq(two.use, SLICE("unused")));
	assert_true(slice_eq(two.campaign, c[1].campaign));
}

static void test_round_trip(void **state)
{
	struct attrib_candidate c[2];
	struct attrib_verdict v;
	struct evidence_one source;
	struct evidence w;
	struct json_in *in;
	struct buf out;

	(void)state;
	buf_init(&out, MEM_MAX);
	write_two(c, &v, &out);
	assert_int_equal(json_in_parse(buf_slice(&out), MEM_MAX, EVIDENCE_DEPTH,
			     &in, NULL),
	    ERR_OK);
	assert_int_equal(evidence_read(json_in_root(in), &w), ERR_OK);
	assert_int_equal(w.law, v.law_version);
	assert_int_equal(w.none_bp, v.none_bp);
	assert_int_equal(w.older, 7);
	assert_int_equal(w.older_bp, v.older_bp);
	assert_true(w.older_about);
	assert_int_equal(w.shared_bp, 250);
	assert_int_equal(w.dialled_s, 90);
	assert_int_equal(json_in_count(w.candidates), 2);
	check_two(c, &v, &w);
	assert_int_equal(evidence_read_one(json_in_at(w.sources, 0), &source),
	    ERR_OK);
	assert_true(slice_eq(source.source, SLICE("google")));
	json_in_free(in);
	buf_fini(&out);
}

static const struct {
	const char *why;
	const char *in;
	enum err whole;
	enum err one; /* the first candidate */
} cases[] = {
	{ "an early rule", "{\"candidates\":[{\"bp\":1}]}", ERR_OK, ERR_OK },
	{ "nothing", "{}", ERR_OK, ERR_NOTFOUND },
	{ "a list", "[]", ERR_OK, ERR_NOTFOUND },
	{ "more than whole", "{\"none_bp\":10001}", ERR_RANGE, ERR_NOTFOUND },
	{ "a text", "{\"older\":\"7\"}", ERR_SYNTAX, ERR_NOTFOUND },
	{ "before the call", "{\"dialled_s\":-1}", ERR_RANGE, ERR_NOTFOUND },
	{ "no word", "{\"older_about\":1}", ERR_SYNTAX, ERR_NOTFOUND },
	{ "no probability", "{\"candidates\":[{\"seen_s\":1}]}", ERR_OK,
	    ERR_NOTFOUND },
	{ "too probable", "{\"candidates\":[{\"bp\":10001}]}", ERR_OK,
	    ERR_RANGE },
	{ "a number for a text", "{\"candidates\":[{\"bp\":1,\"use\":2}]}",
	    ERR_OK, ERR_SYNTAX },
};

static void test_odd(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct evidence w = { .candidates = NULL };
		struct evidence_one one;
		struct json_in *in;
		enum err whole, e;

		assert_int_equal(json_in_parse(slice_from(cases[i].in), MEM_MAX,
				     EVIDENCE_DEPTH, &in, NULL),
		    ERR_OK);
		whole = evidence_read(json_in_root(in), &w);
		e = evidence_read_one(json_in_at(w.candidates, 0), &one);
		if (whole != cases[i].whole || e != cases[i].one)
			fail_msg("%s: %s, %s", cases[i].why, err_name(whole),
			    err_name(e));
		json_in_free(in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
