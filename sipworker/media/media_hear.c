#include "sipworker/media/media_hear.h"

#include "sipworker/media/media_say.h"
#include "sipworker/rtp/g711.h"

#define PT_PCMA 8
#define BLOCK   160

void media_hear_keys(struct media_stream *s, bool on)
{
	if (on && !s->listening)
		dtmf_tone_init(&s->tone);
	s->listening = on;
}

void media_hear_voice(struct media_thread *t, struct media_stream *s,
    int64_t quiet_us)
{
	s->watching = quiet_us > 0;
	if (s->watching)
		voice_init(&s->voice, quiet_us, t->now_us);
}

static void tell(struct media_thread *t, struct media_stream *s,
    enum voice_what what)
{
	struct media_event ev = { .what = MEDIA_VOICE,
		.stream = s->id,
		.at_us = t->now_us };

	if (what == VOICE_NOTHING)
		return;
	if (what == VOICE_ENDED) {
		ev.what = MEDIA_QUIET;
		ev.at_us = s->voice.last_us;
	}
	media_say_event(t, &ev);
}

static void hear_block(struct media_thread *t, struct media_stream *s,
    const int16_t *pcm, size_t n)
{
	const char key =
	    s->listening ? dtmf_tone_feed(&s->tone, pcm, n) : (char)'\0';

	if (key != '\0')
		media_say_digit(t, s->id, key);
	if (s->watching)
		tell(t, s, voice_feed(&s->voice, pcm, n, t->now_us));
}

void media_hear(struct media_thread *t, struct media_stream *s,
    const struct rtp_pkt *p)
{
	const uint8_t *in = (const void *)p->payload.p;
	int16_t pcm[BLOCK];
	size_t n = 0;

	for (size_t i = 0; i < p->payload.n; i++) {
		pcm[n++] = p->pt == PT_PCMA ? g711_from_alaw(in[i])
					    : g711_from_ulaw(in[i]);
		if (n == BLOCK || i + 1 == p->payload.n) {
			hear_block(t, s, pcm, n);
			n = 0;
		}
	}
}

void media_hear_nothing(struct media_thread *t, struct media_stream *s)
{
	tell(t, s, voice_tick(&s->voice, t->now_us));
}
