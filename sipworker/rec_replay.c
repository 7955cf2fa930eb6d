#include "sipworker/rec_replay.h"

#include "lib/base/clk.h"

/* When the last frame ended; 0: there was none. */
static int64_t put_frames(struct rec_wav *w, const struct rec_file_marker *m,
    struct ring ring, int64_t until_us)
{
	struct ring_frame f;
	const uint8_t *ulaw;
	int64_t end_us = 0;
	bool bad;

	ring_rewind(&ring);
	while (ring_get(&ring, &f, &ulaw, &bad)) {
		const struct rec_time_frame t = { f.ssrc, f.ts, f.seq, f.n,
			f.arrived_us };
		const int64_t end =
		    f.arrived_us + f.n * RT_SEC_US / REC_TIME_RATE_HZ;

		if (f.key != m->key || f.arrived_us < m->anchor_us ||
		    f.arrived_us >= until_us)
			continue;
		rec_wav_frame(w, f.channel, &t, ulaw);
		end_us = end > end_us ? end : end_us;
	}
	return end_us;
}

enum err rec_replay_put(int dirfd, const struct rec_file_marker *m,
    const struct rec_replay *from)
{
	struct rec_wav *w;
	int64_t end_us = 0;
	enum err e;

	if (m->anchor_us <= 0)
		return ERR_OK; /* nobody knows where they would belong */
	e = rec_wav_open(&w, dirfd, slice_from(m->name), m->key, m->anchor_us);
	if (e != ERR_OK) /* it was finished: it has them */
		return e == ERR_CONFLICT ? ERR_OK : e;
	for (unsigned int i = 0; i < from->n; i++) {
		const int64_t end =
		    put_frames(w, m, from->rings[i], from->until_us);

		end_us = end > end_us ? end : end_us;
	}
	return rec_wav_leave(w, end_us);
}
