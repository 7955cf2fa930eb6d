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
	{ METRIC_SIP_REFUSED_BAD, AT(refused_bad) },
	{ METRIC_SIP_REGISTER_FAILED, AT(register_failed) },
	{ METRIC_SIP_REFUSED_TRUNK, AT(refused_trunk) },
	{ METRIC_SIP_REFUSED_FOREIGN, AT(refused_foreign_number) },
};

static uint64_t get(const struct engine_stats *s, size_t at)
{
	uint64_t n;

	memcpy(&n, (const char *)s + at, sizeof(n));
	return n;
}

enum of {
	OF_SOURCE, /* an address */
	OF_TRUNK
};

static const struct {
	size_t at;
	enum of of;
	size_t who; /* of the last */
	const char *text;
} lines[ENGINE_WATCH_LINES] = {
	[ENGINE_WATCH_DROPPED] = { AT(dropped_rate), OF_SOURCE, AT(rate_source),
	    "too much from one source, messages are dropped" },
	[ENGINE_WATCH_REFUSED] = { AT(refused_rate), OF_SOURCE, AT(rate_source),
	    "too many calls from one source, some get 503" },
	[ENGINE_WATCH_FOREIGN] = { AT(refused_foreign_number), OF_SOURCE,
	    AT(foreign_source),
	    "calls to numbers that come by another trunk get 404" },
	[ENGINE_WATCH_TRUNK] = { AT(refused_trunk), OF_TRUNK, AT(full_trunk),
	    "a trunk is at its limit, more calls get 503" },
	[ENGINE_WATCH_REGISTER] = { AT(register_failed), OF_TRUNK,
	    AT(unregistered_trunk), "a trunk does not take our registration" },
	[ENGINE_WATCH_UNKNOWN] = { AT(refused_unknown_number), OF_SOURCE,
	    AT(unknown_source), "calls to numbers that nobody has get 404" },
	[ENGINE_WATCH_MALFORMED] = { AT(dropped_malformed), OF_SOURCE,
	    AT(malformed_source),
	    "what cannot be read as SIP is dropped unanswered" },
	[ENGINE_WATCH_BAD] = { AT(refused_bad), OF_SOURCE, AT(bad_source),
	    "broken requests get 400, 416 or 505 with the reason" },
	[ENGINE_WATCH_LOOP] = { AT(refused_loop), OF_SOURCE, AT(loop_source),
	    "calls that were diverted too often come in circles, they get "
	    "482" },
	[ENGINE_WATCH_PASSWORD] = { AT(refused_password), OF_TRUNK,
	    AT(password_trunk),
	    "a trunk does not take our calls with its user name and "
	    "password" },
};

static void put_who(const struct engine_stats *s, enum of of, size_t at,
    struct buf *b)
{
	char text[ID_TEXT_MAX];
	struct trunk_id trunk;
	uint32_t ip;

	if (of == OF_TRUNK) {
		memcpy(&trunk, (const char *)s + at, sizeof(trunk));
		id_text(ID_KIND_trunk, trunk.v, text);
		buf_cstr(b, "trunk=");
		buf_cstr(b, text);
	} else {
		memcpy(&ip, (const char *)s + at, sizeof(ip));
		buf_cstr(b, "source=");
		addr4_put_ip(b, ip);
	}
}

/* What happens once happens for a while: its lines do not. */
static bool say(struct engine_watch *w, const struct engine_stats *s,
    enum engine_watch_line line, int64_t mono_us)
{
	const uint64_t n = get(s, lines[line].at);
	const int64_t before_us = w->logged[line].at_us;
	char who[ID_TEXT_MAX + 16];
	struct buf b;

	if (n == w->logged[line].n ||
	    (before_us != 0 && mono_us - before_us < ENGINE_WATCH_LOG_US))
		return false;
	buf_over(&b, who, sizeof(who));
	put_who(s, lines[line].of, lines[line].who, &b);
	log_warn("engine: %s: %.*s n=%llu", lines[line].text,
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

void engine_watch_begin(struct engine_watch *w, uint64_t lost)
{
	w->frames_told = w->frames_logged = lost;
}

bool engine_watch_frames(struct engine_watch *w, uint64_t lost, int64_t mono_us)
{
	if (lost > w->frames_told)
		metric_add(METRIC_REC_FRAMES_LOST, lost - w->frames_told);
	w->frames_told = lost;
	if (lost == w->frames_logged ||
	    (w->frames_at_us != 0 &&
		mono_us - w->frames_at_us < ENGINE_WATCH_LOG_US))
		return false;
	log_error(
	    "engine: the recorder is too slow, recordings have gaps: "
	    "frames=%llu",
	    (unsigned long long)(lost - w->frames_logged));
	w->frames_logged = lost;
	w->frames_at_us = mono_us;
	return true;
}
