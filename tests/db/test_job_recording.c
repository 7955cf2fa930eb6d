/* Tests of jobs/job_recording and of the verbs it uses: recordings that nobody
 * said anything of become ready or failed by what lies on the disk, and say
 * why. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/job_recording.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_report_call.h"
#include "lib/snd/snd_wav.h"
#include "sipworker/rec/rec_wav.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct db *jobd;
static struct settings settings;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US
#define CLOSED   (NOW - JOB_RECORDING_SETTLE_US - 1)

static struct recording_id pending(const struct testdb_company *c,
    const char *path, int64_t closed_us)
{
	struct recording_row row = { .state = "pending",
		.started_us = closed_us,
		.rate_hz = 8000 };

	testdb_id(closed_us, row.id.v);
	memcpy(row.call.v, row.id.v, ID_BYTES);
	(void)snprintf(row.path, sizeof(row.path), "%s", path);
	ok(db_recording_add(t->db, c->id, &row, closed_us));
	return row.id;
}

static int create(const char *path)
{
	char full[512], *slash;
	int fd;

	(void)snprintf(full, sizeof(full), "%.200s/%s", settings.recordings_dir,
	    path);
	for (slash = full + strlen(settings.recordings_dir) + 1;
	     (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(full, 0700);
	}
	fd = open(full, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* A recording of n frames that the recorder finished; its check sum. */
static struct rec_wav_result finished(const char *path, size_t n)
{
	const int dir =
	    open(settings.recordings_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rec_wav_result res;
	uint8_t ulaw[160];
	struct rec_wav *w;

	ok(rec_wav_open(&w, dir, slice_from(path), 7, 0));
	for (size_t i = 0; i < n; i++) {
		const struct rec_time_frame f = { 1, (uint32_t)i * 160,
			(uint16_t)i, 160, (int64_t)i * 20000 };

		memset(ulaw, (int)(i & 0x7f), sizeof(ulaw));
		rec_wav_frame(w, i & 1, &f, ulaw);
	}
	ok(rec_wav_finish(w, (int64_t)n * 20000, &res));
	(void)close(dir);
	return res;
}

static void run_job(int64_t now_us)
{
	const struct queue_env env = { .settings = &settings,
		.db = jobd,
		.arena = &mem,
		.now_us = now_us };
	const struct job_row job = { .attempts = 1 };

	ok(job_recording(&env, &job));
}

static struct recording_row get(const struct testdb_company *c,
    struct recording_id id)
{
	struct recording_row row;

	ok(db_recording_get(t->db, c->id, id, &row));
	return row;
}

static void is(struct recording_row row, const char *state, const char *why)
{
	assert_string_equal(row.state, state);
	assert_string_equal(row.why, why);
}

/* The recorder finished it, and what it said of it was lost. */
static void test_found(void **state)
{
	const struct rec_wav_result res =
	    finished("com_a/2026-11-20/cal_1.wav", 100);
	const struct recording_id id =
	    pending(a, "com_a/2026-11-20/cal_1.wav", CLOSED);
	const struct recording_id young = pending(b, "com_b/d/cal_2.wav", NOW);
	struct recording_row row;

	(void)state;
	run_job(NOW);
	row = get(a, id);
	is(row, "ready", "");
	assert_int_equal(row.duration_ms, 2000);
	assert_int_equal(row.size_bytes, res.bytes);
	assert_memory_equal(row.pcm_sha256, res.sha256, sizeof(res.sha256));
	/* It gets its waveform and counts once, as any other. */
	assert_int_equal(
	    testdb_count(t, "SELECT COUNT(*) FROM job WHERE kind = 'waveform'"),
	    1);
	run_job(NOW);
	assert_int_equal(testdb_count(t,
			     "SELECT amount FROM usage_day"
			     " WHERE kind = 'recorded_s'"),
	    2);
	is(get(b, young), "pending", ""); /* the recorder may be about to */
}

static void test_failed(void **state)
{
	const struct recording_id gone =
	    pending(a, "com_a/2026-11-20/cal_3.wav", CLOSED);
	const struct recording_id damaged =
	    pending(a, "com_a/2026-11-20/cal_4.wav", CLOSED);
	const struct recording_id mono =
	    pending(a, "com_a/2026-11-20/cal_5.wav", CLOSED);
	const struct recording_id outside =
	    pending(a, "../../etc/passwd", CLOSED);
	struct db_report_call_recording shown;
	const char noise[] = "no audio at all, only words";
	struct call_id call;
	int fd;

	(void)state;
	fd = create("com_a/2026-11-20/cal_4.wav");
	assert_int_equal(write(fd, noise, sizeof(noise)), sizeof(noise));
	(void)close(fd);
	(void)close(create("com_a/2026-11-20/cal_5.wav")); /* empty */
	run_job(NOW);
	is(get(a, gone), "failed", RECORDING_MISSING);
	is(get(a, damaged), "failed", RECORDING_DAMAGED);
	is(get(a, mono), "failed", RECORDING_DAMAGED);
	is(get(a, outside), "failed", RECORDING_MISSING);
	memcpy(call.v, gone.v, ID_BYTES);
	ok(db_report_call_recording(t->db, a->id, call, &shown));
	assert_string_equal(shown.why, RECORDING_MISSING);
	assert_int_equal(db_report_call_recording(t->db, b->id, call, &shown),
	    ERR_NOTFOUND);
}

/* The recorder has not finished it, and may; then it does not. */
static void test_part(void **state)
{
	const struct recording_id id =
	    pending(a, "com_a/2026-11-20/cal_6.wav", CLOSED);
	struct recording_row row;

	(void)state;
	(void)close(create("com_a/2026-11-20/cal_6.wav.part"));
	run_job(NOW);
	is(get(a, id), "pending", "");
	run_job(CLOSED + JOB_RECORDING_PART_US + 1);
	row = get(a, id);
	is(row, "failed", RECORDING_UNFINISHED);
	/* It comes after all. */
	row.duration_ms = 1000;
	ok(db_recording_ready(t->db, a->id, &row, NOW));
	is(get(a, id), "ready", "");
	ok(db_recording_failed(t->db, a->id, id, RECORDING_MISSING));
	is(get(a, id), "ready", ""); /* and stays */
}

/* However many have to wait, the one behind them is found: all of them closed
 * in one moment, and of two companies. */
static void test_blocked_head(void **state)
{
	struct recording_id head = { { 0 } }, found[2];
	char path[64];

	(void)state;
	for (unsigned int i = 0; i < 2 * JOB_RECORDING_BATCH + 1; i++) {
		(void)snprintf(path, sizeof(path),
		    "com_h/2026-11-20/cal_%u.wav", i);
		head = pending(i % 2 == 0 ? a : b, path, CLOSED - 1);
		(void)snprintf(path, sizeof(path),
		    "com_h/2026-11-20/cal_%u.wav.part", i);
		(void)close(create(path));
	}
	(void)finished("com_a/2026-11-20/cal_8.wav", 50);
	(void)finished("com_b/2026-11-20/cal_9.wav", 50);
	found[0] = pending(a, "com_a/2026-11-20/cal_8.wav", CLOSED - 1);
	found[1] = pending(b, "com_b/2026-11-20/cal_9.wav", CLOSED);
	run_job(NOW);
	is(get(a, head), "pending", "");
	is(get(a, found[0]), "ready", "");
	is(get(b, found[1]), "ready", "");
	run_job(CLOSED + JOB_RECORDING_PART_US);
	is(get(a, head), "failed", RECORDING_UNFINISHED);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM recording WHERE state ="
			     " 'pending' AND path LIKE 'com_h/%'"),
	    0);
}

/* Another company's id changes nothing. */
static void test_foreign(void **state)
{
	const struct recording_id id =
	    pending(a, "com_a/2026-11-20/cal_7.wav", NOW);

	(void)state;
	ok(db_recording_failed(t->db, b->id, id, RECORDING_MISSING));
	is(get(a, id), "pending", "");
	ok(db_recording_failed(t->db, a->id, id, RECORDING_WRITE));
	is(get(a, id), "failed", RECORDING_WRITE);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	jobd = testdb_connect(t, "jobd");
	settings_defaults(&settings);
	(void)snprintf(settings.recordings_dir, sizeof(settings.recordings_dir),
	    "%.150s/recordings", getenv("RT_TEST_DIR"));
	assert_int_equal(mkdir(settings.recordings_dir, 0700), 0);
	arena_init(&mem, (size_t)4 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(jobd);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_blocked_head),
		cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests_name("job_recording", tests, start, stop);
}
