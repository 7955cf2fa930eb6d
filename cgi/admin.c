/* admin.fcgi - the forms: numbers, pools, flows, users, settings. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgi/form/form_prompt.h"
#include "cgi/form/form_settings.h"
#include "cgi/tmpl/tmpl.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

/* An uploaded prompt, and its parts. */
#define ARENA_MAX_BYTES ((size_t)32 << 20)

static const struct route routes[] = {
	{ REQ_GET, "/settings", ROUTE_ADMIN, .handler = form_settings },
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
};

int main(int argc, char **argv)
{
	struct tmpl_set *templates = NULL;
	struct settings s;
	enum err e;

	log_open("admin", STDERR_FILENO, LOG_INFO);
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
