#include "lib/core/origin.h"

#include <string.h>

bool origin_read(struct slice text, struct slice *out)
{
	const bool tls = slice_starts(text, SLICE("https://"));
	const struct slice port = tls ? SLICE(":443") : SLICE(":80");
	struct slice host = slice_skip(text, tls ? 8 : 7);

	if (!tls && !slice_starts(text, SLICE("http://")))
		return false;
	if (slice_ends(host, port))
		host = slice_head(host, host.n - port.n);
	if (host.n == 0 || text.n > ORIGIN_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] <= ' ' || host.p[i] >= 0x7f ||
		    strchr("/?#@\"'<>\\", host.p[i]) != NULL)
			return false;
	*out = slice_of(text.p, (size_t)(host.p - text.p) + host.n);
	return true;
}
