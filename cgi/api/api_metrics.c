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

static void put_metric(struct buf *b, enum metric m, const struct page *pages)
{
	const char *labels = metric_labels(m);

	/* Rows of one name lie together; the first has the help. */
	if (metric_help(m)[0] != '\0')
		head(b, metric_name(m), metric_help(m), "counter");
	for (size_t p = 0; p < RT_ARRAY_LEN(programs); p++) {
		if (!pages[p].there)
			continue;
		buf_printf(b, "%s{program=\"%s\"%s%s} %llu\n", metric_name(m),
		    programs[p], labels[0] == '\0' ? "" : ",", labels,
		    (unsigned long long)pages[p].v[m]);
	}
}

static void put_gauges(struct buf *b, struct db *db, int64_t now_us)
{
	struct db_gauges g;
	const bool up = db != NULL && db_gauge_read(db, now_us, &g) == ERR_OK;

	head(b, "ringtrace_database_up", "Whether the database answers.",
	    "gauge");
	buf_printf(b, "ringtrace_database_up %d\n", up ? 1 : 0);
	if (!up)
		return;
	head(b, "ringtrace_calls_open", "Calls that are going on.", "gauge");
	buf_printf(b, "ringtrace_calls_open %llu\n",
	    (unsigned long long)g.calls_open);
	head(b, "ringtrace_jobs_waiting", "Jobs that are due.", "gauge");
	buf_printf(b, "ringtrace_jobs_waiting %llu\n",
	    (unsigned long long)g.jobs_due);
	head(b, "ringtrace_jobs_given_up", "Jobs for a person to see.",
	    "gauge");
	buf_printf(b, "ringtrace_jobs_given_up %llu\n",
	    (unsigned long long)g.jobs_dead);
	head(b, "ringtrace_webhooks_waiting", "Events not delivered yet.",
	    "gauge");
	buf_printf(b, "ringtrace_webhooks_waiting %llu\n",
	    (unsigned long long)g.hooks_waiting);
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
