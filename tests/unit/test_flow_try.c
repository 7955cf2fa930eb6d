/* Tests of trying flows: lib/flow/flowtry, lib/core/flow_sim and flow_words,
 * cases, differences, and the schema that is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/flow_sample.h"
#include "lib/core/flow_words.h"
#include "lib/flow/flowtry.h"
#include "lib/json/flow_diff.h"
#include "lib/json/flow_schema.h"
#include "tests/support/fail_alloc.h"

static const char document[] =
    "{\"version\":1,\"first\":\"menu\",\"steps\":{"
    "\"menu\":{\"type\":\"menu\",\"title\":\"Main menu\",\"prompt\":\"hi\","
    "\"keys\":[{\"key\":\"1\",\"title\":\"Sales\",\"next\":\"hours\"},"
    "{\"key\":\"2\",\"next\":\"zip\"}],\"invalid\":\"mail\","
    "\"silence\":\"mail\"},"
    "\"hours\":{\"type\":\"hours\",\"title\":\"Office hours\",\"weekly\":"
    "[{\"days\":\"mon-fri\",\"from\":\"09:00\",\"to\":\"17:00\"}],"
    "\"holidays\":\"us\",\"open\":\"sales\",\"closed\":\"mail\"},"
    "\"sales\":{\"type\":\"group\",\"title\":\"Sales team\",\"mode\":"
    "\"round_robin\",\"members\":[{\"to\":\"+13035550101\"},"
    "{\"to\":\"+13035550102\"},{\"to\":\"+13035550103\"}],"
    "\"whisper\":\"psst\",\"accept\":\"key\",\"otherwise\":\"mail\"},"
    "\"zip\":{\"type\":\"gather\",\"prompt\":\"zip\",\"pattern\":\"zip\","
    "\"min\":5,\"max\":5,\"next\":\"near\",\"invalid\":\"mail\",\"silence\":"
    "\"mail\"},"
    "\"near\":{\"type\":\"nearest\",\"by\":\"digits\",\"places\":["
    "{\"at\":\"80202\",\"title\":\"Denver\",\"next\":\"denver\"},"
    "{\"at\":\"60601\",\"title\":\"Chicago\",\"next\":\"sales\"}],"
    "\"far\":\"mail\"},"
    "\"denver\":{\"type\":\"forward\",\"to\":\"+13035550109\","
    "\"otherwise\":\"mail\"},"
    "\"mail\":{\"type\":\"voicemail\",\"title\":\"Voicemail\","
    "\"prompt\":\"voicemail.en\"}}}";

#define NY "\"at\":\"2026-11-30T09:12\",\"zone\":\"America/New_York\","

static const struct {
	const char *json;
	const char *words; /* after the day */
	enum callresult result;
	size_t fails;
} cases[] = {
	{ "{" NY "\"keys\":[\"1\"],\"turn\":4,\"expect\":{\"result\":"
	  "\"answered\",\"through\":[\"menu\",\"sales\"],\"heard\":[\"hi\"],"
	  "\"answered_by\":\"+13035550102\"}}",
	    "Main menu: pressed 1, Sales \xe2\x86\x92 inside Office hours "
	    "\xe2\x86\x92 Sales team, round robin, second of three "
	    "\xe2\x86\x92 answered",
	    CALLRESULT_ANSWERED, 0 },
	{ "{" NY "\"keys\":[\"7\",\"1\"],\"others\":{\"does\":\"refuses\"},"
	  "\"phones\":[{\"to\":\"+13035550102\",\"does\":\"busy\"}]}",
	    "Main menu: 7 is no valid key \xe2\x86\x92 Main menu: pressed 1, "
	    "Sales \xe2\x86\x92 inside Office hours \xe2\x86\x92 Sales team, "
	    "round robin, first of three \xe2\x86\x92 first: refused the call "
	    "\xe2\x86\x92 Sales team, round robin, second of three "
	    "\xe2\x86\x92 second: busy \xe2\x86\x92 Sales team, round robin, "
	    "third of three \xe2\x86\x92 third: refused the call "
	    "\xe2\x86\x92 Sales team: refused \xe2\x86\x92 "
	    "Voicemail: left a message",
	    CALLRESULT_VOICEMAIL, 0 },
	{ "{" NY "\"keys\":[\"2\",\"80301\"],\"others\":{\"does\":\"silent\"},"
	  "\"message_s\":1}",
	    "Main menu: pressed 2 \xe2\x86\x92 zip: keyed in digits "
	    "\xe2\x86\x92 near: nearest is Denver \xe2\x86\x92 denver rings "
	    "\xe2\x86\x92 nobody answered \xe2\x86\x92 Voicemail: too short "
	    "to keep",
	    CALLRESULT_MISSED, 0 },
	{ "{\"at\":\"2026-12-25T10:00\",\"zone\":\"America/New_York\","
	  "\"keys\":[\"1\"],\"hang_up_s\":8,\"expect\":{\"result\":"
	  "\"answered\",\"heard\":[\"never\"],\"answered_by\":\"x\"}}",
	    "Main menu: pressed 1, Sales \xe2\x86\x92 Office hours: a day off "
	    "\xe2\x86\x92 Voicemail: too short to keep",
	    CALLRESULT_ABANDONED, 3 },
	{ "{\"at\":\"2026-12-25T10:00\",\"zone\":\"America/New_York\","
	  "\"keys\":[\"1\"],\"hang_up_s\":15}",
	    "Main menu: pressed 1, Sales \xe2\x86\x92 Office hours: a day off "
	    "\xe2\x86\x92 Voicemail: left a message",
	    CALLRESULT_VOICEMAIL, 0 },
	{ "{" NY "\"keys\":[\"1\"],\"away\":true,\"others\":{\"does\":"
	  "\"ignores\"}}",
	    NULL, CALLRESULT_VOICEMAIL, 0 },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct flow_json_errors errors;
		struct flowtry_report report;
		struct flow_case *c;
		struct flowtry t;
		struct arena mem;
		char doc[1024];
		size_t n;

		arena_init(&mem, 64 << 20);
		(void)snprintf(doc, sizeof(doc), "{\"cases\":[%s]}",
		    cases[i].json);
		if (flow_case_read(slice_from(doc), &mem, &c, &n, &errors) !=
		    ERR_OK)
			fail_msg("%zu: %s", i, errors.item[0].what);
		assert_int_equal(n, 1);
		if (flowtry_file(&t, slice_from(document), c->zone, &mem,
			&errors) != ERR_OK)
			fail_msg("%s: %s", errors.item[0].step,
			    errors.item[0].what);
		assert_int_equal(flowtry_run(&t, c, NULL, &report), ERR_OK);
		assert_true(report.sim.ended);
		assert_int_equal(report.sim.result, cases[i].result);
		assert_int_equal(report.n_fails, cases[i].fails);
		/* A report outlives its world. */
		flowtry_close(&t);
		assert_true(report.n_lines > 0);
		assert_true(slice_eq_cstr(report.lines[0].step, "menu") ||
			    report.lines[0].what != FLOWTRY_ENTERS);
		if (cases[i].words != NULL) {
			char text[2048];

			assert_true(
			    slice_to_cstr(slice_skip(report.words,
					      strlen("Mon 09:12 New York: ")),
				text, sizeof(text)));
			assert_string_equal(text, cases[i].words);
		}
		arena_fini(&mem);
	}
}

/* The caller hears ringback until the called side has pressed 1; the whisper
 * is not the caller's. */
static void test_who_hears(void **state)
{
	static const char doc[] = "{\"cases\":[{" NY "\"keys\":[\"1\"]}]}";
	struct flow_json_errors errors;
	struct flowtry_report report;
	struct flow_case *c;
	struct flowtry t;
	struct arena mem;
	bool whispered = false, talked = false;
	size_t n;

	(void)state;
	arena_init(&mem, 64 << 20);
	assert_int_equal(flow_case_read(slice_from(doc), &mem, &c, &n, &errors),
	    ERR_OK);
	assert_int_equal(flowtry_file(&t, slice_from(document), c->zone, &mem,
			     &errors),
	    ERR_OK);
	assert_int_equal(flowtry_run(&t, c, NULL, &report), ERR_OK);
	for (size_t i = 0; i < report.n_lines; i++) {
		const struct flowtry_line *l = &report.lines[i];

		if (l->what == FLOWTRY_HEARS)
			assert_false(slice_eq_cstr(l->text, "psst"));
		if (l->what == FLOWTRY_WHISPERS) {
			assert_true(slice_eq_cstr(l->text, "psst"));
			assert_true(slice_eq_cstr(l->to, "+13035550101"));
			assert_false(talked);
			whispered = true;
		}
		if (l->what == FLOWTRY_TALKS) {
			assert_true(whispered);
			talked = true;
		}
		assert_true(flowtry_what_name(l->what)[0] != '\0');
	}
	assert_true(talked);
	flowtry_close(&t);
	arena_fini(&mem);
}

static void test_bad_cases(void **state)
{
	static const char *const bad[] = { "", "[]", "{\"cases\":{}}",
		"{\"cases\":[{}]}", "{\"cases\":[{\"at\":\"yesterday\"}]}",
		"{\"cases\":[{" NY "\"soon\":1}]}",
		"{\"cases\":[{" NY "\"talk_s\":-1}]}",
		"{\"cases\":[{" NY "\"keys\":\"1\"}]}",
		"{\"cases\":[{" NY "\"phones\":[{\"does\":\"busy\"}]}]}",
		"{\"cases\":[{" NY "\"others\":{\"does\":\"explodes\"}}]}",
		"{\"cases\":[{" NY "\"expect\":{\"result\":\"fine\"}}]}",
		"{\"cases\":[{" NY "\"attestation\":\"Z\"}]}",
		"{\"cases\":[{" NY "\"record\":\"always\"}]}" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad); i++) {
		struct flow_json_errors errors;
		struct flow_case *c;
		struct arena mem;
		size_t n;

		arena_init(&mem, 1 << 20);
		if (flow_case_read(slice_from(bad[i]), &mem, &c, &n, &errors) !=
		    ERR_SYNTAX)
			fail_msg("%s", bad[i]);
		assert_true(errors.n_errors > 0);
		arena_fini(&mem);
	}
}

/* A document with errors is told as such, before anything runs. */
static void test_bad_document(void **state)
{
	struct flow_json_errors errors;
	struct flowtry t;
	struct arena mem;

	(void)state;
	arena_init(&mem, 64 << 20);
	assert_int_equal(
	    flowtry_file(&t,
		SLICE("{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
		      "{\"type\":\"hours\",\"weekly\":[]}}}"),
		SLICE(""), &mem, &errors),
	    ERR_SYNTAX);
	assert_true(errors.n_errors >= 3);
	assert_string_equal(errors.item[0].step, "a");
	flowtry_close(&t);
	arena_fini(&mem);
}

/* Everything that runs out of memory says so, and leaks nothing. */
static void test_alloc_fails(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct flow_json_errors errors;
		struct flowtry t;
		struct arena mem;
		enum err e;

		assert_true(n < 3000);
		arena_init(&mem, 64 << 20);
		fail_alloc_after(n);
		e = flowtry_file(&t, slice_from(document), SLICE("UTC"), &mem,
		    &errors);
		flowtry_close(&t);
		arena_fini(&mem);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			return;
		}
	}
}

/* --- differences -----------------------------------------------------------*/

static void put_diff(void *arg, enum flow_diff_what what, struct slice step,
    struct slice member, struct slice from, struct slice to)
{
	static const char signs[] = { '+', '-', '~', '1' };

	buf_printf(arg, "%c%.*s.%.*s:%.*s>%.*s;", signs[what], SLICE_FMT(step),
	    SLICE_FMT(member), SLICE_FMT(from), SLICE_FMT(to));
}

static void test_diff(void **state)
{
	static const char from[] =
	    "{\"first\":\"a\",\"steps\":{\"a\":{\"type\":\"forward\",\"to\":"
	    "\"+1\",\"ring_s\":20,\"at\":[1,2]},\"b\":{\"type\":\"busy\"},"
	    "\"m\":{\"type\":\"menu\",\"keys\":[{\"key\":\"1\"},"
	    "{\"key\":\"3\",\"next\":\"a\"},{}],\"gone\":[[1]]}}}";
	static const char to[] =
	    "{\"first\":\"c\",\"steps\":{\"a\":{\"type\":\"forward\",\"to\":"
	    "\"+1\",\"ring_s\":30,\"at\":[9,9],\"busy\":\"c\"},"
	    "\"m\":{\"type\":\"menu\",\"keys\":[{\"key\":\"2\",\"title\":\"S\"}]},"
	    "\"c\":{\"type\":\"hangup\"}}}";
	char mem[1024];
	struct buf b;
	const struct flow_diff_sink sink = { put_diff, &b };

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	assert_int_equal(flow_diff(slice_from(from), slice_from(to), &sink),
	    ERR_OK);
	buf_char(&b, '\0');
	assert_string_equal(mem,
	    "1.:a>c;~a.ring_s:20>30;~a.busy:>c;-b.:>;~m.keys 1 key:1>2;"
	    "~m.keys 1 title:>S;~m.keys 2 key:3>;~m.keys 2 next:a>;"
	    "~m.keys 3:...>;~m.gone 1:...>;+c.:>;");
	buf_reset(&b);
	assert_int_equal(flow_diff(slice_from(from), slice_from(from), &sink),
	    ERR_OK);
	assert_int_equal(b.n, 0);
	assert_int_equal(flow_diff(SLICE("{"), slice_from(to), &sink),
	    ERR_SYNTAX);
}

/* What looks alike in a line is not told as "5 became 5". */
static void test_diff_alike(void **state)
{
	static const struct {
		const char *why, *from, *to, *want;
	} pairs[] = {
		{ "a text and a number", "\"5\"", "5", "~s.x:\"5\">5;" },
		{ "an empty text and null", "\"\"", "null", "~s.x:\"\">null;" },
		{ "a text that says null", "\"...\"", "[1]",
		    "~s.x:\"...\">...;" },
		{ "truth cannot be said", "true", "false", "~s.x:...>...;" },
		{ "a fraction is itself", "1.5", "1.50", "" },
		{ "and no other", "1.5", "2.5", "~s.x:...>...;" },
		{ "order of members", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}",
		    "" },
		{ "a number and another", "5", "6", "~s.x:5>6;" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(pairs); i++) {
		static const char around[] = "{\"steps\":{\"s\":{\"x\":%s}}}";
		char from[80], to[80], mem[120];
		struct buf b;
		const struct flow_diff_sink sink = { put_diff, &b };

		(void)snprintf(from, sizeof(from), around, pairs[i].from);
		(void)snprintf(to, sizeof(to), around, pairs[i].to);
		buf_over(&b, mem, sizeof(mem));
		assert_int_equal(flow_diff(slice_from(from), slice_from(to),
				     &sink),
		    ERR_OK);
		buf_char(&b, '\0');
		if (strcmp(mem, pairs[i].want) != 0)
			fail_msg("%s: %s", pairs[i].why, mem);
	}
}

/* --- what is published -----------------------------------------------------*/

/* docs/flow.schema.json is what the table says: `ringtrace flow schema`. */
static void test_schema(void **state)
{
	static char file[1 << 17];
	struct buf b;
	size_t n;
	FILE *f = fopen("docs/flow.schema.json", "rb");

	(void)state;
	assert_non_null(f);
	n = fread(file, 1, sizeof(file), f);
	(void)fclose(f);
	buf_init(&b, sizeof(file));
	flow_schema_write(&b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(b.n, n);
	assert_memory_equal(b.p, file, n);
	buf_fini(&b);
}

/* The samples lack only what belongs to a company. */
static void test_samples(void **state)
{
	size_t n;
	const struct flow_sample *all = flow_sample_all(&n);

	(void)state;
	assert_true(n >= 6);
	for (size_t i = 0; i < n; i++) {
		struct flow_json_errors errors;
		struct buf b;
		enum err e;

		buf_init(&b, 1 << 20);
		e = flow_json_compile(slice_from(all[i].document), NULL, &b,
		    &errors);
		assert_true(e == ERR_OK || e == ERR_SYNTAX);
		for (size_t k = 0; k < errors.n; k++)
			if (strstr(errors.item[k].what, "no type") != NULL ||
			    strstr(errors.item[k].what, "knows no") != NULL ||
			    strstr(errors.item[k].what, "no step") != NULL ||
			    strstr(errors.item[k].what, "leads") != NULL ||
			    strstr(errors.item[k].what, "round") != NULL)
				fail_msg("%s: %s: %s", all[i].key,
				    errors.item[k].step, errors.item[k].what);
		buf_fini(&b);
	}
}

static void test_ordinals(void **state)
{
	static const struct {
		unsigned int n;
		const char *want;
	} ordinals[] = { { 1, "first" }, { 10, "tenth" }, { 11, "11th" },
		{ 12, "12th" }, { 21, "21st" }, { 22, "22nd" }, { 32, "32nd" },
		{ 23, "23rd" }, { 111, "111th" } };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(ordinals); i++) {
		char mem[32];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		flow_words_ordinal(ordinals[i].n, &b);
		buf_char(&b, '\0');
		assert_string_equal(mem, ordinals[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_who_hears),
		cmocka_unit_test(test_bad_cases),
		cmocka_unit_test(test_bad_document),
		cmocka_unit_test(test_alloc_fails),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_alike),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_ordinals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
