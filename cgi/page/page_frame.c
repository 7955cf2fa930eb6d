#include "cgi/page/page_frame.h"

#include "cgi/web/resp.h"
#include "lib/db/db_report.h"

static enum err companies(const struct req *r, struct view *v)
{
	struct db_report_member *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_report_members(r->db, r->user, r->arena, &rows, &n);

	view_list(v, "companies");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "companies");
		char key[ID_TEXT_MAX];

		id_text(ID_KIND_company, rows[i].id.v, key);
		view_cstr(item, "company_key", key);
		view_cstr(item, "company_label", rows[i].name);
		view_flag(item, "company_on",
		    id_eq(rows[i].id.v, r->company.v));
	}
	return e;
}

enum err page_frame(const struct req *r, enum page_frame_place place,
    const char *title, struct slice search, struct view *v)
{
	struct db_report_live live;
	enum err e;

	if ((e = companies(r, v)) != ERR_OK ||
	    (e = db_report_live(r->db, r->company, r->now_us, &live)) != ERR_OK)
		return e;
	view_cstr(v, "title", title);
	view_slice(v, "search_text", search);
	view_slice(v, "company_zone", r->company_zone);
	view_flag(v, "in_overview", place == PAGE_FRAME_OVERVIEW);
	view_flag(v, "in_calls", place == PAGE_FRAME_CALLS);
	view_u64(v, "live_n", live.live);
	view_flag(v, "live_on", live.live > 0);
	view_i64(v, "loaded_us", r->now_us);
	return ERR_OK;
}

bool page_frame_company(const struct req *r, struct resp *out, enum err *e)
{
	if (!id_is_nil(r->company.v))
		return true;
	*e = resp_problem(out, 403,
	    "You are not a member of any company yet. Ask the owner of this"
	    " installation to add you to one.");
	return false;
}
