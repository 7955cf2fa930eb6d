#include "cgi/form/form_person_join.h"

#include "cgi/form/form_person_priv.h"
#include "cgi/form/thing.h"
#include "cgi/web/trail.h"
#include "lib/db/db_company.h"
#include "lib/phone/phone.h"

#define NUMBER_MAX 40 /* characters of a typed one */

static enum err note(const struct req *r, const struct form_person_who *w,
    const char *action, const struct person_key *key)
{
	return trail_add(r,
	    &(struct trail){ .action = action,
		.object_kind = w->is_call ? "call" : "form",
		.object = w->id,
		.after = key->e164.n > 0 ? SLICE("{\"with\":\"a telephone\"}")
					 : SLICE("{\"with\":\"a browser\"}") });
}

/* --- joining ---------------------------------------------------------------*/

struct other {
	struct person_key key;
	struct phone phone;
	struct form_person_ask ask; /* as it was said */
};

static enum err read_typed(const struct req *r, struct other *o)
{
	struct company_row company;
	enum err e;

	if ((e = req_need(req_form_text(r, "number", 1, NUMBER_MAX,
		 &o->ask.value))) != ERR_OK ||
	    (e = db_company_get(r->db, r->company, &company)) != ERR_OK)
		return e;
	if (phone_parse(o->ask.value, company.country, &o->phone) != ERR_OK ||
	    !o->phone.valid)
		return ERR_RANGE;
	o->key.e164 = slice_from(o->phone.e164);
	return ERR_OK;
}

/* The other telephone or browser. ERR_NOTFOUND: none was named; ERR_RANGE: no
 * telephone number. */
static enum err read_other(const struct req *r, const struct form_person_who *w,
    struct other *o)
{
	static const char *const names[] = { "visitor", "named" };
	const bool has[] = { w->is_call && !id_is_nil(w->about.visitor.v),
		!w->is_call && phone_is_assigned(slice_from(w->about.e164)) };

	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const enum err e = req_form(r, names[i], &o->ask.value);

		o->ask.name = names[i];
		if (e == ERR_OK && i == 0)
			o->key.visitor = w->about.visitor;
		else if (e == ERR_OK)
			o->key.e164 = slice_from(w->about.e164);
		if (e != ERR_NOTFOUND)
			return e == ERR_OK && !has[i] ? ERR_NOTFOUND : e;
	}
	o->ask.name = "number";
	return read_typed(r, o);
}

static void on_part(void *ctx, const struct person_part *p)
{
	(void)p;
	++*(size_t *)ctx;
}

/* How many more come along with the other: 0 where it is theirs already. */
static enum err with_it(const struct req *r, const struct form_person_who *w,
    const struct person_key *other, size_t *out)
{
	struct person_id a, b;
	size_t n = 0;
	enum err e = db_person_of(r->db, r->company, other, &b);

	if (e == ERR_OK) {
		const enum err has =
		    db_person_of(r->db, r->company, &w->key, &a);

		if (has != ERR_OK && has != ERR_NOTFOUND)
			return has;
		if (has == ERR_NOTFOUND || !id_eq(a.v, b.v))
			e = db_person_parts(r->db, r->company, b, on_part, &n);
	}
	*out = n > 0 ? n - 1 : 0;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

struct change {
	const struct req *r;
	const struct form_person_who *w;
	const struct person_key *key; /* that is joined, or parted */
};

/* In a transaction, maybe not for the first time. */
static enum err join(void *ctx)
{
	const struct change *c = ctx;
	struct person_id fresh, person;
	enum err e;

	thing_id(c->r, fresh.v);
	e = db_person_join(c->r->db, c->r->company, &c->w->key, c->key,
	    PERSON_BY_HAND, c->r->now_us, fresh, &person);
	return e == ERR_OK ? note(c->r, c->w, "person.join", c->key) : e;
}

enum err form_person_join(const struct req *r, struct resp *out)
{
	struct other o = { .key = { .e164 = SLICE("") } };
	struct form_person_who w;
	struct slice all;
	enum err e;

	if ((e = form_person_find(r, &w)) != ERR_OK)
		return e;
	if (!w.known)
		return ERR_NOTFOUND;
	e = read_other(r, &w, &o);
	if (e == ERR_RANGE)
		return form_person_wrong(r, out, &w,
		    "That is not a telephone number. Type it as it is"
		    " dialled.");
	if (e == ERR_OK && (e = req_form(r, "all", &all)) == ERR_NOTFOUND)
		e = with_it(r, &w, &o.key, &o.ask.n);
	if (e != ERR_OK)
		return e;
	if (o.ask.n > 0)
		return form_person_show(r, out, &w, &o.ask);
	e = db_tries(r->db, join, &(struct change){ r, &w, &o.key });
	return e == ERR_OK ? form_person_back(r, out, &w, "saved") : e;
}

/* --- parting ---------------------------------------------------------------*/

static enum err read_part(const struct req *r, struct person_key *out)
{
	enum err e = req_form(r, "telephone", &out->e164);

	if (e == ERR_OK)
		return phone_is_e164(out->e164) ? ERR_OK : ERR_NOTFOUND;
	out->e164 = SLICE("");
	return e != ERR_NOTFOUND
		   ? e
		   : req_form_id(r, "browser", ID_KIND_visitor, out->visitor.v);
}

/* In a transaction, maybe not for the first time. */
static enum err part(void *ctx)
{
	const struct change *c = ctx;
	struct person_id person;
	enum err e;

	if ((e = db_person_of(c->r->db, c->r->company, &c->w->key, &person)) !=
		ERR_OK ||
	    (e = db_person_part(c->r->db, c->r->company, person, c->key,
		 c->r->now_us)) != ERR_OK)
		return e;
	return note(c->r, c->w, "person.part", c->key);
}

enum err form_person_join_part(const struct req *r, struct resp *out)
{
	struct person_key key = { .e164 = SLICE("") };
	struct form_person_who w;
	enum err e;

	if ((e = form_person_find(r, &w)) != ERR_OK)
		return e;
	if (!w.known)
		return ERR_NOTFOUND;
	if ((e = read_part(r, &key)) != ERR_OK)
		return e;
	e = db_tries(r->db, part, &(struct change){ r, &w, &key });
	return e == ERR_OK ? form_person_back(r, out, &w, "saved") : e;
}
