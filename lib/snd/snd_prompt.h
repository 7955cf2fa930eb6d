/*
 * snd_prompt.h - makes a prompt of whatever somebody uploads: one channel,
 * 8000 Hz, levelled, µ-law.
 *
 * Any form that libsndfile reads is taken. Channels are mixed, the rate is
 * converted (libsamplerate), silence at both ends is cut to a tenth of a
 * second, and the speech is brought to SND_PROMPT_LEVEL_DB, measured over its
 * loud parts only (blocks of 50 ms within 20 dB of the loudest, so that pauses
 * do not count), without clipping. The file is hostile until proven harmless:
 * it is read from memory, in blocks, and no further than the longest prompt.
 */
#ifndef RT_SND_PROMPT_H
#define RT_SND_PROMPT_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define SND_PROMPT_RATE_HZ  8000
#define SND_PROMPT_MAX_S    300
#define SND_PROMPT_LEVEL_DB (-19) /* RMS of the loud parts, full scale = 0 */
#define SND_PROMPT_PEAK_DB  (-1)  /* no sample goes over it */

/* Appends the prompt's samples to out. ERR_SYNTAX: no audio file, or one that
 * cannot be decoded to its end; ERR_TOOBIG: longer than SND_PROMPT_MAX_S;
 * ERR_RANGE: a rate under 4000 or over 192000 Hz or more than 8 channels;
 * ERR_NOTFOUND: nothing but silence, or less than a tenth of a second. */
RT_MUST_USE enum err snd_prompt_make(struct slice file, struct buf *out);
/* The same of what a speech program made. Asked for letters that it cannot
 * read, it gives a breath of noise: ERR_NOTFOUND, too. */
RT_MUST_USE enum err snd_prompt_speech(struct slice wav, struct buf *out);

/* The samples as a WAV file that browsers play. */
RT_MUST_USE enum err snd_prompt_wav(struct slice ulaw, struct buf *out);

#endif
