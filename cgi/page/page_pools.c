#include "cgi/page/page_pools.h"

#include "cgi/page/page_pool_facts.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"

/* Lines whose trend is looked up; a company with more has it on their pages. */
#define TRENDS_MAX 50

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
	page_words_put_count(item, "peak", f->week_peak);
	page_words_share((int64_t)f->week.full, (int64_t)wanted, text);
	view_cstr(item, "turned_away", text);
	page_pool_facts_words(&f->trend, words);
	view_cstr(item, "state", words);
	view_cstr(item, "tone", page_pool_facts_tone(&f->trend));
}

enum err page_pools(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "pools.html");
	struct pool_use_row *rows = NULL;
	struct page_pool_facts *f;
	size_t n = 0;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_POOLS, "Pools", SLICE(""), v)) != ERR_OK ||
	    (e = db_pool_use_list(r->db, r->company, r->now_us, r->arena, &rows,
		 &n)) != ERR_OK)
		return e;
	view_list(v, "pools");
	if ((f = arena_alloc(r->arena, sizeof(*f))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n && i < TRENDS_MAX && e == ERR_OK; i++) {
		e = page_pool_facts_trend(r, &rows[i], f);
		if (e == ERR_OK)
			line(f, v);
	}
	view_flag(v, "more_pools", n > TRENDS_MAX);
	return e == ERR_OK ? resp_view(out, v) : e;
}
