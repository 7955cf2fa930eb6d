#include "cgi/dni/dni_seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_found.h"
#include "lib/base/log.h"
#include "lib/db/db_tag.h"

#define SEEN_US  RT_MIN_US
#define SEEN_MAX 256 /* sites a call */

void dni_seen_error(struct dni_state *s, struct slice key, int64_t now_us,
    const char *what)
{
	const struct dni_site *site = NULL;
	struct site_health_row *sums;

	(void)pthread_rwlock_rdlock(&s->conf_lock);
	if (s->conf != NULL && key.n > 0)
		site = dni_conf_site(s->conf, key);
	if (site != NULL) {
		(void)pthread_mutex_lock(&s->mu);
		sums = &site->seen->sums;
		sums->said_us = sums->error_us = now_us;
		(void)snprintf(sums->error, sizeof(sums->error), "%s", what);
		(void)pthread_mutex_unlock(&s->mu);
	}
	(void)pthread_rwlock_unlock(&s->conf_lock);
}

/* Some of the sites whose tag asked since it was last stored, and no more
 * than once a minute each. Those that are left out come first when these
 * rest. */
static size_t sites_seen(struct dni_state *s, int64_t now_us,
    const struct dni_site *out[SEEN_MAX])
{
	const struct dni_conf *c = s->conf;
	size_t n = 0;

	(void)pthread_mutex_lock(&s->mu);

	for (size_t i = 0; i < c->n_sites && n < SEEN_MAX; i++) {
		struct dni_seen *seen = c->sites[i].seen;

		if (seen->written_us > now_us)
			seen->written_us = 0; /* the clock was set back */
		if ((atomic_load_explicit(&seen->at_us, memory_order_relaxed) >
			    seen->written_us ||
			seen->sums.said_us > 0) &&
		    now_us - seen->written_us >= SEEN_US)
			out[n++] = &c->sites[i];
	}
	(void)pthread_mutex_unlock(&s->mu);
	return n;
}

/* The sums so far, or nothing when there are none. */
static bool take_sums(struct dni_state *s, const struct dni_site *site,
    struct site_health_row *out, struct site_number_row **numbers)
{
	struct site_health_row *sums = &site->seen->sums;

	(void)pthread_mutex_lock(&s->mu);
	*out = *sums;
	memset(sums, 0, sizeof(*sums));
	sums->site = site->id;
	*numbers = dni_found_take(site);
	(void)pthread_mutex_unlock(&s->mu);
	return out->reports > 0 || out->refused > 0 || out->error_us > 0 ||
	       out->causes[TAGHEALTH_FORGOTTEN] > 0;
}

static bool again_helps(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_UNCERTAIN || e == ERR_TIMEOUT ||
	       e == ERR_BUSY;
}

/* What was not stored counts on with what came meanwhile. */
static void give_back(struct dni_state *s, const struct dni_site *site,
    const struct site_health_row *old, const struct site_number_row *numbers)
{
	struct site_health_row *sums = &site->seen->sums;

	(void)pthread_mutex_lock(&s->mu);
	if (sums->said_us == 0)
		sums->said_us = old->said_us;
	if (sums->version == 0)
		sums->version = old->version;
	sums->reports += old->reports;
	sums->unasked += old->unasked;
	sums->without += old->without;
	sums->found += old->found;
	sums->swapped += old->swapped;
	sums->late += old->late;
	for (size_t i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
		sums->causes[i] += old->causes[i];
	sums->refused += old->refused;
	if (sums->error_us == 0) {
		sums->error_us = old->error_us;
		memcpy(sums->error, old->error, sizeof(sums->error));
	}
	if (sums->refused_origin[0] == '\0')
		memcpy(sums->refused_origin, old->refused_origin,
		    sizeof(sums->refused_origin));
	dni_found_give_back(site, numbers);
	(void)pthread_mutex_unlock(&s->mu);
}

static enum err add_sums(struct db *db, const struct dni_site *site,
    const struct site_health_row *sums, const struct site_number_row *numbers)
{
	enum err e = db_site_health_add(db, site->company, sums);

	for (size_t i = 0;
	     e == ERR_OK && numbers != NULL && i < site->n_targets; i++)
		if (numbers[i].reports > 0)
			e = db_site_number_add(db, site->company, site->id,
			    sums->said_us, &numbers[i]);
	return e;
}

static enum err write_one(struct dni_state *s, struct db *db,
    const struct dni_site *site)
{
	const int64_t at_us =
	    atomic_load_explicit(&site->seen->at_us, memory_order_relaxed);
	struct site_number_row *numbers = NULL;
	struct site_health_row sums;
	bool mine = false;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if (at_us > 0)
		e = db_tag_seen(db, site->company, site->id, at_us);
	if (e == ERR_OK && take_sums(s, site, &sums, &numbers)) {
		e = db_join_end(db, mine, add_sums(db, site, &sums, numbers));
		if (again_helps(e))
			give_back(s, site, &sums, numbers);
		free(numbers);
		return e;
	}
	free(numbers);
	return db_join_end(db, mine, e);
}

enum err dni_seen_write(struct dni_state *s, struct db *db, int64_t now_us)
{
	const struct dni_conf *c = s->conf; /* ours to replace, so it stays */
	const struct dni_site *sites[SEEN_MAX];
	const size_t n = c == NULL ? 0 : sites_seen(s, now_us, sites);
	enum err e;

	for (size_t i = 0; i < n; i++) {
		e = write_one(s, db, sites[i]);
		if (again_helps(e))
			return e;
		/* One that cannot be written must not keep others waiting. */
		if (e != ERR_OK)
			log_warn("dni_seen: a site: %s", err_name(e));
		sites[i]->seen->written_us = now_us;
	}
	return ERR_OK;
}
