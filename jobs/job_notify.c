#include "jobs/job_notify.h"

#include <stdio.h>

#include "jobs/mail_job.h"
#include "lib/db/db_company.h"
#include "lib/db/db_sheet_calls.h"
#include "lib/phone/phone.h"
#include "lib/phone/tz.h"

#define LINE_BYTES 400

/* The call's row, by the names of its columns. */
struct call {
	const struct db_sheet_cell *row;
	char id[ID_TEXT_MAX];
	char home[3]; /* the company's country */
};

static struct slice text_of(const struct call *c, const char *column)
{
	return db_sheet_cell(db_sheet_calls(), c->row, column)->text;
}

static int64_t number_of(const struct call *c, const char *column)
{
	return db_sheet_cell(db_sheet_calls(), c->row, column)->i;
}

static void caller_name(const struct call *c, char out[PHONE_TEXT_MAX])
{
	if (text_of(c, "caller").n > 0)
		phone_show(text_of(c, "caller"), c->home, out);
	else
		(void)snprintf(out, PHONE_TEXT_MAX, "a hidden number");
}

/* "": a hidden number, which nobody can call. */
static void put_tel(struct mail_job *m, struct slice e164)
{
	char mem[32];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (e164.n > 0)
		buf_cstr(&b, "tel:");
	buf_put(&b, e164);
	mail_job_text(m, "caller_href", buf_slice(&b));
}

static void put_source(struct mail_job *m, const struct call *c)
{
	char mem[LINE_BYTES];
	struct buf b;
	const struct slice medium = text_of(c, "medium");

	buf_over(&b, mem, sizeof(mem));
	buf_put(&b, slice_head(text_of(c, "source"), LINE_BYTES / 3));
	if (medium.n > 0) {
		buf_cstr(&b, " / ");
		buf_put(&b, slice_head(medium, LINE_BYTES / 3));
	}
	mail_job_text(m, "source",
	    text_of(c, "source").n > 0 ? buf_slice(&b) : SLICE("unknown"));
}

static void put_when(struct mail_job *m, const struct call *c)
{
	char when[TZ_TEXT_MAX] = "";
	struct tz *z;

	if (tz_open(slice_from(m->rule->zone), &z) == ERR_OK) {
		tz_text_long(z, number_of(c, "started_at"), when);
		tz_close(z);
	}
	mail_job_text(m, "when", slice_from(when));
}

static enum err tell(const struct queue_env *env, const struct call *c,
    const struct mail_rule_row *rule, enum mail_rule_kind kind)
{
	const bool missed = kind == MAIL_RULE_MISSED;
	char line[LINE_BYTES], caller[PHONE_TEXT_MAX], number[PHONE_TEXT_MAX];
	struct mail_job m;

	caller_name(c, caller);
	(void)snprintf(line, sizeof(line),
	    missed ? "Missed call from %s" : "Voice message from %s", caller);
	mail_job_begin(&m, env, rule, mail_rule_name(kind), slice_from(line));
	mail_job_text(&m, "caller", slice_from(caller));
	put_tel(&m, text_of(c, "caller"));
	mail_job_text(&m, "caller_name", text_of(c, "caller_name"));
	mail_job_text(&m, "place",
	    text_of(c, "caller_place").n > 0 ? text_of(c, "caller_place")
					     : SLICE("unknown"));
	phone_show(text_of(c, "number"), c->home, number);
	mail_job_text(&m, "number", slice_from(number));
	mail_job_text(&m, "label", text_of(c, "number_label"));
	put_when(&m, c);
	mail_job_u64(&m, "rang_s",
	    (uint64_t)number_of(c, missed ? "ring_ms" : "recording_ms") / 1000);
	put_source(&m, c);
	(void)snprintf(line, sizeof(line), "%s/calls/%s",
	    env->settings->public_url, c->id);
	mail_job_text(&m, "link", slice_from(line));
	if (!missed && rule->attach)
		mail_job_text(&m, "recording", slice_from(c->id));
	return mail_job_add(&m, c->id);
}

enum err job_notify(const struct queue_env *env, const struct job_row *job)
{
	struct mail_rule_row *rules = NULL;
	struct db_sheet_cell *row = NULL;
	enum mail_rule_kind kind = MAIL_RULE_MISSED;
	struct company_row company;
	struct call c = { .row = NULL };
	struct call_id id;
	size_t n = 0;
	enum err e;

	if ((e = id_parse(ID_KIND_call, job->payload, id.v)) != ERR_OK)
		return e;
	e = db_sheet_calls_one(env->db, job->company, id, env->arena, &row);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e; /* erased meanwhile */
	c.row = row;
	id_text(ID_KIND_call, id.v, c.id);
	if (!mail_rule_of_result(text_of(&c, "result"), &kind))
		return ERR_OK;
	if ((e = db_company_get(env->db, job->company, &company)) != ERR_OK ||
	    (e = db_mail_rules_for(env->db, job->company, kind, env->arena,
		 &rules, &n)) != ERR_OK)
		return e;
	(void)snprintf(c.home, sizeof(c.home), "%s", company.country);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = tell(env, &c, &rules[i], kind);
	return e;
}
