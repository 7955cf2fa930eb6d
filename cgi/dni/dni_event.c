#include "cgi/dni/dni_event.h"

#include <string.h>

#include "cgi/dni/dni_found.h"
#include "cgi/dni/dni_overflow.h"
#include "cgi/dni/dni_plan.h"
#include "cgi/dni/dni_serve_priv.h"
#include "lib/base/rnd.h"
#include "lib/phone/phone.h"
#include "lib/text/json_out.h"

#define MEM_MAX   ((size_t)384 << 10)
#define FIELD_MIN 128 /* bytes left: less is not worth a field */

static void fill_event(struct dni_serve *v, const struct dni_visit *visit,
    const char *kind, struct dni_write *w)
{
	const struct dni_pool *p = visit->pool != NULL
				       ? visit->pool
				       : dni_state_pool(v->s, v->plan.pool);
	const struct dni_slot *slot =
	    dni_pool_leased(p, visit->visitor, v->who.now_us);

	w->parts |= DNI_WRITE_EVENT;
	w->event = (struct visit_event_row){ .visit = visit->id,
		.kind = kind,
		.happened_us = v->who.now_us,
		.name =
		    v->h->event == DNI_EVENT_CUSTOM ? v->h->name : SLICE(""),
		.detail = v->h->detail };
	dni_serve_id(v, 3, w->event.id);
	if (visit->overflow.on_page)
		w->event.number = visit->overflow.number;
	else if (slot != NULL)
		w->event.number = slot->number;
}

static void release(struct dni_serve *v, const struct dni_visit *visit,
    struct dni_pool *p)
{
	const struct lease_holder holder = dni_pool_holder(visit->visitor);
	struct dni_write end = { 0 };
	struct dni_slot *slot;
	uint32_t number;

	if (p == NULL || p->leases == NULL ||
	    !lease_release(p->leases, v->who.now_us, &holder, &number))
		return;
	slot = &p->slots[number];
	slot->given_up = true;
	end.company = v->plan.company;
	end.parts = DNI_WRITE_ENDED;
	end.ended = (struct lease_end){ slot->lease, v->who.now_us };
	end.after = slot->batch;
	dni_state_later(v->s, &end);
}

/* Is the number the visit's to give up? The row is of whoever was looked at
 * last: a visit of before a restart may have shared the number with another one
 * of its visitor at the site. */
static bool is_its(const struct dni_serve *v, const struct dni_visit *visit,
    const struct dni_pool *p, const struct dni_slot *slot)
{
	const struct dni_visit *other;

	if (id_eq(slot->visit.v, visit->id.v))
		return true;
	if (visit->pool != NULL || !visit->of_before ||
	    !id_eq(p->id.v, v->plan.pool.v))
		return false;
	other = dni_visits_find(v->s->visits, v->who.now_us, slot->visit);
	return other == NULL || id_eq(other->site.v, visit->site.v);
}

/* After a restart the visit has not said yet where it leases from, and a site
 * that went over to another pool has left a lease in that of before. */
void dni_event_withdraw(struct dni_serve *v, struct dni_visit *visit)
{
	struct dni_write w = { .company = v->plan.company };

	fill_event(v, visit, "consent_withdrawn", &w);
	dni_state_later(v->s, &w);
	release(v, visit, visit->pool);
	for (size_t i = 0; i < v->s->n_pools; i++) {
		struct dni_pool *p = v->s->pools[i];
		const struct dni_slot *slot = NULL;

		if (p->owned && id_eq(p->company.v, v->plan.company.v))
			slot =
			    dni_pool_leased(p, visit->visitor, v->who.now_us);
		if (slot != NULL && is_its(v, visit, p, slot))
			release(v, visit, p);
	}
	dni_visits_drop(v->s->visits, visit);
}

/* --- forms ----------------------------------------------------------------*/

/* What does not fit any more is cut, and then left out. */
static enum err put_field(struct dni_serve *v, struct json_out *j,
    const struct formrule_field *f)
{
	const size_t used = buf_slice(j->out).n;
	const size_t left = DB_FORM_FIELDS_MAX - used;
	const size_t name = formrule_room(f->name, left);
	struct slice value;
	enum err e;

	/* Twice brackets and a comma, and a value that says something. */
	if (name < f->name.n || left < 6 * name + FIELD_MIN)
		return ERR_OK;
	e = formrule_cut(v->mem, f->value,
	    formrule_room(f->value, left - 6 * name - 8), &value);
	if (e != ERR_OK)
		return e;
	json_out_array(j);
	json_out_str(j, f->name);
	json_out_str(j, value);
	json_out_end(j);
	return ERR_OK;
}

static enum err form_fields(struct dni_serve *v, struct slice *out)
{
	struct json_out j;
	struct buf text;
	enum err e = ERR_OK;

	buf_init(&text, DB_FORM_FIELDS_MAX);
	json_out_init(&j, &text);
	json_out_array(&j);
	for (size_t i = 0; e == ERR_OK && i < v->h->n_fields; i++)
		e = put_field(v, &j, &v->h->fields[i]);
	json_out_end(&j);
	if (e == ERR_OK)
		e = json_out_done(&j);
	if (e == ERR_OK && !arena_copy(v->mem, buf_slice(&text), out))
		e = ERR_NOMEM;
	buf_fini(&text);
	return e;
}

/* Without mu, before it: the rows' texts, which take a while. */
static enum err prepare_form(struct dni_serve *v, struct form_row *f)
{
	struct formrule_contact who;
	struct phone p;
	const enum err e = form_fields(v, &f->fields);

	if (e != ERR_OK)
		return e;
	formrule_contact(v->h->fields, v->h->n_fields, &who);
	f->contact_name = who.name;
	f->contact_email = who.email;
	if (who.phone.n == 0 ||
	    phone_parse(who.phone, v->plan.country, &p) != ERR_OK ||
	    !slice_to_cstr(slice_from(p.e164), f->contact_e164,
		sizeof(f->contact_e164)))
		f->contact_e164[0] = '\0';
	else
		f->contact_real = p.valid && !p.local;
	f->form_name = v->h->name;
	f->page_url = v->h->url;
	return ERR_OK;
}

static void fill_form(struct dni_serve *v, struct dni_visit *visit,
    const struct form_row *made, struct dni_write *w)
{
	const uint64_t said = dni_visits_arrival(made->form_name, made->fields,
	    SLICE(""), SLICE(""));

	if (visit->last_form == said)
		return;
	visit->last_form = said;
	w->parts |= DNI_WRITE_FORM;
	w->form = *made;
	w->form.site = v->plan.site;
	w->form.visit = visit->id;
	w->form.submitted_us = v->who.now_us;
	dni_serve_id(v, 3, w->form.id.v);
}

/* --- the health of a site --------------------------------------------------*/

/* Without mu. */
static enum err note_report(struct dni_serve *v)
{
	const struct dni_report *r = &v->h->report;
	const struct dni_site *site;
	struct site_health_row *sums;
	uint32_t *places = NULL;
	enum err e = ERR_OK;

	(void)pthread_rwlock_rdlock(&v->s->conf_lock);
	site = dni_conf_site(v->s->conf, v->h->site);
	if (site != NULL)
		e = dni_found_read(site, r, v->mem, &places);
	if (site != NULL && e == ERR_OK) {
		(void)pthread_mutex_lock(&v->s->mu);
		sums = &site->seen->sums;
		sums->said_us = v->who.now_us;
		if (r->version > sums->version)
			sums->version = r->version;
		sums->reports++;
		sums->unasked += !r->looked;
		sums->without += r->looked && r->found == 0;
		sums->found += r->found;
		sums->swapped += r->swapped;
		sums->late += r->late_ms > TAGHEALTH_LATE_MS;
		for (unsigned int i = 0; i < TAGHEALTH_CAUSE_COUNT; i++)
			sums->causes[i] += (r->causes >> i) & 1U;
		dni_found_add(site, places);
		(void)pthread_mutex_unlock(&v->s->mu);
	}
	(void)pthread_rwlock_unlock(&v->s->conf_lock);
	return e;
}

static unsigned int causes_of(const struct dni_report *r,
    const struct dni_visit *visit)
{
	return r->causes |
	       (unsigned int)visit->forgotten << TAGHEALTH_FORGOTTEN |
	       (unsigned int)(r->late_ms > TAGHEALTH_LATE_MS)
		   << TAGHEALTH_KEPT_LATE;
}

static void fill_about(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w)
{
	if (v->h->used && visit->used_us == 0)
		visit->used_us = v->who.now_us;
	w->parts |= DNI_WRITE_ABOUT;
	w->about = (struct visit_about){ .visit = visit->id,
		.browser_zone = v->h->zone,
		.ga_client_id = v->h->ga,
		.ga_session_id = v->h->ga_session,
		.fbc = v->h->fbc,
		.fbp = v->h->fbp,
		.causes = causes_of(&v->h->report, visit),
		.tells_use = v->h->tells_use };
}

/* --- all of them ----------------------------------------------------------*/

/* What comes of a visit that is not there, or has said too much: only of a form
 * somebody may be told, as it is nowhere then. */
static enum err dropped(const struct dni_serve *v, enum err e)
{
	return v->h->event == DNI_EVENT_FORM ? e : ERR_OK;
}

/* With mu held. *report: one of a visit that is there. ERR_CLOSED: a form of
 * none; ERR_BUSY: of one with too many. */
static enum err happen(struct dni_serve *v, const struct form_row *form,
    bool *report)
{
	struct dni_visit *visit = dni_serve_theirs(v);
	struct dni_write w;

	memset(&w, 0, sizeof(w));
	if (visit == NULL)
		return dropped(v, ERR_CLOSED);
	if (v->h->consent == DNI_CONSENT_NO) {
		dni_event_withdraw(v, visit);
		return dropped(v, ERR_CLOSED);
	}
	w.company = v->plan.company;
	dni_visits_touch(v->s->visits, v->who.now_us, visit);
	dni_overflow_again(visit, v->who.now_us);
	if (v->h->event != DNI_EVENT_VIEW &&
	    v->h->event != DNI_EVENT_CONSENT_WITHDRAWN &&
	    ++visit->events > DNI_VISITS_EVENTS_MAX)
		return dropped(v, ERR_BUSY);
	switch (v->h->event) {
	case DNI_EVENT_VIEW:
		dni_serve_page(v, visit, &w);
		break;
	case DNI_EVENT_TEL_CLICK:
		visit->tel_clicked_us = v->who.now_us;
		dni_overflow_touch(visit, v->who.now_us);
		if (visit->used_us == 0)
			visit->used_us = v->who.now_us;
		fill_event(v, visit, "tel_click", &w);
		break;
	case DNI_EVENT_CUSTOM:
		fill_event(v, visit, "custom", &w);
		break;
	case DNI_EVENT_FORM:
		fill_form(v, visit, form, &w);
		break;
	case DNI_EVENT_CONSENT_WITHDRAWN:
		dni_event_withdraw(v, visit);
		break;
	case DNI_EVENT_ABOUT:
		fill_about(v, visit, &w);
		break;
	case DNI_EVENT_COUNT:
		return ERR_OK;
	}
	if (w.parts != 0)
		dni_state_later(v->s, &w);
	*report = v->h->event == DNI_EVENT_ABOUT;
	return ERR_OK;
}

static enum err serve(struct dni_serve *v)
{
	struct form_row form;
	bool report = false;
	enum err e;

	memset(&form, 0, sizeof(form));
	if ((e = dni_plan_make(v)) != ERR_OK)
		return e;
	if (v->h->event == DNI_EVENT_FORM &&
	    (e = prepare_form(v, &form)) != ERR_OK)
		return e;
	rnd_id_bytes(v->rnd, sizeof(v->rnd));
	(void)pthread_mutex_lock(&v->s->mu);
	e = dni_serve_may_ask(v) ? happen(v, &form, &report) : ERR_BUSY;
	(void)pthread_mutex_unlock(&v->s->mu);
	return report ? note_report(v) : e;
}

enum err dni_event_serve(struct dni_state *s, const struct dni_hit *h,
    const struct dni_who *who)
{
	struct dni_answer unused;
	struct arena mem;
	struct dni_serve v = { .s = s,
		.h = h,
		.who = *who,
		.mem = &mem,
		.out = &unused };
	enum err e;

	memset(&unused, 0, sizeof(unused));
	arena_init(&mem, MEM_MAX);
	e = serve(&v);
	arena_fini(&mem);
	return e;
}
