#include "cgi/page/page_now.h"

#include "cgi/page/page_row.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "lib/db/db_live.h"
#include "lib/phone/phone.h"
#include "lib/text/json_out.h"

#define BODY_MAX   ((size_t)1 << 20)
#define SINCE_US   (12 * RT_HOUR_US) /* longer than anybody talks */
#define LINE_BYTES 1200

/* A row in words, for both forms. */
struct words {
	char id[ID_TEXT_MAX];
	char caller_mem[LINE_BYTES];
	char line_mem[LINE_BYTES];
	char number[PHONE_TEXT_MAX];
	char target[PHONE_TEXT_MAX];
	struct buf caller;
	struct buf line;
	const char *state;
	uint64_t s; /* seconds since it began, or since a person answered */
};

static void say(const struct req *r, const struct db_live_row *row,
    const char *country, struct words *w)
{
	const bool talking = row->answered_us != 0;
	const int64_t from_us = talking ? row->answered_us : row->started_us;

	id_text(ID_KIND_call, row->id.v, w->id);
	buf_over(&w->caller, w->caller_mem, sizeof(w->caller_mem));
	page_row_caller(row->caller, row->caller_raw, row->caller_name, country,
	    &w->caller);
	buf_over(&w->line, w->line_mem, sizeof(w->line_mem));
	buf_cstr(&w->line, row->caller_place);
	if (row->first_time)
		buf_cstr(&w->line, row->caller_place[0] != '\0'
				       ? " · first call"
				       : "first call");
	phone_show(slice_from(row->number), country, w->number);
	phone_show(slice_from(row->target), country, w->target);
	w->state = talking                  ? "Talking"
		   : row->target[0] != '\0' ? "Ringing"
					    : "In the flow";
	w->s = r->now_us > from_us
		   ? (uint64_t)((r->now_us - from_us) / RT_SEC_US)
		   : 0;
}

static enum err read_rows(const struct req *r, struct db_report_company *co,
    struct db_live_row **rows, size_t *n)
{
	const enum err e = db_report_company(r->db, r->company, co);

	if (e != ERR_OK)
		return e;
	return db_live_calls(r->db, r->company, r->now_us - SINCE_US, r->arena,
	    rows, n);
}

static void row_view(const struct req *r, const struct db_live_row *row,
    const char *country, struct view *v)
{
	struct view *item = view_item(v, "calls");
	char clock[PAGE_WORDS_MAX];
	struct words w;

	say(r, row, country, &w);
	view_cstr(item, "call", w.id);
	view_slice(item, "caller", buf_slice(&w.caller));
	view_slice(item, "caller_line", buf_slice(&w.line));
	view_cstr(item, "source", row->source[0] != '\0' ? row->source : "–");
	view_cstr(item, "number", w.number);
	view_cstr(item, "number_label", row->number_label);
	view_cstr(item, "state", w.state);
	view_cstr(item, "target", w.target);
	view_cstr(item, "step", row->step[0] != '\0' ? row->step : "–");
	page_words_clock((int64_t)w.s * 1000, clock);
	view_cstr(item, "clock", clock);
	view_u64(item, "seconds", w.s);
}

enum err page_now(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "live.html");
	struct db_report_company company;
	struct db_live_row *rows = NULL;
	size_t n = 0;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_LIVE, "Live", SLICE(""), v)) != ERR_OK ||
	    (e = read_rows(r, &company, &rows, &n)) != ERR_OK)
		return e;
	view_list(v, "calls");
	for (size_t i = 0; i < n; i++)
		row_view(r, &rows[i], company.country, v);
	view_u64(v, "count", n);
	view_flag(v, "any", n > 0);
	return resp_view(out, v);
}

static void row_json(const struct req *r, const struct db_live_row *row,
    const char *country, struct json_out *j)
{
	struct words w;

	say(r, row, country, &w);
	json_out_object(j);
	json_out_key(j, "call");
	json_out_cstr(j, w.id);
	json_out_key(j, "caller");
	json_out_str(j, buf_slice(&w.caller));
	json_out_key(j, "caller_line");
	json_out_str(j, buf_slice(&w.line));
	json_out_key(j, "source");
	json_out_cstr(j, row->source[0] != '\0' ? row->source : "–");
	json_out_key(j, "number");
	json_out_cstr(j, w.number);
	json_out_key(j, "number_label");
	json_out_cstr(j, row->number_label);
	json_out_key(j, "state");
	json_out_cstr(j, w.state);
	json_out_key(j, "target");
	json_out_cstr(j, w.target);
	json_out_key(j, "step");
	json_out_cstr(j, row->step[0] != '\0' ? row->step : "–");
	json_out_key(j, "seconds");
	json_out_u64(j, w.s);
	json_out_end(j);
}

enum err page_now_json(const struct req *r, struct resp *out)
{
	struct db_report_company company;
	struct db_live_row *rows = NULL;
	struct json_out j;
	struct buf b;
	size_t n = 0;
	enum err e = read_rows(r, &company, &rows, &n);

	if (e != ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "calls");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++)
		row_json(r, &rows[i], company.country, &j);
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
