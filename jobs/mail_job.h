/*
 * mail_job.h - puts one mail for one rule into the job table (job_mail.h).
 *
 *	mail_job_begin(&m, env, rule, "missed", subject);
 *	mail_job_text(&m, "caller", slice);
 *	e = mail_job_add(&m, key);
 */
#ifndef RT_JOBS_MAIL_JOB_H
#define RT_JOBS_MAIL_JOB_H

#include "jobs/queue.h"
#include "lib/db/db_mail.h"
#include "lib/phone/tz.h"
#include "lib/text/json_out.h"

#define MAIL_JOB_MAX ((size_t)32768)

struct mail_job {
	const struct queue_env *env;
	const struct mail_rule_row *rule;
	struct buf payload;
	struct json_out j; /* for lists of one's own */
};

/* Ended by mail_job_add(). */
void mail_job_begin(struct mail_job *m, const struct queue_env *env,
    const struct mail_rule_row *rule, const char *template,
    struct slice subject);
/* key: a literal that the template knows. */
void mail_job_text(struct mail_job *m, const char *key, struct slice text);
void mail_job_u64(struct mail_job *m, const char *key, uint64_t v);
/* Adds it once for (rule, key), to be sent now or after the rule's quiet
 * hours, and ends m. */
RT_MUST_USE enum err mail_job_add(struct mail_job *m, const char *key);

/* When a mail of now_us for the rule is due: now, or after its quiet hours. */
int64_t mail_job_after_quiet(const struct mail_rule_row *rule, int64_t now_us);
/* The same by the hours [from, to) of the wall's clock
 * that somebody wants to be left alone; also over a night on which it is put.
 */
RT_MUST_USE enum err mail_job_due(struct tz *z, uint32_t quiet_from_min,
    uint32_t quiet_to_min, int64_t now_us, int64_t *due_us);

#endif
