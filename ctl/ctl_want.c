#include "ctl/ctl_want.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cfg_is.h"
#include "lib/base/log.h"

#define RTP_PORT_LEAST 1024

/* What can be told from the words alone, by the settings' own rules. */
static const struct {
	const char *option;
	size_t offset;
	bool (*is)(struct slice v);
	const char *form;
} words[] = {
	{ "addr", offsetof(struct ctl_layout_want, address), cfg_is_ip4,
	    "an IPv4 address, as in 127.0.0.1" },
	{ "http-addr", offsetof(struct ctl_layout_want, http_address),
	    cfg_is_ip4, "an IPv4 address, as in 127.0.0.1" },
	{ "public-url", offsetof(struct ctl_layout_want, public_url),
	    cfg_is_web_url,
	    "scheme, host and port, as in https://calls.example.com, and "
	    "nothing behind them" },
	{ "trusted-fronts", offsetof(struct ctl_layout_want, trusted_fronts),
	    cfg_is_nets,
	    "up to 64 networks, as in 198.51.100.0/24,2001:db8::/32 (nothing "
	    "behind their length, none wider than /8, IPv6 /16), or empty: "
	    "none" },
	{ "smtp-url", offsetof(struct ctl_layout_want, smtp_url),
	    cfg_is_smtp_url,
	    "smtp://host[:port] or smtps://host[:port], or empty: no mail" },
	{ "dns-servers", offsetof(struct ctl_layout_want, dns_servers),
	    cfg_is_servers,
	    "IPv4 addresses, as in 192.0.2.53,192.0.2.54:5353, or empty: the "
	    "system's" },
	{ "log-level", offsetof(struct ctl_layout_want, log_level),
	    cfg_is_level, "debug, info, warn or error" },
};

enum err ctl_want_words(const struct ctl_layout_want *want)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(words); i++) {
		const char *text;

		memcpy(&text, (const char *)want + words[i].offset,
		    sizeof(text));
		if (text == NULL || words[i].is(slice_from(text)))
			continue;
		log_error("run: --%s is %s: \"%.200s\" is not", words[i].option,
		    words[i].form, text);
		return ERR_RANGE;
	}
	return ERR_OK;
}

/* As sipworker will have it. */
static enum err check_rtp(const struct settings *s,
    const struct ctl_layout_want *want)
{
	if ((want->rtp_port_min == 0 && want->rtp_port_max == 0) ||
	    (s->rtp_port_min % 2 == 0 && s->rtp_port_min >= RTP_PORT_LEAST &&
		s->rtp_port_min < s->rtp_port_max))
		return ERR_OK;
	log_error(
	    "run: --rtp-min is even, not below 1024 and below --rtp-max: %llu "
	    "to %llu cannot be",
	    (unsigned long long)s->rtp_port_min,
	    (unsigned long long)s->rtp_port_max);
	return ERR_RANGE;
}

static enum err check_calls(const struct settings *s,
    const struct ctl_layout_want *want)
{
	const uint64_t ports = s->rtp_port_max < s->rtp_port_min
				   ? 0
				   : s->rtp_port_max - s->rtp_port_min + 1;

	if (want->max_calls != 0 &&
	    s->max_calls > ports / CTL_WANT_CALL_PORTS) {
		log_error(
		    "run: --max-calls %llu needs %llu RTP ports, %d a "
		    "call; %llu to %llu are %llu, enough for %llu "
		    "calls: choose --rtp-min and --rtp-max",
		    (unsigned long long)s->max_calls,
		    (unsigned long long)s->max_calls * CTL_WANT_CALL_PORTS,
		    CTL_WANT_CALL_PORTS, (unsigned long long)s->rtp_port_min,
		    (unsigned long long)s->rtp_port_max,
		    (unsigned long long)ports,
		    (unsigned long long)ports / CTL_WANT_CALL_PORTS);
		return ERR_RANGE;
	}
	return ERR_OK;
}

enum err ctl_want_check(const struct settings *s,
    const struct ctl_layout_want *want)
{
	const enum err e = check_rtp(s, want);

	return e == ERR_OK ? check_calls(s, want) : e;
}

static void direct_url(const struct settings *s, char *out, size_t cap)
{
	(void)snprintf(out, cap, "http://%s", s->http_listen);
}

/* Splits "address:port", so that one of the two can change. */
static enum err set_listen(struct settings *s, const char *address,
    uint64_t port)
{
	struct slice port_text = slice_from(s->http_listen);
	char text[SETTINGS_ADDR_MAX];
	struct slice host;
	struct buf b;

	if (!slice_cut(&port_text, ':', &host))
		return ERR_SYNTAX;
	buf_over(&b, text, sizeof(text));
	buf_put(&b, address != NULL ? slice_from(address) : host);
	buf_char(&b, ':');
	if (port != 0)
		buf_u64(&b, port);
	else
		buf_put(&b, port_text);
	return buf_err(&b) == ERR_OK &&
		       slice_to_cstr(buf_slice(&b), s->http_listen,
			   sizeof(s->http_listen))
		   ? ERR_OK
		   : ERR_TOOBIG;
}

enum err ctl_want_http(struct settings *s, const struct ctl_layout_want *want)
{
	const char *address =
	    want->http_address != NULL ? want->http_address : want->address;
	char direct[SETTINGS_PATH_MAX + 1];
	enum err e;

	if (address == NULL && want->http_port == 0)
		return ERR_OK;
	direct_url(s, direct, sizeof(direct));
	if ((e = set_listen(s, address, want->http_port)) == ERR_OK &&
	    strcmp(s->public_url, direct) == 0)
		direct_url(s, s->public_url, sizeof(s->public_url));
	return e;
}
