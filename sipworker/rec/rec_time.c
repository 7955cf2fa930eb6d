#include "sipworker/rec/rec_time.h"

#include <stdlib.h>

/* Smoothing over 64 frames, about 1.3 s. */
#define SMOOTH 64
/* A step each fourth frame at most: 12.5 samples a second, 1560 ppm. */
#define STEP_EVERY 4
/* No steps while the smoothed error is below 2 ms. */
#define STEP_FROM 16
#define ERROR_MAX 160

void rec_time_init(struct rec_time *t, int64_t anchor_us)
{
	*t = (struct rec_time){ .anchor_us = anchor_us };
}

int64_t rec_time_at(const struct rec_time *t, int64_t mono_us)
{
	return (mono_us - t->anchor_us) * REC_TIME_RATE_HZ / RT_SEC_US;
}

static int64_t by_arrival(struct rec_time *t, int64_t arrived)
{
	t->error_q6 = 0;
	t->since_step = 0;
	t->anchors++;
	return arrived;
}

/* One straggler says little about the clock: its error counts as 20 ms. */
static void smooth(struct rec_time *t, int64_t error)
{
	if (error > ERROR_MAX)
		error = ERROR_MAX;
	t->error_q6 += (error * SMOOTH - t->error_q6) / SMOOTH;
}

/* -1, 0 or 1: towards the arrival clock. */
static int64_t step(struct rec_time *t)
{
	int64_t by = 0;

	if (++t->since_step < STEP_EVERY)
		return 0;
	if (t->error_q6 > STEP_FROM * SMOOTH)
		by = 1;
	else if (t->error_q6 < -STEP_FROM * SMOOTH)
		by = -1;
	if (by != 0) {
		t->since_step = 0;
		t->error_q6 -= by * SMOOTH;
		t->steps++;
	}
	return by;
}

int64_t rec_time_place(struct rec_time *t, const struct rec_time_frame *f)
{
	const int64_t arrived = rec_time_at(t, f->arrived_us);
	const int32_t moved = (int32_t)(f->ts - t->ts);
	bool leaps = false;
	int64_t at, error;

	/* A gateway whose timestamp stands still: its packets follow each
	 * other by arrival only. */
	const bool stuck = moved == 0 && f->seq != t->seq;

	if (!t->begun || f->ssrc != t->ssrc || stuck) {
		at = by_arrival(t, arrived);
	} else {
		at = t->at + moved;
		error = arrived - at;
		leaps = llabs(error) > REC_TIME_LEAP;
		if (leaps || error < -REC_TIME_EARLY)
			at = by_arrival(t, arrived);
		else
			smooth(t, error);
		if (moved > 0)
			at += step(t);
	}
	/* A frame that was overtaken leaves the reference where it is; one
	 * whose timestamp leapt, also backwards, is what the next ones go by.
	 */
	if (!t->begun || f->ssrc != t->ssrc || moved > 0 || stuck || leaps) {
		t->ts = f->ts;
		t->seq = f->seq;
		t->at = at;
	}
	t->begun = true;
	t->ssrc = f->ssrc;
	return at;
}
