#include "sipworker/engine_proc.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "sipworker/engine_shell.h"

#define AGENT        "ringtrace"
#define DATAGRAMS    64 /* read before others get their turn */
#define EVENTS       16
#define SOCKET_BYTES (4 << 20) /* as much as the kernel gives */
/* After MSG_STOP: byes and closed records go out before we leave. */
#define LEAVE_US (2 * RT_SEC_US)

enum tag {
	TAG_PARENT,
	TAG_STORE,
	TAG_RECORDER,
	TAG_SIP,
	TAG_TIMER,
	TAG_MEDIA,
	TAG_NAMES /* with the socket above TAG_BITS */
};

#define TAG_BITS 8

/* In a media thread. A full ring is the recorder's fault and is counted. */
static void take_frame(void *arg, unsigned int thread,
    const struct media_frame *f)
{
	struct engine_shell *s = arg;
	const struct ring_frame r = { f->key + s->salt, f->ssrc, f->ts, f->seq,
		f->n, f->channel, f->arrived_us };

	(void)ring_put(&s->ring[thread], &r, f->ulaw);
}

/* --- events ----------------------------------------------------------------*/

static void read_sip(struct engine_shell *s)
{
	for (int i = 0; i < DATAGRAMS; i++) {
		struct sockaddr_in sa = { .sin_family = AF_UNSPEC };
		socklen_t len = sizeof(sa);
		const ssize_t n = recvfrom(s->sip_fd, s->datagram,
		    sizeof(s->datagram), 0, (void *)&sa, &len);

		if (n < 0 && errno != EAGAIN)
			continue; /* an ICMP error of an earlier datagram */
		if (n < 0)
			return;
		if (sa.sin_family != AF_INET)
			continue;
		engine_datagram(s->engine, engine_shell_now(),
		    (struct addr4){ ntohl(sa.sin_addr.s_addr),
			ntohs(sa.sin_port) },
		    slice_of(s->datagram, (size_t)n));
		engine_shell_carry_out(s);
	}
}

static uint64_t frames_lost(const struct engine_shell *s)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < s->worker->threads; i++)
		n += ring_lost(&s->ring[i]);
	return n;
}

static void watch(struct engine_shell *s)
{
	const int64_t now_us = clk_mono_us();

	(void)engine_watch(&s->watch, s->engine, now_us);
	(void)engine_watch_frames(&s->watch, frames_lost(s), now_us);
}

static void take_sip(struct engine_shell *s)
{
	read_sip(s);
	watch(s);
}

static const enum engine_media_what media_whats[MEDIA_WHAT_COUNT] = {
	[MEDIA_OPENED] = ENGINE_MEDIA_OPENED,
	[MEDIA_OPEN_FAILED] = ENGINE_MEDIA_OPEN_FAILED,
	[MEDIA_PLAYED] = ENGINE_MEDIA_PLAYED,
	[MEDIA_DIGIT] = ENGINE_MEDIA_DIGIT,
	[MEDIA_FLOWING] = ENGINE_MEDIA_FLOWING,
	[MEDIA_SILENT] = ENGINE_MEDIA_SILENT,
	[MEDIA_VOICE] = ENGINE_MEDIA_VOICE,
	[MEDIA_QUIET] = ENGINE_MEDIA_QUIET,
	[MEDIA_CLOSED] = ENGINE_MEDIA_CLOSED,
};

static void read_media(struct engine_shell *s)
{
	struct media_event m;

	while (media_next(s->media, &m)) {
		struct engine_media_event ev = { .what = media_whats[m.what],
			.stream = m.stream,
			.play = m.play,
			.digit = m.digit,
			.at_mono_us = m.at_us,
			.stats = { m.stats.packets_in, m.stats.packets_out,
			    m.stats.lost, m.stats.dropped, m.stats.jitter_us,
			    m.stats.rtt_us } };

		if (m.what == MEDIA_FENCED) {
			engine_shell_fenced(s, m.stream);
			continue;
		}
		engine_media_event(s->engine, engine_shell_now(), &ev);
		engine_shell_carry_out(s);
	}
}

static void rec_result(struct engine_shell *s, const struct msg_rec_result *m)
{
	struct engine_kept_rec *r = engine_keep_find(&s->keep, m->call);
	struct engine_rec_event ev = { .what = m->failed ? ENGINE_REC_FAILED
							 : ENGINE_REC_DONE,
		.call = m->call,
		.bytes = m->bytes,
		.samples = m->samples };

	if (r == NULL)
		return; /* answered twice, over a recorder's death */
	ev.call_key = r->key;
	memcpy(ev.sha256, m->sha256, sizeof(ev.sha256));
	r->used = false;
	engine_rec_event(s->engine, engine_shell_now(), &ev);
	engine_shell_carry_out(s);
}

static void facts(struct engine_shell *s, const struct msg_facts *m)
{
	engine_lookup_done(s->engine, engine_shell_now(), m->ticket,
	    m->found ? &m->facts : NULL);
	engine_shell_carry_out(s);
}

/* What the resolver waits for: its sockets come and go. */
static void watch_names(void *arg, int fd, bool read, bool write)
{
	const struct engine_shell *s = arg;
	struct epoll_event ev = { .events = (read ? EPOLLIN : 0) |
					    (write ? EPOLLOUT : 0),
		.data.u64 = (uint64_t)fd << TAG_BITS | TAG_NAMES };

	if (ev.events == 0)
		/* It may be closed already, and is gone then. */
		(void)epoll_ctl(s->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	else if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == -1 &&
		 epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, fd, &ev) == -1)
		log_sys("engine: watch a socket for names");
}

static void read_names(struct engine_shell *s, int fd, uint32_t events)
{
	resolver_ready(s->resolver, fd, (events & ~(uint32_t)EPOLLOUT) != 0,
	    (events & EPOLLOUT) != 0, clk_mono_us());
	engine_shell_carry_out(s);
}

/* The first configuration opens the door. */
static void listen_sip(struct engine_shell *s)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };

	if (s->listening)
		return;
	sa.sin_addr.s_addr = htonl(s->worker->sip.ip);
	sa.sin_port = htons(s->worker->sip.port);
	if (bind(s->sip_fd, (const void *)&sa, sizeof(sa)) == -1) {
		log_sys("engine: cannot listen on udp port=%u",
		    s->worker->sip.port);
		s->done = true;
		s->status = 1;
		return;
	}
	s->listening = true;
	log_info("engine: listening");
	engine_shell_end_orphans(s);
}

static void snapshot(struct engine_shell *s, struct chan_in *in)
{
	struct engine_conf *c;
	enum err e;

	e = engine_conf_open(&c, s->last_key + 1, in->fds,
	    in->msg.u.snapshot.snap_bytes, in->msg.u.snapshot.prompt_bytes);
	if (e != ERR_OK) {
		log_error("engine: configuration refused version=%llu: %s",
		    (unsigned long long)in->msg.u.snapshot.version,
		    err_name(e));
		/* Of want of memory, and nobody is served: the next one gets
		 * it anew. */
		if (e != ERR_SYNTAX && s->confs == NULL)
			_exit(1);
		return;
	}
	s->last_key = c->key;
	c->next = s->confs;
	s->confs = c;
	log_info("engine: configuration version=%llu numbers=%u",
	    (unsigned long long)in->msg.u.snapshot.version,
	    c->snap.section[SNAP_NUMBERS].count);
	engine_snapshot(s->engine, engine_shell_now(), &c->snap, c->key);
	engine_shell_carry_out(s);
	listen_sip(s);
}

/* --- peers -----------------------------------------------------------------*/

static void new_peer(struct engine_shell *s, struct chan_in *in)
{
	struct worker_peer *p =
	    in->msg.u.peer == MSG_STORE ? &s->store : &s->recorder;

	if (in->msg.u.peer != MSG_STORE && in->msg.u.peer != MSG_RECORDER) {
		(void)close(in->fds[0]); /* not one of ours */
		return;
	}
	worker_peer_need(p, in->fds[0]);
	if (p == &s->store)
		engine_shell_greet_store(s);
	else
		engine_shell_greet_recorder(s);
}

static void leave(struct engine_shell *s)
{
	log_info("engine: leaving");
	s->leaving = true;
	s->leave_us = clk_mono_us() + LEAVE_US;
	engine_stop(s->engine, engine_shell_now());
	engine_shell_carry_out(s);
}

static void obey(struct engine_shell *s, struct chan_in *in)
{
	switch (in->msg.kind) {
	case MSG_PEER:
		new_peer(s, in);
		break;
	case MSG_DRAIN:
		s->draining = true;
		engine_drain(s->engine, engine_shell_now());
		engine_shell_carry_out(s);
		break;
	case MSG_STOP:
		leave(s);
		break;
	case MSG_SNAPSHOT:
		snapshot(s, in);
		break;
	case MSG_DURABLE:
		engine_keep_durable(&s->keep, in->msg.u.seq);
		engine_journal_done(s->engine, engine_shell_now(),
		    in->msg.u.seq);
		engine_shell_carry_out(s);
		break;
	case MSG_AGAIN:
		engine_shell_greet_store(s);
		break;
	case MSG_FACTS:
		facts(s, &in->msg.u.facts);
		break;
	case MSG_REPLY:
		engine_ask_done(s->engine, engine_shell_now(),
		    in->msg.u.reply.ticket, &in->msg.u.reply.reply);
		engine_shell_carry_out(s);
		break;
	case MSG_REC_RESULT:
		rec_result(s, &in->msg.u.rec_result);
		break;
	case MSG_READY:
	case MSG_IDLE:
	case MSG_HELLO:
	case MSG_APPEND:
	case MSG_LOOKUP:
	case MSG_ASK:
	case MSG_REC_START:
	case MSG_REC_STOP:
	case MSG_REC_SYNC:
	case MSG_REC_ORPHAN:
	case MSG_REC_ORPHANS_END:
	case MSG_KIND_COUNT:
		break; /* never said to us: chan refused them */
	}
}

static void hear(struct engine_shell *s, struct worker_peer *p)
{
	struct chan_in in;
	enum err e = ERR_NOTFOUND;

	worker_peer_writable(p);
	while (p->chan != NULL && (e = chan_recv(p->chan, &in)) == ERR_OK)
		obey(s, &in);
	if (p->chan == NULL || e == ERR_NOTFOUND)
		return;
	if (e == ERR_SYNTAX)
		log_error("engine: bad message from=%s",
		    msg_role_name(p->role));
	worker_peer_drop(p);
	if (p == &s->parent)
		s->done = true; /* nobody is left to serve */
}

/* --- the loop --------------------------------------------------------------*/

static void set_timer(struct engine_shell *s)
{
	const int64_t names = resolver_deadline(s->resolver, clk_mono_us());
	const int64_t calls = engine_deadline(s->engine);
	const int64_t due = names < calls ? names : calls;
	struct itimerspec its = { 0 };

	if (due == s->timer_us)
		return;
	s->timer_us = due;
	if (due != INT64_MAX) {
		/* 0 would disarm it. */
		const int64_t at = due < 1 ? 1 : due;

		its.it_value.tv_sec = at / RT_SEC_US;
		its.it_value.tv_nsec = at % RT_SEC_US * 1000;
	}
	if (timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &its, NULL) == -1)
		log_sys("engine: timer");
}

static void tick(struct engine_shell *s)
{
	uint64_t n;

	(void)!read(s->timer_fd, &n, sizeof(n)); /* only to make it unready */
	s->timer_us = 0;
	resolver_tick(s->resolver, clk_mono_us());
	engine_tick(s->engine, engine_shell_now());
	engine_shell_carry_out(s);
	watch(s);
}

static void dispatch(struct engine_shell *s, uint64_t tag, uint32_t events)
{
	switch ((enum tag)(tag & ((1u << TAG_BITS) - 1))) {
	case TAG_PARENT:
		hear(s, &s->parent);
		break;
	case TAG_STORE:
		hear(s, &s->store);
		break;
	case TAG_RECORDER:
		hear(s, &s->recorder);
		break;
	case TAG_SIP:
		take_sip(s);
		break;
	case TAG_TIMER:
		tick(s);
		break;
	case TAG_MEDIA:
		read_media(s);
		break;
	case TAG_NAMES:
		read_names(s, (int)(tag >> TAG_BITS), events);
		break;
	}
}

/* While draining: are all calls over, and their records safe? */
static void look_around(struct engine_shell *s)
{
	const struct msg idle = { .kind = MSG_IDLE };
	struct engine_stats st;
	bool empty;

	engine_get_stats(s->engine, &st);
	empty = st.calls == 0 && s->keep.first == NULL;
	if (s->leaving && (empty || clk_mono_us() > s->leave_us))
		s->done = true;
	if (empty && !s->idle_said && !s->leaving) {
		s->idle_said = true;
		(void)worker_peer_send(&s->parent, &idle, NULL);
	}
}

/* It cannot be ended by itself, nor waited for: as a kill would, and the next
 * engine begins anew. */
static void watch_media(struct engine_shell *s)
{
	const enum hang_state state = media_watch(&s->media_watch, s->media,
	    s->worker->threads, clk_mono_us());

	if (state == HANG_NOT)
		return;
	log_error("engine: a media thread hangs, starting again: %s",
	    hang_name(state));
	_exit(1);
}

static void loop(struct engine_shell *s)
{
	struct epoll_event ev[EVENTS];

	while (!s->done) {
		const bool ending = s->draining || s->leaving;
		int n;

		set_timer(s);
		n = epoll_wait(s->epoll_fd, ev, EVENTS,
		    ending ? 20 : BEAT_ROUND_MS);
		beat_round(s->worker->beat, MSG_ENGINE);
		for (int i = 0; i < n; i++)
			dispatch(s, ev[i].data.u64, ev[i].events);
		watch_media(s);
		if (ending)
			look_around(s);
	}
}

/* --- start and end ---------------------------------------------------------*/

static enum err open_all(struct engine_shell *s)
{
	const int bytes = SOCKET_BYTES;
	enum err e;

	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->sip_fd =
	    socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	s->timer_fd =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->epoll_fd == -1) {
		log_sys("engine: epoll");
		return ERR_IO;
	}
	if ((e = worker_watch(s->epoll_fd, s->sip_fd, EPOLLIN, TAG_SIP)) !=
		ERR_OK ||
	    (e = worker_watch(s->epoll_fd, s->timer_fd, EPOLLIN, TAG_TIMER)) !=
		ERR_OK)
		return e;
	/* A burst of INVITEs waits there; less is no reason not to start. The
	 * administrator's limit does not bind root. */
	if (setsockopt(s->sip_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
		sizeof(bytes)) == -1)
		(void)setsockopt(s->sip_fd, SOL_SOCKET, SO_RCVBUF, &bytes,
		    sizeof(bytes));
	if (setsockopt(s->sip_fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		sizeof(bytes)) == -1)
		(void)setsockopt(s->sip_fd, SOL_SOCKET, SO_SNDBUF, &bytes,
		    sizeof(bytes));
	return ERR_OK;
}

static enum err make_engine(struct engine_shell *s)
{
	const struct settings *set = &s->worker->settings;
	struct engine_cfg cfg = { .sip = s->worker->announced,
		.media_ip = s->worker->announced.ip,
		.rtp_port_min = (uint16_t)set->rtp_port_min,
		.rtp_port_max = (uint16_t)set->rtp_port_max,
		.max_calls = (uint32_t)set->max_calls,
		.source_messages_per_s = (uint32_t)set->sip_messages_per_s,
		.source_calls_per_s = (uint32_t)set->sip_calls_per_s,
		.agent = AGENT };

	rnd_bytes(cfg.secret, sizeof(cfg.secret));
	return engine_new(&cfg, &s->engine);
}

/* Before the drop: it reads which name servers there are. */
static enum err make_resolver(struct engine_shell *s)
{
	struct resolver_cfg cfg = { .servers = s->worker->settings.dns_servers,
		.watch = watch_names,
		.arg = s };

	rnd_bytes(&cfg.seed, sizeof(cfg.seed));
	return resolver_new(&cfg, &s->resolver);
}

/* After the drop: its threads must be bound by it. */
static enum err make_media(struct engine_shell *s)
{
	const struct media_cfg cfg = { .ip = s->worker->sip.ip,
		.threads = s->worker->threads,
		.max_streams = (uint32_t)s->worker->settings.max_calls *
			       ENGINE_LEGS_PER_CALL,
		.frame = take_frame,
		.frame_arg = s };
	enum err e = media_new(&s->media, &cfg);

	return e == ERR_OK ? worker_watch(s->epoll_fd, media_fd(s->media),
				 EPOLLIN, TAG_MEDIA)
			   : e;
}

static enum err prepare(struct engine_shell *s, int fd)
{
	const uint32_t calls = (uint32_t)s->worker->settings.max_calls;
	enum err e;

	if ((e = open_all(s)) != ERR_OK)
		return e;
	s->parent = (struct worker_peer){ NULL, MSG_ENGINE, MSG_PARENT,
		s->epoll_fd, TAG_PARENT, false };
	s->store = (struct worker_peer){ NULL, MSG_ENGINE, MSG_STORE,
		s->epoll_fd, TAG_STORE, false };
	s->recorder = (struct worker_peer){ NULL, MSG_ENGINE, MSG_RECORDER,
		s->epoll_fd, TAG_RECORDER, false };
	rnd_bytes(&s->epoch, sizeof(s->epoch));
	s->began_us = (uint64_t)clk_mono_us();
	rnd_bytes(&s->salt, sizeof(s->salt));
	for (unsigned int i = 0; i < s->worker->threads; i++)
		ring_attach(&s->ring[i], s->worker->ring, i, calls);
	engine_dlgs_attach(&s->dlgs, s->worker->dialogs, calls);
	engine_watch_begin(&s->watch, frames_lost(s));
	tone_ringback(s->ringback);
	tone_beep(s->beep);
	if ((e = worker_peer_set(&s->parent, fd)) != ERR_OK ||
	    (e = engine_keep_init(&s->keep, calls)) != ERR_OK ||
	    (e = make_engine(s)) != ERR_OK ||
	    (e = make_resolver(s)) != ERR_OK ||
	    (e = worker_drop(s->worker, MSG_ENGINE, NULL, -1)) != ERR_OK)
		return e;
	return make_media(s);
}

static void finish(struct engine_shell *s)
{
	media_free(s->media);
	engine_free(s->engine);
	resolver_free(s->resolver);
	while (s->confs != NULL) {
		struct engine_conf *c = s->confs;

		s->confs = c->next;
		engine_conf_free(c);
	}
	worker_peer_drop(&s->parent);
	worker_peer_drop(&s->store);
	worker_peer_drop(&s->recorder);
	engine_keep_fini(&s->keep);
}

int engine_proc_run(struct worker *w, int fd)
{
	const struct msg ready = { .kind = MSG_READY };
	struct engine_shell *s = calloc(1, sizeof(*s));
	int status = 1;

	if (s == NULL)
		return status;
	s->worker = w;
	s->sip_fd = s->timer_fd = s->epoll_fd = -1;
	if (prepare(s, fd) == ERR_OK) {
		(void)worker_peer_send(&s->parent, &ready, NULL);
		loop(s);
		status = s->status;
	}
	finish(s);
	free(s);
	return status;
}
