#include "ctl/ctl_person_who.h"

#include <stdio.h>
#include <string.h>

#include "lib/db/db_person_show.h"

static enum err add(struct ctl_person_who *w, const struct ctl_person *p)
{
	if (w->n == RT_ARRAY_LEN(w->v)) {
		(void)fprintf(stderr,
		    "more than %d forms say that: by one of"
		    " them, --of frm_...\n",
		    CTL_PERSON_MAX);
		return ERR_TOOBIG;
	}
	w->v[w->n++] = *p;
	return ERR_OK;
}

static enum err by_number(struct ctl_scope *s, const char *text,
    struct ctl_person_who *w)
{
	struct ctl_person p = { .key = { .e164 = SLICE("") } };
	struct phone phone;
	const enum err e = ctl_scope_number(text, w->company.country, &phone);

	if (e != ERR_OK)
		return e;
	if (!arena_copy(&s->mem, slice_from(phone.e164), &p.key.e164))
		return ERR_NOMEM;
	return add(w, &p);
}

static enum err by_visitor(const char *text, struct ctl_person_who *w)
{
	struct ctl_person p = { .key = { .e164 = SLICE("") } };

	if (id_parse(ID_KIND_visitor, slice_from(text), p.key.visitor.v) ==
	    ERR_OK)
		return add(w, &p);
	(void)fprintf(stderr, "%s is no browser's id (vtr_...)\n", text);
	return ERR_SYNTAX;
}

/* The other keys of a person who is there already are the same person's. */
static enum err is_there(struct ctl_scope *s, const struct ctl_person_who *w,
    const struct person_key *key, bool *out)
{
	struct person_id mine, theirs;
	enum err e = db_person_of(s->db, w->company.id, key, &mine);

	*out = false;
	for (size_t i = 0; e == ERR_OK && i < w->n; i++) {
		if (w->v[i].is_alone)
			continue;
		e = db_person_of(s->db, w->company.id, &w->v[i].key, &theirs);
		if (e == ERR_OK && id_eq(mine.v, theirs.v))
			*out = true;
		e = e == ERR_NOTFOUND ? ERR_OK : e;
	}
	for (size_t i = 0; e == ERR_NOTFOUND && i < w->n; i++)
		if (!w->v[i].is_alone &&
		    id_eq(w->v[i].key.visitor.v, key->visitor.v) &&
		    slice_eq(w->v[i].key.e164, key->e164))
			*out = true;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err add_about(struct ctl_scope *s, struct ctl_person_who *w,
    const struct person_about *a, bool is_call, const uint8_t id[ID_BYTES])
{
	struct ctl_person p = { .is_alone = false };
	bool there = false;
	enum err e;

	switch (db_person_show_whose(a, is_call,
	    phone_is_assigned(slice_from(a->e164)), &p.key)) {
	case PERSON_NOBODY:
		return ERR_OK;
	case PERSON_ALONE:
		p.is_alone = true;
		memcpy(p.one.v, id, ID_BYTES);
		return add(w, &p);
	case PERSON_KNOWN:
		break;
	}
	if (!arena_copy(&s->mem, p.key.e164, &p.key.e164))
		return ERR_NOMEM;
	e = is_there(s, w, &p.key, &there);
	return e == ERR_OK && !there ? add(w, &p) : e;
}

static enum err by_one(struct ctl_scope *s, const char *text,
    struct ctl_person_who *w)
{
	struct person_about a;
	struct call_id call;
	struct form_id form;
	enum err e;

	if (id_parse(ID_KIND_call, slice_from(text), call.v) == ERR_OK) {
		e = db_person_show_call(s->db, w->company.id, call, &a);
		if (e == ERR_OK)
			e = add_about(s, w, &a, true, call.v);
	} else if (id_parse(ID_KIND_form, slice_from(text), form.v) == ERR_OK) {
		e = db_person_show_form(s->db, w->company.id, form, &a);
		if (e == ERR_OK)
			e = add_about(s, w, &a, false, form.v);
	} else {
		(void)fprintf(stderr,
		    "%s is neither a call's nor a form's id\n", text);
		return ERR_SYNTAX;
	}
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "there is no %s\n", text);
	return e;
}

static enum err by_mail(struct ctl_scope *s, const char *text,
    struct ctl_person_who *w)
{
	struct form_id *rows = NULL;
	struct person_about a;
	size_t n = 0;
	enum err e = db_person_show_mail(s->db, w->company.id, slice_from(text),
	    &s->mem, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		e = db_person_show_form(s->db, w->company.id, rows[i], &a);
		if (e == ERR_OK)
			e = add_about(s, w, &a, false, rows[i].v);
	}
	return e;
}

static enum err by(struct ctl_scope *s, const struct ctl_person_opts *o,
    struct ctl_person_who *w)
{
	if (o->number != NULL)
		return by_number(s, o->number, w);
	if (o->visitor != NULL)
		return by_visitor(o->visitor, w);
	return o->of != NULL ? by_one(s, o->of, w) : by_mail(s, o->email, w);
}

enum err ctl_person_who(struct ctl_scope *s, const char *company,
    const struct ctl_person_opts *o, struct ctl_person_who *out)
{
	enum err e;

	if ((o->number != NULL) + (o->visitor != NULL) + (o->of != NULL) +
		(o->email != NULL) !=
	    1) {
		(void)fprintf(stderr,
		    "one of --number, --visitor, --of and"
		    " --email is needed\n");
		return ERR_SYNTAX;
	}
	out->n = 0;
	if ((e = ctl_scope_company(s, company, &out->company.id,
		 &out->account)) != ERR_OK ||
	    (e = db_company_get(s->db, out->company.id, &out->company)) !=
		ERR_OK ||
	    (e = by(s, o, out)) != ERR_OK)
		return e;
	if (out->n == 0)
		(void)fprintf(stderr, "nothing of them is there\n");
	return out->n == 0 ? ERR_NOTFOUND : ERR_OK;
}
