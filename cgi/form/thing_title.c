#include "cgi/form/thing_title.h"

#include "cgi/form/fields_choice.h"
#include "cgi/form/thing.h"
#include "cgi/web/frame.h"

#define TITLE_MAX 96 /* of a verb and a thing's word */

const char *thing_title(const struct req *r, const struct fields *f, bool fresh)
{
	const struct thing *t = r->data;
	const char *one = t->called != NULL ? t->called : t->one;
	const char *title = t->many;
	char text[TITLE_MAX];
	struct buf b;

	buf_over(&b, text, sizeof(text));
	buf_cstr(&b, fresh ? "Add " : "Change ");
	buf_cstr(&b, one);
	if (!t->single)
		title = arena_cstr(r->arena, buf_slice(&b));
	if (title == NULL)
		return t->many;
	if (!fresh && !t->single)
		title = frame_title(r, title,
		    fields_choice_label(f, f->rows[0].name, f->value[0]));
	return fields_good(f) ? title
			      : frame_title(r, "Not saved", slice_from(title));
}
