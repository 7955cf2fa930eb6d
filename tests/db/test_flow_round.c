/* Tests of lib/flow/flowround and flownames: flows that lead round to each
 * other, and names that a flow holds as text. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_caller_list.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_mark.h"
#include "lib/flow/flowtry.h"
#include "lib/flow/flowworld.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define NOW            TESTDB_NOW_US
#define ok(call)       FAIL_STMT_OK(call)
#define gives(e, call) assert_int_equal((call), (e))

#define FLOWS    4
#define DOC_MAX  2048
#define FLOW(to) "{\"type\":\"goto\",\"flow\":\"" to "\"}"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

/* Made once; each test writes its own versions. */
static struct flow_id flow[FLOWS];
static char id[FLOWS][ID_TEXT_MAX];

static void add_flows(void)
{
	for (size_t i = 0; i < FLOWS; i++) {
		struct flow_row row = { .created_us = NOW };

		(void)snprintf(row.name, sizeof(row.name), "Flow %zu", i);
		testdb_id(NOW, row.id.v);
		ok(db_flow_add(t->db, a->id, &row));
		flow[i] = row.id;
		id_text(ID_KIND_flow, row.id.v, id[i]);
	}
}

/* Steps of a document. $0 to $3 stand for the flows. */
static struct slice document(const char *steps, char out[DOC_MAX])
{
	struct buf text;

	buf_over(&text, out, DOC_MAX);
	buf_cstr(&text, "{\"version\":1,\"first\":\"a\",\"steps\":{");
	for (const char *p = steps; *p != '\0'; p++) {
		if (p[0] == '$' && p[1] >= '0' && p[1] < '0' + FLOWS)
			buf_cstr(&text, id[*++p - '0']);
		else
			buf_char(&text, *p);
	}
	buf_cstr(&text, "}}");
	ok(buf_err(&text));
	return buf_slice(&text);
}

/* Without asking anybody. */
static void live(size_t i, const char *steps)
{
	char doc[DOC_MAX];
	uint32_t version;

	ok(db_flow_write(t->db, a->id, flow[i], document(steps, doc), a->user,
	    NOW, &version));
	ok(db_flow_publish(t->db, a->id, flow[i], version, NOW));
}

static enum err check(const struct flow_id *self, const char *steps,
    struct flow_json_errors *errors)
{
	char doc[DOC_MAX];
	struct flowworld w;

	memset(errors, 0, sizeof(*errors));
	ok(flowworld_load(t->db, a->id, &mem, &w));
	if (self != NULL)
		w.self = *self;
	return flowworld_check(&w, document(steps, doc), errors);
}

#define HANGUP "{\"type\":\"hangup\"}"
#define MENU(one, silence)                                       \
	"{\"type\":\"menu\",\"prompt\":\"invalid.en\",\"keys\":" \
	"[{\"key\":\"1\",\"next\":\"" one                        \
	"\"}],\"invalid\":\"h\",\"silence\":\"" silence "\"}"
#define FORWARD(otherwise)                                                         \
	"{\"type\":\"forward\",\"to\":\"+13035550100\",\"otherwise\":\"" otherwise \
	"\"}"

static const struct {
	const char *why;
	const char *one; /* what is live of flow 1 and 2; NULL: nothing */
	const char *two;
	const char *zero; /* the document at hand, of flow 0 */
	const char *step; /* NULL: nothing is wrong */
} rounds[] = {
	{ "itself", NULL, NULL, "\"a\":" FLOW("$0"), "a" },
	{ "one that ends", "\"a\":" HANGUP, NULL, "\"a\":" FLOW("$1"), NULL },
	{ "there and back", "\"a\":" FLOW("$0"), NULL, "\"a\":" FLOW("$1"),
	    "a" },
	{ "round three", "\"a\":" FLOW("$2"), "\"a\":" FLOW("$0"),
	    "\"a\":" FORWARD("g") ",\"g\":" FLOW("$1"), "g" },
	{ "into a round of others", "\"a\":" FLOW("$2"), "\"a\":" FLOW("$1"),
	    "\"a\":" FLOW("$1"), "a" },
	{ "the caller has a say there",
	    "\"a\":" MENU("g", "h") ",\"g\":" FLOW("$0") ",\"h\":" HANGUP, NULL,
	    "\"a\":" FLOW("$1"), NULL },
	{ "the caller has a say here", "\"a\":" FLOW("$0"), NULL,
	    "\"a\":" MENU("g", "h") ",\"g\":" FLOW("$1") ",\"h\":" HANGUP,
	    NULL },
	{ "who says nothing goes round",
	    "\"a\":" MENU("h", "g") ",\"g\":" FLOW("$0") ",\"h\":" HANGUP, NULL,
	    "\"a\":" FLOW("$1"), "a" },
	{ "nobody answers", "\"a\":" FORWARD("g") ",\"g\":" FLOW("$0"), NULL,
	    "\"a\":" FLOW("$1"), "a" },
};

static void test_rounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rounds); i++) {
		struct flow_json_errors errors;
		enum err e;

		live(0, "\"a\":" HANGUP);
		live(1,
		    rounds[i].one != NULL ? rounds[i].one : "\"a\":" HANGUP);
		live(2,
		    rounds[i].two != NULL ? rounds[i].two : "\"a\":" HANGUP);
		e = check(&flow[0], rounds[i].zero, &errors);
		if (e != (rounds[i].step == NULL ? ERR_OK : ERR_SYNTAX))
			fail_msg("%s: %s", rounds[i].why, err_name(e));
		if (rounds[i].step == NULL)
			continue;
		if (errors.n_errors != 1 ||
		    strcmp(errors.item[0].step, rounds[i].step) != 0 ||
		    strstr(errors.item[0].what, "round and round") == NULL)
			fail_msg("%s: %s: %s", rounds[i].why,
			    errors.item[0].step, errors.item[0].what);
	}
}

/* A flow that is not saved leads nowhere by its name; one that was never
 * published leads to nobody; another company's is not there at all. */
static void test_others(void **state)
{
	struct flow_json_errors errors;
	char theirs[ID_TEXT_MAX], steps[256];

	(void)state;
	live(1, "\"a\":" HANGUP);
	ok(check(NULL, "\"a\":" FLOW("$1"), &errors));
	gives(ERR_SYNTAX, check(NULL, "\"a\":" FLOW("$3"), &errors));
	assert_non_null(strstr(errors.item[0].what, "no published flow"));
	id_text(ID_KIND_flow, b->flow.v, theirs);
	(void)snprintf(steps, sizeof(steps), "\"a\":" FLOW("%s"), theirs);
	gives(ERR_SYNTAX, check(&flow[0], steps, &errors));
	assert_non_null(strstr(errors.item[0].what, "no published flow"));
}

static const char case_doc[] =
    "{\"cases\":[{\"name\":\"x\",\"at\":\"2026-11-30T09:12\","
    "\"caller\":\"+13035550100\"}]}";

/* If one is live all the same (an old one; the database by hand), the call
 * ends after so many steps, and the trace says why. */
static void test_bound(void **state)
{
	struct flow_json_errors errors = { .n = 0 };
	struct flowtry_report report;
	struct flow_case *c;
	char doc[DOC_MAX];
	struct flowtry tried;
	bool said = false;
	size_t n;

	(void)state;
	live(1, "\"a\":" FLOW("$0"));
	live(0, "\"a\":" FLOW("$1"));
	ok(flow_case_read(slice_from(case_doc), &mem, &c, &n, &errors));
	ok(flowtry_company(&tried, t->db, a->id, flow[0],
	    document("\"a\":" FLOW("$1"), doc), SLICE(""), &mem, &errors));
	ok(flowtry_run(&tried, c, NULL, &report));
	assert_true(report.sim.ended);
	for (size_t i = 0; i < report.n_lines; i++)
		said = said || slice_starts(report.lines[i].text,
				   SLICE("went round too often"));
	assert_true(said);
	flowtry_close(&tried);
}

static size_t warned(const struct flow_json_errors *errors, const char *step,
    const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < errors->n; i++)
		if (errors->item[i].warning &&
		    strcmp(errors->item[i].step, step) == 0 &&
		    strstr(errors->item[i].what, what) != NULL)
			n++;
	return n;
}

#define RULE(is, value)                                             \
	"\"a\":{\"type\":\"caller\",\"rules\":[{\"is\":\"" is       \
	"\",\"value\":\"" value                                     \
	"\",\"next\":\"o\"}],\"otherwise\":\"t\"},\"o\":{\"type\":" \
	"\"outcome\",\"outcome\":\"lead\",\"next\":\"t\"},\"t\":{"  \
	"\"type\":\"tag\",\"tag\":\"Own\",\"next\":\"h\"},\"h\":" HANGUP

static void test_names(void **state)
{
	const struct tag_row tag = { .name = "Known" };
	struct outcome_row *outcomes;
	static const struct {
		const char *steps;
		const char *what;
		size_t n;
	} cases[] = {
		{ RULE("list", "vip"), "list of callers", 0 },
		{ RULE("list", "vip, staff, gone"), "list of callers", 2 },
		{ RULE("list", "theirs"), "called theirs", 1 },
		{ RULE("tag", "known, OWN"), "tag", 0 },
		{ RULE("tag", "unknown"), "tag called unknown", 1 },
		{ RULE("outcome", "voicemail"), "result", 0 },
		{ RULE("outcome", "voicemial"), "voicemial", 1 },
	};
	struct flow_json_errors errors;
	size_t n;

	(void)state;
	ok(db_caller_list_add(t->db, a->id, SLICE("vip"), SLICE(""), NOW));
	ok(db_caller_list_add(t->db, b->id, SLICE("theirs"), SLICE(""), NOW));
	ok(db_mark_tag_add(t->db, a->id, &tag, NOW));
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		ok(check(&flow[0], cases[i].steps, &errors));
		if (warned(&errors, "a", cases[i].what) != cases[i].n)
			fail_msg("%s: %zu: %s", cases[i].steps, errors.n,
			    errors.n > 0 ? errors.item[0].what : "");
	}
	ok(db_mark_outcomes(t->db, a->id, &mem, &outcomes, &n));
	ok(check(&flow[0], RULE("list", "vip"), &errors));
	assert_int_equal(warned(&errors, "o", "code lead"), n == 0 ? 1 : 0);
	ok(check(&flow[0],
	    "\"a\":{\"type\":\"outcome\",\"outcome\":\"laed\",\"next\":\"h\"},"
	    "\"h\":" HANGUP,
	    &errors));
	assert_int_equal(warned(&errors, "a", "code laed"), 1);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	arena_init(&mem, 64 << 20);
	add_flows();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
