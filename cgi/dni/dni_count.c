#include "cgi/dni/dni_count.h"

#include <stdlib.h>

#include "lib/base/clk.h"
#include "lib/db/db_pool_count.h"

#define BUCKET_US (15 * RT_MIN_US)

static enum err mention(struct dni_state *s, const struct dni_conf_pool *conf)
{
	struct dni_pool *p = calloc(1, sizeof(*p));
	enum err e;

	if (p == NULL)
		return ERR_NOMEM;
	p->company = conf->company;
	p->id = conf->id;
	(void)pthread_mutex_lock(&s->mu);
	e = dni_state_add_pool(s, p);
	(void)pthread_mutex_unlock(&s->mu);
	return e;
}

enum err dni_count_mention(struct dni_state *s)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < s->conf->n_pools; i++)
		if (dni_state_any_pool(s, s->conf->pools[i].id) == NULL)
			e = mention(s, &s->conf->pools[i]);
	return e;
}

/* What may have been written is not written again: too few are better than too
 * many where nobody can say. */
static enum err write_kind(struct dni_state *s, struct db *db,
    struct dni_pool *p, enum dni_given kind)
{
	const int64_t now_us = clk_wall_us();
	enum err e = ERR_OK;
	uint64_t n;

	(void)pthread_mutex_lock(&s->mu);
	n = p->given[kind];
	p->given[kind] = 0;
	(void)pthread_mutex_unlock(&s->mu);
	if (n > 0)
		e = db_pool_count_add(db, p->company, p->id,
		    now_us - now_us % BUCKET_US, dni_pool_given_name(kind), n);
	if (e == ERR_OK || e == ERR_UNCERTAIN)
		return e;
	(void)pthread_mutex_lock(&s->mu);
	p->given[kind] += n;
	(void)pthread_mutex_unlock(&s->mu);
	return e;
}

enum err dni_count_write(struct dni_state *s, struct db *db)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < s->n_pools; i++)
		for (size_t k = 0; e == ERR_OK && k < DNI_GIVEN_COUNT; k++)
			e = write_kind(s, db, s->pools[i], (enum dni_given)k);
	return e;
}
