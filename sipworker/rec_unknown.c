#include "sipworker/rec_unknown.h"

void rec_unknown_note(struct rec_unknown *u, uint32_t key)
{
	const uint32_t last = (u->at - 1) % REC_UNKNOWN_MAX;

	/* Most often it is the same again. */
	if (u->key[last] != key)
		u->key[u->at++ % REC_UNKNOWN_MAX] = key;
}

bool rec_unknown_was(const struct rec_unknown *u, uint32_t key)
{
	for (uint32_t i = 0; i < REC_UNKNOWN_MAX; i++)
		if (u->key[i] == key)
			return true;
	return false;
}
