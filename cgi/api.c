/* api.fcgi - the JSON endpoints under /api/v1. */
#include <string.h>
#include <unistd.h>

#include "cgi/api/api_status.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

static const struct route routes[] = {
	{ REQ_GET, "/api/v1/status", ROUTE_PUBLIC, ROUTE_API,
	    .handler = api_status },
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
		   .threads = (unsigned int)s.api_threads,
	       }) == ERR_OK
		   ? 0
		   : 1;
}
