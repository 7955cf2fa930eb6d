/* Tests of what whispers may say: db_spoken and the job that speaks it with the
 * real programs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs/job_spoken.h"
#include "lib/base/arena.h"
#include "lib/core/flow_say.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_spoken.h"
#include "sipworker/store/prompts.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW      TESTDB_NOW_US
#define ok(call) assert_int_equal((call), ERR_OK)

static struct testdb *t;
static const struct testdb_company *a;
static struct settings settings;
static struct arena mem;

static enum err speak_parts(void)
{
	struct db *db = testdb_connect(t, "jobd");
	const struct queue_env env = { .settings = &settings,
		.db = db,
		.arena = &mem,
		.now_us = NOW };
	const struct job_row job = { .id = 1 };
	const enum err e = job_spoken(&env, &job);

	db_close(db);
	return e;
}

static void test_whispers(void **state)
{
	struct flow_row flow = { .created_us = NOW, .name = "Whispers" };
	char call_from[FLOW_SAY_KEY_MAX], billboard[FLOW_SAY_KEY_MAX];
	struct db *db = testdb_connect(t, "store");
	const int dir = open("prompts", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct spoken_live *rows;
	struct prompts p;
	uint32_t version;
	uint64_t removed;
	size_t n, found = 0;
	bool changed;

	(void)state;
	testdb_id(NOW, flow.id.v);
	ok(db_flow_add(t->db, a->id, &flow));
	ok(db_flow_write(t->db, a->id, flow.id,
	    SLICE("{\"version\":1,\"first\":\"f\",\"steps\":{\"f\":{"
		  "\"type\":\"forward\",\"to\":\"+13035550100\","
		  "\"say\":\"Call from {source}\"}}}"),
	    a->user, NOW, &version));
	ok(speak_parts());
	ok(db_spoken_live(t->db, &mem, &rows, &n));
	assert_int_equal(n, 0); /* not published: nobody will hear it */
	ok(db_flow_publish(t->db, a->id, flow.id, version, NOW));
	ok(speak_parts());
	flow_say_key(SLICE("Call from"), SLICE("en-US"), call_from);
	flow_say_key(SLICE("billboard"), SLICE("en-US"), billboard);
	ok(db_spoken_live(t->db, &mem, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		assert_in_range(rows[i].samples, 2000, 40000);
		if (strcmp(rows[i].key, call_from) == 0 ||
		    strcmp(rows[i].key, billboard) == 0)
			found++;
	}
	assert_int_equal(found, 2);

	ok(prompts_load(dir, &p));
	(void)close(dir);
	ok(prompts_refresh(&p, db, &changed));
	assert_true(changed);
	found = 0;
	for (size_t i = p.n_builtin + p.n_own; i < p.n; i++)
		if (slice_eq_cstr(p.row[i].key, billboard) &&
		    p.row[i].samples > 0)
			found++;
	assert_int_equal(found, 1);
	ok(prompts_refresh(&p, db, &changed));
	assert_false(changed);
	prompts_fini(&p);
	db_close(db);

	ok(db_spoken_sweep(t->db, NOW, 100, &removed));
	assert_int_equal(removed, 0); /* wanted just now */
	ok(db_spoken_sweep(t->db, NOW + 1, 100, &removed));
	assert_int_equal(removed, n);
}

/* A step's language is that of its texts and of its values; a voice of it
 * speaks them. */
static void test_languages(void **state)
{
	struct flow_row flow = { .created_us = NOW, .name = "Languages" };
	static const struct {
		const char *text;
		const char *language;
	} want[] = { { "Llamada de", "es-419" }, { "billboard", "es-419" },
		{ "Anruf von", "de-DE" }, { "billboard", "de-DE" } };
	struct spoken_live *rows;
	uint32_t version;
	size_t n;

	(void)state;
	testdb_id(NOW, flow.id.v);
	ok(db_flow_add(t->db, a->id, &flow));
	ok(db_flow_write(t->db, a->id, flow.id,
	    SLICE("{\"version\":1,\"first\":\"w\",\"steps\":{\"w\":{"
		  "\"type\":\"whisper\",\"language\":\"es-419\","
		  "\"say\":\"Llamada de {source}\",\"next\":\"f\"},\"f\":{"
		  "\"type\":\"forward\",\"to\":\"+13035550100\","
		  "\"language\":\"de-DE\",\"say\":\"Anruf von {source}\"}}}"),
	    a->user, NOW, &version));
	ok(db_flow_publish(t->db, a->id, flow.id, version, NOW));
	ok(speak_parts());
	ok(db_spoken_live(t->db, &mem, &rows, &n));
	for (size_t k = 0; k < RT_ARRAY_LEN(want); k++) {
		char key[FLOW_SAY_KEY_MAX];
		bool found = false;

		flow_say_key(slice_from(want[k].text),
		    slice_from(want[k].language), key);
		for (size_t i = 0; i < n; i++)
			if (strcmp(rows[i].key, key) == 0) {
				assert_string_equal(rows[i].language,
				    want[k].language);
				assert_in_range(rows[i].samples, 2000, 40000);
				found = true;
			}
		if (!found)
			fail_msg("%s %s", want[k].language, want[k].text);
	}
}

/* What flows say beside what can be spoken: each is left out, the others are
 * spoken. */
static void test_odd_flows(void **state)
{
	static const char *const steps[] = {
		"{\"say\":\"Odd {source} {medium} {campaign} {keyword} {number}\"}",
		"{\"say\":\"Odd {nonsense\"}",
		"{\"say\":\"\"}",
		"{\"say\":7}",
		"{\"say\":\"Odd\",\"language\":\"tlh\"}",
		"{\"say\":\"Odd\",\"language\":7}",
		"[]",
	};
	static const struct {
		const char *text;
		const char *language;
		bool spoken;
	} want[] = { { "Odd", "en-US", true }, { "Odd", "tlh", false },
		{ "Odd {nonsense", "en-US", false } };
	struct spoken_live *rows;
	struct spoken_row *pending;
	size_t n;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++) {
		struct flow_row flow = { .created_us = NOW };
		char document[300];
		uint32_t version;

		(void)snprintf(flow.name, sizeof(flow.name), "Odd %zu", i);
		(void)snprintf(document, sizeof(document),
		    "{\"steps\":{\"a\":%s}}", steps[i]);
		testdb_id(NOW, flow.id.v);
		ok(db_flow_add(t->db, a->id, &flow));
		ok(db_flow_write(t->db, a->id, flow.id, slice_from(document),
		    a->user, NOW, &version));
		ok(db_flow_publish(t->db, a->id, flow.id, version, NOW));
	}
	ok(speak_parts());
	ok(db_spoken_live(t->db, &mem, &rows, &n));
	for (size_t k = 0; k < RT_ARRAY_LEN(want); k++) {
		char key[FLOW_SAY_KEY_MAX];
		bool found = false;

		flow_say_key(slice_from(want[k].text),
		    slice_from(want[k].language), key);
		for (size_t i = 0; i < n; i++)
			found = found || (strcmp(rows[i].key, key) == 0 &&
					     rows[i].samples > 0);
		if (found != want[k].spoken)
			fail_msg("%s %s", want[k].language, want[k].text);
	}
	ok(db_spoken_pending(t->db, 10, &mem, &pending, &n));
	assert_int_equal(n, 0); /* nor is any tried once more */
}

/* What cannot be said is not tried for ever. */
static void test_unspeakable(void **state)
{
	struct spoken_row *rows;
	size_t n;

	(void)state;
	ok(db_spoken_want(t->db, SLICE("say.0"), SLICE("..."), SLICE("en-US"),
	    NOW));
	ok(speak_parts());
	ok(db_spoken_pending(t->db, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static int setup(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	arena_init(&mem, (size_t)64 << 20);
	settings_defaults(&settings);
	(void)snprintf(settings.run_dir, sizeof(settings.run_dir), "%s",
	    getenv("RT_TEST_DIR"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whispers),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_odd_flows),
		cmocka_unit_test(test_unspeakable),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
