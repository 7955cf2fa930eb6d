/*
 * rec_unknown.h - whose frames came to the recorder before their recording was
 * named, or after it had ended.
 *
 * A start may wait behind its first frames in the engine's queue. They are
 * still in the rings then, and looking through those is work; it is done for
 * who was seen there.
 */
#ifndef RT_SIPWORKER_REC_UNKNOWN_H
#define RT_SIPWORKER_REC_UNKNOWN_H

#include <stdbool.h>
#include <stdint.h>

/* At a time; the oldest are forgotten. */
#define REC_UNKNOWN_MAX 1024

struct rec_unknown { /* zeroed */
	uint32_t key[REC_UNKNOWN_MAX];
	uint32_t at;
};

void rec_unknown_note(struct rec_unknown *u, uint32_t key);
bool rec_unknown_was(const struct rec_unknown *u, uint32_t key);

#endif
