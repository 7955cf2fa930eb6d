/*
 * tone.h - the tones that need no file: ringback and beep, as µ-law.
 */
#ifndef RT_MEDIA_TONE_H
#define RT_MEDIA_TONE_H

#include "lib/base/rt.h"

/* North American ringback: 440 + 480 Hz at -19 dBm0 each, 2 s on, 4 s off. */
#define TONE_RINGBACK_SAMPLES 48000
#define TONE_BEEP_SAMPLES     3200 /* 1000 Hz, 400 ms */

void tone_ringback(uint8_t out[TONE_RINGBACK_SAMPLES]);
void tone_beep(uint8_t out[TONE_BEEP_SAMPLES]);

#endif
