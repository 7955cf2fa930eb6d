/* Tests of prompts: the verbs with a second company that must see nothing, and
 * the job with the real speech programs. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs/job_prompt.h"
#include "lib/base/arena.h"
#include "lib/db/db_config.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_speech.h"
#include "lib/snd/snd_prompt.h"
#include "lib/snd/snd_wav.h"
#include "sipworker/store/prompts.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW            TESTDB_NOW_US
#define ok(call)       assert_int_equal((call), ERR_OK)
#define gives(e, call) assert_int_equal((call), (e))

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct settings settings;
static struct arena mem;

static struct prompt_row add(const char *key)
{
	struct prompt_row row = { .language = "en-US", .created_us = NOW };

	testdb_id(NOW, row.id.v);
	(void)snprintf(row.key, sizeof(row.key), "%s", key);
	(void)snprintf(row.name, sizeof(row.name), "Prompt %s", key);
	ok(db_prompt_add(t->db, a->id, &row));
	return row;
}

static uint32_t write_text(struct prompt_id id, const char *text,
    const char *voice)
{
	struct prompt_version v = { .speech = true,
		.text = slice_from(text),
		.by = a->user,
		.created_us = NOW };
	uint32_t number = 0;

	(void)snprintf(v.voice, sizeof(v.voice), "%s", voice);
	ok(db_prompt_write(t->db, a->id, id, &v, SLICE(""), &number));
	return number;
}

static uint32_t write_file(struct prompt_id id, struct slice file)
{
	const struct prompt_version v = { .by = a->user, .created_us = NOW };
	uint32_t number = 0;

	ok(db_prompt_write(t->db, a->id, id, &v, file, &number));
	return number;
}

static uint64_t config(void)
{
	uint64_t v = 0;

	ok(db_config_version(t->db, &v));
	return v;
}

static void test_prompts(void **state)
{
	const struct prompt_row row = add("greeting");
	struct prompt_row got, *list;
	size_t n;

	(void)state;
	ok(db_prompt_get(t->db, a->id, row.id, &got));
	assert_string_equal(got.name, "Prompt greeting");
	assert_int_equal(got.live_version, 0);
	gives(ERR_NOTFOUND, db_prompt_get(t->db, b->id, row.id, &got));
	got = row;
	testdb_id(NOW, got.id.v);
	gives(ERR_CONFLICT, db_prompt_add(t->db, a->id, &got));
	ok(db_prompt_add(t->db, b->id, &got)); /* its own */
	ok(db_prompt_list(t->db, b->id, &mem, &list, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(list[0].id.v, got.id.v));
	gives(ERR_NOTFOUND,
	    db_prompt_rename(t->db, b->id, row.id, SLICE("theirs")));
	ok(db_prompt_rename(t->db, a->id, row.id, SLICE("Welcome")));
	gives(ERR_NOTFOUND, db_prompt_archive(t->db, b->id, row.id, NOW));
	ok(db_prompt_archive(t->db, a->id, row.id, NOW));
	gives(ERR_NOTFOUND, db_prompt_get(t->db, a->id, row.id, &got));
	(void)add("greeting"); /* the key is free again */
}

static void test_flows(void **state)
{
	struct flow_row flow = { .created_us = NOW, .name = "Plays" };
	struct prompt_flow *rows;
	uint32_t version;
	size_t n;

	(void)state;
	testdb_id(NOW, flow.id.v);
	ok(db_flow_add(t->db, a->id, &flow));
	ok(db_flow_write(t->db, a->id, flow.id,
	    SLICE("{\"version\":1,\"first\":\"m\",\"steps\":{\"m\":{"
		  "\"type\":\"message\",\"prompt\":\"played.twice\"}}}"),
	    a->user, NOW, &version));
	ok(db_prompt_flows(t->db, a->id, SLICE("played.twice"), &mem, &rows,
	    &n));
	assert_int_equal(n, 0); /* not published */
	ok(db_flow_publish(t->db, a->id, flow.id, version, NOW));
	ok(db_prompt_flows(t->db, a->id, SLICE("played.twice"), &mem, &rows,
	    &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(rows[0].id.v, flow.id.v));
	assert_string_equal(rows[0].name, "Plays");
	ok(db_prompt_flows(t->db, a->id, SLICE("played"), &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_prompt_flows(t->db, b->id, SLICE("played.twice"), &mem, &rows,
	    &n));
	assert_int_equal(n, 0);
	ok(db_flow_archive(t->db, a->id, flow.id, NOW));
	ok(db_prompt_flows(t->db, a->id, SLICE("played.twice"), &mem, &rows,
	    &n));
	assert_int_equal(n, 0);
}

static void test_versions(void **state)
{
	const struct prompt_row row = add("versions");
	const struct prompt_version none = { .speech = true };
	struct prompt_version v, *list;
	struct prompt_live *live;
	struct prompt_row got;
	struct slice bytes;
	uint64_t before;
	uint32_t one, two;
	size_t n;

	(void)state;
	gives(ERR_RANGE,
	    db_prompt_write(t->db, a->id, row.id, &none, SLICE("x"), &one));
	one = write_text(row.id, "Hello", "slt");
	two = write_file(row.id, SLICE("not a sound"));
	assert_true(one == 1 && two == 2);
	v = (struct prompt_version){ .created_us = NOW };
	gives(ERR_NOTFOUND,
	    db_prompt_write(t->db, b->id, row.id, &v, SLICE("x"), &one));
	ok(db_prompt_versions(t->db, a->id, row.id, &mem, &list, &n));
	assert_int_equal(n, 2);
	assert_true(list[0].version == 2 && !list[0].speech);
	assert_true(slice_eq(list[1].text, SLICE("Hello")));
	ok(db_prompt_versions(t->db, b->id, row.id, &mem, &list, &n));
	assert_int_equal(n, 0);
	gives(ERR_NOTFOUND,
	    db_prompt_version(t->db, b->id, row.id, 1, &mem, &v));
	gives(ERR_NOTFOUND,
	    db_prompt_upload(t->db, b->id, row.id, 2, &mem, &bytes));
	ok(db_prompt_upload(t->db, a->id, row.id, 2, &mem, &bytes));
	assert_true(slice_eq(bytes, SLICE("not a sound")));

	/* The newer one first; the older one does not take its place. */
	before = config();
	gives(ERR_NOTFOUND,
	    db_prompt_ready(t->db, b->id, row.id, 2, SLICE("ulaw2"), NOW));
	assert_int_equal(config(), before);
	ok(db_prompt_ready(t->db, a->id, row.id, 2, SLICE("ulaw2"), NOW));
	assert_true(config() > before);
	ok(db_prompt_ready(t->db, a->id, row.id, 1, SLICE("ulaw"), NOW));
	gives(ERR_NOTFOUND,
	    db_prompt_ready(t->db, a->id, row.id, 1, SLICE("other"), NOW));
	gives(ERR_NOTFOUND,
	    db_prompt_failed(t->db, a->id, row.id, 1, SLICE("late")));
	ok(db_prompt_get(t->db, a->id, row.id, &got));
	assert_true(got.live_version == 2 && got.samples == 5);
	gives(ERR_NOTFOUND,
	    db_prompt_audio(t->db, b->id, row.id, 2, &mem, &bytes));
	ok(db_prompt_audio(t->db, a->id, row.id, 1, &mem, &bytes));
	assert_true(slice_eq(bytes, SLICE("ulaw")));
	ok(db_prompt_live(t->db, &mem, &live, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(live[0].company.v, a->id.v));
	assert_string_equal(live[0].key, "versions");
	assert_int_equal(live[0].version, 2);
}

/* --- the job ---------------------------------------------------------------*/

static enum err work(struct prompt_id id, uint32_t version)
{
	struct db *db = testdb_connect(t, "jobd");
	struct queue_env env = { .settings = &settings,
		.db = db,
		.arena = &mem,
		.now_us = NOW };
	struct job_row job = { .company = a->id };
	char text[ID_TEXT_MAX], payload[64];
	enum err e;

	id_text(ID_KIND_prompt, id.v, text);
	(void)snprintf(payload, sizeof(payload), "%s %u", text, version);
	job.payload = slice_from(payload);
	e = job_prompt(&env, &job);
	db_close(db);
	return e;
}

static struct prompt_version after(struct prompt_id id, uint32_t version)
{
	struct prompt_version v;

	ok(db_prompt_version(t->db, a->id, id, version, &mem, &v));
	return v;
}

/* Speech has pauses and is as loud as every prompt. */
static double level_db(struct slice ulaw)
{
	double sum = 0;

	for (size_t i = 0; i < ulaw.n; i++) {
		const double s = snd_wav_pcm((uint8_t)ulaw.p[i]);

		sum += s * s;
	}
	return 10 * log10(sum / (double)ulaw.n / (32768.0 * 32768.0));
}

static void test_speech(void **state)
{
	static const struct {
		const char *voice;
		const char *text;
	} cases[] = {
		{ "slt", "Thank you for calling. -o /etc/passwd; $(id)" },
		{ "de", "Vielen Dank für Ihren Anruf." },
	};
	const struct prompt_row row = add("spoken");

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const uint32_t n =
		    write_text(row.id, cases[i].text, cases[i].voice);
		struct prompt_version v;
		struct slice ulaw;

		ok(work(row.id, n));
		v = after(row.id, n);
		if (v.state != PROMPT_READY)
			fail_msg("%s: %s", cases[i].voice, v.reason);
		assert_in_range(v.samples, 8000, 12 * 8000);
		ok(db_prompt_audio(t->db, a->id, row.id, n, &mem, &ulaw));
		assert_true(fabs(level_db(ulaw) - SND_PROMPT_LEVEL_DB) < 5);
		ok(work(row.id, n)); /* once more: nothing happens */
	}
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM speech"), 2);
	/* The same words again come from what was kept. */
	ok(work(row.id, write_text(row.id, cases[0].text, "slt")));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM speech"), 2);
	assert_int_equal(after(row.id, 3).samples, after(row.id, 1).samples);
	ok(db_speech_sweep(t->db, NOW + 1, 10));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM speech"), 0);
}

/* A voice that leaves the text out makes no prompt of nothing. */
static void test_unread(void **state)
{
	static const struct {
		const char *voice;
		const char *text;
	} cases[] = {
		{ "slt", "\u0928\u092e\u0938\u094d\u0924\u0947" },
		{ "rms", "Hello, \u4f60\u597d" },
		{ "slt", "..." },
		{ "hi", "..." },
	};
	const struct prompt_row row = add("unread");

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const uint32_t n =
		    write_text(row.id, cases[i].text, cases[i].voice);

		ok(work(row.id, n));
		if (after(row.id, n).state != PROMPT_FAILED ||
		    strstr(after(row.id, n).reason, "nothing to say") == NULL)
			fail_msg("%s: %s", cases[i].voice, cases[i].text);
	}
}

static void test_upload(void **state)
{
	const struct prompt_row row = add("uploaded");
	char ulaw[4000];
	struct buf wav;
	uint32_t good, bad;

	(void)state;
	for (size_t i = 0; i < sizeof(ulaw); i++)
		ulaw[i] = (char)(uint8_t)(i % 2 == 0 ? 0x20 : 0xa0);
	buf_init(&wav, 10000);
	ok(snd_prompt_wav(slice_of(ulaw, sizeof(ulaw)), &wav));
	good = write_file(row.id, buf_slice(&wav));
	bad = write_file(row.id, SLICE("MZ\x90 no sound at all"));
	ok(work(row.id, good));
	ok(work(row.id, bad));
	assert_int_equal(after(row.id, good).state, PROMPT_READY);
	assert_int_equal(after(row.id, good).samples, sizeof(ulaw));
	assert_int_equal(after(row.id, bad).state, PROMPT_FAILED);
	assert_string_equal(after(row.id, bad).reason,
	    "This is not a sound file that we can read, or it is damaged: it"
	    " could not be decoded.");
	buf_fini(&wav);
	/* What was sent is not kept. */
	assert_int_equal(
	    testdb_count(t,
		"SELECT COUNT(*) FROM prompt_version"
		" WHERE upload IS NOT NULL AND state <> 'pending'"),
	    0);
}

static void test_bad_job(void **state)
{
	const struct prompt_row row = add("bad");
	static const char *const payloads[] = { "", "x", "prm_x 1",
		"prm_01h455vb4pex5vsknk084sn02q", "1 1" };
	struct queue_env env = { .settings = &settings,
		.db = t->db,
		.arena = &mem,
		.now_us = NOW };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(payloads); i++) {
		const struct job_row job = { .company = a->id,
			.payload = slice_from(payloads[i]) };

		gives(ERR_SYNTAX, job_prompt(&env, &job));
	}
	ok(work(row.id, 7)); /* of a prompt that is gone: nothing to do */
	(void)write_text(row.id, "Hello", "nobody");
	ok(work(row.id, 1));
	assert_int_equal(after(row.id, 1).state, PROMPT_FAILED);
}

/* --- what a worker loads ---------------------------------------------------*/

static uint32_t found(const struct prompts *p, struct company_id company,
    const char *key)
{
	uint32_t row = UINT32_MAX;

	(void)prompts_find(p, company, slice_from(key), &row);
	return row;
}

static void test_worker(void **state)
{
	const struct prompt_row ours = add("zz.hello");
	const struct prompt_row notice = add("notice.en");
	struct db *db = testdb_connect(t, "store");
	const int dir = open("prompts", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct prompts p;
	bool changed;
	uint32_t row;

	(void)state;
	ok(prompts_load(dir, &p));
	(void)close(dir);
	assert_int_equal(found(&p, a->id, "notice.en"), 0);
	ok(db_prompt_ready(t->db, a->id, ours.id,
	    write_text(ours.id, "Hi", "slt"), SLICE("hello"), NOW));
	ok(db_prompt_ready(t->db, a->id, notice.id,
	    write_text(notice.id, "Listen", "slt"), SLICE("listen"), NOW));
	ok(prompts_refresh(&p, db, &changed));
	assert_true(changed);
	row = found(&p, a->id, "zz.hello");
	assert_true(row < p.n);
	assert_true(slice_eq(slice_of(p.image.p + p.row[row].offset_bytes,
				 p.row[row].samples),
	    SLICE("hello")));
	/* A company's own before the built-in one, and nobody else's. */
	assert_true(found(&p, a->id, "notice.en") > 1);
	assert_int_equal(found(&p, b->id, "notice.en"), 0);
	assert_int_equal(found(&p, b->id, "zz.hello"), UINT32_MAX);
	ok(prompts_refresh(&p, db, &changed));
	assert_false(changed);
	ok(db_prompt_archive(t->db, a->id, ours.id, NOW));
	ok(prompts_refresh(&p, db, &changed));
	assert_true(changed);
	assert_int_equal(found(&p, a->id, "zz.hello"), UINT32_MAX);
	prompts_fini(&p);
	db_close(db);
}

static int setup(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
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
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_speech),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_upload),
		cmocka_unit_test(test_bad_job),
		cmocka_unit_test(test_worker),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
