/*
 * ring.h - audio frames from one media thread to the recorder, through memory
 * that both share.
 *
 * One producer, one consumer. The consumer reads ahead of what it gives back:
 * frames younger than RING_KEEP_US stay in the ring, so a recorder that died
 * leaves its successor all that it had not yet written. Neither side trusts
 * the other's numbers: a consumer checks each frame's length against the ring
 * and a producer drops a frame (and counts it) when the ring seems full.
 */
#ifndef RT_PRIV_RING_H
#define RT_PRIV_RING_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define RING_PAYLOAD_MAX 480
#define RING_KEEP_US     (2200 * INT64_C(1000))
/* Both legs at 50 frames of 160 bytes a second, for as long. */
#define RING_CALL_BYTES 42000

struct ring_frame {
	uint32_t key; /* recording */
	uint32_t ssrc;
	uint32_t ts;
	uint16_t seq;
	uint16_t n; /* samples, one byte each, µ-law */
	uint8_t channel;
	int64_t arrived_us;
};

/* Bytes of shared memory for n rings of `calls` recordings each. */
size_t ring_bytes(unsigned int n, unsigned int calls);

struct ring {
	struct ring_shared *shared;
	uint8_t *data;
	size_t size;
	uint64_t at; /* consumer: next frame to read */
};

/* The i-th of n rings in memory of ring_bytes(n, calls), which begins with a
 * cache line and was zeroed once by its creator. Both sides call it; a consumer
 * begins with what was not given back. */
void ring_attach(struct ring *r, void *memory, unsigned int i,
    unsigned int calls);

/* False: full, the frame is counted as lost. n at most RING_PAYLOAD_MAX. */
bool ring_put(struct ring *r, const struct ring_frame *f, const uint8_t *ulaw);
/* The next frame; ulaw borrows from the ring until it is given back. False:
 * none. ERR_SYNTAX in *bad: the producer wrote nonsense; all was skipped. */
bool ring_get(struct ring *r, struct ring_frame *f, const uint8_t **ulaw,
    bool *bad);
/* Gives back what was read and arrived before now_us - RING_KEEP_US. */
void ring_release(struct ring *r, int64_t now_us);
/* The next frame to read is the oldest that was not given back. */
void ring_rewind(struct ring *r);
/* Frames that found the ring full. */
uint64_t ring_lost(const struct ring *r);

#endif
