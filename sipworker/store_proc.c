#include "sipworker/store_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/store/ledger.h"
#include "sipworker/store_ask.h"
#include "sipworker/store_dlgs.h"

#define EVENTS 8
/* Messages taken before they are made durable. */
#define BATCH 512
/* An earlier life may need a moment to leave. */
#define LOCK_WAIT_US  (10 * RT_SEC_US)
#define LOCK_TICK_US  50000L
#define TRIM_EVERY_US (2 * RT_SEC_US)
#define RETRY_US      (RT_SEC_US / 5)
/* What nobody waits for is made durable with what comes meanwhile: one sync
 * instead of many, and none in the way of a call that is to be routed. */
#define GATHER_US      (RT_SEC_US / 50)
#define TOLD_BEFORE_US (RT_SEC_US / 2)
/* At the end the drain may take so long to catch up. */
#define CATCH_UP_US (3 * RT_SEC_US)

enum tag {
	TAG_PARENT,
	TAG_ENGINE,
	TAG_RECORDER
};

struct store {
	struct worker *worker;
	int epoll_fd;
	int dirfd;
	struct ledger *ledger;
	struct store_db db;
	struct store_dlgs dlgs;
	struct worker_peer parent;
	struct worker_peer engine; /* under db.lock: threads answer there */
	struct worker_peer recorder;
	bool leaving;
	int64_t told_us;      /* when the recorder had told all; 0: never */
	int64_t interrupt_us; /* when lost calls are closed anyway; 0: none */
	int64_t gone_wall_us; /* when an engine was seen to go; 0: never */
	int64_t trimmed_us;
	uint64_t acknowledged; /* the engine's number */
	bool refuses;          /* as the last record was told */
	bool dirty;            /* something to commit */
	int64_t commit_us;     /* by when; 0: at once */
};

/* Something is to be committed: at once, or when more has come. */
static void touch(struct store *s, bool at_once)
{
	if (at_once)
		s->commit_us = 0;
	else if (!s->dirty)
		s->commit_us = clk_mono_us() + GATHER_US;
	s->dirty = true;
}

static void lock(struct store *s)
{
	(void)pthread_mutex_lock(&s->db.lock);
}

static void unlock(struct store *s)
{
	(void)pthread_mutex_unlock(&s->db.lock);
}

/* --- what is said ----------------------------------------------------------*/

static void bad(struct store *s, const char *what, enum err e)
{
	(void)s;
	log_error("store: %s: %s", what, err_name(e));
}

static void expect_interrupts(struct store *s)
{
	if (ledger_abandoned(s->ledger) > 0 && s->interrupt_us == 0)
		s->interrupt_us = clk_mono_us() + STORE_PROC_WAIT_US;
}

static void hello(struct store *s, uint64_t epoch)
{
	const enum err e = ledger_hello(s->ledger, epoch);

	if (e != ERR_OK)
		bad(s, "engine not recorded", e);
	touch(s, true);
	s->acknowledged = 0;
	expect_interrupts(s);
	store_db_new_engine(&s->db);
}

static void append(struct store *s, const struct msg *m)
{
	const enum err e =
	    ledger_append(s->ledger, m->u.append.seq, m->u.append.record);

	/* Not kept, so never acknowledged, nor what comes behind it: the engine
	 * holds all of it and is asked again when there is room. A full journal
	 * is said once. */
	if (e != ERR_OK && (e != ERR_BUSY || !s->refuses))
		bad(s, "record not kept", e);
	s->refuses = e == ERR_BUSY;
	touch(s, ledger_urgent(s->ledger));
}

static void orphan(struct store *s, const struct msg_rec_orphan *m)
{
	struct ledger_recording r = { .name = m->name,
		.failed = m->failed,
		.bytes = m->bytes,
		.samples = m->samples };
	enum err e;

	memcpy(r.sha256, m->sha256, sizeof(r.sha256));
	if ((e = ledger_recorded(s->ledger, &r)) != ERR_OK)
		bad(s, "recording not kept", e);
	touch(s, false);
}

static void new_peer(struct store *s, struct chan_in *in)
{
	struct worker_peer *p =
	    in->msg.u.peer == MSG_ENGINE ? &s->engine : &s->recorder;

	if (in->msg.u.peer != MSG_ENGINE && in->msg.u.peer != MSG_RECORDER) {
		(void)close(in->fds[0]); /* not one of ours */
		return;
	}
	lock(s);
	worker_peer_need(p, in->fds[0]);
	unlock(s);
}

static void obey(struct store *s, struct chan_in *in)
{
	switch (in->msg.kind) {
	case MSG_PEER:
		new_peer(s, in);
		break;
	case MSG_HELLO:
		hello(s, in->msg.u.epoch);
		break;
	case MSG_APPEND:
		append(s, &in->msg);
		break;
	case MSG_LOOKUP:
		/* Unanswered, the engine goes on after its 150 ms. */
		(void)store_ask_lookup(&s->db, &in->msg.u.lookup);
		break;
	case MSG_ASK:
		(void)store_ask_question(&s->db, &in->msg.u.ask);
		break;
	case MSG_REC_ORPHAN:
		orphan(s, &in->msg.u.rec_orphan);
		break;
	case MSG_REC_ORPHANS_END:
		s->told_us = clk_mono_us();
		break;
	case MSG_STOP:
	case MSG_DRAIN: /* engine and recorder have gone before */
		s->leaving = true;
		break;
	case MSG_READY:
	case MSG_IDLE:
	case MSG_DURABLE:
	case MSG_AGAIN:
	case MSG_FACTS:
	case MSG_REPLY:
	case MSG_SNAPSHOT:
	case MSG_REC_START:
	case MSG_REC_STOP:
	case MSG_REC_SYNC:
	case MSG_REC_RESULT:
	case MSG_KIND_COUNT:
		break; /* never said to us: chan refused them */
	}
}

static void lose(struct store *s, struct worker_peer *p)
{
	lock(s);
	worker_peer_drop(p);
	unlock(s);
	if (p == &s->parent)
		s->leaving = true;
	if (p == &s->engine) {
		s->gone_wall_us = clk_wall_us();
		ledger_engine_died(s->ledger);
		expect_interrupts(s);
	}
}

static void hear(struct store *s, struct worker_peer *p)
{
	struct chan_in in;
	enum err e = ERR_NOTFOUND;

	lock(s);
	worker_peer_writable(p);
	unlock(s);
	for (int i = 0; i < BATCH && p->chan != NULL; i++) {
		if ((e = chan_recv(p->chan, &in)) != ERR_OK)
			break;
		obey(s, &in);
	}
	if (p->chan == NULL || e == ERR_NOTFOUND || e == ERR_OK)
		return;
	if (e == ERR_SYNTAX)
		log_error("store: bad message from=%s", msg_role_name(p->role));
	lose(s, p);
}

/* --- the journal -----------------------------------------------------------*/

static void interrupt(struct store *s)
{
	const uint32_t n = ledger_abandoned(s->ledger);
	enum err e;

	s->interrupt_us = 0;
	if (n == 0)
		return;
	if ((e = ledger_interrupt(s->ledger, s->gone_wall_us)) != ERR_OK)
		bad(s, "calls not closed", e);
	log_warn("store: calls interrupted n=%u", n);
	touch(s, true);
}

/* The recorder sees the same death and may have been the quicker one to say
 * what it knows. */
static bool interrupt_due(const struct store *s)
{
	const int64_t seen_us = s->interrupt_us - STORE_PROC_WAIT_US;

	if (s->interrupt_us == 0)
		return false;
	return clk_mono_us() >= s->interrupt_us ||
	       (s->told_us != 0 && s->told_us > seen_us - TOLD_BEFORE_US);
}

static void commit(struct store *s)
{
	struct msg m = { .kind = MSG_DURABLE };
	uint64_t number = 0;

	if (!s->dirty)
		return;
	if (s->commit_us > clk_mono_us() && !s->leaving)
		return;
	if (ledger_commit(s->ledger, &number) != ERR_OK) {
		s->commit_us = clk_mono_us() + RETRY_US; /* logged */
		return;
	}
	s->dirty = false;
	store_db_durable(&s->db, ledger_durable(s->ledger));
	if (number == s->acknowledged)
		return;
	s->acknowledged = number;
	m.u.seq = number;
	lock(s);
	(void)worker_peer_send(&s->engine, &m, NULL); /* or it asks again */
	unlock(s);
}

static void trim(struct store *s)
{
	const struct msg again = { .kind = MSG_AGAIN };
	const int64_t now_us = clk_mono_us();

	if (now_us - s->trimmed_us < TRIM_EVERY_US)
		return;
	s->trimmed_us = now_us;
	if (ledger_trim(s->ledger, atomic_load(&s->db.drained), clk_wall_us()))
		touch(s, false);
	if (ledger_wants_again(s->ledger)) {
		log_info("store: what was not kept is said again");
		lock(s);
		(void)worker_peer_send(&s->engine, &again, NULL);
		unlock(s);
	}
}

static int timeout_ms(const struct store *s)
{
	const int64_t left_us = s->commit_us - clk_mono_us();

	if (s->dirty)
		return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
	return (int)((s->interrupt_us != 0 ? RT_SEC_US / 10 : TRIM_EVERY_US) /
		     1000);
}

static void loop(struct store *s)
{
	struct worker_peer *const peers[] = { [TAG_PARENT] = &s->parent,
		[TAG_ENGINE] = &s->engine,
		[TAG_RECORDER] = &s->recorder };
	struct epoll_event ev[EVENTS];

	while (!s->leaving) {
		const int n =
		    epoll_wait(s->epoll_fd, ev, EVENTS, timeout_ms(s));

		beat_round(s->worker->beat, MSG_STORE);
		for (int i = 0; i < n; i++)
			hear(s, peers[ev[i].data.u64]);
		if (interrupt_due(s))
			interrupt(s);
		commit(s);
		trim(s);
	}
}

/* A worker that is off holds nobody who may be erased meanwhile: the segment is
 * ended, and then it can go. */
static void forget(struct store *s)
{
	const uint64_t drained = atomic_load(&s->db.drained);

	for (int i = 0; i < 2; i++) {
		if (ledger_trim(s->ledger, drained, LEDGER_LAST))
			touch(s, true);
		commit(s);
	}
}

/* Engine and recorder are gone: what they said last is still in the channels.
 */
static void last_words(struct store *s)
{
	hear(s, &s->engine);
	hear(s, &s->recorder);
	s->gone_wall_us = clk_wall_us();
	ledger_engine_died(s->ledger);
	interrupt(s);
	commit(s);
	store_db_stop(&s->db, clk_mono_us() + CATCH_UP_US);
	forget(s);
}

/* --- start and end ---------------------------------------------------------*/

/* One writer: a store whose parent was killed may still be finishing. */
static enum err lock_journal(int dirfd)
{
	const struct timespec tick = { 0, LOCK_TICK_US * 1000 };
	const int64_t until = clk_mono_us() + LOCK_WAIT_US;

	while (flock(dirfd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			log_sys("store: lock the journal");
			return ERR_IO;
		}
		if (clk_mono_us() > until) {
			log_error("store: another sipworker has the journal");
			return ERR_BUSY;
		}
		(void)nanosleep(&tick, NULL);
	}
	return ERR_OK;
}

static enum err drop(struct store *s)
{
	char root[SETTINGS_PATH_MAX + 1];
	char *slash;

	/* The database's socket is all that its root holds. */
	memcpy(root, s->worker->settings.db_socket, sizeof(root));
	slash = strrchr(root, '/');
	if (slash == NULL || slash == root)
		return worker_drop(s->worker, MSG_STORE, "/", s->dirfd);
	*slash = '\0';
	return worker_drop(s->worker, MSG_STORE, root, s->dirfd);
}

static void goes_on(void *arg)
{
	const struct store *s = arg;

	beat_round(s->worker->beat, MSG_STORE);
}

static enum err prepare(struct store *s, int fd)
{
	const struct settings *set = &s->worker->settings;
	enum err e;

	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->dirfd = open(set->journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd == -1 || s->epoll_fd == -1) {
		log_sys("store: open %s", set->journal_dir);
		return ERR_IO;
	}
	s->parent = (struct worker_peer){ NULL, MSG_STORE, MSG_PARENT,
		s->epoll_fd, TAG_PARENT, false };
	s->engine = (struct worker_peer){ NULL, MSG_STORE, MSG_ENGINE,
		s->epoll_fd, TAG_ENGINE, false };
	s->recorder = (struct worker_peer){ NULL, MSG_STORE, MSG_RECORDER,
		s->epoll_fd, TAG_RECORDER, false };
	if ((e = worker_peer_set(&s->parent, fd)) != ERR_OK ||
	    (e = store_db_init(&s->db, s->worker, s->dirfd)) != ERR_OK ||
	    (e = lock_journal(s->dirfd)) != ERR_OK || (e = drop(s)) != ERR_OK)
		return e;
	/* What is in the journal came from outside: only now it is read. */
	e = ledger_open(&s->ledger, s->dirfd, (uint32_t)set->max_calls, goes_on,
	    s);
	if (e != ERR_OK)
		return e;
	store_db_durable(&s->db, ledger_durable(s->ledger));
	/* Before the engine gets the configuration that lets it listen. */
	store_dlgs_init(&s->dlgs, s->worker->dialogs, (uint32_t)set->max_calls,
	    s->dirfd, clk_wall_us());
	if ((e = store_dlgs_start(&s->dlgs)) != ERR_OK)
		return e;
	return store_db_start(&s->db, &s->engine);
}

int store_proc_run(struct worker *w, int fd)
{
	const struct msg ready = { .kind = MSG_READY };
	/* One a process, and never freed: threads may still be there after a
	 * failed start. */
	static struct store store;
	struct store *const s = &store;
	int status = 1;

	s->worker = w;
	s->epoll_fd = s->dirfd = -1;
	if (prepare(s, fd) == ERR_OK) {
		(void)worker_peer_send(&s->parent, &ready, NULL);
		loop(s);
		last_words(s);
		store_dlgs_stop(&s->dlgs);
		status = 0;
	}
	ledger_close(s->ledger);
	return status;
}
