#include "lib/base/cfg_is.h"

#include "lib/base/addr4.h"
#include "lib/base/net.h"
#include "lib/base/scan.h"

bool cfg_is_ip4(struct slice v)
{
	uint32_t ip;

	return addr4_ip(v, &ip) == ERR_OK;
}

/* Port 0 is none: what listens or is asked needs one. */
static bool is_server(struct slice v, uint16_t default_port)
{
	struct addr4 a;

	return addr4_parse(v, default_port, &a) == ERR_OK && a.port != 0;
}

bool cfg_is_ip4_or_none(struct slice v)
{
	return v.n == 0 || is_server(v, 1);
}

bool cfg_is_listen(struct slice v)
{
	return is_server(v, 0);
}

bool cfg_is_servers(struct slice v)
{
	struct slice one;
	bool more = v.n > 0;

	while (more) {
		more = slice_cut(&v, ',', &one);
		if (!is_server(slice_trim(one), 53))
			return false;
	}
	return true;
}

/* Half of the world in each of two networks is the world. */
static bool is_too_wide(const struct net *n)
{
	const bool local = n->v6 && (n->ip[0] & 0xfe) == 0xfc;

	return n->bits < (!n->v6 ? 8 : local ? 7 : 16);
}

bool cfg_is_nets(struct slice v)
{
	struct slice one;
	bool more = v.n > 0;
	struct net net;

	for (unsigned int n = 0; more; n++) {
		more = slice_cut(&v, ',', &one);
		if (n == CFG_IS_NETS_MAX ||
		    net_parse(slice_trim(one), &net) != ERR_OK ||
		    is_too_wide(&net))
			return false;
	}
	return true;
}

static bool is_name(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!scan_is_alnum(v.p[i]) && v.p[i] != '.' && v.p[i] != '-' &&
		    v.p[i] != '_')
			return false;
	return v.n > 0;
}

/* Takes host and ":port". */
static bool take_host(struct slice *v)
{
	size_t n = 0;
	uint16_t port;

	while (n < v->n && is_name(slice_of(v->p + n, 1)))
		n++;
	*v = slice_skip(*v, n);
	if (n == 0)
		return false;
	return scan_byte(v, ':') != ERR_OK ||
	       (scan_u16(v, &port) == ERR_OK && port != 0);
}

/* Takes "[v6]" and ":port". */
static bool take_ip6(struct slice *v)
{
	struct slice in;
	uint16_t port;

	if (scan_byte(v, '[') != ERR_OK || scan_until(v, ']', &in) != ERR_OK ||
	    in.n < 2)
		return false;
	for (size_t i = 0; i < in.n; i++)
		if (!scan_is_hex(in.p[i]) && in.p[i] != ':' && in.p[i] != '.')
			return false;
	*v = slice_skip(*v, 1);
	return scan_byte(v, ':') != ERR_OK ||
	       (scan_u16(v, &port) == ERR_OK && port != 0);
}

bool cfg_is_web_url(struct slice v)
{
	if (scan_lit_case(&v, SLICE("http://")) != ERR_OK &&
	    scan_lit_case(&v, SLICE("https://")) != ERR_OK)
		return false;
	return take_host(&v) && v.n == 0;
}

bool cfg_is_smtp_url(struct slice v)
{
	if (v.n == 0)
		return true;
	if (scan_lit_case(&v, SLICE("smtp://")) != ERR_OK &&
	    scan_lit_case(&v, SLICE("smtps://")) != ERR_OK)
		return false;
	if (v.n > 0 && v.p[0] == '[' ? !take_ip6(&v) : !take_host(&v))
		return false;
	return v.n == 0 ||
	       (scan_byte(&v, '/') == ERR_OK && (v.n == 0 || is_name(v)));
}

bool cfg_is_name(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!scan_is_alnum(v.p[i]) && v.p[i] != '_' && v.p[i] != '-')
			return false;
	return v.n > 0;
}

bool cfg_is_level(struct slice v)
{
	return slice_eq(v, SLICE("debug")) || slice_eq(v, SLICE("info")) ||
	       slice_eq(v, SLICE("warn")) || slice_eq(v, SLICE("error"));
}

bool cfg_is_sender(struct slice v)
{
	struct slice name, host = v;

	if (slice_find(v, '<', 0) != v.n) {
		if (!slice_ends(v, SLICE(">")) || !slice_cut(&host, '<', &name))
			return false;
		host.n--;
	}
	if (!slice_cut(&host, '@', &name))
		return false;
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < ' ' || v.p[i] == 0x7f)
			return false;
	return name.n > 0 && slice_find(name, ' ', 0) == name.n &&
	       is_name(host);
}
