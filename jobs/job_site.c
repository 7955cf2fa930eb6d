#include "jobs/job_site.h"

#include <stdio.h>

#include "lib/base/clk.h"
#include "lib/base/utf8.h"
#include "lib/core/sitecheck.h"
#include "lib/db/db_number.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_page.h"
#include "lib/out/out_http.h"

#define WAIT_MS     200
#define BATCH       20
#define PROBLEM_MAX 160
#define AGENT       "User-Agent: Mozilla/5.0 (compatible; ringtrace site check)"

/* One site, and what its pages are compared with. */
struct site {
	const struct queue_env *env;
	struct out_http *http;
	struct company_id company;
	struct site_row row;
	struct slice *origins;
	size_t n_origins;
	struct pagecheck_look look;
};

/* One page's look, over its redirects. */
struct look {
	struct sitecheck seen;
	char url[OUT_HTTP_URL_MAX + 1]; /* asked for now */
	char why[OUT_HTTP_WHY_MAX];     /* when no answer came */
	size_t bytes;
	int64_t took_us;
};

static enum err ask(const struct site *s, struct look *l,
    struct out_http_answer *a)
{
	const struct out_http_request r = { .url = l->url,
		.method = "GET",
		.headers = { AGENT, "Accept: text/html,*/*;q=0.5" },
		.private_ok = s->env->settings->check_private != 0,
		.timeout_us = JOB_SITE_TIMEOUT_US,
		.answer_max = JOB_SITE_BYTES,
		.read_max = JOB_SITE_BYTES };
	const enum err e = out_http_add(s->http, &r);

	while (e == ERR_OK && !out_http_next(s->http, a))
		out_http_work(s->http, WAIT_MS);
	return e;
}

static bool is_redirect(const struct out_http_answer *a)
{
	return a->status >= 300 && a->status < 400 && a->redirect[0] != '\0';
}

/* Follows redirects until a page answers. What goes wrong on the way is a
 * finding; an error is ours. */
static enum err walk(const struct site *s, struct look *l)
{
	struct out_http_answer a;
	struct slice to;
	enum err e;

	for (;;) {
		e = ask(s, l, &a);
		if (e == ERR_NOMEM || e == ERR_BUSY)
			return e;
		if (e != ERR_OK || a.e != ERR_OK) {
			(void)snprintf(l->why, sizeof(l->why), "%s",
			    e != ERR_OK ? "a redirect leads to an address"
					  " that cannot be asked"
					: a.why);
			return ERR_OK;
		}
		l->seen.answered = true;
		l->seen.status = a.status;
		l->took_us += a.took_us;
		if (!is_redirect(&a))
			break;
		if (l->seen.hops == JOB_SITE_HOPS) {
			l->seen.too_many_hops = true;
			return ERR_OK;
		}
		l->seen.hops++;
		to = slice_from(a.redirect);
		/* A place in the page: for browsers, no server hears of it. */
		to = slice_head(to, slice_find(to, '#', 0));
		if (!slice_to_cstr(to, l->url, sizeof(l->url)))
			l->url[0] = '\0'; /* refused by the next ask() */
	}
	l->bytes = a.body.n;
	pagecheck(a.body, &s->look, &l->seen.page);
	return ERR_OK;
}

static enum err keep(const struct site *s, const struct site_page_row *page,
    const struct look *l)
{
	char mem[OUT_HTTP_URL_MAX + 1];
	struct site_page_row row = { .url = page->url,
		.checked_us = clk_wall_us(),
		.status = l->seen.status,
		.hops = l->seen.hops,
		.bytes = (uint32_t)l->bytes,
		.took_ms = (uint32_t)(l->took_us / 1000),
		.tags = l->seen.page.tags,
		.others = l->seen.page.others,
		.targets = l->seen.page.targets,
		.ours = l->seen.page.ours,
		.found = sitecheck_judge(&l->seen) };
	struct buf b;

	if (l->why[0] != '\0') {
		row.found |= 1U << SITECHECK_NO_ANSWER;
		row.problem = utf8_head(slice_from(l->why), PROBLEM_MAX);
	}
	buf_over(&b, mem, sizeof(mem));
	sitecheck_unprobe(slice_from(l->url), &b);
	row.final_url = buf_slice(&b);
	return db_site_page_put(s->env->db, s->company, s->row.id, &row);
}

static enum err look_at(const struct site *s, const struct site_page_row *page)
{
	struct look l = { .seen = { .origins = s->origins,
			      .n_origins = s->n_origins } };
	struct buf b;
	enum err e;

	buf_over(&b, l.url, sizeof(l.url) - 1);
	sitecheck_probe(page->url, &b);
	if (buf_err(&b) != ERR_OK)
		return ERR_OK; /* the form allows none as long */
	l.url[b.n] = '\0';
	e = walk(s, &l);
	l.seen.final_url = slice_from(l.url);
	return e == ERR_OK ? keep(s, page, &l) : e;
}

/* A page is due once a day, or when it was asked for after its last look. */
static bool is_due(const struct site_page_row *p, int64_t now_us)
{
	return p->checked_us == 0 || p->asked_us > p->checked_us ||
	       p->checked_us < now_us - JOB_SITE_AGAIN_US;
}

static enum err one_site(struct site *s, struct site_id id)
{
	struct arena *mem = s->env->arena;
	struct slice *targets, *ours;
	struct site_page_row *pages;
	size_t n;
	enum err e;

	if ((e = db_site_get(s->env->db, s->company, id, &s->row)) != ERR_OK ||
	    (e = db_site_page_list(s->env->db, s->company, id, mem, &pages,
		 &n)) != ERR_OK ||
	    (e = db_site_origins(s->env->db, s->company, id, mem, &s->origins,
		 &s->n_origins)) != ERR_OK ||
	    (e = db_site_targets(s->env->db, s->company, id, mem, &targets,
		 &s->look.n_targets)) != ERR_OK ||
	    (e = db_number_pooled(s->env->db, s->company, mem, &ours,
		 &s->look.n_ours)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e; /* archived meanwhile */
	s->look.key = slice_from(s->row.public_key);
	s->look.targets = targets;
	s->look.ours = ours;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (is_due(&pages[i], s->env->now_us) &&
		    !queue_stopping(s->env->queue))
			e = look_at(s, &pages[i]);
	return e;
}

/* All sites with pages that are due, for as long as the run may last. */
static enum err all_due(struct site *s)
{
	const int64_t end_us = s->env->now_us + JOB_SITE_RUN_US;
	struct site_page_due *due;
	size_t n;
	enum err e;

	do {
		arena_reset(s->env->arena);
		e = db_site_page_due(s->env->db,
		    s->env->now_us - JOB_SITE_AGAIN_US, BATCH, s->env->arena,
		    &due, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			if (queue_stopping(s->env->queue) ||
			    clk_wall_us() > end_us)
				return ERR_OK;
			s->company = due[i].company;
			e = one_site(s, due[i].site);
		}
	} while (e == ERR_OK && n == BATCH);
	return e;
}

enum err job_site(const struct queue_env *env, const struct job_row *job)
{
	struct site s = { .env = env, .company = job->company };
	struct site_id id;
	enum err e;

	/* An answer keeps its place until the next one was taken. */
	if ((e = out_http_open(&s.http, 2)) != ERR_OK)
		return e;
	if (id_parse(ID_KIND_site, job->payload, id.v) == ERR_OK)
		e = one_site(&s, id);
	else
		e = all_due(&s);
	out_http_close(s.http);
	return e;
}
