/*
 * beat.h - which of the worker's processes still goes round (lib/base/hang.h).
 *
 * Each child counts the rounds of its loop in memory that the parent sees, at
 * least one in a few seconds, from its first moment on: a long journal is read
 * with a round now and then.
 */
#ifndef RT_SIPWORKER_BEAT_H
#define RT_SIPWORKER_BEAT_H

#include <stdatomic.h>

#include "lib/base/hang.h"
#include "sipworker/priv/msg.h"

#define BEAT_ROUND_MS 500

/* Shared; zeroed by its mapping. */
struct beat {
	_Atomic uint64_t rounds[MSG_ROLE_COUNT];
};

/* In the child: another round. NULL is allowed. */
void beat_round(struct beat *b, enum msg_role role);

#endif
