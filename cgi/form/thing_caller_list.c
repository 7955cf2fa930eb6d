#include "cgi/form/thing_caller_list.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/lines.h"
#include "cgi/form/phone_line.h"
#include "lib/db/db_caller_list.h"
#include "lib/db/db_company.h"
#include "lib/hash/digest.h"
#include "lib/phone/phone.h"

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = DB_CALLER_LIST_NAME_MAX,
	    .once = true,
	    .help = "As flows name it: blocked, vip ... Small letters, digits,"
		    " - and _.",
	    .wrong = "Small letters, digits, - and _, up to 32." },
	{ "numbers", "Numbers", FIELD_LINES, .min = 0, .max = 6000,
	    .help = "One a line, up to 200. What a call of theirs gets is the"
		    " flow's business: its “caller” step asks for the list." },
};

/* Lists are known by name; addresses hold a key made of it. */
static enum err key_of(struct slice name, uint8_t out[ID_BYTES])
{
	uint8_t digest[DIGEST_SHA256_BYTES];
	const enum err e = digest_sha256(&name, 1, digest);

	if (e == ERR_OK)
		memcpy(out, digest, ID_BYTES);
	return e;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct caller_list_row *rows;
	size_t n;
	enum err e = db_caller_list_all(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row;
		uint8_t key[ID_BYTES];
		char text[24];

		if ((e = key_of(slice_from(rows[i].name), key)) != ERR_OK)
			return e;
		if ((row = thing_row_add(l, key)) == NULL)
			return ERR_NOMEM;
		row->cell[0] = slice_from(rows[i].name);
		(void)snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)rows[i].entries);
		e = thing_cell(l, row, 1, slice_from(text));
	}
	return e;
}

static enum err find(const struct req *r, const uint8_t id[ID_BYTES],
    struct caller_list_row *out)
{
	struct caller_list_row *rows;
	size_t n;
	enum err e = db_caller_list_all(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		uint8_t key[ID_BYTES];

		if ((e = key_of(slice_from(rows[i].name), key)) == ERR_OK &&
		    id_eq(key, id)) {
			*out = rows[i];
			return ERR_OK;
		}
	}
	return e == ERR_OK ? ERR_NOTFOUND : e;
}

static enum err numbers_of(const struct req *r, struct slice name,
    struct lines *out)
{
	struct caller_list_entry *rows;
	size_t n;
	const enum err e = db_caller_list_entries(r->db, r->company, name,
	    SLICE(""), LINES_MAX, r->arena, &rows, &n);

	out->n = 0;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		out->v[out->n++] = slice_from(rows[i].e164);
	return e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct caller_list_row row;
	struct lines numbers;
	enum err e;

	if ((e = find(r, id, &row)) != ERR_OK ||
	    (e = numbers_of(r, slice_from(row.name), &numbers)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	return lines_set(f, "numbers", numbers.v, numbers.n);
}

static enum err key(const struct req *r, const struct fields *f,
    uint8_t id[ID_BYTES])
{
	(void)r;
	return key_of(fields_get(f, "name"), id);
}

/* Every line as E.164. */
static enum err read_numbers(const struct req *r, struct fields *f,
    struct lines *out)
{
	struct company_row company;
	struct lines typed;
	enum err e = db_company_get(r->db, r->company, &company);

	if (e != ERR_OK)
		return e;
	out->n = 0;
	if (lines_read(fields_get(f, "numbers"), &typed) != ERR_OK)
		fields_wrong(f, "numbers", "These are too many.");
	for (size_t i = 0; i < typed.n; i++) {
		struct phone phone;
		struct slice copy;

		if (phone_parse(typed.v[i], company.country, &phone) !=
		    ERR_OK) {
			fields_wrong(f, "numbers",
			    phone_line_wrong(r->arena, typed.v[i],
				company.country, true));
			continue;
		}
		if (!arena_copy(r->arena, slice_from(phone.e164), &copy))
			return ERR_NOMEM;
		if (!lines_have(out, copy))
			out->v[out->n++] = copy;
	}
	return fields_good(f) ? ERR_OK : ERR_SYNTAX;
}

static enum err put(const struct req *r, struct slice name, struct slice number)
{
	struct caller_list_entry e = { .by = r->user, .added_us = r->now_us };

	if (!slice_to_cstr(number, e.e164, sizeof(e.e164)))
		return ERR_RANGE;
	return db_caller_list_put(r->db, r->company, name, &e);
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	const struct slice name = fields_get(f, "name");
	struct lines want, have = { .n = 0 };
	struct caller_list_row row = { .entries = 0 };
	enum err e;

	if (f->fresh && !db_caller_list_name_ok(name))
		fields_wrong(f, "name", "Small letters, digits, - and _.");
	if ((e = read_numbers(r, f, &want)) != ERR_OK)
		return e;
	e = f->fresh ? db_caller_list_add(r->db, r->company, name, SLICE(""),
			   r->now_us)
		     : find(r, id, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "name", "There is a list of this name.");
	if (e == ERR_OK && row.entries > LINES_MAX) {
		f->problem = "This list is too long to be changed here.";
		e = ERR_TOOBIG;
	}
	if (e == ERR_OK && !f->fresh)
		e = numbers_of(r, name, &have);
	for (size_t i = 0; e == ERR_OK && i < have.n; i++)
		if (!lines_have(&want, have.v[i]))
			e = db_caller_list_take(r->db, r->company, name,
			    have.v[i]);
	for (size_t i = 0; e == ERR_OK && i < want.n; i++)
		if (!lines_have(&have, want.v[i]))
			e = put(r, name, want.v[i]);
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct caller_list_row row;
	const enum err e = find(r, id, &row);

	return e == ERR_OK ? db_caller_list_remove(r->db, r->company,
				 slice_from(row.name))
			   : e;
}

const struct thing thing_caller_list = {
	.path = "/settings/lists",
	.one = "caller list",
	.many = "Caller lists",
	.intro = "Numbers by name, which flows ask for: blocked, VIP, staff.",
	.empty = "Add a list “blocked” for callers that nobody wants.",
	.id_kind = ID_KIND_caller_list,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Numbers" },
	.retire = "Delete",
	.retire_help =
	    "The list and its numbers are gone; flows that ask for"
	    " it find nobody in it.",
	.list = list,
	.load = load,
	.key = key,
	.save = save,
	.retire_it = retire,
};
