/*
 * rec_wav.h - one call's recording: frames in, a stereo WAV file out.
 *
 * Left is the caller, right the called side. Frames are put where rec_time.h
 * says, in a window that is written half a second at a time and at least
 * REC_WAV_LAG_US behind the clock; so packets out of order fall into place,
 * and what nobody said is silence. The file is "<name>.part" until it is
 * finished, synced and renamed. A marker "open/<file>" stands for every
 * recording that is not finished (rec_file.h).
 *
 * The check sum is SHA-256 over the samples as 16-bit little-endian linear,
 * interleaved: a FLAC made of the file proves equal. What an earlier recorder
 * wrote is read back for it, in pieces between other work, by
 * rec_wav_catch_up(); the rest of it when the recording is finished. Not
 * thread-safe.
 */
#ifndef RT_REC_WAV_H
#define RT_REC_WAV_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "sipworker/rec/rec_time.h"

#define REC_WAV_SHA256 32
/* How late a frame may come and still be kept: more than REC_TIME_LEAP, for one
 * that stays below it is believed for as long as it does. */
#define REC_WAV_LAG_US (1100 * INT64_C(1000))

struct rec_wav;

struct rec_wav_result {
	uint64_t bytes;   /* of the file */
	uint64_t samples; /* per channel */
	uint8_t sha256[REC_WAV_SHA256];
	uint64_t late;   /* frames that came after their place was written */
	uint64_t placed; /* frames */
};

/* Creates the recording `name` ("<company>/<yyyy-mm-dd>/<call>.wav") below
 * dirfd, with its folders, or goes on with its ".part" if that is there: a
 * recorder that died and came back. Sample 0 is at anchor_us on the monotonic
 * clock; key is for the marker (rec_file.h). ERR_RANGE: a name that leaves the
 * directory; ERR_CONFLICT: it is finished already; ERR_IO. */
RT_MUST_USE enum err rec_wav_open(struct rec_wav **out, int dirfd,
    struct slice name, uint32_t key, int64_t anchor_us);

/* One frame of channel 0 (left) or 1; ulaw has f->n bytes. What a full disk
 * refuses is remembered for rec_wav_finish(). */
void rec_wav_frame(struct rec_wav *w, unsigned int channel,
    const struct rec_time_frame *f, const uint8_t *ulaw);
/* Writes what is due; to be called a few times a second. */
void rec_wav_tick(struct rec_wav *w, int64_t now_us);

enum rec_wav_back {
	REC_WAV_BACK_DONE, /* there was nothing to do */
	REC_WAV_BACK_MORE, /* perhaps */
	REC_WAV_BACK_WAITS /* for the disk: to be asked again in 5 ms or so */
};

/* Frames that were there when it was opened and are still to be read back. */
int64_t rec_wav_behind(const struct rec_wav *w);
/* Reads back up to `frames` of them, and waits for no disk: what is not in
 * memory is asked for and taken by a later call. */
enum rec_wav_back rec_wav_catch_up(struct rec_wav *w, int64_t frames);

/* Writes all up to stop_us, syncs, renames, frees w, whatever it returns. On
 * ERR_IO *out says what there is; the ".part" stays for rec_wav_left(),
 * because audio is never thrown away. One without a sample is no recording:
 * nothing is left of it, and *out says so (ERR_OK, zeros). */
RT_MUST_USE enum err rec_wav_finish(struct rec_wav *w, int64_t stop_us,
    struct rec_wav_result *out);
/* Writes all up to stop_us and leaves the ".part" as it is, for a later
 * rec_wav_left(); frees w. ERR_IO: the disk refused some of it. */
RT_MUST_USE enum err rec_wav_leave(struct rec_wav *w, int64_t stop_us);
/* Deletes what there is of it, and frees w. */
void rec_wav_discard(struct rec_wav *w);
/* Leaves the ".part" as it is and frees w. NULL is allowed. */
void rec_wav_drop(struct rec_wav *w);

/* Opens what a dead recorder left, to be caught up with and finished (stop_us
 * 0), no more: a ".part", mended, or a file that was renamed already, whose
 * check sum is all that is taken. ERR_RANGE: a bad name; ERR_SYNTAX: the
 * finished file is none of ours; ERR_IO. */
RT_MUST_USE enum err rec_wav_left(struct rec_wav **out, int dirfd,
    const char *name);

#endif
