#include "cgi/api/api_trace.h"

#include <string.h>

#include "cgi/api/api_who.h"
#include "lib/core/taghealth.h"
#include "lib/db/db_report_call.h"

#define NONE UINT16_MAX /* of a step or branch */

struct text {
	const char *name;
	const char *value;
};

static void put_texts(struct json_out *j, const struct text *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_out_key(j, all[i].name);
		json_out_cstr(j, all[i].value);
	}
}

static void put_u64(struct json_out *j, const char *name, uint64_t v)
{
	json_out_key(j, name);
	json_out_u64(j, v);
}

static void put_time(struct json_out *j, const char *name, int64_t us)
{
	json_out_key(j, name);
	if (us == 0)
		json_out_null(j);
	else
		json_out_time_us(j, us);
}

/* null where there is none. */
static void put_place(struct json_out *j, const char *name, uint16_t v)
{
	json_out_key(j, name);
	if (v == NONE)
		json_out_null(j);
	else
		json_out_u64(j, v);
}

/* The call of the path, and that it is the company's. */
static enum err find(const struct req *r, struct db_report_call **call)
{
	struct call_id id;
	const enum err e = req_path_id(r, 0, ID_KIND_call, id.v);

	return e == ERR_OK
		   ? db_report_call(r->db, r->company, id, r->arena, call)
		   : e;
}

/* --- trace -----------------------------------------------------------------
 */

static void write_leg(const struct db_report_call_leg *l, struct json_out *j)
{
	const struct text texts[] = { { "destination", l->destination },
		{ "target", l->target }, { "reason", l->reason },
		{ "hangup_by", l->hangup_by }, { "codec", l->codec } };

	json_out_object(j);
	put_u64(j, "seq", l->seq);
	put_texts(j, texts, RT_ARRAY_LEN(texts));
	put_time(j, "started_at", l->started_us);
	put_time(j, "ringing_at", l->ringing_us);
	put_time(j, "early_media_at", l->early_us);
	put_time(j, "answered_at", l->answered_us);
	put_time(j, "ended_at", l->ended_us);
	put_u64(j, "sip_status", l->sip_status);
	put_u64(j, "cause", l->cause);
	put_u64(j, "packets_in", l->packets_in);
	put_u64(j, "packets_out", l->packets_out);
	put_u64(j, "packets_lost", l->packets_lost);
	put_u64(j, "packets_dropped", l->packets_dropped);
	put_u64(j, "jitter_us", l->jitter_us);
	put_u64(j, "rtt_us", l->rtt_us);
	json_out_end(j);
}

static void write_event(const struct db_report_call_event *v,
    struct json_out *j)
{
	json_out_object(j);
	put_u64(j, "seq", v->seq);
	json_out_key(j, "leg");
	if (v->has_leg)
		json_out_u64(j, v->leg);
	else
		json_out_null(j);
	json_out_key(j, "kind");
	json_out_cstr(j, v->kind);
	put_place(j, "step", v->step);
	put_place(j, "branch", v->branch);
	json_out_key(j, "value");
	json_out_i64(j, v->value);
	json_out_key(j, "detail");
	json_out_cstr(j, v->detail);
	put_time(j, "at", v->at_us);
	json_out_end(j);
}

static enum err write_trace(const struct db_report_call *c,
    const struct db_report_call_leg *legs, size_t n_legs,
    const struct db_report_call_event *events, size_t n, struct resp *out)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, RESP_BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "flow");
	json_out_cstr(&j, c->flow);
	put_u64(&j, "flow_version", c->flow_version);
	json_out_key(&j, "legs");
	json_out_array(&j);
	for (size_t i = 0; i < n_legs; i++)
		write_leg(&legs[i], &j);
	json_out_end(&j);
	json_out_key(&j, "events");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++)
		write_event(&events[i], &j);
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err api_trace(const struct req *r, struct resp *out)
{
	struct db_report_call_event *events = NULL;
	struct db_report_call_leg *legs = NULL;
	struct db_report_call *c = NULL;
	size_t n_legs = 0, n = 0;
	enum err e;

	if (!api_who_company(r, out, &e) || (e = find(r, &c)) != ERR_OK ||
	    (e = db_report_call_legs(r->db, r->company, c->id, r->arena, &legs,
		 &n_legs)) != ERR_OK ||
	    (e = db_report_call_events(r->db, r->company, c->id, r->arena,
		 &events, &n)) != ERR_OK)
		return e;
	return write_trace(c, legs, n_legs, events, n, out);
}

/* --- journey ---------------------------------------------------------------
 */

struct journey {
	struct db_report_call_visit *visit; /* NULL: none */
	struct db_report_call_page *pages;
	size_t n_pages;
	struct db_report_call_click *clicks;
	size_t n_clicks;
};

static enum err read_journey(const struct req *r,
    const struct db_report_call *c, struct journey *out)
{
	struct journey w = { .visit = NULL };
	enum err e;

	*out = w;
	if (id_is_nil(c->visit.v))
		return ERR_OK;
	e = db_report_call_visit(r->db, r->company, c->visit, r->arena,
	    &w.visit);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e; /* past its term */
	if ((e = db_report_call_pages(r->db, r->company, c->visit, r->arena,
		 &w.pages, &w.n_pages)) != ERR_OK ||
	    (e = db_report_call_clicks(r->db, r->company, c->visit, r->arena,
		 &w.clicks, &w.n_clicks)) != ERR_OK)
		return e;
	*out = w;
	return ERR_OK;
}

static void write_visit(const struct db_report_call_visit *v,
    struct json_out *j)
{
	const struct text texts[] = { { "site", v->site },
		{ "landing_url", v->landing_url }, { "referrer", v->referrer },
		{ "channel", v->channel }, { "source", v->source },
		{ "medium", v->medium }, { "campaign", v->campaign },
		{ "keyword", v->keyword }, { "utm_content", v->utm_content },
		{ "utm_id", v->utm_id }, { "click_kind", v->click_kind },
		{ "click_id", v->click_id }, { "campaign_id", v->campaign_id },
		{ "ad_group_id", v->ad_group_id }, { "ad_id", v->ad_id },
		{ "match_type", v->match_type }, { "network", v->network },
		{ "device", v->device }, { "browser_zone", v->browser_zone } };
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_visit, v->id.v, id);
	json_out_object(j);
	json_out_key(j, "id");
	json_out_cstr(j, id);
	put_time(j, "started_at", v->started_us);
	put_time(j, "seen_at", v->seen_us);
	put_time(j, "tel_clicked_at", v->tel_clicked_us);
	put_u64(j, "engaged_s", v->engaged_s);
	put_u64(j, "page_views", v->page_views);
	put_u64(j, "visits", v->visits);
	put_texts(j, texts, RT_ARRAY_LEN(texts));
	json_out_key(j, "causes");
	json_out_array(j);
	for (unsigned int i = 0; i < TAGHEALTH_KEPT_BITS; i++)
		if ((v->causes >> i & 1U) != 0 && taghealth_word(i) != NULL)
			json_out_cstr(j, taghealth_word(i));
	json_out_end(j);
	json_out_end(j);
}

static void write_page(const struct db_report_call_page *p, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "url");
	json_out_cstr(j, p->url);
	json_out_key(j, "title");
	json_out_cstr(j, p->title);
	put_time(j, "viewed_at", p->at_us);
	json_out_end(j);
}

static void write_click(const struct db_report_call_click *c,
    struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "kind");
	json_out_cstr(j, c->kind);
	json_out_key(j, "number");
	json_out_cstr(j, c->number);
	put_time(j, "at", c->at_us);
	json_out_end(j);
}

static enum err write_journey(const struct db_report_call *c,
    const struct journey *w, struct resp *out)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, RESP_BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "attributed_by");
	json_out_cstr(&j, c->attributed_by);
	put_u64(&j, "probability_bp", c->probability_bp);
	json_out_key(&j, "visit");
	if (w->visit == NULL)
		json_out_null(&j);
	else
		write_visit(w->visit, &j);
	json_out_key(&j, "page_views");
	json_out_array(&j);
	for (size_t i = 0; i < w->n_pages; i++)
		write_page(&w->pages[i], &j);
	json_out_end(&j);
	json_out_key(&j, "clicks");
	json_out_array(&j);
	for (size_t i = 0; i < w->n_clicks; i++)
		write_click(&w->clicks[i], &j);
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err api_trace_journey(const struct req *r, struct resp *out)
{
	struct db_report_call *c = NULL;
	struct journey w;
	enum err e;

	if (!api_who_company(r, out, &e) || (e = find(r, &c)) != ERR_OK ||
	    (e = read_journey(r, c, &w)) != ERR_OK)
		return e;
	return write_journey(c, &w, out);
}
