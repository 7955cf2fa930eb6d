#include "cgi/page/page_models_sum.h"

#include <stdio.h>

#include "cgi/page/page_words.h"
#include "lib/feed/feed_models.h"

#define LINES_SHOWN 20

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

static enum err show_line(const struct feed_models_line *l, const char *name,
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

static enum err table(struct feed_models *s, struct arena *mem, struct view *v)
{
	bool any_rest = s->others.bp[TOUCH_LAST] > 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < s->n && e == ERR_OK; i++) {
		if (i < LINES_SHOWN) {
			e = show_line(&s->lines[i], NULL, mem, v);
			continue;
		}
		feed_models_add(&s->others, &s->lines[i]);
		any_rest = true;
	}
	if (e == ERR_OK && any_rest)
		e = show_line(&s->others, "All others", mem, v);
	return e;
}

static void words(const struct feed_models *s, struct view *v)
{
	char text[PAGE_WORDS_MAX];

	page_words_count((int64_t)s->calls, text);
	view_cstr(v, "models_calls", text);
	view_flag(v, "models_one", s->calls == 1);
	view_flag(v, "models_any", s->calls > 0);
	view_flag(v, "models_cut", s->cut);
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
	struct feed_models *s;
	const enum err e =
	    feed_models(r->db, r->company, g->from_us, g->to_us, r->arena, &s);

	if (e != ERR_OK)
		return e;
	view_list(v, "models");
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++)
		view_cstr(view_item(v, "models"), "model",
		    touch_name((enum touch_model)m));
	view_list(v, "sources");
	words(s, v);
	return table(s, r->arena, v);
}
