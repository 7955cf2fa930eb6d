#include "cgi/web/wrong.h"

#include "cgi/web/frame.h"
#include "lib/text/esc.h"

#define HREF_MAX ((size_t)3 * REQ_QUERY_MAX)

bool wrong_may(const struct req *r, const struct resp *out, enum err e)
{
	return (e == ERR_SYNTAX || e == ERR_RANGE) && out->page &&
	       r->method == REQ_GET && r->signed_in &&
	       !id_is_nil(r->company.v) && r->wrong != NULL &&
	       r->wrong->name != NULL;
}

/* The same address but for the parameter; what stood in it. */
static void others_view(const struct req *r, struct view *v)
{
	struct slice value = SLICE("");
	struct buf href;
	bool sent = r->odd.p != NULL; /* it is not among the others */

	buf_init(&href, HREF_MAX);
	buf_put(&href, r->path);
	view_list(v, "others");
	for (const struct req_param *p = r->query; p != NULL; p = p->next) {
		struct view *item;

		if (slice_eq_cstr(p->name, r->wrong->name)) {
			value = p->value;
			sent = true;
			continue;
		}
		if (p->value.n == 0)
			continue;
		buf_char(&href, href.n == r->path.n ? '?' : '&');
		esc_url(p->name, &href);
		buf_char(&href, '=');
		esc_url(p->value, &href);
		item = view_item(v, "others");
		view_slice(item, "other_name", p->name);
		view_slice(item, "other_value", p->value);
	}
	view_flag(v, "sent", sent);
	view_slice(v, "wrong_value", value);
	view_slice(v, "without",
	    buf_err(&href) == ERR_OK ? buf_slice(&href) : r->path);
	buf_fini(&href);
}

enum err wrong_page(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "wrong.html");
	const enum err e = frame_page(r, frame_place_of(r->path),
	    "Not understood", SLICE(""), v);

	if (e != ERR_OK)
		return e;
	view_cstr(v, "wrong_name", r->wrong->name);
	view_cstr(v, "may_be", r->wrong->may_be);
	others_view(r, v);
	resp_status(out, 400);
	return resp_view(out, v);
}
