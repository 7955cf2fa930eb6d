#include "sipworker/beat.h"

void beat_round(struct beat *b, enum msg_role role)
{
	if (b != NULL)
		atomic_fetch_add_explicit(&b->rounds[role], 1,
		    memory_order_relaxed);
}
