/* Tests of lib/snd/snd_prompt: whatever is uploaded becomes a prompt that can
 * be heard, or is refused. */
#include "tests/support/cm.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snd/snd_mem.h"
#include "lib/snd/snd_prompt.h"
#include "lib/snd/snd_wav.h"
#include "tests/support/fail_alloc.h"

/* libsndfile forgets its Vorbis decoder when a file ends in its head. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:vorbis_info_init\n";
}

#define FILE_MAX ((size_t)64 << 20)
#define PI       3.14159265358979323846

struct shape {
	const char *why;
	int format;
	int rate_hz;
	int channels;
	double level; /* amplitude of the tone */
};

/* A file with 0.5 s of silence, a tone, and 0.5 s of silence. */
static void make_file(const struct shape *s, double tone_s, double tone_hz,
    struct buf *out)
{
	SF_INFO info = { .samplerate = s->rate_hz,
		.channels = s->channels,
		.format = s->format };
	struct snd_mem mem = { .out = out };
	const size_t edge = (size_t)s->rate_hz / 2;
	const size_t tone = (size_t)(tone_s * s->rate_hz);
	SNDFILE *f;

	buf_init(out, FILE_MAX);
	f = snd_mem_open(&mem, &info);
	if (f == NULL)
		fail_msg("%s: %s", s->why, sf_strerror(NULL));
	for (size_t i = 0; i < 2 * edge + tone; i++) {
		float frame[8] = { 0 };

		for (int c = 0; c < s->channels; c++)
			if (i >= edge && i < edge + tone)
				frame[c] = (float)(s->level *
						   sin(2 * PI * tone_hz *
						       (double)i / s->rate_hz));
		assert_int_equal(sf_writef_float(f, frame, 1), 1);
	}
	assert_int_equal(sf_close(f), 0);
	assert_int_equal(buf_err(out), ERR_OK);
}

/* Level in dB and frequency of the middle of a prompt. */
static void hear(const struct buf *ulaw, double *db, double *hz)
{
	const size_t from = ulaw->n / 4, to = ulaw->n - ulaw->n / 4;
	double sum = 0;
	size_t crossings = 0;
	int16_t before = -1;

	for (size_t i = from; i < to; i++) {
		const int16_t s = snd_wav_pcm((uint8_t)ulaw->p[i]);

		sum += (double)s * s;
		if (before < 0 && s >= 0)
			crossings++;
		before = s;
	}
	*db = 10 * log10(sum / (double)(to - from) / (32768.0 * 32768.0));
	*hz = (double)crossings * SND_PROMPT_RATE_HZ / (double)(to - from);
}

static const struct shape shapes[] = {
	{ "CD", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, 0.05 },
	{ "loud", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 1, 0.98 },
	{ "whispered", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, 0.004 },
	{ "telephone", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1, 0.2 },
	{ "Mac", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 22050, 2, 0.3 },
	{ "Ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 32000, 2, 0.3 },
	{ "surround", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 96000, 6, 0.5 },
	{ "slow", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 4000, 1, 0.4 },
};

static void test_any_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(shapes); i++) {
		struct buf file, prompt;
		double db, hz;
		enum err e;

		make_file(&shapes[i], 2.0, 440, &file);
		buf_init(&prompt, FILE_MAX);
		e = snd_prompt_make(buf_slice(&file), &prompt);
		if (e != ERR_OK)
			fail_msg("%s: %s", shapes[i].why, err_name(e));
		hear(&prompt, &db, &hz);
		if (fabs(db - SND_PROMPT_LEVEL_DB) > 1 || fabs(hz - 440) > 4)
			fail_msg("%s: %.1f dB, %.1f Hz", shapes[i].why, db, hz);
		/* 2 s of tone and at most a tenth of a second around it. */
		if (prompt.n < 2 * SND_PROMPT_RATE_HZ - 80 ||
		    prompt.n > 22 * SND_PROMPT_RATE_HZ / 10 + 400)
			fail_msg("%s: %zu samples", shapes[i].why, prompt.n);
		buf_fini(&prompt);
		buf_fini(&file);
	}
}

/* A single click may not be driven into clipping to reach the level. */
static void test_peak(void **state)
{
	const struct shape s = { "click", SF_FORMAT_WAV | SF_FORMAT_PCM_16,
		8000, 1, 0.9 };
	struct buf file, prompt;
	int most = 0;

	(void)state;
	make_file(&s, 0.002, 1000, &file);
	buf_init(&prompt, FILE_MAX);
	assert_int_equal(snd_prompt_make(buf_slice(&file), &prompt), ERR_OK);
	for (size_t i = 0; i < prompt.n; i++)
		if (abs(snd_wav_pcm((uint8_t)prompt.p[i])) > most)
			most = abs(snd_wav_pcm((uint8_t)prompt.p[i]));
	assert_in_range(most, 20000, 30100);
	buf_fini(&prompt);
	buf_fini(&file);
}

static enum err refused(struct slice bytes)
{
	struct buf prompt;
	enum err e;

	buf_init(&prompt, FILE_MAX);
	e = snd_prompt_make(bytes, &prompt);
	assert_true(e == ERR_OK || prompt.n == 0);
	buf_fini(&prompt);
	return e;
}

static void test_refused(void **state)
{
	const struct shape silence = { "silence",
		SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 0 };
	const struct shape fast = { "fast", SF_FORMAT_WAV | SF_FORMAT_PCM_16,
		384000, 1, 0.3 };
	const struct shape bomb = { "bomb", SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
		8000, 1, 0.3 };
	struct buf file;

	(void)state;
	assert_int_equal(refused(SLICE("")), ERR_SYNTAX);
	assert_int_equal(refused(SLICE("<?php system('id'); ?>")), ERR_SYNTAX);
	assert_int_equal(refused(SLICE("RIFF\xff\xff\xff\xffWAVEfmt ")),
	    ERR_SYNTAX);
	make_file(&silence, 1, 440, &file);
	assert_int_equal(refused(buf_slice(&file)), ERR_NOTFOUND);
	buf_fini(&file);
	make_file(&fast, 0.1, 440, &file);
	assert_int_equal(refused(buf_slice(&file)), ERR_RANGE);
	buf_fini(&file);
	make_file(&bomb, SND_PROMPT_MAX_S + 2, 440, &file);
	assert_int_equal(refused(buf_slice(&file)), ERR_TOOBIG);
	buf_fini(&file);
}

/* What cannot be decoded to its end is said to be so, and is no silence. */
static void test_damaged(void **state)
{
	const struct shape flac = { "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
		16000, 1, 0.3 };
	struct buf file;

	(void)state;
	make_file(&flac, 2, 440, &file);
	assert_int_equal(refused(buf_slice(&file)), ERR_OK);
	assert_int_equal(refused(slice_head(buf_slice(&file), file.n / 2)),
	    ERR_SYNTAX);
	memset(file.p + 200, 0, file.n - 200);
	assert_int_equal(refused(buf_slice(&file)), ERR_SYNTAX);
	buf_fini(&file);
}

static void test_short(void **state)
{
	static const struct {
		size_t samples;
		enum err want;
	} cases[] = { { 3, ERR_NOTFOUND }, { 799, ERR_NOTFOUND },
		{ 800, ERR_OK } };
	char ulaw[800];

	(void)state;
	memset(ulaw, 0x10, sizeof(ulaw));
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct buf wav;

		buf_init(&wav, FILE_MAX);
		assert_int_equal(snd_prompt_wav(slice_of(ulaw,
						    cases[i].samples),
				     &wav),
		    ERR_OK);
		assert_int_equal(refused(buf_slice(&wav)), cases[i].want);
		buf_fini(&wav);
	}
}

/* A breath of noise is what a voice gives that cannot read a text. */
static void test_breath(void **state)
{
	struct shape s = { "breath", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1,
		0.005 };
	struct buf file, prompt;

	(void)state;
	make_file(&s, 0.12, 440, &file);
	buf_init(&prompt, FILE_MAX);
	assert_int_equal(snd_prompt_speech(buf_slice(&file), &prompt),
	    ERR_NOTFOUND);
	assert_int_equal(prompt.n, 0);
	buf_fini(&file);
	s.level = 0.3;
	make_file(&s, 0.12, 440, &file);
	assert_int_equal(snd_prompt_speech(buf_slice(&file), &prompt), ERR_OK);
	buf_fini(&prompt);
	buf_fini(&file);
}

/* Cut anywhere: a prompt or a refusal, never a crash. */
static void test_cut(void **state)
{
	struct buf file;

	(void)state;
	for (size_t k = 0; k < RT_ARRAY_LEN(shapes); k++) {
		make_file(&shapes[k], 0.1, 440, &file);
		for (size_t n = 0; n < file.n; n += 1 + file.n / 60)
			(void)refused(slice_head(buf_slice(&file), n));
		buf_fini(&file);
	}
}

static void test_no_memory(void **state)
{
	struct buf file, prompt;
	bool failed = true;
	enum err e;

	(void)state;
	make_file(&shapes[0], 0.2, 440, &file);
	for (unsigned int n = 0; failed; n++) {
		buf_init(&prompt, FILE_MAX);
		fail_alloc_after(n);
		e = snd_prompt_make(buf_slice(&file), &prompt);
		failed = fail_alloc_end();
		assert_int_equal(e, failed ? ERR_NOMEM : ERR_OK);
		buf_fini(&prompt);
	}
	buf_fini(&file);
}

static void test_wav(void **state)
{
	struct buf wav, again;
	char ulaw[800];

	(void)state;
	for (size_t i = 0; i < sizeof(ulaw); i++)
		ulaw[i] = (char)(uint8_t)(i * 7);
	buf_init(&wav, FILE_MAX);
	assert_int_equal(snd_prompt_wav(slice_of(ulaw, sizeof(ulaw)), &wav),
	    ERR_OK);
	assert_memory_equal(wav.p, "RIFF", 4);
	assert_true(slice_find_slice(buf_slice(&wav),
			slice_of(ulaw, sizeof(ulaw))) < wav.n);
	buf_init(&again, FILE_MAX);
	assert_int_equal(snd_prompt_make(buf_slice(&wav), &again), ERR_OK);
	buf_fini(&again);
	buf_fini(&wav);
	buf_init(&wav, 100);
	assert_int_not_equal(snd_prompt_wav(slice_of(ulaw, sizeof(ulaw)), &wav),
	    ERR_OK);
	buf_fini(&wav);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_form),
		cmocka_unit_test(test_peak),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_breath),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_wav),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
