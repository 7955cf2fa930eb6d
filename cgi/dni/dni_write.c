#include "cgi/dni/dni_write.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/db/db_pool_owner.h"

#define GATHER_MAX 64 /* writes that share their statements */

/* The texts of a write, for copying it. */
#define SOURCE_AT(name, max) offsetof(struct dni_write, visit.source.name),

static const size_t texts[] = { offsetof(struct dni_write, visit.landing_url),
	offsetof(struct dni_write, visit.landing_title),
	offsetof(struct dni_write, visit.referrer),
	offsetof(struct dni_write, visit.ga_client_id),
	offsetof(struct dni_write, visit.ga_session_id),
	offsetof(struct dni_write, visit.fbc),
	offsetof(struct dni_write, visit.fbp),
	offsetof(struct dni_write, visit.browser_zone),
	offsetof(struct dni_write, about.browser_zone),
	offsetof(struct dni_write, about.ga_client_id),
	offsetof(struct dni_write, about.ga_session_id),
	offsetof(struct dni_write, about.fbc),
	offsetof(struct dni_write, about.fbp),
	offsetof(struct dni_write, event.name),
	offsetof(struct dni_write, event.detail),
	offsetof(struct dni_write, form.form_name),
	offsetof(struct dni_write, form.page_url),
	offsetof(struct dni_write, form.fields),
	offsetof(struct dni_write, form.contact_name),
	offsetof(struct dni_write, form.contact_email),
	offsetof(struct dni_write, page.url),
	offsetof(struct dni_write, page.title),
	SOURCE_PARAMS(SOURCE_AT) SOURCE_WORDS(SOURCE_AT) };

/* Rows of one company on their way into one statement each. */
struct gather {
	struct company_id company;
	const struct visitor_seen *visitors[GATHER_MAX];
	const struct visit_row *visits[GATHER_MAX];
	const struct page_view_row *pages[GATHER_MAX];
	const struct lease_row *leases[GATHER_MAX];
	const struct overflow_row *overflows[GATHER_MAX];
	size_t n_visitors, n_visits, n_pages, n_leases, n_overflows;
};

/* The same for what changes rows. */
struct changes {
	struct company_id company;
	const struct visit_progress *progress[GATHER_MAX];
	const struct lease_row *beats[GATHER_MAX];
	const struct visit_event_row *events[GATHER_MAX];
	const struct lease_end *ends[GATHER_MAX];
	size_t n_progress, n_beats, n_events, n_ends;
};

static enum err put_gathered(struct db *db, struct gather *g)
{
	enum err e;

	e = db_visitor_seen(db, g->company, g->visitors, g->n_visitors);
	if (e == ERR_OK)
		e = db_visit_add(db, g->company, g->visits, g->n_visits);
	if (e == ERR_OK)
		e = db_page_view_add(db, g->company, g->pages, g->n_pages);
	if (e == ERR_OK)
		e = db_lease_add(db, g->company, g->leases, g->n_leases);
	if (e == ERR_OK)
		e = db_overflow_put(db, g->company, g->overflows,
		    g->n_overflows);
	g->n_visitors = g->n_visits = g->n_pages = g->n_leases = 0;
	g->n_overflows = 0;
	return e;
}

static void gather(struct gather *g, const struct dni_write *w)
{
	if ((w->parts & DNI_WRITE_VISITOR) != 0)
		g->visitors[g->n_visitors++] = &w->visitor;
	if ((w->parts & DNI_WRITE_VISIT) != 0)
		g->visits[g->n_visits++] = &w->visit;
	if ((w->parts & DNI_WRITE_PAGE) != 0)
		g->pages[g->n_pages++] = &w->page;
	if ((w->parts & DNI_WRITE_LEASE) != 0)
		g->leases[g->n_leases++] = &w->lease;
	if ((w->parts & DNI_WRITE_OVERFLOW) != 0)
		g->overflows[g->n_overflows++] = &w->overflow;
}

static enum err put_changes(struct db *db, struct changes *c)
{
	enum err e;

	e = db_visit_progress(db, c->company, c->progress, c->n_progress);
	if (e == ERR_OK)
		e = db_lease_beat(db, c->company, c->beats, c->n_beats);
	if (e == ERR_OK)
		e = db_visit_event_add(db, c->company, c->events, c->n_events);
	if (e == ERR_OK)
		e = db_lease_release(db, c->company, c->ends, c->n_ends);
	c->n_progress = c->n_beats = c->n_events = c->n_ends = 0;
	return e;
}

static enum err change(struct db *db, struct changes *c,
    const struct dni_write *w)
{
	enum err e = ERR_OK;

	if ((w->parts & DNI_WRITE_PROGRESS) != 0)
		c->progress[c->n_progress++] = &w->progress;
	if ((w->parts & DNI_WRITE_BEAT) != 0)
		c->beats[c->n_beats++] = &w->lease;
	if ((w->parts & DNI_WRITE_EVENT) != 0)
		c->events[c->n_events++] = &w->event;
	if ((w->parts & DNI_WRITE_ENDED) != 0)
		c->ends[c->n_ends++] = &w->ended;
	if ((w->parts & DNI_WRITE_ABOUT) != 0)
		e = db_visit_about(db, w->company, &w->about);
	if (e == ERR_OK && (w->parts & DNI_WRITE_FORM) != 0)
		e = db_form_add(db, w->company, &w->form);
	return e;
}

/* What changes rows comes after all that adds them. A lease's last beat may
 * come after its end here, and then does nothing. */
static enum err change_all(struct db *db, const struct dni_write *w,
    const struct dni_write *end)
{
	struct changes c;
	size_t n = 0;
	enum err e = ERR_OK;

	memset(&c, 0, sizeof(c));
	for (; e == ERR_OK && w != end; w = w->next, n++) {
		if (n == GATHER_MAX || !id_eq(c.company.v, w->company.v)) {
			if ((e = put_changes(db, &c)) != ERR_OK)
				break;
			c.company = w->company;
			n = 0;
		}
		e = change(db, &c, w);
	}
	return e == ERR_OK ? put_changes(db, &c) : e;
}

/* The epoch is checked when the pool differs from the write's before: batches
 * mostly speak of one pool, and a check too many harms nothing. */
static enum err fence(struct db *db, const struct dni_write *w,
    const struct dni_write *before)
{
	if ((w->parts & (DNI_WRITE_LEASE | DNI_WRITE_BEAT)) == 0)
		return ERR_OK;
	if (before != NULL && id_eq(before->lease.pool.v, w->lease.pool.v) &&
	    before->lease.epoch == w->lease.epoch)
		return ERR_OK;
	return db_pool_owner_check(db, w->company, w->lease.pool,
	    w->lease.epoch);
}

static enum err add_all(struct db *db, const struct dni_write *w,
    const struct dni_write *end)
{
	const struct dni_write *fenced = NULL;
	struct gather g;
	size_t n = 0;
	enum err e = ERR_OK;

	memset(&g, 0, sizeof(g));
	for (; e == ERR_OK && w != end; w = w->next, n++) {
		if ((e = fence(db, w, fenced)) != ERR_OK)
			break;
		if ((w->parts & (DNI_WRITE_LEASE | DNI_WRITE_BEAT)) != 0)
			fenced = w;
		if (n == GATHER_MAX || !id_eq(g.company.v, w->company.v)) {
			e = put_gathered(db, &g);
			g.company = w->company;
			n = 0;
		}
		gather(&g, w);
	}
	return e == ERR_OK ? put_gathered(db, &g) : e;
}

/* From w up to, not including, end. */
struct range {
	struct db *db;
	const struct dni_write *w, *end;
};

static enum err write_all(void *ctx)
{
	const struct range *r = ctx;
	const enum err e = add_all(r->db, r->w, r->end);

	return e == ERR_OK ? change_all(r->db, r->w, r->end) : e;
}

/* A deadlock or a refused certification was rolled back: again. */
static enum err write_tries(struct db *db, const struct dni_write *w,
    const struct dni_write *end)
{
	struct range r = { db, w, end };

	return db_tries(db, write_all, &r);
}

bool dni_write_is_away(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_UNCERTAIN || e == ERR_TIMEOUT;
}

static void set_results(struct dni_write *list, enum err e)
{
	for (; list != NULL; list = list->next)
		list->result = e;
}

/* Each for itself, until the connection is lost or a row is held by somebody
 * else, for which others are not to wait again and again: those before it are
 * written. */
static void write_each(struct db *db, struct dni_write *list)
{
	size_t refused = 0;
	enum err why = ERR_OK;

	for (struct dni_write *w = list; w != NULL; w = w->next) {
		w->result = write_tries(db, w, w->next);
		if (dni_write_is_away(w->result)) {
			set_results(w, w->result);
			break;
		}
		if (w->result == ERR_OK)
			continue;
		why = w->result;
		refused++;
		if (why == ERR_BUSY) {
			set_results(w, why);
			break;
		}
	}
	if (refused > 0)
		log_warn("dni_write: refused=%zu why=%s", refused,
		    err_name(why));
}

enum err dni_write_run(struct db *db, struct dni_write *list)
{
	enum err e = write_tries(db, list, NULL);

	if (e == ERR_OK || dni_write_is_away(e)) {
		set_results(list, e);
		return e;
	}
	write_each(db, list);
	return ERR_OK;
}

static struct slice *text_at(struct dni_write *w, size_t i)
{
	return (struct slice *)(void *)((char *)w + texts[i]);
}

struct dni_write *dni_write_copy(const struct dni_write *w)
{
	struct dni_write all = *w, *copy;
	size_t n = 0;
	char *p;

	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++)
		n += text_at(&all, i)->n;
	copy = malloc(sizeof(*copy) + n);
	if (copy == NULL)
		return NULL;
	*copy = all;
	copy->next = NULL;
	copy->bytes = sizeof(*copy) + n;
	p = (char *)(copy + 1);
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		struct slice *s = text_at(copy, i);

		if (s->n == 0)
			continue;
		memcpy(p, s->p, s->n);
		*s = slice_of(p, s->n);
		p += s->n;
	}
	return copy;
}
