#include "ctl/ua_rtp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "sipworker/rtp/g711.h"

#define PCMA         8
#define PRESS_GAP_US (200 * INT64_C(1000))
#define BATCH        64
#define TIMELINE_MAX (3600 * G711_RATE_HZ)

static const uint8_t stamp_magic[4] = { 'R', 'T', 'L', 'Y' };

static struct sockaddr_in to_sockaddr(struct addr4 a)
{
	struct sockaddr_in s;

	memset(&s, 0, sizeof(s));
	s.sin_family = AF_INET;
	s.sin_addr.s_addr = htonl(a.ip);
	s.sin_port = htons(a.port);
	return s;
}

enum err ua_rtp_open(struct ua_rtp *r, uint32_t ip, uint16_t port,
    const struct ua_sound *sound)
{
	const struct sockaddr_in at =
	    to_sockaddr((struct addr4){ .ip = ip, .port = port });
	struct {
		uint32_t ssrc, ts;
		uint16_t seq;
	} start;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		log_sys("call: rtp socket");
		return ERR_IO;
	}
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
		const bool taken = errno == EADDRINUSE;

		if (!taken)
			log_sys("call: bind rtp port=%u", (unsigned int)port);
		(void)close(fd);
		return taken ? ERR_CONFLICT : ERR_IO;
	}
	*r = (struct ua_rtp){ .fd = fd,
		.port = port,
		.dtmf_pt = 255,
		.sound = sound,
		.save_fd = -1 };
	rnd_bytes(&start, sizeof(start));
	rtp_out_init(&r->out, start.ssrc, start.seq, start.ts);
	rtp_stat_init(&r->in);
	dtmf_in_init(&r->keys);
	return ERR_OK;
}

enum err ua_rtp_save(struct ua_rtp *r, const char *path)
{
	r->save_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (r->save_fd == -1) {
		log_sys("call: create %s", path);
		return ERR_IO;
	}
	return ERR_OK;
}

void ua_rtp_close(struct ua_rtp *r)
{
	if (r->fd != -1)
		(void)close(r->fd);
	if (r->save_fd != -1)
		(void)close(r->save_fd);
	r->fd = -1;
	r->save_fd = -1;
	r->sending = false;
}

static void transmit(struct ua_rtp *r, const struct rtp_pkt *head,
    const void *payload, size_t n)
{
	const struct sockaddr_in to = to_sockaddr(r->remote);
	uint8_t packet[RTP_PKT_HEAD + UA_SOUND_FRAME];

	rtp_pkt_head(head, packet);
	memcpy(packet + RTP_PKT_HEAD, payload, n);
	if (sendto(r->fd, packet, RTP_PKT_HEAD + n, 0,
		(const struct sockaddr *)&to, sizeof(to)) > 0)
		r->tx++;
}

/* Takes the next key off what is to be pressed. True: as an event. */
static bool begin_key(struct ua_rtp *r, int64_t now_us)
{
	const char key = r->press[0];

	if (key == '\0' || now_us < r->press_at_us)
		return false;
	memmove(r->press, r->press + 1, strlen(r->press));
	r->press_at_us = now_us + UA_PRESS_MS * 1000 + PRESS_GAP_US;
	if (key == ',') {
		r->press_at_us = now_us + RT_SEC_US;
		return false;
	}
	if (r->how == UA_PRESS_TONES) {
		r->tone = key;
		r->tone_at = 0;
	}
	if (r->how == UA_PRESS_INFO || r->how == UA_PRESS_BOTH)
		r->info = key;
	if (r->how == UA_PRESS_TONES || r->how == UA_PRESS_INFO ||
	    r->dtmf_pt == 255)
		return false;
	dtmf_out_begin(&r->pressing, dtmf_event_of(key), UA_PRESS_MS);
	return true;
}

static void put_tone(struct ua_rtp *r, uint8_t frame[UA_SOUND_FRAME])
{
	for (uint32_t i = 0; i < UA_SOUND_FRAME; i++)
		frame[i] = ua_press_tone(r->tone, r->tone_at++);
	if (r->tone_at >= UA_PRESS_MS * 8)
		r->tone = '\0';
}

/* True when a key's packet took the place of this frame's audio. */
static bool send_key(struct ua_rtp *r, int64_t now_us)
{
	uint8_t payload[DTMF_PAYLOAD];
	struct rtp_pkt head;
	bool first;

	if (!r->pressing.active && !begin_key(r, now_us))
		return false;
	if (!dtmf_out_next(&r->pressing, payload, &first)) {
		r->press_at_us = now_us + PRESS_GAP_US;
		return false;
	}
	rtp_out_own(&r->out, r->dtmf_pt, UA_SOUND_FRAME, now_us, &head);
	if (first)
		r->dtmf_ts = head.ts;
	head.ts = r->dtmf_ts; /* RFC 4733 2.5.1.2: one timestamp a press */
	head.marker = first;
	transmit(r, &head, payload, sizeof(payload));
	return true;
}

static void stamp(uint8_t *payload, int64_t now_us)
{
	const uint64_t v = (uint64_t)now_us;

	memcpy(payload, stamp_magic, sizeof(stamp_magic));
	for (unsigned int i = 0; i < 8; i++)
		payload[4 + i] = (uint8_t)(v >> (56 - 8 * i));
}

void ua_rtp_send(struct ua_rtp *r, int64_t now_us)
{
	uint8_t frame[UA_SOUND_FRAME];
	struct rtp_pkt head;

	if (!r->sending || r->fd == -1 || r->remote.port == 0)
		return;
	if (r->first_tx_us == 0)
		r->first_tx_us = now_us;
	if (!send_key(r, now_us)) {
		ua_sound_frame(r->sound, r->at, frame);
		if (r->tone != '\0')
			put_tone(r, frame);
		if (r->pt == PCMA)
			g711_ulaw_to_alaw(frame, frame, sizeof(frame));
		if (ua_sound_measures(r->sound))
			stamp(frame, now_us);
		rtp_out_own(&r->out, r->pt, UA_SOUND_FRAME, now_us, &head);
		transmit(r, &head, frame, sizeof(frame));
	}
	r->at += UA_SOUND_FRAME;
}

static void measure(struct ua_rtp *r, struct slice payload, int64_t now_us)
{
	uint64_t v = 0;
	int64_t took_us;

	if (r->latency == NULL || payload.n < 12 ||
	    memcmp(payload.p, stamp_magic, sizeof(stamp_magic)) != 0)
		return;
	for (size_t i = 4; i < 12; i++)
		v = v << 8 | (uint8_t)payload.p[i];
	took_us = now_us - (int64_t)v;
	ua_hist_add(r->latency, took_us);
	if (r->jitter != NULL && r->took_us != 0)
		ua_hist_add(r->jitter, took_us > r->took_us
					   ? took_us - r->took_us
					   : r->took_us - took_us);
	r->took_us = took_us;
}

/* A hole in a file reads as zero bytes, which mu-law says at full level. */
static void fill_gap(struct ua_rtp *r, int64_t upto)
{
	uint8_t quiet[4096];

	memset(quiet, G711_ULAW_SILENCE, sizeof(quiet));
	while (r->saved < upto) {
		const int64_t left = upto - r->saved;
		const size_t n = left < (int64_t)sizeof(quiet) ? (size_t)left
							       : sizeof(quiet);

		if (pwrite(r->save_fd, quiet, n, (off_t)r->saved) < 0) {
			log_sys("call: save");
			return;
		}
		r->saved += (int64_t)n;
	}
}

static void save(struct ua_rtp *r, const struct rtp_pkt *p)
{
	uint8_t pcm[RTP_PKT_MAX];
	int64_t at;

	if (r->save_fd == -1 || (p->pt != 0 && p->pt != PCMA) ||
	    p->payload.n > sizeof(pcm))
		return;
	if (!r->saving) {
		r->saving = true;
		r->save_ts = p->ts;
	}
	at = rtp_pkt_ts_diff(p->ts, r->save_ts);
	if (at < 0 || at > TIMELINE_MAX || p->payload.n == 0)
		return;
	memcpy(pcm, p->payload.p, p->payload.n);
	if (p->pt == PCMA)
		g711_alaw_to_ulaw(pcm, pcm, p->payload.n);
	fill_gap(r, at);
	if (pwrite(r->save_fd, pcm, p->payload.n, (off_t)at) < 0)
		log_sys("call: save");
	if (at + (int64_t)p->payload.n > r->saved)
		r->saved = at + (int64_t)p->payload.n;
}

static void take(struct ua_rtp *r, struct slice bytes, int64_t now_us)
{
	struct rtp_pkt p;
	size_t n;
	char key;

	if (rtp_pkt_parse(bytes, &p) != ERR_OK) {
		r->foreign++;
		return;
	}
	rtp_stat_add(&r->in, &p, G711_RATE_HZ, now_us);
	if (p.pt != r->dtmf_pt) {
		measure(r, p.payload, now_us);
		save(r, &p);
		return;
	}
	key = dtmf_in_packet(&r->keys, &p, now_us);
	n = strlen(r->pressed);
	if (key != '\0' && n < UA_RTP_KEYS_MAX) {
		r->pressed[n] = key;
		r->pressed[n + 1] = '\0';
	}
}

void ua_rtp_receive(struct ua_rtp *r, int64_t now_us)
{
	uint8_t packet[RTP_PKT_MAX];

	for (int i = 0; i < BATCH && r->fd != -1; i++) {
		const ssize_t n = recv(r->fd, packet, sizeof(packet), 0);

		if (n < 0)
			return; /* EAGAIN, or an ICMP error of no interest */
		take(r, slice_of(packet, (size_t)n), now_us);
	}
}
