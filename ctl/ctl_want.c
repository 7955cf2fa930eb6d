#include "ctl/ctl_want.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/scan.h"
#include "lib/core/urlq.h"

/* Paths are put behind it, so it has none; and it stands in mails, tags and
 * nginx's file. */
static bool is_public_url(const char *url)
{
	struct urlq u;
	size_t port_digits = 0;

	if (urlq_split(slice_from(url), &u) != ERR_OK)
		return false;
	for (size_t i = 0; i < u.host.n; i++)
		if (!scan_is_alnum(u.host.p[i]) &&
		    strchr(".-", u.host.p[i]) == NULL)
			return false;
	while (port_digits < u.port.n && u.port.p[port_digits] >= '0' &&
	       u.port.p[port_digits] <= '9')
		port_digits++;
	return u.host.n > 0 && port_digits == u.port.n &&
	       url[strlen(url) - 1] != '/' && slice_eq(u.path, SLICE("/")) &&
	       u.query.n == 0 && u.fragment.n == 0;
}

static enum err check_address(const char *option, const char *text)
{
	struct in_addr a;

	if (text == NULL || inet_pton(AF_INET, text, &a) == 1)
		return ERR_OK;
	log_error("run: --%s is an IPv4 address, as in 127.0.0.1: %.200s",
	    option, text);
	return ERR_RANGE;
}

static enum err check_level(const char *name)
{
	if (name == NULL || log_level_of(name) != LOG_INFO ||
	    strcmp(name, "info") == 0)
		return ERR_OK;
	log_error("run: --log-level is debug, info, warn or error: %.200s",
	    name);
	return ERR_RANGE;
}

/* As sipworker will have it. */
static enum err check_rtp(const struct settings *s,
    const struct ctl_layout_want *want)
{
	if ((want->rtp_port_min == 0 && want->rtp_port_max == 0) ||
	    (s->rtp_port_min % 2 == 0 && s->rtp_port_min < s->rtp_port_max))
		return ERR_OK;
	log_error(
	    "run: --rtp-min is even and below --rtp-max: %llu to %llu "
	    "cannot be",
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
	enum err e;

	if ((e = check_address("addr", want->address)) != ERR_OK ||
	    (e = check_address("http-addr", want->http_address)) != ERR_OK ||
	    (e = check_level(want->log_level)) != ERR_OK ||
	    (e = check_rtp(s, want)) != ERR_OK)
		return e;
	if (want->public_url != NULL && !is_public_url(want->public_url)) {
		log_error(
		    "run: --public-url is scheme, host and port, as in "
		    "https://calls.example.com, and nothing behind them: "
		    "%.200s",
		    want->public_url);
		return ERR_RANGE;
	}
	return check_calls(s, want);
}
