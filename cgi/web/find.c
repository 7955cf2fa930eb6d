#include "cgi/web/find.h"

#include <stdio.h>

#include "lib/base/utf8.h"
#include "lib/db/db_report_calls.h"

#define NAME_MAX_BYTES 64
#define SAYS_MAX       80

static enum err sent(const struct req *r, const char *name, struct slice *out)
{
	enum err e = req_form(r, name, out);

	if (e == ERR_NOTFOUND)
		e = req_query(r, name, out);
	if (e == ERR_NOTFOUND)
		*out = SLICE("");
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err find_read(const struct req *r, const char *name, struct find *out)
{
	struct slice text, found, button;
	char key[NAME_MAX_BYTES];
	enum err e;

	(void)snprintf(key, sizeof(key), "find_%s", name);
	if ((e = sent(r, key, &text)) != ERR_OK)
		return e;
	(void)snprintf(key, sizeof(key), "found_%s", name);
	if ((e = sent(r, key, &found)) != ERR_OK ||
	    (e = sent(r, "find", &button)) != ERR_OK)
		return e;
	*out = (struct find){ .text = utf8_head(slice_trim(text),
				  DB_REPORT_CALLS_SEARCH_MAX) };
	out->asked = slice_eq_cstr(button, name) || !slice_eq(out->text, found);
	return ERR_OK;
}

void find_count(struct find *f, size_t rows)
{
	f->more = rows > FIND_MAX;
	f->n = f->more ? FIND_MAX : rows;
}

bool find_is_shown(const struct find *f)
{
	return f != NULL && (f->more || f->text.n > 0);
}

void find_show(const struct find *f, const char *name, const char *label,
    struct view *v)
{
	char says[SAYS_MAX] = "";

	view_flag(v, "has_find", find_is_shown(f));
	view_flag(v, "find_now", f != NULL && f->asked && find_is_shown(f));
	if (!find_is_shown(f))
		return;
	if (f->text.n > 0 && f->n == 0)
		(void)snprintf(says, sizeof(says),
		    "Nothing has that in its name.");
	else if (f->more)
		(void)snprintf(says, sizeof(says), "The first %d%s.", FIND_MAX,
		    f->text.n > 0 ? " that fit" : "; others are found");
	else
		(void)snprintf(says, sizeof(says), "%zu fit%s.", f->n,
		    f->n == 1 ? "s" : "");
	view_cstr(v, "find_name", name);
	view_cstr(v, "find_label", label);
	view_slice(v, "find_text", f->text);
	view_cstr(v, "find_says", says);
}
