#include "cgi/page/page_tags.h"

#include "cgi/web/find.h"
#include "lib/db/db_choice.h"

enum err page_tags(const struct req *r, struct view *v)
{
	struct db_choice_row *rows = NULL;
	size_t n = 0;
	const enum err e = db_choice_list(r->db, r->company, DB_CHOICE_TAG,
	    SLICE(""), FIND_MAX, r->arena, &rows, &n);

	view_list(v, "tag_names");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		view_cstr(view_item(v, "tag_names"), "known_tag", rows[i].name);
	return e;
}
