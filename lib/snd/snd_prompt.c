#include "lib/snd/snd_prompt.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/snd/snd_mem.h"

#define CHANNELS_MAX   8
#define RATE_MIN_HZ    4000
#define RATE_MAX_HZ    192000
#define BLOCK_FRAMES   2048
#define WINDOW_SAMPLES (SND_PROMPT_RATE_HZ / 20) /* 50 ms */
#define EDGE_SAMPLES   (SND_PROMPT_RATE_HZ / 10) /* kept around the sound */
#define SAMPLES_MAX    ((size_t)SND_PROMPT_MAX_S * SND_PROMPT_RATE_HZ)
#define SILENT         0.001f                    /* -60 dB */
#define SHORT_SAMPLES  (SND_PROMPT_RATE_HZ / 10) /* no sound that says much */
#define VOICE_PEAK     0.02f /* -34 dB: a voice that speaks is far above */
#define LOUD_RANGE     0.01  /* power: within 20 dB of the loudest */

/* One prompt in the making: mono, 8000 Hz, full scale 1. */
struct work {
	float *pcm;
	size_t n;
	size_t cap;
};

static enum err room(struct work *w, size_t more)
{
	float *p;

	if (w->n + more > SAMPLES_MAX + SND_PROMPT_RATE_HZ)
		return ERR_TOOBIG;
	if (w->n + more <= w->cap)
		return ERR_OK;
	w->cap = 2 * w->cap + more;
	p = realloc(w->pcm, w->cap * sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	w->pcm = p;
	return ERR_OK;
}

/* --- reading and converting ------------------------------------------------*/

static void mix(float *block, size_t frames, int channels)
{
	for (size_t i = 0; i < frames; i++) {
		float sum = 0;

		for (size_t c = 0; c < (size_t)channels; c++)
			sum += block[i * (size_t)channels + c];
		sum /= (float)channels;
		/* A float file may hold anything, infinities included. */
		block[i] = isfinite(sum) ? sum : 0;
	}
}

static enum err convert(SRC_STATE *src, double ratio, const float *in, size_t n,
    bool last, struct work *w)
{
	SRC_DATA d = { .data_in = in,
		.input_frames = (long)n,
		.src_ratio = ratio,
		.end_of_input = last ? 1 : 0 };
	enum err e;

	do {
		if ((e = room(w, BLOCK_FRAMES)) != ERR_OK)
			return e;
		d.data_out = w->pcm + w->n;
		d.output_frames = BLOCK_FRAMES;
		if (src_process(src, &d) != 0)
			return ERR_INTERNAL;
		w->n += (size_t)d.output_frames_gen;
		d.data_in += d.input_frames_used;
		d.input_frames -= d.input_frames_used;
	} while (d.output_frames_gen > 0);
	return ERR_OK;
}

/* Decoders lose their place in a damaged file and end early, some without a
 * word: what the file's head promises is missing then. */
static bool damaged(SNDFILE *file, const SF_INFO *info, sf_count_t got)
{
	return sf_error(file) != SF_ERR_NO_ERROR ||
	       got + info->samplerate / 10 < info->frames;
}

static enum err read_all(SNDFILE *file, const SF_INFO *info, SRC_STATE *src,
    struct work *w)
{
	const double ratio = (double)SND_PROMPT_RATE_HZ / info->samplerate;
	const sf_count_t at_once = BLOCK_FRAMES / info->channels;
	float block[BLOCK_FRAMES];
	sf_count_t got, all = 0;
	enum err e;

	do {
		got = sf_readf_float(file, block, at_once);
		if (got < 0)
			return ERR_SYNTAX;
		all += got;
		mix(block, (size_t)got, info->channels);
		e = convert(src, ratio, block, (size_t)got, got == 0, w);
		if (e != ERR_OK)
			return e;
	} while (got > 0);
	if (w->n > SAMPLES_MAX)
		return ERR_TOOBIG;
	return damaged(file, info, all) ? ERR_SYNTAX : ERR_OK;
}

static enum err decode(struct slice bytes, struct work *w)
{
	struct snd_mem mem = { .in = bytes };
	SF_INFO info = { 0 };
	SRC_STATE *src = NULL;
	SNDFILE *file;
	enum err e = ERR_OK;
	int why;

	file = snd_mem_open(&mem, &info);
	if (file == NULL)
		return ERR_SYNTAX;
	if (info.channels < 1 || info.channels > CHANNELS_MAX ||
	    info.samplerate < RATE_MIN_HZ || info.samplerate > RATE_MAX_HZ)
		e = ERR_RANGE;
	if (e == ERR_OK &&
	    (src = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &why)) == NULL)
		e = ERR_NOMEM;
	if (e == ERR_OK)
		e = read_all(file, &info, src, w);
	if (src != NULL)
		(void)src_delete(src); /* always NULL */
	(void)sf_close(file);          /* read only */
	return e;
}

/* --- cutting and levelling -------------------------------------------------*/

/* The part that is not silence, with a little around it. */
static enum err cut(struct work *w)
{
	size_t first = 0, last = w->n;

	while (first < w->n && fabsf(w->pcm[first]) < SILENT)
		first++;
	if (first == w->n)
		return ERR_NOTFOUND;
	while (fabsf(w->pcm[last - 1]) < SILENT)
		last--;
	if (w->n < SHORT_SAMPLES)
		return ERR_NOTFOUND;
	first = first > EDGE_SAMPLES ? first - EDGE_SAMPLES : 0;
	last = w->n - last > EDGE_SAMPLES ? last + EDGE_SAMPLES : w->n;
	memmove(w->pcm, w->pcm + first, (last - first) * sizeof(*w->pcm));
	w->n = last - first;
	return ERR_OK;
}

static double power(const float *pcm, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)pcm[i] * (double)pcm[i];
	return sum / (double)n;
}

/* Mean power of the loud windows. */
static double loudness(const struct work *w)
{
	double most = 0, sum = 0;
	size_t n = 0;

	if (w->n < WINDOW_SAMPLES)
		return power(w->pcm, w->n);
	for (size_t i = 0; i + WINDOW_SAMPLES <= w->n; i += WINDOW_SAMPLES)
		most = fmax(most, power(w->pcm + i, WINDOW_SAMPLES));
	for (size_t i = 0; i + WINDOW_SAMPLES <= w->n; i += WINDOW_SAMPLES) {
		const double p = power(w->pcm + i, WINDOW_SAMPLES);

		if (p >= most * LOUD_RANGE) {
			sum += p;
			n++;
		}
	}
	return sum / (double)n;
}

static double from_db(double db)
{
	return pow(10, db / 20);
}

static float peak_of(const struct work *w)
{
	float peak = 0;

	for (size_t i = 0; i < w->n; i++)
		peak = fmaxf(peak, fabsf(w->pcm[i]));
	return peak;
}

static void level(struct work *w)
{
	const double wanted = from_db(SND_PROMPT_LEVEL_DB);
	const double top = from_db(SND_PROMPT_PEAK_DB);
	const float peak = peak_of(w);
	double gain = wanted / sqrt(loudness(w));

	if (gain * (double)peak > top)
		gain = top / (double)peak;
	for (size_t i = 0; i < w->n; i++)
		w->pcm[i] *= (float)gain;
}

/* --- writing ---------------------------------------------------------------*/

static enum err encode(const struct work *w, struct buf *out)
{
	SF_INFO info = { .samplerate = SND_PROMPT_RATE_HZ,
		.channels = 1,
		.format = SF_FORMAT_RAW | SF_FORMAT_ULAW };
	const size_t before = out->n;
	struct snd_mem mem = { .out = out };
	SNDFILE *file = snd_mem_open(&mem, &info);
	sf_count_t n;

	if (file == NULL)
		return ERR_INTERNAL;
	n = sf_writef_float(file, w->pcm, (sf_count_t)w->n);
	(void)sf_close(file); /* checked below */
	if (buf_err(out) != ERR_OK)
		return buf_err(out);
	return (size_t)n == w->n && out->n - before == w->n ? ERR_OK
							    : ERR_INTERNAL;
}

static enum err make(struct slice file, float least, struct buf *out)
{
	struct work w = { .n = 0 };
	enum err e;

	if ((e = decode(file, &w)) == ERR_OK && (e = cut(&w)) == ERR_OK &&
	    peak_of(&w) < least)
		e = ERR_NOTFOUND;
	if (e == ERR_OK) {
		level(&w);
		e = encode(&w, out);
	}
	free(w.pcm);
	return e;
}

enum err snd_prompt_make(struct slice file, struct buf *out)
{
	return make(file, 0, out);
}

enum err snd_prompt_speech(struct slice wav, struct buf *out)
{
	return make(wav, VOICE_PEAK, out);
}

enum err snd_prompt_wav(struct slice ulaw, struct buf *out)
{
	SF_INFO info = { .samplerate = SND_PROMPT_RATE_HZ,
		.channels = 1,
		.format = SF_FORMAT_WAV | SF_FORMAT_ULAW };
	struct snd_mem mem = { .out = out };
	SNDFILE *file;
	sf_count_t n;

	if ((file = snd_mem_open(&mem, &info)) == NULL)
		return ERR_INTERNAL;
	n = sf_write_raw(file, ulaw.p, (sf_count_t)ulaw.n);
	(void)sf_close(file); /* checked below */
	if (buf_err(out) != ERR_OK)
		return buf_err(out);
	return (size_t)n == ulaw.n ? ERR_OK : ERR_INTERNAL;
}
