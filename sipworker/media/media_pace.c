#include "sipworker/media/media_pace.h"

#include <string.h>

#include "sipworker/media/media_say.h"
#include "sipworker/media/media_stream.h"
#include "sipworker/rtp/g711.h"

#define FRAME 160 /* samples in 20 ms */

/* --- the wheel -------------------------------------------------------------*/

static void enter(struct media_thread *t, struct media_stream *s)
{
	unsigned int best = 0;

	if (s->paced)
		return;
	for (unsigned int i = 1; i < MEDIA_PACE_SLOTS; i++)
		if (t->pace[i].n < t->pace[best].n)
			best = i;
	s->paced = true;
	s->pace_slot = (uint8_t)best;
	s->prev_paced = NULL;
	s->next_paced = t->pace[best].first;
	if (s->next_paced != NULL)
		s->next_paced->prev_paced = s;
	t->pace[best].first = s;
	t->pace[best].n++;
	t->n_paced++;
	rtp_out_break(&s->out);
}

void media_pace_leave(struct media_thread *t, struct media_stream *s)
{
	struct media_pace_slot *slot = &t->pace[s->pace_slot];

	s->play.ulaw = NULL;
	if (!s->paced)
		return;
	s->paced = false;
	if (s->prev_paced != NULL)
		s->prev_paced->next_paced = s->next_paced;
	else
		slot->first = s->next_paced;
	if (s->next_paced != NULL)
		s->next_paced->prev_paced = s->prev_paced;
	slot->n--;
	t->n_paced--;
}

void media_pace_return(struct media_thread *t, struct media_stream *s)
{
	if (s->ours)
		enter(t, s);
}

/* --- frames ----------------------------------------------------------------*/

/* The next frame of what plays. False: it ended with this frame. */
static bool fill(struct media_play *p, uint8_t frame[FRAME])
{
	uint32_t n = 0;

	while (n < FRAME) {
		const uint32_t left = p->samples - p->at;
		const uint32_t some = left < FRAME - n ? left : FRAME - n;

		memcpy(frame + n, p->ulaw + p->at, some);
		n += some;
		p->at += some;
		if (p->at < p->samples)
			continue;
		if (p->times == 1)
			break;
		p->at = 0;
		if (p->times > 0)
			p->times--;
	}
	memset(frame + n, G711_ULAW_SILENCE, FRAME - n);
	return p->at < p->samples;
}

static void send_frame(struct media_thread *t, struct media_stream *s)
{
	const struct media_event played = { .what = MEDIA_PLAYED,
		.stream = s->id,
		.play = s->play.ticket,
		/* When its last sample has been heard. */
		.at_us = t->now_us + FRAME * RT_SEC_US / G711_RATE_HZ };
	uint8_t frame[FRAME];
	bool more = true;

	if (s->play.ulaw != NULL)
		more = fill(&s->play, frame);
	else
		memset(frame, G711_ULAW_SILENCE, FRAME);
	media_stream_send_own(t, s, frame, FRAME);
	if (more)
		return;
	s->play.ulaw = NULL;
	media_say_event(t, &played);
}

void media_pace(struct media_thread *t, uint64_t n)
{
	if (n > MEDIA_PACE_CATCH_UP) {
		t->pace_at += (unsigned int)(n - MEDIA_PACE_CATCH_UP);
		n = MEDIA_PACE_CATCH_UP;
	}
	for (; n > 0; n--) {
		struct media_stream *s =
		    t->pace[t->pace_at++ % MEDIA_PACE_SLOTS].first;

		for (; s != NULL; s = s->next_paced)
			send_frame(t, s);
	}
}

/* --- what plays ------------------------------------------------------------*/

void media_pace_play(struct media_thread *t, struct media_stream *s,
    const struct media_cmd *c)
{
	if (c->ulaw == NULL || c->samples == 0)
		return;
	s->play =
	    (struct media_play){ c->ulaw, c->samples, 0, c->times, c->play };
	s->ours = true;
	enter(t, s);
}

void media_pace_stop(struct media_thread *t, struct media_stream *s)
{
	(void)t;
	s->play.ulaw = NULL;
}
