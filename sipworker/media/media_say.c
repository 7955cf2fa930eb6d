#include "sipworker/media/media_say.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/rtp/rtcp.h"

#define SAMPLES_OF(us) ((uint32_t)((us) / 125)) /* at 8000 Hz */

void media_say_event(struct media_thread *t, const struct media_event *ev)
{
	if (!media_queue_put(&t->events, ev))
		log_error("media: event lost what=%d stream=%u", (int)ev->what,
		    ev->stream);
	t->told = true;
}

void media_say(struct media_thread *t, enum media_what what, uint32_t stream)
{
	const struct media_event ev = { .what = what,
		.stream = stream,
		.at_us = t->now_us };

	media_say_event(t, &ev);
}

void media_say_digit(struct media_thread *t, uint32_t stream, char digit)
{
	const struct media_event ev = { .what = MEDIA_DIGIT,
		.stream = stream,
		.digit = digit,
		.at_us = t->now_us };

	if (media_queue_used(&t->events) < media_queue_size(&t->events) / 2)
		media_say_event(t, &ev);
}

/* The SDP's RTCP address, or one above where the RTP really goes. */
static struct addr4 rtcp_address(const struct media_stream *s)
{
	if (s->rtcp_to.ip != 0 && s->rtcp_to.ip == s->latch.to.ip)
		return s->rtcp_to;
	return (
	    struct addr4){ s->latch.to.ip, (uint16_t)(s->latch.to.port + 1) };
}

void media_say_report(struct media_thread *t, struct media_stream *s, bool bye)
{
	const struct addr4 to = rtcp_address(s);
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct rtcp_write w = { .wall_us = clk_wall_us(),
		.rtp_ts = s->out.ts + SAMPLES_OF(t->now_us - s->out.sent_us),
		.last_sr = s->peer_sr,
		.last_sr_us = s->peer_sr_us,
		.cname = SLICE("ringtrace"),
		.bye = bye };
	char mem[RTCP_MAX];
	struct buf b;

	if (!s->targeted || to.ip == 0 ||
	    (s->out.packets == 0 && s->stat.received == 0))
		return;
	buf_over(&b, mem, sizeof(mem));
	rtcp_write(&b, &s->out, &s->stat, &w);
	if (buf_err(&b) != ERR_OK)
		return;
	sa.sin_addr.s_addr = htonl(to.ip);
	sa.sin_port = htons(to.port);
	/* Reports may be lost, as on the network. */
	(void)sendto(s->rtcp_fd, b.p, b.n, 0, (const void *)&sa, sizeof(sa));
}

void media_say_rtcp_in(struct media_thread *t, struct media_stream *s,
    struct addr4 from, struct slice bytes)
{
	struct rtcp_in in;

	(void)t;
	if (!s->targeted || from.ip != s->latch.to.ip ||
	    rtcp_parse(bytes, &in) != ERR_OK) {
		s->dropped++;
		return;
	}
	if (in.has_sr) {
		s->peer_sr = rtcp_ntp_middle(in.sr_ntp);
		s->peer_sr_us = clk_wall_us();
	}
	if (in.has_report && in.report.ssrc == s->out.ssrc) {
		const int64_t rtt =
		    rtcp_round_trip_us(&in.report, clk_wall_us());

		if (rtt >= 0 && rtt < 10 * RT_SEC_US)
			s->rtt_us = (uint32_t)rtt;
	}
}
