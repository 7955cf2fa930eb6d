/* Tests of lib/core/attrib: what is told of a verdict. */
#include <string.h>

#include "lib/core/attrib.h"
#include "lib/json/json_in.h"
#include "tests/support/attrib_seen.h"
#include "tests/support/cm.h"

#define NOW ATTRIB_NOW_US

static void test_evidence(void **state)
{
	/* The last one saw it after the call had come. */
	struct attrib_candidate c[] = { attrib_seen(1, 1500),
		attrib_seen(2, 30), attrib_seen(3, -90) };
	const struct json_node *root, *list;
	struct attrib_verdict v;
	struct json_in *in;
	struct slice text;
	struct buf out;
	int64_t a = 0, b = 0;

	(void)state;
	c[0].source = SLICE("bing");
	c[0].campaign = SLICE("quote \" and \\ and \n");
	c[1].tel_clicked_us = NOW - 40 * RT_SEC_US;
	c[2].source = SLICE("nobody");
	v = attrib_judge(c, 3);
	assert_true(v.each_bp[0] > 0);
	assert_true(v.each_bp[1] > v.each_bp[0]);
	assert_int_equal(v.each_bp[2], 0);
	buf_init(&out, 16384);
	attrib_evidence(c, 3, &attrib_plain, &v, &out);
	assert_int_equal(buf_err(&out), ERR_OK);
	assert_int_equal(json_in_parse(buf_slice(&out), 16384, 4, &in, NULL),
	    ERR_OK);
	root = json_in_root(in);
	/* The likelier first, and none that has nothing. */
	list = json_in_get(root, "sources");
	assert_int_equal(json_in_count(list), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(json_in_opt_i64(json_in_at(list, i), "bp", 0,
				     10000, &a),
		    ERR_OK);
		assert_int_equal(a, v.each_bp[1 - i]);
		assert_int_equal(json_in_text(json_in_get(json_in_at(list, i),
						  "source"),
				     99, &text),
		    ERR_OK);
		assert_true(slice_eq(text, c[1 - i].source));
	}
	list = json_in_get(root, "candidates");
	assert_int_equal(json_in_count(list), 3);
	assert_int_equal(json_in_opt_i64(json_in_at(list, 0), "bp", 0, 10000,
			     &a),
	    ERR_OK);
	assert_int_equal(json_in_opt_i64(json_in_at(list, 1), "bp", 0, 10000,
			     &b),
	    ERR_OK);
	assert_true(a >= b); /* likeliest first */
	assert_int_equal(json_in_text(json_in_get(json_in_at(list, 1),
					  "campaign"),
			     99, &text),
	    ERR_OK);
	assert_true(slice_eq(text, c[0].campaign));
	json_in_free(in);
	buf_fini(&out);
}

/* Of more sources than are told those with most of the probability are, however
 * late they come in the list, and campaigns of one together. */
static void test_evidence_sources(void **state)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct attrib_candidate c[40];
	const struct json_node *list;
	struct attrib_verdict v;
	struct json_in *in;
	struct slice name;
	struct buf out;
	int64_t bp = 0;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(c); i++) {
		c[i] = attrib_seen((uint8_t)i, 4000);
		c[i].source = slice_of(&names[i < 30 ? i : 30], 1);
		c[i].campaign = slice_of(&names[i % 30], 1);
	}
	v = attrib_judge(c, RT_ARRAY_LEN(c));
	buf_init(&out, 65536);
	attrib_evidence(c, RT_ARRAY_LEN(c), &attrib_plain, &v, &out);
	assert_int_equal(json_in_parse(buf_slice(&out), 65536, 4, &in, NULL),
	    ERR_OK);
	list = json_in_get(json_in_root(in), "sources");
	assert_int_equal(json_in_count(list), ATTRIB_EVIDENCE_SOURCES);
	assert_int_equal(json_in_text(json_in_get(json_in_at(list, 0),
					  "source"),
			     9, &name),
	    ERR_OK);
	assert_true(slice_eq(name, slice_of(&names[30], 1)));
	assert_int_equal(json_in_opt_i64(json_in_at(list, 0), "bp", 0, 10000,
			     &bp),
	    ERR_OK);
	assert_true(bp >= 10 * v.each_bp[0] - 10);
	json_in_free(in);
	buf_fini(&out);
}

/* Whose number was a pool's overflow has no lease that could be named. */
static void test_evidence_overflow(void **state)
{
	struct attrib_candidate c = attrib_seen(1, 30);
	static char mem[16384];
	struct attrib_verdict v;
	struct buf out;

	(void)state;
	c.shown_us = NOW - 200 * RT_SEC_US;
	for (int own = 0; own < 2; own++) {
		memset(c.lease.v, own, ID_BYTES);
		v = attrib_judge(&c, 1);
		buf_over(&out, mem, sizeof(mem) - 1);
		attrib_evidence(&c, 1, &attrib_plain, &v, &out);
		mem[buf_slice(&out).n] = '\0';
		assert_int_equal(strstr(mem, "\"overflow_s\":200,") == NULL,
		    own);
		assert_int_equal(strstr(mem, "\"lease\":\"lea_") != NULL, own);
	}
}

/* A touch that is told just after the call came counts, and is told as one. */
static void test_evidence_touch(void **state)
{
	static const struct {
		int64_t after_s;
		const char *want;
	} touches[] = { { -3, "\"tel_click_s\":3," },
		{ 2, "\"tel_click_s\":0," }, { 9, "\"tel_click_s\":null," } };
	struct attrib_candidate c = attrib_seen(1, 30);
	static char mem[16384];
	struct attrib_verdict v;
	struct buf out;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(touches); i++) {
		c.tel_clicked_us = NOW + touches[i].after_s * RT_SEC_US;
		v = attrib_judge(&c, 1);
		buf_over(&out, mem, sizeof(mem) - 1);
		attrib_evidence(&c, 1, &attrib_plain, &v, &out);
		mem[buf_slice(&out).n] = '\0';
		assert_non_null(strstr(mem, touches[i].want));
	}
}

/* A full list of the longest and worst texts still is a value, in order. */
static void test_evidence_full(void **state)
{
	static struct attrib_candidate c[ATTRIB_CANDIDATES_MAX];
	struct attrib_verdict v;
	struct json_in *in;
	char quotes[255];
	struct buf out;
	size_t n;

	(void)state;
	memset(quotes, '"', sizeof(quotes));
	for (size_t i = 0; i < ATTRIB_CANDIDATES_MAX; i++) {
		c[i] = attrib_seen((uint8_t)i, (int64_t)i);
		quotes[i] = '\\'; /* sources of their own */
		c[i].campaign = slice_of(quotes, sizeof(quotes));
		c[i].source = c[i].medium = slice_of(quotes + i, 100);
	}
	v = attrib_judge(c, ATTRIB_CANDIDATES_MAX);
	buf_init(&out, (size_t)128 * 1024);
	attrib_evidence(c, ATTRIB_CANDIDATES_MAX, &attrib_plain, &v, &out);
	assert_int_equal(buf_err(&out), ERR_OK);
	assert_int_equal(json_in_parse(buf_slice(&out), (size_t)128 * 1024, 4,
			     &in, NULL),
	    ERR_OK);
	n = json_in_count(json_in_get(json_in_root(in), "candidates"));
	assert_true(n >= 10 && n < ATTRIB_CANDIDATES_MAX);
	json_in_free(in);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_evidence_sources),
		cmocka_unit_test(test_evidence_overflow),
		cmocka_unit_test(test_evidence_touch),
		cmocka_unit_test(test_evidence_full),
	};

	return cmocka_run_group_tests_name("attrib_evidence", tests, NULL,
	    NULL);
}
