#include "cgi/web/fcgi_loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cgi/web/fcgi_loop_priv.h"
#include "cgi/web/fcgi_sock.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"

#define DRAIN_MAX     ((size_t)16 << 20)
#define RETRY_NS      20000000L /* EMFILE: others must close first */
#define STOP_GRACE_US (10 * RT_SEC_US)
#define STOP_KICK_US  (RT_SEC_US / 20)
#define THREAD_STACK  ((size_t)512 << 10)

struct loop {
	const struct fcgi_loop_conf *conf;
	int fd;
	atomic_bool stop;
};

struct worker {
	struct loop *loop;
	pthread_t thread;
	bool started;
	atomic_bool done;
	bool failed; /* thread_begin() gave NULL */
};

const char *const *fcgi_loop_env(const struct fcgi_loop_io *io)
{
	return (const char *const *)io->fcgi.envp;
}

size_t fcgi_loop_read(void *ctx, char *out, size_t n)
{
	struct fcgi_loop_io *io = ctx;
	const int want = n > 1 << 20 ? 1 << 20 : (int)n;
	const int got = FCGX_GetStr(out, want, io->fcgi.in);

	return got < 0 ? 0 : (size_t)got;
}

bool fcgi_loop_write(struct fcgi_loop_io *io, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		const int part = n > 1 << 20 ? 1 << 20 : (int)n;

		if (FCGX_PutStr(at, part, io->fcgi.out) != part)
			return false;
		/* A long answer is work that goes on: see ctl_pulse.h. */
		metric_add(METRIC_HTTP_BYTES, (uint64_t)part);
		at += part;
		n -= (size_t)part;
	}
	return true;
}

void fcgi_loop_abort(struct fcgi_loop_io *io)
{
	io->aborted = true;
}

void fcgi_loop_cut_off(struct fcgi_loop_io *io)
{
	(void)FCGX_FFlush(io->fcgi.out);
	FCGX_Free(&io->fcgi, 1);
	io->aborted = false;
}

void fcgi_loop_drain(struct fcgi_loop_io *io)
{
	size_t total = 0;
	char block[8192];

	while (total < DRAIN_MAX) {
		const size_t n = fcgi_loop_read(io, block, sizeof(block));

		if (n == 0)
			return;
		total += n;
	}
	io->fcgi.keepConnection = 0;
}

static void pause_ns(long ns)
{
	const struct timespec t = { .tv_nsec = ns };

	(void)nanosleep(&t, NULL); /* cut short by a signal: fine */
}

/* True: a request is there. False: the end. FCGX_Accept_r gives
 * -EMFILE and the like once and means "later", not "never". */
static bool next(struct worker *w, struct fcgi_loop_io *io)
{
	while (!atomic_load(&w->loop->stop)) {
		const int rc = FCGX_Accept_r(&io->fcgi);

		if (rc >= 0)
			return true;
		if (rc == -EMFILE || rc == -ENFILE || rc == -ENOBUFS ||
		    rc == -ENOMEM) {
			log_warn("fcgi_loop: accept error=%d, retrying", -rc);
			pause_ns(RETRY_NS);
		} else if (rc == -EBADF || rc == -EINVAL) {
			pause_ns(RETRY_NS); /* the stop is on its way */
		}
		/* Others: a client that went away, a signal, our own stop. */
	}
	return false;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	const struct fcgi_loop_conf *conf = w->loop->conf;
	struct fcgi_loop_io io = { .aborted = false };
	void *own = conf->thread_begin(conf->ctx);

	w->failed = own == NULL;
	if (own == NULL)
		(void)kill(getpid(), SIGTERM); /* wakes main, ends the start */
	if (own != NULL && FCGX_InitRequest(&io.fcgi, w->loop->fd,
			       FCGI_FAIL_ACCEPT_ON_INTR) == 0) {
		while (next(w, &io)) {
			conf->serve(conf->ctx, own, &io);
			if (io.aborted) {
				fcgi_loop_cut_off(&io);
				continue;
			}
			fcgi_loop_drain(&io);
			FCGX_Finish_r(&io.fcgi);
		}
		FCGX_Free(&io.fcgi, 1);
	}
	if (own != NULL)
		conf->thread_end(conf->ctx, own);
	atomic_store(&w->done, true);
	return NULL;
}

/* Only to interrupt system calls. */
static void on_signal(int sig)
{
	(void)sig;
}

void fcgi_loop_signals(sigset_t *stop)
{
	struct sigaction sa = { .sa_handler = on_signal }; /* no SA_RESTART */

	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGUSR1, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
	(void)sigemptyset(stop);
	(void)sigaddset(stop, SIGTERM);
	(void)sigaddset(stop, SIGINT);
	/* Threads inherit it, so that sigwait() in main gets the signals. */
	(void)pthread_sigmask(SIG_BLOCK, stop, NULL);
}

static enum err start(struct worker *workers, struct loop *loop)
{
	pthread_attr_t attr;
	enum err e = ERR_OK;

	if (pthread_attr_init(&attr) != 0)
		return ERR_NOMEM;
	(void)pthread_attr_setstacksize(&attr, THREAD_STACK);
	for (unsigned int i = 0; i < loop->conf->threads && e == ERR_OK; i++) {
		workers[i].loop = loop;
		if (pthread_create(&workers[i].thread, &attr, work,
			&workers[i]) != 0) {
			log_error("fcgi_loop: no thread number=%u", i);
			e = ERR_NOMEM;
		} else {
			workers[i].started = true;
		}
	}
	(void)pthread_attr_destroy(&attr);
	return e;
}

static unsigned int still_running(struct worker *workers, unsigned int n)
{
	unsigned int running = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (workers[i].started && !atomic_load(&workers[i].done))
			running++;
	}
	return running;
}

/* Accepting threads are woken by the shutdown, those that wait on a kept
 * connection by a signal; a signal just before they wait is lost, so again
 * until all are out or a request takes longer than the grace. */
static void stop(struct worker *workers, struct loop *loop)
{
	const unsigned int n = loop->conf->threads;
	const int64_t until = clk_mono_us() + STOP_GRACE_US;

	atomic_store(&loop->stop, true);
	FCGX_ShutdownPending();
	(void)shutdown(loop->fd, SHUT_RDWR);
	while (still_running(workers, n) > 0 && clk_mono_us() < until) {
		for (unsigned int i = 0; i < n; i++) {
			if (workers[i].started &&
			    !atomic_load(&workers[i].done))
				(void)pthread_kill(workers[i].thread, SIGUSR1);
		}
		pause_ns((long)(STOP_KICK_US * 1000));
	}
	if (still_running(workers, n) > 0)
		log_warn("fcgi_loop: requests cut off threads=%u",
		    still_running(workers, n));
	for (unsigned int i = 0; i < n; i++) {
		if (workers[i].started && atomic_load(&workers[i].done))
			(void)pthread_join(workers[i].thread, NULL);
	}
}

static enum err run(struct loop *loop, const sigset_t *signals)
{
	const unsigned int n = loop->conf->threads;
	struct worker *workers = calloc(n, sizeof(*workers));
	enum err e;
	int sig;

	if (workers == NULL)
		return ERR_NOMEM;
	e = start(workers, loop);
	if (e == ERR_OK) {
		log_info("fcgi_loop: ready socket=%s threads=%u",
		    loop->conf->socket_path, n);
		(void)sigwait(signals, &sig);
		log_info("fcgi_loop: stopping signal=%d", sig);
	}
	stop(workers, loop);
	for (unsigned int i = 0; i < n && e == ERR_OK; i++) {
		if (workers[i].failed)
			e = ERR_NOMEM;
	}
	/* A thread that is still out uses its row: then it goes with us. */
	if (still_running(workers, n) == 0)
		free(workers);
	return e;
}

enum err fcgi_loop_run(const struct fcgi_loop_conf *conf)
{
	struct loop loop = { .conf = conf, .fd = -1 };
	sigset_t signals;
	int lock = -1;
	enum err e;

	if (conf->threads == 0 || conf->threads > 512)
		return ERR_RANGE;
	if ((e = fcgi_sock_lock(conf->lock_path, &lock)) != ERR_OK)
		return e;
	if ((e = fcgi_sock_open(conf->socket_path, 0, &loop.fd)) != ERR_OK)
		goto out;
	fcgi_loop_signals(&signals);
	if (FCGX_Init() != 0) {
		e = ERR_IO;
		goto out;
	}
	e = run(&loop, &signals);
	(void)unlink(conf->socket_path);
out:
	if (loop.fd != -1)
		(void)close(loop.fd);
	(void)close(lock);
	return e;
}
