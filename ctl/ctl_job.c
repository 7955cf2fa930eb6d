#include "ctl/ctl_job.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/clk.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_job.h"

#define SHOWN_MAX 200

struct opts {
	const char *conf;
	uint64_t id;
};

static const struct ctl_opt options[] = {
	{ "id", CTL_OPT_COUNT, offsetof(struct opts, id), INT64_MAX, "N",
	    "for replay: the job, as `dead` names it" },
	CTL_CONF_OPT(struct opts, conf),
};

/* A verb's work in one company; the installation itself is the nil id. */
struct part {
	enum err (*run)(struct ctl_scope *s, const struct company_row *c,
	    const struct opts *o, uint64_t *done);
};

static enum err show(struct ctl_scope *s, const struct company_row *c,
    const struct opts *o, uint64_t *done)
{
	struct job_row *rows;
	size_t n;
	enum err e;

	(void)o;
	e = db_job_dead_list(s->db, c->id, 0, SHOWN_MAX, &s->mem, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		char due[CLK_RFC3339_MAX];

		clk_rfc3339(rows[i].due_us, due);
		(void)printf("%" PRIu64 "  %s  %s  %s  tries=%u  %s\n",
		    rows[i].id, due, c->name, rows[i].kind, rows[i].attempts,
		    rows[i].error);
	}
	if (e == ERR_OK)
		*done += n;
	return e;
}

static enum err again(struct ctl_scope *s, const struct company_row *c,
    const struct opts *o, uint64_t *done)
{
	const enum err e = db_job_replay(s->db, c->id, o->id, s->now_us);

	if (e == ERR_OK)
		++*done;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err everywhere(struct ctl_scope *s, const struct part *part,
    const struct opts *o, uint64_t *done)
{
	static const struct company_row installation = { .name = "-" };
	struct account_row *accounts;
	struct company_row *rows;
	size_t n_accounts, n;
	enum err e;

	if ((e = part->run(s, &installation, o, done)) != ERR_OK ||
	    (e = db_account_list(s->db, &s->mem, &accounts, &n_accounts)) !=
		ERR_OK)
		return e;
	for (size_t a = 0; a < n_accounts && e == ERR_OK; a++) {
		e = db_company_list(s->db, accounts[a].id, &s->mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++)
			e = part->run(s, &rows[i], o, done);
	}
	return e;
}

static enum err dead(struct ctl_scope *s, const void *opts)
{
	static const struct part part = { show };
	uint64_t n = 0;
	const enum err e = everywhere(s, &part, opts, &n);

	if (e == ERR_OK && n == 0)
		(void)printf("nothing has failed for good\n");
	return e;
}

static enum err replay(struct ctl_scope *s, const void *opts)
{
	static const struct part part = { again };
	const struct opts *o = opts;
	uint64_t n = 0;
	enum err e;

	if (o->id == 0) {
		(void)fprintf(stderr, "--id is needed\n");
		return ERR_SYNTAX;
	}
	e = everywhere(s, &part, o, &n);
	if (e != ERR_OK || n != 0)
		return e;
	(void)fprintf(stderr, "there is no dead job %" PRIu64 "\n", o->id);
	return ERR_NOTFOUND;
}

static const struct ctl_verb verbs[] = {
	{ "dead", "what failed for good, and why", dead },
	{ "replay", "lets one of them run again", replay },
};

int ctl_job(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "job", verbs, RT_ARRAY_LEN(verbs),
		options, RT_ARRAY_LEN(options), offsetof(struct opts, conf) };
	struct opts o = { .id = 0 };

	return ctl_verb_run(&noun, argc, argv, &o);
}
