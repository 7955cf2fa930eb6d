#include "cgi/web/pager.h"

#include "lib/base/utf8.h"

#define PAGES_MAX   1000
#define SEARCH_FROM 12 /* rows of a list: fewer are seen at once */

enum err pager_read(const struct req *r, struct pager *out)
{
	struct pager p = { .page = 1 };
	enum err e = req_query_u64(r, "page", 1, PAGES_MAX, &p.page);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = req_query(r, "q", &p.q);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (e == ERR_NOTFOUND)
		p.q = SLICE("");
	*out = p;
	return ERR_OK;
}

bool pager_takes(struct pager *p, const struct slice *texts)
{
	bool fits = false;

	p->all++;
	for (; texts->p != NULL && !fits; texts++)
		fits = utf8_has_case(*texts, p->q);
	return fits && p->n++ / PAGER_ROWS == p->page - 1;
}

void pager_show(const struct pager *p, const char *path, const char *many,
    struct view *v)
{
	view_cstr(v, "pager_path", path);
	view_cstr(v, "pager_many", many);
	view_cstr(v, "pager_by", p->by != NULL ? p->by : "Part of a name");
	view_slice(v, "pager_q", p->q);
	view_flag(v, "searchable",
	    p->always || p->all > SEARCH_FROM || p->q.n > 0);
	view_flag(v, "has_page", p->n > p->page * PAGER_ROWS);
	view_u64(v, "page_next", p->page + 1);
	view_flag(v, "past_end",
	    p->n > 0 && (p->page - 1) * PAGER_ROWS >= p->n);
	view_flag(v, "has_back",
	    p->page > 1 && (p->page - 1) * PAGER_ROWS < p->n);
	view_u64(v, "page_back", p->page - 1);
}
