/*
 * ua_sound.h - what the test caller says: mu-law frames of 20 ms from a spec.
 *
 *   silence          digital silence
 *   tone:HZ          a sine of 20 to 3,800 Hz at -10 dBm0
 *   clicks:MS        5 ms of 1 kHz at full level every MS milliseconds, the
 *                    first at 0; silence between
 *   file:PATH        headerless mu-law at 8 kHz, once, then silence
 *   measure          silence whose first bytes carry the time of sending, for
 *                    ua_rtp's latency figures
 *
 * A sound is read-only after ua_sound_open() and may serve many calls; each
 * call keeps its own position.
 */
#ifndef RT_CTL_UA_SOUND_H
#define RT_CTL_UA_SOUND_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define UA_SOUND_FRAME 160 /* 20 ms at 8 kHz */

struct ua_sound;

/* ERR_SYNTAX: no such spec; ERR_RANGE: a number out of bounds; ERR_IO: the file
 * (logged); ERR_TOOBIG: longer than ten minutes. */
RT_MUST_USE enum err ua_sound_open(struct slice spec, struct ua_sound **out);
void ua_sound_free(struct ua_sound *s);

/* The frame that begins at sample `at` of the sound. */
void ua_sound_frame(const struct ua_sound *s, uint64_t at,
    uint8_t out[UA_SOUND_FRAME]);
bool ua_sound_measures(const struct ua_sound *s);

#endif
