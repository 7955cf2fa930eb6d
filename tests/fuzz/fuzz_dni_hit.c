/* The bodies that pages of strangers send to the lease server. */
#include <stdlib.h>

#include "cgi/dni/dni_hit.h"
#include "lib/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool plain(struct slice s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '<' || s.p[i] == '"' ||
		    (unsigned char)s.p[i] > 0x7e)
			return false;
	return s.n <= max;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int type = DNI_HIT_VISIT; type <= DNI_HIT_EVENT; type++) {
		const char *why = NULL;
		struct arena mem;
		struct dni_hit h;
		enum err e;

		arena_init(&mem, 65536);
		e = dni_hit_parse((enum dni_hit_type)type, slice_of(data, size),
		    &mem, &h, &why);
		if (e != ERR_OK && e != ERR_NOMEM && why == NULL)
			abort(); /* nobody would know what to mend */
		if (e == ERR_OK &&
		    (h.site.n == 0 || h.site.n > 40 || h.url.n > 2048 ||
			h.title.n > 255 || !utf8_valid(h.title) ||
			h.n_targets > DNI_HIT_TARGETS_MAX))
			abort();
		if (e == ERR_OK && !(plain(h.zone, 64) && plain(h.ga, 64) &&
				       plain(h.ga_session, 32) &&
				       plain(h.fbc, 600) && plain(h.fbp, 64)))
			abort();
		arena_fini(&mem);
	}
	return 0;
}
