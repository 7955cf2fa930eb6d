/*
 * voice.h - is somebody speaking? From the energy of the samples.
 *
 * Blocks of 20 ms are compared with the noise floor of the line, which follows
 * the quietest of them; speech is 9 dB above it, and in any case above
 * -50 dBov and below -35 dBov as limits of that rule. Three blocks in a row
 * begin it, so that a click is nothing; it has ended when no block was loud
 * for the time asked for. A sender that pauses its packets in silence is
 * silent: voice_tick().
 */
#ifndef RT_RTP_VOICE_H
#define RT_RTP_VOICE_H

#include <stddef.h>

#include "lib/base/rt.h"

enum voice_what {
	VOICE_NOTHING,
	VOICE_BEGAN,
	VOICE_ENDED /* quiet for so long; v->last_us: since when */
};

struct voice {
	int64_t quiet_us; /* asked for */
	int64_t last_us;  /* end of the last loud block, or the start */
	bool speaking;
	bool waiting; /* ENDED was not said yet */
	uint8_t loud; /* blocks in a row */
	uint32_t floor;
	uint32_t n; /* of the block being gathered */
	uint64_t sum;
};

/* ENDED comes quiet_us after now if nobody says anything at all. */
void voice_init(struct voice *v, int64_t quiet_us, int64_t now_us);
/* Samples at 8000 Hz that ended now. */
enum voice_what voice_feed(struct voice *v, const int16_t *pcm, size_t n,
    int64_t now_us);
enum voice_what voice_tick(struct voice *v, int64_t now_us);

#endif
