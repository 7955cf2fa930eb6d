#include "ctl/ctl_pool.h"

#include <stdio.h>

#include "lib/db/db_pool.h"

#define LEASE_S 180 /* after the last heartbeat */

/* n: how many have the name, of which out is one. */
static enum err find(struct ctl_scope *s, struct company_id company,
    const char *name, struct pool_id *out, uint32_t *n)
{
	const enum err e =
	    db_pool_called(s->db, company, slice_from(name), out, n);

	if (e != ERR_OK || *n < 2)
		return e;
	(void)fprintf(stderr, "there are %u pools \"%s\": rename one first\n",
	    *n, name);
	return ERR_NOTFOUND;
}

enum err ctl_pool_get(struct ctl_scope *s, struct company_id company,
    const char *name, struct pool_id *out)
{
	uint32_t n;
	const enum err e = find(s, company, name, out, &n);

	if (e != ERR_OK || n == 1)
		return e;
	(void)fprintf(stderr,
	    "there is no pool \"%s\"; `ringtrace number add --pool` makes one "
	    "of the numbers that it is given\n",
	    name);
	return ERR_NOTFOUND;
}

enum err ctl_pool_make(struct ctl_scope *s, struct company_id company,
    const char *name, struct pool_id *out)
{
	struct pool_row row = { .lease_s = LEASE_S, .created_us = s->now_us };
	uint32_t n;
	enum err e = find(s, company, name, out, &n);

	if (e != ERR_OK || n == 1)
		return e;
	ctl_scope_id(s, row.id.v);
	e = ctl_scope_put(row.name, sizeof(row.name), "pool", name);
	if (e == ERR_OK)
		e = db_pool_add(s->db, company, &row);
	if (e == ERR_OK) {
		(void)fprintf(stderr, "the pool \"%s\" is new\n", name);
		*out = row.id;
	}
	return e;
}
