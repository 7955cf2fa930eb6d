#include "jobs/job_site.h"

#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/utf8.h"
#include "lib/db/db_number.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_page.h"
#include "lib/site/site_look.h"

#define BATCH       20
#define PROBLEM_MAX 160

/* One site, and what its pages are compared with. */
struct site {
	const struct queue_env *env;
	struct out_http *http;
	struct company_id company;
	struct site_row row;
	struct slice *origins;
	size_t n_origins;
	struct slice *targets;
	bool *stand; /* which of them are in the page */
	struct pagecheck_look what;
	struct site_look_robots *robots;
	int64_t until_us; /* monotonic: what is left then is left for later */
	int64_t read_us;  /* when all of it was read */
};

/* Those in the page, with commas between; what has no room is left out. */
static struct slice stands(const struct site *s,
    char mem[DB_SITE_PAGE_STANDS_MAX])
{
	struct buf b;

	buf_over(&b, mem, DB_SITE_PAGE_STANDS_MAX);
	for (size_t i = 0; i < s->what.n_targets; i++) {
		const struct slice t = s->targets[i];

		if (!s->stand[i] || b.n + t.n + 1 > DB_SITE_PAGE_STANDS_MAX)
			continue;
		if (b.n > 0)
			buf_char(&b, ',');
		buf_put(&b, t);
	}
	return buf_slice(&b);
}

static enum err keep(const struct site *s, const struct site_page_row *page,
    const struct site_look *l)
{
	char mem[OUT_HTTP_URL_MAX + 1], list[DB_SITE_PAGE_STANDS_MAX];
	struct site_page_row row = { .url = page->url,
		.checked_us = s->read_us,
		.status = l->seen.status,
		.hops = l->seen.hops,
		.bytes = (uint32_t)l->bytes,
		.took_ms = (uint32_t)(l->took_us / 1000),
		.tags = l->seen.page.tags,
		.others = l->seen.page.others,
		.targets = l->seen.page.targets,
		.ours = l->seen.page.ours,
		.found = sitecheck_judge(&l->seen),
		.stands = stands(s, list) };
	struct buf b;

	if (l->why[0] != '\0') {
		if (!l->seen.refused)
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
	struct site_look l = { .http = s->http,
		.private_ok = s->env->settings->check_private != 0,
		.ca_file = s->env->settings->ca_file,
		.until_us = s->until_us,
		.what = s->what,
		.robots = s->robots,
		.seen = { .origins = s->origins,
		    .n_origins = s->n_origins,
		    .seen_lately = s->row.seen_us >
				   s->env->now_us - JOB_SITE_LATELY_US } };
	enum err e;

	memset(s->stand, 0, s->what.n_targets * sizeof(*s->stand));
	e = site_look(&l, page->url);

	if (e == ERR_TOOBIG)
		return ERR_OK; /* the form allows none as long */
	return e == ERR_OK ? keep(s, page, &l) : e;
}

/* A page is due once a day, or when it was asked for after its last look. */
static bool is_due(const struct site_page_row *p, int64_t now_us)
{
	return p->checked_us == 0 || p->asked_us > p->checked_us ||
	       p->checked_us < now_us - JOB_SITE_AGAIN_US;
}

/* all: asked for, as what a look under way has read may be of before. */
static enum err one_site(struct site *s, struct site_id id, bool all)
{
	struct arena *mem = s->env->arena;
	struct slice *ours = NULL;
	struct site_page_row *pages;
	size_t n;
	enum err e;

	s->read_us = clk_wall_us();
	if ((e = db_site_get(s->env->db, s->company, id, &s->row)) != ERR_OK ||
	    (e = db_site_page_list(s->env->db, s->company, id, mem, &pages,
		 &n)) != ERR_OK ||
	    (e = db_site_origins(s->env->db, s->company, id, mem, &s->origins,
		 &s->n_origins)) != ERR_OK ||
	    (e = db_site_targets(s->env->db, s->company, id, mem, &s->targets,
		 &s->what.n_targets)) != ERR_OK ||
	    (e = db_number_shown(s->env->db, s->company, id, mem, &ours,
		 &s->what.n_ours)) != ERR_OK ||
	    (e = site_look_what(mem, s->targets, ours, &s->what)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e; /* archived meanwhile */
	s->stand = arena_array(mem, s->what.n_targets + 1, sizeof(*s->stand));
	if (s->stand == NULL)
		return ERR_NOMEM;
	s->what.stand = s->stand;
	s->what.key = slice_from(s->row.public_key);
	site_look_robots_end(s->robots);
	s->until_us = clk_mono_us() + JOB_SITE_ONE_US;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if ((all || is_due(&pages[i], s->env->now_us)) &&
		    clk_mono_us() < s->until_us &&
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
			e = one_site(s, due[i].site, false);
		}
	} while (e == ERR_OK && n == BATCH);
	return e;
}

enum err job_site(const struct queue_env *env, const struct job_row *job)
{
	struct site_look_robots robots = { .n = 0 };
	struct site s = { .env = env,
		.company = job->company,
		.robots = &robots };
	struct site_id id;
	enum err e;

	/* An answer keeps its place until the next one was taken. */
	if ((e = out_http_open(&s.http, 2)) != ERR_OK)
		return e;
	if (id_parse(ID_KIND_site, job->payload, id.v) == ERR_OK)
		e = one_site(&s, id, true);
	else
		e = all_due(&s);
	out_http_close(s.http);
	site_look_robots_end(&robots);
	return e;
}
