#include <stdio.h>
#include <string.h>

#include "cgi/page/page_range.h"
#include "cgi/page/page_rerun.h"
#include "cgi/page/page_rerun_view.h"
#include "cgi/page/page_why.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/core/bp.h"

#define SOURCES_SHOWN 50
#define CALLS_SHOWN   100 /* of each sort */
#define REFRESH_S     "2"

/* --- counts -------------------------------------------------------------- */

static const char *credit_words(const char *by)
{
	if (strcmp(by, "visit") == 0)
		return "a visit";
	if (strcmp(by, "tracker") == 0)
		return "a tracker";
	return strcmp(by, "source") == 0 ? "a source" : "nothing";
}

static enum err moves_view(const struct req *r, const struct attrib_run *run,
    struct view *v)
{
	struct attrib_run_count *rows = NULL;
	size_t n = 0;
	const enum err e = db_attrib_run_counts(r->db, r->company, run->id,
	    "move", r->arena, &rows, &n);

	view_list(v, "moves");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "moves");

		view_cstr(item, "move_was", credit_words(rows[i].a));
		view_cstr(item, "move_is", credit_words(rows[i].b));
		view_flag(item, "move_same", strcmp(rows[i].a, rows[i].b) == 0);
		page_words_put_count(item, "move_calls", rows[i].now);
	}
	return e;
}

static void put_difference(struct view *v, uint64_t before, uint64_t now)
{
	char n[PAGE_WORDS_MAX], text[PAGE_WORDS_MAX + 4];

	page_words_count((int64_t)(now > before ? now - before : before - now),
	    n);
	(void)snprintf(text, sizeof(text), "%s%s",
	    now > before   ? "+"
	    : now < before ? "−"
			   : "",
	    n);
	view_cstr(v, "source_diff", text);
	view_flag(v, "source_same", now == before);
}

static void source_line(const struct attrib_run_count *c, const char *name,
    struct view *v)
{
	struct view *item = view_item(v, "sources");
	char words[2 * DB_NAME_BYTES + 32];
	struct buf b;

	buf_over(&b, words, sizeof(words));
	if (name != NULL)
		buf_cstr(&b, name);
	else
		page_words_source(c->a, c->b, &b);
	view_slice(item, "source_name", buf_slice(&b));
	view_cstr(item, "channel",
	    name != NULL ? "none" : page_words_channel("", c->a, c->b));
	page_words_put_count(item, "source_before", c->before);
	page_words_put_count(item, "source_now", c->now);
	put_difference(item, c->before, c->now);
}

static enum err sources_view(const struct req *r, const struct attrib_run *run,
    struct view *v)
{
	struct attrib_run_count *rows = NULL, *more = NULL, rest;
	size_t n = 0, n_more = 0;
	enum err e;

	memset(&rest, 0, sizeof(rest));
	view_list(v, "sources");
	e = db_attrib_run_counts(r->db, r->company, run->id, "source", r->arena,
	    &rows, &n);
	if (e == ERR_OK)
		e = db_attrib_run_counts(r->db, r->company, run->id, "others",
		    r->arena, &more, &n_more);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (i < SOURCES_SHOWN) {
			source_line(&rows[i], NULL, v);
			continue;
		}
		rest.before += rows[i].before;
		rest.now += rows[i].now;
	}
	for (size_t i = 0; e == ERR_OK && i < n_more; i++)
		if (strcmp(more[i].a, "source") == 0) {
			rest.before += more[i].before;
			rest.now += more[i].now;
		}
	if (e == ERR_OK && rest.before + rest.now > 0)
		source_line(&rest, "All others", v);
	return e;
}

/* By which laws the calls were judged before: the way back. */
static enum err laws_view(const struct req *r, struct tz *z,
    const struct attrib_run *run, struct view *v)
{
	char from[TZ_TEXT_MAX], to[TZ_TEXT_MAX], mem[24];
	struct attrib_run_count *rows = NULL;
	const char *most = "";
	struct buf b;
	size_t n = 0;
	const enum err e = db_attrib_run_counts(r->db, r->company, run->id,
	    "law", r->arena, &rows, &n);

	page_rerun_view_days(z, run, from, to);
	view_list(v, "laws");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "laws");

		view_flag(item, "law_any", rows[i].a[0] != '\0');
		view_flag(item, "law_own", strcmp(rows[i].a, "0") != 0);
		view_cstr(item, "law", rows[i].a);
		page_words_put_count(item, "law_calls", rows[i].before);
		view_flag(item, "law_one", rows[i].before == 1);
		view_flag(item, "law_more", i > 0);
		if (most[0] == '\0')
			most = rows[i].a;
	}
	view_flag(v, "any_back", most[0] != '\0');
	view_flag(v, "back_own", strcmp(most, "0") != 0);
	view_cstr(v, "back_law", most);
	view_cstr(v, "day_from", from);
	view_cstr(v, "day_to", to);
	buf_over(&b, mem, sizeof(mem));
	bp_put(run->threshold_bp, &b);
	view_slice(v, "min", buf_slice(&b));
	return e;
}

static enum err gone_view(const struct req *r, const struct attrib_run *run,
    struct view *v)
{
	struct attrib_run_count *rows = NULL;
	size_t n = 0;
	const enum err e = db_attrib_run_counts(r->db, r->company, run->id,
	    "gone", r->arena, &rows, &n);

	view_flag(v, "any_gone", e == ERR_OK && n > 0);
	page_words_put_count(v, "gone", e == ERR_OK && n > 0 ? rows[0].now : 0);
	view_flag(v, "gone_one", e == ERR_OK && n > 0 && rows[0].now == 1);
	return e;
}

/* --- calls --------------------------------------------------------------- */

static void put_credit(struct view *v, const char *key, const char *by,
    uint16_t bp, const char *source, const char *medium, const char *campaign)
{
	char mem[2 * DB_NAME_BYTES + DB_TEXT_BYTES + 64],
	    percent[BP_PERCENT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (strcmp(by, "nothing") == 0) {
		buf_cstr(&b, "Nothing");
	} else {
		page_words_source(source, medium, &b);
		if (campaign[0] != '\0') {
			buf_cstr(&b, " · ");
			buf_cstr(&b, campaign);
		}
		bp_percent(bp, percent);
		buf_cstr(&b, strcmp(by, "visit") == 0 ? ", a visit: "
						      : ", the source: ");
		buf_cstr(&b, percent);
		buf_cstr(&b, " %");
	}
	view_slice(v, key, buf_slice(&b));
}

static enum err calls_view(const struct req *r, struct tz *z,
    const struct attrib_run *run, bool moved, const char *list, struct view *v)
{
	const struct call_id all = { { 0 } };
	struct attrib_run_call *rows = NULL;
	char text[TZ_TEXT_MAX], id[ID_TEXT_MAX];
	size_t n = 0;
	const enum err e = db_attrib_run_calls(r->db, r->company, run->id,
	    moved, all, CALLS_SHOWN, r->arena, &rows, &n);

	view_list(v, list);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		const struct attrib_run_call *c = &rows[i];
		struct view *item = view_item(v, list);

		id_text(ID_KIND_call, c->call.v, id);
		view_cstr(item, "call", id);
		tz_text_short(z, c->started_us, r->now_us, text);
		view_cstr(item, "call_when", text);
		put_credit(item, "was", c->was, c->was_bp, c->was_source,
		    c->was_medium, c->was_campaign);
		put_credit(item, "is_now", c->is_now, c->now_bp, c->now_source,
		    c->now_medium, c->now_campaign);
	}
	return e;
}

/* --- the page ------------------------------------------------------------ */

static void head_view(const struct req *r, const struct attrib_run *run,
    struct view *v)
{
	const bool active = db_attrib_run_under_way(run);
	const bool may = r->role >= ROUTE_MANAGER;
	uint64_t part = 0;
	char text[PAGE_WORDS_MAX];

	if (run->calls > 0)
		part = run->looked < run->calls ? run->looked * 100 / run->calls
						: 100;
	view_u64(v, "part", part);
	page_words_put_count(v, "run_calls", run->calls);
	page_words_put_count(v, "visit_moved", run->visit_moved);
	page_words_put_count(v, "source_moved", run->source_moved);
	page_words_share((int64_t)run->moved, (int64_t)run->looked, text);
	view_cstr(v, "moved_share", text);
	page_words_put_count(v, "only_probability", run->changed - run->moved);
	view_flag(v, "only_one", run->changed - run->moved == 1);
	view_flag(v, "surer_cut", run->changed - run->moved > CALLS_SHOWN);
	view_flag(v, "moved_cut", run->moved > CALLS_SHOWN);
	view_flag(v, "changed_one", run->changed == 1);
	view_flag(v, "applies", run->applies);
	view_flag(v, "may_stop", may && active);
	view_flag(v, "may_apply",
	    may && !run->applies && strcmp(run->state, "done") == 0 &&
		run->changed > 0);
	view_flag(v, "may_undo", may && run->applies && !active);
	view_flag(v, "failed", strcmp(run->state, "failed") == 0);
	view_flag(v, "nothing_changes",
	    strcmp(run->state, "done") == 0 && run->changed == 0);
}

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct view *v = view_new(r->arena, "rerun.html");
	struct attrib_run_id id;
	struct attrib_run run;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_attrib_run, id.v)) != ERR_OK ||
	    (e = db_attrib_run_get(r->db, r->company, id, &run)) != ERR_OK ||
	    (e = frame_page(r, FRAME_ATTRIBUTION,
		 run.applies ? "Calls credited again" : "What would change",
		 SLICE(""), v)) != ERR_OK)
		return e;
	page_rerun_view(r, z, &run, v);
	head_view(r, &run, v);
	if ((e = moves_view(r, &run, v)) != ERR_OK ||
	    (e = sources_view(r, &run, v)) != ERR_OK ||
	    (e = laws_view(r, z, &run, v)) != ERR_OK ||
	    (e = gone_view(r, &run, v)) != ERR_OK ||
	    (e = calls_view(r, z, &run, true, "moved", v)) != ERR_OK ||
	    (e = calls_view(r, z, &run, false, "surer", v)) != ERR_OK)
		return e;
	if (db_attrib_run_under_way(&run))
		resp_header(out, "Refresh", SLICE(REFRESH_S));
	return resp_view(out, v);
}

enum err page_rerun_show(const struct req *r, struct resp *out)
{
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = show(r, z, out);
	tz_close(z);
	return e;
}
