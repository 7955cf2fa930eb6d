#include "sipworker/rtp/voice.h"

#define BLOCK 160 /* 20 ms */
#define BEGIN 3   /* blocks */
/* Mean squares of 16-bit samples. */
#define FLOOR_START 3400   /* -55 dBov */
#define LOUD_MIN    10700  /* -50 dBov */
#define LOUD_MAX    340000 /* -35 dBov */
#define ABOVE_FLOOR 8      /* 9 dB */

void voice_init(struct voice *v, int64_t quiet_us, int64_t now_us)
{
	*v = (struct voice){ .quiet_us = quiet_us,
		.last_us = now_us,
		.waiting = true,
		.floor = FLOOR_START };
}

/* Down at once half the way, up by a tenth in a second. */
static void follow(struct voice *v, uint32_t power)
{
	if (power < v->floor)
		v->floor -= (v->floor - power) / 2;
	else
		v->floor += v->floor / 512 + 1;
	if (v->floor > LOUD_MAX)
		v->floor = LOUD_MAX;
}

static bool is_loud(const struct voice *v, uint32_t power)
{
	uint32_t limit = v->floor * ABOVE_FLOOR;

	if (limit < LOUD_MIN)
		limit = LOUD_MIN;
	if (limit > LOUD_MAX)
		limit = LOUD_MAX;
	return power > limit;
}

static enum voice_what block(struct voice *v, uint32_t power, int64_t now_us)
{
	const bool loud = is_loud(v, power);

	follow(v, power);
	if (!loud) {
		v->loud = 0;
		return VOICE_NOTHING;
	}
	if (v->loud < BEGIN)
		v->loud++;
	if (v->loud < BEGIN)
		return VOICE_NOTHING;
	v->last_us = now_us;
	v->waiting = true;
	if (v->speaking)
		return VOICE_NOTHING;
	v->speaking = true;
	return VOICE_BEGAN;
}

enum voice_what voice_feed(struct voice *v, const int16_t *pcm, size_t n,
    int64_t now_us)
{
	enum voice_what what = VOICE_NOTHING, ended;

	for (size_t i = 0; i < n; i++) {
		v->sum += (uint64_t)((int32_t)pcm[i] * pcm[i]);
		if (++v->n < BLOCK)
			continue;
		if (block(v, (uint32_t)(v->sum / BLOCK), now_us) == VOICE_BEGAN)
			what = VOICE_BEGAN;
		v->sum = 0;
		v->n = 0;
	}
	ended = voice_tick(v, now_us);
	return ended == VOICE_NOTHING ? what : ended;
}

enum voice_what voice_tick(struct voice *v, int64_t now_us)
{
	if (!v->waiting || now_us - v->last_us < v->quiet_us)
		return VOICE_NOTHING;
	v->waiting = false;
	v->speaking = false;
	return VOICE_ENDED;
}
