#include "cgi/page/page_call.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_call_marks.h"
#include "cgi/page/page_call_parts.h"
#include "cgi/page/page_models_call.h"
#include "cgi/page/page_range.h"
#include "cgi/page/page_row.h"
#include "cgi/page/page_story.h"
#include "cgi/page/page_way.h"
#include "cgi/page/page_why.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "lib/base/clk.h"
#include "lib/db/db_report_calls.h"
#include "lib/phone/phone.h"

#define HISTORY_SHOWN 10

/* Reads what belongs to the call itself. */
static enum err read_call(const struct req *r, struct call_id id,
    struct page_story *s)
{
	struct db_report_call *call = NULL;
	struct db_report_call_leg *legs = NULL;
	struct db_report_call_event *events = NULL;
	enum err e;

	if ((e = db_report_call(r->db, r->company, id, r->arena, &call)) !=
		ERR_OK ||
	    (e = db_report_call_legs(r->db, r->company, id, r->arena, &legs,
		 &s->n_legs)) != ERR_OK ||
	    (e = db_report_call_events(r->db, r->company, id, r->arena, &events,
		 &s->n_events)) != ERR_OK)
		return e;
	s->call = call;
	s->legs = legs;
	s->events = events;
	return ERR_OK;
}

/* And of the visit it is credited to; only a visit level names one for sure. */
static enum err read_visit(const struct req *r, struct page_story *s)
{
	const struct visit_id id = s->call->visit;
	struct db_report_call_visit *visit = NULL;
	struct db_report_call_page *pages = NULL;
	struct db_report_call_click *clicks = NULL;
	struct visit_log_deed *deeds = NULL;
	enum err e;

	if (id_is_nil(id.v) || strcmp(s->call->attributed_by, "visit") != 0)
		return ERR_OK;
	e = db_report_call_visit(r->db, r->company, id, r->arena, &visit);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e; /* erased */
	if ((e = db_report_call_pages(r->db, r->company, id, r->arena, &pages,
		 &s->n_pages)) != ERR_OK ||
	    (e = db_report_call_clicks(r->db, r->company, id, r->arena, &clicks,
		 &s->n_clicks)) != ERR_OK ||
	    (e = db_visit_log_deeds(r->db, r->company, id, r->arena, &deeds,
		 &s->n_deeds)) != ERR_OK)
		return e;
	s->visit = visit;
	s->pages = pages;
	s->clicks = clicks;
	s->deeds = deeds;
	return ERR_OK;
}

/* --- head ------------------------------------------------------------------*/

static void caller_line(const struct page_story *s, struct buf *b)
{
	const struct db_report_call *c = s->call;
	struct phone p;

	if (c->caller[0] != '\0' && c->caller_name[0] != '\0') {
		buf_cstr(b, c->caller_name);
		buf_cstr(b, " · ");
	}
	buf_cstr(b, c->caller_place);
	if (c->caller[0] == '\0' ||
	    phone_parse(slice_from(c->caller), "", &p) != ERR_OK ||
	    phone_type_name(p.type)[0] == '\0')
		return;
	if (c->caller_place[0] != '\0')
		buf_cstr(b, " · ");
	buf_cstr(b, phone_type_name(p.type));
}

static void head_view(const struct page_story *s, int64_t now_us,
    struct slice caller, struct view *v)
{
	const struct db_report_call *c = s->call;
	const char *key = page_words_result_key(c->open, c->result);
	char id[ID_TEXT_MAX], text[TZ_TEXT_MAX], mem[1400];
	struct buf b;

	id_text(ID_KIND_call, c->id.v, id);
	view_cstr(v, "call", id);
	tz_text_short(s->z, c->started_us, now_us, text);
	view_cstr(v, "when", text);
	view_slice(v, "caller", caller);
	view_cstr(v, "result", key);
	view_cstr(v, "result_word", page_words_result(key));
	view_flag(v, "first_time", c->first_time);
	view_cstr(v, "outcome", c->outcome);
	view_flag(v, "outcome_set", c->outcome[0] != '\0');
	buf_over(&b, mem, sizeof(mem));
	caller_line(s, &b);
	view_slice(v, "caller_line", buf_slice(&b));
}

/* --- the caller's other calls ----------------------------------------------*/

static void past_item(const struct page_story *s,
    const struct db_report_calls_row *row, int64_t now_us, struct view *v)
{
	const char *key = page_words_result_key(row->open, row->result);
	struct view *item = view_item(v, "history");
	char id[ID_TEXT_MAX], text[TZ_TEXT_MAX], iso[CLK_RFC3339_MAX];
	char mem[1000], talk[PAGE_WORDS_MAX];
	struct buf b;

	id_text(ID_KIND_call, row->id.v, id);
	view_cstr(item, "past", id);
	tz_text_short(s->z, row->started_us, now_us, text);
	view_cstr(item, "past_when", text);
	tz_text_long(s->z, row->started_us, text);
	view_cstr(item, "past_long", text);
	clk_rfc3339(row->started_us, iso);
	view_cstr(item, "past_iso", iso);
	view_cstr(item, "past_result", key);
	view_cstr(item, "past_word", page_words_result(key));
	buf_over(&b, mem, sizeof(mem));
	page_words_source(row->source, row->medium, &b);
	view_slice(item, "past_source", buf_slice(&b));
	page_words_duration((int64_t)row->talk_ms, talk);
	view_cstr(item, "past_talk", row->talk_ms > 0 ? talk : "–");
}

static enum err history_view(const struct req *r, const struct page_story *s,
    struct view *v)
{
	const struct db_report_call *c = s->call;
	struct db_report_calls_row *rows = NULL;
	size_t n = 0;
	char text[48];
	enum err e = ERR_OK;

	if (c->caller[0] != '\0')
		e = db_report_calls_history(r->db, r->company,
		    slice_from(c->caller), c->id, HISTORY_SHOWN, r->arena,
		    &rows, &n);
	view_list(v, "history");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		past_item(s, &rows[i], r->now_us, v);
	view_flag(v, "any_history", n > 0);
	(void)snprintf(text, sizeof(text),
	    n == HISTORY_SHOWN ? "the newest %zu" : "%zu", n);
	view_cstr(v, "history_line", n > 0 ? text : "");
	view_cstr(v, "history_none",
	    c->caller[0] == '\0'
		? "The number was withheld, so other calls cannot be told."
		: "This is the caller’s only call.");
	return e;
}

/* --- the page --------------------------------------------------------------*/

static enum err recording_view(const struct req *r, const struct page_story *s,
    struct view *v)
{
	struct db_report_call_recording rec;
	const enum err e =
	    db_report_call_recording(r->db, r->company, s->call->id, &rec);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	page_call_parts_recording(s, e == ERR_OK ? &rec : NULL, v);
	return ERR_OK;
}

static enum err fill(const struct req *r, struct page_story *s, struct view *v)
{
	char caller[600], title[640];
	struct buf b, t;
	enum err e;

	buf_over(&b, caller, sizeof(caller));
	page_row_caller(s->call->caller, s->call->caller_raw,
	    s->call->caller_name, s->country, &b);
	buf_over(&t, title, sizeof(title) - 1);
	buf_cstr(&t, "Call from ");
	buf_put(&t, buf_slice(&b));
	title[t.n] = '\0';
	if ((e = frame_page(r, FRAME_CALLS, title, SLICE(""), v)) != ERR_OK)
		return e;
	head_view(s, r->now_us, buf_slice(&b), v);
	page_call_parts_facts(s, v);
	page_call_parts_legs(s, v);
	page_call_parts_session(s, v);
	page_call_parts_raw(s, v);
	if ((e = page_story_view(s, r->arena, v)) != ERR_OK ||
	    (e = page_way_view(r, s, v)) != ERR_OK ||
	    (e = page_why_view(s->call, v)) != ERR_OK ||
	    (e = page_models_call(r, s->call->id, s->z, v)) != ERR_OK ||
	    (e = recording_view(r, s, v)) != ERR_OK ||
	    (e = page_call_marks(r, ID_KIND_call, s->call->id.v, s->currency,
		 v)) != ERR_OK ||
	    (e = page_call_marks_verdict(r, s, v)) != ERR_OK ||
	    (e = page_call_marks_trail(r, s->call->id.v, s->z, v)) != ERR_OK)
		return e;
	return history_view(r, s, v);
}

static enum err show(const struct req *r, struct tz *z, struct call_id id,
    struct resp *out)
{
	struct view *v = view_new(r->arena, "call.html");
	struct page_story s = { .z = z };
	struct db_report_company company;
	enum err e;

	e = db_report_company(r->db, r->company, &company);
	if (e != ERR_OK)
		return e;
	s.country = company.country;
	s.currency = company.currency;
	if ((e = read_call(r, id, &s)) != ERR_OK ||
	    (e = read_visit(r, &s)) != ERR_OK || (e = fill(r, &s, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_call(const struct req *r, struct resp *out)
{
	struct call_id id;
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_call, id.v)) != ERR_OK ||
	    (e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = show(r, z, id, out);
	tz_close(z);
	return e;
}
