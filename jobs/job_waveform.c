#include "jobs/job_waveform.h"

#include "jobs/rec_path.h"
#include "lib/base/buf.h"
#include "lib/core/peaks.h"
#include "lib/db/db_recording.h"
#include "lib/snd/snd_read.h"

#define BLOCK_FRAMES 4096

/* Waveform under construction. */
struct drawing {
	uint8_t *bytes;
	unsigned int channels;
	size_t window_frames;
	size_t windows; /* there is room for */
	size_t frame;   /* the next one's number */
};

static void draw(struct drawing *d, const int16_t *pcm, size_t frames)
{
	for (size_t i = 0; i < frames; i++, d->frame++) {
		const size_t window = d->frame / d->window_frames;

		if (window >= d->windows)
			return;
		for (unsigned int c = 0; c < d->channels; c++) {
			uint8_t *at = &d->bytes[window * d->channels + c];
			const uint8_t level =
			    peaks_level(pcm[i * d->channels + c]);

			if (level > *at)
				*at = level;
		}
	}
}

static enum err read_all(struct snd_read *r, struct drawing *d)
{
	int16_t pcm[BLOCK_FRAMES];
	const size_t at_once = BLOCK_FRAMES / d->channels;
	size_t got;
	enum err e;

	do {
		if ((e = snd_read_pcm(r, pcm, at_once, &got)) != ERR_OK)
			return e;
		draw(d, pcm, got);
	} while (got > 0);
	return ERR_OK;
}

static enum err begin(const struct snd_info *info, struct arena *mem,
    struct drawing *d)
{
	uint64_t windows;

	if (info->channels < 1 || info->channels > PEAKS_CHANNELS_MAX ||
	    info->rate_hz < PEAKS_RATE)
		return ERR_RANGE;
	*d = (struct drawing){ .channels = info->channels,
		.window_frames = info->rate_hz / PEAKS_RATE };
	windows = (info->frames + d->window_frames - 1) / d->window_frames;
	if (windows > PEAKS_WINDOWS_MAX)
		return ERR_RANGE;
	d->windows = (size_t)windows;
	d->bytes = arena_array(mem, d->windows, d->channels);
	return d->bytes == NULL ? ERR_NOMEM : ERR_OK;
}

enum err job_waveform_peaks(int fd, struct arena *mem, struct buf *out)
{
	struct snd_read *r;
	struct snd_info info;
	struct drawing d;
	struct peaks p;
	enum err e;

	if ((e = snd_read_open(&r, fd, &info)) != ERR_OK)
		return e;
	if ((e = begin(&info, mem, &d)) == ERR_OK)
		e = read_all(r, &d);
	snd_read_close(r);
	if (e != ERR_OK)
		return e;
	p = (struct peaks){ .channels = d.channels,
		.rate = PEAKS_RATE,
		.windows = d.windows,
		.bytes = d.bytes };
	peaks_encode(&p, out);
	return buf_err(out);
}

enum err job_waveform(const struct queue_env *env, const struct job_row *job)
{
	struct recording_row row;
	struct recording_id id;
	struct buf peaks;
	int fd = -1;
	enum err e;

	if ((e = id_parse(ID_KIND_recording, job->payload, id.v)) != ERR_OK)
		return e;
	e = db_recording_get(env->db, job->company, id, &row);
	if (e == ERR_OK && slice_eq(slice_from(row.state), SLICE("erased")))
		return ERR_OK; /* nothing is left to draw, and that is right */
	if (e == ERR_OK)
		e = rec_path_open(env->settings, row.path, &fd);
	if (e != ERR_OK)
		return e;
	buf_init(&peaks, PEAKS_BYTES_MAX);
	e = job_waveform_peaks(fd, env->arena, &peaks);
	if (e == ERR_OK)
		e = db_recording_set_peaks(env->db, job->company, id,
		    buf_slice(&peaks));
	buf_fini(&peaks);
	return e;
}
