/*
 * dni_conf.h - the sites that have the tag, as the lease server knows them.
 *
 * Read whole from the database, or from what was kept of it, never changed
 * afterwards; a newer one replaces it whole (dni_app.h says when the old one
 * may go). Formats of the numbers on the pages are made once, here.
 */
#ifndef RT_CGI_DNI_DNI_CONF_H
#define RT_CGI_DNI_DNI_CONF_H

#include <stdatomic.h>

#include "lib/base/arena.h"
#include "lib/core/id.h"
#include "lib/core/tracker.h"
#include "lib/db/db_site_health.h"
#include "lib/db/db_site_number.h"
#include "lib/db/db_tag.h"
#include "lib/phone/phone.h"

struct db;
struct dni_saved_copy;
struct dni_saved_end;

/* A number as the tag needs it: digits to look for, texts to show. */
struct dni_number {
	char e164[PHONE_E164_MAX];
	char national[PHONE_TEXT_MAX];
	char international[PHONE_TEXT_MAX];
};

void dni_conf_number(struct slice e164, struct dni_number *out);

struct dni_tracker {
	struct number_id id;
	struct dni_number number;
};

/* When a site's tag last asked and what it said of its pages: the one thing
 * that changes in a configuration. Requests write it, the keeper reads it. */
struct dni_seen {
	_Atomic int64_t at_us; /* 0: not since the start */
	int64_t written_us;    /* the keeper's: when it was last stored */
	/* What is to be added to the site's health; guarded by mu. */
	struct site_health_row sums;
	struct site_number_row *numbers; /* one for each target (dni_found.h) */
};

struct dni_site {
	struct company_id company;
	struct site_id id;
	struct pool_id pool; /* nil: none */
	struct slice key;
	bool consent_required;
	char country[3];
	bool has_token;
	uint8_t token_hash[DB_TAG_TOKEN_BYTES];
	struct slice *origins; /* none: any */
	size_t n_origins;
	struct dni_number *targets;
	size_t n_targets;
	struct tracker_rule *rules; /* trackers[i] belongs to rules[i] */
	struct dni_tracker *trackers;
	size_t n_trackers;
	struct source_map *params; /* of the site's own links */
	size_t n_params;
	struct dni_seen *seen;
};

/* What visitors see when a pool has none left (pool.overflow_policy). */
enum dni_overflow {
	DNI_OVERFLOW_SOURCE, /* source-level number, else the overflow number */
	DNI_OVERFLOW_NUMBER, /* the other way round */
	DNI_OVERFLOW_OWN     /* the site's own */
};

struct dni_conf_pool {
	struct company_id company;
	struct pool_id id;
	struct number_id overflow_id; /* nil: none */
	struct dni_number overflow;   /* e164 "": none */
	enum dni_overflow policy;
	int64_t lease_us;
	int64_t gap_us;
};

struct dni_conf {
	struct arena mem;
	uint64_t version;
	struct dni_site *sites; /* sorted by key */
	size_t n_sites;
	struct dni_conf_pool *pools; /* sorted by id */
	size_t n_pools;
};

/* ERR_NOMEM, and what the database says. The caller owns *out. copy gets the
 * rows, too, but for their end (dni_saved.h). */
RT_MUST_USE enum err dni_conf_load(struct db *db, struct dni_saved_copy *copy,
    struct dni_conf **out);
/* What was written down by then, with its end. ERR_SYNTAX, ERR_NOMEM. */
RT_MUST_USE enum err dni_conf_remember(struct slice text,
    struct dni_saved_end *end, struct dni_conf **out);
void dni_conf_free(struct dni_conf *c);

/* Takes over what old, which may be NULL, knows of when the tags asked. No
 * request may use either meanwhile. */
void dni_conf_keep_seen(struct dni_conf *c, const struct dni_conf *old);

/* NULL when there is none. */
const struct dni_site *dni_conf_site(const struct dni_conf *c,
    struct slice key);
const struct dni_conf_pool *dni_conf_pool(const struct dni_conf *c,
    struct pool_id pool);
/* Which of the site's rules is it for whoever arrives at landing from referrer?
 * The source is made known in *source, texts in mem. Index into rules;
 * n_trackers: none. ERR_SYNTAX, ERR_TOOBIG: landing is no address; ERR_NOMEM.
 */
RT_MUST_USE enum err dni_conf_arrival(const struct dni_site *s,
    struct slice landing, struct slice referrer, struct arena *mem,
    struct source *source, size_t *rule);
/* The rule of a number; n_trackers: it has none any more. */
size_t dni_conf_rule(const struct dni_site *s, struct number_id number);
/* A rule for every visit, of whatever source; n_trackers: there is none. */
size_t dni_conf_always(const struct dni_site *s);
/* Is this the secret of the site's own server? */
bool dni_conf_token_ok(const struct dni_site *s, struct slice token);
/* origin: "https://example.com" as browsers send it with every POST. Where it
 * is "", the address of the page has to begin with one on the list. A site
 * without a list lets all in. */
bool dni_conf_origin_ok(const struct dni_site *s, struct slice origin,
    struct slice referrer);
/* "https://example.com" of "https://example.com/page". */
struct slice dni_conf_origin(struct slice url);

#endif
