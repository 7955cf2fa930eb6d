#include "cgi/web/req.h"

#include "lib/base/hex.h"
#include "lib/base/utf8.h"

/* Text areas send tabs and line ends; no other control byte is text. */
static bool is_text(struct slice s, bool lines)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		const bool line = c == '\t' || c == '\n' || c == '\r';

		if (c == 0x7f || (c < 0x20 && !(line && lines)))
			return false;
	}
	return utf8_valid(s);
}

/* Decodes %XX (and, in forms, '+') into the arena. */
static enum err decode(struct arena *a, struct slice raw, bool plus,
    struct slice *out)
{
	char *p = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	if (p == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '%') {
			const int hi =
			    raw.n - i > 2 ? hex_value(raw.p[i + 1]) : -1;
			const int lo = hi < 0 ? -1 : hex_value(raw.p[i + 2]);

			if (lo < 0)
				return ERR_SYNTAX;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		p[n++] = c;
	}
	*out = slice_of(p, n);
	return ERR_OK;
}

static enum err param_of(struct arena *a, struct slice pair,
    struct req_param **out)
{
	struct req_param *p = arena_alloc(a, sizeof(*p));
	struct slice name;
	enum err e;

	if (p == NULL)
		return ERR_NOMEM;
	(void)slice_cut(&pair, '=', &name); /* without '=': an empty value */
	if ((e = decode(a, name, true, &p->name)) != ERR_OK)
		return e;
	if ((e = decode(a, pair, true, &p->value)) != ERR_OK)
		return e;
	if (p->name.n == 0 || !is_text(p->name, false) ||
	    !is_text(p->value, true))
		return ERR_SYNTAX;
	*out = p;
	return ERR_OK;
}

/* The name of a pair that is none, for telling it. */
static enum err odd_name(struct arena *a, struct slice pair, struct slice *out)
{
	struct slice raw, name;
	struct buf b;
	char *mem;

	(void)slice_cut(&pair, '=', &raw);
	if (decode(a, raw, true, &name) != ERR_OK)
		name = raw;
	/* U+FFFD takes three bytes for one. */
	if ((mem = arena_alloc(a, 3 * name.n + 1)) == NULL)
		return ERR_NOMEM;
	buf_over(&b, mem, 3 * name.n + 1);
	utf8_clean(name, &b);
	*out = buf_slice(&b);
	return buf_err(&b);
}

/* odd: NULL, or what is not well formed is left out. */
static enum err parse_pairs(struct arena *a, struct slice s, unsigned int most,
    struct req_param **out, struct slice *odd)
{
	struct req_param *first = NULL, **next = &first;
	unsigned int count = 0;
	bool more = s.n > 0;

	while (more) {
		struct slice pair;
		enum err e;

		more = slice_cut(&s, '&', &pair);
		if (pair.n == 0)
			continue;
		if (++count > most)
			return ERR_TOOBIG;
		e = param_of(a, pair, next);
		if (e == ERR_SYNTAX && odd != NULL) {
			if (odd->p == NULL &&
			    (e = odd_name(a, pair, odd)) != ERR_OK)
				return e;
			continue;
		}
		if (e != ERR_OK)
			return e;
		next = &(*next)->next;
	}
	*out = first;
	return ERR_OK;
}

enum err req_parse_params(struct arena *a, struct slice s,
    struct req_param **out)
{
	return parse_pairs(a, s, REQ_PARAMS_MAX, out, NULL);
}

enum err req_parse_form(struct arena *a, struct slice s, struct req_param **out)
{
	return parse_pairs(a, s, REQ_FIELDS_MAX, out, NULL);
}

enum err req_parse_query(struct arena *a, struct slice s,
    struct req_param **out, struct slice *odd)
{
	*odd = (struct slice){ .p = NULL, .n = 0 };
	return parse_pairs(a, s, REQ_PARAMS_MAX, out, odd);
}

/* RFC 6265 4.1.1 cookie-octet: visible ASCII without " , ; and backslash. */
static bool is_cookie_value(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == '\\')
			return false;
	}
	return true;
}

enum err req_parse_cookies(struct arena *a, struct slice s,
    struct req_param **out)
{
	struct req_param *first = NULL, **next = &first;
	unsigned int count = 0;
	bool more = s.n > 0;

	while (more) {
		struct slice pair, name;
		bool has_value;

		more = slice_cut(&s, ';', &pair);
		has_value = slice_cut(&pair, '=', &name);
		name = slice_trim(name);
		pair = slice_trim(pair);
		if (!has_value || name.n == 0 || !is_cookie_value(name) ||
		    !is_cookie_value(pair))
			continue;
		if (++count > REQ_COOKIES_MAX)
			break;
		*next = arena_alloc(a, sizeof(**next));
		if (*next == NULL)
			return ERR_NOMEM;
		(*next)->name = name;
		(*next)->value = pair;
		next = &(*next)->next;
	}
	*out = first;
	return ERR_OK;
}

static bool has_odd_segment(struct slice path)
{
	bool more = true;

	path = slice_skip(path, 1);
	while (more) {
		struct slice part;

		more = slice_cut(&path, '/', &part);
		/* Empty is allowed as the last one: "/calls/". */
		if ((part.n == 0 && more) || slice_eq(part, SLICE(".")) ||
		    slice_eq(part, SLICE("..")))
			return true;
	}
	return false;
}

enum err req_parse_path(struct arena *a, struct slice raw, struct slice *out)
{
	struct slice path;
	enum err e;

	if (raw.n == 0 || raw.p[0] != '/')
		return ERR_SYNTAX;
	if (raw.n > (size_t)3 * REQ_PATH_MAX)
		return ERR_TOOBIG;
	if ((e = decode(a, raw, false, &path)) != ERR_OK)
		return e;
	if (path.n > REQ_PATH_MAX)
		return ERR_TOOBIG;
	if (!is_text(path, false) || has_odd_segment(path))
		return ERR_SYNTAX;
	*out = path;
	return ERR_OK;
}
