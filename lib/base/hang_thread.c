#include "lib/base/hang_thread.h"

#include <pthread.h>
#include <stdatomic.h>

struct slot {
	const char *name; /* NULL: free */
	clockid_t clock;
	_Atomic uint64_t rounds;
	struct hang_watch watch; /* the watcher's */
};

static struct slot slots[HANG_THREADS_MAX];
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER; /* all but rounds */
static _Thread_local struct slot *mine;

void hang_thread_begin(const char *name)
{
	clockid_t clock;

	if (mine != NULL || pthread_getcpuclockid(pthread_self(), &clock) != 0)
		return;
	(void)pthread_mutex_lock(&mu);
	for (size_t i = 0; i < HANG_THREADS_MAX && mine == NULL; i++)
		if (slots[i].name == NULL)
			mine = &slots[i];
	if (mine != NULL) {
		mine->name = name;
		mine->clock = clock;
		mine->watch = (struct hang_watch){ .begun = false };
	}
	(void)pthread_mutex_unlock(&mu);
}

void hang_thread_end(void)
{
	if (mine == NULL)
		return;
	(void)pthread_mutex_lock(&mu);
	mine->name = NULL;
	mine = NULL;
	(void)pthread_mutex_unlock(&mu);
}

void hang_thread_round(void)
{
	if (mine != NULL)
		(void)atomic_fetch_add_explicit(&mine->rounds, 1,
		    memory_order_relaxed);
}

int64_t hang_thread_cpu_us(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) == -1)
		return -1;
	return t.tv_sec * RT_SEC_US + t.tv_nsec / 1000;
}

const char *hang_thread_loops(int64_t now_us, int64_t (*cpu_us)(clockid_t))
{
	const char *who = NULL;

	(void)pthread_mutex_lock(&mu);
	for (size_t i = 0; i < HANG_THREADS_MAX && who == NULL; i++) {
		struct slot *s = &slots[i];

		if (s->name != NULL &&
		    hang_judge(&s->watch,
			atomic_load_explicit(&s->rounds, memory_order_relaxed),
			now_us, cpu_us(s->clock), false) == HANG_LOOPS)
			who = s->name;
	}
	(void)pthread_mutex_unlock(&mu);
	return who;
}
