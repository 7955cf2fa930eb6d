/*
 * snd_mem.h - audio files in memory, for libsndfile's virtual files. Only
 * lib/snd includes it.
 */
#ifndef RT_SND_MEM_H
#define RT_SND_MEM_H

#include <sndfile.h>

#include "lib/base/buf.h"
#include "lib/base/slice.h"

/* A file that is read from in, or written to out: one of them is set. Its
 * address must stay until sf_close(). */
struct snd_mem {
	struct slice in;
	struct buf *out; /* grows; the file begins behind what was there */
	size_t begin;    /* set by snd_mem_open() */
	size_t at;       /* from begin */
};

SNDFILE *snd_mem_open(struct snd_mem *m, SF_INFO *info);

#endif
