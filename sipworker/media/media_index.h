/*
 * media_index.h - a thread's streams by id, in memory taken at the start.
 */
#ifndef RT_MEDIA_INDEX_H
#define RT_MEDIA_INDEX_H

#include "sipworker/media/media_priv.h"

RT_MUST_USE enum err media_index_init(struct media_thread *t, uint32_t slots);
void media_index_fini(struct media_thread *t);
/* NULL: there is none. */
struct media_stream *media_index_find(struct media_thread *t, uint32_t id);
/* A free slot under this id, zeroed but for its generation; NULL: none is
 * left, or the id is taken. */
struct media_stream *media_index_add(struct media_thread *t, uint32_t id);
void media_index_remove(struct media_thread *t, struct media_stream *s);

#endif
