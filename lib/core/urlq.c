#include "lib/core/urlq.h"

#include "lib/base/hex.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"

static bool has_blank(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static bool is_host_char(char c)
{
	/* Beyond ASCII: browsers send punycode, but some tags do not. */
	return scan_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static enum err split_authority(struct slice authority, struct urlq *u)
{
	uint64_t port;
	size_t n = 0;

	if (authority.n > 0 && authority.p[0] == '[') {
		n = slice_find(authority, ']', 0) + 1; /* IPv6 */
		if (n > authority.n)
			return ERR_SYNTAX;
	} else {
		while (n < authority.n && is_host_char(authority.p[n]))
			n++;
	}
	u->host = slice_head(authority, n);
	u->port = slice_skip(authority, n);
	if (u->host.n == 0 || u->host.n > 253)
		return ERR_SYNTAX;
	if (u->port.n == 0)
		return ERR_OK;
	if (u->port.p[0] != ':')
		return ERR_SYNTAX;
	u->port = slice_skip(u->port, 1);
	return scan_whole_u64(u->port, 65535, &port) == ERR_OK ? ERR_OK
							       : ERR_SYNTAX;
}

enum err urlq_split(struct slice url, struct urlq *out)
{
	struct urlq u = { 0 };
	struct slice rest = url;
	size_t n = 0;
	enum err e;

	if (url.n > URLQ_MAX)
		return ERR_TOOBIG;
	if (has_blank(url))
		return ERR_SYNTAX;
	if (scan_lit_case(&rest, SLICE("https://")) == ERR_OK)
		u.scheme = SLICE("https");
	else if (scan_lit_case(&rest, SLICE("http://")) == ERR_OK)
		u.scheme = SLICE("http");
	else
		return ERR_SYNTAX;

	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' &&
	       rest.p[n] != '#')
		n++;
	if ((e = split_authority(slice_head(rest, n), &u)) != ERR_OK)
		return e;
	rest = slice_skip(rest, n);
	if (slice_cut(&rest, '#', &u.path))
		u.fragment = rest;
	rest = u.path;
	if (slice_cut(&rest, '?', &u.path))
		u.query = rest;
	if (u.path.n == 0)
		u.path = SLICE("/");
	*out = u;
	return ERR_OK;
}

bool urlq_next(struct slice *query, struct slice *name, struct slice *value)
{
	while (query->n > 0) {
		struct slice pair;

		(void)slice_cut(query, '&', &pair);
		if (!slice_cut(&pair, '=', name))
			pair = SLICE("");
		*value = pair;
		if (name->n > 0)
			return true;
	}
	return false;
}

void urlq_decode(struct slice raw, struct buf *out)
{
	struct buf clean;
	size_t n = 0;
	char *p;

	if (raw.n == 0 || (p = buf_room(out, raw.n)) == NULL)
		return;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%' && raw.n - i > 2 &&
			   scan_is_hex(raw.p[i + 1]) &&
			   scan_is_hex(raw.p[i + 2])) {
			c = (char)(hex_value(raw.p[i + 1]) * 16 +
				   hex_value(raw.p[i + 2]));
			i += 2;
		}
		p[n++] = c;
	}
	out->n -= raw.n - n; /* decoding only shortens */
	if (utf8_valid(slice_of(p, n)) && !has_control(slice_of(p, n)))
		return;
	buf_init(&clean, out->max);
	utf8_clean(slice_of(p, n), &clean);
	out->n -= n;
	if (buf_err(&clean) == ERR_OK)
		buf_put(out, buf_slice(&clean));
	else
		buf_fail(out, buf_err(&clean));
	buf_fini(&clean);
}

bool urlq_host_is(struct slice host, struct slice domain)
{
	if (host.n < domain.n)
		return false;
	if (!slice_eq_case(slice_skip(host, host.n - domain.n), domain))
		return false;
	return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
}

struct slice urlq_host_bare(struct slice host)
{
	const struct slice www = SLICE("www.");

	return slice_starts_case(host, www) ? slice_skip(host, www.n) : host;
}

bool urlq_same_site(struct slice a, struct slice b)
{
	a = urlq_host_bare(a);
	b = urlq_host_bare(b);
	return urlq_host_is(a, b) || urlq_host_is(b, a);
}
