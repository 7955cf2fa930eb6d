/*
 * dtmf.h - telephone events (RFC 4733), each key press exactly once.
 *
 * In: an event is (SSRC, timestamp, event); it is reported on the first packet
 * of it that arrives, whichever that is, and its other packets and repeated
 * ends are ignored. The same event under a new timestamp while it is still
 * down and less than DTMF_GAP_US after its last packet is the same press (some
 * gateways count the timestamp up in every packet). A packet of before the last
 * press is a late one, unless it is that much older, or comes that much later,
 * that the sender must have begun its timestamps anew.
 * Out: a press is a run of packets every 20 ms with one timestamp, the marker
 * on the first, and the end three times.
 */
#ifndef RT_RTP_DTMF_H
#define RT_RTP_DTMF_H

#include "sipworker/rtp/rtp_pkt.h"

#define DTMF_PAYLOAD 4
#define DTMF_GAP_US  (40 * INT64_C(1000))
/* A press whose ends were all lost is over after this silence. */
#define DTMF_END_US (150 * INT64_C(1000))
/* A late packet is not this much later than the last one ... */
#define DTMF_LATE_US RT_SEC_US
/* ... nor of a press that began this much earlier: 60 s. */
#define DTMF_LATE_TS (60 * 8000)
#define DTMF_ENDS    3

struct dtmf_event {
	uint8_t event; /* 0 to 15 */
	bool end;
	uint8_t volume;    /* 0 to 63, -dBm0 */
	uint16_t duration; /* in timestamp units */
};

/* ERR_SYNTAX: shorter than 4 bytes; ERR_RANGE: not a key (event above 15). */
RT_MUST_USE enum err dtmf_parse(struct slice payload, struct dtmf_event *out);
void dtmf_write(const struct dtmf_event *e, uint8_t out[DTMF_PAYLOAD]);
/* '0'-'9', '*', '#', 'A'-'D'; '\0' when there is none. */
char dtmf_key(uint8_t event);
/* 255 when c is no key. */
uint8_t dtmf_event_of(char c);

struct dtmf_in {
	bool seen; /* something was received at all */
	bool down;
	uint8_t event;
	uint32_t ssrc;
	uint32_t ts;
	int64_t last_us;
};

void dtmf_in_init(struct dtmf_in *d);
/* One packet of the negotiated type; returns the key when this packet is the
 * first of its press, else '\0'. */
char dtmf_in_packet(struct dtmf_in *d, const struct rtp_pkt *p, int64_t now_us);
/* Ends a press whose end packets were lost. */
void dtmf_in_tick(struct dtmf_in *d, int64_t now_us);

struct dtmf_out {
	bool active;
	uint8_t event;
	uint8_t ends_sent;
	uint16_t total;    /* length in samples */
	uint16_t duration; /* sent so far */
};

/* length_ms 40 to 5000. */
void dtmf_out_begin(struct dtmf_out *d, uint8_t event, unsigned int length_ms);
/* The payload of the packet due now, every 20 ms (160 samples at 8 kHz). All
 * carry the timestamp of the first; *first is its marker. False when the press
 * is over. */
bool dtmf_out_next(struct dtmf_out *d, uint8_t out[DTMF_PAYLOAD], bool *first);

#endif
