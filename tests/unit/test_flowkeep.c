/* Tests of lib/flow/flowkeep: what is kept and linked is what compiling anew
 * would give. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/flow/flowsnap.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define ok(call) assert_int_equal((call), ERR_OK)

#define FLOWS 4

static const struct snap_prompt prompt_rows[] = {
	{ .key = SLICE_INIT("other"), .language = SLICE_INIT("en") },
	{ .key = SLICE_INIT("hello"), .language = SLICE_INIT("en") },
};
static bool prompt_gone;

static bool find_prompt(const void *arg, struct company_id company,
    struct slice key, uint32_t *row)
{
	(void)arg;
	(void)company;
	if (prompt_gone || !slice_eq_cstr(key, "hello"))
		return false;
	*row = 1;
	return true;
}

static const struct flowsnap_prompts prompts = { .row = prompt_rows,
	.n = 2,
	.find = find_prompt };

static struct company_id company = { { 1 } };
static struct db_snap_destination destinations[3];
static struct db_snap_flow flows[FLOWS];
static struct db_snap in;
static char text[FLOWS][1024];

static void put(size_t i, const char *document)
{
	(void)snprintf(text[i], sizeof(text[i]), "%s", document);
	flows[i].document = slice_from(text[i]);
	flows[i].version++;
}

/* Names of every kind, in parameters and in lists. */
static void put_names(size_t i, const char *zone)
{
	char dst[ID_TEXT_MAX], last[ID_TEXT_MAX], flo[ID_TEXT_MAX], doc[1024];

	id_text(ID_KIND_destination, destinations[1].row.id.v, dst);
	id_text(ID_KIND_destination, destinations[2].row.id.v, last);
	id_text(ID_KIND_flow, flows[1].id.v, flo);
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"h\",\"steps\":{"
	    "\"h\":{\"type\":\"hours\",\"zone\":\"%s\",\"weekly\":[{\"days\":"
	    "\"mon-fri\",\"from\":\"09:00\",\"to\":\"17:00\"}],\"open\":\"m\","
	    "\"closed\":\"g\"},"
	    "\"m\":{\"type\":\"message\",\"prompt\":\"hello\",\"next\":\"f\"},"
	    "\"f\":{\"type\":\"group\",\"mode\":\"priority\",\"members\":["
	    "{\"to\":\"+13035550101\"},{\"to\":\"%s\"},{\"to\":\"%s\"}],"
	    "\"music\":\"hello\",\"otherwise\":\"g\"},"
	    "\"g\":{\"type\":\"goto\",\"flow\":\"%s\"}}}",
	    zone, dst, last, flo);
	put(i, doc);
}

static int start(void **state)
{
	(void)state;
	prompt_gone = false;
	memset(flows, 0, sizeof(flows));
	memset(destinations, 0, sizeof(destinations));
	for (size_t i = 0; i < 3; i++) {
		destinations[i].row.id.v[0] = (uint8_t)(10 + i);
		destinations[i].row.company = company;
		destinations[i].row.name = SLICE("Desk");
		destinations[i].row.address = SLICE("+13035550100");
		destinations[i].row.trunk = SNAP_NO_ROW;
		destinations[i].zone = SLICE("America/Denver");
	}
	for (size_t i = 0; i < FLOWS; i++) {
		flows[i].id.v[0] = (uint8_t)(10 + 2 * i);
		flows[i].company = company;
		put(i,
		    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
		    "{\"type\":\"busy\"}}}");
	}
	put_names(0, "Europe/London");
	put_names(2, "Australia/Sydney");
	in = (struct db_snap){ .config_version = 1,
		.flows = flows,
		.n_flows = FLOWS,
		.destinations = destinations,
		.n_destinations = 3 };
	return 0;
}

static void build(struct flowkeep *keep, struct buf *out)
{
	struct arena mem;
	struct snap s;

	arena_init(&mem, 16 << 20);
	buf_init(out, 16 << 20);
	ok(flowsnap_build(&in, &prompts, keep, &mem, out));
	ok(snap_open(buf_slice(out), &s));
	arena_fini(&mem);
}

/* The block of a keep with a past, and of one without. */
static void same_as_new(struct flowkeep *keep)
{
	struct buf kept, anew;
	struct flowkeep *empty;

	ok(flowkeep_new(&empty));
	build(keep, &kept);
	build(empty, &anew);
	assert_true(slice_eq(buf_slice(&kept), buf_slice(&anew)));
	flowkeep_free(empty);
	buf_fini(&kept);
	buf_fini(&anew);
}

/* The flow's rows in the block: its first destination, prompt and zone. */
static void rows_of(struct flowkeep *keep, uint32_t at, uint32_t row[3])
{
	struct snap_flow f;
	struct flow_view v;
	struct buf b;
	struct snap s;

	build(keep, &b);
	ok(snap_open(buf_slice(&b), &s));
	snap_flow_at(&s, at, &f);
	assert_int_equal(f.flow.n_steps, 4);
	flow_view(&f.flow, 0, &v);
	row[2] = flow_view_num(&v, FLOW_HOURS_ZONE);
	flow_view(&f.flow, 1, &v);
	row[1] = flow_view_num(&v, FLOW_PLAY_PROMPT);
	flow_view(&f.flow, 2, &v);
	row[0] = flow_view_item_num(&v, 0, 1, FLOW_MEMBER_TO);
	buf_fini(&b);
}

static void test_rows_move(void **state)
{
	struct flowkeep *keep;
	uint32_t row[3];

	(void)state;
	ok(flowkeep_new(&keep));
	rows_of(keep, 0, row);
	assert_int_equal(row[0], 1);
	assert_int_equal(row[1], 1);
	/* A destination before the others has gone, and another zone is met
	 * before: every row is another one. */
	in.destinations = destinations + 1;
	in.n_destinations = 2;
	destinations[1].zone = SLICE("America/Phoenix");
	rows_of(keep, 0, row);
	assert_int_equal(row[0], 0);
	assert_int_equal(row[2], 2);
	same_as_new(keep);
	flowkeep_free(keep);
}

/* Who has given its files away makes the same snapshot. */
static void test_zones_taken_along(void **state)
{
	struct rlimit old, none;
	struct tz_file_all *all;
	struct flowkeep *keep;
	struct buf a, b, c;

	(void)state;
	ok(flowkeep_new(&keep));
	build(keep, &a);
	ok(tz_file_all(&all));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){ 0, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	build(keep, &b);
	flowkeep_set_zones(keep, all);
	build(keep, &c);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_false(slice_eq(buf_slice(&a), buf_slice(&b)));
	assert_true(slice_eq(buf_slice(&a), buf_slice(&c)));
	buf_fini(&a);
	buf_fini(&b);
	buf_fini(&c);
	flowkeep_free(keep);
	tz_file_forget(all);
}

static void test_versions(void **state)
{
	struct flowkeep *keep;
	struct db_snap_flow old;
	struct buf b;

	(void)state;
	ok(flowkeep_new(&keep));
	assert_false(flowkeep_has(keep, &flows[0]));
	build(keep, &b);
	buf_fini(&b);
	for (size_t i = 0; i < FLOWS; i++) {
		assert_true(flowkeep_has(keep, &flows[i]));
		flows[i].document = SLICE(""); /* as db_snap leaves it */
	}
	old = flows[0];
	put(0,
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":"
	    "{\"type\":\"hangup\"}}}");
	assert_false(flowkeep_has(keep, &flows[0]));
	build(keep, &b);
	buf_fini(&b);
	assert_true(flowkeep_has(keep, &flows[0]));
	assert_true(flowkeep_has(keep, &flows[FLOWS - 1]));
	assert_false(flowkeep_has(keep, &old)); /* forgotten */
	/* The same id in another company is another flow. */
	old = flows[0];
	old.company.v[0] = 2;
	assert_false(flowkeep_has(keep, &old));
	flowkeep_free(keep);
}

/* What is broken stops nobody else, and works again when its reason goes. */
static void test_broken(void **state)
{
	struct flowkeep *keep;
	struct snap_flow f;
	struct buf b;
	struct snap s;
	uint32_t row[3];

	(void)state;
	put(3, "{\"version\":1}");
	ok(flowkeep_new(&keep));
	prompt_gone = true;
	for (int i = 0; i < 2; i++) {
		build(keep, &b);
		ok(snap_open(buf_slice(&b), &s));
		assert_int_equal(s.section[SNAP_FLOWS].count, FLOWS);
		for (uint32_t k = 0; k < FLOWS; k++) {
			struct flow_view v;

			snap_flow_at(&s, k, &f);
			flow_view(&f.flow, 0, &v);
			assert_int_equal(v.type,
			    k == 1 ? FLOW_BUSY : FLOW_HANGUP);
		}
		buf_fini(&b);
	}
	prompt_gone = false;
	rows_of(keep, 0, row);
	assert_int_equal(row[1], 1);
	same_as_new(keep);
	flowkeep_free(keep);
}

/* The strict way compiles with the rows at once: the same bytes. */
static void test_as_tried(void **state)
{
	struct flow_json_errors errors;
	struct flowkeep *keep;
	struct arena mem;
	struct buf kept, tried;

	(void)state;
	ok(flowkeep_new(&keep));
	build(keep, &kept);
	for (size_t i = 0; i < FLOWS; i++) {
		arena_init(&mem, 16 << 20);
		buf_init(&tried, 16 << 20);
		ok(flowsnap_try(&in, &prompts, flows[i].id, &mem, &tried,
		    &errors));
		assert_true(slice_eq(buf_slice(&kept), buf_slice(&tried)));
		buf_fini(&tried);
		arena_fini(&mem);
	}
	buf_fini(&kept);
	flowkeep_free(keep);
}

/* More flows than a new keep has room for. */
static void test_growth(void **state)
{
	static const char doc[] =
	    "{\"version\":1,\"first\":\"a\",\"steps\":"
	    "{\"a\":{\"type\":\"busy\"}}}";
	struct db_snap_flow f = { .document = SLICE_INIT(doc) };
	struct flowkeep_flow out;
	struct flowkeep *keep;

	(void)state;
	ok(flowkeep_new(&keep));
	for (uint32_t i = 0; i < 1000; i++) {
		f.version = i;
		f.id.v[15] = (uint8_t)(i % 7);
		assert_false(flowkeep_has(keep, &f));
		ok(flowkeep_get(keep, &f, &out));
		assert_true(out.compiled.n > 0);
	}
	flowkeep_sweep(keep);
	for (uint32_t i = 0; i < 1000; i += 2) {
		f.version = i;
		f.id.v[15] = (uint8_t)(i % 7);
		assert_true(flowkeep_has(keep, &f));
		ok(flowkeep_get(keep, &f, &out));
	}
	flowkeep_sweep(keep);
	for (uint32_t i = 0; i < 1000; i++) {
		f.version = i;
		f.id.v[15] = (uint8_t)(i % 7);
		assert_int_equal(flowkeep_has(keep, &f), i % 2 == 0);
	}
	flowkeep_free(keep);
}

static void test_memory(void **state)
{
	unsigned int n = 0;

	(void)state;
	for (;; n++) {
		struct flowkeep *keep = NULL;
		struct arena mem;
		struct buf b;
		enum err e;

		arena_init(&mem, 16 << 20);
		buf_init(&b, 16 << 20);
		fail_alloc_after(n);
		e = flowkeep_new(&keep);
		if (e == ERR_OK)
			e = flowsnap_build(&in, &prompts, keep, &mem, &b);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			n = 0;
		}
		buf_fini(&b);
		arena_fini(&mem);
		if (keep != NULL && n > 0) {
			/* Nothing half-made is kept. */
			assert_true(e == ERR_NOMEM || e == ERR_OK);
			same_as_new(keep);
		}
		flowkeep_free(keep);
		if (n == 0 && e == ERR_OK)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rows_move, start),
		cmocka_unit_test_setup(test_zones_taken_along, start),
		cmocka_unit_test_setup(test_versions, start),
		cmocka_unit_test_setup(test_broken, start),
		cmocka_unit_test_setup(test_as_tried, start),
		cmocka_unit_test_setup(test_growth, start),
		cmocka_unit_test_setup(test_memory, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
