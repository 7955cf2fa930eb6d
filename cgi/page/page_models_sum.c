#include "cgi/page/page_models_sum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgi/page/page_words.h"
#include "lib/db/db_touch.h"
#include "lib/json/json_in.h"

#define LINES_MAX   100 /* sources that are told apart */
#define LINES_SHOWN 20
#define DEPTH       4

struct line {
	struct slice source;
	struct slice medium;
	uint64_t bp[TOUCH_MODEL_COUNT];
};

struct sum {
	struct arena *mem;
	struct line lines[LINES_MAX + 1]; /* the last: all others */
	size_t n;
	size_t with_touches; /* calls */
	size_t touches;
	enum err e;
};

static struct line *line_of(struct sum *s, struct slice source,
    struct slice medium)
{
	struct line *l;

	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->lines[i].source, source) &&
		    slice_eq(s->lines[i].medium, medium))
			return &s->lines[i];
	if (s->n == LINES_MAX)
		return &s->lines[LINES_MAX];
	l = &s->lines[s->n++];
	if (!arena_copy(s->mem, source, &l->source) ||
	    !arena_copy(s->mem, medium, &l->medium))
		s->e = ERR_NOMEM;
	return l;
}

static void give(struct sum *s, enum touch_model m, struct slice source,
    struct slice medium, uint64_t bp)
{
	if (bp > 0)
		line_of(s, source, medium)->bp[m] += bp;
}

/* --- touches
 * ---------------------------------------------------------------------*/

static void share_touches(struct sum *s, const struct touch_row *const *t,
    size_t n)
{
	uint16_t share[TOUCH_MAX];
	bool paid[TOUCH_MAX];

	for (size_t i = 0; i < n; i++)
		paid[i] = t[i]->paid;
	for (int m = TOUCH_FIRST; m < TOUCH_PROBABILITY; m++) {
		if (touch_share((enum touch_model)m, paid, n, share) != ERR_OK)
			continue;
		for (size_t i = 0; i < n; i++)
			give(s, (enum touch_model)m, t[i]->source, t[i]->medium,
			    share[i]);
	}
}

/* The rows of one call, from at on; how many they are. */
static size_t of_call(const struct touch_credit *c,
    const struct touch_row *rows, size_t n, size_t at)
{
	size_t k = at;

	while (k < n && id_eq(rows[k].call.v, c->call.v))
		k++;
	return k - at;
}

static void add_touches(struct sum *s, const struct touch_credit *c,
    const struct touch_row *rows, size_t n)
{
	const struct touch_row *t[TOUCH_MAX];
	const size_t used = n < TOUCH_MAX ? n : TOUCH_MAX;

	if (n == 0) { /* a tracker, or the visit is not kept any more */
		for (int m = TOUCH_FIRST; m < TOUCH_PROBABILITY; m++)
			give(s, (enum touch_model)m, c->source, c->medium,
			    TOUCH_WHOLE_BP);
		return;
	}
	/* Of very many the first and the latest. */
	for (size_t i = 0; i < used; i++)
		t[i] = &rows[i == 0 ? 0 : n - used + i];
	share_touches(s, t, used);
	s->with_touches++;
	s->touches += n;
}

/* --- probabilities
 * ---------------------------------------------------------------*/

static uint64_t give_shares(struct sum *s, const struct json_node *list)
{
	uint64_t given = 0;

	for (size_t i = 0; i < json_in_count(list); i++) {
		const struct json_node *n = json_in_at(list, i);
		struct slice source = SLICE(""), medium = SLICE("");
		int64_t bp = 0;

		if (json_in_opt_i64(n, "bp", 0, TOUCH_WHOLE_BP, &bp) !=
			ERR_OK ||
		    json_in_opt_text(n, "source", DB_NAME_BYTES, &source) !=
			ERR_OK ||
		    json_in_opt_text(n, "medium", DB_NAME_BYTES, &medium) !=
			ERR_OK ||
		    given + (uint64_t)bp > TOUCH_WHOLE_BP)
			continue;
		give(s, TOUCH_PROBABILITY, source, medium, (uint64_t)bp);
		given += (uint64_t)bp;
	}
	return given;
}

/* Evidence without sources is of an older rule: then what is credited. */
static void add_probability(struct sum *s, const struct touch_credit *c)
{
	struct json_in *in = NULL;
	uint64_t given;

	if (c->shares.n == 0 || json_in_parse(c->shares, DB_TOUCH_SHARES_MAX,
				    DEPTH, &in, NULL) != ERR_OK) {
		give(s, TOUCH_PROBABILITY, c->source, c->medium,
		    TOUCH_WHOLE_BP);
		return;
	}
	given = give_shares(s, json_in_root(in));
	give(s, TOUCH_PROBABILITY, SLICE(""), SLICE(""),
	    TOUCH_WHOLE_BP - given);
	json_in_free(in);
}

/* --- the table
 * --------------------------------------------------------------------*/

#define CALLS_MAX 32

/* "12.4": calls of a sum in 1/10,000. */
static void write_calls(uint64_t bp, char out[CALLS_MAX])
{
	const uint64_t tenths = (bp + 500) / 1000;
	char whole[PAGE_WORDS_MAX];

	if (bp > 0 && tenths == 0) {
		(void)snprintf(out, CALLS_MAX, "< 0.1");
		return;
	}
	page_words_count((int64_t)(tenths / 10), whole);
	(void)snprintf(out, CALLS_MAX, "%.24s.%u", whole,
	    (unsigned int)(tenths % 10));
}

static int by_last(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	const uint64_t p = x->bp[TOUCH_LAST], q = y->bp[TOUCH_LAST];

	if (p != q)
		return p < q ? 1 : -1;
	return slice_cmp(x->source, y->source);
}

static void add_line(struct line *to, const struct line *l)
{
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++)
		to->bp[m] += l->bp[m];
}

static enum err show_line(const struct line *l, const char *name,
    struct arena *mem, struct view *v)
{
	struct view *item = view_item(v, "sources");
	const char *source = arena_cstr(mem, l->source);
	const char *medium = arena_cstr(mem, l->medium);
	char text[CALLS_MAX], words[2 * DB_NAME_BYTES + 32];
	struct buf b;

	if (source == NULL || medium == NULL)
		return ERR_NOMEM;
	buf_over(&b, words, sizeof(words));
	if (name != NULL)
		buf_cstr(&b, name);
	else
		page_words_source(source, medium, &b);
	view_slice(item, "source_name", buf_slice(&b));
	view_cstr(item, "channel",
	    name != NULL ? "none" : page_words_channel("", source, medium));
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++) {
		struct view *cell = view_item(item, "cells");

		write_calls(l->bp[m], text);
		view_cstr(cell, "cell", text);
	}
	return ERR_OK;
}

static enum err table(struct sum *s, struct view *v)
{
	struct line *rest = &s->lines[LINES_MAX];
	bool any_rest = rest->bp[TOUCH_LAST] > 0;
	enum err e = s->e;

	qsort(s->lines, s->n, sizeof(*s->lines), by_last);
	for (size_t i = 0; i < s->n && e == ERR_OK; i++) {
		if (i < LINES_SHOWN) {
			e = show_line(&s->lines[i], NULL, s->mem, v);
			continue;
		}
		add_line(rest, &s->lines[i]);
		any_rest = true;
	}
	rest->source = rest->medium = SLICE("");
	if (e == ERR_OK && any_rest)
		e = show_line(rest, "All others", s->mem, v);
	return e;
}

static void words(const struct sum *s, size_t calls, struct view *v)
{
	char text[PAGE_WORDS_MAX];

	page_words_count((int64_t)calls, text);
	view_cstr(v, "models_calls", text);
	view_flag(v, "models_cut", calls == DB_TOUCH_CALLS_MAX);
	page_words_count((int64_t)s->with_touches, text);
	view_cstr(v, "models_touched", text);
	(void)snprintf(text, sizeof(text), "%zu.%zu",
	    s->with_touches > 0 ? s->touches / s->with_touches : 0,
	    s->with_touches > 0 ? s->touches * 10 / s->with_touches % 10 : 0);
	view_cstr(v, "models_mean", text);
}

enum err page_models_sum(const struct req *r, const struct page_range *g,
    struct view *v)
{
	struct sum *s = arena_alloc(r->arena, sizeof(*s));
	struct touch_credit *credits = NULL;
	struct touch_row *rows = NULL;
	size_t n = 0, n_rows = 0, at = 0;
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	memset(s, 0, sizeof(*s));
	s->mem = r->arena;
	if ((e = db_touch_credits(r->db, r->company, g->from_us, g->to_us,
		 r->arena, &credits, &n)) != ERR_OK ||
	    (e = db_touch_period(r->db, r->company, g->from_us, g->to_us,
		 r->arena, &rows, &n_rows)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		const size_t k = of_call(&credits[i], rows, n_rows, at);

		add_touches(s, &credits[i], rows + at, k);
		add_probability(s, &credits[i]);
		at += k;
	}
	view_list(v, "models");
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++)
		view_cstr(view_item(v, "models"), "model",
		    touch_name((enum touch_model)m));
	view_list(v, "sources");
	words(s, n, v);
	return table(s, v);
}
