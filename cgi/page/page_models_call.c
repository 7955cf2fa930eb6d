#include "cgi/page/page_models_call.h"

#include <stdio.h>

#include "cgi/page/page_words.h"
#include "lib/db/db_touch.h"

static enum err touch_line(const struct req *r, const struct touch_row *t,
    struct tz *z, struct view *v, struct view **out)
{
	struct view *item = view_item(v, "touches");
	const char *source = arena_cstr(r->arena, t->source);
	const char *medium = arena_cstr(r->arena, t->medium);
	char text[TZ_TEXT_MAX], words[2 * DB_NAME_BYTES + 32];
	struct buf b;

	if (source == NULL || medium == NULL)
		return ERR_NOMEM;
	buf_over(&b, words, sizeof(words));
	page_words_source(source, medium, &b);
	view_slice(item, "touch_source", buf_slice(&b));
	view_slice(item, "touch_campaign", t->campaign);
	view_flag(item, "touch_named", t->campaign.n > 0);
	view_cstr(item, "touch_channel",
	    page_words_channel("", source, medium));
	tz_text_short(z, t->at_us, r->now_us, text);
	view_cstr(item, "touch_when", text);
	view_list(item, "touch_shares");
	*out = item;
	return ERR_OK;
}

static void shares_of(const struct touch_row *rows, size_t n, size_t i,
    struct view *item)
{
	bool paid[TOUCH_MAX];
	uint16_t share[TOUCH_MAX];

	for (size_t k = 0; k < n; k++)
		paid[k] = rows[k].paid;
	for (int m = TOUCH_FIRST; m < TOUCH_PROBABILITY; m++) {
		char text[PAGE_WORDS_MAX] = "–";

		if (touch_share((enum touch_model)m, paid, n, share) ==
			ERR_OK &&
		    share[i] > 0)
			page_words_share(share[i], TOUCH_WHOLE_BP, text);
		view_cstr(view_item(item, "touch_shares"), "touch_share", text);
	}
}

/* "google / cpc · spring, 3 May 10:12" of one touch. */
static enum err mark(const struct req *r, const char *name,
    const struct touch_row *t, struct tz *z, struct view *v)
{
	struct view *item = view_item(v, "touch_marks");
	const char *source = "", *medium = "";
	char text[TZ_TEXT_MAX], words[2 * DB_NAME_BYTES + 32];
	struct buf b;

	if (t != NULL &&
	    ((source = arena_cstr(r->arena, t->source)) == NULL ||
		(medium = arena_cstr(r->arena, t->medium)) == NULL))
		return ERR_NOMEM;
	view_cstr(item, "mark_name", name);
	view_flag(item, "mark_known", t != NULL);
	buf_over(&b, words, sizeof(words));
	if (t != NULL)
		page_words_source(source, medium, &b);
	view_slice(item, "mark_source", buf_slice(&b));
	view_slice(item, "mark_campaign", t != NULL ? t->campaign : SLICE(""));
	view_flag(item, "mark_named", t != NULL && t->campaign.n > 0);
	view_cstr(item, "mark_channel",
	    t != NULL ? page_words_channel("", source, medium) : "");
	text[0] = '\0';
	if (t != NULL)
		tz_text_short(z, t->at_us, r->now_us, text);
	view_cstr(item, "mark_when", text);
	return ERR_OK;
}

/* The three that people ask for by name. */
static enum err marks(const struct req *r, const struct touch_row *rows,
    size_t n, struct tz *z, struct view *v)
{
	const struct touch_row *paid = NULL;
	enum err e;

	view_list(v, "touch_marks");
	if (n == 0)
		return ERR_OK;
	for (size_t i = 0; i < n; i++)
		if (rows[i].paid)
			paid = &rows[i];
	if ((e = mark(r, "First touch", &rows[0], z, v)) != ERR_OK ||
	    (e = mark(r, "Last touch", &rows[n - 1], z, v)) != ERR_OK)
		return e;
	return mark(r, "Last paid touch", paid, z, v);
}

enum err page_models_call(const struct req *r, struct call_id call,
    struct tz *z, struct view *v)
{
	struct touch_row *rows = NULL;
	size_t n = 0;
	char text[48];
	enum err e;

	e = db_touch_call(r->db, r->company, call, r->arena, &rows, &n);
	view_list(v, "touch_models");
	for (int m = TOUCH_FIRST; m < TOUCH_PROBABILITY; m++)
		view_cstr(view_item(v, "touch_models"), "touch_model",
		    touch_name((enum touch_model)m));
	view_list(v, "touches");
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		struct view *item;

		e = touch_line(r, &rows[i], z, v, &item);
		if (e == ERR_OK)
			shares_of(rows, n, i, item);
	}
	if (e == ERR_OK)
		e = marks(r, rows, n, z, v);
	view_flag(v, "any_touches", n > 0);
	(void)snprintf(text, sizeof(text), "%zu %s", n,
	    n == 1 ? "visit" : "visits");
	view_cstr(v, "touches_line", n > 0 ? text : "");
	return e;
}
