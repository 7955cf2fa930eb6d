/* api.fcgi - the JSON endpoints under /api/v1, and /metrics. */
#include <string.h>
#include <unistd.h>

#include "cgi/api/api_calls.h"
#include "cgi/api/api_flow.h"
#include "cgi/api/api_flow_try.h"
#include "cgi/api/api_hook.h"
#include "cgi/api/api_list.h"
#include "cgi/api/api_metrics.h"
#include "cgi/api/api_number.h"
#include "cgi/api/api_openapi.h"
#include "cgi/api/api_report.h"
#include "cgi/api/api_spend.h"
#include "cgi/api/api_status.h"
#include "cgi/api/api_things.h"
#include "cgi/api/api_user.h"
#include "cgi/api/api_who.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"
#include "lib/core/scope.h"

/* A flow of the largest size, tried. */
#define ARENA_MAX_BYTES ((size_t)32 << 20)

/* Keys, not cookies: nothing here can be forged from another site. */
#define KEYED ROUTE_PUBLIC, ROUTE_API, ROUTE_CSRF_NONE
#define READS(address, needs, serves)                                      \
	{                                                                  \
		REQ_GET, address, KEYED, .handler = (serves),              \
					 .data = &(const struct api_route) \
		{                                                          \
			.scope = (needs)                                   \
		}                                                          \
	}
#define LISTS(name, needs)                       \
	READS("/api/v1/" name, needs, api_list), \
	    READS("/api/v1/" name "/{id}", needs, api_list_one)

#define WRITES(method, address, needs, serves, of)                        \
	{                                                                 \
		method, address, KEYED, .body = REQ_BODY_RAW,             \
					.handler = (serves),              \
					.data = &(const struct api_route) \
		{                                                         \
			.scope = (needs), .writes = true, .setup = (of)   \
		}                                                         \
	}
#define RETIRES(address, needs, of)                                           \
	{                                                                     \
		REQ_DELETE, address, KEYED, .handler = api_setup_retire,      \
					    .data = &(const struct api_route) \
		{                                                             \
			.scope = (needs), .writes = true, .setup = (of)       \
		}                                                             \
	}
#define DOES(method, address, needs, most, serves)                         \
	{                                                                  \
		method, address, KEYED,                                    \
		    .body = REQ_BODY_RAW, .body_max = (most),              \
		    .handler = (serves), .data = &(const struct api_route) \
		{                                                          \
			.scope = (needs), .writes = true                   \
		}                                                          \
	}
/* A POST that says all by its address: a body is not looked at. */
#define ACTS(address, needs, serves) DOES(REQ_POST, address, needs, 0, serves)
#define PUTS_AWAY(address, needs, serves)                                     \
	{                                                                     \
		REQ_DELETE, address, KEYED, .handler = (serves),              \
					    .data = &(const struct api_route) \
		{                                                             \
			.scope = (needs), .writes = true                      \
		}                                                             \
	}
#define SETS_UP(name, reads, needs, of)                                  \
	LISTS(name, reads),                                              \
	    WRITES(REQ_POST, "/api/v1/" name, needs, api_setup_add, of), \
	    WRITES(REQ_PATCH, "/api/v1/" name "/{id}", needs,            \
		api_setup_change, of),                                   \
	    RETIRES("/api/v1/" name "/{id}", needs, of)

static const struct route routes[] = {
	{ REQ_GET, "/api/v1/status", KEYED, .handler = api_status },
	{ REQ_GET, "/api/v1/openapi.json", KEYED, .handler = api_openapi },
	{ REQ_GET, "/metrics", KEYED, .handler = api_metrics },
	READS("/api/v1/calls", SCOPE(CALLS_READ), api_calls),
	READS("/api/v1/calls/{id}", SCOPE(CALLS_READ), api_calls_one),
	{ REQ_PATCH, "/api/v1/calls/{id}", KEYED, .body = REQ_BODY_RAW,
	    .handler = api_calls_patch,
	    .data = &(const struct api_route){ .scope = SCOPE(CALLS_WRITE) } },
	READS("/api/v1/calls/{id}/recording", SCOPE(CALLS_READ),
	    api_calls_recording),
	READS("/api/v1/calls/{id}/recording/audio", SCOPE(RECORDINGS_READ),
	    api_calls_audio),
	READS("/api/v1/calls/{id}/page_views", SCOPE(CALLS_READ),
	    api_calls_views),
	READS("/api/v1/export/calls.jsonl", SCOPE(EXPORT_READ),
	    api_calls_export),
	READS("/api/v1/reports/summary", SCOPE(REPORTS_READ),
	    api_report_summary),
	READS("/api/v1/reports/timeseries", SCOPE(REPORTS_READ),
	    api_report_timeseries),
	{ REQ_POST, "/api/v1/spend", KEYED, .body = REQ_BODY_RAW,
	    .body_max = API_SPEND_BODY_BYTES, .handler = api_spend,
	    .data = &(const struct api_route){ .scope = SCOPE(SPEND_WRITE) } },
	SETS_UP("numbers", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_number),
	DOES(REQ_POST, "/api/v1/numbers/import", SCOPE(SETUP_WRITE),
	    API_NUMBER_IMPORT_BYTES, api_number_import),
	ACTS("/api/v1/numbers/{id}/rest", SCOPE(SETUP_WRITE), api_number_rest),
	ACTS("/api/v1/numbers/{id}/lift", SCOPE(SETUP_WRITE), api_number_lift),
	SETS_UP("trackers", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_tracker),
	SETS_UP("pools", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_pool),
	SETS_UP("destinations", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_destination),
	SETS_UP("locations", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_location),
	SETS_UP("sites", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_site),
	SETS_UP("tags", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE), &api_things_tag),
	SETS_UP("outcomes", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_outcome),
	SETS_UP("lists", SCOPE(SETUP_READ), SCOPE(SETUP_WRITE),
	    &api_things_caller_list),
	LISTS("flows", SCOPE(SETUP_READ)),
	DOES(REQ_POST, "/api/v1/flows", SCOPE(SETUP_WRITE), API_FLOW_BODY_MAX,
	    api_flow_add),
	DOES(REQ_PATCH, "/api/v1/flows/{id}", SCOPE(SETUP_WRITE), 0,
	    api_flow_change),
	PUTS_AWAY("/api/v1/flows/{id}", SCOPE(SETUP_WRITE), api_flow_retire),
	DOES(REQ_POST, "/api/v1/flows/validate", SCOPE(SETUP_READ),
	    API_FLOW_BODY_MAX, api_flow_validate),
	DOES(REQ_POST, "/api/v1/flows/simulate", SCOPE(SETUP_READ),
	    API_FLOW_BODY_MAX, api_flow_try_new),
	DOES(REQ_POST, "/api/v1/flows/{id}/simulate", SCOPE(SETUP_READ),
	    API_FLOW_BODY_MAX, api_flow_try),
	READS("/api/v1/flows/{id}/draft", SCOPE(SETUP_READ), api_flow_draft),
	DOES(REQ_PUT, "/api/v1/flows/{id}/draft", SCOPE(SETUP_WRITE),
	    API_FLOW_BODY_MAX, api_flow_draft_put),
	DOES(REQ_POST, "/api/v1/flows/{id}/publish", SCOPE(SETUP_WRITE), 0,
	    api_flow_publish),
	READS("/api/v1/flows/{id}/versions", SCOPE(SETUP_READ),
	    api_flow_read_versions),
	READS("/api/v1/flows/{id}/versions/{version}", SCOPE(SETUP_READ),
	    api_flow_read_version),
	READS("/api/v1/flows/{id}/diff", SCOPE(SETUP_READ), api_flow_read_diff),
	SETS_UP("companies", SCOPE(SETUP_READ), SCOPE(COMPANIES_WRITE),
	    &api_things_company),
	SETS_UP("users", SCOPE(USERS_READ), SCOPE(USERS_WRITE),
	    &api_things_user),
	ACTS("/api/v1/users/{id}/invitation", SCOPE(USERS_WRITE),
	    api_user_invite),
	ACTS("/api/v1/webhooks/{id}/test", SCOPE(WEBHOOKS_WRITE),
	    api_hook_test),
	READS("/api/v1/webhooks/{id}/deliveries", SCOPE(WEBHOOKS_READ),
	    api_hook_deliveries),
	DOES(REQ_POST, "/api/v1/webhooks/{id}/replay", SCOPE(WEBHOOKS_WRITE), 0,
	    api_hook_replay),
	SETS_UP("webhooks", SCOPE(WEBHOOKS_READ), SCOPE(WEBHOOKS_WRITE),
	    &api_things_webhook),
	LISTS("forms", SCOPE(FORMS_READ)),
};

int main(int argc, char **argv)
{
	struct settings s;

	log_open("api", STDERR_FILENO, LOG_INFO);
	if (argc == 2 && strcmp(argv[1], "--routes") == 0)
		return web_routes(routes, RT_ARRAY_LEN(routes));
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		log_error("usage: api.fcgi -c FILE");
		return 2;
	}
	if (settings_load(argv[2], &s) != ERR_OK)
		return 1;
	log_open("api", STDERR_FILENO, log_level_of(s.log_level));
	return web_run(&(struct web_conf){
		   .name = "api",
		   .settings = &s,
		   .routes = routes,
		   .n_routes = RT_ARRAY_LEN(routes),
		   .db_user = "api",
		   .admit = api_who_admit,
		   .finish = api_who_finish,
		   .arena_max = ARENA_MAX_BYTES,
		   .threads = (unsigned int)s.api_threads,
	       }) == ERR_OK
		   ? 0
		   : 1;
}
