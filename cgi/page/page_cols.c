#include "cgi/page/page_cols.h"

#define NAMES_MAX 120

const struct page_cols page_cols_calls = {
	.n = 7,
	.usual = 3u, /* number and outcome */
	.col = {
	    { "number", "Number", "col_number" },
	    { "outcome", "Outcome", "col_outcome" },
	    { "verdict", "Verdict", "col_verdict" },
	    { "tags", "Tags", "col_tags" },
	    { "value", "Value", "col_value" },
	    { "destination", "Answering side", "col_destination" },
	    { "location", "Location", "col_location" },
	},
};

const struct page_cols page_cols_forms = {
	.n = 6,
	.usual = 15u, /* all but keyword and note */
	.col = {
	    { "form", "Form", "col_form" },
	    { "outcome", "Outcome", "col_outcome" },
	    { "tags", "Tags", "col_tags" },
	    { "value", "Value", "col_value" },
	    { "keyword", "Keyword", "col_keyword" },
	    { "note", "Note", "col_note" },
	},
};

static bool bit_of(const struct page_cols *set, struct slice name,
    unsigned int *bit)
{
	for (size_t i = 0; i < set->n; i++)
		if (slice_eq_cstr(name, set->col[i].name)) {
			*bit = 1u << i;
			return true;
		}
	return false;
}

bool page_cols_on(const struct page_cols *set, const char *name,
    unsigned int bits)
{
	unsigned int bit = 0;

	return bit_of(set, slice_from(name), &bit) && (bits & bit) != 0;
}

/* "number,outcome" */
static void put_names(const struct page_cols *set, unsigned int bits,
    struct buf *b)
{
	const char *between = "";

	for (size_t i = 0; i < set->n; i++)
		if ((bits & (1u << i)) != 0) {
			buf_cstr(b, between);
			buf_cstr(b, set->col[i].name);
			between = ",";
		}
}

static enum err wrong_cols(const struct page_filter *p,
    const struct page_cols *set)
{
	char mem[2 * NAMES_MAX];
	struct slice text;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "none, or some of these with commas between: ");
	put_names(set, ~0u, &b);
	buf_char(&b, '\0');
	return req_wrong(p->r, "cols",
	    arena_copy(p->r->arena, buf_slice(&b), &text) ? text.p : "columns");
}

enum err page_cols_read(const struct page_filter *p,
    const struct page_cols *set, unsigned int *bits)
{
	struct slice text = page_filter_value(p, "cols");
	unsigned int all = 0, bit;
	bool more = !slice_eq_cstr(text, "none");

	if (text.n == 0) {
		*bits = set->usual;
		return ERR_OK;
	}
	while (more) {
		struct slice name;

		more = slice_cut(&text, ',', &name);
		if (!bit_of(set, name, &bit))
			return wrong_cols(p, set);
		all |= bit;
	}
	*bits = all;
	return ERR_OK;
}

/* "&cols=…" for these columns. */
static void names(const struct page_cols *set, unsigned int bits, struct buf *b)
{
	char mem[NAMES_MAX];
	struct buf list;

	buf_over(&list, mem, sizeof(mem));
	put_names(set, bits, &list);
	page_filter_param(b, "cols",
	    bits == 0 ? SLICE("none") : buf_slice(&list));
}

/* Each column of the menu is a link that turns it on or off. */
void page_cols_view(const struct page_cols *set, const struct page_filter *p,
    unsigned int bits, struct view *v)
{
	view_list(v, "cols");
	for (size_t i = 0; i < set->n; i++) {
		struct view *item = view_item(v, "cols");
		const bool on = (bits & (1u << i)) != 0;
		char mem[3 * NAMES_MAX];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		names(set, bits ^ (1u << i), &b);
		page_filter_href(p, "cols", buf_slice(&b), item, "col_href");
		view_flag(v, set->col[i].flag, on);
		view_cstr(item, "col_label", set->col[i].label);
		view_flag(item, "col_on", on);
	}
}
