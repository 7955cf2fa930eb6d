/* admin.fcgi - the forms: numbers, pools, flows, users, settings. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgi/form/audit_page.h"
#include "cgi/form/flow_cases.h"
#include "cgi/form/flow_edit.h"
#include "cgi/form/flow_history.h"
#include "cgi/form/flow_steps.h"
#include "cgi/form/flow_trial.h"
#include "cgi/form/flow_try.h"
#include "cgi/form/flow_world.h"
#include "cgi/form/form_account.h"
#include "cgi/form/form_flow.h"
#include "cgi/form/form_link.h"
#include "cgi/form/form_logo.h"
#include "cgi/form/form_mail_log.h"
#include "cgi/form/form_person.h"
#include "cgi/form/form_person_join.h"
#include "cgi/form/form_prompt.h"
#include "cgi/form/form_second.h"
#include "cgi/form/form_settings.h"
#include "cgi/form/form_welcome.h"
#include "cgi/form/import_form.h"
#include "cgi/form/number_form.h"
#include "cgi/form/site_pages.h"
#include "cgi/form/site_token.h"
#include "cgi/form/thing_caller_list.h"
#include "cgi/form/thing_company.h"
#include "cgi/form/thing_conversion.h"
#include "cgi/form/thing_destination.h"
#include "cgi/form/thing_key.h"
#include "cgi/form/thing_location.h"
#include "cgi/form/thing_mail.h"
#include "cgi/form/thing_number.h"
#include "cgi/form/thing_outcome.h"
#include "cgi/form/thing_policy.h"
#include "cgi/form/thing_pool.h"
#include "cgi/form/thing_site.h"
#include "cgi/form/thing_tag.h"
#include "cgi/form/thing_tracker.h"
#include "cgi/form/thing_trunk.h"
#include "cgi/form/thing_user.h"
#include "cgi/form/thing_webhook.h"
#include "cgi/tmpl/tmpl.h"
#include "cgi/web/kept.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

/* An uploaded prompt, and its parts. */
#define ARENA_MAX_BYTES ((size_t)32 << 20)

static const struct route routes[] = {
	{ REQ_GET, "/flows", ROUTE_MANAGER, .handler = form_flow_list },
	{ REQ_POST, "/flows", ROUTE_MANAGER, .body = REQ_BODY_URLENCODED,
	    .handler = form_flow_add },
	{ REQ_GET, "/flows/{id}", ROUTE_MANAGER, .handler = form_flow },
	{ REQ_POST, "/flows/{id}/name", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = form_flow_name },
	{ REQ_POST, "/flows/{id}/retire", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = form_flow_retire },
	{ REQ_POST, "/flows/{id}/check", ROUTE_MANAGER, ROUTE_API,
	    .body = REQ_BODY_RAW, .body_max = FLOW_EDIT_BODY_MAX,
	    .handler = flow_edit_check },
	{ REQ_POST, "/flows/{id}/save", ROUTE_MANAGER, ROUTE_API,
	    .body = REQ_BODY_RAW, .body_max = FLOW_EDIT_BODY_MAX,
	    .handler = flow_edit_save },
	{ REQ_POST, "/flows/{id}/publish", ROUTE_MANAGER, ROUTE_API,
	    .body = REQ_BODY_RAW, .body_max = 1024,
	    .handler = flow_edit_publish },
	{ REQ_GET, "/flows/{id}/steps", ROUTE_MANAGER, .handler = flow_steps },
	{ REQ_POST, "/flows/{id}/steps", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .body_max = FLOW_STEPS_BODY_MAX,
	    .handler = flow_steps_post },
	{ REQ_GET, "/flows/{id}/history", ROUTE_MANAGER,
	    .handler = flow_history },
	{ REQ_POST, "/flows/{id}/history", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = flow_history_post },
	{ REQ_GET, "/flows/{id}/trial", ROUTE_MANAGER, .handler = flow_trial },
	{ REQ_POST, "/flows/{id}/trial", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .body_max = FLOW_TRIAL_BODY_MAX,
	    .handler = flow_trial_post },
	{ REQ_POST, "/flows/{id}/try", ROUTE_MANAGER, ROUTE_API,
	    .body = REQ_BODY_RAW, .body_max = FLOW_EDIT_BODY_MAX,
	    .handler = flow_try },
	{ REQ_GET, "/flows/{id}/things", ROUTE_MANAGER, ROUTE_API,
	    .handler = flow_world_things },
	{ REQ_GET, "/flows/{id}/cases", ROUTE_MANAGER, ROUTE_API,
	    .handler = flow_cases },
	{ REQ_POST, "/flows/{id}/cases", ROUTE_MANAGER, ROUTE_API,
	    .body = REQ_BODY_RAW, .body_max = FLOW_CASES_BODY_MAX,
	    .handler = flow_cases_post },
	{ REQ_GET, "/flows/{id}/versions", ROUTE_MANAGER, ROUTE_API,
	    .handler = flow_edit_versions },
	{ REQ_GET, "/flows/{id}/versions/{version}", ROUTE_MANAGER, ROUTE_API,
	    .handler = flow_edit_version },
	{ REQ_GET, "/settings/prompts", ROUTE_MANAGER,
	    .handler = form_prompt_list },
	{ REQ_POST, "/settings/prompts", ROUTE_MANAGER,
	    .body = REQ_BODY_MULTIPART, .body_max = FORM_PROMPT_BODY_MAX,
	    .handler = form_prompt_add },
	{ REQ_GET, "/settings/prompts/{id}", ROUTE_MANAGER,
	    .handler = form_prompt },
	{ REQ_POST, "/settings/prompts/{id}", ROUTE_MANAGER,
	    .body = REQ_BODY_MULTIPART, .body_max = FORM_PROMPT_BODY_MAX,
	    .handler = form_prompt_version },
	{ REQ_POST, "/settings/prompts/{id}/name", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = form_prompt_name },
	{ REQ_POST, "/settings/prompts/{id}/retire", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = form_prompt_retire },
	{ REQ_GET, "/settings/prompts/{id}/{version}", ROUTE_MANAGER,
	    .handler = form_prompt_audio },
	{ REQ_GET, "/people/{id}", ROUTE_READ_ONLY, .handler = form_person },
	{ REQ_POST, "/people/{id}/join", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = form_person_join },
	{ REQ_POST, "/people/{id}/part", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = form_person_join_part },
	{ REQ_POST, "/people/{id}/erase", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = form_person_erase },
	{ REQ_GET, "/welcome", ROUTE_PUBLIC, .handler = form_welcome },
	{ REQ_GET, "/account", ROUTE_SIGNED_IN, .handler = form_account },
	{ REQ_POST, "/account/password", ROUTE_SIGNED_IN,
	    .body = REQ_BODY_URLENCODED, .handler = form_account_password },
	{ REQ_POST, "/account/sessions", ROUTE_SIGNED_IN,
	    .body = REQ_BODY_URLENCODED, .handler = form_account_session },
	{ REQ_POST, "/account/second/begin", ROUTE_SIGNED_IN,
	    .body = REQ_BODY_URLENCODED, .handler = form_account_second_begin },
	{ REQ_POST, "/account/second/confirm", ROUTE_SIGNED_IN,
	    .body = REQ_BODY_URLENCODED,
	    .handler = form_account_second_confirm },
	{ REQ_POST, "/account/second/off", ROUTE_SIGNED_IN,
	    .body = REQ_BODY_URLENCODED, .handler = form_account_second_off },
	{ REQ_GET, "/account/second", ROUTE_PUBLIC, .handler = form_second },
	{ REQ_POST, "/account/second", ROUTE_PUBLIC,
	    .body = REQ_BODY_URLENCODED, .body_max = KEPT_BODY_MAX,
	    .handler = form_second_post, .stale = form_second_stale },
	{ REQ_GET, "/invite/{token}", ROUTE_PUBLIC,
	    .handler = form_link_invite },
	{ REQ_POST, "/invite/{token}", ROUTE_PUBLIC,
	    .body = REQ_BODY_URLENCODED, .handler = form_link_invite_post,
	    .stale = form_link_invite_stale },
	{ REQ_GET, "/reset", ROUTE_PUBLIC, .handler = form_link_ask },
	{ REQ_POST, "/reset", ROUTE_PUBLIC, .body = REQ_BODY_URLENCODED,
	    .handler = form_link_ask_post, .stale = form_link_ask_stale },
	{ REQ_GET, "/reset/{token}", ROUTE_PUBLIC, .handler = form_link_reset },
	{ REQ_POST, "/reset/{token}", ROUTE_PUBLIC, .body = REQ_BODY_URLENCODED,
	    .handler = form_link_reset_post, .stale = form_link_reset_stale },
	{ REQ_GET, "/settings", ROUTE_READ_ONLY, .handler = form_settings },
	{ REQ_GET, "/settings/numbers/import", ROUTE_MANAGER,
	    .handler = import_form },
	{ REQ_POST, "/settings/numbers/import", ROUTE_MANAGER,
	    .body = REQ_BODY_MULTIPART, .body_max = IMPORT_FORM_BODY,
	    .handler = import_form_post },
	{ REQ_POST, "/settings/numbers/{id}/rest", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = number_form_rest },
	{ REQ_POST, "/settings/numbers/{id}/lift", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = number_form_lift },
	THING_ROUTES("/settings/numbers", ROUTE_MANAGER, false, &thing_number),
	THING_ROUTES("/settings/destinations", ROUTE_MANAGER, false,
	    &thing_destination),
	THING_ROUTES("/settings/trackers", ROUTE_MANAGER, false,
	    &thing_tracker),
	THING_ROUTES("/settings/pools", ROUTE_MANAGER, false, &thing_pool),
	{ REQ_POST, "/settings/sites/{id}/check", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = site_pages_ask },
	{ REQ_POST, "/settings/sites/{id}/token", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = site_token_make },
	{ REQ_POST, "/settings/sites/{id}/token/off", ROUTE_MANAGER,
	    .body = REQ_BODY_URLENCODED, .handler = site_token_off },
	THING_ROUTES("/settings/sites", ROUTE_MANAGER, false, &thing_site),
	THING_ROUTES("/settings/locations", ROUTE_MANAGER, false,
	    &thing_location),
	THING_ROUTES("/settings/tags", ROUTE_MANAGER, false, &thing_tag),
	THING_ROUTES("/settings/outcomes", ROUTE_MANAGER, false,
	    &thing_outcome),
	{ REQ_POST, "/settings/users/{id}/link", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = thing_user_link },
	{ REQ_POST, "/settings/users/{id}/enable", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = thing_user_enable },
	{ REQ_POST, "/settings/users/{id}/disable", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = thing_user_disable },
	{ REQ_POST, "/settings/users/{id}/second", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = thing_user_second_off },
	THING_ROUTES("/settings/users", ROUTE_ADMIN, false, &thing_user),
	THING_ROUTES("/settings/keys", ROUTE_ADMIN, false, &thing_key),
	{ REQ_GET, "/settings/audit", ROUTE_ADMIN, .handler = audit_page },
	{ REQ_GET, "/settings/audit/account", ROUTE_ADMIN,
	    .handler = audit_page_account, .wide = true },
	{ REQ_POST, "/settings/webhooks/{id}/test", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = thing_webhook_test },
	{ REQ_GET, "/settings/webhooks/{id}/log", ROUTE_ADMIN,
	    .handler = thing_webhook_log },
	{ REQ_POST, "/settings/webhooks/{id}/replay", ROUTE_ADMIN,
	    .body = REQ_BODY_URLENCODED, .handler = thing_webhook_replay },
	THING_ROUTES("/settings/webhooks", ROUTE_ADMIN, false, &thing_webhook),
	THING_ROUTES("/settings/lists", ROUTE_MANAGER, false,
	    &thing_caller_list),
	THING_ROUTES("/settings/mail", ROUTE_ADMIN, false, &thing_mail),
	{ REQ_GET, "/settings/logo", ROUTE_ADMIN, .handler = form_logo },
	{ REQ_POST, "/settings/logo", ROUTE_ADMIN, .body = REQ_BODY_MULTIPART,
	    .body_max = FORM_LOGO_BODY_MAX, .handler = form_logo_post },
	{ REQ_GET, "/settings/logo/image", ROUTE_READ_ONLY,
	    .handler = form_logo_image },
	{ REQ_GET, "/settings/mail-log", ROUTE_ADMIN,
	    .handler = form_mail_log },
	THING_ROUTES("/settings/conversions", ROUTE_MANAGER, false,
	    &thing_conversion),
	THING_ROUTES("/settings/trunks", ROUTE_ADMIN, true, &thing_trunk),
	THING_ROUTES("/settings/companies", ROUTE_OWNER, true, &thing_company),
	THING_SINGLE_ROUTES("/settings/policy", ROUTE_ADMIN, &thing_policy),
	THING_SINGLE_ROUTES("/settings/company", ROUTE_ADMIN,
	    &thing_company_own),
};

int main(int argc, char **argv)
{
	struct tmpl_set *templates = NULL;
	struct settings s;
	enum err e;

	log_open("admin", STDERR_FILENO, LOG_INFO);
	if (argc == 2 && strcmp(argv[1], "--routes") == 0)
		return web_routes(routes, RT_ARRAY_LEN(routes));
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		log_error("usage: admin.fcgi -c FILE");
		return 2;
	}
	if (settings_load(argv[2], &s) != ERR_OK)
		return 1;
	log_open("admin", STDERR_FILENO, log_level_of(s.log_level));
	if (web_templates(&s, &templates) != ERR_OK)
		return 1;
	e = web_run(&(struct web_conf){
	    .name = "admin",
	    .settings = &s,
	    .templates = templates,
	    .routes = routes,
	    .n_routes = RT_ARRAY_LEN(routes),
	    .db_user = "admin",
	    .arena_max = ARENA_MAX_BYTES,
	    .threads = (unsigned int)s.admin_threads,
	});
	tmpl_set_free(templates);
	return e == ERR_OK ? 0 : 1;
}
