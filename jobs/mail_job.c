#include "jobs/mail_job.h"

#include <stdio.h>

#include "lib/phone/tz.h"

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

/* Not in the hours that the person wants to be left alone. */
static int64_t due(const struct mail_job *m)
{
	const int64_t now_us = m->env->now_us;
	struct tz_time t = { .hour = 0 };
	struct tz *z;
	uint32_t wait = 0;

	if (tz_open(slice_from(m->rule->zone), &z) != ERR_OK)
		return now_us;
	if (tz_local(z, now_us, &t) == ERR_OK)
		wait = mail_rule_wait_min(m->rule->quiet_from_min,
		    m->rule->quiet_to_min,
		    (uint32_t)t.hour * 60 + (uint32_t)t.minute);
	tz_close(z);
	return now_us + (int64_t)wait * RT_MIN_US;
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
		    slice_from(full), buf_slice(&m->payload), due(m),
		    m->env->now_us);
	buf_fini(&m->payload);
	return e;
}
