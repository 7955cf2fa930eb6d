#include "cgi/page/page_bulk.h"

#include <string.h>

#include "cgi/web/route.h"
#include "lib/db/db_mark.h"

enum err page_bulk_view(const struct page_filter *p, const char *one,
    const char *many, struct view *v)
{
	struct outcome_row *rows = NULL;
	bool spam = false;
	size_t n = 0;
	const enum err e =
	    db_mark_outcomes(p->r->db, p->r->company, p->r->arena, &rows, &n);

	view_flag(v, "can_mark", p->r->role >= ROUTE_AGENT);
	page_filter_href(p, NULL, SLICE(""), v, "here");
	view_cstr(v, "bulk_one", one);
	view_cstr(v, "bulk_many", many);
	view_list(v, "outcomes");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "outcomes");

		view_cstr(item, "outcome_code", rows[i].code);
		view_cstr(item, "outcome_name", rows[i].name);
		spam = spam || strcmp(rows[i].code, "spam") == 0;
	}
	view_flag(v, "bulk_spam", spam);
	return e;
}
