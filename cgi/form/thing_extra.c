#include "cgi/form/thing_extra.h"

struct view *thing_extra(struct view *v, const char *id, const char *title,
    const char *text)
{
	struct view *x = view_item(v, "extra");

	view_cstr(x, "x_id", id);
	view_cstr(x, "x_title", title);
	view_cstr(x, "x_text", text);
	view_list(x, "x_tag");
	view_list(x, "x_pasted");
	view_list(x, "x_link");
	view_list(x, "x_button");
	return x;
}

void thing_extra_tag(struct view *x, const char *public_url, const char *key)
{
	struct view *item = view_item(x, "x_tag");

	view_cstr(item, "tag_url", public_url);
	view_cstr(item, "tag_key", key);
}

void thing_extra_text(struct view *x, const char *where, const char *text)
{
	struct view *item = view_item(x, "x_pasted");

	view_cstr(item, "paste_where", where);
	view_cstr(item, "paste_text", text);
}

void thing_extra_link(struct view *x, const char *to, const char *word)
{
	struct view *item = view_item(x, "x_link");

	view_cstr(item, "link", to);
	view_cstr(item, "link_name", word);
}

void thing_extra_button(struct view *x, const char *to, const char *word)
{
	struct view *item = view_item(x, "x_button");

	view_cstr(item, "button_to", to);
	view_cstr(item, "button_name", word);
}
