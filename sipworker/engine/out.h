/*
 * out.h - the engine's queue of actions, in fixed memory.
 *
 * Filled during one input, popped after it. The bytes that actions point to
 * lie in one block that begins anew with the next input once everything was
 * popped. An action that finds no room is counted in `lost`: the room is
 * chosen so that this stays 0 (a test looks).
 */
#ifndef RT_ENGINE_OUT_H
#define RT_ENGINE_OUT_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "sipworker/engine/engine.h"

struct out {
	struct engine_action *q;
	uint32_t cap;
	uint32_t head;
	uint32_t n;
	char *mem;
	size_t mem_cap;
	size_t mem_n;
	uint64_t lost;
};

RT_MUST_USE enum err out_init(struct out *o, uint32_t actions, size_t bytes);
void out_fini(struct out *o);
/* A new input begins. */
void out_begin(struct out *o);
/* A zeroed action of this kind to be filled; never NULL: without room it is
 * one that is not queued. */
struct engine_action *out_add(struct out *o, enum engine_do what);
/* A copy of s that lasts as long as the action; empty without room. */
struct slice out_copy(struct out *o, struct slice s);
bool out_pop(struct out *o, struct engine_action *a);
/* Less than a quarter is left: end this input, go on in the next. */
bool out_is_full(const struct out *o);

#endif
