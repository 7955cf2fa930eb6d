#include "jobs/mail_notice.h"

#include <stdio.h>

static enum err tell_one(const struct queue_env *env,
    const struct mail_notice *n, const struct mail_rule_row *rule)
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

enum err mail_notice_tell(const struct queue_env *env,
    const struct mail_notice *notice)
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
