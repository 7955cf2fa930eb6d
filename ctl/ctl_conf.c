#include "ctl/ctl_conf.h"

#include <errno.h>
#include <unistd.h>

#include "lib/base/log.h"

static const char *const places[] = { "var/ringtrace.conf",
	"/etc/ringtrace/ringtrace.conf" };

enum err ctl_conf_load(const char *path, struct settings *out)
{
	for (size_t i = 0; path == NULL && i < RT_ARRAY_LEN(places); i++)
		if (access(places[i], F_OK) == 0 || errno != ENOENT)
			path = places[i];
	if (path == NULL) {
		log_error(
		    "ctl: there is neither %s here nor %s: go to the "
		    "folder where `make run` runs, or say -c FILE",
		    places[0], places[1]);
		return ERR_NOTFOUND;
	}
	return settings_load(path, out);
}
