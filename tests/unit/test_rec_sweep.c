/* Tests of sipworker/rec_sweep: what was left behind is finished a piece at a
 * time, and what cannot be finished is in nobody's way. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/hash/digest.h"
#include "lib/snd/snd_read.h"
#include "sipworker/rec_sweep.h"
#include "tests/support/cm.h"

#define FRAME    160
#define FRAME_US 20000
#define T0       INT64_C(5000000000)
#define TURNS    10000 /* more than any sweep here takes */

static struct {
	unsigned int n, failed;
	char last[REC_FILE_NAME_MAX + 1];
	struct rec_wav_result res;
} done;
static const char *live; /* what is being recorded */

static bool is_open(const void *arg, const char *name)
{
	(void)arg;
	return live != NULL && strcmp(name, live) == 0;
}

static void note(void *arg, const char *name, enum err e,
    const struct rec_wav_result *res)
{
	(void)arg;
	done.n++;
	done.failed += e != ERR_OK;
	done.res = *res;
	(void)snprintf(done.last, sizeof(done.last), "%s", name);
}

static struct rec_sweep new_sweep(void)
{
	static unsigned int count;
	char path[200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/s%u", getenv("RT_TEST_DIR"),
	    count++);
	assert_int_equal(mkdir(path, 0700), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	memset(&done, 0, sizeof(done));
	live = NULL;
	return (struct rec_sweep){ .dirfd = fd,
		.is_open = is_open,
		.done = note,
		.wanted = true };
}

static void close_sweep(struct rec_sweep *s)
{
	rec_sweep_end(s);
	(void)close(s->dirfd);
}

static void put(struct rec_wav *w, int64_t i)
{
	uint8_t ulaw[FRAME];
	const struct rec_time_frame f = { 1, (uint32_t)(i * FRAME), (uint16_t)i,
		FRAME, T0 + i * FRAME_US };

	memset(ulaw, (int)(i & 0x7f), sizeof(ulaw));
	rec_wav_frame(w, (unsigned int)i & 1, &f, ulaw);
}

static struct rec_wav *begin(const struct rec_sweep *s, const char *name)
{
	struct rec_wav *w;

	assert_int_equal(rec_wav_open(&w, s->dirfd, slice_from(name), 7, T0),
	    ERR_OK);
	return w;
}

static void leave(const struct rec_sweep *s, const char *name, int64_t frames)
{
	struct rec_wav *w = begin(s, name);

	for (int64_t i = 0; i < frames; i++)
		put(w, i);
	assert_int_equal(rec_wav_leave(w, T0 + frames * FRAME_US), ERR_OK);
}

/* The check sum of a finished file is right. */
static void is_whole(const struct rec_sweep *s, const char *name,
    const struct rec_wav_result *res)
{
	uint8_t want[DIGEST_SHA256_BYTES];
	struct snd_info info;
	struct snd_read *r;
	struct slice all;
	int16_t *pcm;
	size_t got;

	assert_int_equal(snd_read_open(&r,
			     openat(s->dirfd, name, O_RDONLY | O_CLOEXEC),
			     &info),
	    ERR_OK);
	assert_int_equal(info.frames, res->samples);
	pcm = calloc((size_t)info.frames * 2 + 2, sizeof(*pcm));
	assert_non_null(pcm);
	assert_int_equal(snd_read_pcm(r, pcm, (size_t)info.frames, &got),
	    ERR_OK);
	all = slice_of(pcm, got * 4);
	assert_int_equal(digest_sha256(&all, 1, want), ERR_OK);
	assert_memory_equal(want, res->sha256, sizeof(want));
	free(pcm);
	snd_read_close(r);
}

/* One for which the disk need not be asked. */
static bool turn(struct rec_sweep *s)
{
	bool all = rec_sweep_turn(s, NULL, true);

	while (s->waits) {
		(void)poll(NULL, 0, 5);
		all = rec_sweep_turn(s, NULL, true);
	}
	return all;
}

/* Until all is done; how many turns it took. */
static unsigned int turns(struct rec_sweep *s)
{
	for (unsigned int n = 1; n < TURNS; n++)
		if (turn(s))
			return n;
	fail_msg("it never ends");
	return 0;
}

static void test_pieces(void **state)
{
	static const char name[] = "com_1/2026-11-20/cal_1.wav";
	static const char other[] = "com_1/2026-11-20/cal_2.wav";
	struct rec_sweep s = new_sweep();
	const int64_t frames = 3 * REC_SWEEP_FRAMES / FRAME + 1;
	struct rec_wav_result res;
	struct rec_wav *w;
	int64_t i = 0;

	(void)state;
	leave(&s, name, frames);
	w = begin(&s, other);
	live = other;
	/* It is opened, read in four pieces and finished; a live recording
	 * goes on between any two of them. */
	for (unsigned int n = 0; n < 5; n++) {
		assert_false(turn(&s));
		assert_true(s.going);
		assert_int_equal(done.n, 0);
		for (int64_t end = i + 25; i < end; i++)
			put(w, i);
		rec_wav_tick(w, T0 + i * FRAME_US);
	}
	assert_true(rec_sweep_turn(&s, NULL, true));
	assert_int_equal(done.n, 1);
	assert_int_equal(done.failed, 0);
	assert_string_equal(done.last, name);
	assert_int_equal(done.res.samples, frames * FRAME);
	is_whole(&s, name, &done.res);
	assert_int_equal(rec_wav_finish(w, T0 + i * FRAME_US, &res), ERR_OK);
	assert_int_equal(res.samples, 125 * FRAME);
	is_whole(&s, other, &res);
	/* There is nothing more to do, and nobody wants it. */
	assert_false(rec_sweep_turn(&s, NULL, true));
	assert_false(s.going);
	s.wanted = true;
	assert_true(rec_sweep_turn(&s, NULL, true));
	assert_int_equal(done.n, 1);
	close_sweep(&s);
}

/* Renamed, and killed before its marker went. */
static void test_renamed(void **state)
{
	static const char name[] = "com_1/2026-11-20/cal_1.wav";
	static const char marker[] = "com_1/2026-11-20/cal_1.wav 7 5000000000";
	struct rec_sweep s = new_sweep();
	struct rec_wav_result res;
	struct rec_wav *w;
	int fd;

	(void)state;
	leave(&s, name, 500);
	assert_int_equal(rec_wav_left(&w, s.dirfd, name), ERR_OK);
	assert_int_equal(rec_wav_finish(w, 0, &res), ERR_OK);
	fd = openat(s.dirfd, "open/cal_1.wav", O_WRONLY | O_CREAT | O_CLOEXEC,
	    0600);
	assert_int_equal(write(fd, marker, sizeof(marker) - 1),
	    sizeof(marker) - 1);
	(void)close(fd);
	assert_int_equal(turns(&s), 1 + 3 + 1); /* 80000 frames */
	assert_int_equal(done.failed, 0);
	assert_int_equal(done.res.bytes, res.bytes);
	is_whole(&s, name, &done.res);
	assert_int_equal(faccessat(s.dirfd, "open/cal_1.wav", F_OK, 0), -1);
	close_sweep(&s);
}

/* One that cannot be opened is told once; the others are finished. */
static void test_blocked(void **state)
{
	struct rec_sweep s = new_sweep();
	char name[64];

	(void)state;
	for (unsigned int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name),
		    "com_1/2026-11-20/cal_%u.wav", i);
		leave(&s, name, 1);
		if (i % 20 != 0)
			continue;
		(void)snprintf(name, sizeof(name),
		    "com_1/2026-11-20/cal_%u.wav.part", i);
		assert_int_equal(unlinkat(s.dirfd, name, 0), 0);
		assert_int_equal(mkdirat(s.dirfd, name, 0700), 0);
	}
	live = "com_1/2026-11-20/cal_7.wav";
	(void)turns(&s);
	assert_int_equal(done.n, 199);
	assert_int_equal(done.failed, 10);
	assert_true(s.left_over);
	/* Later they are tried again, in silence. */
	assert_false(rec_sweep_turn(&s, NULL, true));
	s.swept_us -= REC_SWEEP_RETRY_US + 1;
	assert_false(rec_sweep_turn(&s, NULL, false));
	assert_false(s.going);
	assert_false(rec_sweep_turn(&s, NULL, true));
	assert_true(s.going);
	for (unsigned int n = 0; s.going && n < TURNS; n++)
		assert_false(rec_sweep_turn(&s, NULL, true));
	assert_false(s.going);
	assert_int_equal(done.n, 199);
	assert_true(s.left_over);
	close_sweep(&s);
}

/* An engine comes while another's are in hand: all of it is done once. */
static void test_again(void **state)
{
	static const char name[] = "com_1/2026-11-20/cal_1.wav";
	static const char other[] = "com_1/2026-11-20/cal_2.wav";
	struct rec_sweep s = new_sweep();

	(void)state;
	leave(&s, name, 500);
	assert_false(rec_sweep_turn(&s, NULL, true));
	assert_false(rec_sweep_turn(&s, NULL, true));
	leave(&s, other, 500);
	s.wanted = true;
	(void)turns(&s);
	assert_int_equal(done.n, 2);
	assert_int_equal(done.failed, 0);
	assert_int_equal(done.res.samples, 500 * FRAME);
	is_whole(&s, done.last, &done.res);
	close_sweep(&s);
}

/* Handed over by its recorder, with and without a sweep that goes on. */
static void test_added(void **state)
{
	static const char name[] = "com_1/2026-11-20/cal_1.wav";
	static const char other[] = "com_1/2026-11-20/cal_2.wav";
	struct rec_sweep s = new_sweep();

	(void)state;
	(void)turns(&s);
	leave(&s, name, 500);
	assert_int_equal(rec_sweep_add(&s, name), ERR_OK);
	assert_true(s.going);
	/* Nobody wanted a sweep, so none is told to be done. */
	while (s.going)
		assert_false(turn(&s));
	assert_int_equal(done.n, 1);
	assert_string_equal(done.last, name);
	is_whole(&s, name, &done.res);
	s.wanted = true;
	leave(&s, other, 500);
	assert_false(turn(&s));
	assert_int_equal(rec_sweep_add(&s, other), ERR_OK);
	(void)turns(&s);
	assert_int_equal(done.failed, 0);
	is_whole(&s, other, &done.res);
	assert_int_equal(faccessat(s.dirfd, "open/cal_2.wav", F_OK, 0), -1);
	close_sweep(&s);
}

/* Nobody has spoken of what its recorder handed over: that it cannot be
 * finished is told, once, and that it can later, too. */
static void test_added_blocked(void **state)
{
	static const char name[] = "com_1/2026-11-20/cal_1.wav";
	static const char part[] = "com_1/2026-11-20/cal_1.wav.part";
	static const char aside[] = "com_1/2026-11-20/aside";
	struct rec_sweep s = new_sweep();

	(void)state;
	(void)turns(&s);
	leave(&s, name, 500);
	assert_int_equal(renameat(s.dirfd, part, s.dirfd, aside), 0);
	assert_int_equal(mkdirat(s.dirfd, part, 0700), 0);
	assert_int_equal(rec_sweep_add(&s, name), ERR_OK);
	while (s.going)
		assert_false(turn(&s));
	assert_int_equal(done.n, 1);
	assert_int_equal(done.failed, 1);
	assert_string_equal(done.last, name);
	for (unsigned int i = 0; i < 2; i++) {
		s.swept_us -= REC_SWEEP_RETRY_US + 1;
		assert_false(turn(&s));
		while (s.going)
			assert_false(turn(&s));
		assert_int_equal(done.n, 1 + i);
		assert_int_equal(done.failed, 1);
		if (i > 0)
			break;
		assert_int_equal(unlinkat(s.dirfd, part, AT_REMOVEDIR), 0);
		assert_int_equal(renameat(s.dirfd, aside, s.dirfd, part), 0);
	}
	is_whole(&s, name, &done.res);
	close_sweep(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_added_blocked),
	};

	log_open("test", -1, LOG_ERROR);
	return cmocka_run_group_tests_name("rec_sweep", tests, NULL, NULL);
}
