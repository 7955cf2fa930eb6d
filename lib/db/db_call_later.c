#include "lib/db/db_call_later.h"

#include "lib/db/db_stat.h"
#include "lib/db/db_usage.h"

static bool together(const struct call_later_one *a,
    const struct call_later_one *b)
{
	return id_eq(a->company.v, b->company.v) &&
	       a->started_us / RT_DAY_US == b->started_us / RT_DAY_US;
}

/* Calls of one company and day. */
struct group {
	struct call_id call[DB_CALL_LATER_MAX];
	size_t n;
	uint64_t inbound_s;
	uint64_t outbound_s;
};

/* Takes the first and all that go with it; the others move up. */
static void take_group(struct call_later *l, struct group *g)
{
	const struct call_later_one first = l->one[0];
	size_t kept = 0;

	*g = (struct group){ .n = 0 };
	for (size_t i = 0; i < l->n; i++) {
		const struct call_later_one *one = &l->one[i];

		if (!together(one, &first)) {
			l->one[kept++] = *one;
			continue;
		}
		g->call[g->n++] = one->call;
		g->inbound_s += one->inbound_s;
		g->outbound_s += one->outbound_s;
	}
	l->n = kept;
}

static enum err write_group(struct db *db, const struct call_later_one *first,
    const struct group *g)
{
	const struct company_id co = first->company;
	const int64_t at_us = first->started_us;
	enum err e;

	if ((e = db_usage_add(db, co, at_us, USAGE_CALLS, g->n)) != ERR_OK ||
	    (e = db_usage_add(db, co, at_us, USAGE_INBOUND_S, g->inbound_s)) !=
		ERR_OK ||
	    (e = db_usage_add(db, co, at_us, USAGE_OUTBOUND_S,
		 g->outbound_s)) != ERR_OK)
		return e;
	return db_stat_put_all(db, co, g->call, g->n);
}

enum err db_call_later_write(struct db *db, struct call_later *l)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && l->n > 0) {
		const struct call_later_one first = l->one[0];
		struct group g;

		take_group(l, &g);
		e = write_group(db, &first, &g);
	}
	return e;
}

enum err db_call_later_add(struct db *db, struct call_later *l,
    const struct call_later_one *one)
{
	enum err e = ERR_OK;

	if (l->n == DB_CALL_LATER_MAX)
		e = db_call_later_write(db, l);
	if (e == ERR_OK)
		l->one[l->n++] = *one;
	return e;
}
