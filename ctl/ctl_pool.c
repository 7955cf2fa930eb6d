#include "ctl/ctl_pool.h"

#include <stdio.h>
#include <string.h>

#include "lib/db/db_pool.h"

#define LEASE_S 180 /* after the last heartbeat */

enum err ctl_pool_get(struct ctl_scope *s, struct company_id company,
    const char *name, struct pool_id *out)
{
	struct pool_row row = { .lease_s = LEASE_S, .created_us = s->now_us };
	struct pool_row *rows;
	size_t n, found = 0;
	enum err e = db_pool_list(s->db, company, &s->mem, &rows, &n);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, name) == 0) {
			*out = rows[i].id;
			found++;
		}
	if (found == 1)
		return ERR_OK;
	if (found > 1) {
		(void)fprintf(stderr,
		    "there are %zu pools \"%s\": rename one first\n", found,
		    name);
		return ERR_NOTFOUND;
	}
	ctl_scope_id(s, row.id.v);
	e = ctl_scope_put(row.name, sizeof(row.name), "pool", name);
	if (e == ERR_OK)
		e = db_pool_add(s->db, company, &row);
	if (e == ERR_OK)
		*out = row.id;
	return e;
}
