#include "lib/core/pagecheck.h"

#include <string.h>

#include "lib/base/scan.h"
#include "lib/core/htmltag.h"
#include "lib/core/urlq.h"

#define TAG_MAX  4096
#define LINK_MAX 512
#define MORE_MAX 256 /* of data-attrs: each attribute is compared with all */
/* Bytes but blanks: no more than a title and "Loading". */
#define TEXT_FEW 400

struct scan {
	const struct pagecheck_look *look;
	struct pagecheck *out;
	struct pagenum_list lists[2]; /* targets, ours */
	struct pagenum text;
	struct pagenum attr;
	struct slice more; /* data-attrs of the tag */
	/* The element below which the tag leaves all as it is; "": none. depth:
	 * of the elements in it that are open. */
	struct slice kept;
	size_t depth;
	size_t bytes; /* of texts but blanks */
	size_t scripts;
	bool configured; /* a program named the site's key */
};

/* Is the name in a list with a blank on each side of each? */
static bool is_in(struct slice name, const char *list)
{
	struct slice rest = slice_from(list), word;

	while (slice_cut(&rest, ' ', &word))
		if (slice_eq_case(word, name))
			return true;
	return false;
}

static bool holds(struct slice s, struct slice what)
{
	return what.n > 0 && slice_find_slice(s, what) < s.n;
}

static void feed_text(struct scan *s, struct slice *rest)
{
	const size_t before = rest->n;
	const uint32_t c = htmltag_char(rest);

	if (c > ' ')
		s->bytes += before - rest->n;
	if (s->kept.n == 0)
		pagenum_feed(&s->text, c);
}

/* --- what is left as it is (swap.js, KEEP) -------------------------------*/

/* Their texts have no tags, or are not shown. */
static const char raw_names[] =
    "style noscript template textarea iframe xmp noembed noframes ";
static const char void_names[] =
    "area base br col embed hr img input link meta param source track wbr ";
/* Their end tags may be left out. */
static const char loose_names[] =
    "p li dt dd td th tr tbody thead tfoot option optgroup colgroup rt rp ";
static const char block_names[] =
    "p div ul ol dl table form section article header footer nav aside main h1 "
    "h2 h3 h4 h5 h6 hr pre blockquote address fieldset figure ";

static bool is_kept(struct slice tag)
{
	struct slice v;

	return htmltag_is(tag, SLICE("object")) ||
	       (htmltag_is(tag, SLICE("option")) &&
		   !htmltag_find(tag, SLICE("value"), &v)) ||
	       htmltag_find(tag, SLICE("data-noswap"), &v) ||
	       htmltag_find(tag, SLICE("data-calltrk-noswap"), &v) ||
	       (htmltag_find(tag, SLICE("contenteditable"), &v) &&
		   !slice_eq_cstr(v, "false"));
}

/* Does an element that begins here end one whose end tag was left out? */
static bool ends_before(struct slice kept, struct slice name)
{
	if (is_in(kept, "td th "))
		return is_in(name, "td th tr tbody tfoot ");
	if (is_in(kept, "dt dd "))
		return is_in(name, "dt dd ");
	if (is_in(kept, "p "))
		return is_in(name, block_names);
	return is_in(kept, loose_names) && slice_eq_case(kept, name);
}

/* Takes note of an element that begins. Is it left as it is? */
static bool open_element(struct scan *s, struct slice tag)
{
	const struct slice name = htmltag_name(tag);
	const bool alone =
	    slice_ends(tag, SLICE("/")) || is_in(name, void_names);

	if (s->kept.n > 0 && s->depth == 0 && ends_before(s->kept, name))
		s->kept = SLICE("");
	if (s->kept.n > 0) {
		s->depth += !alone && !is_in(name, loose_names);
		return true;
	}
	if (!is_kept(tag))
		return false;
	if (!alone) {
		s->kept = name;
		s->depth = 0;
	}
	return true;
}

static void close_element(struct scan *s, struct slice name)
{
	if (s->kept.n == 0)
		return;
	if (s->depth == 0) {
		/* Its own end, or that of the one around. */
		if (slice_eq_case(s->kept, name) ||
		    (is_in(s->kept, loose_names) && !is_in(name, loose_names)))
			s->kept = SLICE("");
	} else if (!is_in(name, loose_names)) {
		s->depth--;
	}
}

/* --- attributes ----------------------------------------------------------*/

static bool is_link(struct slice url)
{
	static const char *const schemes[] = { "tel:", "sms:", "smsto:",
		"callto:", "whatsapp:", "viber:", "facetime" };

	const struct slice telegram = SLICE("//t.me/+");
	const size_t at = slice_find_slice(url, telegram);

	for (size_t i = 0; i < RT_ARRAY_LEN(schemes); i++)
		if (slice_starts_case(url, slice_from(schemes[i])))
			return true;
	return holds(url, SLICE("//wa.me/")) ||
	       holds(url, SLICE(".whatsapp.com/")) ||
	       (at + telegram.n < url.n &&
		   scan_is_digit(url.p[at + telegram.n]));
}

/* Where the next number of a link begins, behind its scheme or a name. */
static struct slice next_number(struct slice url, bool first)
{
	static const char *const names[] = { "phone=", "number=", "me/" };
	size_t n = 0;

	if (first) {
		while (n < url.n && (scan_is_alnum(url.p[n]) ||
					url.p[n] == '_' || url.p[n] == '-'))
			n++;
		if (n > 0 && n < url.n && url.p[n] == ':')
			return slice_skip(url, n + 1);
	}
	for (n = 0; n < url.n; n++)
		for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
			if (slice_starts(slice_skip(url, n),
				slice_from(names[i])))
				return slice_skip(url, n + strlen(names[i]));
	return SLICE("");
}

/* "%20", "%28", "%2B": a blank, a bracket, a "+". */
static char take_code(struct slice *s)
{
	static const char codes[][4] = { "20", "28", "29", "2b", "2c", "2d",
		"2e", "2f", "a0" };
	static const char signs[] = " ()+,-./ ";
	const struct slice code = slice_head(slice_skip(*s, 1), 2);
	const char c = s->p[0];

	*s = slice_skip(*s, 1);
	for (size_t i = 0; c == '%' && i < RT_ARRAY_LEN(codes); i++)
		if (slice_eq_case(code, slice_from(codes[i]))) {
			*s = slice_skip(*s, 2);
			return signs[i];
		}
	return c;
}

static void read_link(struct scan *s, struct slice value)
{
	char mem[LINK_MAX];
	struct slice url;
	size_t n = 0;
	bool first = true;

	for (; value.n > 0 && n < sizeof(mem); n++) {
		const uint32_t c = htmltag_char(&value);

		mem[n] = c < 0x80 ? (char)c : ' ';
	}
	url = slice_trim(slice_of(mem, n));
	s->attr.link = true;
	if (!is_link(url))
		return;
	while ((url = next_number(url, first)).n > 0) {
		while (url.n > 0 && strchr("?&;#", url.p[0]) == NULL)
			pagenum_feed(&s->attr, (unsigned char)take_code(&url));
		pagenum_end(&s->attr);
		first = false;
	}
}

/* An input that shows its value as a button's text. */
static bool is_button(struct slice tag)
{
	struct slice type;

	return htmltag_is(tag, SLICE("input")) &&
	       htmltag_find(tag, SLICE("type"), &type) &&
	       is_in(type, "button submit reset ");
}

static bool is_swapped(const struct scan *s, struct slice tag,
    struct slice name, bool button)
{
	const struct slice more = s->more;

	if (slice_eq_case(name, SLICE("content")))
		return !htmltag_is(tag, SLICE("meta"));
	if (slice_eq_case(name, SLICE("value")))
		return button;
	/* Byte by byte: of a page of attributes there are very many. */
	for (size_t i = 0, n = 0; i < more.n; i += n + 1) {
		for (n = 0; i + n < more.n && more.p[i + n] != ' ';)
			n++;
		if (n > 0 && n == name.n &&
		    slice_eq_case(slice_of(more.p + i, n), name))
			return true;
	}
	return is_in(name, "title aria-label alt placeholder ");
}

/* The places of one attribute are one. */
static void read_attrs(struct scan *s, struct slice tag)
{
	struct slice rest = slice_skip(tag, htmltag_name(tag).n), name, value;
	const bool button = is_button(tag); /* once: a tag may be a megabyte */

	while (htmltag_attr(&rest, &name, &value)) {
		const unsigned int was[] = { s->lists[0].places,
			s->lists[1].places };

		s->attr.link = false;
		if (is_in(name, "href xlink:href "))
			read_link(s, value);
		else if (value.n > 0 && is_swapped(s, tag, name, button))
			while (value.n > 0)
				pagenum_feed(&s->attr, htmltag_char(&value));
		pagenum_end(&s->attr);
		for (size_t i = 0; i < 2; i++)
			if (s->lists[i].places > was[i])
				s->lists[i].places = was[i] + 1;
	}
}

/* --- scripts -------------------------------------------------------------*/

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

/* A browser takes a cookie for the page's own host and for domains above it
 * (RFC 6265 5.3), but for those that all the world has names in, of which the
 * ones without a dot are known here. */
static void look_at_domain(struct scan *s, struct slice attrs)
{
	const struct slice host = s->look->host;
	struct slice name, domain;

	while (host.n > 0 && htmltag_attr(&attrs, &name, &domain)) {
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

/* The site's tag, with its key or behind a program that named it. */
static bool is_ours(const struct scan *s, struct slice tag)
{
	struct slice src, site;

	if (tag.n >= TAG_MAX)
		return false;
	if (holds(tag, s->look->key))
		return holds(tag, SLICE("t.js"));
	if (!s->configured || is_other_vendor(tag) ||
	    htmltag_find(tag, SLICE("data-site"), &site) ||
	    !htmltag_find(tag, SLICE("src"), &src))
		return false;
	return slice_ends(slice_head(src, slice_find(src, '?', 0)),
	    SLICE("/t.js"));
}

/* Behind it is its text. */
static struct slice read_script(struct scan *s, struct slice tag,
    struct slice rest)
{
	const struct slice after = htmltag_skip_raw(rest, SLICE("script"));
	const struct slice text = slice_head(rest, rest.n - after.n);

	s->scripts++;
	if (is_ours(s, tag)) {
		s->out->tags++;
		look_at_domain(s, slice_skip(tag, 6));
		(void)htmltag_find(tag, SLICE("data-attrs"), &s->more);
		s->more = slice_head(s->more, MORE_MAX);
	} else if (tag.n < TAG_MAX && is_other_vendor(tag)) {
		s->out->others++;
	}
	if (holds(text, SLICE("ringtraceConfig")) && holds(text, s->look->key))
		s->configured = true;
	return after;
}

/* Elements within a line: a number may be split over them. */
static const char inline_names[] =
    "a abbr b bdi bdo big cite code data em font i img ins kbd label mark nobr q "
    "s small span strong sub sup time tspan u wbr ";

/* Those without words. */
static const char drawn_names[] =
    "br hr svg g path circle ellipse rect line polyline polygon use defs ";

/* A root that browsers make of it at once, and the tag looks into. */
static bool is_root(struct slice tag)
{
	struct slice mode;

	return htmltag_is(tag, SLICE("template")) &&
	       htmltag_find(tag, SLICE("shadowrootmode"), &mode) &&
	       slice_eq_case(mode, SLICE("open"));
}

/* One tag, from behind its '<' to its '>', and the text of one that has no tags
 * in it. */
static struct slice read_tag(struct scan *s, struct slice rest)
{
	const size_t end = htmltag_end(rest);
	const struct slice tag = slice_head(rest, end);
	const bool closes = slice_starts(tag, SLICE("/"));
	const struct slice name = htmltag_name(slice_skip(tag, closes));
	bool kept;

	rest = slice_skip(rest, end < rest.n ? end + 1 : end);
	if (is_in(name, inline_names))
		pagenum_break(&s->text);
	else if (is_in(name, drawn_names))
		pagenum_line(&s->text);
	else
		pagenum_end(&s->text);
	if (closes) {
		close_element(s, name);
		return rest;
	}
	if (slice_eq_case(name, SLICE("script")))
		return read_script(s, tag, rest);
	if (is_in(name, raw_names) && !is_root(tag)) {
		if (s->kept.n == 0 && is_in(name, "iframe textarea ") &&
		    !is_kept(tag))
			read_attrs(s, tag);
		return htmltag_skip_raw(rest, name);
	}
	kept = open_element(s, tag);
	if (!kept)
		read_attrs(s, tag);
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

/* A "<" that begins no tag is one. */
static bool is_tag(struct slice s)
{
	return s.n > 0 && (scan_is_alpha(s.p[0]) || s.p[0] == '/' ||
			      s.p[0] == '!' || s.p[0] == '?');
}

void pagecheck(struct slice html, const struct pagecheck_look *look,
    struct pagecheck *out)
{
	struct scan s = { .look = look,
		.out = out,
		.lists = {
		    { look->targets, look->n_targets, false, look->stand, 0 },
		    { look->ours, look->n_ours, true, NULL, 0 } } };

	memset(out, 0, sizeof(*out));
	s.text.lists = s.attr.lists = s.lists;
	s.text.n_lists = s.attr.n_lists = RT_ARRAY_LEN(s.lists);
	out->manager = has_manager(html);
	while (html.n > 0) {
		if (html.p[0] != '<' || !is_tag(slice_skip(html, 1))) {
			feed_text(&s, &html);
			continue;
		}
		html = slice_skip(html, 1);
		if (slice_starts(html, SLICE("!--")))
			html = htmltag_skip_comment(html);
		else
			html = read_tag(&s, html);
	}
	pagenum_end(&s.text);
	out->targets = s.lists[0].places;
	out->ours = s.lists[1].places;
	out->drawn = s.scripts > 0 && s.bytes < TEXT_FEW;
}

/* --- meta refresh -------------------------------------------------------- */

/* "0; url='/there'" as browsers read it (HTML, "shared declarative refresh
 * steps"). */
static struct slice refresh_url(struct slice s)
{
	size_t digits = 0;
	struct slice after;

	s = htmltag_skip_blanks(s);
	while (
	    digits < s.n && (scan_is_digit(s.p[digits]) || s.p[digits] == '.'))
		digits++;
	if (digits == 0 || s.p[0] > '1' || (digits > 1 && s.p[1] != '.'))
		return SLICE("");
	s = htmltag_skip_blanks(slice_skip(s, digits));
	if (s.n > 0 && (s.p[0] == ';' || s.p[0] == ','))
		s = htmltag_skip_blanks(slice_skip(s, 1));
	after = htmltag_skip_blanks(slice_skip(s, 3));
	if (slice_starts_case(s, SLICE("url")) && after.n > 0 &&
	    after.p[0] == '=')
		s = htmltag_skip_blanks(slice_skip(after, 1));
	if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\''))
		return htmltag_value(&s);
	return slice_trim(s);
}

static struct slice refresh_of(struct slice tag)
{
	struct slice name, value, content = SLICE("");
	bool refreshes = false;

	tag = slice_skip(tag, 4);
	while (htmltag_attr(&tag, &name, &value)) {
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
	while (htmltag_attr(&tag, &name, &value))
		if (slice_eq_case(name, SLICE("href")))
			return slice_trim(value);
	return SLICE("");
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
			html = htmltag_skip_comment(html);
			continue;
		}
		tag = slice_head(html, slice_find(html, '>', 0));
		if (htmltag_is(tag, element) && tag.n < TAG_MAX &&
		    (tag = of(tag)).n > 0)
			return tag;
		for (size_t i = 0; i < RT_ARRAY_LEN(raw); i++)
			if (slice_starts_case(html, slice_from(raw[i])))
				html =
				    htmltag_skip_raw(html, slice_from(raw[i]));
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
