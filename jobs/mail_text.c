#include "jobs/mail_text.h"

static const struct {
	struct slice entity;
	char c;
} entities[] = {
	{ SLICE_INIT("&amp;"), '&' },
	{ SLICE_INIT("&lt;"), '<' },
	{ SLICE_INIT("&gt;"), '>' },
	{ SLICE_INIT("&quot;"), '"' },
	{ SLICE_INIT("&#34;"), '"' },
	{ SLICE_INIT("&#39;"), '\'' },
};

struct writer {
	struct buf *out;
	size_t start;      /* where our text begins */
	struct slice href; /* of the link we are in */
	bool blank;        /* a blank waits */
	bool skip;         /* in the head */
};

/* One character in front of s, entities decoded; takes it. */
static char take_char(struct slice *s)
{
	char c;

	for (size_t i = 0; i < RT_ARRAY_LEN(entities); i++) {
		if (slice_starts(*s, entities[i].entity)) {
			*s = slice_skip(*s, entities[i].entity.n);
			return entities[i].c;
		}
	}
	c = s->p[0];
	*s = slice_skip(*s, 1);
	return c;
}

static void put(struct writer *w, char c)
{
	if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
		w->blank = true;
		return;
	}
	if (w->blank && w->out->n > w->start &&
	    w->out->p[w->out->n - 1] != '\n')
		buf_char(w->out, ' ');
	w->blank = false;
	buf_char(w->out, c);
}

static void line(struct writer *w)
{
	w->blank = false;
	if (w->out->n > w->start && w->out->p[w->out->n - 1] != '\n')
		buf_char(w->out, '\n');
}

static void put_href(struct writer *w)
{
	struct slice s = w->href;

	if (s.n == 0)
		return;
	buf_cstr(w->out, " (");
	while (s.n > 0)
		buf_char(w->out, take_char(&s));
	buf_char(w->out, ')');
	w->href = SLICE("");
}

static struct slice href_of(struct slice tag)
{
	const struct slice name = SLICE("href=\"");
	const size_t at = slice_find_slice(tag, name);

	tag = slice_skip(tag, at == tag.n ? tag.n : at + name.n);
	return slice_head(tag, slice_find(tag, '"', 0));
}

/* What stands between < and >. */
static void take_tag(struct writer *w, struct slice tag)
{
	static const char *const blocks[] = { "p", "/p", "h1", "/h1", "/tr",
		"/table", "hr", "li", "/li", "br" };
	const struct slice name = slice_head(tag, slice_find(tag, ' ', 0));

	if (slice_eq_cstr(name, "head") || slice_eq_cstr(name, "/head"))
		w->skip = name.p[0] != '/';
	if (slice_eq_cstr(name, "a"))
		w->href = href_of(tag);
	if (slice_eq_cstr(name, "/a"))
		put_href(w);
	if (slice_eq_cstr(name, "/td"))
		buf_cstr(w->out, "  ");
	for (size_t i = 0; i < RT_ARRAY_LEN(blocks); i++)
		if (slice_eq_cstr(name, blocks[i]))
			line(w);
	if (slice_eq_cstr(name, "/p") || slice_eq_cstr(name, "/h1") ||
	    slice_eq_cstr(name, "/table"))
		buf_char(w->out, '\n');
}

void mail_text(struct slice html, struct buf *out)
{
	struct writer w = { .out = out, .start = out->n, .href = SLICE("") };

	while (html.n > 0) {
		size_t end;

		if (html.p[0] != '<') {
			const char c = take_char(&html);

			if (!w.skip)
				put(&w, c);
			continue;
		}
		end = slice_find(html, '>', 0);
		take_tag(&w, slice_skip(slice_head(html, end), 1));
		html = slice_skip(html, end + 1);
	}
}
