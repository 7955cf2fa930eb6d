#include "cgi/page/page_pools.h"

#include "cgi/page/page_pool_facts.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/pager.h"

static void line(const struct page_pool_facts *f, struct view *v)
{
	struct view *item = view_item(v, "pools");
	const uint64_t wanted = f->week.leased + f->week.full;
	char id[ID_TEXT_MAX], text[PAGE_WORDS_MAX],
	    words[PAGE_POOL_FACTS_WORDS_MAX];

	id_text(ID_KIND_pool, f->pool.id.v, id);
	view_cstr(item, "pool", id);
	view_cstr(item, "pool_name", f->pool.name);
	page_words_put_count(item, "numbers", f->pool.numbers);
	page_words_put_count(item, "held", f->pool.held);
	view_flag(item, "any_rest", f->pool.resting > 0);
	page_words_put_count(item, "resting", f->pool.resting);
	page_words_put_count(item, "peak", f->week_peak);
	page_words_share((int64_t)f->week.full, (int64_t)wanted, text);
	view_cstr(item, "turned_away", text);
	page_pool_facts_words(&f->trend, words);
	view_cstr(item, "state", words);
	view_cstr(item, "tone", page_pool_facts_tone(&f->trend));
}

/* Those of this page; what stands in a line is asked for them alone. */
static enum err lines(const struct req *r, struct pager *p, struct view *v)
{
	struct page_pool_facts *f = arena_alloc(r->arena, sizeof(*f));
	struct pool_use_name *names = NULL;
	size_t n = 0;
	enum err e;

	if (f == NULL)
		return ERR_NOMEM;
	e = db_pool_use_names(r->db, r->company, r->arena, &names, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		const struct slice texts[] = { slice_from(names[i].name),
			{ NULL, 0 } };
		struct pool_use_row row;

		if (!pager_takes(p, texts))
			continue;
		e = db_pool_use_one(r->db, r->company, names[i].id, r->now_us,
		    &row);
		if (e == ERR_NOTFOUND) { /* archived meanwhile */
			e = ERR_OK;
			continue;
		}
		if (e == ERR_OK)
			e = page_pool_facts_trend(r, &row, f);
		if (e == ERR_OK)
			line(f, v);
	}
	return e;
}

enum err page_pools(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "pools.html");
	struct pager p;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_POOLS, "Pools", SLICE(""), v)) != ERR_OK ||
	    (e = pager_read(r, &p)) != ERR_OK)
		return e;
	view_list(v, "pools");
	if ((e = lines(r, &p, v)) != ERR_OK)
		return e;
	pager_show(&p, "/pools", "Pools", v);
	view_flag(v, "none_yet", p.all == 0);
	view_flag(v, "none_fit", p.all > 0 && p.n == 0);
	return resp_view(out, v);
}
