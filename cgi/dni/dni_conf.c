#include "cgi/dni/dni_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_found.h"
#include "cgi/dni/dni_saved.h"
#include "lib/base/log.h"
#include "lib/hash/token.h"

#define CONF_MEM_MAX ((size_t)256 << 20)

struct by_id {
	struct site_id id;
	size_t at; /* of the sites */
};

struct reader {
	struct dni_conf *c;
	size_t sites;
	size_t pools;
	struct by_id *by_id; /* of n_by_id sites, in order */
	size_t n_by_id;
	enum err e;
};

/* Pools hold up to 100,000 numbers, nearly all of the North American plan,
 * whose two forms need no library (which takes 70 us for them). */
static bool is_nanp(const char *e164)
{
	return strlen(e164) == 12 && e164[1] == '1' && e164[2] >= '2';
}

void dni_conf_number(struct slice e164, struct dni_number *out)
{
	const char *d = out->e164;

	if (!slice_to_cstr(e164, out->e164, sizeof(out->e164)))
		out->e164[0] = '\0';
	if (is_nanp(d)) {
		(void)snprintf(out->national, sizeof(out->national),
		    "(%.3s) %.3s-%.4s", d + 2, d + 5, d + 8);
		(void)snprintf(out->international, sizeof(out->international),
		    "+1 %.3s-%.3s-%.4s", d + 2, d + 5, d + 8);
		return;
	}
	phone_national(slice_from(out->e164), out->national);
	phone_international(slice_from(out->e164), out->international);
}

static int by_id(const void *a, const void *b)
{
	const struct by_id *x = a, *y = b;

	return memcmp(x->id.v, y->id.v, sizeof(x->id.v));
}

/* Sites are read before all that is theirs. */
static void sort_sites(struct reader *r)
{
	r->by_id = arena_array(&r->c->mem, r->sites, sizeof(*r->by_id));
	if (r->by_id == NULL) {
		r->e = ERR_NOMEM;
		return;
	}
	for (size_t i = 0; i < r->sites; i++)
		r->by_id[i] = (struct by_id){ r->c->sites[i].id, i };
	qsort(r->by_id, r->sites, sizeof(*r->by_id), by_id);
	r->n_by_id = r->sites;
}

static struct dni_site *find(struct reader *r, struct site_id id)
{
	const struct by_id key = { .id = id };
	const struct by_id *found;

	if (r->e == ERR_OK && r->n_by_id != r->sites)
		sort_sites(r);
	if (r->e != ERR_OK || r->n_by_id == 0)
		return NULL;
	found = bsearch(&key, r->by_id, r->n_by_id, sizeof(key), by_id);
	return found == NULL ? NULL : &r->c->sites[found->at];
}

static void copy(struct reader *r, const char *text, struct slice *out)
{
	if (!arena_copy(&r->c->mem, slice_from(text), out))
		r->e = ERR_NOMEM;
}

/* Room for one more in an array of the arena, which grows by doubling. */
static void *grow(struct reader *r, void *old, size_t n, size_t size)
{
	void *p = old;

	if ((n & (n - 1)) != 0)
		return old; /* room is there until the next power of two */
	p = arena_array(&r->c->mem, n == 0 ? 1 : 2 * n, size);
	if (p == NULL)
		r->e = ERR_NOMEM;
	else if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

static void on_site(void *ctx, const struct tag_site *s)
{
	struct reader *r = ctx;
	struct dni_site *site;

	r->c->sites = grow(r, r->c->sites, r->sites, sizeof(*r->c->sites));
	if (r->e != ERR_OK)
		return;
	site = &r->c->sites[r->sites++];
	memset(site, 0, sizeof(*site));
	site->company = s->company;
	site->id = s->id;
	site->pool = s->pool;
	site->consent_required = strcmp(s->consent, "require") == 0;
	memcpy(site->country, s->country, sizeof(site->country));
	site->has_token = s->has_token;
	memcpy(site->token_hash, s->token_hash, sizeof(site->token_hash));
	copy(r, s->key, &site->key);
	site->seen = arena_array(&r->c->mem, 1, sizeof(*site->seen));
	if (site->seen == NULL) {
		r->e = ERR_NOMEM;
		return;
	}
	memset(site->seen, 0, sizeof(*site->seen));
	atomic_init(&site->seen->at_us, 0);
	site->seen->sums.site = site->id;
}

static void on_origin(void *ctx, const struct tag_origin *o)
{
	struct reader *r = ctx;
	struct dni_site *site = find(r, o->site);

	if (r->e != ERR_OK || site == NULL)
		return;
	site->origins =
	    grow(r, site->origins, site->n_origins, sizeof(*site->origins));
	if (r->e == ERR_OK)
		copy(r, o->origin, &site->origins[site->n_origins++]);
}

static void on_target(void *ctx, const struct tag_target *t)
{
	struct reader *r = ctx;
	struct dni_site *site = find(r, t->site);

	if (r->e != ERR_OK || site == NULL)
		return;
	site->targets =
	    grow(r, site->targets, site->n_targets, sizeof(*site->targets));
	if (r->e == ERR_OK)
		dni_conf_number(slice_from(t->e164),
		    &site->targets[site->n_targets++]);
}

static void on_param(void *ctx, const struct tag_param *p)
{
	struct reader *r = ctx;
	struct dni_site *site = find(r, p->site);

	if (r->e != ERR_OK || site == NULL)
		return;
	site->params =
	    grow(r, site->params, site->n_params, sizeof(*site->params));
	if (r->e != ERR_OK)
		return;
	copy(r, p->param, &site->params[site->n_params].param);
	copy(r, p->field, &site->params[site->n_params].field);
	site->n_params++;
}

static void on_tracker(void *ctx, const struct tag_tracker *t)
{
	struct reader *r = ctx;
	struct dni_site *site = find(r, t->site);
	struct tracker_rule rule;

	if (r->e != ERR_OK || site == NULL)
		return;
	if (!tracker_kind_of(slice_from(t->match_kind), &rule.kind)) {
		log_warn("dni_conf: tracker with unknown rule kind=%s",
		    t->match_kind);
		return;
	}
	copy(r, t->match_value, &rule.value);
	site->rules =
	    grow(r, site->rules, site->n_trackers, sizeof(*site->rules));
	site->trackers =
	    grow(r, site->trackers, site->n_trackers, sizeof(*site->trackers));
	if (r->e != ERR_OK)
		return;
	site->rules[site->n_trackers] = rule;
	site->trackers[site->n_trackers].id = t->number;
	dni_conf_number(slice_from(t->e164),
	    &site->trackers[site->n_trackers].number);
	site->n_trackers++;
}

static void on_pool(void *ctx, const struct tag_pool *p)
{
	struct reader *r = ctx;
	struct dni_conf_pool *pool;

	r->c->pools = grow(r, r->c->pools, r->pools, sizeof(*r->c->pools));
	if (r->e != ERR_OK)
		return;
	pool = &r->c->pools[r->pools++];
	memset(pool, 0, sizeof(*pool));
	pool->company = p->company;
	pool->id = p->id;
	pool->overflow_id = p->overflow;
	if (p->overflow_e164[0] != '\0')
		dni_conf_number(slice_from(p->overflow_e164), &pool->overflow);
	if (strcmp(p->overflow_policy, "overflow") == 0)
		pool->policy = DNI_OVERFLOW_NUMBER;
	else if (strcmp(p->overflow_policy, "own") == 0)
		pool->policy = DNI_OVERFLOW_OWN;
	pool->lease_us = (int64_t)p->lease_s * RT_SEC_US;
	pool->gap_us = (int64_t)p->min_reuse_s * RT_SEC_US;
}

static struct dni_conf *begin(struct reader *r, struct tag_reader *to)
{
	struct dni_conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	arena_init(&c->mem, CONF_MEM_MAX);
	*r = (struct reader){ .c = c, .e = ERR_OK };
	*to = (struct tag_reader){ r, on_site, on_origin, on_target, on_tracker,
		on_param, on_pool };
	return c;
}

static int by_pool(const void *a, const void *b)
{
	const struct dni_conf_pool *x = a, *y = b;

	return memcmp(x->id.v, y->id.v, sizeof(x->id.v));
}

static enum err end(const struct reader *r, enum err e, struct dni_conf **out)
{
	if (e == ERR_OK)
		e = r->e;
	for (size_t i = 0; e == ERR_OK && i < r->sites; i++)
		e = dni_found_room(&r->c->sites[i], &r->c->mem);
	if (e != ERR_OK) {
		dni_conf_free(r->c);
		return e;
	}
	r->c->n_sites = r->sites;
	r->c->n_pools = r->pools;
	if (r->pools > 0)
		qsort(r->c->pools, r->pools, sizeof(*r->c->pools), by_pool);
	*out = r->c;
	return ERR_OK;
}

enum err dni_conf_load(struct db *db, struct dni_saved_copy *copy,
    struct dni_conf **out)
{
	struct tag_reader to, both;
	struct reader r;
	enum err e;

	if (begin(&r, &to) == NULL)
		return ERR_NOMEM;
	copy->to = &to;
	both = dni_saved_copy(copy);
	/* The version first: what changes after it is read again. */
	if ((e = db_tag_version(db, &r.c->version)) == ERR_OK)
		e = db_tag_read(db, &both);
	copy->to = NULL; /* ours is gone */
	return end(&r, e, out);
}

enum err dni_conf_remember(struct slice text, struct dni_saved_end *last,
    struct dni_conf **out)
{
	struct tag_reader to;
	struct reader r;
	enum err e;

	if (begin(&r, &to) == NULL)
		return ERR_NOMEM;
	if ((e = dni_saved_tell(text, &to, last)) == ERR_OK)
		r.c->version = last->version;
	return end(&r, e, out);
}

void dni_conf_free(struct dni_conf *c)
{
	if (c == NULL)
		return;
	arena_fini(&c->mem);
	free(c);
}

void dni_conf_keep_seen(struct dni_conf *c, const struct dni_conf *old)
{
	for (size_t i = 0; old != NULL && i < c->n_sites; i++) {
		const struct dni_site *was =
		    dni_conf_site(old, c->sites[i].key);

		if (was == NULL || !id_eq(was->id.v, c->sites[i].id.v))
			continue;
		atomic_init(&c->sites[i].seen->at_us,
		    atomic_load(&was->seen->at_us));
		c->sites[i].seen->written_us = was->seen->written_us;
		c->sites[i].seen->sums = was->seen->sums;
		dni_found_keep(&c->sites[i], was);
	}
}

const struct dni_site *dni_conf_site(const struct dni_conf *c, struct slice key)
{
	size_t lo = 0, hi = c->n_sites;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int order = slice_cmp(key, c->sites[mid].key);

		if (order == 0)
			return &c->sites[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct dni_conf_pool *dni_conf_pool(const struct dni_conf *c,
    struct pool_id pool)
{
	const struct dni_conf_pool key = { .id = pool };

	return c->n_pools == 0
		   ? NULL
		   : bsearch(&key, c->pools, c->n_pools, sizeof(key), by_pool);
}

enum err dni_conf_arrival(const struct dni_site *s, struct slice landing,
    struct slice referrer, struct arena *mem, struct source *source,
    size_t *rule)
{
	const enum err e = source_detect_mapped(landing, referrer, s->params,
	    s->n_params, mem, source);

	if (e == ERR_OK)
		*rule = tracker_pick(s->rules, s->n_trackers, landing, source);
	return e;
}

size_t dni_conf_rule(const struct dni_site *s, struct number_id number)
{
	size_t i = 0;

	while (i < s->n_trackers && !id_eq(s->trackers[i].id.v, number.v))
		i++;
	return i;
}

size_t dni_conf_always(const struct dni_site *s)
{
	size_t i = 0;

	while (i < s->n_trackers && s->rules[i].kind != TRACKER_ALWAYS)
		i++;
	return i;
}

bool dni_conf_token_ok(const struct dni_site *s, struct slice token)
{
	uint8_t hash[TOKEN_HASH_BYTES];

	return s->has_token && token_is(token) &&
	       token_hash(token, hash) == ERR_OK &&
	       token_equal(slice_of(hash, sizeof(hash)),
		   slice_of(s->token_hash, sizeof(s->token_hash)));
}

struct slice dni_conf_origin(struct slice url)
{
	const size_t host = slice_find(url, ':', 0) + 3;

	return slice_head(url, slice_find(url, '/', host));
}

bool dni_conf_origin_ok(const struct dni_site *s, struct slice origin,
    struct slice referrer)
{
	const struct slice from =
	    origin.n > 0 ? origin : dni_conf_origin(referrer);

	for (size_t i = 0; i < s->n_origins; i++)
		if (slice_eq_case(from, s->origins[i]))
			return true;
	return s->n_origins == 0;
}
