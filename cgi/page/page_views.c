#include "cgi/page/page_views.h"

#include <string.h>

#include "cgi/web/route.h"
#include "lib/base/rnd.h"
#include "lib/db/db_view.h"

#define NAME_CHARS 64

static bool is_page(struct slice s)
{
	return slice_eq_cstr(s, "calls") || slice_eq_cstr(s, "forms") ||
	       slice_eq_cstr(s, "reports");
}

static void href(const char *page, struct slice query, struct view *item)
{
	char mem[DB_VIEW_QUERY_MAX + 32];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_char(&b, '/');
	buf_cstr(&b, page);
	buf_char(&b, '?');
	buf_put(&b, query);
	view_slice(item, "view_href", buf_slice(&b));
}

enum err page_views_view(const struct page_filter *p, const char *page,
    struct view *v)
{
	char mem[PAGE_FILTER_HREF_MAX];
	struct view_row *rows = NULL;
	struct buf b;
	size_t n = 0;
	enum err e;

	e = db_view_list(p->r->db, p->r->company, page, p->r->arena, &rows, &n);
	view_list(v, "views");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "views");
		char id[ID_TEXT_MAX];

		id_text(ID_KIND_view, rows[i].id.v, id);
		view_cstr(item, "view_id", id);
		view_cstr(item, "view_name", rows[i].name);
		href(page, rows[i].query, item);
	}
	buf_over(&b, mem, sizeof(mem));
	page_range_query(p->range, &b);
	page_filter_query(p, NULL, &b);
	view_cstr(v, "view_page", page);
	view_flag(v, "view_can",
	    p->r->role >= ROUTE_AGENT && buf_err(&b) == ERR_OK &&
		b.n <= DB_VIEW_QUERY_MAX);
	view_slice(v, "view_query", buf_slice(&b));
	return e;
}

static enum err back(struct resp *out, struct slice page, struct slice query)
{
	char mem[DB_VIEW_QUERY_MAX + 32];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_char(&b, '/');
	buf_put(&b, page);
	if (query.n > 0) {
		buf_char(&b, '?');
		buf_put(&b, query);
	}
	return resp_redirect(out, buf_slice(&b));
}

/* A query of our own making holds nothing that an address does not. */
static bool is_query(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '#' ||
		    s.p[i] == '\\' || s.p[i] == '"')
			return false;
	return s.n <= DB_VIEW_QUERY_MAX;
}

enum err page_views_add(const struct req *r, struct resp *out)
{
	struct view_row row = { .user = r->user };
	uint8_t dice[10];
	struct slice page, name;
	enum err e;

	if ((e = req_need(req_form(r, "page", &page))) != ERR_OK ||
	    (e = req_need(req_form_text(r, "name", 1, NAME_CHARS, &name))) !=
		ERR_OK ||
	    (e = req_need(req_form(r, "query", &row.query))) != ERR_OK)
		return e;
	if (!is_page(page) || !is_query(row.query) ||
	    !slice_to_cstr(page, row.page, sizeof(row.page)) ||
	    !slice_to_cstr(name, row.name, sizeof(row.name)))
		return ERR_RANGE;
	rnd_bytes(dice, sizeof(dice));
	id_make(r->now_us, dice, row.id.v);
	if ((e = db_view_add(r->db, r->company, &row, r->now_us)) != ERR_OK)
		return e;
	return back(out, page, row.query);
}

enum err page_views_drop(const struct req *r, struct resp *out)
{
	struct view_id id;
	struct slice page;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_view, id.v)) != ERR_OK ||
	    (e = req_need(req_form(r, "page", &page))) != ERR_OK)
		return e;
	if (!is_page(page))
		return ERR_RANGE;
	if ((e = db_view_drop(r->db, r->company, id)) != ERR_OK)
		return e;
	return back(out, page, SLICE(""));
}
