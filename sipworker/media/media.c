#include "sipworker/media/media.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/media/media_index.h"
#include "sipworker/media/media_pace.h"
#include "sipworker/media/media_say.h"
#include "sipworker/media/media_stream.h"

#define EVENTS_AT_ONCE 64
#define HOUSE_NS       250000000

/* epoll tags beside those of streams, whose generation is never 0. */
enum tag {
	TAG_WAKE,
	TAG_PACE,
	TAG_HOUSE
};

static void arm(int fd, long ns)
{
	const struct itimerspec its = { { 0, ns }, { 0, ns } };

	if (timerfd_settime(fd, 0, &its, NULL) == -1)
		log_sys("media: timer");
}

static uint64_t expirations(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == (ssize_t)sizeof(n) ? n : 0;
}

/* --- the pacer -------------------------------------------------------------*/

static void set_pacer(struct media_thread *t)
{
	const bool wanted = t->n_paced > 0;

	if (wanted == t->pacing)
		return;
	t->pacing = wanted;
	arm(t->pace_fd, wanted ? MEDIA_PACE_TICK_US * 1000L : 0);
}

/* --- the loop --------------------------------------------------------------*/

static void house(struct media_thread *t)
{
	(void)expirations(t->house_fd);
	for (uint32_t i = 0; i < t->n_open; i++)
		media_stream_house(t, &t->streams[t->open[i]]);
}

static void commands(struct media_thread *t)
{
	const uint32_t open_before = t->n_open;
	struct media_cmd c;

	(void)expirations(t->wake_fd);
	while (media_queue_get(&t->commands, &c)) {
		if (c.op == MEDIA_FENCE)
			media_say(t, MEDIA_FENCED, c.stream);
		else
			media_stream_command(t, &c);
	}
	if ((open_before == 0) != (t->n_open == 0))
		arm(t->house_fd, t->n_open == 0 ? 0 : HOUSE_NS);
}

static void dispatch(struct media_thread *t, uint64_t tag)
{
	const uint32_t generation = (uint32_t)(tag >> 32);
	const uint32_t slot = (uint32_t)tag >> MEDIA_SOCK_BITS;
	struct media_stream *s;

	if (generation == 0) {
		if (tag == TAG_WAKE)
			commands(t);
		else if (tag == TAG_PACE)
			media_pace(t, expirations(t->pace_fd));
		else
			house(t);
		return;
	}
	s = &t->streams[slot];
	if (s->id != 0 && s->generation == generation)
		media_stream_readable(t, s,
		    (enum media_sock)(tag & ((1u << MEDIA_SOCK_BITS) - 1)));
}

/* One signal for all events since the last. */
static void tell_events(struct media_thread *t)
{
	const uint64_t one = 1;

	if (t->told && write(t->media->event_fd, &one, sizeof(one)) ==
			   (ssize_t)sizeof(one))
		t->told = false;
}

/* Waits for a command, but not beyond the time. False: none came. */
static bool wait_command(const struct media_thread *t, int64_t until_us)
{
	const int64_t us = until_us - t->now_us;
	const struct timespec ts = { .tv_sec = us / RT_SEC_US,
		.tv_nsec = us % RT_SEC_US * 1000 };
	struct pollfd p = { .fd = t->wake_fd, .events = POLLIN };

	/* Interrupted: the turn is only early. */
	return ppoll(&p, 1, &ts, NULL) == 1;
}

/* Sleeps to the next stroke of the sweep, but does at once what the signalling
 * thread wants: a caller waits for the stream that is opened. Strokes stand on
 * the clock, not after each other, so that a sender's packets, 20 ms apart, all
 * wait equally long.
 */
static void rest(struct media_thread *t)
{
	const int64_t into_us = (t->now_us - t->begun_us) % MEDIA_SWEEP_US;
	const int64_t next_us = t->now_us - into_us + MEDIA_SWEEP_US;

	while (
	    (t->now_us = clk_mono_us()) < next_us && wait_command(t, next_us)) {
		t->now_us = clk_mono_us();
		commands(t);
		set_pacer(t);
		tell_events(t);
	}
}

static void *run(void *arg)
{
	struct media_thread *t = arg;
	struct epoll_event events[EVENTS_AT_ONCE];
	unsigned int idle = 0; /* strokes in a row */

	t->begun_us = clk_mono_us();
	while (!atomic_load(&t->media->stopping)) {
		const bool sweeps = t->n_open >= MEDIA_SWEEP_FROM;
		const int n = epoll_wait(t->epoll_fd, events, EVENTS_AT_ONCE,
		    sweeps && idle < MEDIA_SWEEP_IDLE ? 0 : -1);

		idle = n > 0 ? 0 : idle + 1;
		t->now_us = clk_mono_us();
		for (int i = 0; i < n; i++)
			dispatch(t, events[i].data.u64);
		/* When all is read: whoever wakes it now is not counted
		 * already. */
		atomic_fetch_add_explicit(&t->turns, 1, memory_order_relaxed);
		set_pacer(t);
		tell_events(t);
		if (n < EVENTS_AT_ONCE && t->n_open >= MEDIA_SWEEP_FROM)
			rest(t);
	}
	return NULL;
}

/* --- start and end ---------------------------------------------------------*/

static enum err watch(struct media_thread *t, int fd, enum tag tag)
{
	struct epoll_event ev = { .events = EPOLLIN };

	ev.data.u64 = tag;
	if (fd == -1 || epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == -1) {
		log_sys("media: epoll");
		return ERR_IO;
	}
	return ERR_OK;
}

static enum err prepare(struct media_thread *t, uint32_t streams)
{
	const int flags = TFD_NONBLOCK | TFD_CLOEXEC;
	enum err e;

	t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	t->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	t->pace_fd = timerfd_create(CLOCK_MONOTONIC, flags);
	t->house_fd = timerfd_create(CLOCK_MONOTONIC, flags);
	if (t->epoll_fd == -1) {
		log_sys("media: epoll");
		return ERR_IO;
	}
	if ((e = watch(t, t->wake_fd, TAG_WAKE)) != ERR_OK ||
	    (e = watch(t, t->pace_fd, TAG_PACE)) != ERR_OK ||
	    (e = watch(t, t->house_fd, TAG_HOUSE)) != ERR_OK)
		return e;
	/* Most streams are idle attempts' slots: four each are many. */
	if ((e = media_queue_init(&t->commands, 4 * streams + 256,
		 sizeof(struct media_cmd))) != ERR_OK ||
	    (e = media_queue_init(&t->events, 4 * streams + 256,
		 sizeof(struct media_event))) != ERR_OK)
		return e;
	return media_index_init(t, streams);
}

static enum err begin(struct media *m)
{
	/* Keys are dealt out in turn, so threads fill evenly; one may still
	 * get a few more than its share. */
	const uint32_t each = m->cfg.max_streams / m->cfg.threads + 64;
	enum err e;

	for (unsigned int i = 0; i < m->cfg.threads; i++) {
		struct media_thread *t = &m->threads[i];

		t->media = m;
		t->number = i;
		if ((e = prepare(t, each)) != ERR_OK)
			return e;
		if (pthread_create(&t->thread, NULL, run, t) != 0) {
			log_error("media: cannot start a thread");
			return ERR_IO;
		}
		t->started = true;
	}
	return ERR_OK;
}

enum err media_new(struct media **out, const struct media_cfg *cfg)
{
	struct media *m = calloc(1, sizeof(*m));
	sigset_t all, before;
	enum err e = ERR_NOMEM;

	if (m == NULL)
		return ERR_NOMEM;
	m->cfg = *cfg;
	m->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	m->threads = calloc(cfg->threads, sizeof(*m->threads));
	if (m->threads != NULL) {
		for (unsigned int i = 0; i < cfg->threads; i++)
			m->threads[i].epoll_fd = m->threads[i].wake_fd =
			    m->threads[i].pace_fd = m->threads[i].house_fd = -1;
		/* Signals are the loop's: threads inherit the mask. */
		(void)sigfillset(&all);
		(void)pthread_sigmask(SIG_SETMASK, &all, &before);
		e = m->event_fd == -1 ? ERR_IO : begin(m);
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	if (e != ERR_OK) {
		media_free(m);
		return e;
	}
	*out = m;
	return ERR_OK;
}

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] != -1)
			(void)close(fds[i]); /* nothing is in flight */
}

static void end_thread(struct media_thread *t)
{
	const int fds[] = { t->epoll_fd, t->wake_fd, t->pace_fd, t->house_fd };
	const uint64_t one = 1;

	if (t->started) {
		if (write(t->wake_fd, &one, sizeof(one)) !=
		    (ssize_t)sizeof(one))
			log_sys("media: wake");
		(void)pthread_join(t->thread, NULL);
	}
	for (uint32_t i = 0; i < t->n_slots; i++)
		if (t->streams[i].id != 0)
			media_sock_close(&t->streams[i]);
	close_all(fds, RT_ARRAY_LEN(fds));
	media_index_fini(t);
	media_queue_fini(&t->commands);
	media_queue_fini(&t->events);
}

void media_free(struct media *m)
{
	if (m == NULL)
		return;
	atomic_store(&m->stopping, true);
	for (unsigned int i = 0; m->threads != NULL && i < m->cfg.threads; i++)
		end_thread(&m->threads[i]);
	if (m->event_fd != -1)
		(void)close(m->event_fd); /* a counter */
	free(m->threads);
	free(m);
}

/* --- the signalling thread's side ------------------------------------------*/

static enum err tell(struct media_thread *t, const struct media_cmd *c)
{
	const uint64_t one = 1;

	if (!media_queue_put(&t->commands, c))
		return ERR_BUSY;
	/* Full means that it is readable, which is all that is wanted. */
	(void)!write(t->wake_fd, &one, sizeof(one));
	return ERR_OK;
}

enum err media_do(struct media *m, const struct media_cmd *c)
{
	enum err e = ERR_OK;

	if (c->op != MEDIA_FENCE)
		return tell(&m->threads[c->key % m->cfg.threads], c);
	for (unsigned int i = 0; e == ERR_OK && i < m->cfg.threads; i++)
		e = tell(&m->threads[i], c);
	return e;
}

uint64_t media_turns(const struct media *m, unsigned int thread)
{
	return atomic_load_explicit(&m->threads[thread].turns,
	    memory_order_relaxed);
}

int64_t media_cpu_us(const struct media *m, unsigned int thread)
{
	struct timespec t;
	clockid_t clock;

	if (pthread_getcpuclockid(m->threads[thread].thread, &clock) != 0 ||
	    clock_gettime(clock, &t) == -1)
		return -1;
	return t.tv_sec * RT_SEC_US + t.tv_nsec / 1000;
}

void media_wake(struct media *m)
{
	const uint64_t one = 1;

	/* Full means that it is readable, which is all that is wanted. */
	for (unsigned int i = 0; i < m->cfg.threads; i++)
		(void)!write(m->threads[i].wake_fd, &one, sizeof(one));
}

int media_fd(const struct media *m)
{
	return m->event_fd;
}

bool media_next(struct media *m, struct media_event *out)
{
	for (unsigned int i = 0; i < m->cfg.threads; i++)
		if (media_queue_get(&m->threads[i].events, out))
			return true;
	(void)expirations(m->event_fd);
	for (unsigned int i = 0; i < m->cfg.threads; i++)
		if (media_queue_get(&m->threads[i].events, out))
			return true;
	return false;
}
