#include "sipworker/sip/sip_uri.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/scan.h"
#include "sipworker/sip/sip_param.h"

/* RFC 3261 25.1 unreserved and user-unreserved. */
static bool is_user_char(char c)
{
	return c != '\0' &&
	       (scan_is_alnum(c) || strchr("-_.!~*'()&=+$,;?/", c));
}

/* Everything printable of ASCII; UTF-8 in the wild is let through. */
static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"')
			return false;
	}
	return true;
}

static enum err check_user(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			if (s.n - i < 3 || hex_value(s.p[i + 1]) < 0 ||
			    hex_value(s.p[i + 2]) < 0)
				return ERR_SYNTAX;
			i += 2;
		} else if (!is_user_char(s.p[i]) && s.p[i] != '#' &&
			   s.p[i] != ':' && (unsigned char)s.p[i] < 0x80) {
			/* '#' is sent unescaped by many PBXs. */
			return ERR_SYNTAX;
		}
	}
	return ERR_OK;
}

static enum err take_host(struct slice *s, struct slice *out)
{
	size_t i = 0;

	if (s->n != 0 && s->p[0] == '[') {
		i = slice_find(*s, ']', 0);
		if (i == s->n || i < 3)
			return ERR_SYNTAX;
		for (size_t k = 1; k < i; k++)
			if (!scan_is_hex(s->p[k]) && s->p[k] != ':' &&
			    s->p[k] != '.')
				return ERR_SYNTAX;
		i++;
	} else {
		while (i < s->n && (scan_is_alnum(s->p[i]) || s->p[i] == '-' ||
				       s->p[i] == '.' || s->p[i] == '_'))
			i++;
	}
	if (i == 0)
		return ERR_SYNTAX;
	*out = slice_head(*s, i);
	*s = slice_skip(*s, i);
	return ERR_OK;
}

/* *( ";" pname [ "=" pvalue ] ), wider than the grammar but without blanks. */
static enum err take_params(struct slice *s, struct slice *out)
{
	size_t i = 0;

	while (i < s->n && s->p[i] != '?')
		i++;
	for (size_t k = 0; k < i; k++)
		if (s->p[k] == ';' &&
		    (k + 1 == i || s->p[k + 1] == ';' || s->p[k + 1] == '='))
			return ERR_SYNTAX;
	*out = slice_head(*s, i);
	*s = slice_skip(*s, i);
	return ERR_OK;
}

/* userinfo ends at the "@"; a ";" or "?" in a user part is legal, so the "@"
 * is looked for first (RFC 4475 3.1.1.2 semiuri). */
static enum err parse_sip(struct slice s, struct sip_uri *u)
{
	const size_t at = slice_find(s, '@', 0);
	enum err e;

	if (at != s.n) {
		struct slice info = slice_head(s, at);

		(void)slice_cut(&info, ':', &u->user);
		u->password = u->user.n == at ? SLICE("") : info;
		if (u->user.n == 0 || check_user(u->user) != ERR_OK ||
		    check_user(u->password) != ERR_OK)
			return ERR_SYNTAX;
		s = slice_skip(s, at + 1);
	}
	if ((e = take_host(&s, &u->host)) != ERR_OK)
		return e;
	if (scan_byte(&s, ':') == ERR_OK &&
	    (scan_u16(&s, &u->port) != ERR_OK || u->port == 0))
		return ERR_SYNTAX;
	if (s.n != 0 && s.p[0] == ';' &&
	    (e = take_params(&s, &u->params)) != ERR_OK)
		return e;
	if (s.n != 0 && s.p[0] == '?') {
		u->headers = slice_skip(s, 1);
		s = SLICE("");
	}
	return s.n == 0 ? ERR_OK : ERR_SYNTAX;
}

static enum err parse_tel(struct slice s, struct sip_uri *u)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != ';') {
		if (!scan_is_hex(s.p[i]) && !strchr("+-.()*#", s.p[i]))
			return ERR_SYNTAX;
		i++;
	}
	u->user = slice_head(s, i);
	s = slice_skip(s, i);
	if (u->user.n == 0 || take_params(&s, &u->params) != ERR_OK)
		return ERR_SYNTAX;
	return s.n == 0 ? ERR_OK : ERR_SYNTAX;
}

static bool is_scheme(struct slice s)
{
	if (s.n == 0 || !scan_is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!scan_is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

enum err sip_uri_parse(struct slice s, struct sip_uri *out)
{
	struct sip_uri u = { .scheme = SIP_URI_OTHER };
	struct slice scheme;
	enum err e = ERR_OK;

	if (!is_plain(s) || !slice_cut(&s, ':', &scheme) || !is_scheme(scheme))
		return ERR_SYNTAX;
	if (slice_eq_case(scheme, SLICE("sip")))
		u.scheme = SIP_URI_SIP;
	else if (slice_eq_case(scheme, SLICE("sips")))
		u.scheme = SIP_URI_SIPS;
	else if (slice_eq_case(scheme, SLICE("tel")))
		u.scheme = SIP_URI_TEL;

	if (u.scheme == SIP_URI_SIP || u.scheme == SIP_URI_SIPS)
		e = parse_sip(s, &u);
	else if (u.scheme == SIP_URI_TEL)
		e = parse_tel(s, &u);
	else if (s.n == 0)
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		*out = u;
	return e;
}

bool sip_uri_has(const struct sip_uri *u, struct slice param)
{
	struct slice v;

	return sip_param_find(u->params, param, &v) == ERR_OK;
}

void sip_uri_put_user(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		/* ';' and '?' are legal but misread by some peers. */
		if (is_user_char(s.p[i]) && s.p[i] != ';' && s.p[i] != '?') {
			buf_char(b, s.p[i]);
		} else {
			buf_char(b, '%');
			buf_hex(b, s.p + i, 1);
		}
	}
}
