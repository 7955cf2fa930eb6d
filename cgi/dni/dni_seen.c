#include "cgi/dni/dni_seen.h"

#include "lib/db/db_tag.h"

#define SEEN_US  RT_MIN_US
#define SEEN_MAX 256 /* sites a transaction */

/* Some of the sites whose tag asked since it was last stored, and no more
 * than once a minute each. Those that are left out come first when these
 * rest. */
static size_t sites_seen(const struct dni_conf *c, int64_t now_us,
    const struct dni_site *out[SEEN_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_sites && n < SEEN_MAX; i++) {
		const struct dni_seen *seen = c->sites[i].seen;

		if (atomic_load_explicit(&seen->at_us, memory_order_relaxed) >
			seen->written_us &&
		    now_us - seen->written_us >= SEEN_US)
			out[n++] = &c->sites[i];
	}
	return n;
}

enum err dni_seen_write(struct db *db, const struct dni_conf *c, int64_t now_us)
{
	const struct dni_site *sites[SEEN_MAX];
	const size_t n = c == NULL ? 0 : sites_seen(c, now_us, sites);
	enum err e;

	if (n == 0)
		return ERR_OK;
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = db_tag_seen(db, sites[i]->company, sites[i]->id,
		    atomic_load_explicit(&sites[i]->seen->at_us,
			memory_order_relaxed));
	if ((e = db_end(db, e)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		sites[i]->seen->written_us = now_us;
	return ERR_OK;
}
