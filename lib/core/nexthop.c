#include "lib/core/nexthop.h"

#include "lib/base/addr4.h"
#include "lib/base/scan.h"

#define LABEL_MAX 63

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_label(struct slice s)
{
	if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-' &&
		    s.p[i] != '_')
			return false;
	return true;
}

static bool is_number(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return true;
}

bool nexthop_is_name(struct slice s)
{
	struct slice label;

	if (s.n > NEXTHOP_NAME_MAX)
		return false;
	for (;;) {
		const size_t dot = slice_find(s, '.', 0);

		label = slice_head(s, dot);
		if (!is_label(label))
			return false;
		if (dot >= s.n)
			break;
		s = slice_skip(s, dot + 1);
	}
	return !is_number(label);
}

enum err nexthop_parse(struct slice text, struct nexthop *out)
{
	struct nexthop h = { .name = SLICE("") };
	const size_t colon = slice_find(text, ':', 0);
	const struct slice host = slice_head(text, colon);
	uint64_t port;

	if (colon < text.n) {
		if (scan_whole_u64(slice_skip(text, colon + 1), 65535, &port) !=
			ERR_OK ||
		    port == 0)
			return ERR_SYNTAX;
		h.port = (uint16_t)port;
	}
	if (addr4_ip(host, &h.ip) == ERR_OK) {
		if (h.ip == 0)
			return ERR_SYNTAX;
	} else if (nexthop_is_name(host)) {
		h.ip = 0;
		h.name = host;
	} else {
		return ERR_SYNTAX;
	}
	*out = h;
	return ERR_OK;
}

/* ";transport=udp;user=phone" and the like (RFC 3261 19.1.1). */
static bool are_params(struct slice s)
{
	struct slice one, name;

	while (s.n > 0) {
		(void)slice_cut(&s, ';', &one);
		(void)slice_cut(&one, '=', &name);
		if (slice_eq_case(name, SLICE("maddr")) ||
		    (slice_eq_case(name, SLICE("transport")) &&
			!slice_eq_case(one, SLICE("udp"))))
			return false;
	}
	return true;
}

bool nexthop_is_sip(struct slice uri)
{
	struct nexthop hop;
	struct slice host, params;
	size_t at;

	if (!slice_starts(uri, SLICE("sip:")))
		return false;
	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] <= ' ' || uri.p[i] > '~' || uri.p[i] == '<' ||
		    uri.p[i] == '>' || uri.p[i] == '"')
			return false;
	host = slice_skip(uri, 4);
	at = slice_find(host, '@', 0);
	if (at < host.n)
		host = slice_skip(host, at + 1);
	params = slice_skip(host, slice_find(host, ';', 0));
	host = slice_head(host, slice_find(host, ';', 0));
	return slice_find(params, '?', 0) == params.n && are_params(params) &&
	       nexthop_parse(host, &hop) == ERR_OK;
}
