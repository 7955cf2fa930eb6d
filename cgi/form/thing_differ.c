#include "cgi/form/thing_differ.h"

#include "cgi/form/choice.h"
#include "cgi/form/thing.h"
#include "cgi/form/thing_do.h"

enum err thing_differ(const struct req *r, const struct fields *theirs,
    const struct fields *mine, struct view *v)
{
	const struct thing *t = r->data;
	struct fields words;
	const enum err e = thing_do_prepare(r, t, &words);

	view_list(v, "differ");
	for (size_t i = 0; e == ERR_OK && i < t->n_fields; i++) {
		const struct field *row = &t->fields[i];
		struct view *item;

		if (row->kind == FIELD_SECRET ||
		    slice_eq(theirs->value[i], mine->value[i]))
			continue;
		item = view_item(v, "differ");
		view_cstr(item, "d_label", row->label);
		view_slice(item, "d_theirs",
		    choice_shown(&words, row, theirs->value[i]));
		view_slice(item, "d_mine",
		    choice_shown(&words, row, mine->value[i]));
	}
	return e == ERR_OK ? words.e : e;
}
