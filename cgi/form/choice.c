#include "cgi/form/choice.h"

#include "lib/base/utf8.h"
#include "lib/core/builtin.h"
#include "lib/phone/phone.h"

#define SAID_MAX     ((size_t)16384)
#define NOTICE_BYTES 240 /* of a choice: the key and the first words */
#define LABEL_BYTES  (PHONE_TEXT_MAX + DB_NAME_BYTES + DB_CHOICE_KEY_BYTES)

static const enum id_kind id_kinds[DB_CHOICE_COUNT] = {
	[DB_CHOICE_FLOW] = ID_KIND_flow,
	[DB_CHOICE_DESTINATION] = ID_KIND_destination,
	[DB_CHOICE_LOCATION] = ID_KIND_location,
	[DB_CHOICE_POOL] = ID_KIND_pool,
	[DB_CHOICE_SITE] = ID_KIND_site,
	[DB_CHOICE_TRUNK] = ID_KIND_trunk,
	[DB_CHOICE_TRACKER] = ID_KIND_tracker,
	[DB_CHOICE_PERSON] = ID_KIND_user,
	[DB_CHOICE_TAG] = ID_KIND_tag,
	[DB_CHOICE_PROMPT] = ID_KIND_prompt,
	[DB_CHOICE_NUMBER] = ID_KIND_number,
	[DB_CHOICE_NUMBER_FREE] = ID_KIND_number,
};

static void none_first(struct fields *f, const char *name, const char *none)
{
	if (none != NULL)
		fields_choice(f, name, SLICE(""), slice_from(none));
}

static bool is_number(enum db_choice kind)
{
	return kind == DB_CHOICE_NUMBER || kind == DB_CHOICE_NUMBER_FREE;
}

/* "notice.de: Dieser Anruf kann ..." */
static void put_notice(const char *key, const char *words, struct buf *b)
{
	buf_cstr(b, key);
	buf_cstr(b, ": ");
	buf_put(b, utf8_head(slice_from(words), NOTICE_BYTES - 80));
}

/* "+1 415-555-0101 Spring leaflet", or the name. */
static void put_label(const struct db_choice_row *row, enum db_choice kind,
    struct buf *b)
{
	char shown[PHONE_TEXT_MAX];

	if (kind == DB_CHOICE_PROMPT) {
		put_notice(row->key, row->name, b);
		return;
	}
	if (is_number(kind)) {
		phone_international(slice_from(row->key), shown);
		buf_cstr(b, shown);
		if (row->name[0] != '\0')
			buf_cstr(b, " ");
	}
	buf_cstr(b, row->name);
}

/* --- those that are not listed ---------------------------------------------
 */

static enum err one(const struct field_more *m, struct slice value,
    struct slice *label)
{
	const enum db_choice kind = (enum db_choice)m->of;
	struct db_choice_row row;
	uint8_t id[ID_BYTES];
	char mem[LABEL_BYTES];
	struct buf b;
	enum err e;

	if (kind == DB_CHOICE_PROMPT)
		e = db_choice_called(m->r->db, m->r->company, kind, value,
		    &row);
	else if ((e = id_parse(id_kinds[kind], value, id)) == ERR_OK)
		e = db_choice_get(m->r->db, m->r->company, kind, id, &row);
	if (e != ERR_OK)
		return e;
	buf_over(&b, mem, sizeof(mem));
	put_label(&row, kind, &b);
	return arena_copy(m->r->arena, buf_slice(&b), label) ? ERR_OK
							     : ERR_NOMEM;
}

static enum err called(const struct field_more *m, struct slice label,
    struct slice *value)
{
	const enum db_choice kind = (enum db_choice)m->of;
	struct db_choice_row row;
	char id[ID_TEXT_MAX];
	const enum err e =
	    db_choice_called(m->r->db, m->r->company, kind, label, &row);

	if (e != ERR_OK)
		return e;
	id_text(id_kinds[kind], row.id, id);
	return arena_copy(m->r->arena,
		   slice_from(kind == DB_CHOICE_PROMPT ? row.key : id), value)
		   ? ERR_OK
		   : ERR_NOMEM;
}

/* --- lists -----------------------------------------------------------------
 */

static void add_row(struct fields *f, const char *name, enum db_choice kind,
    const struct db_choice_row *row)
{
	char mem[LABEL_BYTES], id[ID_TEXT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	put_label(row, kind, &b);
	id_text(id_kinds[kind], row->id, id);
	fields_choice(f, name,
	    slice_from(kind == DB_CHOICE_PROMPT ? row->key : id),
	    buf_slice(&b));
}

static enum err add_rows(const struct req *r, struct fields *f,
    const char *name, enum db_choice kind)
{
	struct field_more m = { r, (unsigned int)kind, { .n = 0 }, one,
		called };
	struct db_choice_row *rows = NULL;
	size_t n = 0;
	enum err e;

	if ((e = find_read(r, name, &m.find)) != ERR_OK ||
	    (e = db_choice_list(r->db, r->company, kind, m.find.text,
		 FIND_MAX + 1, r->arena, &rows, &n)) != ERR_OK)
		return e;
	find_count(&m.find, n);
	for (size_t i = 0; i < m.find.n; i++)
		add_row(f, name, kind, &rows[i]);
	fields_choice_more(f, name, &m);
	return f->e;
}

enum err choice_of(const struct req *r, struct fields *f, const char *name,
    const char *none, enum db_choice kind)
{
	none_first(f, name, none);
	return add_rows(r, f, name, kind);
}

enum err choice_notices(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	size_t n;
	const struct builtin *all = builtin_all(&n);

	none_first(f, name, none);
	for (size_t i = 0; i < n; i++) {
		char mem[NOTICE_BYTES];
		struct buf b;

		if (all[i].words == NULL ||
		    !slice_starts(slice_from(all[i].key), SLICE("notice.")))
			continue;
		buf_over(&b, mem, sizeof(mem));
		put_notice(all[i].key, all[i].words, &b);
		fields_choice(f, name, slice_from(all[i].key), buf_slice(&b));
	}
	return add_rows(r, f, name, DB_CHOICE_PROMPT);
}

void choice_words(struct fields *f, const char *name, const char *const *words)
{
	for (; words[0] != NULL; words += 2)
		fields_choice(f, name, slice_from(words[0]),
		    slice_from(words[1]));
}

struct slice choice_said(const struct fields *f, const struct field *row,
    struct slice value)
{
	struct slice rest = value, one, out = SLICE("");
	const char *between = "";
	bool more = true;
	struct buf b;

	if (row->percent)
		return fields_percent(f, value);
	if (row->kind == FIELD_CHOICE && value.n > 0)
		return fields_choice_label(f, row->name, value);
	if (row->kind != FIELD_MANY || value.n == 0)
		return SLICE("");
	buf_init(&b, SAID_MAX);
	while (more) {
		more = slice_cut(&rest, ' ', &one);
		buf_cstr(&b, between);
		buf_put(&b, fields_choice_label(f, row->name, one));
		between = "; ";
	}
	if (buf_err(&b) != ERR_OK || !arena_copy(f->arena, buf_slice(&b), &out))
		out = value;
	buf_fini(&b);
	return out;
}

struct slice choice_shown(struct fields *f, const struct field *row,
    struct slice value)
{
	struct slice said;

	if (row->kind == FIELD_CHECK)
		return value.n > 0 ? SLICE("yes") : SLICE("no");
	fields_set(f, row->name, value); /* known, wherever it is listed */
	said = choice_said(f, row, value);
	return said.n > 0 ? said : value;
}
