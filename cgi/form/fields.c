#include "cgi/form/fields.h"

#include <assert.h>
#include <string.h>

#include "cgi/form/fields_choice.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"
#include "lib/core/bp.h"
#include "lib/core/visible.h"
#include "lib/hash/digest.h"

#define WRONG_MAX 160 /* of words made for one mistake */

void fields_init(struct fields *f, const struct field *rows, size_t n,
    struct arena *arena)
{
	assert(n <= FIELDS_MAX);
	*f = (struct fields){ .rows = rows, .n = n, .arena = arena };
}

size_t fields_index(const struct fields *f, const char *name)
{
	size_t i = 0;

	while (i < f->n && strcmp(f->rows[i].name, name) != 0)
		i++;
	assert(i < f->n);
	return i;
}

struct slice fields_get(const struct fields *f, const char *name)
{
	return f->value[fields_index(f, name)];
}

uint64_t fields_u64(const struct fields *f, const char *name)
{
	uint64_t v = 0;

	return scan_whole_u64(fields_get(f, name), UINT64_MAX, &v) == ERR_OK
		   ? v
		   : 0;
}

bool fields_on(const struct fields *f, const char *name)
{
	return fields_get(f, name).n > 0;
}

enum err fields_id(const struct fields *f, const char *name, enum id_kind kind,
    uint8_t out[ID_BYTES])
{
	const struct slice s = fields_get(f, name);

	return s.n == 0 ? ERR_NOTFOUND : id_parse(kind, s, out);
}

bool fields_copy(struct fields *f, const char *name, char *out, size_t cap)
{
	if (slice_to_cstr(fields_get(f, name), out, cap))
		return true;
	fields_wrong(f, name, "This is too long.");
	return false;
}

/* --- filling ---------------------------------------------------------------
 */

static void set(struct fields *f, size_t i, struct slice value)
{
	if (!arena_copy(f->arena, value, &f->value[i]))
		f->e = ERR_NOMEM;
	fields_choice_know(f, i, value);
}

void fields_set(struct fields *f, const char *name, struct slice value)
{
	set(f, fields_index(f, name), value);
}

void fields_set_cstr(struct fields *f, const char *name, const char *value)
{
	fields_set(f, name, slice_from(value));
}

void fields_set_u64(struct fields *f, const char *name, uint64_t value)
{
	char mem[24];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_u64(&b, value);
	fields_set(f, name, buf_slice(&b));
}

void fields_set_on(struct fields *f, const char *name, bool on)
{
	fields_set(f, name, on ? SLICE("1") : SLICE(""));
}

void fields_set_id(struct fields *f, const char *name, enum id_kind kind,
    const uint8_t id[ID_BYTES])
{
	char text[ID_TEXT_MAX];

	if (id_is_nil(id)) {
		fields_set(f, name, SLICE(""));
		return;
	}
	id_text(kind, id, text);
	fields_set_cstr(f, name, text);
}

void fields_held(struct fields *f, const char *word, struct slice name,
    struct slice path)
{
	struct field_held *h = arena_alloc(f->arena, sizeof(*h));

	if (h != NULL)
		*h = (struct field_held){ .word = word, .next = NULL };
	if (h == NULL || !arena_copy(f->arena, name, &h->name) ||
	    !arena_copy(f->arena, path, &h->path)) {
		f->e = ERR_NOMEM;
		return;
	}
	if (f->held == NULL)
		f->held = h;
	else
		f->held_last->next = h;
	f->held_last = h;
}

/* --- checking ------------------------------------------------------------- */

void fields_wrong(struct fields *f, const char *name, const char *why)
{
	const size_t i = fields_index(f, name);

	if (f->error[i] == NULL)
		f->error[i] = why;
}

bool fields_good(const struct fields *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->error[i] != NULL)
			return false;
	return f->problem == NULL;
}

/* "Between 5 and 300." */
static const char *between(struct fields *f, const struct field *row,
    const char *unit)
{
	char mem[WRONG_MAX];
	struct slice copy;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (row->min == 1 && unit[0] != '\0')
		buf_printf(&b, "This is needed, up to %llu%s.",
		    (unsigned long long)row->max, unit);
	else if (row->min == 0 && unit[0] != '\0')
		buf_printf(&b, "At most %llu%s.", (unsigned long long)row->max,
		    unit);
	else
		buf_printf(&b, "Between %llu and %llu%s.",
		    (unsigned long long)row->min, (unsigned long long)row->max,
		    unit);
	buf_char(&b, '\0');
	if (!arena_copy(f->arena, buf_slice(&b), &copy)) {
		f->e = ERR_NOMEM;
		return "This is not allowed.";
	}
	return copy.p;
}

static bool one_line(struct slice s)
{
	return slice_find(s, '\n', 0) == s.n && slice_find(s, '\r', 0) == s.n &&
	       slice_find(s, '\t', 0) == s.n;
}

static bool all_choices(struct fields *f, size_t i)
{
	struct slice rest = f->value[i], word;
	bool more = rest.n > 0;

	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (!fields_choice_is(f, i, word))
			return false;
	}
	return true;
}

static bool email_like(struct slice s)
{
	const size_t at = slice_find(s, '@', 0);

	return at > 0 && at + 1 < s.n && slice_find(s, '@', at + 1) == s.n &&
	       slice_find(s, ' ', 0) == s.n;
}

static const char *check_number(struct fields *f, size_t i)
{
	const struct field *row = &f->rows[i];
	uint64_t v = 0;

	if (f->value[i].n == 0 && row->min == 0) {
		f->value[i] = SLICE("0");
		return NULL;
	}
	if (scan_whole_u64(f->value[i], UINT64_MAX, &v) != ERR_OK ||
	    v < row->min || v > row->max)
		return between(f, row, "");
	return NULL;
}

static const char *check_text(struct fields *f, size_t i)
{
	const struct field *row = &f->rows[i];
	struct slice s = f->value[i];
	size_t n;

	/* Text that shows nothing is none, also when it is not needed. */
	if (row->kind != FIELD_SECRET && !visible_any(s))
		f->value[i] = s = SLICE("");
	n = utf8_count(s);
	if (n < row->min || n > row->max)
		return between(f, row, " characters");
	if (row->kind != FIELD_LINES && !one_line(s))
		return "This is one line.";
	if (row->kind == FIELD_EMAIL && n > 0 && !email_like(s))
		return "This is not an e-mail address.";
	return NULL;
}

static const char *check(struct fields *f, size_t i)
{
	switch (f->rows[i].kind) {
	case FIELD_TEXT:
	case FIELD_EMAIL:
	case FIELD_LINES:
		return check_text(f, i);
	case FIELD_SECRET:
		return f->value[i].n == 0 && !f->fresh ? NULL
						       : check_text(f, i);
	case FIELD_NUMBER:
		return check_number(f, i);
	case FIELD_CHOICE:
		return fields_choice_is(f, i, f->value[i]) ? NULL
							   : "Choose one.";
	case FIELD_MANY:
		if (f->value[i].n == 0 && f->rows[i].min > 0)
			return "Choose at least one.";
		return all_choices(f, i) ? NULL : "Choose from the list.";
	case FIELD_CHECK:
		return NULL;
	}
	return NULL;
}

/* All values sent under the name, with blanks between. */
static void read_many(struct fields *f, size_t i, const struct req *r)
{
	struct buf b;
	char *mem = arena_alloc(f->arena, FIELD_TEXT_MAX);

	if (mem == NULL) {
		f->e = ERR_NOMEM;
		return;
	}
	buf_over(&b, mem, FIELD_TEXT_MAX);
	for (const struct req_param *p = r->form; p != NULL; p = p->next) {
		if (!slice_eq_cstr(p->name, f->rows[i].name))
			continue;
		if (b.n > 0)
			buf_char(&b, ' ');
		buf_put(&b, p->value);
	}
	f->value[i] = buf_err(&b) == ERR_OK ? buf_slice(&b) : SLICE("?");
}

/* What people type as per cent is kept as programs send it. What is no share
 * stays as it was typed, to be shown again. */
static void read_percent(struct fields *f, size_t i)
{
	char mem[24];
	struct buf b;
	uint64_t bp;

	if (bp_parse(f->value[i], &bp) != ERR_OK) {
		f->error[i] =
		    "From 0.01 to 100, two places after the point at"
		    " most.";
		return;
	}
	buf_over(&b, mem, sizeof(mem));
	buf_u64(&b, bp);
	set(f, i, buf_slice(&b));
	f->error[i] = check(f, i);
}

/* Browsers send CR LF; we keep LF. */
static struct slice plain_lines(struct fields *f, struct slice s)
{
	char *mem;
	size_t n = 0;

	if (slice_find(s, '\r', 0) == s.n)
		return s;
	mem = arena_alloc(f->arena, s.n);
	if (mem == NULL) {
		f->e = ERR_NOMEM;
		return SLICE("");
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			mem[n++] = s.p[i];
	return slice_of(mem, n);
}

/* The lines of a grid; the grid is kept, to be shown again as it came. False
 * when none was sent, or lines were. */
static bool read_week(struct fields *f, size_t i, const struct req *r)
{
	struct hours_grid grid;
	struct slice lines;
	struct buf b;
	bool good;

	if (req_form(r, f->rows[i].name, &lines) != ERR_NOTFOUND ||
	    !hours_grid_sent(r, f->rows[i].name, &grid))
		return false;
	f->grid = arena_alloc(f->arena, sizeof(*f->grid));
	if (f->grid == NULL) {
		f->e = ERR_NOMEM;
		return true;
	}
	*f->grid = grid;
	buf_init(&b, FIELD_TEXT_MAX);
	good = hours_grid_lines(&grid, &b);
	set(f, i, plain_lines(f, buf_slice(&b)));
	buf_fini(&b);
	f->error[i] =
	    good ? check(f, i) : "Times like 09:00, from and to, until 24:00.";
	return true;
}

void fields_read(struct fields *f, const struct req *r)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct field *row = &f->rows[i];
		struct slice s = SLICE("");
		enum err e;

		if (row->once && !f->fresh)
			continue;
		if (row->kind == FIELD_MANY) {
			read_many(f, i, r);
			f->error[i] = check(f, i);
			continue;
		}
		if (row->week && read_week(f, i, r))
			continue;
		e = req_form(r, row->name, &s);
		f->value[i] = row->kind == FIELD_SECRET ? s : slice_trim(s);
		if (row->kind == FIELD_LINES)
			f->value[i] = plain_lines(f, f->value[i]);
		if (row->kind == FIELD_CHECK)
			f->value[i] = s.n > 0 ? SLICE("1") : SLICE("");
		f->error[i] =
		    e == ERR_SYNTAX ? "This was sent twice." : check(f, i);
		if (row->percent && e != ERR_SYNTAX)
			read_percent(f, i);
		if (f->error[i] != NULL && row->wrong != NULL)
			f->error[i] = row->wrong;
	}
}

void fields_check(struct fields *f)
{
	for (size_t i = 0; i < f->n; i++) {
		f->error[i] = check(f, i);
		if (f->error[i] != NULL && f->rows[i].wrong != NULL)
			f->error[i] = f->rows[i].wrong;
	}
}

/* --- showing ---------------------------------------------------------------
 */

/* A week is a grid unless its lines do not fit into one. */
static void show_week(const struct fields *f, size_t i, struct view *v)
{
	struct hours_grid grid;
	const struct hours_grid *g = f->grid;

	if (f->rows[i].week && g == NULL &&
	    hours_grid_split(f->value[i], f->arena, &grid))
		g = &grid;
	view_flag(v, "is_week", f->rows[i].week && g != NULL);
	view_flag(v, "is_lines",
	    f->rows[i].kind == FIELD_LINES && !(f->rows[i].week && g != NULL));
	if (f->rows[i].week && g != NULL)
		hours_grid_show(g, f->grid == NULL, v);
}

static void show_kind(const struct field *row, bool fixed, struct view *v)
{
	view_flag(v, "is_fixed", fixed);
	view_flag(v, "is_text", !fixed && row->kind == FIELD_TEXT);
	view_flag(v, "is_email", !fixed && row->kind == FIELD_EMAIL);
	view_flag(v, "is_number", !fixed && row->kind == FIELD_NUMBER);
	view_flag(v, "is_choice", !fixed && row->kind == FIELD_CHOICE);
	view_flag(v, "is_check", !fixed && row->kind == FIELD_CHECK);
	view_flag(v, "is_secret", !fixed && row->kind == FIELD_SECRET);
	view_flag(v, "is_many", !fixed && row->kind == FIELD_MANY);
}

struct slice fields_percent(const struct fields *f, struct slice value)
{
	char mem[24];
	struct slice out;
	struct buf b;
	uint64_t bp;

	if (scan_whole_u64(value, BP_WHOLE, &bp) != ERR_OK)
		return value;
	buf_over(&b, mem, sizeof(mem));
	bp_put(bp, &b);
	return arena_copy(f->arena, buf_slice(&b), &out) ? out : value;
}

/* What an input begins with. */
static struct slice input_value(const struct fields *f, size_t i)
{
	if (f->rows[i].kind == FIELD_SECRET)
		return SLICE("");
	return f->rows[i].percent && f->error[i] == NULL
		   ? fields_percent(f, f->value[i])
		   : f->value[i];
}

static void show_held(const struct fields *f, struct view *v)
{
	view_flag(v, "is_held", f->held != NULL);
	view_list(v, "held");
	for (const struct field_held *h = f->held; h != NULL; h = h->next) {
		struct view *item = view_item(v, "held");

		view_cstr(item, "held_word", h->word);
		view_slice(item, "held_name", h->name);
		view_flag(item, "held_linked", h->path.n > 0);
		view_slice(item, "held_path", h->path);
	}
}

/* Where somebody goes on: the first field that is wrong, or f->n. */
static size_t first_wrong(const struct fields *f)
{
	size_t i = 0;

	while (
	    i < f->n && (f->error[i] == NULL || (f->rows[i].once && !f->fresh)))
		i++;
	return i;
}

void fields_show(const struct fields *f, struct view *v)
{
	const size_t wrong = first_wrong(f);

	view_flag(v, "has_problem", f->problem != NULL);
	view_flag(v, "go_problem", wrong == f->n);
	view_cstr(v, "problem", f->problem);
	view_flag(v, "has_errors", !fields_good(f));
	view_flag(v, "any_find", fields_choice_finds(f));
	show_held(f, v);
	view_list(v, "fields");
	for (size_t i = 0; i < f->n; i++) {
		const struct field *row = &f->rows[i];
		const bool fixed = row->once && !f->fresh;
		struct view *item = view_item(v, "fields");

		view_cstr(item, "f_name", row->name);
		view_cstr(item, "f_label", row->label);
		view_flag(item, "has_group", row->group != NULL);
		view_cstr(item, "f_group", row->group);
		view_flag(item, "has_help", row->help != NULL && !fixed);
		view_cstr(item, "f_help", row->help);
		view_flag(item, "has_error", f->error[i] != NULL);
		view_cstr(item, "f_error", f->error[i]);
		view_flag(item, "go_here", i == wrong);
		view_flag(item, "f_needed",
		    row->min > 0 && row->kind != FIELD_NUMBER);
		view_u64(item, "f_min", row->min);
		view_u64(item, "f_max", row->max);
		view_flag(item, "f_on", f->value[i].n > 0);
		view_slice(item, "f_value", input_value(f, i));
		view_slice(item, "f_seen",
		    row->kind == FIELD_CHECK
			? (f->value[i].n > 0 ? SLICE("yes") : SLICE("no"))
			: fields_choice_label(f, row->name, f->value[i]));
		show_kind(row, fixed, item);
		show_week(f, i, item);
		fields_choice_show(f, i, item);
	}
}

/* --- remembering ---------------------------------------------------------- */

static void json_value(const struct fields *f, size_t i, struct json_out *j)
{
	const struct slice s = f->value[i];
	uint64_t n;

	switch (f->rows[i].kind) {
	case FIELD_SECRET:
		json_out_str(j, s.n > 0 ? SLICE("set") : SLICE(""));
		return;
	case FIELD_CHECK:
		json_out_bool(j, s.n > 0);
		return;
	case FIELD_NUMBER:
		if (scan_whole_u64(s, UINT64_MAX, &n) == ERR_OK) {
			json_out_u64(j, n);
			return;
		}
		break;
	case FIELD_TEXT:
	case FIELD_EMAIL:
	case FIELD_CHOICE:
	case FIELD_LINES:
	case FIELD_MANY:
		break;
	}
	json_out_str(j, s);
}

enum err fields_json(const struct fields *f, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_out_object(&j);
	for (size_t i = 0; i < f->n; i++) {
		json_out_key(&j, f->rows[i].name);
		json_value(f, i, &j);
	}
	json_out_end(&j);
	return json_out_done(&j);
}

enum err fields_stamp(const struct fields *f, char out[FIELD_STAMP_MAX])
{
	struct slice parts[2 * FIELDS_MAX];

	for (size_t i = 0; i < f->n; i++) {
		parts[2 * i] =
		    f->rows[i].kind == FIELD_SECRET ? SLICE("") : f->value[i];
		parts[2 * i + 1] = SLICE("\n|\n");
	}
	return digest_sha256_hex(parts, 2 * f->n, out);
}
