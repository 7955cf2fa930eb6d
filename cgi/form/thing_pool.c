#include "cgi/form/thing_pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/held.h"
#include "cgi/form/thing_sheet.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/phone/phone.h"

#define MEMBERS_SHOWN 50
/* A page in use is heard of every 65 s: with less its number would be others'
 * while it shows it (docs/decisions/0383). */
#define LEASE_MIN_S 90
#define LEASE_MAX_S 86400

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 100, .help = "“Web visits”." },
	{ "policy", "When all numbers are taken, show", .kind = FIELD_CHOICE },
	{ "overflow", "Overflow number", FIELD_CHOICE,
	    .help = "All visits that find none see this one, so it is seldom"
		    " sure which of them called." },
	{ "lease_s", "A visit keeps its number for", FIELD_NUMBER, LEASE_MIN_S,
	    LEASE_MAX_S,
	    .help = "Seconds after the last sign of life of its page; 180 is"
		    " usual." },
	{ "min_reuse_s", "Then it rests for", FIELD_NUMBER, 0,
	    DB_POOL_REUSE_MAX_S,
	    .help = "Seconds before another visit may have it. 0: not at all;"
		    " the longest unused goes first anyway." },
	{ "location", "Location", .kind = FIELD_CHOICE },
};

static const char *const policy_words[] = { "source",
	"the number of the visit's source, else the overflow number",
	"overflow", "the overflow number, else that of the visit's source",
	"own", "the business's own number", NULL };

static enum err choices(const struct req *r, struct fields *f)
{
	const enum err e =
	    choice_of(r, f, "overflow", "None", DB_CHOICE_NUMBER_FREE);

	choice_words(f, "policy", policy_words);
	return e == ERR_OK
		   ? choice_of(r, f, "location", "None", DB_CHOICE_LOCATION)
		   : e;
}

static enum err show(struct thing_list *l, const struct db_sheet *sheet,
    const struct db_sheet_cell *cells, struct thing_row *row)
{
	char text[32];
	enum err e;

	row->cell[0] = db_sheet_cell(sheet, cells, "name")->text;
	(void)snprintf(text, sizeof(text), "%" PRId64,
	    db_sheet_cell(sheet, cells, "numbers")->i);
	e = thing_cell(l, row, 1, slice_from(text));
	(void)snprintf(text, sizeof(text), "%" PRId64 " s",
	    db_sheet_cell(sheet, cells, "lease_s")->i);
	row->cell[3] = db_sheet_cell(sheet, cells, "overflow_number_id")->null
			   ? SLICE("no")
			   : SLICE("yes");
	return e == ERR_OK ? thing_cell(l, row, 2, slice_from(text)) : e;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	return thing_sheet(r, &thing_pool, "pool_sizes", show, l);
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct pool_row row;
	struct pool_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_pool_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "policy", row.policy);
	fields_set_id(f, "overflow", ID_KIND_number, row.overflow.v);
	fields_set_u64(f, "lease_s", row.lease_s);
	fields_set_u64(f, "min_reuse_s", row.min_reuse_s);
	fields_set_id(f, "location", ID_KIND_location, row.location.v);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "policy", "source");
	fields_set_cstr(f, "lease_s", "180");
	fields_set_cstr(f, "min_reuse_s", "0");
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct pool_row row = { .created_us = r->now_us },
			old = { .lease_s = 0 };
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	if (!f->fresh &&
	    (e = db_pool_get(r->db, r->company, row.id, &old)) != ERR_OK)
		return e;
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_copy(f, "policy", row.policy, sizeof(row.policy)))
		return ERR_SYNTAX;
	row.lease_s = (uint32_t)fields_u64(f, "lease_s");
	row.min_reuse_s = (uint32_t)fields_u64(f, "min_reuse_s");
	e = fields_id(f, "overflow", ID_KIND_number, row.overflow.v);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = fields_id(f, "location", ID_KIND_location, row.location.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = ERR_OK;
	if (!id_is_nil(row.overflow.v) &&
	    !id_eq(row.overflow.v, old.overflow.v))
		e = db_number_hold(r->db, r->company, row.overflow);
	if (e == ERR_OK)
		e = f->fresh ? db_pool_add(r->db, r->company, &row)
			     : db_pool_update(r->db, r->company, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "overflow",
		    "This number is a member of a pool, stands for a source"
		    " or rests.");
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct pool_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_pool_archive(r->db, r->company, key, r->now_us);
}

static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	struct pool_number_row *rows;
	struct pool_row pool;
	struct pool_id key;
	struct view *x;
	char text[200], pool_key[ID_TEXT_MAX], page[ID_TEXT_MAX + 8];
	size_t n;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_pool_get(r->db, r->company, key, &pool)) != ERR_OK ||
	    (e = db_pool_numbers(r->db, r->company, key, MEMBERS_SHOWN,
		 r->arena, &rows, &n)) != ERR_OK)
		return e;
	id_text(ID_KIND_pool, id, pool_key);
	(void)snprintf(page, sizeof(page), "/pools/%s", pool_key);
	thing_extra_link(
	    thing_extra(v, "use", "How full it is",
		"How many of its numbers are in use, and what another size"
		" would do."),
	    page, "Use of the pool");
	(void)snprintf(text, sizeof(text),
	    "It has %u number%s. Membership is set at each number; many at"
	    " once come in by CSV with this pool's name.",
	    pool.numbers, pool.numbers == 1 ? "" : "s");
	x = thing_extra(v, "members", "Members", text);
	for (size_t i = 0; i < n; i++) {
		char key_text[ID_TEXT_MAX], to[80], shown[PHONE_TEXT_MAX];

		id_text(ID_KIND_number, rows[i].id.v, key_text);
		(void)snprintf(to, sizeof(to), "/settings/numbers/%s",
		    key_text);
		phone_international(slice_from(rows[i].e164), shown);
		thing_extra_link(x, to, shown);
	}
	return ERR_OK;
}

const struct thing thing_pool = {
	.path = "/settings/pools",
	.one = "pool",
	.many = "Number pools",
	.intro = "Numbers that the tag shows to one web visit at a time.",
	.empty = "A pool lets you see which keyword made somebody call.",
	.id_kind = ID_KIND_pool,
	.searchable = true,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Numbers", "Lease", "Overflow" },
	.retire = "Archive",
	.retire_help =
	    "Possible when no site leases from it and it has no"
	    " numbers.",
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.holders = held_pool,
	.in_use =
	    "A site leases from this pool, or it has numbers. Move them"
	    " first.",
	.more = more,
};
