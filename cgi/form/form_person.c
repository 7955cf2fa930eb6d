#include "cgi/form/form_person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgi/form/form_person_priv.h"
#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/trail.h"
#include "lib/core/bp.h"
#include "lib/db/db_company.h"
#include "lib/db/db_job.h"
#include "lib/db/db_person_erase.h"
#include "lib/phone/phone.h"
#include "lib/phone/tz.h"

#define PARTS_MAX  20  /* telephones and browsers that are shown */
#define ACTS_MAX   100 /* lines of what they did */
#define PATH_BYTES 64

static void set_key(struct form_person_who *w)
{
	const struct person_about *a = &w->about;
	const enum person_whose whose = db_person_show_whose(a, w->is_call,
	    phone_is_assigned(slice_from(a->e164)), &w->key);

	w->known = whose == PERSON_KNOWN;
	w->alone = whose == PERSON_ALONE;
}

enum err form_person_find(const struct req *r, struct form_person_who *w)
{
	struct call_id call;
	struct form_id form;
	enum err e;

	*w = (struct form_person_who){ .is_call = true };
	if (req_path_id(r, 0, ID_KIND_call, call.v) == ERR_OK) {
		memcpy(w->id, call.v, ID_BYTES);
		e = db_person_show_call(r->db, r->company, call, &w->about);
	} else if ((e = req_path_id(r, 0, ID_KIND_form, form.v)) == ERR_OK) {
		w->is_call = false;
		memcpy(w->id, form.v, ID_BYTES);
		e = db_person_show_form(r->db, r->company, form, &w->about);
	}
	if (e == ERR_OK)
		set_key(w);
	return e;
}

static void path_of(const struct form_person_who *w, const char *rest,
    char out[PATH_BYTES])
{
	char id[ID_TEXT_MAX];

	id_text(w->is_call ? ID_KIND_call : ID_KIND_form, w->id, id);
	(void)snprintf(out, PATH_BYTES, "/people/%s%s", id, rest);
}

/* --- what they are ---------------------------------------------------------*/

struct parts {
	const struct person_key *key; /* of whom the page is */
	struct person_part v[PARTS_MAX];
	size_t n;
	bool more;
};

static bool is_key(const struct person_key *key, const struct person_part *p)
{
	return key->e164.n > 0 ? slice_eq_cstr(key->e164, p->e164)
			       : id_eq(key->visitor.v, p->visitor.v);
}

/* The first, and in any case the one that the page is of. */
static void on_part(void *ctx, const struct person_part *p)
{
	struct parts *all = ctx;

	if (all->n < PARTS_MAX) {
		all->v[all->n++] = *p;
		return;
	}
	all->more = true;
	if (is_key(all->key, p))
		all->v[PARTS_MAX - 1] = *p;
}

static struct person_key key_of(const struct person_part *p)
{
	return (struct person_key){ p->visitor, slice_from(p->e164) };
}

/* All that is linked; the one part that is known when nothing is. */
static enum err read_parts(const struct req *r, const struct form_person_who *w,
    struct parts *out)
{
	struct person_id person;
	enum err e;

	out->key = &w->key;
	out->n = 0;
	out->more = false;
	if (!w->known)
		return ERR_OK;
	e = db_person_of(r->db, r->company, &w->key, &person);
	if (e == ERR_OK)
		return db_person_parts(r->db, r->company, person, on_part, out);
	if (e != ERR_NOTFOUND)
		return e;
	out->v[0] = (struct person_part){ .visitor = w->key.visitor };
	if (w->key.e164.n > 0)
		memcpy(out->v[0].e164, w->about.e164, sizeof(out->v[0].e164));
	out->n = 1;
	return ERR_OK;
}

/* Is the browser that a call is credited to one of theirs? */
static bool has_visitor(const struct parts *p, struct visitor_id visitor)
{
	for (size_t i = 0; i < p->n; i++)
		if (id_eq(p->v[i].visitor.v, visitor.v))
			return true;
	return false;
}

static bool has_phone(const struct parts *p, const char *e164)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].e164[0] != '\0' && strcmp(p->v[i].e164, e164) == 0)
			return true;
	return false;
}

/* --- the page --------------------------------------------------------------*/

struct page {
	const struct req *r;
	struct tz *z;
	const char *country;
};

static void put_time(const struct page *p, struct view *v, const char *key,
    int64_t us)
{
	char text[TZ_TEXT_MAX] = "–";

	if (us != 0)
		tz_text_short(p->z, us, p->r->now_us, text);
	view_cstr(v, key, text);
}

/* Nothing is linked to the only part there is. */
static void linked_view(const struct page *p, const struct person_part *part,
    struct view *item)
{
	static const char *const words[] = {
		[PERSON_BY_FORM] = "A form named the telephone",
		[PERSON_BY_CALL] = "A call that is certain",
		[PERSON_BY_HAND] = "Joined by hand",
	};

	view_cstr(item, "linked_by",
	    part->linked_us != 0 ? words[part->by] : "–");
	put_time(p, item, "linked", part->linked_us);
	view_flag(item, "is_linked", part->linked_us != 0);
}

static enum err part_view(const struct page *p, const struct person_part *part,
    bool may_part, struct view *v)
{
	const struct person_key key = key_of(part);
	struct person_use use;
	char text[PHONE_TEXT_MAX], id[ID_TEXT_MAX];
	struct view *item;
	const enum err e =
	    db_person_show_use(p->r->db, p->r->company, &key, &use);

	if (e != ERR_OK)
		return e;
	item = view_item(v, "parts");
	phone_show(key.e164, p->country, text);
	id_text(ID_KIND_visitor, part->visitor.v, id);
	view_flag(item, "is_phone", key.e164.n > 0);
	view_cstr(item, "part", key.e164.n > 0 ? text : id);
	view_cstr(item, "part_key", key.e164.n > 0 ? part->e164 : id);
	view_flag(item, "may_part", may_part && part->linked_us != 0);
	view_u64(item, "times", use.times);
	view_flag(item, "once", use.times == 1);
	put_time(p, item, "first", use.first_us);
	put_time(p, item, "last", use.last_us);
	linked_view(p, part, item);
	return ERR_OK;
}

static int newer_first(const void *a, const void *b)
{
	const struct person_act *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? 1 : -1;
	return memcmp(x->id, y->id, ID_BYTES);
}

static const struct {
	const char *word;
	enum id_kind kind;
} deeds[] = {
	[PERSON_CALLED] = { "Called", ID_KIND_call },
	[PERSON_VISITED] = { "Visited", ID_KIND_visit },
	[PERSON_WROTE] = { "Sent a form", ID_KIND_form },
};

static void act_view(const struct page *p, const struct person_act *a,
    struct view *v)
{
	struct view *item = view_item(v, "acts");
	char id[ID_TEXT_MAX], mem[sizeof(a->source) + sizeof(a->medium) + 4];
	char detail[sizeof(a->detail)];
	struct buf b;

	id_text(deeds[a->deed].kind, a->id, id);
	view_flag(item, "is_call", a->deed == PERSON_CALLED);
	view_cstr(item, "act_id", id);
	view_cstr(item, "act", deeds[a->deed].word);
	put_time(p, item, "at", a->at_us);
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, a->source);
	if (a->medium[0] != '\0') {
		buf_cstr(&b, " / ");
		buf_cstr(&b, a->medium);
	}
	view_slice(item, "act_source", buf_slice(&b));
	view_cstr(item, "act_campaign", a->campaign);
	memcpy(detail, a->detail, sizeof(detail));
	for (char *c = detail; a->deed == PERSON_CALLED && *c != '\0'; c++)
		if (*c == '_')
			*c = ' '; /* "no_answer" */
	view_cstr(item, "act_detail", detail);
	view_flag(item, "is_visit", a->deed == PERSON_VISITED);
	view_flag(item, "has_detail", detail[0] != '\0');
	view_flag(item, "is_one", strcmp(detail, "1") == 0);
}

/* What all parts did as one line of time; a form that both a telephone and a
 * browser stand for is told once. */
static enum err acts_view(const struct page *p, const struct parts *parts,
    struct view *v)
{
	struct person_act *all =
	    arena_alloc(p->r->arena, PARTS_MAX * ACTS_MAX * sizeof(*all));
	size_t n = 0, told = 0;

	view_list(v, "acts");
	if (all == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < parts->n; i++) {
		const struct person_key key = key_of(&parts->v[i]);
		struct person_act *rows;
		size_t have;
		const enum err e = db_person_show_acts(p->r->db, p->r->company,
		    &key, ACTS_MAX, p->r->arena, &rows, &have);

		if (e != ERR_OK)
			return e;
		for (size_t k = 0; k < have; k++)
			all[n++] = rows[k];
	}
	qsort(all, n, sizeof(*all), newer_first);
	for (size_t i = 0; i < n && told < ACTS_MAX; i++) {
		if (i > 0 && id_eq(all[i].id, all[i - 1].id))
			continue;
		act_view(p, &all[i], v);
		told++;
	}
	return ERR_OK;
}

/* What else may be theirs: the browser that a call is credited to, the
 * telephone that a form names. */
static void guess_view(const struct form_person_who *w,
    const struct parts *parts, struct view *v)
{
	const struct person_about *a = &w->about;
	char percent[BP_PERCENT_MAX], share[BP_PERCENT_MAX + 2];

	view_flag(v, "guess",
	    w->known && w->is_call && !id_is_nil(a->visitor.v) &&
		!has_visitor(parts, a->visitor));
	bp_percent((int64_t)a->probability_bp, percent);
	(void)snprintf(share, sizeof(share), "%s %%", percent);
	view_cstr(v, "guess_share", share);
	view_flag(v, "named",
	    w->known && !w->is_call && !has_phone(parts, a->e164) &&
		phone_is_assigned(slice_from(a->e164)));
}

/* Whether to join with all that the other is joined with. */
static void ask_view(const struct form_person_ask *ask, struct view *v)
{
	view_flag(v, "asks", ask != NULL && ask->n > 0);
	view_u64(v, "asks_n", ask != NULL ? ask->n : 0);
	view_cstr(v, "asks_name", ask != NULL ? ask->name : "");
	view_slice(v, "asks_value", ask != NULL ? ask->value : SLICE(""));
	view_flag(v, "has_problem", ask != NULL && ask->problem != NULL);
	view_cstr(v, "problem", ask != NULL ? ask->problem : NULL);
}

static enum err parts_view(const struct page *p, const struct parts *parts,
    struct view *v)
{
	const bool may_part = parts->n > 1 && p->r->role >= ROUTE_MANAGER;
	enum err e = ERR_OK;

	view_flag(v, "may_part", may_part);
	view_flag(v, "more_parts", parts->more);
	view_list(v, "parts");
	for (size_t i = 0; e == ERR_OK && i < parts->n; i++)
		e = part_view(p, &parts->v[i], may_part, v);
	return e;
}

/* Said before it is done: a number stands in forms of others, too. */
static enum err would_view(const struct page *p,
    const struct form_person_who *w, struct view *v)
{
	const bool may = (w->known || w->alone) && p->r->role >= ROUTE_ADMIN;
	struct person_would would = { 0 };
	enum err e = ERR_OK;

	if (may && w->known)
		e = db_person_show_would(p->r->db, p->r->company, &w->key,
		    &would);
	view_flag(v, "may_erase", may);
	view_u64(v, "would_calls", would.calls);
	view_u64(v, "would_visits", would.visits);
	view_u64(v, "would_forms", would.forms);
	view_u64(v, "others", would.others);
	view_flag(v, "has_others", would.others > 0);
	return e;
}

static enum err fill(const struct page *p, const struct form_person_who *w,
    const struct form_person_ask *ask, struct view *v)
{
	char text[PHONE_TEXT_MAX], id[ID_TEXT_MAX];
	struct parts parts;
	enum err e;

	if ((e = frame_page(p->r, FRAME_CALLS, "Person", SLICE(""), v)) !=
		ERR_OK ||
	    (e = read_parts(p->r, w, &parts)) != ERR_OK)
		return e;
	thing_done(p->r, v);
	id_text(w->is_call ? ID_KIND_call : ID_KIND_form, w->id, id);
	phone_show(slice_from(w->about.e164), p->country, text);
	view_cstr(v, "person", id);
	view_flag(v, "of_call", w->is_call);
	view_flag(v, "known", w->known);
	view_flag(v, "has_number",
	    w->about.e164[0] != '\0' &&
		(w->is_call || has_phone(&parts, w->about.e164)));
	view_cstr(v, "number", text);
	view_flag(v, "may_join", w->known && p->r->role >= ROUTE_MANAGER);
	view_flag(v, "alone", w->alone);
	view_flag(v, "nothing", !w->known && !w->alone);
	guess_view(w, &parts, v);
	ask_view(ask, v);
	if ((e = would_view(p, w, v)) != ERR_OK ||
	    (e = parts_view(p, &parts, v)) != ERR_OK)
		return e;
	return acts_view(p, &parts, v);
}

enum err form_person_show(const struct req *r, struct resp *out,
    const struct form_person_who *w, const struct form_person_ask *ask)
{
	struct view *v = view_new(r->arena, "person.html");
	struct company_row company;
	struct page p = { .r = r };
	enum err e;

	if ((e = db_company_get(r->db, r->company, &company)) != ERR_OK ||
	    (e = tz_open(slice_from(company.time_zone), &p.z)) != ERR_OK)
		return e;
	p.country = company.country;
	if (ask != NULL)
		resp_status(out, ask->problem != NULL ? 422 : 200);
	e = fill(&p, w, ask, v);
	tz_close(p.z);
	return e == ERR_OK ? resp_view(out, v) : e;
}

enum err form_person_wrong(const struct req *r, struct resp *out,
    const struct form_person_who *w, const char *problem)
{
	return form_person_show(r, out, w,
	    &(struct form_person_ask){ .problem = problem });
}

enum err form_person(const struct req *r, struct resp *out)
{
	struct form_person_who w;
	const enum err e = form_person_find(r, &w);

	return e == ERR_OK ? form_person_show(r, out, &w, NULL) : e;
}

enum err form_person_back(const struct req *r, struct resp *out,
    const struct form_person_who *w, const char *word)
{
	char path[PATH_BYTES];

	path_of(w, "", path);
	return thing_redirect(r, out, slice_from(path), word);
}

/* --- erasing ---------------------------------------------------------------*/

/* What went, in figures only, and the job that removes the sound. */
static enum err note(const struct req *r, const struct form_person_who *w,
    const struct person_erased *gone)
{
	char mem[200];
	struct buf b;
	enum err e;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "{\"calls\":");
	buf_u64(&b, gone->calls);
	buf_cstr(&b, ",\"recordings\":");
	buf_u64(&b, gone->recordings);
	buf_cstr(&b, ",\"forms\":");
	buf_u64(&b, gone->forms);
	buf_cstr(&b, ",\"visits\":");
	buf_u64(&b, gone->visits);
	buf_cstr(&b, ",\"pages\":");
	buf_u64(&b, gone->pages);
	buf_cstr(&b, ",\"named\":");
	buf_u64(&b, gone->named);
	buf_cstr(&b, "}");
	if ((e = buf_err(&b)) != ERR_OK ||
	    (e = trail_add(r, &(struct trail){ .action = "person.erase",
				  .object_kind = w->is_call ? "call" : "form",
				  .object = w->id,
				  .after = buf_slice(&b) })) != ERR_OK ||
	    gone->recordings == 0)
		return e;
	return db_job_add(r->db, r->company, "keep", slice_from(r->id),
	    SLICE("{}"), r->now_us, r->now_us);
}

struct erasing {
	const struct req *r;
	const struct form_person_who *w;
};

/* In a transaction, maybe not for the first time. */
static enum err erase(void *ctx)
{
	const struct erasing *x = ctx;
	const struct req *r = x->r;
	const struct form_person_who *w = x->w;
	struct person_erased gone = { 0 };
	struct interaction_id itn;
	struct person_id fresh;
	enum err e;

	thing_id(r, fresh.v);
	memcpy(itn.v, w->id, ID_BYTES);
	e = w->known ? db_person_erase(r->db, r->company, &w->key, r->now_us,
			   fresh, &gone)
		     : db_person_erase_one(r->db, r->company, itn, r->now_us,
			   fresh, &gone);
	return e == ERR_OK ? note(r, w, &gone) : e;
}

enum err form_person_erase(const struct req *r, struct resp *out)
{
	struct slice sure;
	struct form_person_who w;
	enum err e;

	if ((e = form_person_find(r, &w)) != ERR_OK)
		return e;
	if (!w.known && !w.alone)
		return ERR_NOTFOUND;
	e = req_form(r, "sure", &sure);
	if (e == ERR_NOTFOUND || (e == ERR_OK && !slice_eq_cstr(sure, "erase")))
		return form_person_wrong(r, out, &w,
		    "Nothing was erased: type the word erase to say that you"
		    " mean it.");
	if (e == ERR_OK)
		e = db_tries(r->db, erase, &(struct erasing){ r, &w });
	if (e == ERR_CONFLICT)
		return form_person_wrong(r, out, &w,
		    "Nothing was erased: a call of theirs is going on. Try"
		    " again when it has ended.");
	return e == ERR_OK ? form_person_back(r, out, &w, "erased") : e;
}
