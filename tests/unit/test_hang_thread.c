/* Tests of lib/base/hang_thread: a thread that loops beside others is found,
 * whatever they do; one that waits is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>

#include "lib/base/hang_thread.h"

#define TURN_US (RT_SEC_US / 2)

static clockid_t looping; /* the clock of the one that uses the processor */
static int64_t used_us;

static int64_t cpu_of(clockid_t clock)
{
	return clock == looping ? used_us : 0;
}

struct worker {
	const char *name;
	pthread_t thread;
	pthread_mutex_t mu;
	pthread_cond_t cond;
	unsigned int asked, done; /* rounds */
	bool stop;
	clockid_t clock;
};

static void *work(void *arg)
{
	struct worker *w = arg;

	hang_thread_begin(w->name);
	(void)pthread_mutex_lock(&w->mu);
	(void)pthread_getcpuclockid(pthread_self(), &w->clock);
	while (!w->stop) {
		for (; w->done < w->asked; w->done++)
			hang_thread_round();
		(void)pthread_cond_broadcast(&w->cond);
		(void)pthread_cond_wait(&w->cond, &w->mu);
	}
	(void)pthread_mutex_unlock(&w->mu);
	hang_thread_end();
	return NULL;
}

/* It has made one more round when this returns. */
static void go_round(struct worker *w)
{
	(void)pthread_mutex_lock(&w->mu);
	w->asked++;
	(void)pthread_cond_broadcast(&w->cond);
	while (w->done < w->asked)
		(void)pthread_cond_wait(&w->cond, &w->mu);
	(void)pthread_mutex_unlock(&w->mu);
}

static void begin(struct worker *w, const char *name)
{
	*w = (struct worker){ .name = name };
	assert_int_equal(pthread_mutex_init(&w->mu, NULL), 0);
	assert_int_equal(pthread_cond_init(&w->cond, NULL), 0);
	assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
	go_round(w);
}

static void end(struct worker *w)
{
	(void)pthread_mutex_lock(&w->mu);
	w->stop = true;
	(void)pthread_cond_broadcast(&w->cond);
	(void)pthread_mutex_unlock(&w->mu);
	(void)pthread_join(w->thread, NULL);
	(void)pthread_cond_destroy(&w->cond);
	(void)pthread_mutex_destroy(&w->mu);
}

/* Half a minute of looks, in which the looping one uses part of the
 * processor; what was found, or NULL. */
static const char *look(int64_t *now_us, struct worker *rounds,
    int64_t used_of_turn_us)
{
	const char *who = NULL;

	for (int i = 0; i < 60 && who == NULL; i++) {
		*now_us += TURN_US;
		used_us += used_of_turn_us;
		if (rounds != NULL)
			go_round(rounds);
		who = hang_thread_loops(*now_us, cpu_of);
	}
	return who;
}

static void test_one_loops(void **state)
{
	struct worker a, b;
	int64_t now_us = RT_HOUR_US;

	(void)state;
	begin(&a, "a");
	begin(&b, "b");
	looping = b.clock;
	/* It works as hard, but goes round. */
	assert_null(look(&now_us, &b, TURN_US));
	/* Both wait: for a database that is away, for a day. */
	for (int i = 0; i < 2880; i++)
		assert_null(look(&now_us, NULL, 0));
	go_round(&b);
	assert_null(hang_thread_loops(now_us += TURN_US, cpu_of));
	assert_string_equal(look(&now_us, &a, TURN_US), "b");
	end(&b);
	/* Its place is another's now. */
	begin(&b, "c");
	assert_null(look(&now_us, &b, 0));
	end(&b);
	end(&a);
	assert_null(hang_thread_loops(now_us + RT_HOUR_US, cpu_of));
}

/* A place that was a looping thread's knows nothing of it. */
static void test_a_place_again(void **state)
{
	struct worker a;
	int64_t now_us = RT_HOUR_US;

	(void)state;
	begin(&a, "a");
	looping = a.clock;
	for (int i = 0; i < 19; i++) {
		used_us += TURN_US;
		assert_null(hang_thread_loops(now_us += TURN_US, cpu_of));
	}
	end(&a);
	begin(&a, "a");
	looping = a.clock;
	for (int i = 0; i < 19; i++) {
		used_us += TURN_US;
		assert_null(hang_thread_loops(now_us += TURN_US, cpu_of));
	}
	end(&a);
}

static void test_beyond_the_most(void **state)
{
	struct worker all[HANG_THREADS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		begin(&all[i],
		    "one of many"); /* the last one goes round, too */
	assert_null(hang_thread_loops(RT_HOUR_US, cpu_of));
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		end(&all[i]);
	hang_thread_round(); /* takes no part */
	hang_thread_end();
}

static void test_clock(void **state)
{
	clockid_t own;
	int64_t was;
	volatile unsigned int n = 0;

	(void)state;
	assert_int_equal(pthread_getcpuclockid(pthread_self(), &own), 0);
	was = hang_thread_cpu_us(own);
	assert_true(was >= 0);
	while (hang_thread_cpu_us(own) < was + 20000)
		n++;
	assert_int_equal(hang_thread_cpu_us((clockid_t)12345), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_loops),
		cmocka_unit_test(test_a_place_again),
		cmocka_unit_test(test_beyond_the_most),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests_name("hang_thread", tests, NULL, NULL);
}
