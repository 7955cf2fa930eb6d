#include "lib/core/ask.h"

#include "lib/base/take.h"

static void put_window(const struct ask_window *w, struct buf *out)
{
	buf_be32(out, w->max);
	buf_be64(out, w->max == 0 ? 0 : (uint64_t)w->from_us);
}

static void take_window(struct take *t, struct ask_window *w)
{
	w->max = take_be32(t);
	w->from_us = take_i64(t);
	if (w->max == 0 && w->from_us != 0)
		t->failed = true; /* one way to say it */
}

void ask_encode(const struct ask *a, struct buf *out)
{
	if (a->key.n == 0 || a->key.n > ASK_KEY_MAX) {
		buf_fail(out, ERR_TOOBIG);
		return;
	}
	buf_char(out, (char)a->kind);
	buf_be16(out, (uint16_t)a->key.n);
	buf_put(out, a->key);
	if (a->kind != ASK_RESERVE)
		return;
	buf_be32(out, a->at_once);
	put_window(&a->hour, out);
	put_window(&a->day, out);
	put_window(&a->month, out);
	buf_be32(out, a->hold_s);
}

static enum err take_reserve(struct take *t, struct ask *a)
{
	a->at_once = take_be32(t);
	take_window(t, &a->hour);
	take_window(t, &a->day);
	take_window(t, &a->month);
	a->hold_s = take_be32(t);
	return a->hold_s == 0 || a->hold_s > ASK_HOLD_MAX ? ERR_SYNTAX : ERR_OK;
}

enum err ask_decode(struct slice in, struct ask *out)
{
	struct ask a = { .kind = ASK_RESERVE };
	uint8_t kind;
	struct take t;

	take_init(&t, in);
	kind = take_u8(&t);
	a.key = take_text(&t, ASK_KEY_MAX);
	if (t.failed || kind >= ASK_KIND_COUNT || a.key.n == 0)
		return ERR_SYNTAX;
	a.kind = (enum ask_kind)kind;
	if (a.kind == ASK_RESERVE && take_reserve(&t, &a) != ERR_OK)
		return ERR_SYNTAX;
	if (take_end(&t) != ERR_OK)
		return ERR_SYNTAX;
	*out = a;
	return ERR_OK;
}
