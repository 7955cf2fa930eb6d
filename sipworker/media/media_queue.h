/*
 * media_queue.h - a queue between exactly two threads, of fixed size, without
 * locks.
 */
#ifndef RT_MEDIA_QUEUE_H
#define RT_MEDIA_QUEUE_H

#include <stdatomic.h>

#include "lib/base/err.h"

struct media_queue {
	_Atomic uint32_t head; /* written by the producer */
	_Atomic uint32_t tail; /* written by the consumer */
	uint32_t mask;
	size_t item_bytes;
	char *items;
};

/* Room for at least n items. ERR_NOMEM. */
RT_MUST_USE enum err media_queue_init(struct media_queue *q, uint32_t n,
    size_t item_bytes);
void media_queue_fini(struct media_queue *q);
/* False: full. */
bool media_queue_put(struct media_queue *q, const void *item);
/* False: empty. */
bool media_queue_get(struct media_queue *q, void *item);
/* Items waiting, as seen by either side. */
uint32_t media_queue_used(const struct media_queue *q);
uint32_t media_queue_size(const struct media_queue *q);

#endif
