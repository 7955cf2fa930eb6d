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
#include "sipworker/engine/engine.h"
#include "sipworker/engine_conf.h"
#include "sipworker/engine_keep.h"
#include "sipworker/media/media.h"
#include "sipworker/media/tone.h"
#include "sipworker/priv/ring.h"

#define AGENT         "ringtrace"
#define DATAGRAM_MAX  65536
#define DATAGRAMS     64 /* read before others get their turn */
#define EVENTS        16
#define SOCKET_BYTES  (4 << 20) /* as much as the kernel gives */
#define LEGS_PER_CALL 3
/* After MSG_STOP: byes and closed records go out before we leave. */
#define LEAVE_US (2 * RT_SEC_US)

enum tag {
	TAG_PARENT,
	TAG_STORE,
	TAG_RECORDER,
	TAG_SIP,
	TAG_TIMER,
	TAG_MEDIA
};

struct shell {
	struct worker *worker;
	struct engine *engine;
	struct media *media;
	struct engine_keep keep;
	struct engine_conf *confs; /* newest first */
	uint64_t last_key;
	uint64_t epoch;
	uint32_t salt; /* frames of an earlier engine carry other keys */
	int epoll_fd;
	int sip_fd;
	int timer_fd;
	int64_t timer_us; /* what the timer is set to */
	bool listening;
	bool draining;
	bool idle_said;
	bool leaving;
	int64_t leave_us;
	int status;
	bool done;
	struct worker_peer parent;
	struct worker_peer store;
	struct worker_peer recorder;
	struct ring ring[WORKER_THREADS];
	uint8_t ringback[TONE_RINGBACK_SAMPLES];
	uint8_t beep[TONE_BEEP_SAMPLES];
	char datagram[DATAGRAM_MAX];
};

static struct engine_now now(void)
{
	return (struct engine_now){ clk_mono_us(), clk_wall_us() };
}

/* In a media thread. A full ring is the recorder's fault and is counted. */
static void take_frame(void *arg, unsigned int thread,
    const struct media_frame *f)
{
	struct shell *s = arg;
	const struct ring_frame r = { f->key + s->salt, f->ssrc, f->ts, f->seq,
		f->n, f->channel, f->arrived_us };

	(void)ring_put(&s->ring[thread], &r, f->ulaw);
}

/* --- actions ---------------------------------------------------------------*/

static void do_send(struct shell *s, const struct engine_send *a)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };

	sa.sin_addr.s_addr = htonl(a->to.ip);
	sa.sin_port = htons(a->to.port);
	/* SIP retransmits what the network or a full buffer loses. */
	(void)sendto(s->sip_fd, a->bytes.p, a->bytes.n, 0, (const void *)&sa,
	    sizeof(sa));
}

static void append(struct shell *s, uint64_t seq, struct slice bytes)
{
	struct msg m = { .kind = MSG_APPEND };

	m.u.append.seq = seq;
	m.u.append.record = bytes;
	(void)worker_peer_send(&s->store, &m, NULL); /* kept until durable */
}

static void do_journal(struct shell *s, const struct engine_journal *a)
{
	if (engine_keep_record(&s->keep, a->seq, a->bytes) != ERR_OK) {
		log_error("engine: no store for too long, giving up");
		s->done = true;
		s->status = 1;
		return;
	}
	append(s, a->seq, a->bytes);
}

static void do_lookup(struct shell *s, const struct engine_lookup *a)
{
	struct msg m = { .kind = MSG_LOOKUP };

	m.u.lookup = (struct msg_lookup){ a->ticket, a->call, a->company,
		a->number, a->at_wall_us, a->caller };
	/* Unanswered, the engine goes on after its 150 ms. */
	(void)worker_peer_send(&s->store, &m, NULL);
}

static const struct engine_conf *find_conf(const struct shell *s, uint64_t key)
{
	const struct engine_conf *c = s->confs;

	while (c != NULL && c->key != key)
		c = c->next;
	return c;
}

/* A trunk with a list of media networks takes media from nowhere else. */
static bool any_host(const struct engine_conf *c, const struct engine_media *a)
{
	if (c == NULL || a->trunk >= c->snap.section[SNAP_TRUNKS].count)
		return addr4_is_private(a->remote.ip);
	return addr4_is_private(a->remote.ip) ||
	       !snap_media_refused(&c->snap, a->trunk, 0);
}

static void set_prompt(const struct shell *s, const struct engine_conf *c,
    uint32_t row, struct media_cmd *m)
{
	struct snap_prompt p;

	if (row == ENGINE_PROMPT_RINGBACK) {
		m->ulaw = s->ringback;
		m->samples = sizeof(s->ringback);
	} else if (row == ENGINE_PROMPT_BEEP) {
		m->ulaw = s->beep;
		m->samples = sizeof(s->beep);
	} else if (c != NULL && row < c->snap.section[SNAP_PROMPTS].count) {
		snap_prompt_at(&c->snap, row, &p);
		m->ulaw = c->prompts + p.offset_bytes;
		m->samples = p.samples;
	}
	if (m->samples > 0)
		return;
	/* A prompt without sound must end all the same: a frame of silence. */
	m->ulaw = s->ringback + TONE_RINGBACK_SAMPLES - 160;
	m->samples = 160;
}

static const enum media_op media_ops[ENGINE_MEDIA_OP_COUNT] = {
	[ENGINE_MEDIA_OPEN] = MEDIA_OPEN,
	[ENGINE_MEDIA_TARGET] = MEDIA_TARGET,
	[ENGINE_MEDIA_BRIDGE] = MEDIA_BRIDGE,
	[ENGINE_MEDIA_UNBRIDGE] = MEDIA_UNBRIDGE,
	[ENGINE_MEDIA_PLAY] = MEDIA_PLAY,
	[ENGINE_MEDIA_STOP] = MEDIA_STOP,
	[ENGINE_MEDIA_REC_ON] = MEDIA_REC_ON,
	[ENGINE_MEDIA_REC_OFF] = MEDIA_REC_OFF,
	[ENGINE_MEDIA_CLOSE] = MEDIA_CLOSE,
};

/* The queues hold several commands for every stream there can be; one that is
 * full means a media thread that has been standing still. */
static void command(struct shell *s, const struct media_cmd *m)
{
	if (media_do(s->media, m) == ERR_OK)
		return;
	log_error("engine: media does not keep up, giving up");
	s->done = true;
	s->status = 1;
}

static void do_media(struct shell *s, const struct engine_media *a)
{
	const struct engine_conf *c = find_conf(s, a->snap_key);
	struct media_cmd m = { .op = media_ops[a->op],
		.stream = a->stream,
		.key = a->call_key,
		.port = a->port,
		.remote = a->remote,
		.rtcp = a->rtcp,
		.pt = a->pt,
		.dtmf_pt = a->dtmf_pt,
		.send = a->dir == ENGINE_DIR_SENDRECV ||
			a->dir == ENGINE_DIR_SENDONLY,
		.receive = a->dir == ENGINE_DIR_SENDRECV ||
			   a->dir == ENGINE_DIR_RECVONLY,
		.relearn = a->relearn,
		.early = a->early,
		.channel = a->channel,
		.peer = a->peer,
		.times = a->times,
		.play = a->play };

	if (a->op == ENGINE_MEDIA_TARGET)
		m.any_host = any_host(c, a);
	if (a->op == ENGINE_MEDIA_PLAY)
		set_prompt(s, c, a->prompt, &m);
	command(s, &m);
}

static void send_rec_start(struct shell *s, const struct engine_kept_rec *r)
{
	struct msg m = { .kind = MSG_REC_START };

	m.u.rec_start = (struct msg_rec_start){ r->call, r->key + s->salt,
		r->anchor_us, slice_from(r->name) };
	(void)worker_peer_send(&s->recorder, &m, NULL); /* else at its return */
}

static void send_rec_stop(struct shell *s, const struct engine_kept_rec *r)
{
	struct msg m = { .kind = MSG_REC_STOP };

	m.u.rec_stop =
	    (struct msg_rec_stop){ r->call, r->key + s->salt, r->stop_us };
	(void)worker_peer_send(&s->recorder, &m, NULL); /* else at its return */
}

static void do_rec(struct shell *s, const struct engine_rec *a)
{
	struct engine_kept_rec *r;

	if (a->op == ENGINE_REC_START) {
		r = engine_keep_rec(&s->keep, a->call, a->call_key,
		    a->anchor_mono_us, a->name);
		if (r == NULL)
			log_error("engine: no room for a recording");
		else
			send_rec_start(s, r);
		return;
	}
	if ((r = engine_keep_find(&s->keep, a->call)) == NULL)
		return; /* never begun: the engine's own time limit ends it */
	r->stopped = true;
	r->stop_us = a->stop_mono_us;
	send_rec_stop(s, r);
}

/* Media threads may still play from it: it goes when they have passed here. */
static void do_snap_free(struct shell *s, uint64_t key)
{
	const struct media_cmd m = { .op = MEDIA_FENCE,
		.stream = (uint32_t)key };

	for (struct engine_conf *c = s->confs; c != NULL; c = c->next)
		if (c->key == key)
			c->fences = WORKER_THREADS;
	command(s, &m);
}

static void fenced(struct shell *s, uint32_t key)
{
	struct engine_conf **at = &s->confs;

	while (*at != NULL && (uint32_t)(*at)->key != key)
		at = &(*at)->next;
	if (*at != NULL && --(*at)->fences == 0) {
		struct engine_conf *c = *at;

		*at = c->next;
		engine_conf_free(c);
	}
}

static void carry_out(struct shell *s)
{
	struct engine_action a;

	while (engine_pop(s->engine, &a)) {
		switch (a.what) {
		case ENGINE_SEND:
			do_send(s, &a.u.send);
			break;
		case ENGINE_JOURNAL:
			do_journal(s, &a.u.journal);
			break;
		case ENGINE_LOOKUP:
			do_lookup(s, &a.u.lookup);
			break;
		case ENGINE_MEDIA:
			do_media(s, &a.u.media);
			break;
		case ENGINE_REC:
			do_rec(s, &a.u.rec);
			break;
		case ENGINE_SNAP_FREE:
			do_snap_free(s, a.u.snap_free);
			break;
		case ENGINE_DO_COUNT:
			break;
		}
	}
}

/* --- events ----------------------------------------------------------------*/

static void read_sip(struct shell *s)
{
	struct sockaddr_in sa;

	for (int i = 0; i < DATAGRAMS; i++) {
		socklen_t len = sizeof(sa);
		const ssize_t n = recvfrom(s->sip_fd, s->datagram,
		    sizeof(s->datagram), 0, (void *)&sa, &len);

		if (n < 0 && errno != EAGAIN)
			continue; /* an ICMP error of an earlier datagram */
		if (n < 0)
			return;
		if (sa.sin_family != AF_INET)
			continue;
		engine_datagram(s->engine, now(),
		    (struct addr4){ ntohl(sa.sin_addr.s_addr),
			ntohs(sa.sin_port) },
		    slice_of(s->datagram, (size_t)n));
		carry_out(s);
	}
}

static const enum engine_media_what media_whats[MEDIA_WHAT_COUNT] = {
	[MEDIA_OPENED] = ENGINE_MEDIA_OPENED,
	[MEDIA_OPEN_FAILED] = ENGINE_MEDIA_OPEN_FAILED,
	[MEDIA_PLAYED] = ENGINE_MEDIA_PLAYED,
	[MEDIA_DIGIT] = ENGINE_MEDIA_DIGIT,
	[MEDIA_FLOWING] = ENGINE_MEDIA_FLOWING,
	[MEDIA_SILENT] = ENGINE_MEDIA_SILENT,
	[MEDIA_CLOSED] = ENGINE_MEDIA_CLOSED,
};

static void read_media(struct shell *s)
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
			fenced(s, m.stream);
			continue;
		}
		engine_media_event(s->engine, now(), &ev);
		carry_out(s);
	}
}

static void rec_result(struct shell *s, const struct msg_rec_result *m)
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
	engine_rec_event(s->engine, now(), &ev);
	carry_out(s);
}

static void copy_fact(char *out, size_t cap, struct slice s)
{
	if (!slice_to_cstr(slice_head(s, cap - 1), out, cap))
		out[0] = '\0';
}

static void facts(struct shell *s, const struct msg_facts *m)
{
	struct flow_facts f = { .known_caller = m->known_caller,
		.visit = m->visit };

	copy_fact(f.source, sizeof(f.source), m->source);
	copy_fact(f.medium, sizeof(f.medium), m->medium);
	copy_fact(f.campaign, sizeof(f.campaign), m->campaign);
	copy_fact(f.keyword, sizeof(f.keyword), m->keyword);
	engine_lookup_done(s->engine, now(), m->ticket, m->found ? &f : NULL);
	carry_out(s);
}

/* The first configuration opens the door. */
static void listen_sip(struct shell *s)
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
}

static void snapshot(struct shell *s, struct chan_in *in)
{
	struct engine_conf *c;

	if (engine_conf_open(&c, s->last_key + 1, in->fds,
		in->msg.u.snapshot.snap_bytes,
		in->msg.u.snapshot.prompt_bytes) != ERR_OK) {
		log_error("engine: configuration refused version=%llu",
		    (unsigned long long)in->msg.u.snapshot.version);
		return;
	}
	s->last_key = c->key;
	c->next = s->confs;
	s->confs = c;
	log_info("engine: configuration version=%llu numbers=%u",
	    (unsigned long long)in->msg.u.snapshot.version,
	    c->snap.section[SNAP_NUMBERS].count);
	engine_snapshot(s->engine, now(), &c->snap, c->key);
	carry_out(s);
	listen_sip(s);
}

/* --- peers -----------------------------------------------------------------*/

static void greet_store(struct shell *s)
{
	const struct msg hello = { .kind = MSG_HELLO, .u.epoch = s->epoch };

	(void)worker_peer_send(&s->store, &hello, NULL);
	for (const struct engine_kept_record *r = s->keep.first; r != NULL;
	     r = r->next)
		append(s, r->seq, slice_of(r->bytes, r->n));
}

static void greet_recorder(struct shell *s)
{
	const struct msg sync = { .kind = MSG_REC_SYNC };

	for (uint32_t i = 0; i < s->keep.max_recs; i++) {
		const struct engine_kept_rec *r = &s->keep.rec[i];

		if (!r->used)
			continue;
		send_rec_start(s, r);
		if (r->stopped)
			send_rec_stop(s, r);
	}
	(void)worker_peer_send(&s->recorder, &sync, NULL);
}

static void new_peer(struct shell *s, struct chan_in *in)
{
	struct worker_peer *p =
	    in->msg.u.peer == MSG_STORE ? &s->store : &s->recorder;

	if (in->msg.u.peer != MSG_STORE && in->msg.u.peer != MSG_RECORDER) {
		(void)close(in->fds[0]); /* not one of ours */
		return;
	}
	if (worker_peer_set(p, in->fds[0]) != ERR_OK)
		return;
	if (p == &s->store)
		greet_store(s);
	else
		greet_recorder(s);
}

static void leave(struct shell *s)
{
	log_info("engine: leaving");
	s->leaving = true;
	s->leave_us = clk_mono_us() + LEAVE_US;
	engine_stop(s->engine, now());
	carry_out(s);
}

static void obey(struct shell *s, struct chan_in *in)
{
	switch (in->msg.kind) {
	case MSG_PEER:
		new_peer(s, in);
		break;
	case MSG_DRAIN:
		s->draining = true;
		engine_drain(s->engine, now());
		carry_out(s);
		break;
	case MSG_STOP:
		leave(s);
		break;
	case MSG_SNAPSHOT:
		snapshot(s, in);
		break;
	case MSG_DURABLE:
		engine_keep_durable(&s->keep, in->msg.u.seq);
		engine_journal_done(s->engine, now(), in->msg.u.seq);
		carry_out(s);
		break;
	case MSG_FACTS:
		facts(s, &in->msg.u.facts);
		break;
	case MSG_REC_RESULT:
		rec_result(s, &in->msg.u.rec_result);
		break;
	case MSG_READY:
	case MSG_IDLE:
	case MSG_HELLO:
	case MSG_APPEND:
	case MSG_LOOKUP:
	case MSG_REC_START:
	case MSG_REC_STOP:
	case MSG_REC_SYNC:
	case MSG_REC_ORPHAN:
	case MSG_REC_ORPHANS_END:
	case MSG_KIND_COUNT:
		break; /* never said to us: chan refused them */
	}
}

static void hear(struct shell *s, struct worker_peer *p)
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

static void set_timer(struct shell *s)
{
	const int64_t due = engine_deadline(s->engine);
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

static void tick(struct shell *s)
{
	uint64_t n;

	(void)!read(s->timer_fd, &n, sizeof(n)); /* only to make it unready */
	s->timer_us = 0;
	engine_tick(s->engine, now());
	carry_out(s);
}

static void dispatch(struct shell *s, uint64_t tag)
{
	switch ((enum tag)tag) {
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
		read_sip(s);
		break;
	case TAG_TIMER:
		tick(s);
		break;
	case TAG_MEDIA:
		read_media(s);
		break;
	}
}

/* While draining: are all calls over, and their records safe? */
static void look_around(struct shell *s)
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

static void loop(struct shell *s)
{
	struct epoll_event ev[EVENTS];

	while (!s->done) {
		const bool ending = s->draining || s->leaving;
		int n;

		set_timer(s);
		n = epoll_wait(s->epoll_fd, ev, EVENTS, ending ? 20 : -1);
		for (int i = 0; i < n; i++)
			dispatch(s, ev[i].data.u64);
		if (ending)
			look_around(s);
	}
}

/* --- start and end ---------------------------------------------------------*/

static enum err open_all(struct shell *s)
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
	/* A burst of INVITEs waits there; less is no reason not to start. */
	(void)setsockopt(s->sip_fd, SOL_SOCKET, SO_RCVBUF, &bytes,
	    sizeof(bytes));
	(void)setsockopt(s->sip_fd, SOL_SOCKET, SO_SNDBUF, &bytes,
	    sizeof(bytes));
	return ERR_OK;
}

static enum err make_engine(struct shell *s)
{
	const struct settings *set = &s->worker->settings;
	struct engine_cfg cfg = { .sip = s->worker->announced,
		.media_ip = s->worker->announced.ip,
		.rtp_port_min = (uint16_t)set->rtp_port_min,
		.rtp_port_max = (uint16_t)set->rtp_port_max,
		.max_calls = (uint32_t)set->max_calls,
		.agent = AGENT };

	rnd_bytes(cfg.secret, sizeof(cfg.secret));
	return engine_new(&cfg, &s->engine);
}

/* After the drop: its threads must be bound by it. */
static enum err make_media(struct shell *s)
{
	const struct media_cfg cfg = { .ip = s->worker->sip.ip,
		.threads = WORKER_THREADS,
		.max_streams =
		    (uint32_t)s->worker->settings.max_calls * LEGS_PER_CALL,
		.frame = take_frame,
		.frame_arg = s };
	enum err e = media_new(&s->media, &cfg);

	return e == ERR_OK ? worker_watch(s->epoll_fd, media_fd(s->media),
				 EPOLLIN, TAG_MEDIA)
			   : e;
}

static enum err prepare(struct shell *s, int fd)
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
	rnd_bytes(&s->salt, sizeof(s->salt));
	for (unsigned int i = 0; i < WORKER_THREADS; i++)
		ring_attach(&s->ring[i], s->worker->ring, i, calls);
	tone_ringback(s->ringback);
	tone_beep(s->beep);
	if ((e = worker_peer_set(&s->parent, fd)) != ERR_OK ||
	    (e = engine_keep_init(&s->keep, calls)) != ERR_OK ||
	    (e = make_engine(s)) != ERR_OK ||
	    (e = worker_drop(s->worker, MSG_ENGINE, NULL, -1)) != ERR_OK)
		return e;
	return make_media(s);
}

static void finish(struct shell *s)
{
	media_free(s->media);
	engine_free(s->engine);
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
	struct shell *s = calloc(1, sizeof(*s));
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
