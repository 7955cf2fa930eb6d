/*
 * Fuzzes sipworker/rtp's ears, dtmf_tone and voice: bytes are µ-law audio, the
 * first says how much comes at a time. Invariants: only keys are told, at most
 * one in 25 ms; speech begins and ends by turns.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sipworker/rtp/dtmf_tone.h"
#include "sipworker/rtp/g711.h"
#include "sipworker/rtp/voice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dtmf_tone tone;
	struct voice voice;
	int64_t now_us = 0, told_us = -RT_SEC_US;
	bool speaking = false;
	size_t step;

	if (size == 0)
		return 0;
	step = data[0] + 1u;
	dtmf_tone_init(&tone);
	voice_init(&voice, RT_SEC_US, now_us);
	for (size_t at = 1; at < size; at += step) {
		const size_t n = size - at < step ? size - at : step;
		int16_t pcm[256];
		enum voice_what what;
		char key;

		for (size_t i = 0; i < n; i++)
			pcm[i] = g711_from_ulaw(data[at + i]);
		now_us += (int64_t)n * 125;
		key = dtmf_tone_feed(&tone, pcm, n);
		assert(key == '\0' || strchr("0123456789*#ABCD", key) != NULL);
		if (key != '\0') {
			assert(now_us - told_us >= 12000);
			told_us = now_us;
		}
		what = voice_feed(&voice, pcm, n, now_us);
		assert(what != VOICE_BEGAN || !speaking);
		if (what != VOICE_NOTHING)
			speaking = what == VOICE_BEGAN;
	}
	return 0;
}
