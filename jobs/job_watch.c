#include "jobs/job_watch.h"

#include <stdio.h>

#include "jobs/mail_job.h"

#define LINE_BYTES 1000

/* What there is to say, to everybody whose rule asks for it. */
struct notice {
	struct company_id company;
	enum mail_rule_kind kind;
	const char *subject;
	const char *text;
	const char *path; /* of the page that helps */
	const char *key;  /* the same for the same trouble */
};

static enum err tell_one(const struct queue_env *env, const struct notice *n,
    const struct mail_rule_row *rule)
{
	char link[SETTINGS_PATH_MAX + 64];
	struct mail_job m;

	mail_job_begin(&m, env, rule, "notice", slice_from(n->subject));
	mail_job_text(&m, "text", slice_from(n->text));
	(void)snprintf(link, sizeof(link), "%s%s", env->settings->public_url,
	    n->path);
	mail_job_text(&m, "link", slice_from(link));
	return mail_job_add(&m, n->key);
}

static enum err tell(const struct queue_env *env, const struct notice *notice)
{
	struct mail_rule_row *rules = NULL;
	size_t n = 0;
	enum err e;

	e = db_mail_rules_for(env->db, notice->company, notice->kind,
	    env->arena, &rules, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = tell_one(env, notice, &rules[i]);
	return e;
}

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
	return tell(env, &(struct notice){ .company = site->company,
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
	return tell(env, &(struct notice){ .company = trunk->company,
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
