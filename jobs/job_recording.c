#include "jobs/job_recording.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/rec_path.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_recording.h"
#include "lib/hash/sha256.h"
#include "lib/snd/snd_read.h"
#include "lib/snd/snd_wav.h"

#define BLOCK_FRAMES 1024
#define PAGE_BYTES   ((size_t)1 << 20) /* JOB_RECORDING_BATCH rows */

/* The check sum is over the samples as 16-bit little-endian linear
 * (sipworker/rec/rec_wav.h). */
static enum err hash_block(struct sha256 *h, const int16_t *pcm, size_t n)
{
	uint8_t le[BLOCK_FRAMES * SND_WAV_CHANNELS * 2];

	for (size_t i = 0; i < n; i++) {
		le[2 * i] = (uint8_t)(uint16_t)pcm[i];
		le[2 * i + 1] = (uint8_t)((uint16_t)pcm[i] >> 8);
	}
	return sha256_more(h, le, 2 * n);
}

static enum err read_samples(struct snd_read *r, struct recording_row *row,
    uint64_t *frames)
{
	int16_t pcm[BLOCK_FRAMES * SND_WAV_CHANNELS];
	struct sha256 *h;
	size_t got = 0;
	enum err e = sha256_new(&h);

	*frames = 0;
	while (e == ERR_OK &&
	       (e = snd_read_pcm(r, pcm, BLOCK_FRAMES, &got)) == ERR_OK &&
	       got > 0) {
		*frames += got;
		e = hash_block(h, pcm, got * SND_WAV_CHANNELS);
	}
	if (e == ERR_OK)
		e = sha256_end(h, row->pcm_sha256);
	sha256_free(h);
	return e;
}

/* What the file says of itself; takes fd. ERR_SYNTAX: it is none of ours. */
static enum err measure(int fd, struct recording_row *row)
{
	struct snd_info info;
	struct snd_read *r;
	uint64_t frames = 0;
	struct stat st;
	enum err e;

	if (fstat(fd, &st) == -1) {
		log_sys("job_recording: stat");
		(void)close(fd); /* read only */
		return ERR_IO;
	}
	if ((e = snd_read_open(&r, fd, &info)) != ERR_OK)
		return e;
	if (info.channels != SND_WAV_CHANNELS ||
	    info.rate_hz != SND_WAV_RATE_HZ)
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		e = read_samples(r, row, &frames);
	snd_read_close(r);
	if (e != ERR_OK)
		return e;
	row->size_bytes = (uint64_t)st.st_size;
	row->duration_ms = (uint32_t)(frames * 1000 / SND_WAV_RATE_HZ);
	return ERR_OK;
}

/* There is no finished file. ERR_BUSY: the recorder may still finish it. */
static enum err look_for_part(const struct queue_env *env,
    const struct recording_row *row, const char **why)
{
	char part[DB_TEXT_BYTES + 8];
	int fd = -1;
	enum err e;

	(void)snprintf(part, sizeof(part), "%s.part", row->path);
	e = rec_path_open(env->settings, part, &fd);
	if (e == ERR_OK)
		(void)close(fd); /* read only */
	if (e == ERR_OK)
		*why = RECORDING_UNFINISHED;
	return e == ERR_OK ? ERR_BUSY : e;
}

/* *why: what it would be called if it failed. */
static enum err look(const struct queue_env *env, struct recording_row *row,
    const char **why)
{
	int fd = -1;
	enum err e;

	*why = RECORDING_MISSING;
	e = rec_path_open(env->settings, row->path, &fd);
	if (e == ERR_NOTFOUND)
		return look_for_part(env, row, why);
	if (e != ERR_OK)
		return e;
	*why = RECORDING_DAMAGED;
	return measure(fd, row);
}

static enum err settle(const struct queue_env *env, struct recording_pending *p)
{
	const bool long_ago =
	    p->created_us < env->now_us - JOB_RECORDING_PART_US;
	const char *why;
	enum err e = look(env, &p->row, &why);

	if (e == ERR_OK) {
		log_info("job_recording: found file=%s ms=%u", p->row.path,
		    (unsigned int)p->row.duration_ms);
		return db_recording_ready(env->db, p->company, &p->row,
		    env->now_us);
	}
	if (e == ERR_NOMEM || e == ERR_INTERNAL)
		return e; /* says nothing of the file */
	if ((e == ERR_BUSY || e == ERR_IO) && !long_ago)
		return ERR_OK;
	log_error("job_recording: given up file=%s: %s", p->row.path, why);
	return db_recording_failed(env->db, p->company, p->row.id, why);
}

/* Those that wait behind *last, which becomes the last of them. *first: what
 * the first one that could not be settled gave; it holds up no other. */
static enum err settle_some(const struct queue_env *env, struct arena *mem,
    struct recording_pending *last, size_t *n, enum err *first)
{
	struct recording_pending *rows;
	enum err e =
	    db_recording_pending(env->db, env->now_us - JOB_RECORDING_SETTLE_US,
		last, JOB_RECORDING_BATCH, mem, &rows, n);

	for (size_t i = 0; e == ERR_OK && i < *n; i++) {
		*last = rows[i];
		e = settle(env, &rows[i]);
		if (e == ERR_OK || e == ERR_UNAVAILABLE || e == ERR_NOMEM)
			continue;
		if (*first == ERR_OK)
			*first = e;
		e = ERR_OK;
	}
	return e;
}

enum err job_recording(const struct queue_env *env, const struct job_row *job)
{
	const int64_t end_us = clk_mono_us() + JOB_RECORDING_TURN_US;
	struct recording_pending last = { .created_us = 0 };
	size_t n = JOB_RECORDING_BATCH;
	enum err first = ERR_OK, e = ERR_OK;
	struct arena mem;

	(void)job;
	arena_init(&mem, PAGE_BYTES);
	while (
	    e == ERR_OK && n == JOB_RECORDING_BATCH && clk_mono_us() < end_us) {
		e = settle_some(env, &mem, &last, &n, &first);
		arena_reset(&mem);
	}
	arena_fini(&mem);
	return e == ERR_OK ? first : e;
}
