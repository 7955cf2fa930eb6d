#include "lib/base/cfg.h"

#include <assert.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/scan.h"

#define CFG_ROWS_MAX 64

static enum err blame(struct cfg_error *why, enum err e, const char *what,
    struct slice about)
{
	struct buf b;

	/* Zeroed by cfg_parse(): the last byte stays the NUL. */
	buf_over(&b, why->what, sizeof(why->what) - 1);
	buf_cstr(&b, what);
	buf_cstr(&b, ": ");
	buf_put(&b, slice_head(about, 60));
	return e;
}

static size_t find_row(const struct cfg_row *rows, size_t n, struct slice key)
{
	for (size_t i = 0; i < n; i++) {
		if (slice_eq_cstr(key, rows[i].key))
			return i;
	}
	return n;
}

static enum err set_text(const struct cfg_row *row, struct slice v, char *out,
    struct cfg_error *why)
{
	if (v.n < row->min || v.n > row->max)
		return blame(why, ERR_RANGE, "value too short or too long", v);
	if (row->is != NULL && !row->is(v))
		return blame(why, ERR_RANGE, row->form, v);
	if (!slice_to_cstr(v, out, (size_t)row->max + 1))
		return blame(why, ERR_SYNTAX, "value holds a NUL byte", v);
	return ERR_OK;
}

static enum err set_u64(const struct cfg_row *row, struct slice v,
    uint64_t *out, struct cfg_error *why)
{
	uint64_t n;

	if (scan_whole_u64(v, UINT64_MAX, &n) != ERR_OK)
		return blame(why, ERR_SYNTAX, "not a whole number", v);
	if (n < row->min || n > row->max)
		return blame(why, ERR_RANGE, "number outside its range", v);
	*out = n;
	return ERR_OK;
}

static enum err set(const struct cfg_row *row, struct slice v, void *out,
    struct cfg_error *why)
{
	void *at = (char *)out + row->offset;

	switch (row->type) {
	case CFG_TEXT:
		return set_text(row, v, at, why);
	case CFG_U64:
		return set_u64(row, v, at, why);
	}
	return ERR_INTERNAL;
}

static enum err parse_line(struct slice line, const struct cfg_row *rows,
    size_t n_rows, void *out, uint64_t *seen, struct cfg_error *why)
{
	size_t n = 0, row;
	struct slice key;

	line = slice_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return ERR_OK;
	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	key = slice_head(line, n);
	row = find_row(rows, n_rows, key);
	if (row == n_rows)
		return blame(why, ERR_NOTFOUND, "unknown setting", key);
	if ((*seen >> row & 1) != 0)
		return blame(why, ERR_CONFLICT, "set twice", key);
	*seen |= UINT64_C(1) << row;
	line = slice_trim(slice_skip(line, n));
	if (slice_starts(line, SLICE("=")))
		return blame(why, ERR_SYNTAX,
		    "no = belongs between a setting and its value", key);
	return set(&rows[row], line, out, why);
}

enum err cfg_parse(struct slice text, const struct cfg_row *rows, size_t n_rows,
    void *out, struct cfg_error *why)
{
	uint64_t seen = 0;
	struct slice line;
	bool more = text.n > 0;

	assert(n_rows <= CFG_ROWS_MAX);
	*why = (struct cfg_error){ 0 };
	while (more) {
		enum err e;

		why->line++;
		more = slice_cut(&text, '\n', &line);
		e = parse_line(line, rows, n_rows, out, &seen, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
