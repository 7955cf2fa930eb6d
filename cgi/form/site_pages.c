#include "cgi/form/site_pages.h"

#include <stdio.h>

#include "lib/core/sitecheck.h"
#include "lib/db/db_job.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_page.h"

enum err site_pages_load(const struct req *r, struct site_id site,
    struct fields *f)
{
	struct slice *urls;
	size_t n;
	const enum err e =
	    db_site_page_urls(r->db, r->company, site, r->arena, &urls, &n);

	return e == ERR_OK ? lines_set(f, "pages", urls, n) : e;
}

/* Printable ASCII, as addresses are. */
static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '#' ||
		    s.p[i] == '\\' || s.p[i] == '@')
			return false;
	return s.n <= DB_SITE_PAGE_URL_MAX;
}

enum err site_pages_check(const struct req *r, struct fields *f,
    const struct lines *origins, struct lines *out)
{
	char mem[DB_SITE_PAGE_URL_MAX];
	struct buf b;

	if (lines_read(fields_get(f, "pages"), out) != ERR_OK ||
	    out->n > DB_SITE_PAGES_MAX)
		fields_wrong(f, "pages", "These are too many: 20 at most.");
	for (size_t i = 0; i < out->n; i++)
		if (!is_plain(out->v[i]) ||
		    !sitecheck_is_on(out->v[i], origins->v, origins->n))
			fields_wrong(f, "pages",
			    "Each line is a whole address that begins with one"
			    " of the site's addresses.");
	if (out->n > 0 || origins->n == 0)
		return ERR_OK;
	buf_over(&b, mem, sizeof(mem));
	buf_put(&b, origins->v[0]);
	buf_char(&b, '/');
	if (buf_err(&b) == ERR_OK &&
	    !arena_copy(r->arena, buf_slice(&b), &out->v[out->n++]))
		return ERR_NOMEM;
	return ERR_OK;
}

/* ERR_BUSY: there are none that were not asked for after since_us. */
static enum err ask(const struct req *r, struct site_id site, int64_t since_us)
{
	char id[ID_TEXT_MAX];
	const enum err e =
	    db_site_page_ask(r->db, r->company, site, r->now_us, since_us);

	id_text(ID_KIND_site, site.v, id);
	return e == ERR_OK
		   ? db_job_add(r->db, r->company, "site", slice_from(r->id),
			 slice_from(id), r->now_us, r->now_us)
		   : e;
}

enum err site_pages_again(const struct req *r, struct site_id site)
{
	const enum err e = ask(r, site, r->now_us);

	return e == ERR_BUSY ? ERR_OK : e;
}

enum err site_pages_ask(const struct req *r, struct resp *out)
{
	char id[ID_TEXT_MAX], path[ID_TEXT_MAX + 32];
	struct site_row row;
	struct site_id site;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_site, site.v)) != ERR_OK ||
	    (e = db_site_get(r->db, r->company, site, &row)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	id_text(ID_KIND_site, site.v, id);
	e = db_end(r->db, ask(r, site, r->now_us - SITE_PAGES_ASK_US));
	if (e != ERR_OK && e != ERR_BUSY)
		return e;
	/* Asked a moment ago, or no page is named: the page says which. */
	(void)snprintf(path, sizeof(path), "/sites/%s?asked=%s", id,
	    e == ERR_OK ? "1" : "0");
	return resp_redirect(out, slice_from(path));
}
