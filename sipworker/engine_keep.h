/*
 * engine_keep.h - what the engine's process remembers so that it can outlive
 * store and recorder: records not yet durable, recordings not yet answered.
 */
#ifndef RT_SIPWORKER_ENGINE_KEEP_H
#define RT_SIPWORKER_ENGINE_KEEP_H

#include "sipworker/priv/msg.h"

/* Of records that no store has acknowledged; then the engine gives up, because
 * calls without a record must not go on for ever. */
#define ENGINE_KEEP_BYTES_MAX ((size_t)64 << 20)

struct engine_kept_record {
	struct engine_kept_record *next;
	uint64_t seq;
	size_t n;
	char bytes[];
};

struct engine_kept_rec {
	bool used;
	bool stopped;
	bool discard;
	struct call_id call;
	uint32_t key;
	int64_t anchor_us;
	int64_t stop_us;
	char name[MSG_NAME_MAX + 1];
};

struct engine_keep {
	struct engine_kept_record *first;
	struct engine_kept_record **last;
	size_t bytes;
	struct engine_kept_rec *rec;
	uint32_t max_recs;
};

RT_MUST_USE enum err engine_keep_init(struct engine_keep *k, uint32_t calls);
void engine_keep_fini(struct engine_keep *k);

/* ERR_BUSY: ENGINE_KEEP_BYTES_MAX; ERR_NOMEM. */
RT_MUST_USE enum err engine_keep_record(struct engine_keep *k, uint64_t seq,
    struct slice bytes);
/* All up to seq are durable. */
void engine_keep_durable(struct engine_keep *k, uint64_t seq);

/* NULL: no slot is free, or the name is too long. */
struct engine_kept_rec *engine_keep_rec(struct engine_keep *k,
    struct call_id call, uint32_t key, int64_t anchor_us, struct slice name);
/* NULL: unknown. */
struct engine_kept_rec *engine_keep_find(struct engine_keep *k,
    struct call_id call);

#endif
