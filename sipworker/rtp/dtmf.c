#include "sipworker/rtp/dtmf.h"

#define STEP 160 /* 20 ms at 8 kHz */

static const char keys[] = "0123456789*#ABCD";
#define KEYS (sizeof(keys) - 1)

enum err dtmf_parse(struct slice payload, struct dtmf_event *out)
{
	const unsigned char *p = (const unsigned char *)payload.p;

	if (payload.n < DTMF_PAYLOAD)
		return ERR_SYNTAX;
	if (p[0] >= KEYS)
		return ERR_RANGE;
	*out = (struct dtmf_event){
		.event = p[0],
		.end = (p[1] & 0x80) != 0,
		.volume = p[1] & 0x3f,
		.duration = (uint16_t)(p[2] << 8 | p[3]),
	};
	return ERR_OK;
}

void dtmf_write(const struct dtmf_event *e, uint8_t out[DTMF_PAYLOAD])
{
	out[0] = e->event;
	out[1] = (uint8_t)((e->end ? 0x80 : 0) | (e->volume & 0x3f));
	out[2] = (uint8_t)(e->duration >> 8);
	out[3] = (uint8_t)(e->duration & 0xff);
}

char dtmf_key(uint8_t event)
{
	return (char)(event < KEYS ? keys[event] : '\0');
}

uint8_t dtmf_event_of(char c)
{
	const char upper = c >= 'a' && c <= 'd' ? (char)(c - 'a' + 'A') : c;

	for (size_t i = 0; i < KEYS; i++)
		if (keys[i] == upper)
			return (uint8_t)i;
	return UINT8_MAX;
}

void dtmf_in_init(struct dtmf_in *d)
{
	*d = (struct dtmf_in){ .seen = false };
}

void dtmf_in_tick(struct dtmf_in *d, int64_t now_us)
{
	if (d->down && now_us - d->last_us > DTMF_END_US)
		d->down = false;
}

/* Of a press that was reported before the one in hand? */
static bool is_late(const struct dtmf_in *d, const struct rtp_pkt *p,
    int64_t now_us)
{
	const int32_t by = rtp_pkt_ts_diff(p->ts, d->ts);

	return by < 0 && by > -DTMF_LATE_TS &&
	       now_us - d->last_us < DTMF_LATE_US;
}

/* Is this packet of the press that was reported last? By its timestamp; or,
 * while the key is down, by nearness in time when the sender counts on. */
static bool is_same_press(const struct dtmf_in *d, const struct rtp_pkt *p,
    const struct dtmf_event *ev, int64_t now_us)
{
	if (!d->seen || d->ssrc != p->ssrc)
		return false;
	if (is_late(d, p, now_us))
		return true;
	if (ev->event != d->event)
		return false;
	/* The repeated ends of a sender that counts on come while the key is
	 * up; no new press begins with an end that soon. */
	return p->ts == d->ts ||
	       ((d->down || ev->end) && now_us - d->last_us < DTMF_GAP_US);
}

char dtmf_in_packet(struct dtmf_in *d, const struct rtp_pkt *p, int64_t now_us)
{
	struct dtmf_event ev;

	if (dtmf_parse(p->payload, &ev) != ERR_OK)
		return '\0';
	dtmf_in_tick(d, now_us);
	if (is_same_press(d, p, &ev, now_us)) {
		if (ev.event == d->event &&
		    rtp_pkt_ts_diff(p->ts, d->ts) >= 0) {
			d->last_us = now_us;
			d->ts = p->ts;
			if (ev.end)
				d->down = false;
		}
		return '\0';
	}
	*d = (struct dtmf_in){
		.seen = true,
		.down = !ev.end,
		.event = ev.event,
		.ssrc = p->ssrc,
		.ts = p->ts,
		.last_us = now_us,
	};
	return dtmf_key(ev.event);
}

void dtmf_out_begin(struct dtmf_out *d, uint8_t event, unsigned int length_ms)
{
	const unsigned int ms = length_ms < 40     ? 40
				: length_ms > 5000 ? 5000
						   : length_ms;

	*d = (struct dtmf_out){
		.active = true,
		.event = event,
		.total = (uint16_t)(ms * 8),
	};
}

bool dtmf_out_next(struct dtmf_out *d, uint8_t out[DTMF_PAYLOAD], bool *first)
{
	struct dtmf_event ev = { .event = d->event, .volume = 10 };

	if (!d->active)
		return false;
	*first = d->duration == 0;
	if (d->duration < d->total)
		d->duration = (uint16_t)(d->duration + STEP);
	ev.duration = d->duration;
	if (d->duration >= d->total) {
		ev.end = true;
		if (++d->ends_sent == DTMF_ENDS)
			d->active = false;
	}
	dtmf_write(&ev, out);
	return true;
}
