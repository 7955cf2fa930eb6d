#include "ctl/ctl_verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/clk.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_verdict.h"

#define DAYS_DEFAULT 400
#define DAYS_MAX     36500
#define STEP         500 /* calls between two looks at the clock */

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

static enum err one_company(struct ctl_scope *s, const struct company_row *c,
    uint64_t days)
{
	const int64_t from_us = s->now_us - (int64_t)days * RT_DAY_US;
	struct hook_turn turn = { .from_us = s->now_us, .now_us = s->now_us };
	struct call_id after = { { 0 } };
	uint64_t all = 0;
	size_t n = STEP;
	enum err e = ERR_OK;

	while (e == ERR_OK && n > 0) {
		turn.now_us = clk_wall_us();
		e = db_verdict_rerun(s->db, c->id, from_us, s->now_us, &after,
		    STEP, &turn, &n);
		if (e == ERR_OK)
			all += n;
	}
	if (e == ERR_OK)
		(void)printf("%s: %" PRIu64 " calls judged\n", c->name, all);
	return e;
}

static enum err all_companies(struct ctl_scope *s, uint64_t days)
{
	struct account_row *accounts;
	struct company_row *rows;
	size_t n_accounts, n;
	enum err e = db_account_list(s->db, &s->mem, &accounts, &n_accounts);

	for (size_t a = 0; e == ERR_OK && a < n_accounts; a++) {
		e = db_company_list(s->db, accounts[a].id, &s->mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++)
			e = one_company(s, &rows[i], days);
	}
	return e;
}

static enum err rerun(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct account_id account;
	struct company_id company;
	struct company_row row;
	enum err e;

	if (o->company == NULL)
		return all_companies(s, o->days);
	if ((e = ctl_scope_company(s, o->company, &company, &account)) !=
		ERR_OK ||
	    (e = db_company_get(s->db, company, &row)) != ERR_OK)
		return e;
	return one_company(s, &row, o->days);
}

static const struct ctl_verb verbs[] = {
	{ "rerun", "judge closed calls again", rerun },
};

int ctl_verdict(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "verdict", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .days = DAYS_DEFAULT };

	return ctl_verb_run(&noun, argc, argv, &o);
}
