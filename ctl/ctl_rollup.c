#include "ctl/ctl_rollup.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/core/rollup_cover.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_stat.h"

#define DAYS_DEFAULT 400
#define DAYS_MAX     36500
#define STEP_US      (ROLLUP_COVER_CHUNK_DAYS * RT_DAY_US)

struct opts {
	const char *conf;
	const char *company;
	uint64_t days;
};

static const struct ctl_opt options[] = {
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "COMPANY",
	    "id or name (all companies)" },
	{ "days", CTL_OPT_COUNT, offsetof(struct opts, days), DAYS_MAX, "N",
	    "how far back (400)" },
	CTL_CONF_OPT(struct opts, conf),
};

/* What is done to one company's piece of time: a bounded transaction. */
struct step {
	enum err (*run)(struct ctl_scope *s, const struct company_row *c,
	    int64_t from_us, int64_t to_us, uint64_t *wrong);
};

static enum err verify_step(struct ctl_scope *s, const struct company_row *c,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	return db_stat_verify(s->db, c->id, from_us, to_us, wrong);
}

static enum err rebuild_step(struct ctl_scope *s, const struct company_row *c,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	enum err e = db_stat_rebuild(s->db, c->id, from_us, to_us);

	/* A call that closes at the same moment: its writer goes first. */
	if (e == ERR_BUSY)
		e = db_stat_rebuild(s->db, c->id, from_us, to_us);
	return e == ERR_OK ? verify_step(s, c, from_us, to_us, wrong) : e;
}

static enum err one_company(struct ctl_scope *s, const struct company_row *c,
    uint64_t days, const struct step *step, uint64_t *wrong)
{
	const int64_t first_us = s->now_us - (int64_t)days * RT_DAY_US;
	/* As they are summed, so that no piece is made twice. */
	const struct rollup_cover_span all_us =
	    rollup_cover_chunks(first_us, s->now_us + RT_DAY_US);
	uint64_t all = 0;
	enum err e = ERR_OK;

	for (int64_t at = all_us.from_us; at < all_us.to_us && e == ERR_OK;
	     at += STEP_US) {
		uint64_t n = 0;

		e = step->run(s, c, at, at + STEP_US, &n);
		all += n;
	}
	if (e == ERR_OK)
		(void)printf("%s: %" PRIu64 " days, %" PRIu64 " wrong\n",
		    c->name, days, all);
	*wrong += all;
	return e;
}

static enum err all_companies(struct ctl_scope *s, uint64_t days,
    const struct step *step, uint64_t *wrong)
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
			e = one_company(s, &rows[i], days, step, wrong);
	}
	return e;
}

static enum err on(struct ctl_scope *s, const struct opts *o,
    const struct step *step)
{
	struct company_row row;
	struct account_id account;
	struct company_id company;
	uint64_t wrong = 0;
	enum err e;

	if (o->company == NULL) {
		e = all_companies(s, o->days, step, &wrong);
	} else {
		e = ctl_scope_company(s, o->company, &company, &account);
		if (e == ERR_OK)
			e = db_company_get(s->db, company, &row);
		if (e == ERR_OK)
			e = one_company(s, &row, o->days, step, &wrong);
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
	static const struct step step = { verify_step };

	return on(s, opts, &step);
}

static enum err rebuild(struct ctl_scope *s, const void *opts)
{
	static const struct step step = { rebuild_step };

	return on(s, opts, &step);
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
