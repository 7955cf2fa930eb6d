/*
 * port.h - RTP port pairs and the streams on them.
 *
 * Ports go out first in, first out, and rest for 8 s after their stream was
 * closed, so that a late packet of an old call never meets a new one. What
 * nobody was told of goes out again at once: calls that are refused may come by
 * the hundred a second. A stream's id holds its place in the table and how
 * often that was used.
 */
#ifndef RT_ENGINE_PORT_H
#define RT_ENGINE_PORT_H

#include "lib/base/err.h"

#define PORT_REST_US (8 * RT_SEC_US)

enum port_state {
	PORT_FREE,
	PORT_OPENING,
	PORT_OPEN,
	PORT_CLOSING /* CLOSED has not come yet */
};

struct port {
	uint32_t id;     /* of the stream on it */
	uint16_t number; /* even */
	enum port_state state;
	uint64_t leg; /* its owner; 0: nobody waits for it any more */
	uint32_t call_key;
	bool rests; /* after this stream: somebody may send to it, or it failed
		     */
	int64_t free_at_us;
	uint32_t next; /* in the free list */
	uint32_t uses;
};

struct port_table {
	struct port *v;
	uint32_t n;
	uint32_t head; /* of the free list; n: empty */
	uint32_t tail;
	uint32_t used; /* not in the free list */
};

/* ERR_RANGE: no pair in min to max, or min is odd; ERR_NOMEM. */
RT_MUST_USE enum err port_init(struct port_table *t, uint16_t min,
    uint16_t max);
void port_fini(struct port_table *t);
/* NULL: every port is in use or resting. */
struct port *port_take(struct port_table *t, uint64_t leg, uint32_t call_key,
    int64_t now_us);
/* Back to the end of the free list; to its head if it need not rest. */
void port_give(struct port_table *t, struct port *p, int64_t now_us);
/* The port of a stream id; NULL: it is not in use. */
struct port *port_find(struct port_table *t, uint32_t stream);
/* In use, closing or resting. */
uint32_t port_busy(const struct port_table *t, int64_t now_us);

#endif
