#include "ctl/ctl_person.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_person_who.h"
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
	struct ctl_person_opts who;
	const char *part;
	const char *sure;
};

static const struct ctl_opt options[] = {
	{ "number", CTL_OPT_TEXT, offsetof(struct opts, who.number), 0,
	    "NUMBER", "a telephone of the person" },
	{ "visitor", CTL_OPT_TEXT, offsetof(struct opts, who.visitor), 0, "ID",
	    "or a browser of theirs (vtr_...)" },
	{ "of", CTL_OPT_TEXT, offsetof(struct opts, who.of), 0, "ID",
	    "or a call or form of theirs (cal_..., frm_...), as its page" },
	{ "email", CTL_OPT_TEXT, offsetof(struct opts, who.email), 0, "ADDRESS",
	    "or who sent forms with this mail address" },
	{ "part", CTL_OPT_TEXT, offsetof(struct opts, part), 0, "WHICH",
	    "the telephone or browser (vtr_...) that is not theirs" },
	{ "sure", CTL_OPT_TEXT, offsetof(struct opts, sure), 0, "WORD",
	    "erase: says that you mean it" },
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "whose (the only one)" },
	CTL_CONF_OPT(struct opts, conf),
};

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

static enum err print_would(struct ctl_scope *s, struct company_id company,
    const struct person_key *key)
{
	struct person_would w;
	const enum err e = db_person_show_would(s->db, company, key, &w);

	if (e == ERR_OK)
		(void)printf("erase takes %" PRIu64 " calls, %" PRIu64
			     " visits, %" PRIu64 " forms; of %" PRIu64
			     " forms of other browsers what names a telephone"
			     " above\n",
		    w.calls, w.visits, w.forms, w.others);
	return e;
}

/* A telephone or browser that is joined with nothing is the only part. */
static enum err read_parts(struct ctl_scope *s, struct company_id company,
    const struct person_key *key, struct part_list *out)
{
	struct person_id person;
	struct person_part *only = &out->v[0];
	enum err e = db_person_of(s->db, company, key, &person);

	out->n = 0;
	if (e == ERR_OK)
		return db_person_parts(s->db, company, person, on_part, out);
	if (e != ERR_NOTFOUND)
		return e;
	*only = (struct person_part){ .visitor = key->visitor };
	if (!slice_to_cstr(key->e164, only->e164, sizeof(only->e164)))
		return ERR_RANGE;
	out->n = 1;
	return ERR_OK;
}

static enum err show_one(struct ctl_scope *s, struct company_id company,
    const struct ctl_person *p)
{
	struct part_list parts;
	enum err e;

	if (p->is_alone) {
		(void)printf(
		    "a call or form of nobody that is known: erase"
		    " takes it alone\n");
		return ERR_OK;
	}
	e = read_parts(s, company, &p->key, &parts);
	for (size_t i = 0; e == ERR_OK && i < parts.n; i++)
		e = print_part(s, company, &parts.v[i]);
	return e == ERR_OK ? print_would(s, company, &p->key) : e;
}

static enum err show(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct ctl_person_who w;
	enum err e = ctl_person_who(s, o->company, &o->who, &w);

	for (size_t i = 0; e == ERR_OK && i < w.n; i++)
		e = show_one(s, w.company.id, &w.v[i]);
	return e;
}

/* --- erasing ---------------------------------------------------------------*/

struct erasing {
	struct ctl_scope *s;
	const struct ctl_person_who *who;
	struct person_erased gone;
};

static void count(struct person_erased *sum, const struct person_erased *one)
{
	sum->calls += one->calls;
	sum->recordings += one->recordings;
	sum->forms += one->forms;
	sum->visits += one->visits;
	sum->pages += one->pages;
	sum->named += one->named;
}

/* The audit row holds figures, not who it was. */
static enum err note(struct ctl_scope *s, const struct ctl_person_who *w,
    const uint8_t id[ID_BYTES], const struct person_erased *gone)
{
	char calls[24], visits[24], forms[24], named[24];
	const char *const pairs[] = { "calls", calls, "visits", visits, "forms",
		forms, "named", named, NULL, NULL };

	(void)snprintf(calls, sizeof(calls), "%" PRIu64, gone->calls);
	(void)snprintf(visits, sizeof(visits), "%" PRIu64, gone->visits);
	(void)snprintf(forms, sizeof(forms), "%" PRIu64, gone->forms);
	(void)snprintf(named, sizeof(named), "%" PRIu64, gone->named);
	return ctl_audit_add(s, &(struct ctl_audit){ .account = w->account,
				    .company = w->company.id,
				    .action = "person.erase",
				    .kind = "person",
				    .object = id,
				    .pairs = pairs });
}

static enum err erase_one(struct erasing *x, const struct ctl_person *p)
{
	struct ctl_scope *s = x->s;
	struct person_erased gone = { 0 };
	struct person_id fresh;
	enum err e;

	ctl_scope_id(s, fresh.v);
	e = p->is_alone ? db_person_erase_one(s->db, x->who->company.id, p->one,
			      s->now_us, fresh, &gone)
			: db_person_erase(s->db, x->who->company.id, &p->key,
			      s->now_us, fresh, &gone);
	if (e != ERR_OK)
		return e;
	count(&x->gone, &gone);
	return note(s, x->who, fresh.v, &gone);
}

/* In a transaction, maybe not for the first time. */
static enum err erase_all(void *ctx)
{
	struct erasing *x = ctx;
	struct request_id job;
	char key[ID_TEXT_MAX];
	enum err e = ERR_OK;

	memset(&x->gone, 0, sizeof(x->gone));
	for (size_t i = 0; e == ERR_OK && i < x->who->n; i++)
		e = erase_one(x, &x->who->v[i]);
	if (e != ERR_OK || x->gone.recordings == 0)
		return e;
	ctl_scope_id(x->s, job.v);
	id_text(ID_KIND_request, job.v, key);
	return db_job_add(x->s->db, x->who->company.id, "keep", slice_from(key),
	    SLICE("{}"), x->s->now_us, x->s->now_us);
}

static void print_gone(const struct person_erased *gone)
{
	(void)printf("erased: %" PRIu64 " calls, %" PRIu64
		     " recordings, %" PRIu64 " visits, %" PRIu64
		     " pages, %" PRIu64 " forms; named no more in %" PRIu64
		     " forms of others\n",
	    gone->calls, gone->recordings, gone->visits, gone->pages,
	    gone->forms, gone->named);
}

static enum err erase(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct ctl_person_who w;
	struct erasing x = { .s = s, .who = &w };
	enum err e;

	if (o->sure == NULL || strcmp(o->sure, "erase") != 0) {
		(void)fprintf(stderr,
		    "this cannot be undone: say --sure erase\n");
		return ERR_SYNTAX;
	}
	if ((e = ctl_person_who(s, o->company, &o->who, &w)) != ERR_OK)
		return e;
	e = db_tries(s->db, erase_all, &x);
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "nothing of them is there\n");
	if (e == ERR_CONFLICT) {
		(void)fprintf(stderr,
		    "a call of theirs is going on: again when it has ended\n");
		return ERR_SYNTAX;
	}
	if (e == ERR_OK)
		print_gone(&x.gone);
	return e;
}

/* --- parting ---------------------------------------------------------------*/

/* A browser by its id, a telephone as any. */
static enum err read_part(const struct ctl_person_who *w, const char *text,
    struct phone *phone, struct person_key *out)
{
	enum err e;

	*out = (struct person_key){ .e164 = SLICE("") };
	if ((e = ctl_scope_need("part", text)) != ERR_OK)
		return e;
	if (id_parse(ID_KIND_visitor, slice_from(text), out->visitor.v) ==
	    ERR_OK)
		return ERR_OK;
	e = ctl_scope_number(text, w->company.country, phone);
	if (e == ERR_OK)
		out->e164 = slice_from(phone->e164);
	return e;
}

struct parting {
	struct ctl_scope *s;
	const struct ctl_person_who *who;
	const struct person_key *key;
};

/* In a transaction, maybe not for the first time. */
static enum err part_one(void *ctx)
{
	const struct parting *x = ctx;
	const char *const pairs[] = { "with",
		x->key->e164.n > 0 ? "a telephone" : "a browser", NULL, NULL };
	const struct company_id company = x->who->company.id;
	struct person_id person;
	enum err e;

	if ((e = db_person_of(x->s->db, company, &x->who->v[0].key, &person)) !=
		ERR_OK ||
	    (e = db_person_part(x->s->db, company, person, x->key,
		 x->s->now_us)) != ERR_OK)
		return e;
	return ctl_audit_add(x->s,
	    &(struct ctl_audit){ .account = x->who->account,
		.company = company,
		.action = "person.part",
		.kind = "person",
		.object = person.v,
		.pairs = pairs });
}

static enum err part(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct ctl_person_who w;
	struct person_key key;
	struct phone phone;
	enum err e;

	if ((e = ctl_person_who(s, o->company, &o->who, &w)) != ERR_OK ||
	    (e = read_part(&w, o->part, &phone, &key)) != ERR_OK)
		return e;
	if (w.n > 1 || w.v[0].is_alone) {
		(void)fprintf(stderr, "that is not one person\n");
		return ERR_SYNTAX;
	}
	e = db_tries(s->db, part_one, &(struct parting){ s, &w, &key });
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "%s is not joined with them\n", o->part);
	if (e == ERR_OK)
		(void)printf("parted: no form joins them again\n");
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "show", "their telephones and browsers, and what erase takes", show },
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
