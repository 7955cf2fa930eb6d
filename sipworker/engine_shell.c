#include "sipworker/engine_shell.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"

struct engine_now engine_shell_now(void)
{
	return (struct engine_now){ clk_mono_us(), clk_wall_us() };
}

/* --- actions ---------------------------------------------------------------*/

static void do_send(struct engine_shell *s, const struct engine_send *a)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };

	sa.sin_addr.s_addr = htonl(a->to.ip);
	sa.sin_port = htons(a->to.port);
	/* SIP retransmits what the network or a full buffer loses. */
	(void)sendto(s->sip_fd, a->bytes.p, a->bytes.n, 0, (const void *)&sa,
	    sizeof(sa));
}

static void append(struct engine_shell *s, uint64_t seq, struct slice bytes)
{
	struct msg m = { .kind = MSG_APPEND };

	m.u.append.seq = seq;
	m.u.append.record = bytes;
	(void)worker_peer_send(&s->store, &m, NULL); /* kept until durable */
}

static void do_journal(struct engine_shell *s, const struct engine_journal *a)
{
	if (engine_keep_record(&s->keep, a->seq, a->bytes) != ERR_OK) {
		log_error("engine: no store for too long, giving up");
		s->done = true;
		s->status = 1;
		return;
	}
	append(s, a->seq, a->bytes);
}

static void do_lookup(struct engine_shell *s, const struct engine_lookup *a)
{
	struct msg m = { .kind = MSG_LOOKUP };

	m.u.lookup = (struct msg_lookup){ a->ticket, a->call, a->company,
		a->number, a->at_wall_us, a->caller };
	/* Unanswered, the engine goes on after its 150 ms. */
	(void)worker_peer_send(&s->store, &m, NULL);
}

static void do_ask(struct engine_shell *s, const struct engine_ask *a)
{
	struct msg m = { .kind = MSG_ASK };

	m.u.ask =
	    (struct msg_ask){ a->ticket, a->call, a->company, a->question };
	/* Unanswered, the engine goes on after its 150 ms; a place that is not
	 * given back goes with the call's last record. */
	(void)worker_peer_send(&s->store, &m, NULL);
}

static const struct engine_conf *find_conf(const struct engine_shell *s,
    uint64_t key)
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

static void set_prompt(const struct engine_shell *s,
    const struct engine_conf *c, uint32_t row, struct media_cmd *m)
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
	[ENGINE_MEDIA_LISTEN] = MEDIA_LISTEN,
	[ENGINE_MEDIA_WATCH] = MEDIA_WATCH,
	[ENGINE_MEDIA_REC_ON] = MEDIA_REC_ON,
	[ENGINE_MEDIA_REC_OFF] = MEDIA_REC_OFF,
	[ENGINE_MEDIA_CLOSE] = MEDIA_CLOSE,
};

/* The queues hold several commands for every stream there can be; one that is
 * full means a media thread that has been standing still. */
static void command(struct engine_shell *s, const struct media_cmd *m)
{
	if (media_do(s->media, m) == ERR_OK)
		return;
	log_error("engine: media does not keep up, giving up");
	s->done = true;
	s->status = 1;
}

static void do_media(struct engine_shell *s, const struct engine_media *a)
{
	const struct engine_conf *c = find_conf(s, a->snap_key);
	struct media_cmd m = { .op = media_ops[a->op],
		.stream = a->stream,
		.key = a->call_key,
		.port = a->port,
		.remote = a->remote,
		.rtcp = a->rtcp,
		.pt = a->pt,
		.own_pt = a->own_pt,
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
		.play = a->play,
		.listen = a->listen,
		.quiet_us = a->quiet_us };

	if (a->op == ENGINE_MEDIA_TARGET)
		m.any_host = any_host(c, a);
	if (a->op == ENGINE_MEDIA_PLAY)
		set_prompt(s, c, a->prompt, &m);
	command(s, &m);
}

static void send_rec_start(struct engine_shell *s,
    const struct engine_kept_rec *r)
{
	struct msg m = { .kind = MSG_REC_START };

	m.u.rec_start = (struct msg_rec_start){ r->call, r->key + s->salt,
		r->anchor_us, slice_from(r->name) };
	(void)worker_peer_send(&s->recorder, &m, NULL); /* else at its return */
}

static void send_rec_stop(struct engine_shell *s,
    const struct engine_kept_rec *r)
{
	struct msg m = { .kind = MSG_REC_STOP };

	m.u.rec_stop = (struct msg_rec_stop){ r->call, r->key + s->salt,
		r->stop_us, r->discard };
	(void)worker_peer_send(&s->recorder, &m, NULL); /* else at its return */
}

static void do_rec(struct engine_shell *s, const struct engine_rec *a)
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
	r->discard = a->discard;
	send_rec_stop(s, r);
}

/* Media threads may still play from it: it goes when they have passed here. */
static void do_snap_free(struct engine_shell *s, uint64_t key)
{
	const struct media_cmd m = { .op = MEDIA_FENCE,
		.stream = (uint32_t)key };

	for (struct engine_conf *c = s->confs; c != NULL; c = c->next)
		if (c->key == key)
			c->fences = s->worker->threads;
	command(s, &m);
}

void engine_shell_fenced(struct engine_shell *s, uint32_t key)
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

static void do_resolve(struct engine_shell *s, const struct engine_resolve *a)
{
	resolver_ask(s->resolver, a->ticket, a->name, a->port, clk_mono_us());
}

static void carry_out(struct engine_shell *s)
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
		case ENGINE_ASK:
			do_ask(s, &a.u.ask);
			break;
		case ENGINE_MEDIA:
			do_media(s, &a.u.media);
			break;
		case ENGINE_REC:
			do_rec(s, &a.u.rec);
			break;
		case ENGINE_RESOLVE:
			do_resolve(s, &a.u.resolve);
			break;
		case ENGINE_SNAP_FREE:
			do_snap_free(s, a.u.snap_free);
			break;
		case ENGINE_DIALOG:
			engine_dlgs_put(&s->dlgs, &a.u.dialog);
			break;
		case ENGINE_DO_COUNT:
			break;
		}
	}
}

void engine_shell_carry_out(struct engine_shell *s)
{
	struct resolver_answer r;

	carry_out(s);
	while (resolver_next(s->resolver, &r)) {
		engine_resolved(s->engine, engine_shell_now(), r.ticket, r.at,
		    r.n);
		carry_out(s);
	}
}

void engine_shell_end_orphans(struct engine_shell *s)
{
	struct engine_dialog d;
	uint32_t n = 0, lost = 0;

	while (engine_dlgs_take(&s->dlgs, &d)) {
		if (engine_orphan(s->engine, engine_shell_now(), &d) == ERR_OK)
			n++;
		else
			lost++;
		engine_shell_carry_out(s);
	}
	if (n + lost > 0)
		log_warn(
		    "engine: ended dialogs and INVITEs of the one before=%u "
		    "lost=%u",
		    n, lost);
}

/* --- peers that came back --------------------------------------------------*/

void engine_shell_greet_store(struct engine_shell *s)
{
	const struct msg hello = { .kind = MSG_HELLO, .u.epoch = s->epoch };

	(void)worker_peer_send(&s->store, &hello, NULL);
	for (const struct engine_kept_record *r = s->keep.first; r != NULL;
	     r = r->next)
		append(s, r->seq, slice_of(r->bytes, r->n));
}

void engine_shell_greet_recorder(struct engine_shell *s)
{
	const struct msg sync = { .kind = MSG_REC_SYNC,
		.u.began_us = s->began_us };

	/* It reads no frame before it knows whose they may be, and a recording
	 * is not whole before its frames are read. */
	for (uint32_t i = 0; i < s->keep.max_recs; i++)
		if (s->keep.rec[i].used)
			send_rec_start(s, &s->keep.rec[i]);
	(void)worker_peer_send(&s->recorder, &sync, NULL);
	for (uint32_t i = 0; i < s->keep.max_recs; i++)
		if (s->keep.rec[i].used && s->keep.rec[i].stopped)
			send_rec_stop(s, &s->keep.rec[i]);
}
