#include "ctl/ctl_person.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/clk.h"
#include "lib/db/db_company.h"
#include "lib/db/db_job.h"
#include "lib/db/db_person_erase.h"
#include "lib/db/db_person_show.h"
#include "lib/phone/phone.h"

struct opts {
	const char *conf;
	const char *company;
	const char *number;
	const char *part;
	const char *sure;
};

static const struct ctl_opt options[] = {
	{ "number", CTL_OPT_TEXT, offsetof(struct opts, number), 0, "NUMBER",
	    "a telephone of the person" },
	{ "part", CTL_OPT_TEXT, offsetof(struct opts, part), 0, "WHICH",
	    "the telephone or browser (vtr_...) that is not theirs" },
	{ "sure", CTL_OPT_TEXT, offsetof(struct opts, sure), 0, "WORD",
	    "erase: says that you mean it" },
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "whose (the only one)" },
	CTL_CONF_OPT(struct opts, conf),
};

struct caller {
	struct company_row company;
	struct account_id account;
	struct phone phone;
};

static enum err find(struct ctl_scope *s, const struct opts *o,
    struct caller *out)
{
	enum err e;

	if ((e = ctl_scope_need("number", o->number)) != ERR_OK ||
	    (e = ctl_scope_company(s, o->company, &out->company.id,
		 &out->account)) != ERR_OK ||
	    (e = db_company_get(s->db, out->company.id, &out->company)) !=
		ERR_OK)
		return e;
	return ctl_scope_number(o->number, out->company.country, &out->phone);
}

struct part_list {
	struct person_part v[64];
	size_t n;
};

static void on_part(void *ctx, const struct person_part *p)
{
	struct part_list *all = ctx;

	if (all->n < RT_ARRAY_LEN(all->v))
		all->v[all->n++] = *p;
}

static enum err print_part(struct ctl_scope *s, struct company_id company,
    const struct person_part *p)
{
	const struct person_key key = { p->visitor, slice_from(p->e164) };
	char id[ID_TEXT_MAX], first[CLK_RFC3339_MAX], last[CLK_RFC3339_MAX];
	struct person_use use;
	const enum err e = db_person_show_use(s->db, company, &key, &use);

	if (e != ERR_OK)
		return e;
	id_text(ID_KIND_visitor, p->visitor.v, id);
	clk_rfc3339(use.first_us, first);
	clk_rfc3339(use.last_us, last);
	(void)printf("%s  %" PRIu64 " %s", p->e164[0] != '\0' ? p->e164 : id,
	    use.times, p->e164[0] != '\0' ? "calls" : "visits");
	if (use.times > 0)
		(void)printf("  first %s  last %s", first, last);
	(void)printf("\n");
	return ERR_OK;
}

static enum err print_would(struct ctl_scope *s, const struct caller *c)
{
	const struct person_key key = { .e164 = slice_from(c->phone.e164) };
	struct person_would w;
	const enum err e = db_person_show_would(s->db, c->company.id, &key, &w);

	if (e == ERR_OK)
		(void)printf("erase takes %" PRIu64 " calls, %" PRIu64
			     " visits, %" PRIu64 " forms, %" PRIu64
			     " forms of other browsers that name a telephone\n",
		    w.calls, w.visits, w.forms, w.others);
	return e;
}

static enum err show(struct ctl_scope *s, const void *opts)
{
	struct part_list parts = { .n = 0 };
	struct person_id person;
	struct caller c;
	enum err e = find(s, opts, &c);

	if (e != ERR_OK)
		return e;
	e = db_person_of_caller(s->db, c.company.id, slice_from(c.phone.e164),
	    &person);
	if (e == ERR_OK)
		e = db_person_parts(s->db, c.company.id, person, on_part,
		    &parts);
	if (e == ERR_NOTFOUND) {
		memcpy(parts.v[0].e164, c.phone.e164, sizeof(parts.v[0].e164));
		memset(&parts.v[0].visitor, 0, sizeof(parts.v[0].visitor));
		parts.n = 1;
		e = ERR_OK;
	}
	for (size_t i = 0; e == ERR_OK && i < parts.n; i++)
		e = print_part(s, c.company.id, &parts.v[i]);
	return e == ERR_OK ? print_would(s, &c) : e;
}

/* In a transaction. The audit row holds figures, not who it was. */
static enum err erase_all(struct ctl_scope *s, const struct caller *c,
    struct person_erased *gone)
{
	const struct person_key key = { .e164 = slice_from(c->phone.e164) };
	char calls[24], visits[24], forms[24], key_text[ID_TEXT_MAX];
	const char *const pairs[] = { "calls", calls, "visits", visits, "forms",
		forms, NULL, NULL };
	struct person_id fresh;
	struct request_id job;
	enum err e;

	ctl_scope_id(s, fresh.v);
	ctl_scope_id(s, job.v);
	e = db_person_erase(s->db, c->company.id, &key, s->now_us, fresh, gone);
	if (e != ERR_OK)
		return e;
	(void)snprintf(calls, sizeof(calls), "%" PRIu64, gone->calls);
	(void)snprintf(visits, sizeof(visits), "%" PRIu64, gone->visits);
	(void)snprintf(forms, sizeof(forms), "%" PRIu64, gone->forms);
	id_text(ID_KIND_request, job.v, key_text);
	e = ctl_audit_add(s, &(struct ctl_audit){ .account = c->account,
				 .company = c->company.id,
				 .action = "person.erase",
				 .kind = "person",
				 .object = fresh.v,
				 .pairs = pairs });
	if (e != ERR_OK || gone->recordings == 0)
		return e;
	return db_job_add(s->db, c->company.id, "keep", slice_from(key_text),
	    SLICE("{}"), s->now_us, s->now_us);
}

static enum err erase(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct person_erased gone;
	struct caller c;
	enum err e;

	if (o->sure == NULL || strcmp(o->sure, "erase") != 0) {
		(void)fprintf(stderr,
		    "this cannot be undone: say --sure erase\n");
		return ERR_SYNTAX;
	}
	if ((e = find(s, o, &c)) != ERR_OK || (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_end(s->db, erase_all(s, &c, &gone));
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "nothing of this telephone is there\n");
	if (e == ERR_BUSY)
		(void)fprintf(stderr,
		    "a call of theirs is going on: again when it has ended\n");
	if (e == ERR_OK)
		(void)printf("erased: %" PRIu64 " calls, %" PRIu64
			     " recordings, %" PRIu64 " visits, %" PRIu64
			     " pages, %" PRIu64 " forms\n",
		    gone.calls, gone.recordings, gone.visits, gone.pages,
		    gone.forms);
	return e;
}

/* A browser by its id, a telephone as any. */
static enum err read_part(const struct caller *c, const char *text,
    struct phone *phone, struct person_key *out)
{
	enum err e;

	*out = (struct person_key){ .e164 = SLICE("") };
	if ((e = ctl_scope_need("part", text)) != ERR_OK)
		return e;
	if (id_parse(ID_KIND_visitor, slice_from(text), out->visitor.v) ==
	    ERR_OK)
		return ERR_OK;
	e = ctl_scope_number(text, c->company.country, phone);
	if (e == ERR_OK)
		out->e164 = slice_from(phone->e164);
	return e;
}

/* In a transaction. */
static enum err part_one(struct ctl_scope *s, const struct caller *c,
    const struct person_key *key)
{
	const char *const pairs[] = { "with",
		key->e164.n > 0 ? "a telephone" : "a browser", NULL, NULL };
	struct person_id person;
	enum err e;

	if ((e = db_person_of_caller(s->db, c->company.id,
		 slice_from(c->phone.e164), &person)) != ERR_OK ||
	    (e = db_person_part(s->db, c->company.id, person, key,
		 s->now_us)) != ERR_OK)
		return e;
	return ctl_audit_add(s, &(struct ctl_audit){ .account = c->account,
				    .company = c->company.id,
				    .action = "person.part",
				    .kind = "person",
				    .object = person.v,
				    .pairs = pairs });
}

static enum err part(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct person_key key;
	struct phone phone;
	struct caller c;
	enum err e;

	if ((e = find(s, o, &c)) != ERR_OK ||
	    (e = read_part(&c, o->part, &phone, &key)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_end(s->db, part_one(s, &c, &key));
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "%s is not joined with %s\n", o->part,
		    c.phone.e164);
	if (e == ERR_OK)
		(void)printf("parted: no form joins them again\n");
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "show", "the telephones and browsers of a caller", show },
	{ "part", "takes one of these out, for good", part },
	{ "erase", "forgets them: numbers, names, notes, sound, pages, forms",
	    erase },
};

int ctl_person(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "person", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .conf = NULL };

	return ctl_verb_run(&noun, argc, argv, &o);
}
