/*
 * snd_read.h - reads audio files of any form that libsndfile knows as 16-bit
 * samples.
 */
#ifndef RT_SND_READ_H
#define RT_SND_READ_H

#include "lib/base/err.h"

struct snd_read;

struct snd_info {
	unsigned int rate_hz;
	unsigned int channels; /* 1 to 8 */
	uint64_t frames;
};

/* Opens the file on fd, which is the object's from now on, also when this
 * fails. ERR_SYNTAX: no audio file or an odd one. */
RT_MUST_USE enum err snd_read_open(struct snd_read **out, int fd,
    struct snd_info *info);
/* Up to frames frames, interleaved; *got 0 at the end. */
RT_MUST_USE enum err snd_read_pcm(struct snd_read *r, int16_t *pcm,
    size_t frames, size_t *got);
/* NULL is allowed. */
void snd_read_close(struct snd_read *r);

#endif
