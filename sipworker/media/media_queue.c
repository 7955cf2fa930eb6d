#include "sipworker/media/media_queue.h"

#include <stdlib.h>
#include <string.h>

enum err media_queue_init(struct media_queue *q, uint32_t n, size_t item_bytes)
{
	uint32_t size = 16;

	while (size < n)
		size *= 2;
	q->items = calloc(size, item_bytes);
	if (q->items == NULL)
		return ERR_NOMEM;
	q->mask = size - 1;
	q->item_bytes = item_bytes;
	return ERR_OK;
}

void media_queue_fini(struct media_queue *q)
{
	free(q->items);
	q->items = NULL;
}

static char *place(const struct media_queue *q, uint32_t at)
{
	return q->items + (size_t)(at & q->mask) * q->item_bytes;
}

bool media_queue_put(struct media_queue *q, const void *item)
{
	const uint32_t head =
	    atomic_load_explicit(&q->head, memory_order_relaxed);

	if (head - atomic_load_explicit(&q->tail, memory_order_acquire) >
	    q->mask)
		return false;
	memcpy(place(q, head), item, q->item_bytes);
	atomic_store_explicit(&q->head, head + 1, memory_order_release);
	return true;
}

bool media_queue_get(struct media_queue *q, void *item)
{
	const uint32_t tail =
	    atomic_load_explicit(&q->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&q->head, memory_order_acquire))
		return false;
	memcpy(item, place(q, tail), q->item_bytes);
	atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
	return true;
}

uint32_t media_queue_used(const struct media_queue *q)
{
	return atomic_load(&q->head) - atomic_load(&q->tail);
}

uint32_t media_queue_size(const struct media_queue *q)
{
	return q->mask + 1;
}
