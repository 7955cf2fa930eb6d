#include "cgi/form/flow_trial.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/flow_draft.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/flow_told.h"
#include "cgi/form/flow_try.h"
#include "cgi/web/frame.h"
#include "lib/json/json_in.h"
#include "lib/phone/tz.h"
#include "lib/text/json_out.h"

#define VERSIONS_SHOWN 100
#define CASE_BYTES     32768
#define KEYS_MAX       200
#define FIELD_MAX      (FLOW_TEXT_MAX + 16)
#define AFTER_S        "6"

/* One page in the making. */
struct page {
	const struct req *r;
	struct flow_row flow;
	struct flowworld world;
	uint32_t version;
	uint64_t base; /* of what is not saved */
	bool unsaved;
	struct slice document;
	struct slice to[FLOW_SIM_PHONES_MAX]; /* telephones it names */
	size_t n_to;
	struct flow_json_errors errors;
	const char *problem; /* NULL, or why it was not tried */
};

static const struct {
	const char *name;
	const char *label;
} facts[] = {
	{ "source", "Source" },
	{ "medium", "Medium" },
	{ "campaign", "Campaign" },
	{ "keyword", "Keyword" },
	{ "channel", "Channel" },
	{ "landing", "Landing page" },
	{ "referrer", "Referrer" },
	{ "click", "Click id" },
	{ "tags", "Tags of earlier calls" },
	{ "lists", "Lists of callers" },
	{ "number", "Tracking number's name" },
};

static const struct {
	enum flow_sim_does does;
	const char *label;
} deeds[] = {
	{ FLOW_SIM_ANSWERS, "answers" },
	{ FLOW_SIM_SILENT, "rings, nobody comes" },
	{ FLOW_SIM_BUSY, "is busy" },
	{ FLOW_SIM_FAILS, "cannot be reached" },
	{ FLOW_SIM_REFUSES, "answers and refuses" },
	{ FLOW_SIM_IGNORES, "answers, presses nothing" },
	{ FLOW_SIM_FULL, "has no free place" },
};

/* What was sent, or what stands there at first. */
static struct slice sent(const struct page *p, const char *name,
    const char *usual)
{
	struct slice s;

	return req_form(p->r, name, &s) == ERR_OK ? slice_trim(s)
						  : slice_from(usual);
}

static void field(const char *what, struct slice to, char out[FIELD_MAX])
{
	struct buf b;

	buf_over(&b, out, FIELD_MAX - 1);
	buf_cstr(&b, what);
	buf_char(&b, '.');
	buf_put(&b, to);
	out[buf_err(&b) == ERR_OK ? b.n : 0] = '\0';
}

/* --- the document ----------------------------------------------------------*/

static void add_phone(struct page *p, const struct json_node *n)
{
	struct slice to;

	if (json_in_text(json_in_get(n, "to"), FLOW_TEXT_MAX, &to) != ERR_OK ||
	    to.n == 0 || p->n_to == FLOW_SIM_PHONES_MAX)
		return;
	for (size_t i = 0; i < p->n_to; i++)
		if (slice_eq(p->to[i], to))
			return;
	if (arena_copy(p->r->arena, to, &p->to[p->n_to]))
		p->n_to++;
}

static enum err find_phones(struct page *p)
{
	const struct json_node *steps, *step;
	struct json_in *in;
	struct slice key;
	void *at = NULL;

	if (flow_draft_parse(p->document, &in) != ERR_OK)
		return ERR_INTERNAL; /* checked when it was stored or sent */
	steps = json_in_get(json_in_root(in), "steps");
	while (json_in_next(steps, &at, &key, &step)) {
		const struct json_node *members = json_in_get(step, "members");

		add_phone(p, step);
		for (size_t i = 0; i < json_in_count(members); i++)
			add_phone(p, json_in_at(members, i));
	}
	json_in_free(in);
	return ERR_OK;
}

/* What stands in the list of forms, before anything of it is saved. */
static enum err begin_unsaved(struct page *p)
{
	struct flow_draft_action a = { .what = FLOW_DRAFT_CHECK };
	enum err e;

	p->unsaved = true;
	if ((e = req_need(req_form_u64(p->r, "base", 0, UINT32_MAX,
		 &p->base))) != ERR_OK ||
	    (e = flow_draft_read(p->r, &a, &p->document)) != ERR_OK)
		return e;
	return find_phones(p);
}

static enum err begin(const struct req *r, struct page *p)
{
	struct slice document;
	uint64_t version;
	enum err e;

	memset(p, 0, sizeof(*p));
	p->r = r;
	if ((e = flow_store_get(r, &p->flow)) != ERR_OK ||
	    (e = flowworld_load(r->db, r->company, r->arena, &p->world)) !=
		ERR_OK)
		return e;
	if (req_form(r, "document", &document) == ERR_OK)
		return begin_unsaved(p);
	version = p->flow.last_version;
	e = req_form_u64(r, "version", 1, UINT32_MAX, &version);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	p->version = (uint32_t)version;
	if (version == 0)
		return ERR_OK; /* nothing was saved yet */
	e = db_flow_document(r->db, r->company, p->flow.id, p->version,
	    r->arena, &p->document);
	return e == ERR_OK ? find_phones(p) : e;
}

/* --- the form --------------------------------------------------------------*/

static void view_phone(struct page *p, struct slice to, struct view *v)
{
	char name[FIELD_MAX];
	struct slice does;

	view_slice(v, "to", to);
	view_slice(v, "phone", flow_told_phone(&p->world, to));
	field("does", to, name);
	does = sent(p, name, "answers");
	for (size_t i = 0; i < RT_ARRAY_LEN(deeds); i++) {
		struct view *item = view_item(v, "does");
		const char *value = flow_sim_does_name(deeds[i].does);

		view_cstr(item, "does_value", value);
		view_cstr(item, "does_label", deeds[i].label);
		view_flag(item, "does_on", slice_eq_cstr(does, value));
	}
	field("after", to, name);
	view_slice(v, "after", sent(p, name, AFTER_S));
}

static enum err view_versions(const struct page *p, struct view *v)
{
	struct flow_version *rows = NULL;
	size_t n = 0;
	enum err e;

	e = db_flow_versions(p->r->db, p->r->company, p->flow.id, 0,
	    VERSIONS_SHOWN, p->r->arena, &rows, &n);
	view_list(v, "versions");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(v, "versions");

		view_u64(item, "version", rows[i].version);
		view_flag(item, "is_live",
		    rows[i].version == p->flow.published_version);
		view_flag(item, "is_draft",
		    rows[i].version == p->flow.last_version &&
			rows[i].version > p->flow.published_version);
		view_flag(item, "version_on", rows[i].version == p->version);
	}
	view_flag(v, "any", n > 0 || p->unsaved);
	view_flag(v, "unsaved", p->unsaved);
	view_u64(v, "base", p->base);
	view_slice(v, "document", p->unsaved ? p->document : SLICE(""));
	return e;
}

/* "2026-11-30T09:12": now, on the company's clock. */
static enum err view_when(const struct page *p, struct view *v)
{
	char day[TZ_TEXT_MAX], clock[TZ_TEXT_MAX], when[2 * TZ_TEXT_MAX];
	struct tz_date date;
	struct tz *z;
	enum err e;

	if ((e = tz_open(p->r->company_zone, &z)) != ERR_OK)
		return e;
	e = tz_day_of(z, p->r->now_us, &date);
	tz_text_clock(z, p->r->now_us, clock);
	tz_close(z);
	if (e != ERR_OK)
		return e;
	tz_date_iso(date, day);
	(void)snprintf(when, sizeof(when), "%sT%s", day, clock);
	view_slice(v, "when", sent(p, "at", when));
	view_cstr(v, "zone", p->world.company.time_zone);
	return ERR_OK;
}

static enum err view_form(struct page *p, struct view *v)
{
	bool any = false;
	enum err e;

	if ((e = view_versions(p, v)) != ERR_OK ||
	    (e = view_when(p, v)) != ERR_OK)
		return e;
	view_slice(v, "caller", sent(p, "caller", "+12125550147"));
	view_slice(v, "keys", sent(p, "keys", ""));
	view_slice(v, "talk_s", sent(p, "talk_s", "60"));
	view_slice(v, "hang_up_s", sent(p, "hang_up_s", "0"));
	view_flag(v, "known", slice_eq_cstr(sent(p, "known", ""), "yes"));
	view_flag(v, "anonymous",
	    slice_eq_cstr(sent(p, "anonymous", ""), "yes"));
	for (size_t i = 0; i < RT_ARRAY_LEN(facts); i++) {
		struct view *item = view_item(v, "facts");

		any = any || sent(p, facts[i].name, "").n > 0;
		view_cstr(item, "fact", facts[i].name);
		view_cstr(item, "fact_label", facts[i].label);
		view_slice(item, "fact_value", sent(p, facts[i].name, ""));
	}
	view_flag(v, "any_facts", any);
	view_flag(v, "any_phones", p->n_to > 0);
	view_list(v, "phones");
	for (size_t i = 0; i < p->n_to; i++)
		view_phone(p, p->to[i], view_item(v, "phones"));
	return ERR_OK;
}

/* --- the case --------------------------------------------------------------*/

/* A number where one was sent, whatever it is: the case's reader says what is
 * wrong with it. */
static void put_number(const struct page *p, const char *name, const char *key,
    struct json_out *j)
{
	uint64_t n;
	const enum err e = req_form_u64(p->r, name, 0, UINT32_MAX, &n);

	if (e == ERR_NOTFOUND || sent(p, name, "").n == 0)
		return;
	json_out_key(j, key);
	if (e == ERR_OK)
		json_out_u64(j, n);
	else
		json_out_str(j, sent(p, name, ""));
}

static void put_keys(struct slice keys, struct json_out *j)
{
	struct slice one;
	bool more = keys.n > 0;

	json_out_key(j, "keys");
	json_out_array(j);
	while (more) {
		more = slice_cut(&keys, ' ', &one);
		one = slice_trim(one);
		if (one.n > 0)
			json_out_str(j,
			    slice_eq_cstr(one, "-") ? SLICE("") : one);
	}
	json_out_end(j);
}

static void put_phones(const struct page *p, struct json_out *j)
{
	char name[FIELD_MAX];

	json_out_key(j, "phones");
	json_out_array(j);
	for (size_t i = 0; i < p->n_to; i++) {
		json_out_object(j);
		json_out_key(j, "to");
		json_out_str(j, p->to[i]);
		field("does", p->to[i], name);
		json_out_key(j, "does");
		json_out_str(j, sent(p, name, "answers"));
		field("after", p->to[i], name);
		put_number(p, name, "after_s", j);
		json_out_end(j);
	}
	json_out_end(j);
}

static void put_case(const struct page *p, struct json_out *j)
{
	const bool anonymous = slice_eq_cstr(sent(p, "anonymous", ""), "yes");

	json_out_object(j);
	json_out_key(j, "name");
	json_out_cstr(j, "try");
	json_out_key(j, "at");
	json_out_str(j, sent(p, "at", ""));
	json_out_key(j, "anonymous");
	json_out_bool(j, anonymous);
	json_out_key(j, "caller");
	json_out_str(j, anonymous ? SLICE("") : sent(p, "caller", ""));
	json_out_key(j, "known");
	json_out_bool(j, slice_eq_cstr(sent(p, "known", ""), "yes"));
	for (size_t i = 0; i < RT_ARRAY_LEN(facts); i++) {
		json_out_key(j, facts[i].name);
		json_out_str(j, sent(p, facts[i].name, ""));
	}
	put_keys(slice_head(sent(p, "keys", ""), KEYS_MAX), j);
	put_phones(p, j);
	put_number(p, "talk_s", "talk_s", j);
	put_number(p, "hang_up_s", "hang_up_s", j);
	json_out_end(j);
}

static enum err read_case(struct page *p, struct flow_case **c)
{
	struct json_out j;
	struct buf b;
	size_t n = 0;
	enum err e;

	buf_init(&b, CASE_BYTES);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "cases");
	json_out_array(&j);
	put_case(p, &j);
	json_out_end(&j);
	json_out_end(&j);
	if ((e = json_out_done(&j)) == ERR_OK)
		e = flow_case_read(json_out_text(&j), p->r->arena, c, &n,
		    &p->errors);
	buf_fini(&b);
	return e == ERR_OK && n != 1 ? ERR_SYNTAX : e;
}

/* --- the page --------------------------------------------------------------*/

static enum err view_page(struct page *p, struct view *v)
{
	char id[ID_TEXT_MAX];
	enum err e;

	e = frame_page(p->r, FRAME_FLOWS,
	    frame_title(p->r, "Try it", slice_from(p->flow.name)), SLICE(""),
	    v);
	if (e != ERR_OK || (e = view_form(p, v)) != ERR_OK)
		return e;
	id_text(ID_KIND_flow, p->flow.id.v, id);
	view_cstr(v, "id", id);
	view_cstr(v, "flow_name", p->flow.name);
	view_flag(v, "at_steps", false);
	view_flag(v, "at_history", false);
	view_flag(v, "at_trial", true);
	view_flag(v, "has_problem", p->problem != NULL);
	view_cstr(v, "problem", p->problem);
	view_list(v, "problems");
	for (size_t i = 0; i < p->errors.n; i++) {
		struct view *item = view_item(v, "problems");
		const bool of_step = strcmp(p->errors.item[i].step, "try") != 0;

		view_flag(item, "has_step",
		    of_step && p->errors.item[i].step[0] != '\0');
		view_cstr(item, "step", of_step ? p->errors.item[i].step : "");
		view_cstr(item, "what", p->errors.item[i].what);
	}
	return ERR_OK;
}

static enum err view_run(struct page *p, const struct flowtry_report *report,
    struct view *v)
{
	struct flow_titles titles;
	enum err e;

	e = flow_titles_read(p->document, p->r->arena, &titles);
	if (e == ERR_OK)
		flow_told_view(&p->world, report, &titles, v);
	return e;
}

static enum err show(struct page *p, const struct flowtry_report *report,
    struct resp *out)
{
	struct view *v = view_new(p->r->arena, "flow_trial.html");
	enum err e = view_page(p, v);

	view_flag(v, "has_run", report != NULL);
	if (e == ERR_OK && report != NULL)
		e = view_run(p, report, v);
	if (e != ERR_OK)
		return e;
	resp_status(out, p->problem != NULL ? 422 : 200);
	return resp_view(out, v);
}

enum err flow_trial(const struct req *r, struct resp *out)
{
	struct page *p = arena_alloc(r->arena, sizeof(*p));
	enum err e;

	if (p == NULL)
		return ERR_NOMEM;
	e = begin(r, p);
	return e == ERR_OK ? show(p, NULL, out) : e;
}

enum err flow_trial_post(const struct req *r, struct resp *out)
{
	struct page *p = arena_alloc(r->arena, sizeof(*p));
	struct flowtry_report *report = arena_alloc(r->arena, sizeof(*report));
	struct flow_case *c = NULL;
	struct slice at;
	enum err e;

	if (p == NULL || report == NULL)
		return ERR_NOMEM;
	if ((e = begin(r, p)) != ERR_OK)
		return e;
	if (!p->unsaved && p->version == 0)
		return show(p, NULL, out);
	if (req_form(r, "at", &at) != ERR_OK)
		return show(p, NULL, out); /* from the list of forms */
	if ((e = read_case(p, &c)) == ERR_OK)
		e = flow_try_run(r, p->flow.id, p->document, c, &p->errors,
		    report);
	if (e != ERR_SYNTAX && e != ERR_TOOBIG)
		return e == ERR_OK ? show(p, report, out) : e;
	p->problem = "This cannot be tried: see what is wrong below.";
	return show(p, NULL, out);
}
