#include "lib/core/pack.h"

#include "lib/base/take.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* --- numbers ---------------------------------------------------------------*/

/* Differences are told without a sign, whatever the two are. */
static uint64_t above(int64_t least, int64_t v)
{
	return (uint64_t)v - (uint64_t)least;
}

static size_t width_of(uint64_t most)
{
	if (most == 0)
		return 0;
	if (most <= UINT8_MAX)
		return 1;
	if (most <= UINT16_MAX)
		return 2;
	return most <= UINT32_MAX ? 4 : 8;
}

static void put(char *p, size_t width, uint64_t v)
{
	for (size_t i = width; i > 0; i--) {
		p[i - 1] = (char)(v & 0xff);
		v >>= 8;
	}
}

void pack_numbers(struct buf *out, const int64_t *rows, size_t n)
{
	int64_t least = n > 0 ? rows[0] : 0, most = least;
	size_t width;
	char *p;

	for (size_t i = 1; i < n; i++) {
		least = rows[i] < least ? rows[i] : least;
		most = rows[i] > most ? rows[i] : most;
	}
	width = width_of(above(least, most));
	buf_be64(out, (uint64_t)least);
	buf_char(out, (char)width);
	if (width == 0 || (p = buf_room(out, n * width)) == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		put(p + i * width, width, above(least, rows[i]));
}

static uint64_t get(const uint8_t *p, size_t width)
{
	uint64_t v = 0;

	for (size_t i = 0; i < width; i++)
		v = v << 8 | p[i];
	return v;
}

static bool is_width(size_t width)
{
	return width <= 2 || width == 4 || width == 8;
}

/* One loop for each width: this is where the time of a reading goes. */
static void read_rows(const uint8_t *p, size_t width, int64_t least, size_t n,
    int64_t *rows)
{
	switch (width) {
	case 0:
		for (size_t i = 0; i < n; i++)
			rows[i] = least;
		break;
	case 1:
		for (size_t i = 0; i < n; i++)
			rows[i] = (int64_t)((uint64_t)least + p[i]);
		break;
	case 2:
		for (size_t i = 0; i < n; i++)
			rows[i] =
			    (int64_t)((uint64_t)least + get(p + 2 * i, 2));
		break;
	case 4:
		for (size_t i = 0; i < n; i++)
			rows[i] =
			    (int64_t)((uint64_t)least + get(p + 4 * i, 4));
		break;
	default:
		for (size_t i = 0; i < n; i++)
			rows[i] =
			    (int64_t)((uint64_t)least + get(p + 8 * i, 8));
		break;
	}
}

enum err pack_read_numbers(struct slice in, size_t n, int64_t *rows)
{
	struct take t;
	struct slice bytes;
	int64_t least;
	size_t width;
	enum err e;

	take_init(&t, in);
	least = take_i64(&t);
	width = take_u8(&t);
	if (!is_width(width) || n > PACK_ROWS_MAX)
		return ERR_SYNTAX;
	bytes = take_bytes(&t, n * width);
	if ((e = take_end(&t)) != ERR_OK)
		return e;
	read_rows((const uint8_t *)bytes.p, width, least, n, rows);
	return ERR_OK;
}

/* --- texts -----------------------------------------------------------------*/

struct texts {
	const struct slice *rows;
	uint32_t *slots; /* the row in which a text first comes, and 1 */
	size_t n_slots;  /* a power of two, more than twice the rows */
	int64_t *at;     /* of each row, its place */
	uint32_t *first; /* of each place, its row */
	size_t n;
};

static uint64_t hash_of(struct slice s)
{
	uint64_t h = FNV_BASIS;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * FNV_PRIME;
	return h ^ h >> 32;
}

static void place(struct texts *t, size_t row)
{
	const size_t mask = t->n_slots - 1;
	size_t i = (size_t)hash_of(t->rows[row]) & mask;

	while (t->slots[i] != 0 &&
	       !slice_eq(t->rows[t->slots[i] - 1], t->rows[row]))
		i = (i + 1) & mask;
	if (t->slots[i] == 0) {
		t->slots[i] = (uint32_t)row + 1;
		t->at[row] = (int64_t)t->n;
		t->first[t->n++] = (uint32_t)row;
	} else {
		t->at[row] = t->at[t->slots[i] - 1];
	}
}

enum err pack_texts(struct buf *out, const struct slice *rows, size_t n,
    struct arena *mem)
{
	struct texts t = { .rows = rows, .n_slots = 4 };

	if (n > PACK_ROWS_MAX)
		return ERR_RANGE;
	while (t.n_slots <= 2 * n)
		t.n_slots *= 2;
	t.slots = arena_array(mem, t.n_slots, sizeof(*t.slots));
	t.at = arena_array(mem, n, sizeof(*t.at));
	t.first = arena_array(mem, n, sizeof(*t.first));
	if (t.slots == NULL || t.at == NULL || t.first == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].n > UINT16_MAX)
			return ERR_RANGE;
		place(&t, i);
	}
	buf_be32(out, (uint32_t)t.n);
	for (size_t i = 0; i < t.n; i++) {
		buf_be16(out, (uint16_t)rows[t.first[i]].n);
		buf_put(out, rows[t.first[i]]);
	}
	pack_numbers(out, t.at, n);
	return ERR_OK;
}

static enum err read_places(struct slice in, size_t n, struct arena *mem,
    struct pack_texts *out)
{
	int64_t *rows = arena_array(mem, n, sizeof(*rows));
	enum err e;

	if (rows == NULL)
		return ERR_NOMEM;
	if ((e = pack_read_numbers(in, n, rows)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (rows[i] < 0 || (uint64_t)rows[i] >= out->n_texts)
			return ERR_SYNTAX;
		out->at[i] = (uint16_t)rows[i];
	}
	return ERR_OK;
}

enum err pack_read_texts(struct slice in, size_t n, struct arena *mem,
    struct pack_texts *out)
{
	struct take t;

	take_init(&t, in);
	out->n_texts = take_be32(&t);
	if (out->n_texts > n || n > PACK_ROWS_MAX)
		return ERR_SYNTAX;
	out->texts = arena_array(mem, out->n_texts, sizeof(*out->texts));
	out->at = arena_array(mem, n, sizeof(*out->at));
	if (out->texts == NULL || out->at == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < out->n_texts; i++)
		out->texts[i] = take_text(&t, UINT16_MAX);
	return t.failed ? ERR_SYNTAX : read_places(t.rest, n, mem, out);
}
