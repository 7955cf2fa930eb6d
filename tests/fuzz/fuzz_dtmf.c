/*
 * Fuzzes sipworker/rtp/dtmf: 8 bytes a packet (time step, timestamp step,
 * SSRC, pad, payload). Invariant: a press is told at most once for one
 * timestamp in a row, and only keys are told.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sipworker/rtp/dtmf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp_pkt p = { .ts = 0 }, last = { .ts = 0 };
	struct dtmf_in d;
	int64_t now_us = 0;
	char last_key = '\0';

	dtmf_in_init(&d);
	for (; size >= 8; data += 8, size -= 8) {
		char key;

		now_us += data[0] * 1000;
		p.ts += data[1];
		p.ssrc = data[2] & 1;
		p.payload = slice_of(data + 4, data[3] % 5);
		key = dtmf_in_packet(&d, &p, now_us);
		if (key == '\0')
			continue;
		assert(strchr("0123456789*#ABCD", key) != NULL);
		assert(
		    key != last_key || p.ts != last.ts || p.ssrc != last.ssrc);
		last = p;
		last_key = key;
	}
	return 0;
}
