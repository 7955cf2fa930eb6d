#include "sipworker/rec_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/core/recname.h"
#include "sipworker/priv/ring.h"
#include "sipworker/rec/rec_file.h"
#include "sipworker/rec/rec_wav.h"
#include "sipworker/rec_sweep.h"
#include "sipworker/rec_told.h"
#include "sipworker/rec_unknown.h"

#define EVENTS  8
#define TICK_MS 40
#define DISK_MS 5 /* for what was asked of the disk (rec_wav.h) */
/* The engine waits 5 s for a result: what took nearly so long is told to the
 * store as well. */
#define SLOW_US (4 * RT_SEC_US)
/* A start is heard so soon, unless it waited in the engine's queue, behind its
 * first frames. */
#define HEARD_US (RT_SEC_US / 10)
/* What a frame holds, most often. */
#define FRAME_US (RT_SEC_US / 50)
/* Arrival times from another process, as far as they can be true: with few
 * calls the rings hold a long stand-still of the disk. */
#define PAST_US   RT_MIN_US
#define FUTURE_US (RT_SEC_US / 10)

enum tag {
	TAG_PARENT,
	TAG_ENGINE,
	TAG_STORE
};

struct open_rec {
	struct rec_wav *wav; /* NULL: the slot is free, or failed is set */
	bool used;
	bool failed; /* could not be opened: answered as failed at its stop */
	struct call_id call;
	uint32_t key;
	char name[REC_FILE_NAME_MAX + 1];
};

struct recorder {
	struct worker *worker;
	int epoll_fd;
	int dirfd;
	struct worker_peer parent;
	struct worker_peer engine;
	struct worker_peer store;
	struct ring ring[WORKER_THREADS_MAX];
	struct open_rec *rec;
	struct rec_told told;
	uint32_t max;
	uint32_t n_open;
	uint32_t *near; /* where a key was, by key modulo max */
	bool named;     /* the engine has said what runs: see tick() */
	bool behind;    /* perhaps: see catch_up_hash() */
	bool waits;     /* for the disk, to catch up */
	struct rec_sweep sweep;
	int64_t began_us; /* the engine; its frames came later */
	int64_t seen_us;  /* its newest frame; 0: none yet */
	bool leaving;
	struct rec_unknown unknown;
};

static void hear(struct recorder *r, struct worker_peer *p);

/* Once for each frame. Keys are given out in turn, so those of calls that go on
 * at the same time hardly ever share a place in near[]. */
static struct open_rec *find_key(struct recorder *r, uint32_t key)
{
	uint32_t *near = &r->near[key % r->max];

	if (r->rec[*near].used && r->rec[*near].key == key)
		return &r->rec[*near];
	for (uint32_t i = 0, seen = 0; seen < r->n_open && i < r->max; i++) {
		if (!r->rec[i].used)
			continue;
		seen++;
		if (r->rec[i].key == key) {
			*near = i;
			return &r->rec[i];
		}
	}
	return NULL;
}

/* --- frames ----------------------------------------------------------------*/

static void take_frame(struct recorder *r, const struct ring_frame *f,
    const uint8_t *ulaw, int64_t now_us)
{
	struct rec_time_frame t = { f->ssrc, f->ts, f->seq, f->n,
		f->arrived_us };
	struct open_rec *o = find_key(r, f->key);

	if (o == NULL) {
		/* Its start was sent before the frame: it is in the channel. */
		hear(r, &r->engine);
		o = find_key(r, f->key);
	}
	if (o == NULL) {
		rec_unknown_note(&r->unknown, f->key);
		return;
	}
	if (o->wav == NULL)
		return; /* it cannot be recorded; that was said */
	/* A long stand-still takes time to read; what came meanwhile is not of
	 * the future. */
	if (t.arrived_us > now_us + FUTURE_US)
		now_us = clk_mono_us();
	if (t.arrived_us < now_us - PAST_US)
		t.arrived_us = now_us - PAST_US;
	if (t.arrived_us > now_us + FUTURE_US)
		t.arrived_us = now_us + FUTURE_US;
	if (t.arrived_us > r->seen_us)
		r->seen_us = t.arrived_us;
	rec_wav_frame(o->wav, f->channel, &t, ulaw);
}

static void drain_rings(struct recorder *r)
{
	const int64_t now_us = clk_mono_us();
	struct ring_frame f;
	const uint8_t *ulaw;
	bool bad;

	for (unsigned int i = 0; i < r->worker->threads; i++) {
		while (ring_get(&r->ring[i], &f, &ulaw, &bad))
			take_frame(r, &f, ulaw, now_us);
		if (bad)
			log_error("recorder: ring damaged, frames skipped");
	}
}

/* Frames of one recording that were read before its start was heard. */
static void catch_up(struct recorder *r, uint32_t key)
{
	const int64_t now_us = clk_mono_us();
	struct ring_frame f;
	const uint8_t *ulaw;
	bool bad;

	for (unsigned int i = 0; i < r->worker->threads; i++) {
		struct ring again = r->ring[i];

		ring_rewind(&again);
		while (again.at != r->ring[i].at &&
		       ring_get(&again, &f, &ulaw, &bad))
			if (f.key == key)
				take_frame(r, &f, ulaw, now_us);
	}
}

/* A recorder that has just come finds the frames of its predecessor in the
 * rings, and the engine may tell it only later whose they are. Until then they
 * stay there. */
static void tick(struct recorder *r)
{
	/* Read before the engine is heard: who was held up between the two
	 * must not write silence past an end that it has not heard of. */
	const int64_t now_us = clk_mono_us();

	hear(r, &r->engine);
	if (!r->named || r->sweep.wanted)
		return;
	drain_rings(r);
	for (uint32_t i = 0, seen = 0; seen < r->n_open && i < r->max; i++) {
		if (!r->rec[i].used)
			continue;
		seen++;
		if (r->rec[i].wav != NULL)
			rec_wav_tick(r->rec[i].wav, now_us);
	}
	for (unsigned int i = 0; i < r->worker->threads; i++)
		ring_release(&r->ring[i], now_us);
}

/* --- results ---------------------------------------------------------------*/

static void tell_engine(struct recorder *r, struct call_id call, bool failed,
    const struct rec_wav_result *res)
{
	struct msg m = { .kind = MSG_REC_RESULT };

	m.u.rec_result = (struct msg_rec_result){ .call = call,
		.failed = failed,
		.bytes = res->bytes,
		.samples = res->samples };
	memcpy(m.u.rec_result.sha256, res->sha256, sizeof(res->sha256));
	(void)worker_peer_send(&r->engine, &m, NULL); /* it asks again */
}

static void tell_again(struct recorder *r)
{
	const struct msg end = { .kind = MSG_REC_ORPHANS_END };

	/* Without an engine that is all; else its end is still to be seen. */
	if (rec_told_again(&r->told, &r->store) && !r->named)
		(void)worker_peer_send(&r->store, &end, NULL);
}

/* Ends one recording; *res is zeros when there was none. */
static bool finish(struct recorder *r, struct open_rec *o, int64_t stop_us,
    struct rec_wav_result *res)
{
	enum err e = ERR_IO;

	*res = (struct rec_wav_result){ 0 };
	if (o->wav != NULL)
		e = rec_wav_finish(o->wav, stop_us, res);
	o->wav = NULL;
	o->used = false;
	r->n_open--;
	if (e != ERR_OK) {
		rec_sweep_later(&r->sweep);
		log_error("recorder: not finished file=%s", o->name);
	} else if (res->late > 0) {
		log_info("recorder: frames came too late file=%s late=%llu",
		    o->name, (unsigned long long)res->late);
	}
	return e == ERR_OK;
}

/* --- the engine's wishes ---------------------------------------------------*/

static struct open_rec *new_slot(struct recorder *r)
{
	for (uint32_t i = 0; i < r->max; i++)
		if (!r->rec[i].used) {
			r->n_open++;
			r->rec[i] = (struct open_rec){ .used = true };
			return &r->rec[i];
		}
	return NULL;
}

/* No longer in hand: what is still to be read back of it would hold up all
 * others, so it is finished in pieces, and told then. */
static void hand_over(struct recorder *r, struct open_rec *o)
{
	o->wav = NULL;
	o->used = false;
	r->n_open--;
	if (rec_sweep_add(&r->sweep, o->name) != ERR_OK)
		log_error("recorder: finished later file=%s", o->name);
}

static void start_rec(struct recorder *r, const struct msg_rec_start *m)
{
	struct open_rec *o = find_key(r, m->key);
	enum err e;

	if (o != NULL)
		return; /* said twice */
	if ((o = new_slot(r)) == NULL) {
		log_error("recorder: too many recordings at a time");
		return; /* the engine's time limit answers for us */
	}
	o->call = m->call;
	o->key = m->key;
	if (!slice_to_cstr(m->name, o->name, sizeof(o->name)))
		o->name[0] = '\0';
	e = rec_wav_open(&o->wav, r->dirfd, slice_from(o->name), m->key,
	    m->anchor_mono_us);
	if (e == ERR_CONFLICT) {
		/* Finished already, by an earlier recorder that did not live
		 * to say so. */
		hand_over(r, o);
	} else if (e != ERR_OK) {
		o->failed = true;
		o->wav = NULL;
		log_error("recorder: cannot record file=%s: %s", o->name,
		    err_name(e));
	} else {
		r->behind = true; /* most often it is not */
	}
	if (e == ERR_OK && r->named && rec_unknown_was(&r->unknown, m->key) &&
	    clk_mono_us() - m->anchor_mono_us > HEARD_US)
		catch_up(r, m->key);
}

/* A message too short to be one. */
static void discard(struct recorder *r, struct open_rec *o)
{
	const struct rec_wav_result nothing = { 0 };

	rec_wav_discard(o->wav);
	o->wav = NULL;
	o->used = false;
	r->n_open--;
	tell_engine(r, o->call, false, &nothing);
}

static void stop_rec(struct recorder *r, const struct msg_rec_stop *m)
{
	struct rec_wav_result res;
	struct open_rec *o;
	bool ok;

	drain_rings(r);
	if ((o = find_key(r, m->key)) == NULL)
		return; /* answered when it was named */
	if (m->discard && o->wav != NULL) {
		discard(r, o);
		return;
	}
	if (o->wav != NULL && rec_wav_behind(o->wav) > 0) {
		/* What the disk refused is missing; it was said. */
		(void)!rec_wav_leave(o->wav, m->stop_mono_us);
		hand_over(r, o);
		return;
	}
	ok = finish(r, o, m->stop_mono_us, &res);
	tell_engine(r, o->call, !ok, &res);
	if (clk_mono_us() - m->stop_mono_us > SLOW_US)
		rec_told_say(&r->told, &r->store, o->name, !ok, &res);
}

/* The engine is gone: evidence first. It ends with the last that was heard,
 * for nobody knows when we came to hear of its death. */
static void finish_all(struct recorder *r)
{
	const struct msg end = { .kind = MSG_REC_ORPHANS_END };
	int64_t now_us = clk_mono_us();
	struct rec_wav_result res;

	drain_rings(r);
	if (r->seen_us != 0 && r->seen_us + FRAME_US < now_us)
		now_us = r->seen_us + FRAME_US;
	r->seen_us = 0;
	for (uint32_t i = 0; i < r->max; i++)
		if (r->rec[i].used) {
			const bool ok = finish(r, &r->rec[i], now_us, &res);

			rec_told_say(&r->told, &r->store, r->rec[i].name, !ok,
			    &res);
			beat_round(r->worker->beat, MSG_RECORDER);
		}
	r->named = false;
	(void)worker_peer_send(&r->store, &end, NULL); /* it waits 5 s */
}

/* The engine has named what runs. What was read before, when its frames may
 * have belonged to nobody yet, is read again. */
static void all_named(struct recorder *r, uint64_t began_us)
{
	for (unsigned int i = 0; i < r->worker->threads && !r->named; i++)
		ring_rewind(&r->ring[i]);
	r->named = r->sweep.wanted = true;
	r->began_us = began_us > INT64_MAX ? INT64_MAX : (int64_t)began_us;
}

static bool is_open(const void *arg, const char *name)
{
	const struct recorder *r = arg;

	for (uint32_t i = 0; i < r->max; i++)
		if (r->rec[i].used && strcmp(r->rec[i].name, name) == 0)
			return true;
	return false;
}

static void salvaged(void *arg, const char *name, enum err e,
    const struct rec_wav_result *res)
{
	struct recorder *r = arg;
	struct company_id company;
	struct call_id call;

	log_info("recorder: salvaged file=%s samples=%llu: %s", name,
	    (unsigned long long)res->samples, err_name(e));
	/* An engine that has just stopped it waits for that. */
	if (recname_parse(slice_from(name), &company, &call) == ERR_OK)
		tell_engine(r, call, e != ERR_OK, res);
	rec_told_say(&r->told, &r->store, name, e != ERR_OK, res);
}

static void sweep(struct recorder *r)
{
	const struct msg end = { .kind = MSG_REC_ORPHANS_END };
	const struct rec_replay rings = { r->ring, r->worker->threads,
		r->began_us };

	if (rec_sweep_turn(&r->sweep, &rings, r->named))
		(void)worker_peer_send(&r->store, &end, NULL); /* waits 5 s */
}

/* Live ones that an earlier recorder began: one piece of one of them. */
static void catch_up_hash(struct recorder *r)
{
	enum rec_wav_back b = REC_WAV_BACK_DONE;
	bool waits = false;

	for (uint32_t i = 0; i < r->max && r->behind && b != REC_WAV_BACK_MORE;
	     i++) {
		if (!r->rec[i].used || r->rec[i].wav == NULL)
			continue;
		b = rec_wav_catch_up(r->rec[i].wav, REC_SWEEP_FRAMES);
		waits = waits || b == REC_WAV_BACK_WAITS;
	}
	r->behind = b == REC_WAV_BACK_MORE || waits;
	r->waits = b != REC_WAV_BACK_MORE;
}

/* --- peers -----------------------------------------------------------------*/

static void lose_engine(struct recorder *r)
{
	worker_peer_drop(&r->engine);
	finish_all(r);
}

static void new_peer(struct recorder *r, struct chan_in *in)
{
	struct worker_peer *p =
	    in->msg.u.peer == MSG_STORE ? &r->store : &r->engine;

	if (in->msg.u.peer != MSG_STORE && in->msg.u.peer != MSG_ENGINE) {
		(void)close(in->fds[0]); /* not one of ours */
		return;
	}
	/* The old engine's end may wait behind this message. */
	if (p == &r->engine && p->chan != NULL)
		lose_engine(r);
	worker_peer_need(p, in->fds[0]);
	if (p == &r->store)
		tell_again(r);
}

static void obey(struct recorder *r, struct chan_in *in)
{
	switch (in->msg.kind) {
	case MSG_PEER:
		new_peer(r, in);
		break;
	case MSG_REC_START:
		start_rec(r, &in->msg.u.rec_start);
		break;
	case MSG_REC_STOP:
		stop_rec(r, &in->msg.u.rec_stop);
		break;
	case MSG_REC_SYNC:
		all_named(r, in->msg.u.began_us);
		break;
	case MSG_STOP:
	case MSG_DRAIN: /* the engine has gone before */
		r->leaving = true;
		break;
	case MSG_READY:
	case MSG_IDLE:
	case MSG_HELLO:
	case MSG_APPEND:
	case MSG_LOOKUP:
	case MSG_ASK:
	case MSG_DURABLE:
	case MSG_AGAIN:
	case MSG_FACTS:
	case MSG_REPLY:
	case MSG_SNAPSHOT:
	case MSG_REC_RESULT:
	case MSG_REC_ORPHAN:
	case MSG_REC_ORPHANS_END:
	case MSG_KIND_COUNT:
		break; /* never said to us: chan refused them */
	}
}

static void hear(struct recorder *r, struct worker_peer *p)
{
	struct chan_in in;
	enum err e = ERR_NOTFOUND;

	worker_peer_writable(p);
	while (p->chan != NULL && (e = chan_recv(p->chan, &in)) == ERR_OK)
		obey(r, &in);
	if (p->chan == NULL || e == ERR_NOTFOUND)
		return;
	if (e == ERR_SYNTAX)
		log_error("recorder: bad message from=%s",
		    msg_role_name(p->role));
	if (p == &r->engine)
		lose_engine(r);
	else
		worker_peer_drop(p);
	if (p == &r->parent)
		r->leaving = true;
}

static int wait_ms(const struct recorder *r)
{
	if ((r->sweep.going && !r->sweep.waits) || (r->behind && !r->waits))
		return 0;
	if (r->sweep.going || r->behind)
		return DISK_MS;
	return r->n_open > 0 ? TICK_MS : BEAT_ROUND_MS;
}

static void loop(struct recorder *r)
{
	struct worker_peer *const peers[] = { [TAG_PARENT] = &r->parent,
		[TAG_ENGINE] = &r->engine,
		[TAG_STORE] = &r->store };
	struct epoll_event ev[EVENTS];

	while (!r->leaving) {
		const int n = epoll_wait(r->epoll_fd, ev, EVENTS, wait_ms(r));

		beat_round(r->worker->beat, MSG_RECORDER);
		for (int i = 0; i < n; i++)
			hear(r, peers[ev[i].data.u64]);
		tick(r);
		sweep(r);
		catch_up_hash(r);
	}
	/* An engine that is still there has nothing to say any more. */
	if (r->n_open > 0)
		finish_all(r);
}

/* --- start and end ---------------------------------------------------------*/

static enum err prepare(struct recorder *r, int fd)
{
	const struct settings *s = &r->worker->settings;
	enum err e;

	r->max = (uint32_t)s->max_calls;
	r->rec = calloc(r->max, sizeof(*r->rec));
	r->near = calloc(r->max, sizeof(*r->near));
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r->dirfd = open(s->recordings_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd == -1) {
		log_sys("recorder: open %s", s->recordings_dir);
		return ERR_IO;
	}
	r->sweep = (struct rec_sweep){ .dirfd = r->dirfd,
		.beat = r->worker->beat,
		.is_open = is_open,
		.done = salvaged,
		.arg = r };
	if (r->rec == NULL || r->near == NULL ||
	    rec_told_init(&r->told, r->max) != ERR_OK || r->epoll_fd == -1) {
		log_sys("recorder: start");
		return ERR_IO;
	}
	r->parent = (struct worker_peer){ NULL, MSG_RECORDER, MSG_PARENT,
		r->epoll_fd, TAG_PARENT, false };
	r->engine = (struct worker_peer){ NULL, MSG_RECORDER, MSG_ENGINE,
		r->epoll_fd, TAG_ENGINE, false };
	r->store = (struct worker_peer){ NULL, MSG_RECORDER, MSG_STORE,
		r->epoll_fd, TAG_STORE, false };
	for (unsigned int i = 0; i < r->worker->threads; i++)
		ring_attach(&r->ring[i], r->worker->ring, i,
		    (unsigned int)s->max_calls);
	if ((e = worker_peer_set(&r->parent, fd)) != ERR_OK)
		return e;
	return worker_drop(r->worker, MSG_RECORDER, NULL, r->dirfd);
}

int rec_proc_run(struct worker *w, int fd)
{
	const struct msg ready = { .kind = MSG_READY };
	struct recorder *r = calloc(1, sizeof(*r));
	int status = 1;

	if (r == NULL)
		return status;
	r->worker = w;
	r->epoll_fd = r->dirfd = -1;
	if (prepare(r, fd) == ERR_OK) {
		(void)worker_peer_send(&r->parent, &ready, NULL);
		loop(r);
		status = 0;
	}
	worker_peer_drop(&r->parent);
	worker_peer_drop(&r->engine);
	worker_peer_drop(&r->store);
	rec_sweep_end(&r->sweep);
	free(r->rec);
	free(r->near);
	rec_told_fini(&r->told);
	free(r);
	return status;
}
