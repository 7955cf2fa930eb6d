#include "cgi/form/choice.h"

#include "lib/base/utf8.h"
#include "lib/core/builtin.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_location.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_site.h"
#include "lib/db/db_trunk.h"
#include "lib/phone/phone.h"

#define SAID_MAX     ((size_t)16384)
#define NOTICE_BYTES 240 /* of a choice: the key and the first words */

static void none_first(struct fields *f, const char *name, const char *none)
{
	if (none != NULL)
		fields_choice(f, name, SLICE(""), slice_from(none));
}

enum err choice_flows(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	struct flow_row *rows = NULL;
	size_t n = 0;
	const enum err e = db_flow_list(r->db, r->company, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice_id(f, name, ID_KIND_flow, rows[i].id.v,
		    rows[i].name);
	return e;
}

enum err choice_destinations(const struct req *r, struct fields *f,
    const char *name, const char *none)
{
	struct destination_row *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_destination_list(r->db, r->company, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice_id(f, name, ID_KIND_destination, rows[i].id.v,
		    rows[i].name);
	return e;
}

enum err choice_locations(const struct req *r, struct fields *f,
    const char *name, const char *none)
{
	struct location_row *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_location_list(r->db, r->company, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice_id(f, name, ID_KIND_location, rows[i].id.v,
		    rows[i].name);
	return e;
}

enum err choice_pools(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	struct pool_row *rows = NULL;
	size_t n = 0;
	const enum err e = db_pool_list(r->db, r->company, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice_id(f, name, ID_KIND_pool, rows[i].id.v,
		    rows[i].name);
	return e;
}

enum err choice_sites(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	struct site_row *rows = NULL;
	size_t n = 0;
	const enum err e = db_site_list(r->db, r->company, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice_id(f, name, ID_KIND_site, rows[i].id.v,
		    rows[i].name);
	return e;
}

enum err choice_trunks(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	struct trunk_row *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_trunk_list(r->db, r->account, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice_id(f, name, ID_KIND_trunk, rows[i].id.v,
		    rows[i].name);
	return e;
}

enum err choice_numbers(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	struct number_row *rows = NULL;
	size_t n = 0;
	const enum err e = db_number_list(r->db, r->company, SLICE(""),
	    CHOICE_NUMBERS_MAX, r->arena, &rows, &n);

	none_first(f, name, none);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		char shown[PHONE_TEXT_MAX], mem[PHONE_TEXT_MAX + DB_NAME_BYTES];
		struct buf b;

		phone_international(slice_from(rows[i].e164), shown);
		buf_over(&b, mem, sizeof(mem));
		buf_cstr(&b, shown);
		if (rows[i].label[0] != '\0')
			buf_cstr(&b, " ");
		buf_cstr(&b, rows[i].label);
		buf_char(&b, '\0');
		fields_choice_id(f, name, ID_KIND_number, rows[i].id.v, mem);
	}
	return e;
}

void choice_words(struct fields *f, const char *name, const char *const *words)
{
	for (; words[0] != NULL; words += 2)
		fields_choice(f, name, slice_from(words[0]),
		    slice_from(words[1]));
}

/* "notice.de: Dieser Anruf kann ..." */
static void add_notice(struct fields *f, const char *name, const char *key,
    const char *words)
{
	char mem[NOTICE_BYTES];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, key);
	buf_cstr(&b, ": ");
	buf_put(&b, utf8_head(slice_from(words), NOTICE_BYTES - 80));
	fields_choice(f, name, slice_from(key), buf_slice(&b));
}

enum err choice_notices(const struct req *r, struct fields *f, const char *name,
    const char *none)
{
	struct prompt_row *rows;
	size_t n, n_own;
	const struct builtin *all = builtin_all(&n);
	const enum err e =
	    db_prompt_list(r->db, r->company, r->arena, &rows, &n_own);

	none_first(f, name, none);
	for (size_t i = 0; i < n; i++)
		if (all[i].words != NULL &&
		    slice_starts(slice_from(all[i].key), SLICE("notice.")))
			add_notice(f, name, all[i].key, all[i].words);
	for (size_t i = 0; e == ERR_OK && i < n_own; i++)
		add_notice(f, name, rows[i].key, rows[i].name);
	return e;
}

struct slice choice_said(const struct fields *f, const struct field *row,
    struct slice value)
{
	struct slice rest = value, one, out = SLICE("");
	const char *between = "";
	bool more = true;
	struct buf b;

	if (row->kind == FIELD_CHOICE && value.n > 0)
		return fields_label(f, row->name, value);
	if (row->kind != FIELD_MANY || value.n == 0)
		return SLICE("");
	buf_init(&b, SAID_MAX);
	while (more) {
		more = slice_cut(&rest, ' ', &one);
		buf_cstr(&b, between);
		buf_put(&b, fields_label(f, row->name, one));
		between = "; ";
	}
	if (buf_err(&b) != ERR_OK || !arena_copy(f->arena, buf_slice(&b), &out))
		out = value;
	buf_fini(&b);
	return out;
}
