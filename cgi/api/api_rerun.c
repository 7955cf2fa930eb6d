#include "cgi/api/api_rerun.h"

#include <string.h>

#include "cgi/api/api_fault.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/base/rnd.h"
#include "lib/core/attrib.h"
#include "lib/db/db_attrib_run.h"
#include "lib/db/db_company.h"
#include "lib/json/json_in.h"
#include "lib/phone/tz.h"
#include "lib/text/json_out.h"

#define BODY_MAX ((size_t)4096)
#define OUT_MAX  ((size_t)4 << 20)
#define TIME_MAX 40 /* bytes of a moment */

/* --- what is said -------------------------------------------------------- */

static void put_count(struct json_out *j, const char *key, uint64_t n)
{
	json_out_key(j, key);
	json_out_u64(j, n);
}

static void put_time(struct json_out *j, const char *key, int64_t at_us)
{
	json_out_key(j, key);
	if (at_us == 0)
		json_out_null(j);
	else
		json_out_time_us(j, at_us);
}

/* The members of a run; the object stays open. */
static void put_run(const struct attrib_run *run, struct json_out *j)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_attrib_run, run->id.v, id);
	json_out_object(j);
	json_out_key(j, "id");
	json_out_cstr(j, id);
	json_out_key(j, "state");
	json_out_cstr(j, run->state);
	json_out_key(j, "apply");
	json_out_bool(j, run->applies);
	put_time(j, "from", run->from_us);
	put_time(j, "to", run->to_us);
	put_count(j, "rule", run->rule_version);
	put_count(j, "law", run->law_version);
	put_count(j, "credit_min_bp", run->threshold_bp);
	put_time(j, "created_at", run->made_us);
	put_time(j, "ended_at", run->ended_us);
	put_count(j, "calls", run->calls);
	put_count(j, "calls_looked_at", run->looked);
	put_count(j, "calls_changed", run->changed);
	put_count(j, "calls_credited_otherwise", run->moved);
	put_count(j, "to_another_visit", run->visit_moved);
	put_count(j, "to_another_source", run->source_moved);
}

/* Rows of a kind as objects with two names and two counts. */
static enum err put_counts(const struct req *r, const struct attrib_run *run,
    const char *kind, const char *a, const char *b, struct json_out *j)
{
	struct attrib_run_count *rows = NULL;
	size_t n = 0;
	const enum err e = db_attrib_run_counts(r->db, r->company, run->id,
	    kind, r->arena, &rows, &n);

	json_out_array(j);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		json_out_object(j);
		json_out_key(j, a);
		json_out_cstr(j, rows[i].a);
		json_out_key(j, b);
		json_out_cstr(j, rows[i].b);
		put_count(j, "before", rows[i].before);
		put_count(j, "after", rows[i].now);
		json_out_end(j);
	}
	json_out_end(j);
	return e;
}

static enum err the_run(const struct req *r, struct attrib_run *run)
{
	struct attrib_run_id id;
	const enum err e = req_path_id(r, 0, ID_KIND_attrib_run, id.v);

	return e == ERR_OK ? db_attrib_run_get(r->db, r->company, id, run) : e;
}

static enum err answer(const struct req *r, const struct attrib_run *run,
    struct resp *out)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, OUT_MAX);
	json_out_init(&j, &b);
	put_run(run, &j);
	json_out_key(&j, "sources");
	e = put_counts(r, run, "source", "source", "medium", &j);
	json_out_key(&j, "credits");
	if (e == ERR_OK)
		e = put_counts(r, run, "move", "was", "is", &j);
	json_out_end(&j);
	if (e == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err api_rerun_one(const struct req *r, struct resp *out)
{
	struct attrib_run run;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = the_run(r, &run)) != ERR_OK)
		return e;
	return answer(r, &run, out);
}

enum err api_rerun_list(const struct req *r, struct resp *out)
{
	struct attrib_run *rows = NULL;
	struct json_out j;
	struct buf b;
	size_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = db_attrib_run_list(r->db, r->company, r->arena, &rows, &n)) !=
	    ERR_OK)
		return e;
	buf_init(&b, OUT_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "data");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++) {
		put_run(&rows[i], &j);
		json_out_end(&j);
	}
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* --- calls --------------------------------------------------------------- */

static void put_credit(struct json_out *j, const char *key, const char *by,
    uint16_t bp, const char *source, const char *medium, const char *campaign)
{
	json_out_key(j, key);
	json_out_object(j);
	json_out_key(j, "by");
	json_out_cstr(j, by);
	put_count(j, "probability_bp", bp);
	json_out_key(j, "source");
	json_out_cstr(j, source);
	json_out_key(j, "medium");
	json_out_cstr(j, medium);
	json_out_key(j, "campaign");
	json_out_cstr(j, campaign);
	json_out_end(j);
}

static enum err put_calls(const struct req *r, const struct attrib_run *run,
    bool moved, struct json_out *j)
{
	const struct call_id all = { { 0 } };
	struct attrib_run_call *rows = NULL;
	char id[ID_TEXT_MAX];
	size_t n = 0;
	const enum err e = db_attrib_run_calls(r->db, r->company, run->id,
	    moved, all, DB_ATTRIB_RUN_CALLS_MAX, r->arena, &rows, &n);

	json_out_array(j);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		const struct attrib_run_call *c = &rows[i];

		id_text(ID_KIND_call, c->call.v, id);
		json_out_object(j);
		json_out_key(j, "call_id");
		json_out_cstr(j, id);
		put_time(j, "started_at", c->started_us);
		put_credit(j, "was", c->was, c->was_bp, c->was_source,
		    c->was_medium, c->was_campaign);
		put_credit(j, "is", c->is_now, c->now_bp, c->now_source,
		    c->now_medium, c->now_campaign);
		json_out_end(j);
	}
	json_out_end(j);
	return e;
}

enum err api_rerun_calls(const struct req *r, struct resp *out)
{
	struct attrib_run run;
	struct json_out j;
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = the_run(r, &run)) != ERR_OK)
		return e;
	buf_init(&b, OUT_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "credited_otherwise");
	e = put_calls(r, &run, true, &j);
	json_out_key(&j, "as_before");
	if (e == ERR_OK)
		e = put_calls(r, &run, false, &j);
	json_out_end(&j);
	if (e == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* --- a new one, and its end ---------------------------------------------- */

static enum err moment(const struct json_node *body, const char *key,
    struct tz *z, int64_t *out)
{
	struct tz_date day;
	struct slice s;
	enum err e;

	e = json_in_text(json_in_get(body, key), TIME_MAX, &s);
	if (e != ERR_OK)
		return e;
	if (s.n != 10)
		return clk_rfc3339_parse(s, out);
	if ((e = tz_date_parse(s, &day)) != ERR_OK)
		return e;
	return tz_day_start(z, tz_date_add(day, key[0] == 't'), out);
}

static void read_period(const struct json_node *body, struct tz *z,
    struct attrib_run *run, struct api_faults *bad)
{
	static const char when[] =
	    "A day, such as 2026-11-20, or a time with "
	    "its zone, such as 2026-11-20T09:30:00Z.";

	if (moment(body, "from", z, &run->from_us) != ERR_OK)
		api_fault(bad, SLICE("from"), when);
	if (moment(body, "to", z, &run->to_us) != ERR_OK)
		api_fault(bad, SLICE("to"), when);
	if (bad->n == 0 &&
	    (run->from_us >= run->to_us ||
		run->to_us - run->from_us > DB_ATTRIB_RUN_PERIOD_US))
		api_fault(bad, SLICE("to"),
		    "After the begin, at most three years.");
}

/* What is not said is the company's own threshold and the newest law. */
static enum err read_rules(const struct req *r, const struct json_node *body,
    const struct company_row *c, struct attrib_run *run, struct api_faults *bad)
{
	int64_t version, bp = c->credit_min_bp;
	struct attrib_law law;
	enum err e;

	if ((e = db_attrib_law(r->db, r->company, &law)) != ERR_OK)
		return e;
	version = law.version;
	if (json_in_opt_i64(body, "law", 0, UINT32_MAX, &version) != ERR_OK)
		api_fault(bad, SLICE("law"), "The number of a law.");
	if (json_in_opt_i64(body, "credit_min_bp", 1, ATTRIB_WHOLE_BP, &bp) !=
	    ERR_OK)
		api_fault(bad, SLICE("credit_min_bp"), "From 1 to 10000.");
	if (json_in_opt_bool(body, "apply", &run->applies) != ERR_OK)
		api_fault(bad, SLICE("apply"), "true or false.");
	run->law_version = (uint32_t)version;
	run->threshold_bp = (uint16_t)bp;
	return ERR_OK;
}

static enum err read_body(const struct req *r, const struct json_node *body,
    struct attrib_run *run, struct api_faults *bad)
{
	static const char *const names[] = { "from", "to", "law",
		"credit_min_bp", "apply", NULL };
	struct company_row c;
	struct tz *z;
	enum err e;

	memset(run, 0, sizeof(*run));
	api_setup_only(body, names, bad);
	if (bad->n > 0)
		return ERR_OK;
	if ((e = db_company_get(r->db, r->company, &c)) != ERR_OK ||
	    (e = tz_open(slice_from(c.time_zone), &z)) != ERR_OK)
		return e;
	read_period(body, z, run, bad);
	tz_close(z);
	return read_rules(r, body, &c, run, bad);
}

static enum err audit(const struct req *r, const struct attrib_run *run,
    const char *action)
{
	struct trail a = { .action = action,
		.object_kind = "attrib_run",
		.object = run->id.v,
		.before = SLICE("") };
	char mem[200];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "{\"rule\":%u,\"law\":%u,\"threshold_bp\":%u",
	    (unsigned int)ATTRIB_RULE_VERSION, (unsigned int)run->law_version,
	    (unsigned int)run->threshold_bp);
	buf_cstr(&b, ",\"from_us\":");
	buf_i64(&b, run->from_us);
	buf_cstr(&b, ",\"to_us\":");
	buf_i64(&b, run->to_us);
	buf_char(&b, '}');
	a.after = buf_slice(&b);
	return trail_add(r, &a);
}

static enum err add(const struct req *r, struct attrib_run *run)
{
	uint8_t dice[10];
	enum err e;

	rnd_bytes(dice, sizeof(dice));
	id_make(r->now_us, dice, run->id.v);
	run->user = r->user;
	run->made_us = r->now_us;
	e = db_attrib_run_add(r->db, r->company, run);
	if (e == ERR_OK && run->applies)
		e = audit(r, run, "attrib.rerun");
	return e == ERR_OK ? db_attrib_run_get(r->db, r->company, run->id, run)
			   : e;
}

enum err api_rerun_add(const struct req *r, struct resp *out)
{
	struct api_faults bad = { .n = 0 };
	struct json_in *in = NULL;
	struct attrib_run run;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if (!api_setup_body(r, BODY_MAX, API_SETUP_DEPTH, out, &in, &e))
		return e;
	e = read_body(r, json_in_root(in), &run, &bad);
	json_in_free(in);
	if (bad.n > 0)
		return api_fault_answer(out, 422, NULL, &bad);
	if (e == ERR_OK && (e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, add(r, &run));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, "Another run is under way.");
	if (e == ERR_NOTFOUND) {
		api_fault(&bad, SLICE("law"), "There is no such law.");
		return api_fault_answer(out, 422, NULL, &bad);
	}
	if (e != ERR_OK)
		return e;
	resp_status(out, 202);
	return answer(r, &run, out);
}

static enum err stop(const struct req *r, struct attrib_run *run)
{
	enum err e;

	e = db_attrib_run_end(r->db, r->company, run->id, "stopped", r->now_us);
	if (e == ERR_OK && run->applies)
		e = audit(r, run, "attrib.rerun.stop");
	return e == ERR_OK ? db_attrib_run_get(r->db, r->company, run->id, run)
			   : e;
}

enum err api_rerun_stop(const struct req *r, struct resp *out)
{
	struct attrib_run run;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = the_run(r, &run)) != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, stop(r, &run));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, "It has ended.");
	return e == ERR_OK ? answer(r, &run, out) : e;
}
