/*
 * dtmf_tone.h - keys in the audio itself, for peers that have no telephone
 * events (ITU-T Q.23, Q.24).
 *
 * Goertzel filters over blocks of 102 samples (12.75 ms) look for candidates:
 * one tone of each group stands out from the others of its group and the twist
 * is within +4 (high group stronger) and -8 dB. Two blocks in a row with the
 * same candidate are looked at closely, as one of 25.5 ms: the two tones, at
 * their best frequency within 2 % of the right one, must be nearly all the
 * energy there is. That is what speech never is for so long. 40 ms always hold
 * two whole blocks; two blocks without the key end the press, so that an
 * interruption of 10 ms does not.
 */
#ifndef RT_RTP_DTMF_TONE_H
#define RT_RTP_DTMF_TONE_H

#include <stddef.h>

#include "lib/base/rt.h"

#define DTMF_TONE_FREQS 8
#define DTMF_TONE_BLOCK 102

struct dtmf_tone {
	float s1[DTMF_TONE_FREQS];
	float s2[DTMF_TONE_FREQS];
	int16_t pcm[2 * DTMF_TONE_BLOCK]; /* the block before and this one */
	uint32_t n;                       /* of this block */
	char candidate;                   /* of the block before; '\0' none */
	char down;                        /* reported and still pressed */
	uint8_t misses;
};

void dtmf_tone_init(struct dtmf_tone *d);
/* Samples at 8000 Hz, 60 ms at most; the key that these made certain, once a
 * press, else '\0'. */
char dtmf_tone_feed(struct dtmf_tone *d, const int16_t *pcm, size_t n);

#endif
