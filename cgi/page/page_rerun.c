#include "cgi/page/page_rerun.h"

#include <string.h>

#include "cgi/page/page_range.h"
#include "cgi/page/page_rerun_view.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "cgi/web/trail.h"
#include "lib/base/rnd.h"
#include "lib/core/attrib.h"
#include "lib/core/bp.h"
#include "lib/db/db_attrib_run.h"
#include "lib/db/db_company.h"

/* --- the form ------------------------------------------------------------ */

/* What stands in the fields: what was sent, else the usual. */
struct fields {
	char from[TZ_TEXT_MAX];
	char to[TZ_TEXT_MAX];
	uint64_t law;
	uint64_t bp;       /* the threshold; what was typed wrong is not it */
	const char *wrong; /* NULL: nothing is */
};

static enum err usual(const struct req *r, struct tz *z, struct fields *f)
{
	struct attrib_law law;
	struct company_row c;
	struct tz_date today;
	enum err e;

	if ((e = db_attrib_law(r->db, r->company, &law)) != ERR_OK ||
	    (e = db_company_get(r->db, r->company, &c)) != ERR_OK ||
	    (e = tz_day_of(z, r->now_us, &today)) != ERR_OK)
		return e;
	tz_date_iso(tz_date_add(today, -29), f->from);
	tz_date_iso(today, f->to);
	f->law = law.version;
	f->bp = c.credit_min_bp;
	return ERR_OK;
}

static void put_day(struct slice s, char out[TZ_TEXT_MAX])
{
	struct tz_date day;

	if (tz_date_parse(s, &day) == ERR_OK)
		tz_date_iso(day, out);
}

/* Links from a run bring its rules along; what is no value is not taken. */
static void from_query(const struct req *r, struct fields *f)
{
	struct slice s;
	uint64_t n;

	if (req_query(r, "min", &s) == ERR_OK)
		if (bp_parse(s, &n) == ERR_OK)
			f->bp = n;
	if (req_query(r, "from", &s) == ERR_OK)
		put_day(s, f->from);
	if (req_query(r, "to", &s) == ERR_OK)
		put_day(s, f->to);
	if (req_query_u64(r, "law", 0, UINT32_MAX, &n) == ERR_OK)
		f->law = n;
}

static void law_option(struct tz *z, const struct req *r,
    const struct attrib_law_row *row, const struct fields *f, struct view *v)
{
	struct view *item = view_item(v, "laws");
	char when[TZ_TEXT_MAX], words[TZ_TEXT_MAX + 80];
	struct buf b;

	buf_over(&b, words, sizeof(words));
	if (row->law.version == 0) {
		buf_cstr(&b, "Built-in: what a company begins with");
	} else {
		tz_text_short(z, row->fitted_us, r->now_us, when);
		buf_printf(&b, "Delays %u, learnt %s, from ",
		    (unsigned int)row->law.version, when);
		buf_i64(&b, (int64_t)row->calls);
		buf_cstr(&b, " calls");
	}
	view_u64(item, "law_version", row->law.version);
	view_slice(item, "law_words", buf_slice(&b));
	view_flag(item, "law_on", row->law.version == f->law);
}

static enum err laws_view(const struct req *r, struct tz *z,
    const struct fields *f, struct view *v)
{
	static const struct attrib_law_row prior;
	struct attrib_law_row *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_attrib_laws(r->db, r->company, r->arena, &rows, &n);

	view_list(v, "laws");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		law_option(z, r, &rows[i], f, v);
	law_option(z, r, &prior, f, v);
	return e;
}

static enum err runs_view(const struct req *r, struct tz *z, struct view *v)
{
	struct attrib_run *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_attrib_run_list(r->db, r->company, r->arena, &rows, &n);

	view_list(v, "runs");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		page_rerun_view(r, z, &rows[i], view_item(v, "runs"));
	return e;
}

static enum err show(const struct req *r, struct tz *z, const struct fields *f,
    struct resp *out)
{
	struct view *v = view_new(r->arena, "reruns.html");
	char mem[24];
	struct buf b;
	enum err e;

	if ((e = frame_page(r, FRAME_ATTRIBUTION, "Credit calls again",
		 SLICE(""), v)) != ERR_OK ||
	    (e = laws_view(r, z, f, v)) != ERR_OK ||
	    (e = runs_view(r, z, v)) != ERR_OK)
		return e;
	view_flag(v, "may_run", r->role >= ROUTE_MANAGER);
	view_cstr(v, "from", f->from);
	view_cstr(v, "to", f->to);
	buf_over(&b, mem, sizeof(mem));
	bp_put(f->bp, &b);
	view_slice(v, "percent", buf_slice(&b));
	view_cstr(v, "wrong", f->wrong);
	view_flag(v, "is_wrong", f->wrong != NULL);
	return resp_view(out, v);
}

enum err page_rerun(const struct req *r, struct resp *out)
{
	struct fields f = { .wrong = NULL };
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	if ((e = usual(r, z, &f)) == ERR_OK) {
		from_query(r, &f);
		e = show(r, z, &f, out);
	}
	tz_close(z);
	return e;
}

/* --- a run --------------------------------------------------------------- */

static const char under_way[] =
    "Another run is under way. Wait for its end, or stop it.";

/* {"from_us": …, "law": …} of a run, for the audit log. */
static enum err audit(const struct req *r, const struct attrib_run *run,
    const char *action)
{
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
	return trail_add(r, &(struct trail){ .action = action,
				.object_kind = "attrib_run",
				.object = run->id.v,
				.after = buf_slice(&b) });
}

static enum err add(const struct req *r, struct attrib_run *run)
{
	uint8_t dice[10];
	bool mine;
	enum err e;

	rnd_bytes(dice, sizeof(dice));
	id_make(r->now_us, dice, run->id.v);
	run->user = r->user;
	run->made_us = r->now_us;
	if ((e = db_join(r->db, &mine)) != ERR_OK)
		return e;
	e = db_attrib_run_add(r->db, r->company, run);
	if (e == ERR_OK && run->applies)
		e = audit(r, run, "attrib.rerun");
	return db_join_end(r->db, mine, e);
}

static enum err to_run(struct attrib_run_id id, struct resp *out)
{
	char text[ID_TEXT_MAX], mem[ID_TEXT_MAX + 24];
	struct buf b;

	id_text(ID_KIND_attrib_run, id.v, text);
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/attribution/reruns/");
	buf_cstr(&b, text);
	return resp_redirect(out, buf_slice(&b));
}

static enum err read_days(const struct req *r, struct tz *z, struct fields *f,
    struct attrib_run *run)
{
	struct tz_date from, to;
	struct slice a, b;
	enum err e;

	if ((e = req_need(req_form(r, "from", &a))) != ERR_OK ||
	    (e = req_need(req_form(r, "to", &b))) != ERR_OK)
		return e;
	if (tz_date_parse(a, &from) != ERR_OK ||
	    tz_date_parse(b, &to) != ERR_OK ||
	    tz_day_start(z, from, &run->from_us) != ERR_OK ||
	    tz_day_start(z, tz_date_add(to, 1), &run->to_us) != ERR_OK) {
		f->wrong = "These are no days.";
		return ERR_OK;
	}
	tz_date_iso(from, f->from);
	tz_date_iso(to, f->to);
	if (run->from_us >= run->to_us)
		f->wrong = "The last day is before the first.";
	else if (run->to_us - run->from_us > DB_ATTRIB_RUN_PERIOD_US)
		f->wrong = "That is more than three years: take a part of it.";
	return ERR_OK;
}

/* What cannot be is said beside the form; f->wrong then says what. */
static enum err read_form(const struct req *r, struct tz *z, struct fields *f,
    struct attrib_run *run)
{
	struct slice min;
	enum err e;

	if ((e = usual(r, z, f)) != ERR_OK ||
	    (e = req_need(req_form_u64(r, "law", 0, UINT32_MAX, &f->law))) !=
		ERR_OK)
		return e;
	if ((e = read_days(r, z, f, run)) != ERR_OK)
		return e;
	if (req_form(r, "min", &min) != ERR_OK ||
	    bp_parse(min, &f->bp) != ERR_OK)
		f->wrong =
		    "A visit is credited from 0.01 to 100 %, two places after"
		    " the point at most.";
	run->law_version = (uint32_t)f->law;
	run->threshold_bp = (uint16_t)f->bp;
	return ERR_OK;
}

static enum err add_or_say(const struct req *r, struct tz *z, struct fields *f,
    struct attrib_run *run, struct resp *out)
{
	enum err e = f->wrong == NULL ? add(r, run) : ERR_RANGE;

	if (e == ERR_OK)
		return to_run(run->id, out);
	if (e == ERR_CONFLICT)
		f->wrong = under_way;
	else if (e == ERR_NOTFOUND)
		f->wrong =
		    "What was learnt then is not there. Choose"
		    " another from the list.";
	else if (f->wrong == NULL)
		return e;
	resp_status(out, e == ERR_CONFLICT ? 409 : 422);
	return show(r, z, f, out);
}

enum err page_rerun_add(const struct req *r, struct resp *out)
{
	struct fields f = { .wrong = NULL };
	struct attrib_run run;
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	memset(&run, 0, sizeof(run));
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	if ((e = read_form(r, z, &f, &run)) == ERR_OK)
		e = add_or_say(r, z, &f, &run, out);
	tz_close(z);
	return e;
}

static enum err the_run(const struct req *r, struct attrib_run *run)
{
	struct attrib_run_id id;
	const enum err e = req_path_id(r, 0, ID_KIND_attrib_run, id.v);

	return e == ERR_OK ? db_attrib_run_get(r->db, r->company, id, run) : e;
}

enum err page_rerun_apply(const struct req *r, struct resp *out)
{
	struct attrib_run run;
	enum err e;

	if ((e = the_run(r, &run)) != ERR_OK)
		return e;
	if (run.applies || strcmp(run.state, "done") != 0)
		return resp_problem(out, 409,
		    "Only what a finished preview showed can be written down.");
	run.applies = true;
	run.looked = 0;
	memset(&run.after, 0, sizeof(run.after));
	e = add(r, &run);
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, under_way);
	return e == ERR_OK ? to_run(run.id, out) : e;
}

enum err page_rerun_stop(const struct req *r, struct resp *out)
{
	struct attrib_run run;
	bool mine;
	enum err e;

	if ((e = the_run(r, &run)) != ERR_OK ||
	    (e = db_join(r->db, &mine)) != ERR_OK)
		return e;
	e = db_attrib_run_end(r->db, r->company, run.id, "stopped", r->now_us);
	if (e == ERR_OK && run.applies)
		e = audit(r, &run, "attrib.rerun.stop");
	e = db_join_end(r->db, mine, e);
	/* It has ended by itself: its page says so. */
	return e == ERR_OK || e == ERR_CONFLICT ? to_run(run.id, out) : e;
}
