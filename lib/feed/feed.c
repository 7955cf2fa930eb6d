#include "lib/feed/feed.h"

#include <string.h>

#include "lib/base/scan.h"

#define DECIMALS    6
#define DIGITS_MAX  12 /* of whole units: no overflow in micro-units */
#define MONEY_BYTES 32

void feed_fields_all(const struct db_sheet *sheet, struct feed_fields *out)
{
	for (size_t i = 0; i < DB_SHEET_COLUMNS_MAX; i++)
		out->on[i] = i < sheet->n_columns;
}

static enum err turn_on(const struct db_sheet *sheet, struct slice name,
    struct feed_fields *f)
{
	for (size_t i = 0; i < sheet->n_columns; i++) {
		if (slice_eq_cstr(name, sheet->columns[i].name)) {
			f->on[i] = true;
			return ERR_OK;
		}
	}
	return ERR_SYNTAX;
}

enum err feed_fields_parse(const struct db_sheet *sheet, struct slice list,
    struct feed_fields *out)
{
	struct feed_fields f = { .on = { true } };
	bool more = true;

	while (more) {
		struct slice name;
		enum err e;

		more = slice_cut(&list, ',', &name);
		if ((e = turn_on(sheet, slice_trim(name), &f)) != ERR_OK)
			return e;
	}
	*out = f;
	return ERR_OK;
}

/* --- money -----------------------------------------------------------------
 */

void feed_money_put(int64_t micros, struct buf *out)
{
	uint64_t v = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
	char digits[DECIMALS];
	size_t n = DECIMALS;

	if (micros < 0)
		buf_char(out, '-');
	buf_u64(out, v / 1000000);
	v %= 1000000;
	for (size_t i = DECIMALS; i-- > 0; v /= 10)
		digits[i] = (char)('0' + v % 10);
	while (n > 2 && digits[n - 1] == '0')
		n--;
	buf_char(out, '.');
	buf_bytes(out, digits, n);
}

/* 1*digit, at most max of them. */
static enum err take_digits(struct slice *s, size_t max, int64_t *v, size_t *n)
{
	for (*n = 0; s->n > 0 && scan_is_digit(s->p[0]); (*n)++) {
		if (*n == max)
			return ERR_SYNTAX;
		*v = *v * 10 + (s->p[0] - '0');
		*s = slice_skip(*s, 1);
	}
	return *n == 0 ? ERR_SYNTAX : ERR_OK;
}

enum err feed_money_parse(struct slice s, int64_t *micros)
{
	const bool minus = scan_byte(&s, '-') == ERR_OK;
	int64_t v = 0;
	size_t n, decimals = 0;
	enum err e;

	if ((e = take_digits(&s, DIGITS_MAX, &v, &n)) != ERR_OK)
		return e;
	if (scan_byte(&s, '.') == ERR_OK &&
	    (e = take_digits(&s, DECIMALS, &v, &decimals)) != ERR_OK)
		return e;
	if (s.n != 0)
		return ERR_SYNTAX;
	for (; decimals < DECIMALS; decimals++)
		v *= 10;
	*micros = minus ? -v : v;
	return ERR_OK;
}

/* --- values ----------------------------------------------------------------
 */

static void write_list(struct slice s, struct json_out *j)
{
	bool more = s.n > 0;

	json_out_array(j);
	while (more) {
		struct slice part;

		more = slice_cut(&s, '\n', &part);
		json_out_str(j, part);
	}
	json_out_end(j);
}

static void write_id(enum id_kind kind, const uint8_t id[ID_BYTES],
    struct json_out *j)
{
	char text[ID_TEXT_MAX];

	id_text(kind, id, text);
	json_out_cstr(j, text);
}

static void write_money(int64_t micros, struct json_out *j)
{
	char mem[MONEY_BYTES];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	feed_money_put(micros, &b);
	json_out_str(j, buf_slice(&b));
}

static void write_cell(const struct db_sheet_column *c,
    const struct db_sheet_cell *cell, struct json_out *j)
{
	/* A list that nothing is on is empty, not unknown. */
	if (cell->null && c->type != DB_SHEET_LIST) {
		json_out_null(j);
		return;
	}
	switch (c->type) {
	case DB_SHEET_ID:
		write_id(c->kind, cell->id, j);
		break;
	case DB_SHEET_TEXT:
		json_out_str(j, cell->text);
		break;
	case DB_SHEET_LIST:
		write_list(cell->text, j);
		break;
	case DB_SHEET_INT:
		json_out_i64(j, cell->i);
		break;
	case DB_SHEET_BOOL:
		json_out_bool(j, cell->flag);
		break;
	case DB_SHEET_TIME:
		json_out_time_us(j, cell->i);
		break;
	case DB_SHEET_MONEY:
		write_money(cell->i, j);
		break;
	}
}

void feed_row_write(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, const struct feed_fields *fields,
    struct json_out *j)
{
	json_out_object(j);
	for (size_t i = 0; i < sheet->n_columns; i++) {
		if (!fields->on[i])
			continue;
		json_out_key(j, sheet->columns[i].name);
		write_cell(&sheet->columns[i], &row[i], j);
	}
	json_out_end(j);
}
