#include "ctl/ua.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/ua_call.h"
#include "ctl/ua_slot.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"

#define FRAME_US  20000
#define EVENTS    256
#define SIP_EVENT UINT64_MAX

static void send_sip(void *arg, struct addr4 to, struct slice bytes)
{
	const struct ua *u = arg;
	struct sockaddr_in s;

	memset(&s, 0, sizeof(s));
	s.sin_family = AF_INET;
	s.sin_addr.s_addr = htonl(to.ip);
	s.sin_port = htons(to.port);
	if (sendto(u->sip_fd, bytes.p, bytes.n, 0, (const struct sockaddr *)&s,
		sizeof(s)) < 0)
		log_sys("call: send");
}

static void receive_sip(struct ua *u)
{
	char mem[4096];
	struct sockaddr_in s = { 0 };

	for (;;) {
		socklen_t len = sizeof(s);
		const ssize_t n = recvfrom(u->sip_fd, mem, sizeof(mem), 0,
		    (struct sockaddr *)&s, &len);

		if (n < 0)
			return; /* EAGAIN, or an ICMP error of no interest */
		sip_txn_input(u->txn,
		    (struct addr4){ .ip = ntohl(s.sin_addr.s_addr),
			.port = ntohs(s.sin_port) },
		    slice_of(mem, (size_t)n), clk_mono_us());
	}
}

static void open_txn_secret(struct ua *u, struct sip_txn_conf *t,
    uint8_t secret[32])
{
	rnd_bytes(secret, 32);
	*t = (struct sip_txn_conf){ .sent_by = u->conf.listen,
		.slots = 4 * u->conf.max_calls + 1024,
		.secret = slice_of(secret, 32),
		.server = SLICE("ringtrace-call") };
}

static enum err open_sockets(struct ua *u)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = SIP_EVENT };
	const int room = 4 << 20;
	struct sockaddr_in s;

	memset(&s, 0, sizeof(s));
	s.sin_family = AF_INET;
	s.sin_addr.s_addr = htonl(u->conf.listen.ip);
	s.sin_port = htons(u->conf.listen.port);
	u->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	u->sip_fd =
	    socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (u->epoll_fd == -1 || u->sip_fd == -1) {
		log_sys("call: socket");
		return ERR_IO;
	}
	/* More is better, less still works; root is not bound by the limit. */
	if (setsockopt(u->sip_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
		sizeof(room)) == -1)
		(void)setsockopt(u->sip_fd, SOL_SOCKET, SO_RCVBUF, &room,
		    sizeof(room));
	if (bind(u->sip_fd, (const struct sockaddr *)&s, sizeof(s)) != 0) {
		const bool taken = errno == EADDRINUSE;

		log_sys("call: bind port=%u",
		    (unsigned int)u->conf.listen.port);
		return taken ? ERR_CONFLICT : ERR_IO;
	}
	if (epoll_ctl(u->epoll_fd, EPOLL_CTL_ADD, u->sip_fd, &ev) != 0) {
		log_sys("call: epoll");
		return ERR_IO;
	}
	return ERR_OK;
}

enum err ua_open(const struct ua_conf *conf, struct ua **out)
{
	struct ua *u = calloc(1, sizeof(*u));
	struct sip_txn_conf t;
	struct sip_txn_ops ops;
	uint8_t secret[32];
	struct buf b;
	enum err e = ERR_NOMEM;

	if (u == NULL)
		return ERR_NOMEM;
	u->conf = *conf;
	u->sip_fd = -1;
	u->epoll_fd = -1;
	u->next_port = conf->rtp_port_min;
	u->calls = calloc(conf->max_calls, sizeof(*u->calls));
	if (u->calls == NULL)
		goto fail;
	for (uint32_t i = 0; i < conf->max_calls; i++) {
		u->calls[i].rtp.fd = -1;
		u->calls[i].rtp.save_fd = -1;
	}
	if ((e = open_sockets(u)) != ERR_OK)
		goto fail;
	open_txn_secret(u, &t, secret);
	ops = (struct sip_txn_ops){ .send = send_sip,
		.event = ua_call_event,
		.arg = u };
	if ((e = sip_txn_new(&t, &ops, &u->txn)) != ERR_OK)
		goto fail;
	buf_over(&b, u->contact, sizeof(u->contact) - 1);
	sip_write_contact(&b, SLICE("ringtrace"), conf->listen);
	if ((e = buf_err(&b)) != ERR_OK)
		goto fail;
	u->frame_us = clk_mono_us();
	*out = u;
	return ERR_OK;

fail:
	ua_close(u);
	return e;
}

void ua_close(struct ua *u)
{
	if (u == NULL)
		return;
	for (uint32_t i = 0; u->calls != NULL && i < u->conf.max_calls; i++)
		ua_rtp_close(&u->calls[i].rtp);
	if (u->sip_fd != -1)
		(void)close(u->sip_fd);
	if (u->epoll_fd != -1)
		(void)close(u->epoll_fd);
	sip_txn_free(u->txn);
	free(u->calls);
	free(u);
}

uint32_t ua_calls(const struct ua *u)
{
	return u->used;
}

void ua_hang_up_all(struct ua *u)
{
	const int64_t now_us = clk_mono_us();

	for (uint32_t i = 0; i < u->conf.max_calls; i++)
		ua_call_end(u, &u->calls[i], now_us);
}

enum err ua_dial(struct ua *u, const struct ua_dial *d)
{
	return ua_call_dial(u, d, clk_mono_us());
}

/* One millisecond's share of all calls: their frame and their timers. */
static void run_phase(struct ua *u, int64_t now_us)
{
	for (uint32_t i = u->phase; i < u->conf.max_calls;
	     i += UA_CALL_PHASES) {
		struct ua_call *c = &u->calls[i];

		if (c->state == UA_CALL_FREE)
			continue;
		if (c->state == UA_CALL_UP)
			ua_rtp_send(&c->rtp, now_us);
		if (c->rtp.info != '\0' && c->state == UA_CALL_UP)
			ua_call_info(u, c, now_us);
		ua_call_step(u, c, now_us);
	}
	u->phase = (u->phase + 1) % UA_CALL_PHASES;
	u->frame_us += FRAME_US / UA_CALL_PHASES;
}

static void serve(struct ua *u, int wait_ms)
{
	struct epoll_event ev[EVENTS];
	const int n = epoll_wait(u->epoll_fd, ev, EVENTS, wait_ms);
	const int64_t now_us = clk_mono_us();

	for (int i = 0; i < n; i++) {
		struct ua_call *c;

		if (ev[i].data.u64 == SIP_EVENT) {
			receive_sip(u);
			continue;
		}
		c = ua_slot_at(u, ev[i].data.u64);
		if (c != NULL)
			ua_rtp_receive(&c->rtp, now_us);
	}
}

void ua_run(struct ua *u, int64_t max_us)
{
	const int64_t end_us = clk_mono_us() + max_us;
	int64_t now_us;

	do {
		now_us = clk_mono_us();
		serve(u, u->used > 0 || now_us >= u->frame_us ? 1 : 10);
		now_us = clk_mono_us();
		/* After a pause of the machine do not catch up in a burst. */
		if (now_us - u->frame_us > RT_SEC_US)
			u->frame_us = now_us;
		while (u->frame_us <= now_us)
			run_phase(u, now_us);
		sip_txn_tick(u->txn, now_us);
	} while (now_us < end_us);
}
