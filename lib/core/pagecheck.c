#include "lib/core/pagecheck.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/scan.h"
#include "lib/core/urlq.h"

#define DIGITS_MAX 64 /* of one run of digits and separators */
#define TAIL       9  /* digits that tell numbers apart */
#define TAG_MAX    4096
#define ENTITY_MAX 12 /* of a sign's name, with its ";" */
/* Bytes but blanks: no more than a title and "Loading". */
#define TEXT_FEW 400

struct scan {
	const struct pagecheck_look *look;
	struct pagecheck *out;
	char digits[DIGITS_MAX];
	size_t n;
	unsigned int gap; /* separators since the last digit */
	/* The same with the digits that letters stand for on a telephone's
	 * keys: keyed of them, the last letter's is the lettered-th. */
	char keys[DIGITS_MAX];
	size_t keyed;
	size_t lettered;
	bool in_word; /* it began without three digits */
	size_t text;  /* bytes of texts but blanks */
	size_t scripts;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may stand between two digits: blanks, brackets, dots, dashes, and the
 * bytes of the no-break space and the dashes of U+2010 to U+2013. */
static bool is_between(char c)
{
	return strchr(" \t\r\n().-/", c) != NULL || (unsigned char)c >= 0x80;
}

/* How often the number's last digits stand in the run. */
static unsigned int count_in(const char *digits, size_t n, struct slice e164)
{
	const size_t tail = e164.n - 1 < TAIL ? e164.n - 1 : TAIL;
	unsigned int found = 0;

	for (size_t i = 0; i + tail <= n; i++)
		found += memcmp(digits + i, e164.p + e164.n - tail, tail) == 0;
	return found;
}

/* E.161: the key that a letter is on. */
static char key_of(char c)
{
	static const char keys[] = "22233344455566677778889999";
	const char low = (char)(c | 0x20);

	return is_digit(c) ? c : keys[low - 'a'];
}

/* At the end of a word: does a number end here that letters are a part of? */
static void end_word(struct scan *s)
{
	for (size_t i = 0; i < s->look->n_targets; i++) {
		const struct slice t = s->look->targets[i];
		const size_t tail = t.n - 1 < TAIL ? t.n - 1 : TAIL;

		if (t.n <= 6 || s->keyed < tail ||
		    s->lettered <= s->keyed - tail ||
		    memcmp(s->keys + s->keyed - tail, t.p + t.n - tail, tail) !=
			0)
			continue;
		s->out->targets++;
		s->keyed = s->lettered = 0;
		return;
	}
}

static void feed_key(struct scan *s, char c)
{
	const bool digit = is_digit(c);

	if (!digit && !scan_is_alnum(c)) {
		if (s->lettered > 0)
			end_word(s);
		s->in_word = false;
		if (c == '\0' || !is_between(c))
			s->keyed = s->lettered = 0;
		return;
	}
	if (s->keyed == DIGITS_MAX || (!digit && s->keyed < 3))
		s->keyed = s->lettered = 0;
	s->in_word = s->in_word || (!digit && s->keyed == 0);
	if (s->in_word)
		return;
	s->keys[s->keyed++] = key_of(c);
	if (!digit)
		s->lettered = s->keyed;
}

static void end_run(struct scan *s)
{
	for (size_t i = 0; s->n >= 6 && i < s->look->n_targets; i++)
		if (s->look->targets[i].n > 6)
			s->out->targets +=
			    count_in(s->digits, s->n, s->look->targets[i]);
	for (size_t i = 0; s->n >= 6 && i < s->look->n_ours; i++)
		if (s->look->ours[i].n > 6)
			s->out->ours +=
			    count_in(s->digits, s->n, s->look->ours[i]);
	s->n = 0;
	s->gap = 0;
}

static void end_text(struct scan *s)
{
	end_run(s);
	feed_key(s, '\0');
}

static void feed(struct scan *s, char c)
{
	if (is_digit(c)) {
		if (s->n == DIGITS_MAX)
			end_run(s);
		s->digits[s->n++] = c;
		s->gap = 0;
	} else if (s->n > 0 && (c == '\0' || !is_between(c) || ++s->gap > 6)) {
		end_run(s);
	}
}

/* "&nbsp;", "&#8209;", "&#x34;": what it stands for; a sign that means nothing
 * here is one of more than 7 bits, which may stand between digits. Takes it;
 * false: it is none. */
static bool take_entity(struct slice *rest, char *c)
{
	static const char *const ends[] = { "amp", "lt", "gt", "quot" };
	const size_t n = slice_find(slice_head(*rest, ENTITY_MAX), ';', 0);
	struct slice name = slice_head(*rest, n);
	const bool hex = slice_starts_case(name, SLICE("#x"));
	unsigned long code = 0;

	if (n == 0 || n >= rest->n || n == ENTITY_MAX)
		return false;
	*c = '\x80';
	for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++)
		if (slice_eq_cstr(name, ends[i]))
			*c = '&';
	if (name.p[0] == '#') {
		name = slice_skip(name, hex ? 2 : 1);
		for (; name.n > 0; name = slice_skip(name, 1)) {
			const int v = hex_value(name.p[0]);

			if (v < 0 || (!hex && v > 9))
				return false;
			code = code * (hex ? 16 : 10) + (unsigned long)v;
		}
		if (code < 0x80)
			*c = (char)code;
	} else {
		for (; name.n > 0; name = slice_skip(name, 1))
			if (!scan_is_alnum(name.p[0]))
				return false;
	}
	*rest = slice_skip(*rest, n + 1);
	return true;
}

/* A full-width digit, U+FF10 to U+FF19, as Chinese and Japanese keyboards write
 * them. Takes it; false: it is none. */
static bool take_wide(struct slice *rest, char *c)
{
	const unsigned char *u = (const unsigned char *)rest->p;

	if (rest->n < 2 || u[0] != 0xbc || u[1] < 0x90 || u[1] > 0x99)
		return false;
	*c = (char)('0' + (u[1] - 0x90));
	*rest = slice_skip(*rest, 2);
	return true;
}

/* The next sign of a text, as browsers read it. */
static void feed_text(struct scan *s, struct slice *rest)
{
	char c = rest->p[0];

	*rest = slice_skip(*rest, 1);
	if (c == '&')
		(void)take_entity(rest, &c); /* else it stands for itself */
	else if (c == '\xef')
		(void)take_wide(rest, &c);
	s->text += (unsigned char)c > ' ';
	feed(s, c);
	feed_key(s, c);
}

/* Elements within a line: a number may be split over them. */
static bool is_inline(struct slice tag)
{
	static const char *const names[] = { "a", "abbr", "b", "bdi", "bdo",
		"big", "cite", "code", "data", "em", "font", "i", "img", "ins",
		"label", "mark", "nobr", "q", "s", "small", "span", "strong",
		"sub", "sup", "time", "tspan", "u", "var", "wbr" };
	size_t n = 0;

	if (slice_starts(tag, SLICE("/")))
		tag = slice_skip(tag, 1);
	while (n < tag.n && scan_is_alnum(tag.p[n]))
		n++;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		if (slice_eq_case(slice_head(tag, n), slice_from(names[i])))
			return true;
	return false;
}

/* Skips to behind the end tag of a script or style. */
static struct slice skip_raw(struct slice s, struct slice name)
{
	for (size_t i = 0; i + 2 + name.n <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' &&
		    slice_starts_case(slice_skip(s, i + 2), name))
			return slice_skip(s, i);
	return SLICE("");
}

static bool holds(struct slice s, struct slice what)
{
	for (size_t i = 0; what.n > 0 && i + what.n <= s.n; i++)
		if (memcmp(s.p + i, what.p, what.n) == 0)
			return true;
	return false;
}

/* Hosts that other vendors' number-swapping scripts come from. */
static bool is_other_vendor(struct slice tag)
{
	static const char *const hosts[] = { "cdn.callrail.com", "tctm.co/",
		"invocacdn.com", "cdn.calltrk.com", "dialogtech.com" };

	for (size_t i = 0; i < RT_ARRAY_LEN(hosts); i++)
		if (holds(tag, slice_from(hosts[i])))
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice skip_blanks(struct slice s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = slice_skip(s, 1);
	return s;
}

/* Up to the quote it begins with, or else to a blank. */
static struct slice take_value(struct slice *rest)
{
	const char quote = rest->n > 0 ? rest->p[0] : '\0';
	size_t n = 0;
	struct slice v;

	if (quote == '"' || quote == '\'') {
		*rest = slice_skip(*rest, 1);
		v = slice_head(*rest, slice_find(*rest, quote, 0));
	} else {
		while (n < rest->n && !is_blank(rest->p[n]))
			n++;
		v = slice_head(*rest, n);
	}
	*rest = slice_skip(*rest, v.n < rest->n ? v.n + 1 : v.n);
	return v;
}

/* The next attribute of a tag; without a value it has an empty one. */
static bool take_attr(struct slice *rest, struct slice *name,
    struct slice *value)
{
	size_t n = 0;

	while (rest->n > 0 && (is_blank(rest->p[0]) || rest->p[0] == '/'))
		*rest = slice_skip(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n]) && rest->p[n] != '=')
		n++;
	*name = slice_head(*rest, n);
	*rest = skip_blanks(slice_skip(*rest, n));
	*value = SLICE("");
	if (rest->n > 0 && rest->p[0] == '=') {
		*rest = skip_blanks(slice_skip(*rest, 1));
		*value = take_value(rest);
	}
	return name->n > 0 || value->n > 0;
}

/* A browser takes a cookie for the page's own host and for domains above it
 * (RFC 6265 5.3), but for those that all the world has names in, of which the
 * ones without a dot are known here. */
static void look_at_domain(struct scan *s, struct slice attrs)
{
	const struct slice host = s->look->host;
	struct slice name, domain;

	while (host.n > 0 && take_attr(&attrs, &name, &domain)) {
		if (!slice_eq_case(name, SLICE("data-domain")))
			continue;
		if (slice_starts(domain, SLICE(".")))
			domain = slice_skip(domain, 1);
		if (domain.n > 0 && !slice_eq_case(host, domain) &&
		    (slice_find(domain, '.', 0) == domain.n ||
			!urlq_host_is(host, domain)))
			s->out->bad_domain = true;
		return;
	}
}

/* One tag, from behind its '<' to its '>': its attributes are looked at. */
static struct slice read_tag(struct scan *s, struct slice rest)
{
	const size_t end = slice_find(rest, '>', 0);
	const struct slice tag = slice_head(rest, end);
	const bool script = slice_starts_case(tag, SLICE("script"));
	struct scan inside = { .look = s->look, .out = s->out };
	struct slice attrs = tag;

	rest = slice_skip(rest, end < rest.n ? end + 1 : end);
	if (!is_inline(tag))
		end_text(s);
	if (script && tag.n < TAG_MAX && holds(tag, SLICE("t.js")) &&
	    holds(tag, s->look->key)) {
		s->out->tags++;
		look_at_domain(s, slice_skip(tag, 6));
	}
	if (script && tag.n < TAG_MAX && is_other_vendor(tag))
		s->out->others++;
	s->scripts += script;
	if (script)
		return skip_raw(rest, SLICE("script"));
	if (slice_starts_case(tag, SLICE("style")))
		return skip_raw(rest, SLICE("style"));
	while (attrs.n > 0)
		feed_text(&inside, &attrs);
	end_text(&inside);
	return rest;
}

/* The container's snippet, in its usual form or from a server of one's own,
 * and the frame for those without scripts. */
static bool has_manager(struct slice html)
{
	return holds(html, SLICE("googletagmanager.com/gtm.js")) ||
	       holds(html, SLICE("googletagmanager.com/ns.html")) ||
	       holds(html, SLICE("gtm.start"));
}

static struct slice skip_comment(struct slice rest)
{
	for (size_t i = 3; i + 3 <= rest.n; i++)
		if (memcmp(rest.p + i, "-->", 3) == 0)
			return slice_skip(rest, i + 3);
	return SLICE("");
}

void pagecheck(struct slice html, const struct pagecheck_look *look,
    struct pagecheck *out)
{
	struct scan s = { .look = look, .out = out };

	memset(out, 0, sizeof(*out));
	out->manager = has_manager(html);
	while (html.n > 0) {
		if (html.p[0] != '<') {
			feed_text(&s, &html);
			continue;
		}
		html = slice_skip(html, 1);
		if (slice_starts(html, SLICE("!--")))
			html = skip_comment(html);
		else
			html = read_tag(&s, html);
	}
	end_text(&s);
	out->drawn = s.scripts > 0 && s.text < TEXT_FEW;
}

/* --- meta refresh -------------------------------------------------------- */

/* "0; url='/there'" as browsers read it (HTML, "shared declarative refresh
 * steps"). */
static struct slice refresh_url(struct slice s)
{
	size_t digits = 0;
	struct slice after;

	s = skip_blanks(s);
	while (digits < s.n && (is_digit(s.p[digits]) || s.p[digits] == '.'))
		digits++;
	if (digits == 0 || s.p[0] > '1' || (digits > 1 && s.p[1] != '.'))
		return SLICE("");
	s = skip_blanks(slice_skip(s, digits));
	if (s.n > 0 && (s.p[0] == ';' || s.p[0] == ','))
		s = skip_blanks(slice_skip(s, 1));
	after = skip_blanks(slice_skip(s, 3));
	if (slice_starts_case(s, SLICE("url")) && after.n > 0 &&
	    after.p[0] == '=')
		s = skip_blanks(slice_skip(after, 1));
	if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\''))
		return take_value(&s);
	return slice_trim(s);
}

static struct slice refresh_of(struct slice tag)
{
	struct slice name, value, content = SLICE("");
	bool refreshes = false;

	tag = slice_skip(tag, 4);
	while (take_attr(&tag, &name, &value)) {
		if (slice_eq_case(name, SLICE("http-equiv")))
			refreshes = slice_eq_case(value, SLICE("refresh"));
		else if (slice_eq_case(name, SLICE("content")))
			content = value;
	}
	return refreshes ? refresh_url(content) : SLICE("");
}

static struct slice base_of(struct slice tag)
{
	struct slice name, value;

	tag = slice_skip(tag, 4);
	while (take_attr(&tag, &name, &value))
		if (slice_eq_case(name, SLICE("href")))
			return slice_trim(value);
	return SLICE("");
}

static bool is_named(struct slice tag, struct slice element)
{
	const struct slice rest = slice_skip(tag, element.n);

	return slice_starts_case(tag, element) &&
	       (rest.n == 0 || is_blank(rest.p[0]) || rest.p[0] == '/');
}

/* What the first such element says that says anything; all names have four
 * letters. */
static struct slice said(struct slice html, struct slice element,
    struct slice (*of)(struct slice tag))
{
	static const char *const raw[] = { "script", "style", "noscript" };
	struct slice tag;

	while ((html = slice_skip(html, slice_find(html, '<', 0))).n > 0) {
		html = slice_skip(html, 1);
		if (slice_starts(html, SLICE("!--"))) {
			html = skip_comment(html);
			continue;
		}
		tag = slice_head(html, slice_find(html, '>', 0));
		if (is_named(tag, element) && tag.n < TAG_MAX &&
		    (tag = of(tag)).n > 0)
			return tag;
		for (size_t i = 0; i < RT_ARRAY_LEN(raw); i++)
			if (slice_starts_case(html, slice_from(raw[i])))
				html = skip_raw(html, slice_from(raw[i]));
	}
	return SLICE("");
}

struct slice pagecheck_refresh(struct slice html)
{
	return said(html, SLICE("meta"), refresh_of);
}

struct slice pagecheck_base(struct slice html)
{
	return said(html, SLICE("base"), base_of);
}
