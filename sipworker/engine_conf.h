/*
 * engine_conf.h - the configurations that the engine's calls still use.
 *
 * The store hands each over as two sealed memory files, the snapshot and the
 * prompts. They are mapped read-only after their seals and every bound were
 * checked, and unmapped when no call and no media thread uses them any more.
 */
#ifndef RT_SIPWORKER_ENGINE_CONF_H
#define RT_SIPWORKER_ENGINE_CONF_H

#include "lib/core/snap.h"
#include "sipworker/priv/msg.h"

struct engine_conf {
	struct engine_conf *next;
	uint64_t key;
	struct snap snap;
	void *snap_map;
	size_t snap_bytes;
	uint8_t *prompts; /* NULL: there are none */
	size_t prompt_bytes;
	unsigned int fences; /* answers that are missing before it may go */
};

/* Takes both descriptors. ERR_SYNTAX: not sealed, shorter than said, or a row
 * points outside; ERR_IO, ERR_NOMEM. */
RT_MUST_USE enum err engine_conf_open(struct engine_conf **out, uint64_t key,
    const int fds[2], uint64_t snap_bytes, uint64_t prompt_bytes);
/* NULL is allowed. */
void engine_conf_free(struct engine_conf *c);

#endif
