#include "sipworker/media_watch.h"

#define EVERY_US ((int64_t)BEAT_ROUND_MS * 1000)

enum hang_state media_watch(struct media_watch *w, struct media *m,
    unsigned int threads, int64_t now_us)
{
	enum hang_state s = HANG_NOT;

	if (w->looked_us != 0 && now_us - w->looked_us < EVERY_US)
		return HANG_NOT;
	w->looked_us = now_us;
	for (unsigned int i = 0; i < threads && s == HANG_NOT; i++)
		s = hang_judge(&w->thread[i], media_turns(m, i), now_us,
		    media_cpu_us(m, i), false);
	media_wake(m);
	return s;
}
