/* Any text as a template: it is refused, or it renders without a raw value. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cgi/tmpl/tmpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cannot stand in a template of the corpus: its marks are control bytes, which
 * every escaper replaces or writes as digits. */
static const char hostile[] = "\x02<\x03";

static void render(struct tmpl_set *set)
{
	struct tmpl_error why;
	struct arena arena;
	struct view *v;
	struct buf out;

	arena_init(&arena, 1 << 20);
	buf_init(&out, 1 << 20);
	v = view_new(&arena, "a.html");
	view_cstr(v, "x", hostile);
	view_u64(v, "n", 1);
	view_flag(v, "f", true);
	for (unsigned int i = 0; i < 2; i++)
		view_cstr(view_item(v, "s"), "y", hostile);
	if (tmpl_render(set, v, &out, &why) == ERR_OK)
		assert(slice_find_slice(buf_slice(&out), slice_from(hostile)) ==
		       out.n);
	buf_fini(&out);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice text = slice_of(data, size);
	struct tmpl_error why;
	struct tmpl_set *set;

	if (size > 65536 ||
	    slice_find_slice(text, slice_from(hostile)) != text.n)
		return 0;
	if (tmpl_set_new(&set) != ERR_OK)
		return 0;
	if (tmpl_set_add(set, SLICE("a.html"), text, &why) == ERR_OK &&
	    tmpl_set_link(set, &why) == ERR_OK)
		render(set);
	tmpl_set_free(set);
	return 0;
}
