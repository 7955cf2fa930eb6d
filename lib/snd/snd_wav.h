/*
 * snd_wav.h - µ-law stereo WAV files at 8000 Hz that a crash cannot spoil.
 *
 * libsndfile writes the file; its header is brought up to date every five
 * seconds of audio, so whatever kills the program leaves a file that plays to
 * there as it is, and to its end once snd_wav_repair() has mended it. A frame
 * is one sample of each channel, left first.
 */
#ifndef RT_SND_WAV_H
#define RT_SND_WAV_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define SND_WAV_RATE_HZ  8000
#define SND_WAV_CHANNELS 2
#define SND_WAV_SILENCE  0xff /* µ-law zero */

struct snd_wav;

/* Begins a file on fd, which must be empty, readable and writable, and which
 * is the object's from now on, also when this fails. ERR_IO, ERR_NOMEM. */
RT_MUST_USE enum err snd_wav_create(struct snd_wav **out, int fd);
/* Goes on behind the frames of a repaired file of this form. As above;
 * ERR_SYNTAX: it is none. */
RT_MUST_USE enum err snd_wav_resume(struct snd_wav **out, int fd);
/* Appends frames, interleaved µ-law. Meant for blocks: each call is a write
 * and, every five seconds of audio, a header. ERR_IO: the disk refused, logged;
 * what was written before stays good. */
RT_MUST_USE enum err snd_wav_append(struct snd_wav *w, const uint8_t *ulaw,
    size_t frames);
/* Writes the last header, syncs, closes and frees w, whatever it returns. */
RT_MUST_USE enum err snd_wav_finish(struct snd_wav *w);
/* Closes and frees without syncing. NULL is allowed. */
void snd_wav_drop(struct snd_wav *w);

/* Makes the sizes in the header agree with the length of the file, cut to
 * whole frames. A file that agrees already is not touched; bytes after the
 * data chunk stay. *offset and *frames say where the samples lie. ERR_SYNTAX:
 * no WAV of this form, for example killed before its header was written. */
RT_MUST_USE enum err snd_wav_repair(int fd, uint64_t *offset, uint64_t *frames);

/* One µ-law byte as 16-bit linear (ITU-T G.711 table 2a). */
int16_t snd_wav_pcm(uint8_t ulaw);

#endif
