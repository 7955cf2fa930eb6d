/* Tests of sipworker/rec: the timeline, and files that survive their writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/hash/digest.h"
#include "lib/snd/snd_read.h"
#include "lib/snd/snd_wav.h"
#include "sipworker/rec/rec_file.h"
#include "sipworker/rec/rec_time.h"
#include "sipworker/rec/rec_wav.h"
#include "tests/support/folder.h"

#define FRAME   160
#define TICK_US 20000
#define T0      INT64_C(5000000000)

static const char name[] = "com_1/2026-11-20/cal_1.wav";

/* The whole of the finished file; the caller frees. */
static int16_t *slurp(int dir, const char *file, uint64_t *frames)
{
	struct snd_info info;
	struct snd_read *r;
	int16_t *pcm;
	size_t got;

	assert_int_equal(snd_read_open(&r,
			     openat(dir, file, O_RDONLY | O_CLOEXEC), &info),
	    ERR_OK);
	pcm = calloc((size_t)info.frames * 2 + 2, sizeof(*pcm));
	assert_non_null(pcm);
	assert_int_equal(snd_read_pcm(r, pcm, (size_t)info.frames, &got),
	    ERR_OK);
	assert_int_equal(got, info.frames);
	snd_read_close(r);
	*frames = info.frames;
	return pcm;
}

/* --- timeline --------------------------------------------------------------*/

static void test_drift(void **state)
{
	static const int ppm[] = { -500, -200, 0, 200, 500 };

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(ppm); k++) {
		struct rec_time t;
		struct rnd_dice d;
		int64_t worst = 0;

		rnd_seed(&d, 7);
		rec_time_init(&t, T0);
		for (int64_t i = 0; i < 50 * 3600; i++) { /* an hour */
			const int64_t sent =
			    i * TICK_US + i * TICK_US * ppm[k] / 1000000;
			const struct rec_time_frame f = { .ssrc = 9,
				.ts = (uint32_t)(4294900000 + i * FRAME),
				.seq = (uint16_t)i,
				.n = FRAME,
				.arrived_us =
				    T0 + sent + (int64_t)rnd_below(&d, 15000) };
			const int64_t at = rec_time_place(&t, &f);
			const int64_t off = llabs(at - sent * 8 / 1000);

			if (off > worst)
				worst = off;
		}
		if (worst > 320)
			fail_msg("%d ppm: %lld samples off", ppm[k],
			    (long long)worst);
		assert_int_equal(t.anchors, 1);
	}
}

static void test_leaps(void **state)
{
	static const struct {
		const char *why;
		uint32_t ssrc, ts;
		uint16_t seq;
		int64_t ms; /* arrival after the anchor */
		int64_t want;
	} cases[] = {
		{ "first by arrival", 1, 1000, 1, 100, 800 },
		{ "by timestamp", 1, 1160, 2, 125, 960 },
		{ "a pause in the talk", 1, 5160, 3, 620, 4960 },
		{ "overtaken", 1, 5000, 2, 621, 4800 },
		{ "another stream", 2, 77, 9, 700, 5600 },
		{ "twelve hours ahead", 2, 345600077, 10, 720, 5760 },
		{ "and on from there", 2, 345600237, 11, 740, 5920 },
		{ "a timestamp that stands still", 2, 345600237, 12, 760,
		    6080 },
		{ "the same packet twice", 2, 345600237, 12, 761, 6080 },
		{ "back to where it began", 2, 77, 1, 780, 6240 },
		{ "and on from there", 2, 237, 2, 815, 6400 },
	};
	struct rec_time t;

	(void)state;
	rec_time_init(&t, T0);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct rec_time_frame f = { cases[i].ssrc, cases[i].ts,
			cases[i].seq, FRAME, T0 + cases[i].ms * 1000 };
		const int64_t at = rec_time_place(&t, &f);

		if (at != cases[i].want)
			fail_msg("%s: %lld", cases[i].why, (long long)at);
	}
}

/* --- files -----------------------------------------------------------------*/

static void put(struct rec_wav *w, unsigned int channel, int64_t i, int64_t ms,
    uint8_t value)
{
	uint8_t ulaw[FRAME];
	const struct rec_time_frame f = { channel + 1, (uint32_t)(i * FRAME),
		(uint16_t)i, FRAME, T0 + ms * 1000 };

	memset(ulaw, value, sizeof(ulaw));
	rec_wav_frame(w, channel, &f, ulaw);
}

static struct rec_wav *begin(int dir)
{
	struct rec_wav *w;

	assert_int_equal(rec_wav_open(&w, dir, slice_from(name), 7, T0),
	    ERR_OK);
	return w;
}

static void check_hash(int dir, const struct rec_wav_result *r)
{
	uint8_t want[DIGEST_SHA256_BYTES];
	struct slice all;
	uint64_t frames;
	int16_t *pcm = slurp(dir, name, &frames);

	all = slice_of(pcm, (size_t)frames * 4);
	assert_int_equal(frames, r->samples);
	assert_int_equal(digest_sha256(&all, 1, want), ERR_OK);
	assert_memory_equal(want, r->sha256, sizeof(want));
	free(pcm);
}

/* Two sides, swapped neighbours, one lost packet, one that comes late. */
static void test_two_sides(void **state)
{
	const int dir = folder_new();
	struct rec_wav_result r;
	struct rec_wav *w = begin(dir);
	uint64_t frames;
	int16_t *pcm;

	(void)state;
	for (int64_t i = 0; i < 200; i++) {
		const int64_t j = i % 10 == 4 ? i + 1 : i % 10 == 5 ? i - 1 : i;

		if (i != 100)
			put(w, 0, j, i * 20 + 3, 0x80);
		if (i != 130)
			put(w, 1, i, i * 20, 0x00);
		if (i == 161)
			put(w, 1, 130, 3225, 0x00); /* 0.6 s late */
		rec_wav_tick(w, T0 + i * TICK_US);
	}
	assert_int_equal(rec_wav_finish(w, T0 + 5 * RT_SEC_US, &r), ERR_OK);
	assert_int_equal(r.samples, 40000);
	assert_int_equal(r.late, 0);
	pcm = slurp(dir, name, &frames);
	assert_int_equal(frames, 40000);
	for (uint64_t i = 0; i < frames; i++) {
		const bool gap = i >= 100 * FRAME + 24 && i < 101 * FRAME + 24;
		const bool talk = i >= 24 && i < 32024 && !gap;

		assert_int_equal(pcm[2 * i], talk ? 32124 : 0);
		assert_int_equal(pcm[2 * i + 1], i < 32000 ? -32124 : 0);
	}
	free(pcm);
	check_hash(dir, &r);
	assert_int_equal(faccessat(dir, "open/cal_1.wav", F_OK, 0), -1);
	/* A finished recording is not touched again. */
	assert_int_equal(rec_wav_open(&w, dir, slice_from(name), 7, T0),
	    ERR_CONFLICT);
	(void)close(dir);
}

/* The way to us becomes longer in the call, by less than a leap, and stays so:
 * what comes so late all the time is as good as any other. */
static void test_delay(void **state)
{
	static const int64_t delay_ms[] = { 250, 500, 800, 990 };

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(delay_ms); k++) {
		const int dir = folder_new();
		struct rec_wav *w = begin(dir);
		struct rec_wav_result r;
		uint64_t frames, silent = 0;
		int16_t *pcm;

		for (int64_t ms = 0, i = 0; ms < 12000; ms += 20) {
			for (; i * 20 + (i < 100 ? 0 : delay_ms[k]) <= ms; i++)
				put(w, 0, i, ms, 0x80);
			rec_wav_tick(w, T0 + ms * 1000);
		}
		assert_int_equal(rec_wav_finish(w, T0 + 11 * RT_SEC_US, &r),
		    ERR_OK);
		assert_int_equal(r.late, 0);
		pcm = slurp(dir, name, &frames);
		assert_int_equal(frames, 88000);
		for (uint64_t i = 0; i < frames; i++)
			silent += pcm[2 * i] == 0;
		assert_int_equal(silent, 0);
		free(pcm);
		(void)close(dir);
	}
}

/* The recorder dies and a new one gets the last two seconds again. */
static void test_resume(void **state)
{
	const int dir = folder_new();
	struct rec_wav *w = begin(dir);
	struct rec_wav_result r;
	uint64_t frames;
	int16_t *pcm;

	(void)state;
	for (int64_t i = 0; i < 150; i++) {
		put(w, 0, i, i * 20, 0x80);
		rec_wav_tick(w, T0 + i * TICK_US);
	}
	rec_wav_drop(w);
	w = begin(dir);
	for (int64_t i = 25; i < 250; i++)
		put(w, 0, i, i * 20, 0x80);
	assert_int_equal(rec_wav_finish(w, T0 + 5 * RT_SEC_US, &r), ERR_OK);
	assert_int_equal(r.late, 50); /* they were in the file */
	pcm = slurp(dir, name, &frames);
	assert_int_equal(frames, 40000);
	for (uint64_t i = 0; i < frames; i++) {
		assert_int_equal(pcm[2 * i], 32124);
		assert_int_equal(pcm[2 * i + 1], 0);
	}
	free(pcm);
	check_hash(dir, &r);
	(void)close(dir);
}

/* One for which the disk need not be asked. */
static enum rec_wav_back piece_back(struct rec_wav *w, int64_t frames)
{
	const int64_t to = rec_wav_behind(w) - frames;
	enum rec_wav_back b = rec_wav_catch_up(w, frames);

	while (b == REC_WAV_BACK_WAITS) {
		(void)poll(NULL, 0, 5);
		b = rec_wav_catch_up(w, rec_wav_behind(w) - to);
	}
	return b;
}

/* A long one is read back in pieces while its call goes on. */
static void test_catch_up(void **state)
{
	static const struct {
		const char *why;
		int64_t piece;
		unsigned int pieces; /* of 48000 frames, before the end */
	} cases[] = {
		{ "not at all", 1, 0 },
		{ "a part, the rest at the end", 20000, 2 },
		{ "to a hair", 24000, 2 },
		{ "long before the end", 100000, 1 },
	};

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(cases); k++) {
		const int dir = folder_new();
		struct rec_wav *w = begin(dir);
		struct rec_wav_result r;

		/* Nothing was there. */
		assert_int_equal(rec_wav_catch_up(w, 1), REC_WAV_BACK_DONE);
		for (int64_t i = 0; i < 300; i++)
			put(w, i & 1, i, i * 20, (uint8_t)i);
		assert_int_equal(rec_wav_leave(w, T0 + 6 * RT_SEC_US), ERR_OK);
		w = begin(dir);
		for (unsigned int n = 0; n < cases[k].pieces; n++) {
			assert_int_equal(piece_back(w, cases[k].piece),
			    REC_WAV_BACK_MORE);
			for (int64_t i = 300 + 100 * n; i < 400 + 100 * n; i++)
				put(w, 0, i, i * 20, (uint8_t)i);
			rec_wav_tick(w, T0 + (8 + 2 * n) * RT_SEC_US);
		}
		while (k == 3 && rec_wav_catch_up(w, 1000) != REC_WAV_BACK_DONE)
			put(w, 0, 400, 8000, 0x10);
		assert_int_equal(rec_wav_finish(w, T0 + 12 * RT_SEC_US, &r),
		    ERR_OK);
		if (r.samples != 96000)
			fail_msg("%s: %llu", cases[k].why,
			    (unsigned long long)r.samples);
		check_hash(dir, &r);
		(void)close(dir);
	}
}

/* What the kernel has forgotten comes from the disk, and is not waited for. On
 * a file system in memory nothing is forgotten. */
static void test_catch_up_from_disk(void **state)
{
	const int dir = folder_new();
	struct rec_wav *w = begin(dir);
	struct rec_wav_result r;
	enum rec_wav_back b;
	char part[64];
	int fd;

	(void)state;
	for (int64_t i = 0; i < 3000; i++)
		put(w, i & 1, i, i * 20, (uint8_t)i);
	assert_int_equal(rec_wav_leave(w, T0 + 60 * RT_SEC_US), ERR_OK);
	(void)snprintf(part, sizeof(part), "%s.part", name);
	w = begin(dir);
	assert_int_equal(rec_wav_behind(w), 480000);
	fd = openat(dir, part, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	(void)close(fd);
	while ((b = rec_wav_catch_up(w, 10000)) != REC_WAV_BACK_DONE)
		if (b == REC_WAV_BACK_WAITS)
			(void)poll(NULL, 0, 5);
	assert_int_equal(rec_wav_behind(w), 0);
	assert_int_equal(rec_wav_finish(w, T0 + 60 * RT_SEC_US, &r), ERR_OK);
	assert_int_equal(r.samples, 480000);
	check_hash(dir, &r);
	(void)close(dir);
}

static char orphan[128];
static unsigned int orphans;

static void note(void *arg, const struct rec_file_marker *m)
{
	(void)arg;
	(void)snprintf(orphan, sizeof(orphan), "%s", m->name);
	assert_true(m->key == 7 && m->anchor_us == T0);
	orphans++;
}

static enum err salvage(int dir, const char *file, struct rec_wav_result *r)
{
	struct rec_wav *w;
	const enum err e = rec_wav_left(&w, dir, file);

	return e == ERR_OK ? rec_wav_finish(w, 0, r) : e;
}

static void test_salvage(void **state)
{
	const int dir = folder_new();
	struct rec_wav_result r;
	struct rec_wav *w;

	(void)state;
	assert_int_equal(rec_file_orphans(dir, note, NULL), ERR_OK);
	assert_int_equal(orphans, 0);
	w = begin(dir);
	for (int64_t i = 0; i < 150; i++) {
		put(w, 1, i, i * 20, 0x80);
		rec_wav_tick(w, T0 + i * TICK_US);
	}
	rec_wav_drop(w);
	assert_int_equal(rec_file_orphans(dir, note, NULL), ERR_OK);
	assert_int_equal(orphans, 1);
	assert_string_equal(orphan, name);
	assert_int_equal(salvage(dir, orphan, &r), ERR_OK);
	assert_int_equal(r.samples, 12000);
	check_hash(dir, &r);
	/* Killed between the rename and the marker's end. */
	assert_int_equal(close(openat(dir, "open/cal_1.wav",
			     O_WRONLY | O_CREAT | O_CLOEXEC, 0600)),
	    0);
	memset(&r, 0, sizeof(r));
	assert_int_equal(salvage(dir, orphan, &r), ERR_OK);
	assert_int_equal(r.samples, 12000);
	check_hash(dir, &r);
	orphans = 0;
	assert_int_equal(rec_file_orphans(dir, note, NULL), ERR_OK);
	assert_int_equal(orphans, 0);
	(void)close(dir);
}

static struct rec_file_marker found;
static unsigned int n_found;

static void keep_marker(void *arg, const struct rec_file_marker *m)
{
	(void)arg;
	found = *m;
	n_found++;
}

static void test_markers(void **state)
{
	static const struct {
		const char *why;
		const char *text;
		bool good;
		uint32_t key;
		int64_t anchor_us;
	} cases[] = {
		{ "of a version before", "com_1/d/cal_1.wav", true, 0, 0 },
		{ "whole", "com_1/d/cal_1.wav 4294967295 12", true, UINT32_MAX,
		    12 },
		{ "cut", "com_1/d/cal_1.wav 7", false, 0, 0 },
		{ "cut after the blank", "com_1/d/cal_1.wav 7 ", false, 0, 0 },
		{ "a key too large", "com_1/d/cal_1.wav 4294967296 1", false, 0,
		    0 },
		{ "no number", "com_1/d/cal_1.wav x 1", false, 0, 0 },
		{ "more behind", "com_1/d/cal_1.wav 7 1 2", false, 0, 0 },
		{ "leaves the folder", "../d/cal_1.wav 7 1", false, 0, 0 },
		{ "nothing", "", false, 0, 0 },
	};
	const int dir = folder_new();

	(void)state;
	assert_int_equal(mkdirat(dir, "open", 0700), 0);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const size_t n = strlen(cases[i].text);
		const int fd = openat(dir, "open/cal_1.wav",
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		assert_int_equal(write(fd, cases[i].text, n), n);
		(void)close(fd);
		n_found = 0;
		assert_int_equal(rec_file_orphans(dir, keep_marker, NULL),
		    ERR_OK);
		if (n_found != (cases[i].good ? 1 : 0))
			fail_msg("%s: found %u", cases[i].why, n_found);
		if (cases[i].good &&
		    (found.key != cases[i].key ||
			found.anchor_us != cases[i].anchor_us ||
			strcmp(found.name, "com_1/d/cal_1.wav") != 0))
			fail_msg("%s: read wrongly", cases[i].why);
	}
	(void)close(dir);
}

/* A message too short to keep: nothing of it is left. */
static void test_discard(void **state)
{
	const int dir = folder_new();
	struct rec_wav *w = begin(dir);
	char part[64];

	(void)state;
	for (int64_t i = 0; i < 100; i++) {
		put(w, 0, i, i * 20, 0x80);
		rec_wav_tick(w, T0 + i * TICK_US);
	}
	(void)snprintf(part, sizeof(part), "%s.part", name);
	assert_int_equal(faccessat(dir, part, F_OK, 0), 0);
	rec_wav_discard(w);
	assert_int_equal(faccessat(dir, part, F_OK, 0), -1);
	assert_int_equal(faccessat(dir, name, F_OK, 0), -1);
	orphans = 0;
	assert_int_equal(rec_file_orphans(dir, note, NULL), ERR_OK);
	assert_int_equal(orphans, 0);
	(void)close(dir);
}

/* The disk has nothing of it, and nothing came: a worker that was killed right
 * after the beginning, or an engine before its first frame. */
static void test_empty(void **state)
{
	const int dir = folder_new();
	struct rec_wav_result r = { .samples = 7 };
	struct rec_wav *w;
	char part[64];

	(void)state;
	(void)snprintf(part, sizeof(part), "%s.part", name);
	w = begin(dir);
	put(w, 0, 0, 0, 0x80); /* in the window still */
	rec_wav_drop(w);
	assert_int_equal(faccessat(dir, part, F_OK, 0), 0);
	assert_int_equal(salvage(dir, name, &r), ERR_OK);
	assert_int_equal(r.samples, 0);
	w = begin(dir);
	r.samples = 7;
	assert_int_equal(rec_wav_finish(w, T0 - RT_SEC_US, &r), ERR_OK);
	assert_int_equal(r.samples, 0);
	assert_int_equal(r.bytes, 0);
	assert_int_equal(faccessat(dir, part, F_OK, 0), -1);
	assert_int_equal(faccessat(dir, name, F_OK, 0), -1);
	orphans = 0;
	assert_int_equal(rec_file_orphans(dir, note, NULL), ERR_OK);
	assert_int_equal(orphans, 0);
	(void)close(dir);
}

static void test_names(void **state)
{
	static const struct {
		const char *in;
		bool ok;
	} cases[] = { { "a/b/c.wav", true }, { "com_1/2026-11-20/x.wav", true },
		{ "../b/c.wav", false }, { "a/../c.wav", false },
		{ "a/b/c.wav.part", false }, { "/a/b.wav", false },
		{ "a/b/c/d.wav", false }, { "a/b/.wav", false },
		{ "a/b/c.wa", false }, { "", false }, { "a/b", false },
		{ "a//c.wav", false }, { "a/b/c d.wav", false } };
	struct rec_wav *w;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (rec_file_name_ok(slice_from(cases[i].in)) != cases[i].ok)
			fail_msg("\"%s\"", cases[i].in);
	assert_int_equal(rec_wav_open(&w, -1, SLICE("../x/y.wav"), 7, 0),
	    ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_leaps),
		cmocka_unit_test(test_two_sides),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_catch_up),
		cmocka_unit_test(test_catch_up_from_disk),
		cmocka_unit_test(test_salvage),
		cmocka_unit_test(test_markers),
		cmocka_unit_test(test_discard),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_names),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("rec", tests, NULL, NULL);
}
