#include "lib/feed/feed_models.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json/json_in.h"

#define DEPTH 4

struct sum {
	struct arena *mem;
	struct feed_models *m;
	enum err e;
};

static const char *const keys[TOUCH_MODEL_COUNT] = {
	[TOUCH_FIRST] = "first",
	[TOUCH_LAST] = "last",
	[TOUCH_LAST_PAID] = "last_paid",
	[TOUCH_LINEAR] = "linear",
	[TOUCH_POSITION] = "position",
	[TOUCH_PROBABILITY] = "probability",
};

const char *feed_models_key(enum touch_model m)
{
	return keys[m];
}

static struct feed_models_line *line_of(struct sum *s, struct slice source,
    struct slice medium)
{
	struct feed_models_line *l;

	for (size_t i = 0; i < s->m->n; i++)
		if (slice_eq(s->m->lines[i].source, source) &&
		    slice_eq(s->m->lines[i].medium, medium))
			return &s->m->lines[i];
	if (s->m->n == FEED_MODELS_SOURCES)
		return &s->m->others;
	l = &s->m->lines[s->m->n++];
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

/* --- touches -------------------------------------------------------------*/

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

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, ID_BYTES);
}

/* Credits and touches are two readings: touches of calls that came between them
 * are left out, or no call after them would find its own. */
static enum err only_credited(const struct touch_credit *credits, size_t n,
    struct arena *mem, struct touch_row *rows, size_t *n_rows)
{
	struct call_id *ids = arena_alloc(mem, (n + 1) * sizeof(*ids));
	size_t kept = 0;

	if (ids == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		ids[i] = credits[i].call;
	qsort(ids, n, sizeof(*ids), by_id);
	for (size_t i = 0; i < *n_rows; i++)
		if (bsearch(&rows[i].call, ids, n, sizeof(*ids), by_id) != NULL)
			rows[kept++] = rows[i];
	*n_rows = kept;
	return ERR_OK;
}

/* How many calls have all their touches: where these were cut off, those before
 * the last that has any. One alone is left as it is. */
static size_t whole_calls(const struct touch_credit *credits, size_t n,
    const struct touch_row *rows, size_t n_rows)
{
	size_t k = 0;

	while (n_rows > 0 && k < n &&
	       !id_eq(credits[k].call.v, rows[n_rows - 1].call.v))
		k++;
	return k == 0 && n > 0 ? 1 : k;
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
	s->m->with_touches++;
	s->m->touches += used;
}

/* --- probabilities -------------------------------------------------------*/

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

/* Evidence without sources is of an older rule: then what is credited. That of
 * a tracker's call has none of its visits to share it among. */
static void add_probability(struct sum *s, const struct touch_credit *c)
{
	struct json_in *in = NULL;
	uint64_t given;

	if (c->by_tracker || c->shares.n == 0 ||
	    json_in_parse(c->shares, DB_TOUCH_SHARES_MAX, DEPTH, &in, NULL) !=
		ERR_OK) {
		give(s, TOUCH_PROBABILITY, c->source, c->medium,
		    TOUCH_WHOLE_BP);
		return;
	}
	given = give_shares(s, json_in_root(in));
	give(s, TOUCH_PROBABILITY, SLICE(""), SLICE(""),
	    TOUCH_WHOLE_BP - given);
	json_in_free(in);
}

static int by_last(const void *a, const void *b)
{
	const struct feed_models_line *x = a, *y = b;
	const uint64_t p = x->bp[TOUCH_LAST], q = y->bp[TOUCH_LAST];

	if (p != q)
		return p < q ? 1 : -1;
	return slice_cmp(x->source, y->source);
}

void feed_models_add(struct feed_models_line *to,
    const struct feed_models_line *l)
{
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++)
		to->bp[m] += l->bp[m];
}

enum err feed_models_share(const struct touch_credit *credits, size_t n,
    struct touch_row *rows, size_t n_rows, struct arena *mem,
    struct feed_models **out)
{
	struct sum s = { mem, arena_alloc(mem, sizeof(*s.m)), ERR_OK };
	const bool short_of = n_rows == DB_TOUCH_ROWS_MAX;
	size_t at = 0;

	if (s.m == NULL)
		return ERR_NOMEM;
	memset(s.m, 0, sizeof(*s.m));
	s.e = only_credited(credits, n, mem, rows, &n_rows);
	s.m->cut = short_of || n == DB_TOUCH_CALLS_MAX;
	if (short_of)
		n = whole_calls(credits, n, rows, n_rows);
	s.m->calls = n;
	for (size_t i = 0; i < n && s.e == ERR_OK; i++) {
		const size_t k = of_call(&credits[i], rows, n_rows, at);

		add_touches(&s, &credits[i], rows + at, k);
		add_probability(&s, &credits[i]);
		at += k;
	}
	qsort(s.m->lines, s.m->n, sizeof(*s.m->lines), by_last);
	*out = s.m;
	return s.e;
}

enum err feed_models(struct db *db, struct company_id company, int64_t from_us,
    int64_t to_us, struct arena *mem, struct feed_models **out)
{
	struct touch_credit *credits = NULL;
	struct touch_row *rows = NULL;
	size_t n = 0, n_rows = 0;
	enum err e;

	if ((e = db_touch_credits(db, company, from_us, to_us, mem, &credits,
		 &n)) != ERR_OK ||
	    (e = db_touch_period(db, company, from_us, to_us, mem, &rows,
		 &n_rows)) != ERR_OK)
		return e;
	return feed_models_share(credits, n, rows, n_rows, mem, out);
}
