#include "sipworker/engine/press.h"

bool press_is_new(struct press_log *p, char key, enum press_way way,
    int64_t at_us)
{
	const uint8_t bit = (uint8_t)(1u << way);

	/* The oldest first: two quick presses are matched in their order. */
	for (uint8_t i = 0; i < PRESS_KEPT; i++) {
		struct press *k = &p->kept[(p->next + i) % PRESS_KEPT];
		const int64_t apart =
		    at_us > k->at_us ? at_us - k->at_us : k->at_us - at_us;

		if (k->key != key || (k->ways & bit) != 0 ||
		    apart > PRESS_SAME_US)
			continue;
		k->ways |= bit;
		return false;
	}
	p->kept[p->next] = (struct press){ key, bit, at_us };
	p->next = (uint8_t)((p->next + 1) % PRESS_KEPT);
	return true;
}
