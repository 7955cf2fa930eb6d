#include "jobs/job_summary.h"

#include <stdio.h>
#include <string.h>

#include "jobs/mail_job.h"
#include "lib/db/db_report.h"
#include "lib/phone/tz.h"

#define FROM_HOUR  7
#define PAGE       100
#define TOP        ((size_t)8)
#define LINE_BYTES 600

/* [first, last) and as long a time before. */
struct period {
	struct tz_date before, first, last;
};

static struct tz_date month_before(struct tz_date day)
{
	day.day = 1;
	if (--day.month == 0) {
		day.month = 12;
		day.year--;
	}
	return day;
}

/* The one that ended last by t. The mail of its end comes at seven: until then
 * the one before is the last. */
static void find_period(enum mail_rule_kind kind, const struct tz_time *t,
    struct period *p)
{
	const int days = kind == MAIL_RULE_WEEKLY ? 7 : 1;

	p->last = t->hour < FROM_HOUR ? tz_date_add(t->date, -1) : t->date;
	if (kind == MAIL_RULE_MONTHLY) {
		p->last.day = 1;
		p->first = month_before(p->last);
		p->before = month_before(p->first);
		return;
	}
	if (kind == MAIL_RULE_WEEKLY)
		p->last = tz_date_add(p->last, -tz_date_weekday(p->last));
	p->first = tz_date_add(p->last, -days);
	p->before = tz_date_add(p->first, -days);
}

/* Whether nobody was told of it yet. What ended before the day on which the
 * rule began was never to be told. */
static enum err find_due(const struct mail_rule_row *rule,
    const struct period *p, struct tz *z, bool *due)
{
	char last[TZ_TEXT_MAX];
	struct tz_date since;
	enum err e;

	if ((e = tz_day_of(z, rule->kind_us, &since)) != ERR_OK)
		return e;
	tz_date_iso(p->last, last);
	*due = tz_date_diff(since, p->last) >= 0 &&
	       strcmp(last, rule->told_on) > 0;
	return ERR_OK;
}

static enum err sum(const struct queue_env *env, struct company_id company,
    struct tz *z, struct tz_date from, struct tz_date to,
    struct db_report_sums *out)
{
	struct db_report_bucket *rows = NULL;
	int64_t from_us, to_us;
	size_t n = 0;
	enum err e;

	if ((e = tz_day_start(z, from, &from_us)) != ERR_OK ||
	    (e = tz_day_start(z, to, &to_us)) != ERR_OK ||
	    (e = db_report_buckets(env->db, company, from_us, to_us, 0,
		 env->arena, &rows, &n)) != ERR_OK)
		return e;
	*out = (struct db_report_sums){ 0 };
	for (size_t i = 0; i < n; i++)
		db_report_add(out, &rows[i].sums);
	return ERR_OK;
}

static void put_sums(struct mail_job *m, const struct db_report_sums *now,
    const struct db_report_sums *before)
{
	mail_job_u64(m, "calls", (uint64_t)now->calls);
	mail_job_u64(m, "calls_before", (uint64_t)before->calls);
	mail_job_u64(m, "answered", (uint64_t)now->answered);
	mail_job_u64(m, "answered_before", (uint64_t)before->answered);
	mail_job_u64(m, "missed", (uint64_t)db_report_unanswered(now));
	mail_job_u64(m, "missed_before",
	    (uint64_t)db_report_unanswered(before));
	mail_job_u64(m, "first", (uint64_t)now->first_time);
	mail_job_u64(m, "first_before", (uint64_t)before->first_time);
	mail_job_u64(m, "qualified", (uint64_t)now->qualified);
	mail_job_u64(m, "qualified_before", (uint64_t)before->qualified);
}

static void put_source(struct mail_job *m, const struct db_report_top *row)
{
	char mem[LINE_BYTES];

	(void)snprintf(mem, sizeof(mem), "%.250s%s%.250s", row->value,
	    row->value2[0] == '\0' ? "" : " / ", row->value2);
	json_out_object(&m->j);
	mail_job_text(m, "name",
	    mem[0] == '\0' ? SLICE("unknown") : slice_from(mem));
	mail_job_u64(m, "calls", (uint64_t)row->sums.calls);
	json_out_end(&m->j);
}

static enum err put_sources(struct mail_job *m, struct tz *z,
    const struct period *p)
{
	struct db_report_top *rows = NULL;
	int64_t from_us, to_us;
	size_t n = 0;
	enum err e;

	if ((e = tz_day_start(z, p->first, &from_us)) != ERR_OK ||
	    (e = tz_day_start(z, p->last, &to_us)) != ERR_OK ||
	    (e = db_report_top(m->env->db, m->rule->company, DB_REPORT_SOURCE,
		 from_us, to_us, TOP, m->env->arena, &rows, &n)) != ERR_OK)
		return e;
	json_out_key(&m->j, "sources");
	json_out_array(&m->j);
	for (size_t i = 0; i < n; i++)
		put_source(m, &rows[i]);
	json_out_end(&m->j);
	return ERR_OK;
}

static void put_period(struct mail_job *m, const struct period *p)
{
	char line[LINE_BYTES], from[TZ_TEXT_MAX], to[TZ_TEXT_MAX];
	const struct tz_date last = tz_date_add(p->last, -1);

	tz_date_long(p->first, from);
	tz_date_long(last, to);
	(void)snprintf(line, sizeof(line), "%s to %s", from, to);
	mail_job_text(m, "period",
	    tz_date_diff(p->first, last) == 0 ? slice_from(from)
					      : slice_from(line));
	tz_date_iso(p->first, from);
	tz_date_iso(last, to);
	(void)snprintf(line, sizeof(line), "%s/?from=%s&to=%s",
	    m->env->settings->public_url, from, to);
	mail_job_text(m, "link", slice_from(line));
}

/* A late one must not call another day yesterday. */
static const char *title(enum mail_rule_kind kind, const struct tz_time *t)
{
	if (kind == MAIL_RULE_WEEKLY)
		return "Last week's calls";
	if (kind == MAIL_RULE_MONTHLY)
		return "Last month's calls";
	return t->hour < FROM_HOUR ? "Calls of the day before yesterday"
				   : "Yesterday's calls";
}

static enum err write_summary(const struct queue_env *env,
    const struct mail_rule_row *rule, const char *title, struct tz *z,
    const struct period *p)
{
	struct db_report_sums now, before;
	char key[TZ_TEXT_MAX];
	struct mail_job m;
	enum err e, added;

	if ((e = sum(env, rule->company, z, p->first, p->last, &now)) !=
		ERR_OK ||
	    (e = sum(env, rule->company, z, p->before, p->first, &before)) !=
		ERR_OK)
		return e;
	mail_job_begin(&m, env, rule, "summary", slice_from(title));
	put_period(&m, p);
	put_sums(&m, &now, &before);
	e = put_sources(&m, z, p);
	tz_date_iso(p->first, key);
	added = mail_job_add(&m, key);
	if (e != ERR_OK || (e = added) != ERR_OK)
		return e;
	tz_date_iso(p->last, key);
	return db_mail_rule_told(env->db, rule->company, rule->id,
	    slice_from(key));
}

static enum err look_at(const struct queue_env *env,
    const struct mail_rule_row *rule, enum mail_rule_kind kind)
{
	struct tz_time t;
	struct period p;
	bool due = false;
	struct tz *z;
	enum err e;

	if ((e = tz_open(slice_from(rule->zone), &z)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if ((e = tz_local(z, env->now_us, &t)) == ERR_OK) {
		find_period(kind, &t, &p);
		e = find_due(rule, &p, z, &due);
	}
	if (e == ERR_OK && due)
		e = write_summary(env, rule, title(kind, &t), z, &p);
	tz_close(z);
	return e;
}

static enum err look_at_all(const struct queue_env *env,
    enum mail_rule_kind kind)
{
	struct mail_rule_id after = { { 0 } };
	struct mail_rule_row *rows = NULL;
	size_t n = PAGE;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == PAGE && !queue_stopping(env->queue)) {
		e = db_mail_rules_all(env->db, kind, after, PAGE, env->arena,
		    &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			e = look_at(env, &rows[i], kind);
			after = rows[i].id;
		}
	}
	return e;
}

enum err job_summary(const struct queue_env *env, const struct job_row *job)
{
	enum err e;

	(void)job;
	if ((e = look_at_all(env, MAIL_RULE_DAILY)) != ERR_OK ||
	    (e = look_at_all(env, MAIL_RULE_WEEKLY)) != ERR_OK)
		return e;
	return look_at_all(env, MAIL_RULE_MONTHLY);
}
