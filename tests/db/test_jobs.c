/*
 * Tests of jobs: the queue on a real database with kinds of the test's own,
 * and the waveform of a real recording.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/job_sweep.h"
#include "jobs/job_waveform.h"
#include "jobs/queue.h"
#include "lib/base/clk.h"
#include "lib/core/peaks.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_report_call.h"
#include "lib/snd/snd_wav.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define LIMIT_US (30 * RT_SEC_US)

static struct testdb *t;
static struct settings settings;

#define ok(call) FAIL_STMT_OK(call)

static enum err connect_jobd(const struct settings *s, struct db **out)
{
	(void)s;
	return db_open_as(out, t->secret_dir, t->socket, TESTDB_NAME, "jobd");
}

/* --- kinds of the test -----------------------------------------------------
 */

static atomic_int ran, running, most;
static atomic_bool gate_open;

static void wait_for_gate(void)
{
	const int64_t until = clk_mono_us() + LIMIT_US;

	while (!atomic_load(&gate_open) && clk_mono_us() < until)
		(void)poll(NULL, 0, 2);
}

static enum err run_quick(const struct queue_env *env,
    const struct job_row *job)
{
	(void)env;
	(void)job;
	atomic_fetch_add(&ran, 1);
	return ERR_OK;
}

static enum err run_slow(const struct queue_env *env, const struct job_row *job)
{
	const int now = atomic_fetch_add(&running, 1) + 1;
	int seen = atomic_load(&most);

	(void)env;
	(void)job;
	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
	wait_for_gate();
	atomic_fetch_sub(&running, 1);
	return ERR_OK;
}

static enum err run_io(const struct queue_env *env, const struct job_row *job)
{
	(void)env;
	(void)job;
	return ERR_IO;
}

static enum err run_syntax(const struct queue_env *env,
    const struct job_row *job)
{
	(void)env;
	(void)job;
	return ERR_SYNTAX;
}

static const struct queue_kind kinds[] = {
	{ "quick", 2, RT_MIN_US, 3, 0, run_quick, NULL },
	{ "slow", 2, RT_MIN_US, 3, 0, run_slow, NULL },
	{ "again", 1, RT_MIN_US, 3, 0, run_io, NULL },
	{ "once", 1, RT_MIN_US, 1, 0, run_io, NULL },
	{ "never", 1, RT_MIN_US, 3, 0, run_syntax, NULL },
	{ "waveform", 1, RT_MIN_US, 3, 0, job_waveform, NULL },
};

static const struct queue_kind clock_kinds[] = {
	{ "clock", 2, RT_MIN_US, 3, 365 * RT_DAY_US, run_quick, NULL },
	{ "sweep", 1, RT_MIN_US, 3, 365 * RT_DAY_US, job_sweep, NULL },
};

/* With as many threads as jobs that may run at once. */
static const struct queue_kind crowd[] = {
	{ "slow", 5, RT_MIN_US, 3, 0, run_slow, NULL },
	{ "quick", 1, RT_MIN_US, 3, 0, run_quick, NULL },
	{ "idle", 20, RT_MIN_US, 3, 0, run_quick, NULL },
};

static struct queue *start_with(const struct queue_kind *rows, size_t n,
    unsigned int threads)
{
	struct queue *q = NULL;

	atomic_store(&ran, 0);
	atomic_store(&most, 0);
	atomic_store(&gate_open, false);
	ok(queue_start(&q, &(struct queue_conf){ .settings = &settings,
			       .kinds = rows,
			       .n_kinds = n,
			       .threads = threads,
			       .connect = connect_jobd }));
	return q;
}

static struct queue *start(const struct queue_kind *rows, size_t n)
{
	return start_with(rows, n, 4);
}

static void add(const char *kind, const char *key, struct slice payload)
{
	const int64_t now_us = clk_wall_us();

	ok(db_job_add(t->db, t->company[0].id, kind, slice_from(key), payload,
	    now_us, now_us));
}

static void until_count(const char *sql, int64_t want)
{
	const int64_t until = clk_mono_us() + LIMIT_US;

	while (testdb_count(t, sql) != want) {
		if (clk_mono_us() > until)
			fail_msg("not in time: %s", sql);
		(void)poll(NULL, 0, 5);
	}
}

/* --- tests -----------------------------------------------------------------
 */

static void test_fates(void **state)
{
	static const struct {
		const char *why;
		enum err e;
		uint32_t attempts;
		enum queue_fate want;
	} cases[] = {
		{ "done", ERR_OK, 1, QUEUE_DONE },
		{ "done at last", ERR_OK, 9, QUEUE_DONE },
		{ "first failure", ERR_IO, 1, QUEUE_RETRY },
		{ "last but one", ERR_TIMEOUT, 2, QUEUE_RETRY },
		{ "last", ERR_IO, 3, QUEUE_DEAD },
		{ "hopeless", ERR_SYNTAX, 1, QUEUE_DEAD },
		{ "hopeless too", ERR_UNSUPPORTED, 1, QUEUE_DEAD },
		{ "away", ERR_UNAVAILABLE, 1, QUEUE_RETRY },
		{ "not there yet", ERR_NOTFOUND, 1, QUEUE_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (queue_fate(cases[i].e, cases[i].attempts, 3) !=
		    cases[i].want)
			fail_msg("%s", cases[i].why);
}

static void test_results(void **state)
{
	struct queue *q;

	(void)state;
	add("quick", "a", SLICE("{}"));
	add("quick", "a", SLICE("{}")); /* the same one */
	add("again", "b", SLICE("{}"));
	add("once", "c", SLICE("{}"));
	add("never", "d", SLICE("{}"));
	q = start(kinds, RT_ARRAY_LEN(kinds));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE state = 'done'"
	    " AND kind = 'quick' AND attempts = 1",
	    1);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind = 'again'"
	    " AND state = 'ready' AND attempts = 1"
	    " AND last_error = 'io'"
	    " AND due_at > UTC_TIMESTAMP(6) + INTERVAL 3 SECOND",
	    1);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE state = 'dead'"
	    " AND (kind = 'once' AND last_error = 'io'"
	    " OR kind = 'never' AND last_error = 'syntax')",
	    2);
	queue_stop(q);
	assert_int_equal(atomic_load(&ran), 1);
}

static void test_limits(void **state)
{
	char key[16];
	struct queue *q;

	(void)state;
	for (int i = 0; i < 8; i++) {
		(void)snprintf(key, sizeof(key), "s%d", i);
		add("slow", key, SLICE("{}"));
	}
	add("quick", "between", SLICE("{}"));
	q = start(kinds, RT_ARRAY_LEN(kinds));
	/* The slow ones stand in the gate; the quick one gets past them. */
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind = 'quick'"
	    " AND job_key = 'between' AND state = 'done'",
	    1);
	atomic_store(&gate_open, true);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind = 'slow'"
	    " AND state = 'done'",
	    8);
	queue_stop(q);
	assert_true(atomic_load(&most) >= 1);
	assert_true(atomic_load(&most) <= 2);
}

/* All of a kind hang: another one still runs. */
static void test_room_for_all(void **state)
{
	char key[16];
	struct queue *q;

	(void)state;
	for (int i = 0; i < 6; i++) {
		(void)snprintf(key, sizeof(key), "h%d", i);
		add("slow", key, SLICE("{}"));
	}
	/* The server counts those of the queue before until it has seen them
	 * close. */
	until_count(
	    "SELECT COUNT(*) FROM information_schema.processlist"
	    " WHERE user = 'rt_jobd'",
	    0);
	q = start_with(crowd, RT_ARRAY_LEN(crowd), 0);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind = 'slow'"
	    " AND state = 'running'",
	    5);
	add("quick", "past five", SLICE("{}"));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE job_key = 'past five'"
	    " AND state = 'done'",
	    1);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE kind = 'slow'"
			     " AND state = 'running'"),
	    5);
	/* One for each that ran, and those that look for more; not for each of
	 * the threads. One that was just closed the server may count still. */
	_Static_assert(QUEUE_LOOKS_MAX == 2, "the most below");
	until_count(
	    "SELECT COUNT(*) BETWEEN 6 AND 8"
	    " FROM information_schema.processlist"
	    " WHERE user = 'rt_jobd'",
	    1);
	atomic_store(&gate_open, true);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE job_key LIKE 'h_'"
	    " AND state = 'done'",
	    6);
	queue_stop(q);
}

static void *stop_it(void *q)
{
	queue_stop(q);
	return NULL;
}

static void test_stop_lets_jobs_end(void **state)
{
	pthread_t thread;
	struct queue *q;

	(void)state;
	add("slow", "last", SLICE("{}"));
	q = start(kinds, RT_ARRAY_LEN(kinds));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE job_key = 'last'"
	    " AND state = 'running'",
	    1);
	assert_int_equal(pthread_create(&thread, NULL, stop_it, q), 0);
	atomic_store(&gate_open, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE job_key = 'last'"
			     " AND state = 'done'"),
	    1);
}

static void test_lost_worker(void **state)
{
	const uint8_t claim[ID_BYTES] = { 1 };
	const int64_t now_us = clk_wall_us();
	struct arena mem;
	struct job_row *rows;
	struct queue *q;
	size_t n;

	(void)state;
	arena_init(&mem, 1 << 20);
	add("quick", "orphan", SLICE("{}"));
	/* Somebody takes it, for a moment, and is never heard of again. */
	ok(db_job_claim(t->db, "quick", 1, claim, clk_wall_us(), 1000, &mem,
	    &rows, &n));
	assert_int_equal(n, 1);
	q = start(kinds, RT_ARRAY_LEN(kinds));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE job_key = 'orphan'"
	    " AND state = 'done' AND attempts = 2",
	    1);
	queue_stop(q);
	assert_int_equal(db_job_done(t->db, rows[0].id, claim, now_us),
	    ERR_CONFLICT);
	arena_fini(&mem);
}

/* Each attempt took its process down; it is not tried for ever. */
static void test_poison(void **state)
{
	uint8_t claim[ID_BYTES] = { 2 };
	struct arena mem;
	struct job_row *rows;
	struct queue *q;
	size_t n;

	(void)state;
	arena_init(&mem, 1 << 20);
	add("quick", "poison", SLICE("{}"));
	for (uint8_t i = 1; i <= 3; i++) {
		claim[1] = i;
		ok(db_job_claim(t->db, "quick", 1, claim, clk_wall_us(), -1000,
		    &mem, &rows, &n));
		assert_int_equal(n, 1);
	}
	q = start(kinds, RT_ARRAY_LEN(kinds));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE job_key = 'poison'"
	    " AND state = 'dead' AND last_error = 'closed'",
	    1);
	queue_stop(q);
	assert_int_equal(atomic_load(&ran), 0);
	arena_fini(&mem);
}

static void test_clock(void **state)
{
	struct queue *a, *b;

	(void)state;
	a = start(clock_kinds, RT_ARRAY_LEN(clock_kinds));
	b = start(clock_kinds, RT_ARRAY_LEN(clock_kinds));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind IN ('clock', 'sweep')"
	    " AND state = 'done'",
	    2);
	queue_stop(a);
	queue_stop(b);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job"
			     " WHERE kind IN ('clock', 'sweep')"),
	    2);
}

static void test_database_away(void **state)
{
	struct queue *q;

	(void)state;
	q = start(kinds, RT_ARRAY_LEN(kinds));
	testdb_kill(t);
	testdb_revive(t);
	ok(db_reconnect(t->db));
	add("quick", "after the outage", SLICE("{}"));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE state = 'done'"
	    " AND job_key = 'after the outage'",
	    1);
	queue_stop(q);
}

/* --- waveform --------------------------------------------------------------
 */

/* 1 s: the left side loud in its first half, the right silent. */
static void write_wav(const char *path)
{
	static uint8_t ulaw[2 * SND_WAV_RATE_HZ];
	struct snd_wav *w;
	const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	memset(ulaw, SND_WAV_SILENCE, sizeof(ulaw));
	for (size_t i = 0; i < SND_WAV_RATE_HZ / 2; i++)
		ulaw[2 * i] = i % 2 == 0 ? 0x80 : 0x00;
	ok(snd_wav_create(&w, fd));
	ok(snd_wav_append(w, ulaw, SND_WAV_RATE_HZ));
	ok(snd_wav_finish(w));
}

static void check_peaks(struct slice bytes)
{
	struct peaks p;

	ok(peaks_decode(bytes, &p));
	assert_int_equal(p.channels, 2);
	assert_int_equal(p.rate, PEAKS_RATE);
	assert_int_equal(p.windows, PEAKS_RATE);
	assert_true(peaks_loudest(&p, 0, 0, 1) > 120);
	assert_true(peaks_loudest(&p, 0, 9, 10) > 120);
	assert_int_equal(peaks_loudest(&p, 0, 10, 20), 0);
	assert_int_equal(peaks_loudest(&p, 1, 0, 20), 0);
}

static void test_waveform(void **state)
{
	struct recording_row row = { .state = "pending",
		.path = "x/call.wav",
		.started_us = TESTDB_NOW_US,
		.duration_ms = 1000,
		.rate_hz = 8000,
		.size_bytes = 16058 };
	const struct company_id company = t->company[0].id;
	char path[SETTINGS_PATH_MAX + 20];
	struct arena mem;
	struct slice bytes;
	struct queue *q;

	(void)state;
	arena_init(&mem, 1 << 20);
	(void)snprintf(path, sizeof(path), "%s/x", settings.recordings_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/x/call.wav",
	    settings.recordings_dir);
	write_wav(path);
	testdb_id(TESTDB_NOW_US, row.id.v);
	testdb_id(TESTDB_NOW_US, row.call.v);
	ok(db_recording_add(t->db, company, &row, TESTDB_NOW_US));
	ok(db_recording_ready(t->db, company, &row, TESTDB_NOW_US));
	q = start(kinds, RT_ARRAY_LEN(kinds));
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind = 'waveform'"
	    " AND state = 'done'",
	    1);
	queue_stop(q);
	ok(db_report_call_peaks(t->db, company, row.call, &mem, &bytes));
	check_peaks(bytes);
	assert_int_equal(db_report_call_peaks(t->db, t->company[1].id, row.call,
			     &mem, &bytes),
	    ERR_NOTFOUND);
	arena_fini(&mem);
}

static enum err draw_file(const char *name, const char *bytes, size_t n)
{
	char path[SETTINGS_PATH_MAX + 20];
	struct arena mem;
	struct buf out;
	enum err e;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", settings.recordings_dir,
	    name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_true(write(fd, bytes, n) == (ssize_t)n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	arena_init(&mem, 1 << 20);
	buf_init(&out, PEAKS_BYTES_MAX);
	e = job_waveform_peaks(fd, &mem, &out);
	buf_fini(&out);
	arena_fini(&mem);
	return e;
}

static void test_waveform_of_nonsense(void **state)
{
	const struct queue_env env = { .settings = &settings, .db = t->db };
	struct job_row job = { .company = t->company[0].id,
		.payload = SLICE("not an id") };

	(void)state;
	assert_int_equal(draw_file("empty", "", 0), ERR_SYNTAX);
	assert_int_equal(draw_file("text", "RIFF no WAVE at all", 19),
	    ERR_SYNTAX);
	assert_int_equal(job_waveform(&env, &job), ERR_SYNTAX);
	job.payload = SLICE("rec_00000000000000000000000000");
	assert_int_equal(job_waveform(&env, &job), ERR_NOTFOUND);
}

/* A path that leads out of the recordings is refused, whoever wrote it. */
static void test_waveform_stays_inside(void **state)
{
	static const char *const paths[] = { "../secret", "/etc/passwd",
		"a/../../b", "link.wav" };
	char link[SETTINGS_PATH_MAX + 20], id[ID_TEXT_MAX];
	const struct queue_env env = { .settings = &settings, .db = t->db };

	(void)state;
	(void)snprintf(link, sizeof(link), "%s/link.wav",
	    settings.recordings_dir);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	for (size_t i = 0; i < RT_ARRAY_LEN(paths); i++) {
		struct recording_row row = { .state = "pending",
			.started_us = TESTDB_NOW_US,
			.rate_hz = 8000 };
		struct job_row job = { .company = t->company[0].id };

		(void)snprintf(row.path, sizeof(row.path), "%s", paths[i]);
		testdb_id(TESTDB_NOW_US, row.id.v);
		testdb_id(TESTDB_NOW_US, row.call.v);
		ok(db_recording_add(t->db, job.company, &row, TESTDB_NOW_US));
		id_text(ID_KIND_recording, row.id.v, id);
		job.payload = slice_from(id);
		assert_int_equal(job_waveform(&env, &job),
		    i == 3 ? ERR_IO : ERR_RANGE);
	}
}

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	settings_defaults(&settings);
	(void)snprintf(settings.recordings_dir, sizeof(settings.recordings_dir),
	    "%s/rec", getenv("RT_TEST_DIR"));
	return mkdir(settings.recordings_dir, 0700);
}

static int end(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_room_for_all),
		cmocka_unit_test(test_stop_lets_jobs_end),
		cmocka_unit_test(test_lost_worker),
		cmocka_unit_test(test_poison),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_database_away),
		cmocka_unit_test(test_waveform),
		cmocka_unit_test(test_waveform_of_nonsense),
		cmocka_unit_test(test_waveform_stays_inside),
	};

	return cmocka_run_group_tests_name("jobs", tests, begin, end);
}
