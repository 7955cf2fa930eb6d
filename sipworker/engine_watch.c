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
};

static uint64_t get(const struct engine_stats *s, size_t at)
{
	uint64_t n;

	memcpy(&n, (const char *)s + at, sizeof(n));
	return n;
}

/* A source that is too fast is too fast for a while: its lines are not. */
static bool say(struct engine_watch *w, const struct engine_stats *s,
    int64_t mono_us)
{
	const uint64_t dropped = s->dropped_rate - w->logged_dropped;
	const uint64_t refused = s->refused_rate - w->logged_refused;
	char ip[ADDR4_TEXT_MAX];
	struct buf b;

	if (dropped + refused == 0 ||
	    (w->logged_us != 0 && mono_us - w->logged_us < ENGINE_WATCH_LOG_US))
		return false;
	buf_over(&b, ip, sizeof(ip));
	addr4_put_ip(&b, s->rate_source);
	log_warn(
	    "engine: too much from source=%.*s, all sources: "
	    "messages_dropped=%llu calls_refused=%llu",
	    SLICE_FMT(buf_slice(&b)), (unsigned long long)dropped,
	    (unsigned long long)refused);
	w->logged_dropped = s->dropped_rate;
	w->logged_refused = s->refused_rate;
	w->logged_us = mono_us;
	return true;
}

bool engine_watch(struct engine_watch *w, const struct engine *e,
    int64_t mono_us)
{
	struct engine_stats s;

	engine_count(e, &s);
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const uint64_t n =
		    get(&s, rows[i].at) - get(&w->told, rows[i].at);

		if (n > 0)
			metric_add(rows[i].metric, n);
	}
	w->told = s;
	return say(w, &s, mono_us);
}
