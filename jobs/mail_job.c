#include "jobs/mail_job.h"

#include <stdio.h>

void mail_job_text(struct mail_job *m, const char *key, struct slice text)
{
	json_out_key(&m->j, key);
	json_out_str(&m->j, text);
}

void mail_job_u64(struct mail_job *m, const char *key, uint64_t v)
{
	char digits[24];
	struct buf b;

	buf_over(&b, digits, sizeof(digits));
	buf_u64(&b, v);
	mail_job_text(m, key, buf_slice(&b));
}

void mail_job_begin(struct mail_job *m, const struct queue_env *env,
    const struct mail_rule_row *rule, const char *template,
    struct slice subject)
{
	char mem[SETTINGS_PATH_MAX + DB_MAIL_TOKEN + 32];

	m->env = env;
	m->rule = rule;
	buf_init(&m->payload, MAIL_JOB_MAX);
	json_out_init(&m->j, &m->payload);
	json_out_object(&m->j);
	mail_job_text(m, "template", slice_from(template));
	mail_job_text(m, "to", slice_from(rule->email));
	mail_job_text(m, "name", slice_from(rule->user_name));
	mail_job_text(m, "subject", subject);
	(void)snprintf(mem, sizeof(mem), "%s/unsubscribe/%s",
	    env->settings->public_url, rule->unsubscribe);
	mail_job_text(m, "unsubscribe", slice_from(mem));
}

enum err mail_job_due(struct tz *z, uint32_t quiet_from_min,
    uint32_t quiet_to_min, int64_t now_us, int64_t *due_us)
{
	struct tz_time t;
	uint32_t minute, wait;
	enum err e;

	if ((e = tz_local(z, now_us, &t)) != ERR_OK)
		return e;
	minute = (uint32_t)t.hour * 60 + (uint32_t)t.minute;
	wait = mail_rule_wait_min(quiet_from_min, quiet_to_min, minute);
	*due_us = now_us;
	if (wait == 0)
		return ERR_OK;
	/* By the clock on the wall, which may be put meanwhile. */
	minute += wait;
	t.date = tz_date_add(t.date, (int)(minute / MAIL_RULE_DAY_MIN));
	t.hour = (int)(minute / 60 % 24);
	t.minute = (int)(minute % 60);
	t.second = 0;
	if ((e = tz_utc(z, &t, due_us)) != ERR_OK)
		return e;
	/* It comes twice, and this is its second time. */
	if (*due_us <= now_us)
		*due_us =
		    now_us - now_us % RT_MIN_US + (int64_t)wait * RT_MIN_US;
	return ERR_OK;
}

int64_t mail_job_after_quiet(const struct mail_rule_row *rule, int64_t now_us)
{
	int64_t due_us = now_us;
	struct tz *z;

	if (tz_open(slice_from(rule->zone), &z) != ERR_OK)
		return now_us;
	if (mail_job_due(z, rule->quiet_from_min, rule->quiet_to_min, now_us,
		&due_us) != ERR_OK)
		due_us = now_us;
	tz_close(z);
	return due_us;
}

enum err mail_job_add(struct mail_job *m, const char *key)
{
	char full[DB_JOB_KEY_BYTES], id[ID_TEXT_MAX];
	enum err e;

	json_out_end(&m->j);
	id_text(ID_KIND_mail_rule, m->rule->id.v, id);
	(void)snprintf(full, sizeof(full), "%s:%s", id, key);
	e = json_out_done(&m->j);
	if (e == ERR_OK)
		e = db_job_add(m->env->db, m->rule->company, "mail",
		    slice_from(full), buf_slice(&m->payload),
		    mail_job_after_quiet(m->rule, m->env->now_us),
		    m->env->now_us);
	buf_fini(&m->payload);
	return e;
}
