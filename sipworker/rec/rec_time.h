/*
 * rec_time.h - where in a recording a frame of audio belongs.
 *
 * Sample 0 of a recording is at its anchor on our monotonic clock. A frame is
 * placed by its RTP timestamp, so that jitter moves nothing; what the timestamp
 * is relative to follows the arrival clock slowly, one sample at a time,
 * because senders' clocks are off by up to 500 ppm, 1.8 s an hour. A new SSRC
 * or a timestamp that leaps is placed by its arrival. Pure.
 */
#ifndef RT_REC_TIME_H
#define RT_REC_TIME_H

#include "lib/base/rt.h"

#define REC_TIME_RATE_HZ 8000
/* A timestamp this far from its arrival is not believed: 1 s. */
#define REC_TIME_LEAP 8000
/* A packet this early means that the first ones were late: 20 ms. */
#define REC_TIME_EARLY 160

struct rec_time {
	int64_t anchor_us;
	bool begun;
	uint32_t ssrc;
	uint32_t ts;      /* of the last frame placed */
	uint16_t seq;     /* of the same */
	int64_t at;       /* its position */
	int64_t error_q6; /* arrival minus place, smoothed, samples << 6 */
	unsigned int since_step;
	uint64_t steps;   /* corrections by one sample */
	uint64_t anchors; /* placements by arrival */
};

struct rec_time_frame {
	uint32_t ssrc;
	uint32_t ts;
	uint16_t seq;
	uint16_t n; /* samples */
	int64_t arrived_us;
};

void rec_time_init(struct rec_time *t, int64_t anchor_us);
/* The position of the frame's first sample; may be negative. */
int64_t rec_time_place(struct rec_time *t, const struct rec_time_frame *f);
/* Monotonic time as a position. */
int64_t rec_time_at(const struct rec_time *t, int64_t mono_us);

#endif
