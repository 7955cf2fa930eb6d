#include "cgi/page/page_forms.h"

#include "cgi/page/page_range.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "lib/base/clk.h"
#include "lib/base/scan.h"
#include "lib/db/db_form.h"
#include "lib/db/db_report.h"
#include "lib/json/json_in.h"
#include "lib/phone/phone.h"

#define PAGE_ROWS  50
#define FIELDS_MAX 60
#define LINE_BYTES 2200

/* Microseconds, a dash, an id of a form; the newest when it is missing. */
static enum err read_key(const struct req *r, int64_t *us, struct form_id *id)
{
	struct slice s;
	enum err e = req_query(r, "before", &s);

	*us = r->now_us + RT_DAY_US;
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK || (e = scan_i64(&s, us)) != ERR_OK ||
	    (e = scan_byte(&s, '-')) != ERR_OK ||
	    (e = id_parse(ID_KIND_form, s, id->v)) != ERR_OK)
		return e;
	return *us < 0 || *us > INT64_C(253402300799) * RT_SEC_US ? ERR_RANGE
								  : ERR_OK;
}

static void field(const struct json_node *pair, struct view *item)
{
	struct slice name, value;
	struct view *line;

	if (json_in_text(json_in_at(pair, 0), DB_FORM_FIELDS_MAX, &name) !=
		ERR_OK ||
	    json_in_text(json_in_at(pair, 1), DB_FORM_FIELDS_MAX, &value) !=
		ERR_OK)
		return;
	line = view_item(item, "fields");
	view_slice(line, "field_name", name);
	view_slice(line, "field_value", value);
}

/* Fields that cannot be read are none. */
static void fields(struct slice json, struct view *item)
{
	struct json_in *in = NULL;
	size_t n;

	view_list(item, "fields");
	if (json_in_parse(json, DB_FORM_FIELDS_MAX, 3, &in, NULL) != ERR_OK)
		return;
	n = json_in_count(json_in_root(in));
	for (size_t i = 0; i < n && i < FIELDS_MAX; i++)
		field(json_in_at(json_in_root(in), i), item);
	json_in_free(in);
}

static void times(int64_t us, int64_t now_us, struct tz *z, struct view *item)
{
	char text[TZ_TEXT_MAX], iso[CLK_RFC3339_MAX];

	tz_text_short(z, us, now_us, text);
	view_cstr(item, "when", text);
	tz_text_long(z, us, text);
	view_cstr(item, "when_long", text);
	clk_rfc3339(us, iso);
	view_cstr(item, "when_iso", iso);
}

static void form_view(const struct req *r, const struct form_log_row *row,
    const char *country, struct tz *z, struct view *v)
{
	const struct form_row *f = &row->form;
	struct view *item = view_item(v, "forms");
	char number[PHONE_TEXT_MAX], mem[LINE_BYTES], id[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_form, f->id.v, id);
	view_cstr(item, "form", id);
	times(f->submitted_us, r->now_us, z, item);
	view_slice(item, "who",
	    f->contact_name.n > 0    ? f->contact_name
	    : f->contact_email.n > 0 ? f->contact_email
				     : SLICE("No name"));
	view_slice(item, "email",
	    f->contact_name.n > 0 ? f->contact_email : SLICE(""));
	phone_show(slice_from(f->contact_e164), country, number);
	view_cstr(item, "phone", f->contact_e164[0] != '\0' ? number : "");
	view_slice(item, "form_name", f->form_name);
	view_slice(item, "page_url", f->page_url);
	buf_over(&b, mem, sizeof(mem));
	page_words_source(row->source, row->medium, &b);
	view_slice(item, "source_line", buf_slice(&b));
	view_cstr(item, "channel",
	    page_words_channel("", row->source, row->medium));
	view_cstr(item, "campaign_line", row->campaign);
	fields(f->fields, item);
}

static void pager(const struct form_log_row *rows, size_t n, struct view *v)
{
	char mem[80], id[ID_TEXT_MAX];
	struct buf b;

	view_flag(v, "older", n == PAGE_ROWS);
	if (n == 0)
		return;
	id_text(ID_KIND_form, rows[n - 1].form.id.v, id);
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "/forms?before=%lld-%s",
	    (long long)rows[n - 1].form.submitted_us, id);
	view_slice(v, "older_href", buf_slice(&b));
}

static enum err fill(const struct req *r, struct tz *z, struct view *v)
{
	struct db_report_company company;
	struct form_log_row *rows = NULL;
	struct form_id before = { { 0 } };
	int64_t before_us;
	size_t n = 0;
	enum err e;

	if ((e = read_key(r, &before_us, &before)) != ERR_OK ||
	    (e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = db_form_page(r->db, r->company, before_us, before, PAGE_ROWS,
		 r->arena, &rows, &n)) != ERR_OK)
		return e;
	view_list(v, "forms");
	for (size_t i = 0; i < n; i++)
		form_view(r, &rows[i], company.country, z, v);
	pager(rows, n, v);
	return ERR_OK;
}

enum err page_forms(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "form_log.html");
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	if ((e = frame_page(r, FRAME_CALLS, "Forms", SLICE(""), v)) == ERR_OK)
		e = fill(r, z, v);
	tz_close(z);
	return e == ERR_OK ? resp_view(out, v) : e;
}
