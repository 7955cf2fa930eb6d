/* api.fcgi - the JSON endpoints under /api/v1, and /metrics. */
#include <string.h>
#include <unistd.h>

#include "cgi/api/api_attribution.h"
#include "cgi/api/api_calib.h"
#include "cgi/api/api_calls.h"
#include "cgi/api/api_conversion.h"
#include "cgi/api/api_flow.h"
#include "cgi/api/api_flow_cases.h"
#include "cgi/api/api_flow_try.h"
#include "cgi/api/api_form.h"
#include "cgi/api/api_hook.h"
#include "cgi/api/api_list.h"
#include "cgi/api/api_mark.h"
#include "cgi/api/api_metrics.h"
#include "cgi/api/api_models.h"
#include "cgi/api/api_number.h"
#include "cgi/api/api_openapi.h"
#include "cgi/api/api_prompt.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_report.h"
#include "cgi/api/api_rerun.h"
#include "cgi/api/api_site.h"
#include "cgi/api/api_spend.h"
#include "cgi/api/api_status.h"
#include "cgi/api/api_things.h"
#include "cgi/api/api_trace.h"
#include "cgi/api/api_user.h"
#include "cgi/api/api_who.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"
#include "lib/core/scope.h"
#include "lib/db/db_prompt.h"

/* A flow of the largest size, tried. */
#define ARENA_MAX_BYTES ((size_t)32 << 20)

/* Keys, not cookies: nothing here can be forged from another site. */
#define KEYED ROUTE_PUBLIC, ROUTE_API, ROUTE_CSRF_NONE
#define ROW(what, address, takes, most, ...)                               \
	{                                                                  \
		what, address, KEYED, .body = (takes), .body_max = (most), \
				      .handler = api_who_serve,            \
				      .data = &(const struct api_route)    \
		{                                                          \
			__VA_ARGS__                                        \
		}                                                          \
	}
#define GETS(address, needs, least, serve, asks)                       \
	ROW(REQ_GET, address, REQ_BODY_NONE, 0, .scope = SCOPE(needs), \
	    .role = ROUTE_##least, .serves = (serve), .query = (asks))
#define READS(address, needs, serve, asks) \
	GETS(address, needs, READ_ONLY, serve, asks)
#define OF_LIST \
	(API_QUERY_PAGE | API_QUERY_SORT | API_QUERY_FIELDS | API_QUERY_LIST)
#define LISTS(name, needs)                                      \
	READS("/api/v1/" name, needs, api_list, OF_LIST),       \
	    READS("/api/v1/" name "/{id}", needs, api_list_one, \
		API_QUERY_FIELDS)

/* What changes something; most: bytes of a body, 0: the usual limit. */
#define DOES(method, address, needs, least, most, serve)                      \
	ROW(REQ_##method, address, REQ_BODY_RAW, most, .scope = SCOPE(needs), \
	    .role = ROUTE_##least, .serves = (serve))
#define PUTS_AWAY(address, needs, least, serve)                           \
	ROW(REQ_DELETE, address, REQ_BODY_NONE, 0, .scope = SCOPE(needs), \
	    .role = ROUTE_##least, .serves = (serve))
#define CHANGES(address, needs, least, of)                              \
	ROW(REQ_PATCH, address, REQ_BODY_RAW, 0, .scope = SCOPE(needs), \
	    .role = ROUTE_##least, .serves = api_setup_change,          \
	    .query = API_QUERY_FIELDS, .setup = (of))
#define SETS_UP(name, reads, needs, least, of)                         \
	LISTS(name, reads),                                            \
	    ROW(REQ_POST, "/api/v1/" name, REQ_BODY_RAW, 0,            \
		.scope = SCOPE(needs), .role = ROUTE_##least,          \
		.serves = api_setup_add, .setup = (of)),               \
	    CHANGES("/api/v1/" name "/{id}", needs, least, of),        \
	    ROW(REQ_DELETE, "/api/v1/" name "/{id}", REQ_BODY_NONE, 0, \
		.scope = SCOPE(needs), .role = ROUTE_##least,          \
		.serves = api_setup_retire, .setup = (of))

/* Of the account: by keys of all its companies. */
#define OF_ACCOUNT(what, address, takes, needs, serve, of, asks)  \
	ROW(what, address, takes, 0, .scope = SCOPE(needs),       \
	    .role = ROUTE_ADMIN, .wide = true, .serves = (serve), \
	    .setup = (of), .query = (asks))

/* Filters of the log, and those that figures know. */
#define OF_FIGURES (API_QUERY_FIGURES | API_QUERY_PERIOD)
#define OF_CALLS   (API_QUERY_CALLS | API_QUERY_PERIOD)

static const struct route routes[] = {
	{ REQ_GET, "/api/v1/status", KEYED, .handler = api_status },
	{ REQ_GET, "/api/v1/openapi.json", KEYED, .handler = api_openapi },
	{ REQ_GET, "/metrics", KEYED, .handler = api_metrics },
	READS("/api/v1/calls", CALLS_READ, api_calls,
	    OF_CALLS | API_QUERY_CHANGED | API_QUERY_PAGE | API_QUERY_SORT |
		API_QUERY_FIELDS),
	READS("/api/v1/calls/{id}", CALLS_READ, api_calls_one,
	    API_QUERY_FIELDS),
	ROW(REQ_PATCH, "/api/v1/calls/{id}", REQ_BODY_RAW, 0,
	    .scope = SCOPE(CALLS_WRITE), .role = ROUTE_AGENT,
	    .serves = api_mark_call, .query = API_QUERY_FIELDS),
	READS("/api/v1/calls/{id}/recording", CALLS_READ, api_calls_recording,
	    0),
	READS("/api/v1/calls/{id}/recording/audio", RECORDINGS_READ,
	    api_calls_audio, 0),
	READS("/api/v1/calls/{id}/page_views", CALLS_READ, api_calls_views, 0),
	READS("/api/v1/calls/{id}/trace", CALLS_READ, api_trace, 0),
	READS("/api/v1/calls/{id}/journey", CALLS_READ, api_trace_journey, 0),
	READS("/api/v1/calls/{id}/attribution", CALLS_READ, api_attribution, 0),
	GETS("/api/v1/export/calls.jsonl", EXPORT_READ, ANALYST,
	    api_calls_export, OF_CALLS | API_QUERY_FIELDS),
	READS("/api/v1/reports/summary", REPORTS_READ, api_report_summary,
	    OF_FIGURES | API_QUERY_GROUP | API_QUERY_LIMIT),
	READS("/api/v1/reports/timeseries", REPORTS_READ, api_report_timeseries,
	    OF_FIGURES | API_QUERY_EVERY),
	READS("/api/v1/reports/models", REPORTS_READ, api_models,
	    API_QUERY_PERIOD),
	READS("/api/v1/reports/calibration", REPORTS_READ, api_calib, 0),
	READS("/api/v1/reruns", REPORTS_READ, api_rerun_list, 0),
	DOES(POST, "/api/v1/reruns", CALLS_WRITE, MANAGER, 0, api_rerun_add),
	READS("/api/v1/reruns/{id}", REPORTS_READ, api_rerun_one, 0),
	READS("/api/v1/reruns/{id}/calls", REPORTS_READ, api_rerun_calls, 0),
	DOES(POST, "/api/v1/reruns/{id}/stop", CALLS_WRITE, MANAGER, 0,
	    api_rerun_stop),
	DOES(POST, "/api/v1/spend", SPEND_WRITE, ANALYST, API_SPEND_BODY_BYTES,
	    api_spend),
	SETS_UP("numbers", SETUP_READ, SETUP_WRITE, MANAGER,
	    &api_things_number),
	DOES(POST, "/api/v1/numbers/import", SETUP_WRITE, MANAGER,
	    API_NUMBER_IMPORT_BYTES, api_number_import),
	DOES(POST, "/api/v1/numbers/{id}/rest", SETUP_WRITE, MANAGER, 0,
	    api_number_rest),
	DOES(POST, "/api/v1/numbers/{id}/lift", SETUP_WRITE, MANAGER, 0,
	    api_number_lift),
	SETS_UP("trackers", SETUP_READ, SETUP_WRITE, MANAGER,
	    &api_things_tracker),
	SETS_UP("pools", SETUP_READ, SETUP_WRITE, MANAGER, &api_things_pool),
	SETS_UP("destinations", SETUP_READ, SETUP_WRITE, MANAGER,
	    &api_things_destination),
	SETS_UP("locations", SETUP_READ, SETUP_WRITE, MANAGER,
	    &api_things_location),
	SETS_UP("sites", SETUP_READ, SETUP_WRITE, MANAGER, &api_things_site),
	READS("/api/v1/sites/{id}/health", SETUP_READ, api_site_health, 0),
	SETS_UP("tags", SETUP_READ, SETUP_WRITE, MANAGER, &api_things_tag),
	SETS_UP("outcomes", SETUP_READ, SETUP_WRITE, MANAGER,
	    &api_things_outcome),
	SETS_UP("lists", SETUP_READ, SETUP_WRITE, MANAGER,
	    &api_things_caller_list),
	LISTS("flows", SETUP_READ),
	DOES(POST, "/api/v1/flows", SETUP_WRITE, MANAGER, API_FLOW_BODY_MAX,
	    api_flow_add),
	ROW(REQ_PATCH, "/api/v1/flows/{id}", REQ_BODY_RAW, 0,
	    .scope = SCOPE(SETUP_WRITE), .role = ROUTE_MANAGER,
	    .serves = api_flow_change, .query = API_QUERY_FIELDS),
	PUTS_AWAY("/api/v1/flows/{id}", SETUP_WRITE, MANAGER, api_flow_retire),
	DOES(POST, "/api/v1/flows/validate", SETUP_READ, READ_ONLY,
	    API_FLOW_BODY_MAX, api_flow_validate),
	DOES(POST, "/api/v1/flows/simulate", SETUP_READ, READ_ONLY,
	    API_FLOW_BODY_MAX, api_flow_try_new),
	DOES(POST, "/api/v1/flows/{id}/simulate", SETUP_READ, READ_ONLY,
	    API_FLOW_BODY_MAX, api_flow_try),
	READS("/api/v1/flows/{id}/draft", SETUP_READ, api_flow_draft, 0),
	DOES(PUT, "/api/v1/flows/{id}/draft", SETUP_WRITE, MANAGER,
	    API_FLOW_BODY_MAX, api_flow_draft_put),
	DOES(POST, "/api/v1/flows/{id}/publish", SETUP_WRITE, MANAGER, 0,
	    api_flow_publish),
	READS("/api/v1/flows/{id}/cases", SETUP_READ, api_flow_cases, 0),
	DOES(PUT, "/api/v1/flows/{id}/cases", SETUP_WRITE, MANAGER,
	    API_FLOW_CASES_BODY_MAX, api_flow_cases_put),
	PUTS_AWAY("/api/v1/flows/{id}/cases", SETUP_WRITE, MANAGER,
	    api_flow_cases_drop),
	DOES(POST, "/api/v1/flows/{id}/cases/run", SETUP_READ, READ_ONLY, 0,
	    api_flow_cases_run),
	READS("/api/v1/flows/{id}/versions", SETUP_READ, api_flow_read_versions,
	    API_QUERY_PAGE),
	READS("/api/v1/flows/{id}/versions/{version}", SETUP_READ,
	    api_flow_read_version, 0),
	READS("/api/v1/flows/{id}/diff", SETUP_READ, api_flow_read_diff,
	    API_QUERY_PERIOD),
	LISTS("prompts", SETUP_READ),
	DOES(POST, "/api/v1/prompts", SETUP_WRITE, MANAGER, 0, api_prompt_add),
	ROW(REQ_POST, "/api/v1/prompts/upload", REQ_BODY_RAW,
	    DB_PROMPT_UPLOAD_MAX, .scope = SCOPE(SETUP_WRITE),
	    .role = ROUTE_MANAGER, .serves = api_prompt_upload,
	    .query = API_QUERY_NAME),
	ROW(REQ_PATCH, "/api/v1/prompts/{id}", REQ_BODY_RAW, 0,
	    .scope = SCOPE(SETUP_WRITE), .role = ROUTE_MANAGER,
	    .serves = api_prompt_change, .query = API_QUERY_FIELDS),
	PUTS_AWAY("/api/v1/prompts/{id}", SETUP_WRITE, MANAGER,
	    api_prompt_retire),
	DOES(POST, "/api/v1/prompts/{id}/versions", SETUP_WRITE, MANAGER, 0,
	    api_prompt_version),
	DOES(POST, "/api/v1/prompts/{id}/versions/upload", SETUP_WRITE, MANAGER,
	    DB_PROMPT_UPLOAD_MAX, api_prompt_version_upload),
	READS("/api/v1/prompts/{id}/audio", SETUP_READ, api_prompt_audio,
	    API_QUERY_VERSION),
	SETS_UP("conversions", EXPORT_READ, SETUP_WRITE, MANAGER,
	    &api_things_conversion),
	GETS("/api/v1/conversions/{id}/conversions.csv", EXPORT_READ, MANAGER,
	    api_conversion_file, 0),
	GETS("/api/v1/conversions/{id}/adjustments.csv", EXPORT_READ, MANAGER,
	    api_conversion_changes, 0),
	READS("/api/v1/policy", SETUP_READ, api_list_one, API_QUERY_FIELDS),
	CHANGES("/api/v1/policy", SETUP_WRITE, ADMIN, &api_things_policy),
	SETS_UP("mail_rules", USERS_READ, USERS_WRITE, ADMIN, &api_things_mail),
	OF_ACCOUNT(REQ_GET, "/api/v1/trunks", REQ_BODY_NONE, SETUP_READ,
	    api_list, NULL, OF_LIST),
	OF_ACCOUNT(REQ_GET, "/api/v1/trunks/{id}", REQ_BODY_NONE, SETUP_READ,
	    api_list_one, NULL, API_QUERY_FIELDS),
	OF_ACCOUNT(REQ_POST, "/api/v1/trunks", REQ_BODY_RAW, SETUP_WRITE,
	    api_setup_add, &api_things_trunk, 0),
	OF_ACCOUNT(REQ_PATCH, "/api/v1/trunks/{id}", REQ_BODY_RAW, SETUP_WRITE,
	    api_setup_change, &api_things_trunk, API_QUERY_FIELDS),
	OF_ACCOUNT(REQ_DELETE, "/api/v1/trunks/{id}", REQ_BODY_NONE,
	    SETUP_WRITE, api_setup_retire, &api_things_trunk, 0),
	SETS_UP("companies", SETUP_READ, COMPANIES_WRITE, ADMIN,
	    &api_things_company),
	SETS_UP("users", USERS_READ, USERS_WRITE, ADMIN, &api_things_user),
	DOES(POST, "/api/v1/users/{id}/invitation", USERS_WRITE, ADMIN, 0,
	    api_user_invite),
	DOES(POST, "/api/v1/users/{id}/enable", USERS_WRITE, ADMIN, 0,
	    api_user_enable),
	DOES(POST, "/api/v1/users/{id}/disable", USERS_WRITE, ADMIN, 0,
	    api_user_disable),
	SETS_UP("webhooks", WEBHOOKS_READ, WEBHOOKS_WRITE, ADMIN,
	    &api_things_webhook),
	DOES(POST, "/api/v1/webhooks/{id}/test", WEBHOOKS_WRITE, ADMIN, 0,
	    api_hook_test),
	READS("/api/v1/webhooks/{id}/deliveries", WEBHOOKS_READ,
	    api_hook_deliveries, API_QUERY_PAGE | API_QUERY_STATE),
	DOES(POST, "/api/v1/webhooks/{id}/replay", WEBHOOKS_WRITE, ADMIN, 0,
	    api_hook_replay),
	LISTS("forms", FORMS_READ),
	DOES(POST, "/api/v1/forms", FORMS_WRITE, AGENT, 0, api_form_add),
	ROW(REQ_PATCH, "/api/v1/forms/{id}", REQ_BODY_RAW, 0,
	    .scope = SCOPE(FORMS_WRITE), .role = ROUTE_AGENT,
	    .serves = api_mark_form, .query = API_QUERY_FIELDS),
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
		   .explain = api_who_explain,
		   .finish = api_who_finish,
		   .arena_max = ARENA_MAX_BYTES,
		   .threads = (unsigned int)s.api_threads,
	       }) == ERR_OK
		   ? 0
		   : 1;
}
