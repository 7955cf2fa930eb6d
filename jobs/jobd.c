/* jobd - work beside and after calls, from the job table. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "jobs/job_prompt.h"
#include "jobs/job_sweep.h"
#include "jobs/job_waveform.h"
#include "jobs/queue.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

#define THREADS 4

static const struct queue_kind kinds[] = {
	{ .name = "prompt",
	    .parallel = 1,
	    .visible_us = 3 * RT_MIN_US,
	    .max_attempts = 5,
	    .run = job_prompt },
	{ .name = "sweep",
	    .parallel = 1,
	    .visible_us = 5 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_SWEEP_EVERY_US,
	    .run = job_sweep },
	{ .name = "waveform",
	    .parallel = 2,
	    .visible_us = 2 * RT_MIN_US,
	    .max_attempts = 8,
	    .run = job_waveform },
};

int main(int argc, char **argv)
{
	struct settings s;
	struct queue *q;
	sigset_t stop;
	int sig;

	log_open("jobd", STDERR_FILENO, LOG_INFO);
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		log_error("jobd: usage: jobd -c FILE");
		return 2;
	}
	if (settings_load(argv[2], &s) != ERR_OK)
		return 1;
	log_open("jobd", STDERR_FILENO, log_level_of(s.log_level));
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, SIGINT);
	/* The threads inherit it: only sigwait() below gets them. */
	(void)pthread_sigmask(SIG_BLOCK, &stop, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (queue_start(&q, &(struct queue_conf){ .settings = &s,
				.kinds = kinds,
				.n_kinds = RT_ARRAY_LEN(kinds),
				.threads = THREADS }) != ERR_OK) {
		log_error("jobd: the queue does not start");
		return 1;
	}
	log_info("jobd: ready kinds=%zu threads=%d", RT_ARRAY_LEN(kinds),
	    THREADS);
	(void)sigwait(&stop, &sig);
	log_info("jobd: stopping signal=%d", sig);
	queue_stop(q);
	return 0;
}
