/* Tests of lib/snd: files that survive being cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/snd/snd_read.h"
#include "lib/snd/snd_wav.h"
#include "tests/support/fail_alloc.h"

#define BLOCK 400 /* frames */
#define SAID  100 /* blocks, five seconds, between two headers */

static char path[200];

static int fresh(void)
{
	int fd;

	(void)snprintf(path, sizeof(path), "%s/x.wav", getenv("RT_TEST_DIR"));
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

static void make_block(uint8_t *out, unsigned int seed)
{
	for (unsigned int i = 0; i < 2 * BLOCK; i++)
		out[i] = (uint8_t)(i * 7 + seed * 13 + (i & 1) * 128);
}

/* Reads the file back and compares it with blocks 0, 1, ... */
static uint64_t verify(void)
{
	struct snd_info info;
	struct snd_read *r;
	uint64_t frames = 0;
	int16_t pcm[2 * BLOCK];
	size_t got;

	assert_int_equal(snd_read_open(&r, open(path, O_RDONLY | O_CLOEXEC),
			     &info),
	    ERR_OK);
	assert_int_equal(info.rate_hz, 8000);
	assert_int_equal(info.channels, 2);
	for (unsigned int k = 0;; k++) {
		uint8_t want[2 * BLOCK];

		assert_int_equal(snd_read_pcm(r, pcm, BLOCK, &got), ERR_OK);
		if (got == 0)
			break;
		make_block(want, k);
		for (size_t i = 0; i < 2 * got; i++)
			assert_int_equal(pcm[i], snd_wav_pcm(want[i]));
		frames += got;
	}
	assert_int_equal(frames, info.frames);
	snd_read_close(r);
	return frames;
}

static void test_round_trip(void **state)
{
	uint8_t block[2 * BLOCK];
	struct snd_wav *w;

	(void)state;
	assert_int_equal(snd_wav_create(&w, fresh()), ERR_OK);
	assert_int_equal(verify(), 0); /* playable from the first moment */
	/* As it is it plays to at most five seconds before its end, and is
	 * never behind by more. */
	for (unsigned int k = 0; k < 250; k++) {
		const unsigned int whole = (k + 1) / SAID * SAID;

		make_block(block, k);
		assert_int_equal(snd_wav_append(w, block, BLOCK), ERR_OK);
		if (k % 10 == 9)
			assert_true(verify() >= (uint64_t)whole * BLOCK);
	}
	assert_int_equal(snd_wav_finish(w), ERR_OK);
	assert_int_equal(verify(), 250 * BLOCK);
}

static void test_killed_and_resumed(void **state)
{
	uint8_t block[2 * BLOCK];
	uint64_t at, frames;
	struct snd_wav *w;
	int fd;

	(void)state;
	assert_int_equal(snd_wav_create(&w, fresh()), ERR_OK);
	make_block(block, 0);
	assert_int_equal(snd_wav_append(w, block, BLOCK), ERR_OK);
	snd_wav_drop(w);
	/* Samples that no header speaks of, and half a frame. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	make_block(block, 1);
	assert_int_equal(write(fd, block, 2 * BLOCK), 2 * BLOCK);
	assert_int_equal(snd_wav_repair(fd, &at, &frames), ERR_OK);
	assert_int_equal(frames, 2 * BLOCK);
	assert_int_equal(verify(), 2 * BLOCK);
	assert_int_equal(snd_wav_resume(&w, fd), ERR_OK);
	make_block(block, 2);
	assert_int_equal(snd_wav_append(w, block, BLOCK), ERR_OK);
	assert_int_equal(snd_wav_finish(w), ERR_OK);
	assert_int_equal(verify(), 3 * BLOCK);
}

static void test_every_cut(void **state)
{
	uint8_t block[2 * BLOCK];
	static char bytes[4096];
	uint64_t at = 0, frames = 0;
	struct snd_wav *w;
	ssize_t n;
	int fd;

	(void)state;
	assert_int_equal(snd_wav_create(&w, fresh()), ERR_OK);
	make_block(block, 0);
	assert_int_equal(snd_wav_append(w, block, BLOCK), ERR_OK);
	assert_int_equal(snd_wav_finish(w), ERR_OK);
	fd = open(path, O_RDWR | O_CLOEXEC);
	n = pread(fd, bytes, sizeof(bytes), 0);
	assert_int_equal(snd_wav_repair(fd, &at, &frames), ERR_OK);
	assert_int_equal(n, at + 2 * frames);
	for (ssize_t k = 0; k < n; k++) {
		uint64_t at2 = 0, frames2 = 0;
		enum err e;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bytes, (size_t)k, 0), k);
		e = snd_wav_repair(fd, &at2, &frames2);
		if ((uint64_t)k < at) {
			assert_int_equal(e, ERR_SYNTAX);
			continue;
		}
		assert_int_equal(e, ERR_OK);
		assert_int_equal(frames2, ((uint64_t)k - at) / 2);
		if (k % 50 == 0)
			assert_int_equal(verify(), frames2);
	}
	(void)close(fd);
}

static void test_whole_file_untouched(void **state)
{
	struct stat before, after;
	struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	uint8_t block[2 * BLOCK];
	uint64_t at, frames;
	struct snd_wav *w;
	int fd;

	(void)state;
	assert_int_equal(snd_wav_create(&w, fresh()), ERR_OK);
	make_block(block, 0);
	assert_int_equal(snd_wav_append(w, block, BLOCK), ERR_OK);
	assert_int_equal(snd_wav_finish(w), ERR_OK);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(futimens(fd, old), 0);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(snd_wav_repair(fd, &at, &frames), ERR_OK);
	assert_int_equal(fstat(fd, &after), 0);
	assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
	assert_int_equal(frames, BLOCK);
	(void)close(fd);
}

static void test_not_a_wav(void **state)
{
	static const char *const bad[] = { "", "RIFF", "hello, this is text",
		"RIFF\x10\0\0\0WAVE", "RIFF\0\0\0\0WAVEdata\0\0\0\0" };
	uint64_t at, frames;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad); i++) {
		const int fd = fresh();
		struct snd_info info;
		struct snd_read *r;

		assert_true(write(fd, bad[i], strlen(bad[i])) >= 0);
		assert_int_equal(snd_wav_repair(fd, &at, &frames), ERR_SYNTAX);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(snd_read_open(&r, fd, &info), ERR_SYNTAX);
	}
}

static void test_law(void **state)
{
	static const struct {
		uint8_t ulaw;
		int16_t pcm;
	} cases[] = { { 0xff, 0 }, { 0x7f, 0 }, { 0x00, -32124 },
		{ 0x80, 32124 }, { 0xfe, 8 }, { 0x7e, -8 }, { 0xef, 132 },
		{ 0x8f, 16764 } };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		assert_int_equal(snd_wav_pcm(cases[i].ulaw), cases[i].pcm);
	assert_int_equal(snd_wav_pcm(SND_WAV_SILENCE), 0);
}

static void test_other_files(void **state)
{
	/* Linear 16-bit mono: a WAV, but none of ours to go on with. */
	static const uint8_t head[44] =
	    "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"
	    "\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0"
	    "\2\0\x10\0data\0\0\0";
	struct snd_wav *w;
	int fd = fresh();

	(void)state;
	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(snd_wav_resume(&w, fd), ERR_SYNTAX);
	fd = fresh();
	assert_int_equal(write(fd, "text", 4), 4);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(snd_wav_resume(&w, fd), ERR_IO);
	snd_wav_drop(NULL);
	snd_read_close(NULL);
}

static void test_disk_refuses(void **state)
{
	uint8_t block[2 * BLOCK];
	uint64_t at, frames;
	struct snd_wav *w;
	int fd;

	(void)state;
	/* A file that may not be written. */
	assert_int_equal(snd_wav_create(&w, fresh()), ERR_OK);
	assert_int_equal(snd_wav_finish(w), ERR_OK);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (snd_wav_create(&w, fd) == ERR_OK) {
		make_block(block, 0);
		assert_int_equal(snd_wav_append(w, block, BLOCK), ERR_IO);
		snd_wav_drop(w);
	}
	assert_int_equal(snd_wav_repair(-1, &at, &frames), ERR_IO);
}

static void test_alloc_fails(void **state)
{
	struct snd_info info;
	struct snd_read *r;
	struct snd_wav *w;
	enum err e;

	(void)state;
	fail_alloc_after(0);
	e = snd_wav_create(&w, fresh());
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_NOMEM);
	fail_alloc_after(0);
	e = snd_read_open(&r, open(path, O_RDONLY | O_CLOEXEC), &info);
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_NOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_killed_and_resumed),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_whole_file_untouched),
		cmocka_unit_test(test_not_a_wav),
		cmocka_unit_test(test_other_files),
		cmocka_unit_test(test_disk_refuses),
		cmocka_unit_test(test_alloc_fails),
		cmocka_unit_test(test_law),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("snd_wav", tests, NULL, NULL);
}
