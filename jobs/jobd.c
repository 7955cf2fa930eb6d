/* jobd - work beside and after calls, from the job table. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jobs/hook_run.h"
#include "jobs/job_attrib.h"
#include "jobs/job_attrib_run.h"
#include "jobs/job_convert.h"
#include "jobs/job_keep.h"
#include "jobs/job_mail.h"
#include "jobs/job_notify.h"
#include "jobs/job_pack.h"
#include "jobs/job_pool.h"
#include "jobs/job_prompt.h"
#include "jobs/job_recording.h"
#include "jobs/job_site.h"
#include "jobs/job_spoken.h"
#include "jobs/job_summary.h"
#include "jobs/job_sweep.h"
#include "jobs/job_usage.h"
#include "jobs/job_watch.h"
#include "jobs/job_waveform.h"
#include "jobs/mail_templates.h"
#include "jobs/queue.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/settings.h"
#include "lib/db/db_attrib_run.h"
#include "lib/out/out_http.h"

static const struct queue_kind kinds[] = {
	{ .name = "attrib",
	    .parallel = 1,
	    .visible_us = RT_HOUR_US,
	    .max_attempts = 3,
	    .every_us = JOB_ATTRIB_EVERY_US,
	    .run = job_attrib },
	{ .name = DB_ATTRIB_RUN_JOB,
	    .parallel = 1,
	    .visible_us = JOB_ATTRIB_RUN_VISIBLE_US,
	    .max_attempts = JOB_ATTRIB_RUN_ATTEMPTS,
	    .run = job_attrib_run,
	    .given_up = job_attrib_run_given_up },
	{ .name = "keep",
	    .parallel = 1,
	    .visible_us = RT_HOUR_US,
	    .max_attempts = 3,
	    .every_us = JOB_KEEP_EVERY_US,
	    .run = job_keep },
	{ .name = "convert",
	    .parallel = 1,
	    .visible_us = 30 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_CONVERT_EVERY_US,
	    .run = job_convert },
	/* A missed call is told within ten seconds, when twenty come at once
	 * and a mail server far away takes two for each, too. */
	{ .name = "mail",
	    .parallel = 8,
	    .visible_us = 2 * RT_MIN_US,
	    .max_attempts = 12,
	    .run = job_mail },
	{ .name = "notify",
	    .parallel = 2,
	    .visible_us = RT_MIN_US,
	    .max_attempts = 8,
	    .run = job_notify },
	{ .name = "pack",
	    .parallel = 1,
	    .visible_us = 30 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_PACK_EVERY_US,
	    .run = job_pack },
	{ .name = "pool",
	    .parallel = 1,
	    .visible_us = 30 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_POOL_EVERY_US,
	    .run = job_pool },
	{ .name = "prompt",
	    .parallel = 1,
	    .visible_us = 3 * RT_MIN_US,
	    .max_attempts = 5,
	    .run = job_prompt },
	{ .name = "recording",
	    .parallel = 1,
	    .visible_us = 10 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_RECORDING_EVERY_US,
	    .run = job_recording },
	{ .name = "site",
	    .parallel = 2,
	    .visible_us = 30 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_SITE_EVERY_US,
	    .run = job_site },
	{ .name = "spoken",
	    .parallel = 1,
	    .visible_us = 10 * RT_MIN_US,
	    .max_attempts = 5,
	    .every_us = JOB_SPOKEN_EVERY_US,
	    .run = job_spoken },
	{ .name = "summary",
	    .parallel = 1,
	    .visible_us = 10 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_SUMMARY_EVERY_US,
	    .run = job_summary },
	{ .name = "sweep",
	    .parallel = 1,
	    .visible_us = 5 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_SWEEP_EVERY_US,
	    .run = job_sweep },
	{ .name = "usage",
	    .parallel = 1,
	    .visible_us = 10 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_USAGE_EVERY_US,
	    .run = job_usage },
	{ .name = "watch",
	    .parallel = 1,
	    .visible_us = 2 * RT_MIN_US,
	    .max_attempts = 3,
	    .every_us = JOB_WATCH_EVERY_US,
	    .run = job_watch },
	{ .name = "waveform",
	    .parallel = 2,
	    .visible_us = 2 * RT_MIN_US,
	    .max_attempts = 8,
	    .run = job_waveform },
};

/* Blocked here, and so in all threads: only sigwait() gets them. */
static void block_stop(sigset_t *stop)
{
	(void)sigemptyset(stop);
	(void)sigaddset(stop, SIGTERM);
	(void)sigaddset(stop, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, stop, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* The queue and the webhooks, until a signal. */
static int run(const struct settings *s, const sigset_t *stop)
{
	struct hook_run *hooks = NULL;
	struct tmpl_set *mails = NULL;
	struct queue *q = NULL;
	int sig = 0;
	enum err e;

	e = mail_templates(s, &mails);
	if (e == ERR_OK)
		e = hook_run_start(&hooks,
		    &(struct hook_run_conf){ .settings = s });
	if (e == ERR_OK)
		e = queue_start(&q, &(struct queue_conf){ .settings = s,
					.kinds = kinds,
					.n_kinds = RT_ARRAY_LEN(kinds),
					.app = mails });
	if (e == ERR_OK) {
		log_info("jobd: ready kinds=%zu", RT_ARRAY_LEN(kinds));
		(void)sigwait(stop, &sig);
		log_info("jobd: stopping signal=%d", sig);
	} else {
		log_error("jobd: it does not start: %s", err_name(e));
	}
	hook_run_stop(hooks);
	queue_stop(q);
	tmpl_set_free(mails);
	return e == ERR_OK ? 0 : 1;
}

/* What would else be told by each mail and each webhook, later. */
static void look_at_files(const struct settings *s)
{
	char path[SETTINGS_PATH_MAX + 16];

	if (s->ca_file[0] != '\0' && access(s->ca_file, R_OK) == -1)
		log_sys("jobd: ca_file %s: nothing goes out over TLS",
		    s->ca_file);
	(void)snprintf(path, sizeof(path), "%s/smtp.pw", s->secret_dir);
	if (s->smtp_user[0] != '\0' && access(path, R_OK) == -1)
		log_sys("jobd: %s: no mail goes out", path);
}

int main(int argc, char **argv)
{
	struct settings s;
	sigset_t stop;
	int status;

	log_open("jobd", STDERR_FILENO, LOG_INFO);
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		log_error("jobd: usage: jobd -c FILE");
		return 2;
	}
	if (settings_load(argv[2], &s) != ERR_OK)
		return 1;
	log_open("jobd", STDERR_FILENO, log_level_of(s.log_level));
	if (metric_open(s.run_dir, "jobd") != ERR_OK)
		log_warn("jobd: nothing is counted");
	look_at_files(&s);
	block_stop(&stop);
	if (out_http_start() != ERR_OK) {
		log_error("jobd: the HTTP library does not start");
		return 1;
	}
	status = run(&s, &stop);
	out_http_stop();
	return status;
}
