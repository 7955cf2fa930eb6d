/* Tests of flows and destinations' limits in the database, and of the snapshot
 * that calls run on: each with a second company that must see nothing. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/hours.h"
#include "lib/db/db_config.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/stmt.h"
#include "lib/flow/flowneed.h"
#include "lib/flow/flowsnap.h"
#include "lib/flow/flowworld.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define NOW            TESTDB_NOW_US
#define ok(call)       FAIL_STMT_OK(call)
#define gives(e, call) assert_int_equal((call), (e))

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

static uint64_t config(void)
{
	uint64_t v = 0;

	ok(db_config_version(t->db, &v));
	return v;
}

static struct flow_id add_flow(const struct testdb_company *c, const char *name)
{
	struct flow_row row = { .created_us = NOW };

	testdb_id(NOW, row.id.v);
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	ok(db_flow_add(t->db, c->id, &row));
	return row.id;
}

static uint32_t write_flow(const struct testdb_company *c, struct flow_id id,
    const char *document)
{
	uint32_t version = 0;

	ok(db_flow_write(t->db, c->id, id, slice_from(document), c->user, NOW,
	    &version));
	return version;
}

static const char hangup_doc[] =
    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":\"hangup\"}}}";
static const char busy_doc[] =
    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":\"busy\"}}}";

static void test_versions(void **state)
{
	const struct flow_id id = add_flow(a, "Versions");
	struct flow_version *rows;
	struct flow_row row;
	uint64_t before;
	size_t n;

	(void)state;
	assert_int_equal(write_flow(a, id, hangup_doc), 1);
	assert_int_equal(write_flow(a, id, busy_doc), 2);
	before = config();
	ok(db_flow_publish(t->db, a->id, id, 2, NOW + 1));
	assert_true(config() > before);
	/* Back to the first: a roll back is a publishing of an old one. */
	ok(db_flow_publish(t->db, a->id, id, 1, NOW + 2));
	ok(db_flow_get(t->db, a->id, id, &row));
	assert_int_equal(row.published_version, 1);
	assert_int_equal(row.last_version, 2);
	gives(ERR_NOTFOUND, db_flow_publish(t->db, a->id, id, 3, NOW));
	gives(ERR_NOTFOUND, db_flow_publish(t->db, b->id, id, 1, NOW));
	ok(db_flow_versions(t->db, a->id, id, 0, 10, &mem, &rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].version, 2);
	assert_true(rows[0].by_name[0] != '\0');
	assert_true(rows[0].published_us == NOW + 1);
	assert_true(rows[1].published_us == NOW + 2);
	ok(db_flow_versions(t->db, a->id, id, 2, 10, &mem, &rows, &n));
	assert_int_equal(n, 1); /* below version 2 */
	assert_int_equal(rows[0].version, 1);
	ok(db_flow_versions(t->db, a->id, id, 0, 1, &mem, &rows, &n));
	assert_int_equal(n, 1);
	ok(db_flow_versions(t->db, b->id, id, 0, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	gives(ERR_NOTFOUND, db_flow_rename(t->db, b->id, id, SLICE("Theirs")));
	ok(db_flow_rename(t->db, a->id, id, SLICE("Ours")));
	ok(db_flow_get(t->db, a->id, id, &row));
	assert_string_equal(row.name, "Ours");
}

/* A name is one flow's, in whatever case, until that one is put away; another
 * company has its own. */
static void test_names(void **state)
{
	const struct flow_id one = add_flow(a, "Front desk");
	const struct flow_id two = add_flow(a, "Back desk");
	struct flow_row row = { .name = "front DESK", .created_us = NOW };

	(void)state;
	(void)add_flow(b, "Front desk");
	testdb_id(NOW, row.id.v);
	gives(ERR_CONFLICT, db_flow_add(t->db, a->id, &row));
	gives(ERR_CONFLICT,
	    db_flow_rename(t->db, a->id, two, SLICE("Front desk")));
	ok(db_flow_rename(t->db, a->id, one,
	    SLICE("Front Desk"))); /* its own */
	ok(db_flow_archive(t->db, a->id, one, NOW));
	ok(db_flow_add(t->db, a->id, &row));
	ok(db_flow_rename(t->db, a->id, two, SLICE("The desk")));
	gives(ERR_CONFLICT,
	    db_flow_rename(t->db, a->id, two, SLICE("FRONT desk")));
}

static void test_archive(void **state)
{
	const struct flow_id id = add_flow(a, "Goes away");
	const struct flow_id user = add_flow(a, "Goes to it");
	char text[ID_TEXT_MAX], doc[256];
	struct flow_row row;

	(void)state;
	gives(ERR_CONFLICT, db_flow_archive(t->db, a->id, a->flow, NOW));
	id_text(ID_KIND_flow, id.v, text);
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":"
	    "\"goto\",\"flow\":\"%s\"}}}",
	    text);
	ok(db_flow_publish(t->db, a->id, user, write_flow(a, user, doc), NOW));
	gives(ERR_CONFLICT, db_flow_archive(t->db, a->id, id, NOW));
	ok(db_flow_publish(t->db, a->id, user, write_flow(a, user, hangup_doc),
	    NOW));
	gives(ERR_NOTFOUND, db_flow_archive(t->db, b->id, id, NOW));
	ok(db_flow_archive(t->db, a->id, id, NOW));
	gives(ERR_NOTFOUND, db_flow_get(t->db, a->id, id, &row));
	gives(ERR_NOTFOUND, db_flow_archive(t->db, a->id, id, NOW));
}

static void test_cases(void **state)
{
	const struct flow_id id = add_flow(a, "Cases");
	struct slice got;
	bool block = true;

	(void)state;
	ok(db_flow_cases(t->db, a->id, id, &mem, &got, &block));
	assert_int_equal(got.n, 0);
	assert_false(block);
	for (int i = 0; i < 2; i++)
		ok(db_flow_cases_set(t->db, a->id, id, SLICE("{\"cases\":[]}"),
		    true));
	ok(db_flow_cases(t->db, a->id, id, &mem, &got, &block));
	assert_true(testdb_same_document(got, SLICE("{\"cases\":[]}")));
	assert_true(block);
	gives(ERR_NOTFOUND,
	    db_flow_cases(t->db, b->id, id, &mem, &got, &block));
	gives(ERR_NOTFOUND,
	    db_flow_cases_set(t->db, b->id, id, SLICE(""), false));
	ok(db_flow_cases_set(t->db, a->id, id, SLICE(""), false));
	ok(db_flow_cases(t->db, a->id, id, &mem, &got, &block));
	assert_int_equal(got.n, 0);
}

static void test_limits(void **state)
{
	const struct destination_limits want = { .capacity = 2,
		.cap_hour = 10,
		.cap_day = 50,
		.cap_month = 900,
		.regions = "CO, 303",
		.hours = SLICE_INIT("{\"weekly\":[{\"days\":\"mon-fri\","
				    "\"from\":\"09:00\",\"to\":\"17:00\"}]}") };
	struct destination_limits got;
	const uint64_t before = config();

	(void)state;
	ok(db_destination_limits(t->db, a->id, a->destination, &mem, &got));
	assert_int_equal(got.capacity, 0);
	assert_int_equal(got.hours.n, 0);
	gives(ERR_NOTFOUND,
	    db_destination_limit(t->db, b->id, a->destination, &want));
	ok(db_destination_limit(t->db, a->id, a->destination, &want));
	assert_true(config() > before);
	ok(db_destination_limits(t->db, a->id, a->destination, &mem, &got));
	assert_int_equal(got.capacity, 2);
	assert_int_equal(got.cap_hour, 10);
	assert_int_equal(got.cap_day, 50);
	assert_int_equal(got.cap_month, 900);
	assert_string_equal(got.regions, "CO, 303");
	assert_true(got.hours.n > 20);
	gives(ERR_NOTFOUND,
	    db_destination_limits(t->db, b->id, a->destination, &mem, &got));
}

/* --- the snapshot ----------------------------------------------------------*/

static bool any_prompt(const void *arg, struct company_id company,
    struct slice key, uint32_t *row)
{
	(void)arg;
	(void)company;
	*row = 0;
	return slice_eq_cstr(key, "hello");
}

static const struct snap_prompt prompt_rows[] = {
	{ .key = SLICE_INIT("hello"), .language = SLICE_INIT("en") },
	{ .key = SLICE_INIT("digit.en.7"), .language = SLICE_INIT("en") },
};
static const struct flowsnap_prompts prompts = { .row = prompt_rows,
	.n = 2,
	.find = any_prompt };

static struct flowkeep *keep; /* as the store has one */

static void build(struct buf *out, struct snap *snap)
{
	struct db_snap in;

	ok(db_snap_read(t->db, &mem, flowkeep_has, keep, &in));
	buf_init(out, 16 << 20);
	ok(flowsnap_build(&in, &prompts, keep, &mem, out));
	ok(snap_open(buf_slice(out), snap));
}

/* Zones, limits and hours reach the engine. */
static void test_snapshot(void **state)
{
	struct snap_destination d;
	struct snap_number n;
	struct snap_zone z;
	struct snap s;
	struct hours h;
	struct buf all;
	uint32_t row;

	(void)state;
	build(&all, &s);
	row = snap_find_destination(&s, a->destination);
	snap_destination_at(&s, row, &d);
	assert_int_equal(d.capacity, 2);
	assert_int_equal(d.cap_month, 900);
	assert_true(slice_eq_cstr(d.regions, "CO, 303"));
	ok(hours_open(d.hours, &h));
	assert_int_equal(h.weekly.n, 1);
	snap_zone_at(&s, d.zone, &z);
	assert_true(z.name.n > 0);
	row = snap_find_number(&s, SLICE("+14155550100"));
	snap_number_at(&s, row, &n);
	assert_true(n.zone < s.section[SNAP_ZONES].count);
	assert_int_equal(snap_find_prompt(&s, SLICE("digit.en.7")), 1);
	assert_int_equal(snap_find_prompt(&s, SLICE("digit.en.8")),
	    SNAP_NO_ROW);
	buf_fini(&all);
}

/* Whoever tries a flow reads what it may come to, and nothing of anybody
 * else's, nor what it does not name. */
static void test_needed(void **state)
{
	const struct flow_id end = add_flow(b, "End"),
			     between = add_flow(b, "Between");
	struct db_snap_flow draft = { .company = b->id };
	char dst[2][ID_TEXT_MAX], flo[3][ID_TEXT_MAX], doc[1024];
	struct db_snap in;

	(void)state;
	id_text(ID_KIND_destination, a->destination.v, dst[0]);
	id_text(ID_KIND_destination, b->destination.v, dst[1]);
	id_text(ID_KIND_flow, a->flow.v, flo[0]);
	id_text(ID_KIND_flow, end.v, flo[1]);
	id_text(ID_KIND_flow, between.v, flo[2]);
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":"
	    "\"forward\",\"to\":\"%s\",\"otherwise\":\"g\"},"
	    "\"g\":{\"type\":\"goto\",\"flow\":\"%s\"}}}",
	    dst[1], flo[2]);
	ok(db_flow_publish(t->db, b->id, end, write_flow(b, end, doc), NOW));
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"g\",\"steps\":{"
	    "\"g\":{\"type\":\"goto\",\"flow\":\"%s\"}}}",
	    flo[1]);
	ok(db_flow_publish(t->db, b->id, between, write_flow(b, between, doc),
	    NOW));
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":"
	    "\"forward\",\"to\":\"%s\",\"otherwise\":\"g\"},"
	    "\"g\":{\"type\":\"goto\",\"flow\":\"%s\"}}}",
	    dst[0], flo[2]);
	draft.document = slice_from(doc);
	ok(flowneed_read(t->db, &draft, &mem, &in));
	assert_int_equal(in.n_flows, 3); /* the draft, between and end */
	for (size_t i = 0; i < in.n_flows; i++)
		assert_true(id_eq(in.flows[i].company.v, b->id.v));
	assert_int_equal(in.n_destinations, 1);
	assert_true(id_eq(in.destinations[0].row.id.v, b->destination.v));
	/* A draft that leads to another's flow, or is broken, needs itself. */
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"g\",\"steps\":{"
	    "\"g\":{\"type\":\"goto\",\"flow\":\"%s\"}}}",
	    flo[0]);
	draft.document = slice_from(doc);
	ok(flowneed_read(t->db, &draft, &mem, &in));
	assert_int_equal(in.n_flows, 1);
	draft.document = SLICE("{");
	draft.id = end;
	ok(flowneed_read(t->db, &draft, &mem, &in));
	assert_int_equal(in.n_flows, 1);
	assert_true(slice_eq_cstr(in.flows[0].document, "{"));
}

/* Whoever writes another company's ids into a flow reaches nobody, and one bad
 * flow takes no other with it. */
static void test_foreign(void **state)
{
	const struct flow_id id = add_flow(b, "Foreign");
	const struct flow_id bad = add_flow(b, "Bad");
	char dst[ID_TEXT_MAX], flo[ID_TEXT_MAX], doc[512];
	struct snap_flow f;
	struct flow_view v;
	struct snap s;
	struct buf all;
	bool found = false;

	(void)state;
	id_text(ID_KIND_destination, a->destination.v, dst);
	id_text(ID_KIND_flow, a->flow.v, flo);
	(void)snprintf(doc, sizeof(doc),
	    "{\"version\":1,\"first\":\"a\",\"steps\":{\"a\":{\"type\":"
	    "\"forward\",\"to\":\"%s\",\"otherwise\":\"g\"},"
	    "\"g\":{\"type\":\"goto\",\"flow\":\"%s\"}}}",
	    dst, flo);
	ok(db_flow_publish(t->db, b->id, id, write_flow(b, id, doc), NOW));
	ok(db_flow_publish(t->db, b->id, bad, write_flow(b, bad, "{}"), NOW));
	build(&all, &s);
	for (uint32_t i = 0; i < s.section[SNAP_FLOWS].count; i++) {
		snap_flow_at(&s, i, &f);
		if (!id_eq(f.id.v, id.v))
			continue;
		found = true;
		flow_view(&f.flow, 0, &v);
		assert_int_equal(flow_view_num(&v, FLOW_FORWARD_TO),
		    FLOW_NO_ROW);
		flow_view(&f.flow, 1, &v);
		assert_int_equal(flow_view_num(&v, FLOW_GOTO_FLOW),
		    FLOW_NO_ROW);
	}
	assert_true(found);
	buf_fini(&all);
}

/* Only what was published since is read and compiled; the block is the same as
 * one made of everything. */
static void test_known(void **state)
{
	const struct flow_id id = add_flow(a, "Known");
	struct flowkeep *store = keep;
	struct buf kept, fresh;
	struct db_snap in;
	struct stmt *st;
	struct snap s;
	size_t read = 0;

	(void)state;
	ok(db_flow_publish(t->db, a->id, id, write_flow(a, id, hangup_doc),
	    NOW));
	build(&kept, &s);
	buf_fini(&kept);
	ok(db_flow_publish(t->db, a->id, id, write_flow(a, id, busy_doc), NOW));
	ok(db_snap_read(t->db, &mem, flowkeep_has, keep, &in));
	for (size_t i = 0; i < in.n_flows; i++) {
		if (in.flows[i].document.n == 0)
			continue;
		read++;
		assert_true(id_eq(in.flows[i].id.v, id.v));
		assert_int_equal(in.flows[i].version, 2);
	}
	assert_int_equal(read, 1);
	assert_true(in.n_flows > 3);
	build(&kept, &s);
	ok(flowkeep_new(&keep));
	build(&fresh, &s);
	flowkeep_free(keep);
	keep = store;
	assert_true(slice_eq(buf_slice(&kept), buf_slice(&fresh)));
	buf_fini(&kept);
	buf_fini(&fresh);
	/* A version that is not there takes no other flow with it. */
	st = stmt_begin(t->db,
	    "UPDATE flow SET published_version = 9 WHERE name = 'Known'");
	ok(stmt_exec_one(st));
	build(&kept, &s);
	assert_true(s.section[SNAP_FLOWS].count > 3);
	buf_fini(&kept);
}

/* What may be named: one's own, and nothing of the other company. */
static void test_world(void **state)
{
	struct flow_json_errors errors;
	struct arena little;
	struct flowworld w;
	char own[ID_TEXT_MAX], theirs[ID_TEXT_MAX], flo[ID_TEXT_MAX],
	    tru[ID_TEXT_MAX], to[512];
	const struct {
		const char *to;
		const char *more;
		const char *why; /* NULL: nothing is wrong */
	} cases[] = {
		{ own, "", NULL },
		{ "+13035550100", "", NULL },
		{ "sip:desk@192.0.2.1", "", NULL },
		{ theirs, "", "to: there is no destination" },
		{ "+14155550100", "", "to: calls may not be sent to" },
		{ "+19005550100", "", "to: calls may not be sent to" },
		{ own, tru, "trunk: there is no trunk" },
		{ own, ",\"music\":\"theirs\"",
		    "music: there is no prompt called theirs" },
		{ own, flo, "flow: there is no published flow" },
	};
	char id[ID_TEXT_MAX];

	(void)state;
	id_text(ID_KIND_destination, a->destination.v, own);
	id_text(ID_KIND_destination, b->destination.v, theirs);
	id_text(ID_KIND_flow, b->flow.v, id);
	(void)snprintf(flo, sizeof(flo), "%s", id);
	id_text(ID_KIND_trunk, b->trunk.v, tru);
	ok(flowworld_load(t->db, a->id, &mem, &w));
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const bool goes = cases[i].more == flo;
		char more[96] = "";

		if (cases[i].more == tru)
			(void)snprintf(more, sizeof(more), ",\"trunk\":\"%s\"",
			    tru);
		else if (!goes)
			(void)snprintf(more, sizeof(more), "%s", cases[i].more);
		(void)snprintf(to, sizeof(to),
		    "{\"version\":1,\"first\":\"desk\",\"steps\":{\"desk\":{"
		    "\"type\":\"forward\",\"to\":\"%s\"%s%s}%s%s%s}}",
		    cases[i].to, more, goes ? ",\"otherwise\":\"on\"" : "",
		    goes ? ",\"on\":{\"type\":\"goto\",\"flow\":\"" : "",
		    goes ? flo : "", goes ? "\"}" : "");
		gives(cases[i].why == NULL ? ERR_OK : ERR_SYNTAX,
		    flowworld_check(&w, slice_from(to), &errors));
		if (cases[i].why == NULL)
			continue;
		assert_string_equal(errors.item[0].step, goes ? "on" : "desk");
		assert_memory_equal(errors.item[0].what, cases[i].why,
		    strlen(cases[i].why));
	}
	/* What cannot be looked up is not said to be missing. */
	arena_init(&little, 64);
	ok(flowworld_load(t->db, a->id, &little, &w));
	gives(ERR_NOMEM, flowworld_check(&w, slice_from(to), &errors));
	arena_fini(&little);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	arena_init(&mem, 64 << 20);
	ok(flowkeep_new(&keep));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	flowkeep_free(keep);
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_world),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
