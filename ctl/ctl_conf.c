#include "ctl/ctl_conf.h"

#include <unistd.h>

static const char *const places[] = { "var/ringtrace.conf",
	"/etc/ringtrace/ringtrace.conf" };

enum err ctl_conf_load(const char *path, struct settings *out)
{
	const char *found = places[RT_ARRAY_LEN(places) - 1];

	for (size_t i = RT_ARRAY_LEN(places); i > 0; i--)
		if (access(places[i - 1], R_OK) == 0)
			found = places[i - 1];
	return settings_load(path == NULL ? found : path, out);
}
