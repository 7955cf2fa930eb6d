#include "jobs/job_watch.h"

#include <stdio.h>

#include "jobs/mail_notice.h"

#define LINE_BYTES 1000

static enum err silent_site(const struct queue_env *env,
    const struct mail_site_row *site)
{
	char subject[LINE_BYTES], text[LINE_BYTES], key[ID_TEXT_MAX + 32];
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_site, site->id.v, id);
	(void)snprintf(subject, sizeof(subject), "No visits from %.400s",
	    site->name);
	(void)snprintf(text, sizeof(text),
	    "The tag of %.400s was last seen more than a day ago. Was it "
	    "taken off the pages?",
	    site->name);
	(void)snprintf(key, sizeof(key), "%s:%lld", id,
	    (long long)site->seen_us);
	return mail_notice_tell(env,
	    &(struct mail_notice){ .company = site->company,
		.kind = MAIL_RULE_TAG_SILENT,
		.subject = subject,
		.text = text,
		.path = "/settings/sites",
		.key = key });
}

static enum err dead_trunk(const struct queue_env *env,
    const struct mail_trunk_row *trunk)
{
	char subject[LINE_BYTES], text[LINE_BYTES], key[ID_TEXT_MAX + 32];
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_trunk, trunk->id.v, id);
	(void)snprintf(subject, sizeof(subject), "Calls over %.400s fail",
	    trunk->name);
	(void)snprintf(text, sizeof(text),
	    "In the last ten minutes %llu attempts to call over %.400s failed "
	    "without ringing, and none came through.",
	    (unsigned long long)trunk->failed, trunk->name);
	(void)snprintf(key, sizeof(key), "%s:%lld", id,
	    (long long)(env->now_us / JOB_WATCH_AGAIN_US));
	return mail_notice_tell(env,
	    &(struct mail_notice){ .company = trunk->company,
		.kind = MAIL_RULE_TRUNK_DOWN,
		.subject = subject,
		.text = text,
		.path = "/calls",
		.key = key });
}

enum err job_watch(const struct queue_env *env, const struct job_row *job)
{
	struct mail_trunk_row *trunks = NULL;
	struct mail_site_row *sites = NULL;
	size_t n = 0;
	enum err e;

	(void)job;
	/* Sites silent for longer than two days were told of. */
	e = db_mail_silent_sites(env->db, env->now_us - 2 * JOB_WATCH_SILENT_US,
	    env->now_us - JOB_WATCH_SILENT_US, env->arena, &sites, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = silent_site(env, &sites[i]);
	if (e == ERR_OK)
		e = db_mail_dead_trunks(env->db,
		    env->now_us - JOB_WATCH_TRUNK_US, JOB_WATCH_TRUNK_LEAST,
		    env->arena, &trunks, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = dead_trunk(env, &trunks[i]);
	return e;
}
