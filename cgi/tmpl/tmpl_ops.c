#include "cgi/tmpl/tmpl_ops.h"

#include <string.h>

const struct tmpl_file *tmpl_ops_find(const struct tmpl_set *set,
    struct slice name)
{
	for (size_t i = 0; i < set->n; i++) {
		if (slice_eq_cstr(name, set->files[i].name))
			return &set->files[i];
	}
	return NULL;
}

enum err tmpl_ops_blame(struct tmpl_error *why, enum err e,
    const struct tmpl_file *f, unsigned int line, const char *what,
    struct slice about)
{
	struct buf b;

	*why = (struct tmpl_error){ .line = line };
	memcpy(why->file, f->name, sizeof(why->file));
	/* The last byte stays the NUL. */
	buf_over(&b, why->what, sizeof(why->what) - 1);
	buf_cstr(&b, what);
	if (about.n > 0) {
		buf_cstr(&b, ": ");
		buf_put(&b, slice_head(about, 60));
	}
	return e;
}
