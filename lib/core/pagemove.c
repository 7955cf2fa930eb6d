#include "lib/core/pagemove.h"

#include "lib/base/scan.h"
#include "lib/core/htmltag.h"

static bool is_word(char c)
{
	return scan_is_alnum(c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

/* Takes a word that stands there whole. */
static bool take_word(struct slice *s, const char *word)
{
	const struct slice w = slice_from(word);
	const struct slice rest = slice_skip(*s, w.n);

	if (!slice_starts(*s, w) || (rest.n > 0 && is_word(rest.p[0])))
		return false;
	*s = htmltag_skip_blanks(rest);
	return true;
}

static bool take_char(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = htmltag_skip_blanks(slice_skip(*s, 1));
	return true;
}

/* A text in quotes, without anything that is written as something else. */
static bool take_text(struct slice *s, struct slice *text)
{
	const char quote = s->n > 0 ? s->p[0] : '\0';
	size_t n = 1;

	if (quote != '"' && quote != '\'' && quote != '`')
		return false;
	while (n < s->n && s->p[n] != quote)
		if (s->p[n] == '\\' || s->p[n] == '\n' || s->p[n++] == '$')
			return false;
	if (n >= s->n)
		return false;
	*text = slice_head(slice_skip(*s, 1), n - 1);
	*s = htmltag_skip_blanks(slice_skip(*s, n + 1));
	return true;
}

/* [window.]location; of the window it is in, or the one around. */
static bool take_location(struct slice *s)
{
	static const char *const owners[] = { "window", "document", "self",
		"top", "parent", "globalThis" };

	for (size_t i = 0; i < RT_ARRAY_LEN(owners); i++)
		if (take_word(s, owners[i]) && !take_char(s, '.'))
			return false;
	return take_word(s, "location");
}

/* The statement that begins here. */
static struct pagemove statement(struct slice s)
{
	const struct pagemove none = { SLICE(""), false };
	struct pagemove m = none;
	bool call = false;

	if (!take_location(&s))
		return none;
	if (take_char(&s, '.') && !take_word(&s, "href")) {
		call = take_word(&s, "replace") || take_word(&s, "assign");
		if (!call)
			return none;
	}
	if (!take_char(&s, call ? '(' : '=') || !take_text(&s, &m.to))
		return none;
	if (take_char(&s, '+')) {
		if (!take_location(&s) || !take_char(&s, '.') ||
		    !take_word(&s, "search"))
			return none;
		m.keeps_query = true;
	}
	if (call && !take_char(&s, ')'))
		return none;
	/* Anything else would go on with it. */
	return s.n == 0 || is_word(s.p[0]) || s.p[0] == ';' || s.p[0] == '}'
		   ? m
		   : none;
}

/* Behind a text in quotes, or a comment, that begins at i. */
static size_t behind(struct slice s, size_t i)
{
	const char c = s.p[i];

	if (c == '/' && i + 1 < s.n && s.p[i + 1] == '/')
		return slice_find(s, '\n', i);
	if (c == '/' && i + 1 < s.n && s.p[i + 1] == '*') {
		for (i += 2; i + 1 < s.n; i++)
			if (s.p[i] == '*' && s.p[i + 1] == '/')
				return i + 2;
		return s.n;
	}
	if (c != '"' && c != '\'' && c != '`')
		return i;
	for (i++; i < s.n && s.p[i] != c; i++)
		i += s.p[i] == '\\';
	return i < s.n ? i + 1 : s.n;
}

/* Statements begin at the start, behind ";" and behind "}", where no bracket
 * is open. */
static struct pagemove script(struct slice s)
{
	size_t open = 0;
	bool begins = true;

	for (size_t i = 0; i < s.n; i++) {
		const size_t on = behind(s, i);
		const char c = s.p[i];

		if (on > i) {
			begins = begins && c == '/';
			i = on - 1;
			continue;
		}
		if (htmltag_is_blank(c))
			continue;
		if (begins && open == 0) {
			const struct pagemove m = statement(slice_skip(s, i));

			if (m.to.n > 0)
				return m;
		}
		open += c == '{' || c == '(' || c == '[';
		open -= open > 0 && (c == '}' || c == ')' || c == ']');
		begins = c == ';' || c == '}';
	}
	return (struct pagemove){ SLICE(""), false };
}

/* Is it a program of the page itself, and no data? */
static bool is_program(struct slice tag)
{
	static const char *const not [] = { "src=", "json", "text/x-",
		"text/plain", "text/template", "text/html" };

	if (!slice_starts_case(tag, SLICE("script")))
		return false;
	for (size_t i = 0; i < RT_ARRAY_LEN(not ); i++)
		if (slice_find_slice(tag, slice_from(not [i])) < tag.n)
			return false;
	return true;
}

/* Where the text of such an element ends. */
static size_t raw_end(struct slice s, struct slice name)
{
	size_t i = 0;

	for (;; i++) {
		i = slice_find(s, '<', i);
		if (i >= s.n ||
		    (slice_starts(slice_skip(s, i), SLICE("</")) &&
			slice_starts_case(slice_skip(s, i + 2), name)))
			return i;
	}
}

/* Takes such an element whole, from behind its "<". Its text: nothing where it
 * is none of them. */
static bool take_raw(struct slice *html, struct slice *tag, struct slice *text)
{
	static const char *const raw[] = { "script", "style", "noscript",
		"template", "textarea", "title" };

	for (size_t i = 0; i < RT_ARRAY_LEN(raw); i++) {
		const struct slice name = slice_from(raw[i]);

		if (!slice_starts_case(*html, name))
			continue;
		*tag = slice_head(*html, slice_find(*html, '>', 0));
		*html =
		    slice_skip(*html, tag->n < html->n ? tag->n + 1 : tag->n);
		*text = slice_head(*html, raw_end(*html, name));
		*html = slice_skip(*html, text->n);
		return true;
	}
	return false;
}

struct pagemove pagemove(struct slice html)
{
	struct pagemove m = { SLICE(""), false };
	struct slice tag, text;

	while (m.to.n == 0 &&
	       (html = slice_skip(html, slice_find(html, '<', 0))).n > 0) {
		html = slice_skip(html, 1);
		if (slice_starts(html, SLICE("!--")))
			html = slice_skip(html,
			    slice_find_slice(html, SLICE("-->")));
		else if (take_raw(&html, &tag, &text) && is_program(tag))
			m = script(text);
	}
	return m;
}
