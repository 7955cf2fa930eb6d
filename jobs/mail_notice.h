/*
 * mail_notice.h - one sentence about something that needs a person, to
 * everybody whose rule asks for it.
 */
#ifndef RT_JOBS_MAIL_NOTICE_H
#define RT_JOBS_MAIL_NOTICE_H

#include "jobs/mail_job.h"

struct mail_notice {
	struct company_id company;
	enum mail_rule_kind kind;
	const char *subject;
	const char *text;
	const char *path; /* of the page that helps */
	const char *key;  /* the same for the same trouble: told once */
};

RT_MUST_USE enum err mail_notice_tell(const struct queue_env *env,
    const struct mail_notice *notice);

#endif
