#include "cgi/api/api_form.h"

#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/form/thing.h"
#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/base/utf8.h"
#include "lib/core/formrule.h"
#include "lib/db/db_company.h"
#include "lib/db/db_form.h"
#include "lib/db/db_sheet_setup.h"
#include "lib/feed/feed.h"
#include "lib/phone/phone.h"

#define ROW_MAX    ((size_t)1 << 20)
#define FIELDS_TOP 100
#define VALUE_MAX  4000
#define TIME_MAX   40
#define OLDEST_US  (400 * RT_DAY_US) /* what reports look back */

struct sent {
	const struct req *r;
	const struct json_node *body;
	struct form_row row;
	struct form_source source;
	struct api_faults faults;
	enum err e; /* of writing a text down */
};

/* --- what comes in ---------------------------------------------------------
 */

/* A text of up to max characters, "" when it is not there. */
static struct slice member(struct sent *s, const char *name, size_t max)
{
	struct slice text = SLICE("");
	const enum err e =
	    json_in_text(json_in_get(s->body, name), 4 * max, &text);

	if (e == ERR_NOTFOUND)
		return SLICE("");
	if (e == ERR_OK)
		text = slice_trim(text);
	if (e != ERR_OK || utf8_count(text) > max)
		api_fault(&s->faults, slice_from(name),
		    e == ERR_SYNTAX ? "This is a text." : "This is too long.");
	return text;
}

static void read_time(struct sent *s)
{
	const struct slice text = member(s, "happened_at", TIME_MAX);
	int64_t at_us;

	s->row.submitted_us = s->r->now_us;
	if (json_in_kind(json_in_get(s->body, "happened_at")) != JSON_IN_TEXT)
		return; /* none is given, or it is told already */
	if (clk_rfc3339_parse(text, &at_us) != ERR_OK)
		api_fault(&s->faults, SLICE("happened_at"),
		    "A time, such as 2026-11-20T00:00:00Z.");
	else if (at_us > s->r->now_us + RT_MIN_US ||
		 at_us < s->r->now_us - OLDEST_US)
		api_fault(&s->faults, SLICE("happened_at"),
		    "Of the last 400 days.");
	else
		s->row.submitted_us = at_us;
}

static enum err read_number(struct sent *s)
{
	const struct slice text = member(s, "contact_number", 40);
	struct company_row company;
	struct phone p;
	enum err e;

	if (text.n == 0)
		return ERR_OK;
	e = db_company_get(s->r->db, s->r->company, &company);
	if (e != ERR_OK)
		return e;
	if (phone_parse(text, company.country, &p) != ERR_OK ||
	    !slice_to_cstr(slice_from(p.e164), s->row.contact_e164,
		sizeof(s->row.contact_e164)))
		api_fault(&s->faults, SLICE("contact_number"),
		    "A telephone number, best with + and its country.");
	else
		s->row.contact_real = p.valid && !p.local;
	return ERR_OK;
}

/* Without the number of a card that stands in it. */
static struct slice masked(struct sent *s, struct slice text)
{
	struct slice out = SLICE("");

	if (formrule_mask(s->r->arena, text, &out) != ERR_OK)
		s->e = ERR_NOMEM;
	return out;
}

/* As the tag's are stored: [["name","value"], …], and by the same rule: a
 * program that hands on all of a form may hand on a password. */
static void write_fields(struct sent *s, const struct json_node *fields,
    struct json_out *j)
{
	const struct json_node *value;
	void *iter = NULL;
	struct slice name, text;

	json_out_array(j);
	while (json_in_kind(fields) == JSON_IN_OBJECT &&
	       json_in_next(fields, &iter, &name, &value)) {
		if (json_in_text(value, VALUE_MAX, &text) != ERR_OK) {
			api_fault_in(&s->faults, "/fields", name,
			    "A text of at most 4000 bytes.");
			continue;
		}
		if (!formrule_may_keep(&(struct formrule_field){ name, text }))
			continue;
		json_out_array(j);
		json_out_str(j, masked(s, name));
		json_out_str(j, masked(s, text));
		json_out_end(j);
	}
	json_out_end(j);
}

static enum err read_fields(struct sent *s)
{
	const struct json_node *fields = json_in_get(s->body, "fields");
	const enum json_in_kind kind = json_in_kind(fields);
	struct json_out j;
	struct buf text;
	enum err e;

	if ((kind != JSON_IN_MISSING && kind != JSON_IN_OBJECT) ||
	    json_in_count(fields) > FIELDS_TOP) {
		api_fault(&s->faults, SLICE("fields"),
		    "An object of at most 100 texts.");
		return ERR_OK;
	}
	buf_init(&text, DB_FORM_FIELDS_MAX);
	json_out_init(&j, &text);
	write_fields(s, fields, &j);
	e = s->e == ERR_OK ? json_out_done(&j) : s->e;
	if (e == ERR_TOOBIG)
		api_fault(&s->faults, SLICE("fields"), "This is too long.");
	else if (e == ERR_OK &&
		 !arena_copy(s->r->arena, buf_slice(&text), &s->row.fields))
		e = ERR_NOMEM;
	buf_fini(&text);
	return e == ERR_TOOBIG ? ERR_OK : e;
}

static void read_visit(struct sent *s)
{
	const struct slice text = member(s, "visit_id", ID_TEXT_MAX);

	if (text.n == 0)
		return;
	if (id_parse(ID_KIND_visit, text, s->row.visit.v) != ERR_OK)
		api_fault(&s->faults, SLICE("visit_id"), "The id of a visit.");
	if (s->source.source.n > 0 || s->source.medium.n > 0 ||
	    s->source.campaign.n > 0)
		api_fault(&s->faults, SLICE("source"),
		    "A visit says itself where it came from.");
}

static enum err read_all(struct sent *s)
{
	static const char *const names[] = { "form_name", "page_url",
		"happened_at", "contact_name", "contact_email",
		"contact_number", "fields", "visit_id", "source", "medium",
		"campaign", NULL };
	enum err e;

	api_setup_only(s->body, names, &s->faults);
	s->row.form_name = masked(s, member(s, "form_name", 100));
	if (formrule_mask_url(s->r->arena, member(s, "page_url", 2048),
		&s->row.page_url) != ERR_OK)
		s->e = ERR_NOMEM;
	s->row.contact_name = masked(s, member(s, "contact_name", 255));
	s->row.contact_email = member(s, "contact_email", 255);
	s->source.source = member(s, "source", 100);
	s->source.medium = member(s, "medium", 100);
	s->source.campaign = member(s, "campaign", 255);
	read_time(s);
	read_visit(s);
	if ((e = read_number(s)) != ERR_OK || (e = read_fields(s)) != ERR_OK)
		return e;
	if (s->faults.n == 0 && s->row.contact_name.n == 0 &&
	    s->row.contact_email.n == 0 && s->row.contact_e164[0] == '\0' &&
	    slice_eq_cstr(s->row.fields, "[]"))
		api_fault(&s->faults, API_FAULT_WHOLE,
		    "A contact or a field is needed.");
	return s->e;
}

/* --- what is written -------------------------------------------------------
 */

/* In a transaction. Who sent it in is in the log, what it says is not: the
 * form itself is erased with its person. */
static enum err put(struct sent *s)
{
	enum err e;

	e = db_form_send(s->r->db, s->r->company, &s->row, &s->source);
	if (e == ERR_NOTFOUND) {
		api_fault(&s->faults, SLICE("visit_id"),
		    "The company has no such visit.");
		return ERR_RANGE;
	}
	return e == ERR_OK
		   ? trail_add(s->r, &(struct trail){ .action = "form.add",
					 .object_kind = "form",
					 .object = s->row.id.v })
		   : e;
}

static enum err answer(const struct sent *s, struct resp *out)
{
	const struct db_sheet *sheet = db_sheet_setup_find(SLICE("forms"));
	const struct db_sheet_scope scope = { .account = s->r->account,
		.company = s->r->company };
	struct db_sheet_cell *row = NULL;
	struct feed_fields all;
	struct json_out j;
	struct buf text;
	enum err e;

	e = db_sheet_one(s->r->db, sheet, &scope, s->row.id.v, s->r->arena,
	    &row);
	if (e != ERR_OK)
		return e;
	buf_init(&text, ROW_MAX);
	feed_fields_all(sheet, &all);
	json_out_init(&j, &text);
	feed_row_write(sheet, row, &all, &j);
	if ((e = json_out_done(&j)) == ERR_OK)
		e = api_setup_added(out, "forms", json_out_text(&j));
	buf_fini(&text);
	return e;
}

enum err api_form_add(const struct req *r, struct resp *out)
{
	struct sent s = { .r = r };
	struct json_in *in = NULL;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    !api_setup_body(r, REQ_BODY_FORM, API_SETUP_DEPTH, out, &in, &e))
		return e;
	s.body = json_in_root(in);
	thing_id(r, s.row.id.v);
	e = read_all(&s);
	if (e == ERR_OK && s.faults.n == 0 && (e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, put(&s));
	json_in_free(in);
	if (s.faults.n > 0)
		return api_fault_answer(out, 422, NULL, &s.faults);
	return e == ERR_OK ? answer(&s, out) : e;
}
