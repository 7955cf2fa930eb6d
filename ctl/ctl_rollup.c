#include "ctl/ctl_rollup.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_stat.h"

#define DAYS_DEFAULT 400
#define DAYS_MAX     36500

struct opts {
	const char *conf;
	const char *company;
	uint64_t days;
};

static const struct ctl_opt options[] = {
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "COMPANY",
	    "id or name (all companies)" },
	{ "days", CTL_OPT_U64, offsetof(struct opts, days), DAYS_MAX, "N",
	    "how far back (400)" },
	CTL_CONF_OPT(struct opts, conf),
};

/* What is done to one company's day: a short transaction, a bounded query. */
struct day {
	enum err (*run)(struct ctl_scope *s, const struct company_row *c,
	    int64_t from_us, int64_t to_us, uint64_t *wrong);
};

static enum err verify_day(struct ctl_scope *s, const struct company_row *c,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	return db_stat_verify(s->db, c->id, from_us, to_us, wrong);
}

static enum err rebuild_day(struct ctl_scope *s, const struct company_row *c,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	enum err e = db_stat_rebuild(s->db, c->id, from_us, to_us);

	/* A call that closes at the same moment: its writer goes first. */
	if (e == ERR_BUSY)
		e = db_stat_rebuild(s->db, c->id, from_us, to_us);
	return e == ERR_OK ? verify_day(s, c, from_us, to_us, wrong) : e;
}

static enum err one_company(struct ctl_scope *s, const struct company_row *c,
    uint64_t days, const struct day *day, uint64_t *wrong)
{
	const int64_t end_us = (s->now_us / RT_DAY_US + 1) * RT_DAY_US;
	uint64_t all = 0;
	enum err e = ERR_OK;

	for (uint64_t i = 0; i < days && e == ERR_OK; i++) {
		const int64_t to_us = end_us - (int64_t)i * RT_DAY_US;
		uint64_t n = 0;

		e = day->run(s, c, to_us - RT_DAY_US, to_us, &n);
		all += n;
	}
	if (e == ERR_OK)
		(void)printf("%s: %" PRIu64 " days, %" PRIu64 " wrong\n",
		    c->name, days, all);
	*wrong += all;
	return e;
}

static enum err all_companies(struct ctl_scope *s, uint64_t days,
    const struct day *day, uint64_t *wrong)
{
	struct account_row *accounts;
	struct company_row *rows;
	size_t n_accounts, n;
	enum err e = db_account_list(s->db, &s->mem, &accounts, &n_accounts);

	if (e != ERR_OK)
		return e;
	for (size_t a = 0; a < n_accounts && e == ERR_OK; a++) {
		e = db_company_list(s->db, accounts[a].id, &s->mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++)
			e = one_company(s, &rows[i], days, day, wrong);
	}
	return e;
}

static enum err on(struct ctl_scope *s, const struct opts *o,
    const struct day *day)
{
	struct company_row row;
	struct account_id account;
	struct company_id company;
	uint64_t wrong = 0;
	enum err e;

	if (o->company == NULL) {
		e = all_companies(s, o->days, day, &wrong);
	} else {
		e = ctl_scope_company(s, o->company, &company, &account);
		if (e == ERR_OK)
			e = db_company_get(s->db, company, &row);
		if (e == ERR_OK)
			e = one_company(s, &row, o->days, day, &wrong);
	}
	if (e == ERR_OK && wrong != 0) {
		(void)fprintf(stderr,
		    "roll-ups differ from the calls: "
		    "`ringtrace rollup rebuild` mends it\n");
		return ERR_NOTFOUND; /* said, in better words than its own */
	}
	return e;
}

static enum err verify(struct ctl_scope *s, const void *opts)
{
	static const struct day day = { verify_day };

	return on(s, opts, &day);
}

static enum err rebuild(struct ctl_scope *s, const void *opts)
{
	static const struct day day = { rebuild_day };

	return on(s, opts, &day);
}

static const struct ctl_verb verbs[] = {
	{ "verify", "do the sums equal the calls?", verify },
	{ "rebuild", "make the sums anew from the calls", rebuild },
};

int ctl_rollup(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "rollup", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .days = DAYS_DEFAULT };

	return ctl_verb_run(&noun, argc, argv, &o);
}
