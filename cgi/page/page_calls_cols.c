#include "cgi/page/page_calls_cols.h"

#define USUAL         3u /* number and outcome */
#define PAGE_COLS_MAX 120

static const struct {
	const char *name;
	const char *label;
	const char *flag;
} cols[] = {
	{ "number", "Number", "col_number" },
	{ "outcome", "Outcome", "col_outcome" },
	{ "verdict", "Verdict", "col_verdict" },
	{ "tags", "Tags", "col_tags" },
	{ "value", "Value", "col_value" },
	{ "destination", "Answering side", "col_destination" },
	{ "location", "Location", "col_location" },
};

static bool bit_of(struct slice name, unsigned int *bit)
{
	for (unsigned int i = 0; i < RT_ARRAY_LEN(cols); i++)
		if (slice_eq_cstr(name, cols[i].name)) {
			*bit = 1u << i;
			return true;
		}
	return false;
}

bool page_calls_cols_on(const char *name, unsigned int bits)
{
	unsigned int bit = 0;

	return bit_of(slice_from(name), &bit) && (bits & bit) != 0;
}

enum err page_calls_cols_read(struct slice text, unsigned int *bits)
{
	unsigned int all = 0, bit;
	bool more = !slice_eq_cstr(text, "none");

	if (text.n == 0) {
		*bits = USUAL;
		return ERR_OK;
	}
	while (more) {
		struct slice name;

		more = slice_cut(&text, ',', &name);
		if (!bit_of(name, &bit))
			return ERR_RANGE;
		all |= bit;
	}
	*bits = all;
	return ERR_OK;
}

/* "&cols=…" for these columns. */
static void names(unsigned int bits, struct buf *b)
{
	char mem[PAGE_COLS_MAX];
	struct buf list;

	buf_over(&list, mem, sizeof(mem));
	for (unsigned int i = 0; i < RT_ARRAY_LEN(cols); i++)
		if ((bits & (1u << i)) != 0) {
			if (list.n > 0)
				buf_char(&list, ',');
			buf_cstr(&list, cols[i].name);
		}
	page_filter_param(b, "cols",
	    bits == 0 ? SLICE("none") : buf_slice(&list));
}

/* Each column of the menu is a link that turns it on or off. */
void page_calls_cols_view(const struct page_filter *p, unsigned int bits,
    struct view *v)
{
	view_list(v, "cols");
	for (unsigned int i = 0; i < RT_ARRAY_LEN(cols); i++) {
		struct view *item = view_item(v, "cols");
		const bool on = (bits & (1u << i)) != 0;
		char mem[3 * PAGE_COLS_MAX];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		names(bits ^ (1u << i), &b);
		page_filter_href(p, "cols", buf_slice(&b), item, "col_href");
		view_flag(v, cols[i].flag, on);
		view_cstr(item, "col_label", cols[i].label);
		view_flag(item, "col_on", on);
	}
}
