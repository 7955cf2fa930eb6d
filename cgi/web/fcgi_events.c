#include "cgi/web/fcgi_events.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cgi/web/fcgi_loop_priv.h"
#include "cgi/web/fcgi_sock.h"
#include "lib/base/clk.h"
#include "lib/base/hang_thread.h"
#include "lib/base/log.h"

#define EVENTS_MAX   64
#define ACCEPTS_MAX  16 /* connections taken in one turn */
#define STALL_S      5  /* a peer in the middle of a request */
#define SPARE_FILES  64 /* besides connections */
#define PAUSE_MS     20 /* EMFILE: others must close first */
#define THREAD_STACK ((size_t)512 << 10)
#define LOOK_NS      (500 * 1000 * 1000) /* at what the threads do */

struct conn {
	struct later later; /* first: a ready one leads to its connection */
	struct fcgi_loop_io io;
	void *own;
	bool waits;
	bool deaf; /* not watched while it waits: nginx went away */
	int64_t since_us;
	struct conn *prev; /* of those that wait, the longest first */
	struct conn *next; /* also of the free ones */
	struct conn *made_before;
};

struct worker {
	const struct fcgi_events_conf *conf;
	int listener;
	const atomic_bool *stop;
	pthread_t thread;
	bool started;
	int ep;
	struct later_box box;
	bool listens;
	unsigned int n_conns;
	struct conn *spare;
	struct conn *made;  /* all there are */
	struct conn *first; /* that waits */
	struct conn *last;
};

/* --- connections ----------------------------------------------------------*/

static struct conn *conn_get(struct worker *w)
{
	struct conn *c = w->spare;

	if (c != NULL) {
		w->spare = c->next;
		return c;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->own = w->conf->conn_begin(w->conf->ctx);
	c->later.box = &w->box;
	/* No listening socket: libfcgi reads what we accepted. */
	if (c->own == NULL || FCGX_InitRequest(&c->io.fcgi, -1, 0) != 0) {
		if (c->own != NULL)
			w->conf->conn_end(w->conf->ctx, c->own);
		free(c);
		return NULL;
	}
	c->made_before = w->made;
	w->made = c;
	return c;
}

static void watch_listener(struct worker *w, bool on)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE,
		.data = { .ptr = NULL } };

	if (w->listens == on)
		return;
	if (epoll_ctl(w->ep, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, w->listener,
		&ev) != 0)
		log_sys("fcgi_events: the listening socket");
	w->listens = on;
}

static bool watch(struct worker *w, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data = { .ptr = c } };

	if (epoll_ctl(w->ep, EPOLL_CTL_ADD, c->io.fcgi.ipcFd, &ev) == 0)
		return true;
	log_sys("fcgi_events: epoll_ctl");
	return false;
}

/* Its descriptor is closed, which also took it out of the epoll set. */
static void conn_put(struct worker *w, struct conn *c)
{
	c->deaf = false;
	c->next = w->spare;
	w->spare = c;
	w->n_conns--;
	if (!atomic_load(w->stop))
		watch_listener(w, true);
}

static void conn_close(struct worker *w, struct conn *c)
{
	FCGX_Free(&c->io.fcgi, 1);
	conn_put(w, c);
}

/* False: nothing more to accept now. */
static bool accept_one(struct worker *w)
{
	const struct timeval stall = { .tv_sec = STALL_S };
	struct conn *c;
	int fd;

	if (w->n_conns == w->conf->conns_max) {
		watch_listener(w, false);
		return false;
	}
	fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			log_sys("fcgi_events: accept, retrying");
			(void)poll(NULL, 0, PAUSE_MS);
		}
		return false;
	}
	/* These cannot fail on a socket; without them a peer could stall. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof(stall));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof(stall));
	if ((c = conn_get(w)) == NULL) {
		log_error("fcgi_events: no memory for a connection");
		(void)close(fd);
		return false;
	}
	w->n_conns++;
	/* As if a request had ended on it: libfcgi goes on reading. */
	c->io.fcgi.ipcFd = fd;
	c->io.fcgi.keepConnection = 1;
	if (!watch(w, c))
		conn_close(w, c);
	return true;
}

/* --- requests -------------------------------------------------------------*/

static void wait_begin(struct worker *w, struct conn *c)
{
	c->waits = true;
	c->since_us = clk_mono_us();
	c->prev = w->last;
	c->next = NULL;
	if (w->last == NULL)
		w->first = c;
	else
		w->last->next = c;
	w->last = c;
}

static void wait_end(struct worker *w, struct conn *c)
{
	c->waits = false;
	if (c->prev == NULL)
		w->first = c->next;
	else
		c->prev->next = c->next;
	if (c->next == NULL)
		w->last = c->prev;
	else
		c->next->prev = c->prev;
}

static void answered(struct worker *w, struct conn *c)
{
	if (c->io.aborted) {
		fcgi_loop_cut_off(&c->io);
	} else {
		fcgi_loop_drain(&c->io);
		FCGX_Finish_r(&c->io.fcgi);
	}
	if (c->io.fcgi.ipcFd < 0) {
		conn_put(w, c);
	} else if (c->deaf) {
		c->deaf = false;
		if (!watch(w, c))
			conn_close(w, c);
	}
}

static void serve(struct worker *w, struct conn *c)
{
	if (c->waits) {
		/* Nothing but its end can come before it is answered. */
		(void)epoll_ctl(w->ep, EPOLL_CTL_DEL, c->io.fcgi.ipcFd, NULL);
		c->deaf = true;
		return;
	}
	if (FCGX_Accept_r(&c->io.fcgi) < 0) {
		conn_put(w, c); /* nginx closed it, and so has libfcgi */
		return;
	}
	if (w->conf->serve(w->conf->ctx, c->own, &c->io, &c->later)) {
		answered(w, c);
		return;
	}
	/* The end of the body would look like a next request. */
	fcgi_loop_drain(&c->io);
	wait_begin(w, c);
}

static void resume(struct worker *w, struct conn *c, bool late)
{
	wait_end(w, c);
	if (w->conf->resume(w->conf->ctx, c->own, &c->io, late))
		answered(w, c);
	else
		wait_begin(w, c);
}

static void resume_ready(struct worker *w)
{
	struct later *l = later_box_take(&w->box);

	while (l != NULL) {
		struct conn *c = (struct conn *)(void *)l;

		l = l->next;
		resume(w, c, false);
	}
}

static void resume_late(struct worker *w)
{
	const int64_t before = clk_mono_us() - w->conf->late_us;

	while (w->first != NULL && w->first->since_us <= before)
		resume(w, w->first, true);
}

/* --- threads --------------------------------------------------------------*/

static int patience_ms(const struct worker *w)
{
	int64_t left;

	if (w->first == NULL)
		return -1;
	left = w->first->since_us + w->conf->late_us - clk_mono_us();
	return left <= 0 ? 0 : (int)(left / 1000) + 1;
}

/* Connections before what is ready before new ones: a connection that ends
 * here is not taken for another one by an event of the same turn. */
static void turn(struct worker *w)
{
	struct epoll_event ev[EVENTS_MAX];
	const int n = epoll_wait(w->ep, ev, EVENTS_MAX, patience_ms(w));
	bool knocks = false, ready = false;

	for (int i = 0; i < n; i++) {
		if (ev[i].data.ptr == NULL)
			knocks = true;
		else if (ev[i].data.ptr == &w->box)
			ready = true;
		else
			serve(w, ev[i].data.ptr);
	}
	if (ready)
		resume_ready(w);
	for (int i = 0; knocks && i < ACCEPTS_MAX; i++)
		knocks = accept_one(w);
	resume_late(w);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	hang_thread_begin("web");
	while (!atomic_load(w->stop)) {
		turn(w);
		hang_thread_round();
	}
	watch_listener(w, false);
	/* What nginx has sent already is answered with the rest. */
	while (w->first != NULL)
		turn(w);
	hang_thread_end();
	return NULL;
}

static enum err worker_open(struct worker *w)
{
	struct epoll_event ev = { .events = EPOLLIN,
		.data = { .ptr = &w->box } };
	enum err e;

	w->ep = epoll_create1(EPOLL_CLOEXEC);
	if (w->ep == -1) {
		log_sys("fcgi_events: epoll_create1");
		return ERR_IO;
	}
	if ((e = later_box_init(&w->box)) != ERR_OK) {
		(void)close(w->ep);
		w->ep = -1;
		return e;
	}
	if (epoll_ctl(w->ep, EPOLL_CTL_ADD, w->box.fd, &ev) != 0) {
		log_sys("fcgi_events: epoll_ctl");
		return ERR_IO;
	}
	watch_listener(w, true);
	return ERR_OK;
}

static enum err worker_start(struct worker *w)
{
	pthread_attr_t attr;
	int rc;

	if (pthread_attr_init(&attr) != 0)
		return ERR_NOMEM;
	(void)pthread_attr_setstacksize(&attr, THREAD_STACK);
	rc = pthread_create(&w->thread, &attr, work, w);
	(void)pthread_attr_destroy(&attr);
	w->started = rc == 0;
	return rc == 0 ? ERR_OK : ERR_NOMEM;
}

static void worker_close(struct worker *w)
{
	if (w->ep == -1)
		return;
	while (w->made != NULL) {
		struct conn *c = w->made;

		w->made = c->made_before;
		/* Not libfcgi's way, which waits for the peer. */
		if (c->io.fcgi.ipcFd >= 0)
			(void)close(c->io.fcgi.ipcFd);
		c->io.fcgi.ipcFd = -1;
		FCGX_Free(&c->io.fcgi, 0);
		w->conf->conn_end(w->conf->ctx, c->own);
		free(c);
	}
	later_box_fini(&w->box);
	(void)close(w->ep);
}

/* Until one of them comes. A thread that loops holds a connection, or a lock,
 * for ever: the program ends at once, as after a crash. */
static int wait_for(const sigset_t *signals)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };

	for (;;) {
		const int sig = sigtimedwait(signals, NULL, &look);
		const char *who;

		if (sig > 0)
			return sig;
		who = hang_thread_loops(clk_mono_us(), hang_thread_cpu_us);
		if (who == NULL)
			continue;
		log_error(
		    "fcgi_events: a thread goes round without end, "
		    "ending thread=%s",
		    who);
		_exit(1);
	}
}

/* Connections that nginx keeps open end with the process. */
static enum err run(const struct fcgi_events_conf *conf, int fd,
    const sigset_t *signals)
{
	struct worker *workers = calloc(conf->threads, sizeof(*workers));
	atomic_bool stop = false;
	enum err e = workers == NULL ? ERR_NOMEM : ERR_OK;
	int sig;

	for (unsigned int i = 0; e == ERR_OK && i < conf->threads; i++) {
		workers[i] = (struct worker){ .conf = conf,
			.listener = fd,
			.stop = &stop };
		if ((e = worker_open(&workers[i])) == ERR_OK)
			e = worker_start(&workers[i]);
	}
	if (e == ERR_OK) {
		log_info("fcgi_events: ready socket=%s threads=%u",
		    conf->socket_path, conf->threads);
		sig = wait_for(signals);
		log_info("fcgi_events: stopping signal=%d", sig);
	}
	atomic_store(&stop, true);
	for (unsigned int i = 0; workers != NULL && i < conf->threads; i++) {
		if (!workers[i].started)
			continue;
		later_box_wake(&workers[i].box);
		(void)pthread_join(workers[i].thread, NULL);
	}
	for (unsigned int i = 0; workers != NULL && i < conf->threads; i++)
		if (workers[i].conf != NULL)
			worker_close(&workers[i]);
	free(workers);
	return e;
}

/* As many as our connections need, where the system lets us; with fewer,
 * those beyond wait. */
static void want_descriptors(rlim_t n)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= n)
		return;
	l.rlim_cur = l.rlim_max < n ? l.rlim_max : n;
	if (setrlimit(RLIMIT_NOFILE, &l) != 0)
		log_sys("fcgi_events: setrlimit");
}

enum err fcgi_events_run(const struct fcgi_events_conf *conf)
{
	sigset_t signals;
	int lock = -1, fd = -1;
	enum err e;

	if (conf->threads == 0 || conf->threads > LATER_BOXES_MAX ||
	    conf->conns_max == 0)
		return ERR_RANGE;
	if ((e = fcgi_sock_lock(conf->lock_path, &lock)) != ERR_OK)
		return e;
	if ((e = fcgi_sock_open(conf->socket_path, SOCK_NONBLOCK, &fd)) !=
	    ERR_OK)
		goto out;
	want_descriptors((rlim_t)conf->threads * conf->conns_max + SPARE_FILES);
	fcgi_loop_signals(&signals);
	e = FCGX_Init() == 0 ? run(conf, fd, &signals) : ERR_IO;
	(void)unlink(conf->socket_path);
out:
	if (fd != -1)
		(void)close(fd);
	(void)close(lock);
	return e;
}
