#include "sipworker/priv/ring.h"

#include <stdatomic.h>
#include <string.h>

#define LINE 64

/* Positions count bytes for ever; modulo size they are places. Frames never
 * wrap: a gap at the end is a frame of SKIP. */
struct ring_shared {
	_Alignas(LINE) _Atomic uint64_t head; /* written by the producer */
	_Atomic uint64_t lost;
	_Alignas(LINE) _Atomic uint64_t tail; /* written by the consumer */
};

struct slot {
	uint32_t
	    bytes; /* of the slot, a multiple of 8; SKIP in key: no frame */
	uint32_t key;
	uint32_t ssrc;
	uint32_t ts;
	uint16_t seq;
	uint16_t n;
	uint32_t channel;
	int64_t arrived_us;
};

#define SKIP     UINT32_MAX
#define SLOT_MAX (sizeof(struct slot) + RING_PAYLOAD_MAX)

static size_t one(unsigned int calls)
{
	const size_t least = 64 * SLOT_MAX;
	const size_t n = (size_t)calls * RING_CALL_BYTES;

	return ((n < least ? least : n) + LINE - 1) / LINE * LINE;
}

size_t ring_bytes(unsigned int n, unsigned int calls)
{
	return n * (sizeof(struct ring_shared) + one(calls));
}

void ring_attach(struct ring *r, void *memory, unsigned int i,
    unsigned int calls)
{
	uint8_t *at = memory;

	at += i * (sizeof(struct ring_shared) + one(calls));
	r->shared = (void *)at;
	r->data = at + sizeof(struct ring_shared);
	r->size = one(calls);
	ring_rewind(r);
}

void ring_rewind(struct ring *r)
{
	r->at = atomic_load(&r->shared->tail);
}

bool ring_put(struct ring *r, const struct ring_frame *f, const uint8_t *ulaw)
{
	const uint64_t head =
	    atomic_load_explicit(&r->shared->head, memory_order_relaxed);
	const uint64_t tail =
	    atomic_load_explicit(&r->shared->tail, memory_order_acquire);
	const uint32_t need =
	    (uint32_t)((sizeof(struct slot) + f->n + 7) & ~(size_t)7);
	const size_t left = r->size - (size_t)(head % r->size);
	const size_t skip = left < need ? left : 0;
	struct slot s = { need, f->key, f->ssrc, f->ts, f->seq, f->n,
		f->channel, f->arrived_us };
	uint8_t *at;

	if (f->n > RING_PAYLOAD_MAX || head - tail + skip + need > r->size) {
		atomic_fetch_add(&r->shared->lost, 1);
		return false;
	}
	if (skip >= sizeof(uint32_t) * 2) {
		const uint32_t mark[2] = { (uint32_t)skip, SKIP };

		memcpy(r->data + head % r->size, mark, sizeof(mark));
	}
	at = r->data + (head + skip) % r->size;
	memcpy(at, &s, sizeof(s));
	memcpy(at + sizeof(s), ulaw, f->n);
	atomic_store_explicit(&r->shared->head, head + skip + need,
	    memory_order_release);
	return true;
}

/* The slot at position p, skipping the gap at the end. False: none, or
 * nonsense (*bad). */
static bool slot_at(const struct ring *r, uint64_t *p, struct slot *s,
    bool *bad)
{
	const uint64_t head =
	    atomic_load_explicit(&r->shared->head, memory_order_acquire);

	while (*p != head) {
		const size_t place = (size_t)(*p % r->size);
		const size_t left = r->size - place;
		uint32_t mark[2];

		if (head - *p > r->size || left < sizeof(mark) ||
		    head - *p < sizeof(mark))
			break;
		memcpy(mark, r->data + place, sizeof(mark));
		if (mark[1] == SKIP && mark[0] == left && left <= head - *p) {
			*p += left;
			continue;
		}
		if (left < sizeof(*s) || head - *p < sizeof(*s))
			break;
		memcpy(s, r->data + place, sizeof(*s));
		if (s->n > RING_PAYLOAD_MAX || s->bytes > left ||
		    s->bytes > head - *p || s->bytes % 8 != 0 ||
		    s->bytes < sizeof(*s) + s->n)
			break;
		return true;
	}
	if (*p != head) {
		*p = head;
		*bad = true;
	}
	return false;
}

bool ring_get(struct ring *r, struct ring_frame *f, const uint8_t **ulaw,
    bool *bad)
{
	struct slot s;

	*bad = false;
	if (!slot_at(r, &r->at, &s, bad))
		return false;
	*f = (struct ring_frame){ s.key, s.ssrc, s.ts, s.seq, s.n,
		(uint8_t)s.channel, s.arrived_us };
	*ulaw = r->data + r->at % r->size + sizeof(s);
	r->at += s.bytes;
	return true;
}

void ring_release(struct ring *r, int64_t now_us)
{
	uint64_t tail = atomic_load(&r->shared->tail);
	struct slot s;
	bool bad = false;

	while (tail != r->at && slot_at(r, &tail, &s, &bad)) {
		if (tail == r->at || s.arrived_us > now_us - RING_KEEP_US)
			break;
		tail += s.bytes;
	}
	if (bad || r->at - tail > r->size)
		tail = r->at;
	atomic_store_explicit(&r->shared->tail, tail, memory_order_release);
}

uint64_t ring_lost(const struct ring *r)
{
	return atomic_load(&r->shared->lost);
}
