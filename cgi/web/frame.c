#include "cgi/web/frame.h"

#include <string.h>

#include "cgi/web/route.h"
#include "lib/db/db_logo.h"
#include "lib/db/db_report.h"

#define MANY 8  /* companies: then a search in their menu */
#define MENU 12 /* companies in the menu: favourites, then by name */

/* Places in the order of the side bar. */
static const struct {
	const char *path; /* one segment, "" the overview */
	const char *icon;
	const char *label;
	enum route_role role; /* least right that sees it */
} places[FRAME_PLACE_COUNT] = {
	[FRAME_OVERVIEW] = { "", "overview", "Overview", ROUTE_READ_ONLY },
	[FRAME_COMPANIES] = { "companies", "companies", "Companies",
	    ROUTE_READ_ONLY },
	[FRAME_CALLS] = { "calls", "calls", "Calls", ROUTE_READ_ONLY },
	[FRAME_LIVE] = { "live", "live", "Live", ROUTE_READ_ONLY },
	[FRAME_REPORTS] = { "reports", "reports", "Reports", ROUTE_READ_ONLY },
	[FRAME_VISITORS] = { "visitors", "people", "Visitors",
	    ROUTE_READ_ONLY },
	[FRAME_FLOWS] = { "flows", "flows", "Flows", ROUTE_MANAGER },
	[FRAME_POOLS] = { "pools", "pool", "Pools", ROUTE_READ_ONLY },
	[FRAME_SITES] = { "sites", "site", "Sites", ROUTE_READ_ONLY },
	[FRAME_ATTRIBUTION] = { "attribution", "scales", "Attribution",
	    ROUTE_READ_ONLY },
	[FRAME_SETTINGS] = { "settings", "settings", "Settings",
	    ROUTE_MANAGER },
};

enum frame_place frame_place_of(struct slice path)
{
	struct slice rest = slice_skip(path, 1), first;

	(void)slice_cut(&rest, '/', &first);
	first = slice_head(first, slice_find(first, '.', 0));
	for (size_t i = 0; i < FRAME_PLACE_COUNT; i++)
		if (slice_eq_cstr(first, places[i].path))
			return (enum frame_place)i;
	return FRAME_PLACE_COUNT;
}

static void nav(const struct req *r, enum frame_place here, bool several,
    struct view *v)
{
	view_list(v, "nav");
	for (size_t i = 0; i < FRAME_PLACE_COUNT; i++) {
		struct view *item;

		if (r->role < (int)places[i].role ||
		    (i == FRAME_COMPANIES && !several))
			continue;
		item = view_item(v, "nav");
		view_cstr(item, "nav_path", places[i].path);
		view_cstr(item, "nav_icon", places[i].icon);
		view_cstr(item, "nav_label", places[i].label);
		view_flag(item, "nav_on", i == (size_t)here);
	}
}

static enum err companies(const struct req *r, bool *several, struct view *v)
{
	struct db_report_member *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_report_members(r->db, r->user, r->arena, &rows, &n);

	*several = n > 1;
	view_flag(v, "several_companies", n > 1);
	view_flag(v, "many_companies", n > MANY);
	view_list(v, "companies");
	view_flag(v, "more_companies", n > MENU);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item;
		char key[ID_TEXT_MAX];

		if (i >= MENU && !id_eq(rows[i].id.v, r->company.v))
			continue;
		item = view_item(v, "companies");
		id_text(ID_KIND_company, rows[i].id.v, key);
		view_cstr(item, "company_key", key);
		view_cstr(item, "company_label", rows[i].name);
		view_flag(item, "company_on",
		    id_eq(rows[i].id.v, r->company.v));
	}
	return e;
}

/* The client's sign: beside the pages, and above what is printed. */
static enum err client(const struct req *r, struct view *v)
{
	char key[ID_TEXT_MAX];
	bool has = false;
	const enum err e = db_logo_has(r->db, r->company, &has);

	id_text(ID_KIND_company, r->company.v, key);
	view_flag(v, "client_logo", e == ERR_OK && has);
	view_cstr(v, "client_key", key);
	return e;
}

const char *frame_title(const struct req *r, const char *what,
    struct slice name)
{
	const size_t n = strlen(what) + 2 + name.n;
	char *mem = name.n == 0 ? NULL : arena_alloc(r->arena, n + 1);
	struct buf b;

	if (mem == NULL)
		return what;
	buf_over(&b, mem, n);
	buf_cstr(&b, what);
	buf_cstr(&b, ": ");
	buf_put(&b, name);
	mem[b.n] = '\0';
	return mem;
}

enum err frame_page(const struct req *r, enum frame_place place,
    const char *title, struct slice search, struct view *v)
{
	struct db_report_live live;
	bool several = false;
	enum err e;

	if ((e = companies(r, &several, v)) != ERR_OK ||
	    (e = client(r, v)) != ERR_OK ||
	    (e = db_report_live(r->db, r->company, r->now_us, &live)) != ERR_OK)
		return e;
	view_cstr(v, "title", title);
	view_slice(v, "search_text", search);
	view_slice(v, "company_zone", r->company_zone);
	nav(r, place, several, v);
	view_u64(v, "live_n", live.live);
	view_flag(v, "live_on", live.live > 0);
	view_i64(v, "loaded_us", r->now_us);
	return ERR_OK;
}

bool frame_company(const struct req *r, struct resp *out, enum err *e)
{
	if (!id_is_nil(r->company.v))
		return true;
	out->leave = true;
	*e = resp_problem(out, 403,
	    "You are not a member of any company yet. Ask the owner of this"
	    " installation to add you to one.");
	return false;
}
