#include "cgi/api/api_metrics.h"

#include <string.h>

#include "lib/base/metric.h"
#include "lib/base/settings.h"
#include "lib/db/db_gauge.h"

#define TEXT_MAX ((size_t)262144)

static const char *const programs[] = { "admin", "api", "dashboard", "dni",
	"jobd", "sipworker" };

struct page {
	bool there;
	uint64_t v[METRIC_COUNT];
};

static void head(struct buf *b, const char *name, const char *help,
    const char *type)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_value(struct buf *b, enum metric m, uint64_t v)
{
	if (metric_is_time(m))
		buf_printf(b, "%llu.%06llu\n",
		    (unsigned long long)(v / 1000000),
		    (unsigned long long)(v % 1000000));
	else
		buf_printf(b, "%llu\n", (unsigned long long)v);
}

static void put_metric(struct buf *b, enum metric m, const struct page *pages)
{
	const char *labels = metric_labels(m);

	/* Rows of one name lie together; the first has the help. */
	if (metric_help(m)[0] != '\0')
		head(b, metric_name(m), metric_help(m), "counter");
	for (size_t p = 0; p < RT_ARRAY_LEN(programs); p++) {
		if (!pages[p].there)
			continue;
		buf_printf(b, "%s{program=\"%s\"%s%s} ", metric_name(m),
		    programs[p], labels[0] == '\0' ? "" : ",", labels);
		put_value(b, m, pages[p].v[m]);
	}
}

static void put_gauge(struct buf *b, const char *name, const char *help,
    uint64_t v)
{
	head(b, name, help, "gauge");
	buf_printf(b, "%s %llu\n", name, (unsigned long long)v);
}

static void put_gauges(struct buf *b, struct db *db, int64_t now_us)
{
	struct db_gauges g;
	const bool up = db != NULL && db_gauge_read(db, now_us, &g) == ERR_OK;

	put_gauge(b, "ringtrace_database_up", "Whether the database answers.",
	    up);
	if (!up)
		return;
	put_gauge(b, "ringtrace_calls_open", "Calls that are going on.",
	    g.calls_open);
	put_gauge(b, "ringtrace_jobs_waiting", "Jobs that are due.",
	    g.jobs_due);
	put_gauge(b, "ringtrace_jobs_given_up", "Jobs for a person to see.",
	    g.jobs_dead);
	put_gauge(b, "ringtrace_webhooks_waiting", "Events not delivered yet.",
	    g.hooks_waiting);
}

enum err api_metrics(const struct req *r, struct resp *out)
{
	struct page pages[RT_ARRAY_LEN(programs)];
	struct buf b;
	enum err e;

	for (size_t p = 0; p < RT_ARRAY_LEN(programs); p++)
		pages[p].there = metric_read(r->settings->run_dir, programs[p],
				     pages[p].v) == ERR_OK;
	buf_init(&b, TEXT_MAX);
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		put_metric(&b, (enum metric)m, pages);
	put_gauges(&b, r->db, r->now_us);
	e = buf_err(&b);
	if (e == ERR_OK)
		e = resp_bytes(out, "text/plain; version=0.0.4; charset=utf-8",
		    buf_slice(&b));
	buf_fini(&b);
	return e;
}
