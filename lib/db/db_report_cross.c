#include "lib/db/db_report_cross.h"

#include "lib/db/db_rollup.h"
#include "lib/db/db_sums.h"
#include "lib/db/db_tally.h"

struct crossing {
	const struct slice *values;
	size_t n;
	int64_t at_us; /* of the sums; calls of them all: 0 before the first */
	struct db_report_sums sums[DB_REPORT_CROSS_MAX + 1];
	db_report_cross_fn *fn;
	void *ctx;
};

static enum err give_quarter(struct crossing *x)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i <= x->n && e == ERR_OK; i++) {
		if (x->sums[i].calls > 0)
			e = x->fn(x->ctx, x->at_us, i, &x->sums[i]);
		x->sums[i] = (struct db_report_sums){ .calls = 0 };
	}
	return e;
}

static enum err cross_call(void *ctx, const struct db_scan_call *call)
{
	struct crossing *x = ctx;
	size_t i = 0;
	enum err e = ERR_OK;

	if (call->at_us != x->at_us)
		e = give_quarter(x);
	x->at_us = call->at_us;
	while (i < x->n && !db_tally_same(call->value, x->values[i]))
		i++;
	db_report_add(&x->sums[i], &call->sums);
	return e;
}

enum err db_report_cross(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct slice *values, size_t n,
    db_report_cross_fn *fn, void *ctx)
{
	const struct db_scan scan = { .ask = ask,
		.wanted =
		    db_sums_wanted(ask->only == 0 ? DB_SUMS_ALL : ask->only, 0),
		.values = true,
		.quarters = true };
	struct crossing x = { .values = values, .n = n, .fn = fn, .ctx = ctx };
	enum err e;

	if (n > DB_REPORT_CROSS_MAX)
		return ERR_RANGE;
	e = db_rollup_scan(db, company, &scan, cross_call, &x);
	return e == ERR_OK ? give_quarter(&x) : e;
}
