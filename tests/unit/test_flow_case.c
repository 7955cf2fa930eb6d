/* Tests of lib/json/flow_case: what a case may say, and what is answered to
 * one that says something else. */
#include <string.h>

#include "lib/base/arena.h"
#include "lib/json/flow_case.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define AT "\"name\":\"c\",\"at\":\"2026-11-30T09:12\""

static const struct {
	const char *members; /* beside name and time */
	const char *what;    /* the complaint; NULL: none */
} cases[] = {
	{ "\"zone\":\"Europe/Berlin\",\"number\":\"Ads\",\"record\":\"notice\"",
	    NULL },
	{ "\"surprise\":1", "a case knows no surprise" },
	{ "\"zone\":5", "zone: a text of at most 64 bytes" },
	{ "\"record\":\"loud\"", "record: off, notice or silent" },
	{ "\"record\":1", "record: off, notice or silent" },
	{ "\"caller\":\"+1202555010012345678901234567890123456789\"",
	    "caller: a text" },
	{ "\"caller\":7", "caller: a text" },
	{ "\"anonymous\":\"yes\"", "anonymous: true or false" },
	{ "\"attestation\":\"B\"", NULL },
	{ "\"attestation\":\"D\"", "attestation: A, B or C" },
	{ "\"attestation\":\"AB\"", "attestation: A, B or C" },
	{ "\"source\":\"google\",\"medium\":\"cpc\",\"tags\":\"a\"", NULL },
	{ "\"campaign\":[]", "campaign: a text" },
	{ "\"known\":1", "known: true or false" },
	{ "\"outcome\":\"answered\"", NULL },
	{ "\"outcome\":\"excellent\"", "there is no result excellent" },
	{ "\"outcome\":5", "outcome: the last call's result" },
	{ "\"outcome\":\"longer than any result is\"",
	    "outcome: the last call's result" },
	{ "\"answered_before\":\"dst_7zzzzzzzzzzzzzzzzzzzzzzzzz\"", NULL },
	{ "\"answered_before\":\"dst_x\"", "answered_before: a destination" },
	{ "\"answered_before\":\"bob\"", "answered_before: a destination" },
	{ "\"answered_before\":5", "answered_before: a destination" },
	{ "\"keys\":\"1\"", "keys: a list of at most" },
	{ "\"keys\":[1]", "keys: texts" },
	{ "\"keys\":[\"1\",\"2#\"],\"talk_s\":9,\"away\":true", NULL },
	{ "\"keys\":null", NULL },
	{ "\"talk_s\":-1", "talk_s: seconds" },
	{ "\"message_s\":\"3\"", "message_s: seconds" },
	{ "\"hang_up_s\":1e9", "hang_up_s: seconds" },
	{ "\"away\":0", "away: true or false" },
	{ "\"turn\":4294967296", "turn: a whole number" },
	{ "\"turn\":4294967295,\"seed\":9223372036854775807", NULL },
	{ "\"seed\":-1", "seed: a whole number" },
	{ "\"seed\":\"1\"", "seed: a whole number" },
	{ "\"phones\":{}", "phones: a list of at most" },
	{ "\"phones\":[{\"does\":\"answers\"}]", "phones 1: to is missing" },
	{ "\"phones\":[{\"to\":\"sip:a@b\",\"does\":\"sings\"}]",
	    "does: answers, busy" },
	{ "\"phones\":[{\"to\":\"sip:a@b\",\"does\":1}]", "does: answers" },
	{ "\"phones\":[{\"to\":\"sip:a@b\",\"after_s\":-2}]",
	    "after_s: seconds" },
	{ "\"phones\":[{\"to\":\"sip:a@b\",\"does\":\"busy\",\"after_s\":1}],"
	  "\"others\":{\"does\":\"silent\"}",
	    NULL },
	{ "\"others\":[]", "others: an object" },
	{ "\"others\":{\"does\":\"nothing\"}", "does: answers" },
	{ "\"expect\":{\"result\":\"answered\",\"through\":[\"a\"],"
	  "\"heard\":[\"b\"],\"tags\":[],\"answered_by\":\"sip:a@b\"}",
	    NULL },
	{ "\"expect\":{\"result\":\"superb\"}", "there is no result superb" },
	{ "\"expect\":{\"result\":[]}", "result: a word" },
	{ "\"expect\":{\"through\":\"a\"}", "through: a list" },
	{ "\"expect\":{\"tags\":[{}]}", "tags: texts" },
};

static enum err read_one(const char *members, struct arena *mem,
    struct flow_case **out, struct flow_json_errors *errors)
{
	char text[1024];
	struct buf b;
	size_t n = 0;
	enum err e;

	buf_over(&b, text, sizeof(text));
	buf_printf(&b, "{\"cases\":[{" AT ",%s}]}", members);
	e = flow_case_read(buf_slice(&b), mem, out, &n, errors);
	assert_true(e != ERR_OK || n == 1);
	return e;
}

static void test_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct flow_json_errors errors;
		struct flow_case *c = NULL;
		struct arena mem;
		enum err e;

		arena_init(&mem, 1 << 20);
		e = read_one(cases[i].members, &mem, &c, &errors);
		if (cases[i].what == NULL) {
			if (e != ERR_OK)
				fail_msg("%s: %s", cases[i].members,
				    errors.item[0].what);
			assert_int_equal(c->local_s, 1796029920);
		} else if (e != ERR_SYNTAX || errors.n_errors == 0 ||
			   strcmp(errors.item[0].step, "c") != 0 ||
			   strstr(errors.item[0].what, cases[i].what) == NULL)
			fail_msg("%s: %s, %s", cases[i].members, err_name(e),
			    errors.n == 0 ? "-" : errors.item[0].what);
		arena_fini(&mem);
	}
}

static const struct {
	const char *why;
	const char *json;
	const char *what;
} documents[] = {
	{ "no JSON", "{", "line 1" },
	{ "no object", "[]", "cases: a list" },
	{ "no cases", "{}", "cases: a list" },
	{ "cases of another kind", "{\"cases\":{}}", "cases: a list" },
	{ "a case that is a text", "{\"cases\":[\"x\"]}", "at: a local time" },
	{ "no time", "{\"cases\":[{}]}", "at: a local time" },
	{ "a time of another kind", "{\"cases\":[{\"at\":5}]}",
	    "at: a local time" },
	{ "a day that is none", "{\"cases\":[{\"at\":\"2026-02-30T09:12\"}]}",
	    "at: a local time" },
	{ "a time with a zone", "{\"cases\":[{\"at\":\"2026-11-30T09:12Z\"}]}",
	    "at: a local time" },
};

static void test_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(documents); i++) {
		struct flow_json_errors errors;
		struct flow_case *c = NULL;
		struct arena mem;
		size_t n = 7;

		arena_init(&mem, 1 << 20);
		if (flow_case_read(slice_from(documents[i].json), &mem, &c, &n,
			&errors) == ERR_OK ||
		    c != NULL || n != 7 || errors.n == 0 ||
		    strstr(errors.item[0].what, documents[i].what) == NULL)
			fail_msg("%s: %s", documents[i].why,
			    errors.n == 0 ? "-" : errors.item[0].what);
		arena_fini(&mem);
	}
}

/* Of many complaints the first are said, and that there are more. */
static void test_many(void **state)
{
	static char text[FLOW_CASE_MAX * 8 + 64];
	struct flow_json_errors errors;
	struct flow_case *c = NULL;
	struct arena mem;
	struct buf b;
	size_t n = 0;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		arena_init(&mem, 4 << 20);
		buf_over(&b, text, sizeof(text));
		buf_cstr(&b, "{\"cases\":[{}");
		for (size_t i = 1; i < FLOW_CASE_MAX + more; i++)
			buf_cstr(&b, ",{}");
		buf_cstr(&b, "]}");
		assert_int_equal(flow_case_read(buf_slice(&b), &mem, &c, &n,
				     &errors),
		    ERR_SYNTAX);
		assert_int_equal(errors.n_errors,
		    more == 0 ? FLOW_CASE_MAX : 1);
		assert_int_equal(errors.more, more == 0);
		arena_fini(&mem);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct flow_json_errors errors;
		struct flow_case *c = NULL;
		struct arena mem;
		enum err e;

		arena_init(&mem, 1 << 20);
		fail_alloc_after(n);
		e = read_one("\"keys\":[\"1\"],\"zone\":\"Europe/Paris\"", &mem,
		    &c, &errors);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			arena_fini(&mem);
			return;
		}
		assert_int_not_equal(e, ERR_OK);
		assert_null(c);
		arena_fini(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("flow_case", tests, NULL, NULL);
}
