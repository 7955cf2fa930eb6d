#include "sipworker/sip/sip_via.h"

#include "lib/base/scan.h"
#include "sipworker/sip/sip_param.h"

/* sent-protocol = "SIP" SLASH "2.0" SLASH transport; blanks may stand around
 * the slashes (RFC 4475 3.1.1.1). */
static enum err take_protocol(struct slice *s, struct sip_via *v)
{
	static const struct slice parts[] = { SLICE_INIT("SIP"),
		SLICE_INIT("2.0") };
	enum err e;

	for (size_t i = 0; i < RT_ARRAY_LEN(parts); i++) {
		if ((e = scan_lit_case(s, parts[i])) != ERR_OK)
			return e;
		scan_skip_blanks(s);
		if ((e = scan_byte(s, '/')) != ERR_OK)
			return e;
		scan_skip_blanks(s);
	}
	if ((e = scan_token(s, &v->transport)) != ERR_OK)
		return e;
	return scan_blanks(s);
}

/* sent-by = host [ COLON port ], blanks allowed around the colon. */
static enum err take_sent_by(struct slice *s, struct sip_via *v)
{
	size_t i = 0;

	if (s->n != 0 && s->p[0] == '[') {
		i = slice_find(*s, ']', 0);
		if (i == s->n)
			return ERR_SYNTAX;
		i++;
	} else {
		while (i < s->n && (scan_is_alnum(s->p[i]) || s->p[i] == '-' ||
				       s->p[i] == '.' || s->p[i] == '_'))
			i++;
	}
	if (i == 0)
		return ERR_SYNTAX;
	v->host = slice_head(*s, i);
	*s = slice_skip(*s, i);
	scan_skip_blanks(s);
	if (scan_byte(s, ':') != ERR_OK)
		return ERR_OK;
	scan_skip_blanks(s);
	return scan_u16(s, &v->port);
}

static enum err take_param(const struct sip_param *p, struct sip_via *v)
{
	uint64_t port;

	if (slice_eq_case(p->name, SLICE("branch"))) {
		v->branch = p->value;
	} else if (slice_eq_case(p->name, SLICE("received"))) {
		v->received = p->value;
	} else if (slice_eq_case(p->name, SLICE("rport"))) {
		v->has_rport = true;
		if (p->value.n == 0)
			return ERR_OK;
		if (scan_whole_u64(p->value, UINT16_MAX, &port) != ERR_OK)
			return ERR_SYNTAX;
		v->rport = (uint16_t)port;
	}
	return ERR_OK;
}

enum err sip_via_parse(struct slice s, struct sip_via *out)
{
	struct sip_via v = { .port = 0 };
	struct slice rest;
	struct sip_param p;
	enum err e;

	if ((e = take_protocol(&s, &v)) != ERR_OK)
		return e;
	if ((e = take_sent_by(&s, &v)) != ERR_OK)
		return e;
	scan_skip_blanks(&s);
	v.params = s;
	rest = s;
	while ((e = sip_param_next(&rest, &p)) == ERR_OK)
		if ((e = take_param(&p, &v)) != ERR_OK)
			return e;
	if (e != ERR_NOTFOUND)
		return e;
	*out = v;
	return ERR_OK;
}

bool sip_via_is_unique(const struct sip_via *v)
{
	const struct slice cookie = SLICE(SIP_VIA_COOKIE);

	return v->branch.n > cookie.n && slice_starts_case(v->branch, cookie);
}

void sip_via_put_received(struct buf *b, const struct sip_via *v,
    struct addr4 from)
{
	struct slice rest = v->params;
	struct sip_param p;

	buf_cstr(b, "SIP/2.0/");
	buf_put(b, v->transport);
	buf_char(b, ' ');
	buf_put(b, v->host);
	if (v->port != 0) {
		buf_char(b, ':');
		buf_u64(b, v->port);
	}
	while (sip_param_next(&rest, &p) == ERR_OK) {
		/* What a client claims of these two is not to be believed. */
		if (slice_eq_case(p.name, SLICE("received")) ||
		    slice_eq_case(p.name, SLICE("rport")))
			continue;
		buf_char(b, ';');
		buf_put(b, p.name);
		if (p.value.n != 0) {
			buf_char(b, '=');
			buf_put(b, p.value);
		}
	}
	buf_cstr(b, ";received=");
	addr4_put_ip(b, from.ip);
	if (v->has_rport) {
		buf_cstr(b, ";rport=");
		buf_u64(b, from.port);
	}
}

struct addr4 sip_via_reply_to(const struct sip_via *v, struct addr4 from)
{
	struct addr4 to = from;

	if (!v->has_rport && v->host.n > 0)
		to.port = v->port != 0 ? v->port : SIP_VIA_PORT;
	return to;
}
