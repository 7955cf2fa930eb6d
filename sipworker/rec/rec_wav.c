#include "sipworker/rec/rec_wav.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/hash/sha256.h"
#include "lib/snd/snd_wav.h"
#include "sipworker/rec/rec_file.h"

/* Frames of the window: a block, the lag and one long packet. What is not
 * written yet is younger than RING_KEEP_US, or a successor would miss it. */
#define BLOCK  (SND_WAV_RATE_HZ / 2)
#define LAG    (REC_WAV_LAG_US * SND_WAV_RATE_HZ / RT_SEC_US)
#define WINDOW (BLOCK + LAG + 640)

#define HASH_AT_ONCE 1024 /* frames */
#define FRAME_MAX    640

/* Asked for in advance. */
#define AHEAD_BYTES (1 << 20)
/* A file system that brings nothing however often it is asked (some 10 s) is
 * waited for, so that everything has an end. */
#define WAITS_MAX 2000

struct rec_wav {
	int dirfd;
	struct snd_wav *file; /* NULL: it was renamed already */
	int fd;               /* file's, or our own when renamed */
	uint64_t data_at;     /* where its samples begin */
	struct sha256 *hash;
	struct rec_time time[SND_WAV_CHANNELS];
	int64_t end[SND_WAV_CHANNELS]; /* behind the last frame placed */
	int64_t written;               /* frames given out of the window */
	int64_t kept;                  /* of these, frames in the file */
	int64_t hashed;                /* of these, in the check sum */
	bool unread;                   /* they cannot be read back */
	unsigned int waits; /* for the disk, since it brought something */
	bool failed;        /* the disk refused; no more is tried */
	uint64_t late;
	uint64_t placed;
	char name[REC_FILE_NAME_MAX + 1];
	uint8_t linear[256][2]; /* what each µ-law byte is in the check sum */
	uint8_t window[SND_WAV_CHANNELS][WINDOW]; /* by position modulo */
};

/* NULL: no memory. */
static struct rec_wav *new_wav(int dirfd, const char *name, size_t n)
{
	struct rec_wav *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->dirfd = dirfd;
	w->fd = -1;
	memcpy(w->name, name, n);
	for (unsigned int i = 0; i < 256; i++) {
		const uint16_t s = (uint16_t)snd_wav_pcm((uint8_t)i);

		w->linear[i][0] = (uint8_t)s;
		w->linear[i][1] = (uint8_t)(s >> 8);
	}
	return w;
}

static enum err hash_frames(struct rec_wav *w, const uint8_t *ulaw, size_t n)
{
	uint8_t pcm[HASH_AT_ONCE * SND_WAV_CHANNELS * 2];
	enum err e = ERR_OK;

	while (n > 0 && e == ERR_OK) {
		const size_t some = n < HASH_AT_ONCE ? n : HASH_AT_ONCE;

		for (size_t i = 0; i < some * SND_WAV_CHANNELS; i++)
			memcpy(pcm + 2 * i, w->linear[ulaw[i]], 2);
		e = sha256_more(w->hash, pcm, some * SND_WAV_CHANNELS * 2);
		ulaw += some * SND_WAV_CHANNELS;
		n -= some;
	}
	return e;
}

/* What is in memory; -1 and EAGAIN: nothing yet, and the disk was asked for it.
 * Where the file system cannot say, it is waited for. */
static ssize_t read_ready(struct rec_wav *w, void *block, size_t n, off_t at)
{
	const struct iovec to = { block, n };
	ssize_t got;

	if (w->waits >= WAITS_MAX)
		return pread(w->fd, block, n, at);
	got = preadv2(w->fd, &to, 1, at, RWF_NOWAIT);
	if (got == -1 && errno == EAGAIN) {
		w->waits++;
		/* Refused: then it comes by the last wait. */
		(void)posix_fadvise(w->fd, at, AHEAD_BYTES,
		    POSIX_FADV_WILLNEED);
		errno = EAGAIN;
	} else if (got == -1 && (errno == EOPNOTSUPP || errno == ENOSYS)) {
		got = pread(w->fd, block, n, at);
	}
	return got;
}

/* One block of what an earlier life wrote, for the check sum. ERR_BUSY: the
 * disk has not brought it yet; only if now. */
static enum err hash_block_back(struct rec_wav *w, int64_t frames, bool now)
{
	uint8_t block[HASH_AT_ONCE * SND_WAV_CHANNELS];
	const size_t some =
	    frames < HASH_AT_ONCE ? (size_t)frames : HASH_AT_ONCE;
	const size_t want = some * SND_WAV_CHANNELS;
	const off_t at =
	    (off_t)(w->data_at + (uint64_t)w->hashed * SND_WAV_CHANNELS);
	const ssize_t n = now ? read_ready(w, block, want, at)
			      : pread(w->fd, block, want, at);

	if (n == -1 && errno == EAGAIN)
		return ERR_BUSY;
	/* At the end of a page less may be there than was asked for. */
	if (n < SND_WAV_CHANNELS) {
		log_sys("rec: read back");
		return ERR_IO;
	}
	if (hash_frames(w, block, (size_t)n / SND_WAV_CHANNELS) != ERR_OK)
		return ERR_INTERNAL;
	w->hashed += n / SND_WAV_CHANNELS;
	w->waits = 0;
	return ERR_OK;
}

static enum err hash_back(struct rec_wav *w)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && rec_wav_behind(w) > 0)
		e = hash_block_back(w, rec_wav_behind(w), false);
	return e;
}

int64_t rec_wav_behind(const struct rec_wav *w)
{
	return w->unread ? 0 : w->kept - w->hashed;
}

enum rec_wav_back rec_wav_catch_up(struct rec_wav *w, int64_t frames)
{
	const int64_t behind = rec_wav_behind(w);
	const int64_t to = w->hashed + (behind < frames ? behind : frames);
	enum err e = ERR_OK;

	if (behind <= 0)
		return REC_WAV_BACK_DONE;
	while (e == ERR_OK && w->hashed < to)
		e = hash_block_back(w, to - w->hashed, true);
	if (e == ERR_BUSY)
		return REC_WAV_BACK_WAITS;
	if (e != ERR_OK)
		w->unread = true; /* told when it is finished */
	return REC_WAV_BACK_MORE;
}

/* Takes fd. */
static enum err attach(struct rec_wav *w, int fd, bool fresh)
{
	uint64_t frames = 0;
	enum err e;

	w->fd = fd;
	if (!fresh) {
		e = snd_wav_repair(fd, &w->data_at, &frames);
		if (e == ERR_SYNTAX && ftruncate(fd, 0) == 0) {
			/* Killed before the header: no sample was written. */
			frames = 0;
			fresh = true;
		} else if (e != ERR_OK) {
			return e; /* rec_wav_drop() closes it */
		}
	}
	w->written = w->kept = (int64_t)frames;
	e = fresh ? snd_wav_create(&w->file, fd) : snd_wav_resume(&w->file, fd);
	if (e != ERR_OK)
		w->fd = -1; /* closed */
	return e;
}

enum err rec_wav_open(struct rec_wav **out, int dirfd, struct slice name,
    uint32_t key, int64_t anchor_us)
{
	struct rec_file_marker m = { .key = key, .anchor_us = anchor_us };
	struct rec_wav *w;
	bool fresh = true;
	enum err e;
	int fd = -1;

	if (!rec_file_name_ok(name))
		return ERR_RANGE;
	if ((w = new_wav(dirfd, name.p, name.n)) == NULL)
		return ERR_NOMEM;
	memcpy(m.name, name.p, name.n);
	memset(w->window, SND_WAV_SILENCE, sizeof(w->window));
	for (size_t i = 0; i < SND_WAV_CHANNELS; i++)
		rec_time_init(&w->time[i], anchor_us);
	if ((e = sha256_new(&w->hash)) != ERR_OK ||
	    (e = rec_file_begin(dirfd, &m, &fd, &fresh)) != ERR_OK ||
	    (e = attach(w, fd, fresh)) != ERR_OK) {
		rec_wav_drop(w);
		return e;
	}
	*out = w;
	return ERR_OK;
}

void rec_wav_drop(struct rec_wav *w)
{
	if (w == NULL)
		return;
	if (w->file == NULL && w->fd != -1)
		(void)close(w->fd); /* a repair is small, can be made again */
	snd_wav_drop(w->file);
	sha256_free(w->hash);
	free(w);
}

void rec_wav_discard(struct rec_wav *w)
{
	const int dirfd = w->dirfd;
	char name[sizeof(w->name)];

	memcpy(name, w->name, sizeof(name));
	rec_wav_drop(w);
	rec_file_discard(dirfd, name);
}

static size_t slot(int64_t position)
{
	return (size_t)(position % WINDOW);
}

/* While older frames are still to be read back, these will be, too. */
static enum err append(struct rec_wav *w, const uint8_t *ulaw, size_t n)
{
	enum err e = snd_wav_append(w->file, ulaw, n);

	if (e != ERR_OK || w->hashed != w->kept)
		return e;
	if ((e = hash_frames(w, ulaw, n)) == ERR_OK)
		w->hashed += (int64_t)n;
	return e;
}

/* The n oldest frames of the window, interleaved; there they are silent again.
 */
static void take_out(struct rec_wav *w, uint8_t *out, size_t n)
{
	while (n > 0) {
		const size_t from = slot(w->written);
		const size_t some = n < WINDOW - from ? n : WINDOW - from;
		uint8_t *left = w->window[0] + from;
		uint8_t *right = w->window[1] + from;

		for (size_t i = 0; i < some; i++) {
			out[2 * i] = left[i];
			out[2 * i + 1] = right[i];
		}
		memset(left, SND_WAV_SILENCE, some);
		memset(right, SND_WAV_SILENCE, some);
		w->written += (int64_t)some;
		out += 2 * some;
		n -= some;
	}
}

/* Writes the n oldest frames of the window, BLOCK at most. */
static void put_out(struct rec_wav *w, size_t n)
{
	uint8_t block[BLOCK * SND_WAV_CHANNELS];

	take_out(w, block, n);
	if (w->failed)
		return;
	if (append(w, block, n) != ERR_OK) {
		log_error("rec: stopped writing file=%s", w->name);
		w->failed = true;
	} else {
		w->kept = w->written;
	}
}

/* Writes everything before `to`. */
static void flush(struct rec_wav *w, int64_t to)
{
	while (w->written < to) {
		const int64_t left = to - w->written;

		put_out(w, left < BLOCK ? (size_t)left : BLOCK);
	}
}

void rec_wav_tick(struct rec_wav *w, int64_t now_us)
{
	const int64_t now = rec_time_at(&w->time[0], now_us);

	if (now - LAG - w->written >= BLOCK)
		flush(w, w->written + (now - LAG - w->written) / BLOCK * BLOCK);
}

/* A step of the clock correction leaves a hole of a sample or two: the last
 * sample fills it, silence would click. */
static void bridge_step(struct rec_wav *w, unsigned int channel, int64_t at)
{
	const int64_t end = w->end[channel];

	if (at <= end || at - end > 2 || end <= w->written)
		return;
	for (int64_t p = end; p < at; p++)
		w->window[channel][slot(p)] = w->window[channel][slot(end - 1)];
}

/* Puts n samples into the window; those whose place was written are too late.
 */
static void put_in(struct rec_wav *w, unsigned int channel, int64_t at,
    const uint8_t *ulaw, size_t n)
{
	size_t i = at < w->written ? (size_t)(w->written - at) : 0;

	while (i < n) {
		const size_t to = slot(at + (int64_t)i);
		const size_t some = n - i < WINDOW - to ? n - i : WINDOW - to;

		memcpy(w->window[channel] + to, ulaw + i, some);
		i += some;
	}
}

void rec_wav_frame(struct rec_wav *w, unsigned int channel,
    const struct rec_time_frame *f, const uint8_t *ulaw)
{
	int64_t at;

	if (channel >= SND_WAV_CHANNELS || f->n > FRAME_MAX)
		return;
	at = rec_time_place(&w->time[channel], f);
	/* The window moves on when the frame lies beyond it. */
	flush(w, at + f->n - WINDOW);
	if (at + f->n <= w->written) {
		w->late++;
		return;
	}
	bridge_step(w, channel, at);
	put_in(w, channel, at, ulaw, f->n);
	if (at + f->n > w->end[channel])
		w->end[channel] = at + f->n;
	w->placed++;
}

static enum err finish_file(struct rec_wav *w, struct rec_wav_result *out)
{
	struct stat st;
	enum err e = w->failed ? ERR_IO : ERR_OK;

	if (w->unread || hash_back(w) != ERR_OK)
		e = ERR_IO;
	if (sha256_end(w->hash, out->sha256) != ERR_OK)
		e = ERR_INTERNAL;
	if (w->file == NULL) {
		if (e == ERR_OK)
			rec_file_forget(w->dirfd, w->name);
	} else {
		if (snd_wav_finish(w->file) != ERR_OK)
			e = ERR_IO;
		w->file = NULL;
		w->fd = -1;
		if (e == ERR_OK)
			e = rec_file_end(w->dirfd, w->name);
	}
	if (e == ERR_OK && fstatat(w->dirfd, w->name, &st, 0) == 0)
		out->bytes = (uint64_t)st.st_size;
	return e;
}

enum err rec_wav_finish(struct rec_wav *w, int64_t stop_us,
    struct rec_wav_result *out)
{
	struct rec_wav_result result = { 0 };
	enum err e;

	if (w->file != NULL)
		flush(w, rec_time_at(&w->time[0], stop_us));
	if (w->file != NULL && w->kept == 0 && !w->failed) {
		rec_wav_discard(w);
		*out = result;
		return ERR_OK;
	}
	result.samples = (uint64_t)w->kept;
	result.late = w->late;
	result.placed = w->placed;
	e = finish_file(w, &result);
	rec_wav_drop(w);
	*out = result;
	return e;
}

enum err rec_wav_leave(struct rec_wav *w, int64_t stop_us)
{
	bool failed;

	flush(w, rec_time_at(&w->time[0], stop_us));
	failed = w->failed;
	rec_wav_drop(w);
	return failed ? ERR_IO : ERR_OK;
}

/* A recording that was renamed and whose marker was left behind. */
static enum err open_finished(struct rec_wav **out, int dirfd, const char *name)
{
	/* The name was checked by rec_wav_open(). */
	struct rec_wav *w = new_wav(dirfd, name, strlen(name));
	uint64_t frames = 0;
	enum err e;

	if (w == NULL)
		return ERR_NOMEM;
	w->fd = openat(dirfd, name, O_RDWR | O_CLOEXEC);
	if (w->fd == -1) {
		log_sys("rec: open %s", name);
		e = ERR_IO;
	} else if ((e = sha256_new(&w->hash)) == ERR_OK) {
		e = snd_wav_repair(w->fd, &w->data_at, &frames);
	}
	if (e != ERR_OK) {
		rec_wav_drop(w);
		return e;
	}
	w->written = w->kept = (int64_t)frames;
	*out = w;
	return ERR_OK;
}

enum err rec_wav_left(struct rec_wav **out, int dirfd, const char *name)
{
	const enum err e = rec_wav_open(out, dirfd, slice_from(name), 0, 0);

	return e == ERR_CONFLICT ? open_finished(out, dirfd, name) : e;
}
