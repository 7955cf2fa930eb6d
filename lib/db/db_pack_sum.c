#include "lib/db/db_pack_sum.h"

#include "lib/base/hex.h"
#include "lib/core/pack.h"
#include "lib/db/db_sums.h"

#define QUARTER_US (15 * RT_MIN_US)
#define STEPS      9
#define FIELDS     (sizeof(struct db_report_sums) / sizeof(int64_t))

static bool is_between(const struct db_scan *s)
{
	return s->low_ms < s->high_ms;
}

static uint32_t own_s(const struct db_scan *s)
{
	return db_report_group_wants_over(s->ask) ? s->ask->own_s : 0;
}

/* --- the parts -------------------------------------------------------------*/

static bool is_number(int dim)
{
	return dim >= GROUP_FIRST_TIME;
}

static enum db_pack_part part_of(int dim)
{
	static const enum db_pack_part more[] = {
		[GROUP_RESULT - GROUP_RESULT] = DB_PACK_RESULT,
		[GROUP_FIRST_TIME - GROUP_RESULT] = DB_PACK_FIRST_TIME,
		[GROUP_QUALIFIED - GROUP_RESULT] = DB_PACK_QUALIFIED,
		[GROUP_TALK - GROUP_RESULT] = DB_PACK_TALK,
		[GROUP_RING - GROUP_RESULT] = DB_PACK_RING,
		[GROUP_RISK - GROUP_RESULT] = DB_PACK_RISK,
	};

	if (dim < GROUP_ID)
		return (enum db_pack_part)(DB_PACK_TEXT + dim - GROUP_TEXT);
	if (dim < GROUP_RESULT)
		return (enum db_pack_part)(DB_PACK_ID + dim - GROUP_ID);
	return more[dim - GROUP_RESULT];
}

#define OF_RESULT                                              \
	(DB_REPORT_SUM(answered) | DB_REPORT_SUM(voicemail) |  \
	    DB_REPORT_SUM(abandoned) | DB_REPORT_SUM(missed) | \
	    DB_REPORT_SUM(blocked) | DB_REPORT_SUM(failed) |   \
	    DB_REPORT_SUM(interrupted) | DB_REPORT_SUM(answer_ms))
#define OF_TALK                                                \
	(DB_REPORT_SUM(talk_ms) | DB_REPORT_SUM(talk_60) |     \
	    DB_REPORT_SUM(talk_90) | DB_REPORT_SUM(talk_120) | \
	    DB_REPORT_SUM(over))

/* The sums of s, and over. */
static uint32_t fields_of(const struct db_scan *s)
{
	if (is_between(s))
		return DB_REPORT_SUM(over);
	return s->wanted | DB_REPORT_SUM(calls) |
	       (own_s(s) > 0 ? DB_REPORT_SUM(over) : 0);
}

uint64_t db_pack_sum_parts(const struct db_scan *s)
{
	static const struct {
		uint32_t of;
		enum db_pack_part part;
	} all[] = {
		{ OF_RESULT, DB_PACK_RESULT },
		{ OF_TALK, DB_PACK_TALK },
		{ DB_REPORT_SUM(ring_ms) | DB_REPORT_SUM(answer_ms),
		    DB_PACK_RING },
		{ DB_REPORT_SUM(value_micros), DB_PACK_VALUE },
		{ DB_REPORT_SUM(first_time), DB_PACK_FIRST_TIME },
		{ DB_REPORT_SUM(qualified), DB_PACK_QUALIFIED },
		{ DB_REPORT_SUM(leads), DB_PACK_LEAD },
		{ DB_REPORT_SUM(sales), DB_PACK_SALE },
		{ DB_REPORT_SUM(spam), DB_PACK_SPAM },
	};
	const int dims[] = { s->ask->by, s->ask->split };
	uint64_t parts = db_pack_read_match_parts(&s->ask->filter);

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		if ((fields_of(s) & all[i].of) != 0)
			parts |= DB_PACK_BIT(all[i].part);
	if (s->quarters)
		parts |= DB_PACK_BIT(DB_PACK_STARTED);
	for (size_t i = 0; s->values && i < RT_ARRAY_LEN(dims); i++)
		if (dims[i] != GROUP_NONE)
			parts |= DB_PACK_BIT(part_of(dims[i]));
	return parts;
}

/* --- a day -----------------------------------------------------------------*/

struct day {
	const struct db_pack_day *d;
	const struct db_scan *s;
	int64_t day_us;
	struct arena *mem;
	uint16_t *rows; /* that fit */
	size_t n;
	int64_t *number[DB_PACK_PARTS]; /* those that were asked for */
	struct pack_texts results;
};

static enum err number(struct day *y, enum db_pack_part part, int64_t **out)
{
	enum err e = ERR_OK;

	if (y->number[part] == NULL)
		e = db_pack_read_numbers(y->d, part, y->mem, &y->number[part]);
	*out = y->number[part];
	return e;
}

/* Those that talked for what lies between two limits. */
static enum err keep_between(struct day *y)
{
	int64_t *talk = NULL;
	size_t n = 0;
	enum err e;

	if (!is_between(y->s))
		return ERR_OK;
	if ((e = number(y, DB_PACK_TALK, &talk)) != ERR_OK)
		return e;
	for (size_t i = 0; i < y->n; i++) {
		const uint16_t row = y->rows[i];

		y->rows[n] = row;
		n += talk[row] >= (int64_t)y->s->low_ms &&
			     talk[row] < (int64_t)y->s->high_ms
			 ? 1
			 : 0;
	}
	y->n = n;
	return ERR_OK;
}

/* --- dimensions ------------------------------------------------------------*/

/* Its words, and which of them each call has. */
struct dim {
	struct slice *words;
	uint16_t *at;
};

static uint16_t step_of(int dim, int64_t v)
{
	static const int64_t times[] = { DB_SUMS_STEPS_MS };
	static const int64_t risks[] = { DB_SUMS_STEPS_RISK };
	const int64_t *const steps = dim == GROUP_RISK ? risks : times;
	const size_t n =
	    dim == GROUP_RISK ? RT_ARRAY_LEN(risks) : RT_ARRAY_LEN(times);
	uint16_t at = 0;

	if (dim == GROUP_FIRST_TIME || dim == GROUP_QUALIFIED)
		return v != 0 ? 1 : 0;
	while (at < n && v >= steps[at])
		at++;
	return at;
}

static enum err of_numbers(struct day *y, int dim, struct dim *out)
{
	static struct slice digits[STEPS] = { SLICE_INIT("0"), SLICE_INIT("1"),
		SLICE_INIT("2"), SLICE_INIT("3"), SLICE_INIT("4"),
		SLICE_INIT("5"), SLICE_INIT("6"), SLICE_INIT("7"),
		SLICE_INIT("8") };
	int64_t *all = NULL;
	const enum err e = number(y, part_of(dim), &all);

	if (e != ERR_OK)
		return e;
	out->words = digits;
	if ((out->at = arena_array(y->mem, y->d->n, sizeof(*out->at))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < y->d->n; i++)
		out->at[i] = step_of(dim, all[i]);
	return ERR_OK;
}

static enum err as_hex(struct pack_texts *t, struct arena *mem)
{
	for (size_t i = 0; i < t->n_texts; i++) {
		char *const text = arena_alloc(mem, 2 * ID_BYTES + 1);

		if (text == NULL)
			return ERR_NOMEM;
		if (t->texts[i].n != ID_BYTES)
			return ERR_SYNTAX;
		hex_encode(t->texts[i].p, ID_BYTES, text);
		t->texts[i] = slice_of(text, 2 * (size_t)ID_BYTES);
	}
	return ERR_OK;
}

static enum err dim_of(struct day *y, int dim, struct dim *out)
{
	static struct slice nothing = SLICE_INIT("");
	struct pack_texts t;
	enum err e;

	if (dim == GROUP_NONE || !y->s->values) {
		out->words = &nothing;
		out->at = arena_array(y->mem, y->d->n, sizeof(*out->at));
		return out->at == NULL ? ERR_NOMEM : ERR_OK;
	}
	if (is_number(dim))
		return of_numbers(y, dim, out);
	e = pack_read_texts(y->d->part[part_of(dim)], y->d->n, y->mem, &t);
	if (e == ERR_OK && dim >= GROUP_ID && dim < GROUP_RESULT)
		e = as_hex(&t, y->mem);
	out->words = t.texts;
	out->at = t.at;
	return e;
}

/* --- groups ----------------------------------------------------------------*/

/* Which group a call is in: a value of each dimension and a quarter. */
struct groups {
	struct dim dims[2];
	const int64_t *started; /* NULL: quarters are not told apart */
	uint32_t *of;           /* of each call that fits */
	uint64_t *keys;         /* of each group */
	size_t n;
};

static uint64_t key_of(const struct groups *g, uint16_t row)
{
	const uint64_t quarter =
	    g->started == NULL ? 0 : (uint64_t)(g->started[row] / QUARTER_US);

	return quarter << 32 | (uint64_t)g->dims[0].at[row] << 16 |
	       g->dims[1].at[row];
}

static enum err put_in_groups(struct day *y, struct groups *g)
{
	size_t n_slots = 4;
	uint32_t *slots;

	while (n_slots <= 2 * y->n)
		n_slots *= 2;
	slots = arena_array(y->mem, n_slots, sizeof(*slots));
	g->of = arena_array(y->mem, y->n, sizeof(*g->of));
	g->keys = arena_array(y->mem, y->n, sizeof(*g->keys));
	if (slots == NULL || g->of == NULL || g->keys == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < y->n; i++) {
		const uint64_t key = key_of(g, y->rows[i]);
		size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
			    (n_slots - 1);

		while (slots[at] != 0 && g->keys[slots[at] - 1] != key)
			at = (at + 1) & (n_slots - 1);
		if (slots[at] == 0) {
			g->keys[g->n++] = key;
			slots[at] = (uint32_t)g->n;
		}
		g->of[i] = slots[at] - 1;
	}
	return ERR_OK;
}

/* --- sums ------------------------------------------------------------------*/

/* The result that a sum counts; NULL: none. */
static const char *result_of(uint32_t sum)
{
	static const struct {
		uint32_t sum;
		const char *word;
	} all[] = {
		{ DB_REPORT_SUM(answered), "answered" },
		{ DB_REPORT_SUM(answer_ms), "answered" },
		{ DB_REPORT_SUM(missed), "missed" },
		{ DB_REPORT_SUM(voicemail), "voicemail" },
		{ DB_REPORT_SUM(abandoned), "abandoned" },
		{ DB_REPORT_SUM(failed), "failed" },
		{ DB_REPORT_SUM(blocked), "blocked" },
		{ DB_REPORT_SUM(interrupted), "interrupted" },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		if (all[i].sum == sum)
			return all[i].word;
	return NULL;
}

/* The least talk time that a sum counts; 0: another sum. */
static int64_t talk_of(const struct day *y, uint32_t sum)
{
	if (sum == DB_REPORT_SUM(talk_60))
		return 60000;
	if (sum == DB_REPORT_SUM(talk_90))
		return 90000;
	if (sum == DB_REPORT_SUM(talk_120))
		return 120000;
	return sum == DB_REPORT_SUM(over) ? (int64_t)own_s(y->s) * 1000 : 0;
}

/* The number that a sum adds up; DB_PACK_DAY: it counts calls. */
static enum db_pack_part part_of_sum(uint32_t sum)
{
	static const struct {
		uint32_t sum;
		enum db_pack_part part;
	} all[] = {
		{ DB_REPORT_SUM(first_time), DB_PACK_FIRST_TIME },
		{ DB_REPORT_SUM(qualified), DB_PACK_QUALIFIED },
		{ DB_REPORT_SUM(leads), DB_PACK_LEAD },
		{ DB_REPORT_SUM(sales), DB_PACK_SALE },
		{ DB_REPORT_SUM(spam), DB_PACK_SPAM },
		{ DB_REPORT_SUM(value_micros), DB_PACK_VALUE },
		{ DB_REPORT_SUM(talk_ms), DB_PACK_TALK },
		{ DB_REPORT_SUM(ring_ms), DB_PACK_RING },
		{ DB_REPORT_SUM(answer_ms), DB_PACK_RING },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		if (all[i].sum == sum)
			return all[i].part;
	return DB_PACK_DAY;
}

/* Of those with another result nothing counts. */
static enum err only_result(struct day *y, const char *word, int64_t *shares)
{
	int64_t *counts;
	enum err e = ERR_OK;

	if (word == NULL)
		return ERR_OK;
	if (y->results.at == NULL)
		e = pack_read_texts(y->d->part[DB_PACK_RESULT], y->d->n, y->mem,
		    &y->results);
	if (e != ERR_OK)
		return e;
	counts = arena_array(y->mem, y->results.n_texts, sizeof(*counts));
	if (counts == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < y->results.n_texts; i++)
		counts[i] = slice_eq_cstr(y->results.texts[i], word) ? 1 : 0;
	for (size_t i = 0; i < y->n; i++)
		shares[i] *= counts[y->results.at[y->rows[i]]];
	return ERR_OK;
}

/* What each call that fits gives to a sum. */
static enum err shares_of(struct day *y, uint32_t sum, int64_t *shares)
{
	const int64_t talk_ms = is_between(y->s) ? 0 : talk_of(y, sum);
	const enum db_pack_part part = part_of_sum(sum);
	int64_t *all = NULL;
	enum err e = ERR_OK;

	if (talk_ms > 0)
		e = number(y, DB_PACK_TALK, &all);
	else if (part != DB_PACK_DAY)
		e = number(y, part, &all);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < y->n; i++) {
		if (all == NULL)
			shares[i] = 1;
		else if (talk_ms > 0)
			shares[i] = all[y->rows[i]] >= talk_ms ? 1 : 0;
		else
			shares[i] = all[y->rows[i]];
	}
	return only_result(y, result_of(sum), shares);
}

/* A sum is a field of the struct, by its place. */
static int64_t *field(struct db_report_sums *s, size_t i)
{
	int64_t *const all = (void *)s;

	return &all[i];
}

static enum err add_up(struct day *y, const struct groups *g,
    struct db_scan_call *calls)
{
	int64_t *shares = arena_array(y->mem, y->n, sizeof(*shares));
	enum err e = ERR_OK;

	if (shares == NULL)
		return ERR_NOMEM;
	for (size_t k = 0; k < FIELDS && e == ERR_OK; k++) {
		if ((fields_of(y->s) >> k & 1) == 0)
			continue;
		e = shares_of(y, UINT32_C(1) << k, shares);
		for (size_t i = 0; i < y->n && e == ERR_OK; i++)
			*field(&calls[g->of[i]].sums, k) += shares[i];
	}
	return e;
}

/* One call after the other in the order of time, so are the quarters. */
static enum err sum_by(struct day *y, const struct dim dims[2],
    const int64_t *started, enum db_scan_of of, struct db_pack_sums *out)
{
	struct groups g = { .dims = { dims[0], dims[1] }, .started = started };
	struct db_scan_call *calls;
	enum err e = put_in_groups(y, &g);

	if (e != ERR_OK)
		return e;
	if ((calls = arena_array(y->mem, out->n + g.n, sizeof(*calls))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < out->n; i++)
		calls[i] = out->calls[i];
	for (size_t i = 0; i < g.n; i++) {
		struct db_scan_call *const c = &calls[out->n + i];

		c->of = of;
		c->value = dims[0].words[g.keys[i] >> 16 & 0xffff];
		c->value2 = dims[1].words[g.keys[i] & 0xffff];
		c->at_us =
		    y->s->quarters
			? y->day_us + (int64_t)(g.keys[i] >> 32) * QUARTER_US
			: 0;
	}
	e = add_up(y, &g, calls + out->n);
	out->calls = calls;
	out->n += g.n;
	return e;
}

static enum err sum_all(struct day *y, struct db_pack_sums *out)
{
	const bool apart = y->s->apart && y->s->values && y->s->quarters;
	struct dim dims[2], none[2];
	int64_t *started = NULL;
	enum err e;

	if ((e = dim_of(y, y->s->ask->by, &dims[0])) != ERR_OK ||
	    (e = dim_of(y, y->s->ask->split, &dims[1])) != ERR_OK)
		return e;
	if (y->s->quarters &&
	    (e = number(y, DB_PACK_STARTED, &started)) != ERR_OK)
		return e;
	if (!apart)
		return sum_by(y, dims, started, DB_SCAN_BOTH, out);
	if ((e = dim_of(y, GROUP_NONE, &none[0])) != ERR_OK)
		return e;
	none[1] = none[0];
	e = sum_by(y, dims, NULL, DB_SCAN_VALUE, out);
	return e == ERR_OK ? sum_by(y, none, started, DB_SCAN_QUARTER, out) : e;
}

enum err db_pack_sum(const struct db_pack_day *d, const struct db_scan *s,
    int64_t day_us, struct arena *mem, struct db_pack_sums *out)
{
	struct day y = { .d = d, .s = s, .day_us = day_us, .mem = mem };
	enum err e;

	*out = (struct db_pack_sums){ .n = 0 };
	if ((e = db_pack_read_match(d, &s->ask->filter, mem, &y.rows, &y.n)) !=
		ERR_OK ||
	    (e = keep_between(&y)) != ERR_OK)
		return e;
	return y.n == 0 ? ERR_OK : sum_all(&y, out);
}
