#include "cgi/form/thing_outcome.h"

#include <string.h>

#include "cgi/form/choice.h"
#include "lib/base/scan.h"
#include "lib/db/db_outcome.h"
#include "lib/hash/digest.h"

static const char *const counts[] = { "", "Neither lead nor sale", "lead",
	"A lead", "sale", "A sale, which is a lead as well", "spam",
	"Spam: left out of reports", NULL };

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 64, .help = "“Quote sent”." },
	{ "code", "Code", FIELD_TEXT, 1, 32, .once = true,
	    .help = "For exports and the API: small letters, digits, _." },
	{ "counts", "Counts as", FIELD_CHOICE, .once = true,
	    .help = "Decided once: reports were summed up by it." },
};

/* Outcomes are known by their code; addresses hold a key made of it. */
static enum err key_of(const char *code, uint8_t out[ID_BYTES])
{
	const struct slice part = slice_from(code);
	uint8_t digest[DIGEST_SHA256_BYTES];
	const enum err e = digest_sha256(&part, 1, digest);

	if (e == ERR_OK)
		memcpy(out, digest, ID_BYTES);
	return e;
}

static const char *counts_as(const struct outcome_row *row)
{
	return row->is_spam   ? "spam"
	       : row->is_sale ? "sale"
	       : row->is_lead ? "lead"
			      : "";
}

static enum err choices(const struct req *r, struct fields *f)
{
	(void)r;
	choice_words(f, "counts", counts);
	return f->e;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct outcome_row *rows;
	size_t n;
	enum err e = db_mark_outcomes(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row;
		uint8_t key[ID_BYTES];

		if ((e = key_of(rows[i].code, key)) != ERR_OK)
			return e;
		if ((row = thing_row_add(l, key)) == NULL)
			return ERR_NOMEM;
		row->cell[0] = slice_from(rows[i].name);
		row->cell[1] = slice_from(counts_as(&rows[i]));
		row->cell[2] = slice_from(rows[i].code);
	}
	return e;
}

static enum err find(const struct req *r, const uint8_t id[ID_BYTES],
    struct outcome_row *out)
{
	struct outcome_row *rows;
	size_t n;
	enum err e = db_mark_outcomes(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		uint8_t key[ID_BYTES];

		if ((e = key_of(rows[i].code, key)) == ERR_OK &&
		    id_eq(key, id)) {
			*out = rows[i];
			return ERR_OK;
		}
	}
	return e == ERR_OK ? ERR_NOTFOUND : e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct outcome_row row;
	const enum err e = find(r, id, &row);

	if (e != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "code", row.code);
	fields_set_cstr(f, "counts", counts_as(&row));
	return f->e;
}

static bool is_code(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_' && !scan_is_digit(s.p[i]) &&
		    (s.p[i] < 'a' || s.p[i] > 'z'))
			return false;
	return true;
}

/* The key of a new one is that of its code, not the id made for the form. */
static enum err add(const struct req *r, struct fields *f)
{
	const struct slice how = fields_get(f, "counts");
	struct outcome_row row = {
		.is_lead = slice_eq(how, SLICE("lead")) ||
			   slice_eq(how, SLICE("sale")),
		.is_sale = slice_eq(how, SLICE("sale")),
		.is_spam = slice_eq(how, SLICE("spam")),
	};
	enum err e;

	if (!is_code(fields_get(f, "code")))
		fields_wrong(f, "code", "Only small letters, digits and _.");
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_copy(f, "code", row.code, sizeof(row.code)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	e = db_outcome_add(r->db, r->company, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "code", "This code is taken.");
	if (e == ERR_TOOBIG)
		f->problem =
		    "A company has at most 200 outcomes. Archive one first.";
	return e;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct outcome_row row;
	enum err e;

	if (f->fresh)
		return add(r, f);
	if ((e = find(r, id, &row)) != ERR_OK)
		return e;
	return db_outcome_rename(r->db, r->company, slice_from(row.code),
	    fields_get(f, "name"));
}

static enum err key(const struct req *r, const struct fields *f,
    uint8_t id[ID_BYTES])
{
	char code[DB_OUTCOME_BYTES];

	(void)r;
	if (!slice_to_cstr(fields_get(f, "code"), code, sizeof(code)))
		return ERR_RANGE;
	return key_of(code, id);
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct outcome_row row;
	const enum err e = find(r, id, &row);

	return e == ERR_OK ? db_outcome_archive(r->db, r->company,
				 slice_from(row.code), r->now_us)
			   : e;
}

const struct thing thing_outcome = {
	.path = "/settings/outcomes",
	.one = "outcome",
	.many = "Outcomes",
	.intro = "What a call can come to, and what it counts as in reports.",
	.empty = "Add what your calls can come to.",
	.id_kind = ID_KIND_outcome,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Counts as", "Code" },
	.retire = "Archive",
	.retire_help =
	    "It cannot be chosen any more. Calls that have it keep"
	    " it, and so do the reports.",
	.list = list,
	.choices = choices,
	.load = load,
	.save = save,
	.key = key,
	.retire_it = retire,
};
