#include "cgi/page/page_pool_size.h"

#include <math.h>
#include <stdio.h>

#include "cgi/page/page_words.h"
#include "lib/base/scan.h"
#include "lib/db/db_attrib.h"
#include "lib/db/db_pool.h"

#define SIZES_MAX    10
#define PRICE_CENTS  1000000
#define USUAL_CENTS  100
#define OVERFLOW_AIM 0.01
#define SLIDER_LEAST 20

struct wish {
	uint32_t numbers;
	uint64_t rest_s;
	uint64_t cents; /* of a number and month */
};

/* "1", "1.5", "1.15": cents. */
static enum err read_price(struct slice s, uint64_t *cents)
{
	uint64_t whole = 0, part = 0;
	enum err e;

	if ((e = scan_u64(&s, &whole)) != ERR_OK)
		return e;
	if (whole > PRICE_CENTS / 100)
		return ERR_RANGE;
	if (s.n > 0 && scan_byte(&s, '.') == ERR_OK) {
		const size_t digits = s.n;

		if (digits == 0 || digits > 2 || scan_u64(&s, &part) != ERR_OK)
			return ERR_SYNTAX;
		part *= digits == 1 ? 10 : 1;
	}
	if (s.n > 0)
		return ERR_SYNTAX;
	*cents = whole * 100 + part;
	return ERR_OK;
}

static enum err read_wish(const struct req *r, const struct page_pool_facts *f,
    struct wish *w)
{
	struct slice price = SLICE("");
	uint64_t n = f->pool.numbers < 1 ? 1
		     : f->pool.numbers > POOL_SIZE_NUMBERS_MAX
			 ? POOL_SIZE_NUMBERS_MAX
			 : f->pool.numbers;
	uint64_t rest_s = f->pool.min_reuse_s;
	enum err e;

	w->cents = USUAL_CENTS;
	e = req_query_u64(r, "numbers", 1, POOL_SIZE_NUMBERS_MAX, &n);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query_u64(r, "rest", 0, DB_POOL_REUSE_MAX_S, &rest_s);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query(r, "price", &price);
	if (e == ERR_OK && price.n > 0 &&
	    read_price(price, &w->cents) != ERR_OK)
		e = req_wrong(r, "price", "an amount, as 1 or 1.50");
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	w->numbers = (uint32_t)n;
	w->rest_s = rest_s;
	return ERR_OK;
}

static void put_share(struct view *v, const char *key, double share)
{
	/* In tenths of a percent. */
	const int tenths = (int)(1000.0 * fmin(fmax(share, 0.0), 1.0) + 0.5);
	char text[PAGE_WORDS_MAX];

	if (tenths == 0 && share > 0.0)
		(void)snprintf(text, sizeof(text), "< 0.1 %%");
	else
		(void)snprintf(text, sizeof(text), "%d.%d %%", tenths / 10,
		    tenths % 10);
	view_cstr(v, key, text);
}

static void put_gap(struct view *v, const char *key, double s)
{
	char text[PAGE_WORDS_MAX] = "–";

	if (s >= 0.0)
		page_words_duration((int64_t)(s * 1000.0), text);
	view_cstr(v, key, text);
}

static void put_money(struct view *v, const char *key, uint64_t cents,
    const char *currency)
{
	char whole[PAGE_WORDS_MAX], text[PAGE_WORDS_MAX + 16];

	page_words_count((int64_t)(cents / 100), whole);
	(void)snprintf(text, sizeof(text), "%s.%02u %s", whole,
	    (unsigned int)(cents % 100), currency);
	view_cstr(v, key, text);
}

static void line(const struct pool_size *s, const struct wish *w,
    const struct page_pool_facts *f, const char *currency, struct view *v)
{
	struct view *item = view_item(v, "sizes");

	page_words_put_count(item, "size_n", s->numbers);
	view_flag(item, "size_is_now", s->numbers == f->pool.numbers);
	view_flag(item, "size_at", s->numbers == w->numbers);
	view_flag(item, "size_is_asked",
	    s->numbers == w->numbers && s->numbers != f->pool.numbers);
	put_money(item, "size_cost", s->numbers * w->cents, currency);
	put_share(item, "size_overflow", s->overflow);
	put_share(item, "size_erlang", s->erlang);
	put_share(item, "size_shared", s->shared);
	put_share(item, "size_busy", s->busy);
	put_gap(item, "size_gap", s->gap_s);
	put_gap(item, "size_short", s->short_gap_s);
}

static void add(uint32_t *list, size_t *n, double size)
{
	const uint32_t x = size < 1.0 ? 1
			   : size > POOL_SIZE_NUMBERS_MAX
			       ? POOL_SIZE_NUMBERS_MAX
			       : (uint32_t)size;
	size_t at = *n;

	for (size_t i = 0; i < *n; i++)
		if (list[i] == x)
			return;
	for (; at > 0 && list[at - 1] > x; at--)
		list[at] = list[at - 1];
	list[at] = x;
	(*n)++;
}

/* Below and above what there is and what is asked for, in order. */
static size_t sizes(const struct page_pool_facts *f, const struct wish *w,
    uint32_t list[SIZES_MAX])
{
	const double now = f->pool.numbers;
	size_t n = 0;

	add(list, &n, w->numbers);
	if (now > 0.0) {
		add(list, &n, now);
		add(list, &n, ceil(now / 2.0));
		add(list, &n, ceil(now * 0.75));
		add(list, &n, ceil(now * 1.25));
		add(list, &n, ceil(now * 1.5));
		add(list, &n, now * 2.0);
		add(list, &n, now * 3.0);
	}
	add(list, &n, pool_size_enough(&f->load, OVERFLOW_AIM));
	return n;
}

static enum err table(const struct page_pool_facts *f, const struct wish *w,
    const char *currency, struct view *v)
{
	uint32_t list[SIZES_MAX];
	const size_t n = sizes(f, w, list);
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		struct pool_size s;

		/* The same dice for all, so that sizes compare. */
		e = pool_size(&f->load, list[i], 1, &s);
		if (e == ERR_OK)
			line(&s, w, f, currency, v);
	}
	return e;
}

/* Four times what there is; no more than the form takes. */
static uint64_t slider_most(const struct page_pool_facts *f)
{
	const uint64_t most = (uint64_t)f->pool.numbers * 4;

	return most < SLIDER_LEAST            ? SLIDER_LEAST
	       : most > POOL_SIZE_NUMBERS_MAX ? POOL_SIZE_NUMBERS_MAX
					      : most;
}

enum err page_pool_size(const struct req *r, struct page_pool_facts *f,
    const char *currency, struct view *v)
{
	struct attrib_law law;
	struct wish w;
	char text[PAGE_WORDS_MAX];
	enum err e;

	if ((e = read_wish(r, f, &w)) != ERR_OK ||
	    (e = db_attrib_law(r->db, r->company, &law)) != ERR_OK)
		return e;
	f->load.law = &law;
	f->load.min_gap_s = (double)w.rest_s;
	view_list(v, "sizes");
	view_flag(v, "size_traffic", f->load.visits_h > 0.0);
	view_u64(v, "size_numbers", w.numbers);
	view_u64(v, "size_rest", w.rest_s);
	view_u64(v, "size_rest_most", DB_POOL_REUSE_MAX_S);
	view_u64(v, "size_most", slider_most(f));
	view_u64(v, "size_limit", POOL_SIZE_NUMBERS_MAX);
	(void)snprintf(text, sizeof(text), "%u.%02u",
	    (unsigned int)(w.cents / 100), (unsigned int)(w.cents % 100));
	view_cstr(v, "size_price", text);
	view_cstr(v, "size_currency", currency);
	page_words_count((int64_t)(f->load.visits_h + 0.5), text);
	view_cstr(v, "size_visits_h", text);
	page_words_count((int64_t)(f->usual_h + 0.5), text);
	view_cstr(v, "size_usual_h", text);
	page_words_duration((int64_t)(pool_size_mean_s(&f->load) * 1000.0),
	    text);
	view_cstr(v, "size_hold", text);
	view_flag(v, "size_held", f->held_known);
	page_words_put_count(v, "size_enough",
	    f->load.visits_h > 0.0 ? pool_size_enough(&f->load, OVERFLOW_AIM)
				   : 0);
	if (f->load.visits_h > 0.0)
		e = table(f, &w, currency, v);
	f->load.law = NULL; /* ours ends here */
	return e;
}
