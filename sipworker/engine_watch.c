#include "sipworker/engine_watch.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/metric.h"

#define AT(member) offsetof(struct engine_stats, member)

static const struct {
	enum metric metric;
	size_t at;
} rows[] = {
	{ METRIC_SIP_RECEIVED, AT(datagrams) },
	{ METRIC_SIP_SENT, AT(sent) },
	{ METRIC_SIP_DROPPED_SOURCE, AT(dropped_unknown_source) },
	{ METRIC_SIP_DROPPED_RATE, AT(dropped_rate) },
	{ METRIC_SIP_DROPPED_MALFORMED, AT(dropped_malformed) },
	{ METRIC_SIP_DROPPED_STRAY, AT(dropped_stray) },
	{ METRIC_SIP_REFUSED_RATE, AT(refused_rate) },
	{ METRIC_SIP_REFUSED_OVERLOAD, AT(refused_overload) },
	{ METRIC_SIP_REFUSED_NUMBER, AT(refused_unknown_number) },
	{ METRIC_SIP_REFUSED_FOREIGN, AT(refused_foreign_number) },
};

static uint64_t get(const struct engine_stats *s, size_t at)
{
	uint64_t n;

	memcpy(&n, (const char *)s + at, sizeof(n));
	return n;
}

static const struct {
	size_t at;
	size_t source; /* of the last */
	const char *text;
} lines[ENGINE_WATCH_LINES] = {
	[ENGINE_WATCH_DROPPED] = { AT(dropped_rate), AT(rate_source),
	    "too much from one source, messages are dropped" },
	[ENGINE_WATCH_REFUSED] = { AT(refused_rate), AT(rate_source),
	    "too many calls from one source, some get 503" },
	[ENGINE_WATCH_FOREIGN] = { AT(refused_foreign_number),
	    AT(foreign_source),
	    "calls to numbers that come by another trunk get 404" },
};

/* What happens once happens for a while: its lines do not. */
static bool say(struct engine_watch *w, const struct engine_stats *s,
    enum engine_watch_line line, int64_t mono_us)
{
	const uint64_t n = get(s, lines[line].at);
	const int64_t before_us = w->logged[line].at_us;
	char ip[ADDR4_TEXT_MAX];
	uint32_t source;
	struct buf b;

	if (n == w->logged[line].n ||
	    (before_us != 0 && mono_us - before_us < ENGINE_WATCH_LOG_US))
		return false;
	memcpy(&source, (const char *)s + lines[line].source, sizeof(source));
	buf_over(&b, ip, sizeof(ip));
	addr4_put_ip(&b, source);
	log_warn("engine: %s: source=%.*s n=%llu", lines[line].text,
	    SLICE_FMT(buf_slice(&b)),
	    (unsigned long long)(n - w->logged[line].n));
	w->logged[line].n = n;
	w->logged[line].at_us = mono_us;
	return true;
}

unsigned int engine_watch(struct engine_watch *w, const struct engine *e,
    int64_t mono_us)
{
	unsigned int said = 0;
	struct engine_stats s;

	engine_count(e, &s);
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const uint64_t n =
		    get(&s, rows[i].at) - get(&w->told, rows[i].at);

		if (n > 0)
			metric_add(rows[i].metric, n);
	}
	w->told = s;
	for (size_t i = 0; i < ENGINE_WATCH_LINES; i++)
		said += say(w, &s, (enum engine_watch_line)i, mono_us);
	return said;
}
