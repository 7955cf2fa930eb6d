/* dashboard.fcgi - the pages for marketers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgi/page/page_call.h"
#include "cgi/page/page_calls.h"
#include "cgi/page/page_companies.h"
#include "cgi/page/page_export.h"
#include "cgi/page/page_feed.h"
#include "cgi/page/page_forms.h"
#include "cgi/page/page_forms_out.h"
#include "cgi/page/page_live.h"
#include "cgi/page/page_login.h"
#include "cgi/page/page_mark.h"
#include "cgi/page/page_mark_all.h"
#include "cgi/page/page_models.h"
#include "cgi/page/page_now.h"
#include "cgi/page/page_overview.h"
#include "cgi/page/page_pool.h"
#include "cgi/page/page_pools.h"
#include "cgi/page/page_recording.h"
#include "cgi/page/page_report.h"
#include "cgi/page/page_report_out.h"
#include "cgi/page/page_rerun.h"
#include "cgi/page/page_site.h"
#include "cgi/page/page_spend.h"
#include "cgi/page/page_spend_month.h"
#include "cgi/page/page_unsubscribe.h"
#include "cgi/page/page_usage.h"
#include "cgi/page/page_views.h"
#include "cgi/page/page_visitors.h"
#include "cgi/page/page_visitors_out.h"
#include "cgi/tmpl/tmpl.h"
#include "cgi/web/kept.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

static const struct route routes[] = {
	{ REQ_GET, "/", ROUTE_READ_ONLY, .handler = page_overview },
	{ REQ_GET, "/calls", ROUTE_READ_ONLY, .handler = page_calls },
	{ REQ_GET, "/calls.csv", ROUTE_ANALYST, .handler = page_export_csv },
	{ REQ_GET, "/calls.jsonl", ROUTE_ANALYST,
	    .handler = page_export_jsonl },
	{ REQ_GET, "/calls/mark", ROUTE_ANALYST, .handler = page_mark_all },
	{ REQ_POST, "/calls/mark", ROUTE_ANALYST, .body = REQ_BODY_URLENCODED,
	    .body_max = 8192, .handler = page_mark_all_post },
	{ REQ_GET, "/forms", ROUTE_READ_ONLY, .handler = page_forms },
	{ REQ_GET, "/forms.csv", ROUTE_ANALYST, .handler = page_forms_out_csv },
	{ REQ_GET, "/forms.jsonl", ROUTE_ANALYST,
	    .handler = page_forms_out_jsonl },
	{ REQ_GET, "/forms/{id}", ROUTE_READ_ONLY, .handler = page_forms_one },
	{ REQ_GET, "/reports", ROUTE_READ_ONLY, .handler = page_report },
	{ REQ_GET, "/reports.csv", ROUTE_ANALYST,
	    .handler = page_report_out_csv },
	{ REQ_GET, "/reports.json", ROUTE_ANALYST, ROUTE_API,
	    .handler = page_report_out_json },
	{ REQ_GET, "/spend", ROUTE_ANALYST, .handler = page_spend },
	{ REQ_POST, "/spend", ROUTE_ANALYST, .body = REQ_BODY_MULTIPART,
	    .body_max = PAGE_SPEND_BODY_MAX, .handler = page_spend_import },
	{ REQ_POST, "/spend/monthly", ROUTE_ANALYST,
	    .body = REQ_BODY_URLENCODED, .body_max = 32768,
	    .handler = page_spend_month },
	{ REQ_POST, "/marks", ROUTE_AGENT, .body = REQ_BODY_URLENCODED,
	    .handler = page_mark },
	{ REQ_POST, "/views", ROUTE_AGENT, .body = REQ_BODY_URLENCODED,
	    .handler = page_views_add },
	{ REQ_POST, "/views/{id}/delete", ROUTE_AGENT,
	    .body = REQ_BODY_URLENCODED, .body_max = 8192,
	    .handler = page_views_drop },
	{ REQ_GET, "/calls/{id}", ROUTE_READ_ONLY, .handler = page_call },
	{ REQ_GET, "/calls/{id}/recording", ROUTE_READ_ONLY,
	    .handler = page_recording },
	{ REQ_GET, "/calls/{id}/peaks.json", ROUTE_READ_ONLY, ROUTE_API,
	    .handler = page_recording_peaks },
	{ REQ_GET, "/attribution", ROUTE_READ_ONLY, .handler = page_models },
	{ REQ_GET, "/attribution/reruns", ROUTE_READ_ONLY,
	    .handler = page_rerun },
	{ REQ_POST, "/attribution/preview", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .body_max = 8192,
	    .handler = page_rerun_add },
	{ REQ_GET, "/attribution/reruns/{id}", ROUTE_READ_ONLY,
	    .handler = page_rerun_show },
	{ REQ_POST, "/attribution/reruns/{id}/apply", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .body_max = 8192,
	    .handler = page_rerun_apply },
	{ REQ_POST, "/attribution/reruns/{id}/stop", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .body_max = 8192,
	    .handler = page_rerun_stop },
	{ REQ_GET, "/visitors", ROUTE_READ_ONLY, .handler = page_visitors },
	{ REQ_GET, "/visitors.csv", ROUTE_ANALYST,
	    .handler = page_visitors_out_csv },
	{ REQ_GET, "/visitors/{id}", ROUTE_READ_ONLY,
	    .handler = page_visitors_one },
	{ REQ_GET, "/pools", ROUTE_READ_ONLY, .handler = page_pools },
	{ REQ_GET, "/pools/{id}", ROUTE_READ_ONLY, .handler = page_pool },
	{ REQ_GET, "/live", ROUTE_READ_ONLY, .handler = page_now },
	{ REQ_GET, "/live/calls.json", ROUTE_READ_ONLY, ROUTE_API,
	    .handler = page_now_json },
	{ REQ_GET, "/usage", ROUTE_READ_ONLY, .handler = page_usage },
	{ REQ_GET, "/usage.csv", ROUTE_ANALYST, .handler = page_usage_csv },
	{ REQ_GET, "/usage.json", ROUTE_ANALYST, ROUTE_API,
	    .handler = page_usage_json },
	{ REQ_GET, "/sites", ROUTE_READ_ONLY, .handler = page_site_list },
	{ REQ_GET, "/sites/{id}", ROUTE_READ_ONLY, .handler = page_site },
	{ REQ_GET, "/live.json", ROUTE_READ_ONLY, ROUTE_API,
	    .handler = page_live },
	{ REQ_GET, "/companies", ROUTE_READ_ONLY, .handler = page_companies },
	{ REQ_GET, "/companies/names.json", ROUTE_READ_ONLY, ROUTE_API,
	    .handler = page_companies_names },
	{ REQ_GET, "/companies/{id}/logo", ROUTE_READ_ONLY,
	    .handler = page_companies_logo },
	{ REQ_POST, "/companies/favourite", ROUTE_READ_ONLY,
	    .body = REQ_BODY_URLENCODED, .body_max = 8192,
	    .handler = page_companies_favourite, .any_company = true },
	{ REQ_POST, "/company", ROUTE_READ_ONLY, .body = REQ_BODY_URLENCODED,
	    .body_max = 8192, .handler = page_live_company,
	    .any_company = true },
	{ REQ_GET, "/login", ROUTE_PUBLIC, .handler = page_login },
	{ REQ_POST, "/login", ROUTE_PUBLIC, .body = REQ_BODY_URLENCODED,
	    .body_max = KEPT_BODY_MAX, .handler = page_login_post,
	    .stale = page_login_stale },
	/* For platforms, which hold no cookie: the address is the proof. */
	{ REQ_GET, "/feeds/{secret}/conversions.csv", ROUTE_PUBLIC, ROUTE_API,
	    .csrf = ROUTE_CSRF_NONE, .handler = page_feed },
	{ REQ_GET, "/feeds/{secret}/adjustments.csv", ROUTE_PUBLIC, ROUTE_API,
	    .csrf = ROUTE_CSRF_NONE, .handler = page_feed_changes },
	{ REQ_GET, "/unsubscribe/{token}", ROUTE_PUBLIC,
	    .handler = page_unsubscribe },
	/* From mail programs, which hold no cookie: the address is the proof.
	 */
	{ REQ_POST, "/unsubscribe/{token}", ROUTE_PUBLIC,
	    .csrf = ROUTE_CSRF_NONE, .body = REQ_BODY_MULTIPART,
	    .body_max = 8192, .handler = page_unsubscribe_post },
	{ REQ_POST, "/logout", ROUTE_PUBLIC, .body = REQ_BODY_URLENCODED,
	    .body_max = 8192, .handler = page_login_out,
	    .stale = page_login_out },
};

int main(int argc, char **argv)
{
	struct tmpl_set *templates = NULL;
	struct settings s;
	enum err e;

	log_open("dashboard", STDERR_FILENO, LOG_INFO);
	if (argc == 2 && strcmp(argv[1], "--routes") == 0)
		return web_routes(routes, RT_ARRAY_LEN(routes));
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		log_error("usage: dashboard.fcgi -c FILE");
		return 2;
	}
	if (settings_load(argv[2], &s) != ERR_OK)
		return 1;
	log_open("dashboard", STDERR_FILENO, log_level_of(s.log_level));
	if (web_templates(&s, &templates) != ERR_OK)
		return 1;
	e = web_run(&(struct web_conf){
	    .name = "dashboard",
	    .settings = &s,
	    .templates = templates,
	    .routes = routes,
	    .n_routes = RT_ARRAY_LEN(routes),
	    .db_user = "dashboard",
	    .threads = (unsigned int)s.web_threads,
	    /* A year of quarters of an hour, and the year before. */
	    .arena_max = (size_t)64 << 20,
	});
	tmpl_set_free(templates);
	return e == ERR_OK ? 0 : 1;
}
