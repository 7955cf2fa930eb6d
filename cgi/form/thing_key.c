#include "cgi/form/thing_key.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "lib/core/scope.h"
#include "lib/db/db_api_key.h"
#include "lib/hash/token.h"
#include "lib/phone/tz.h"

#define HINT_CHARS 8 /* "rtk_" and four of the token's 43 */

static const char *const lives[] = { "30", "30 days", "90", "90 days", "365",
	"One year", "0", "Does not expire", NULL };

static const char *const reaches[] = { "company", "This company", "account",
	"All companies of the account", NULL };

static const struct company_id every;

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 100,
	    .help = "The program that uses it: “Warehouse import”. It acts in"
		    " your name, and stops when your account is disabled." },
	{ "scopes", "It may", .kind = FIELD_MANY, .min = 1,
	    .help = "As little as it needs." },
	{ "in", "In", .kind = FIELD_CHOICE, .once = true },
	{ "days", "Good for", .kind = FIELD_CHOICE, .once = true },
};

/* Keys of all companies are of those who administer all of them. */
static bool may_wide(const struct req *r)
{
	return r->account_role >= ROUTE_ADMIN;
}

/* One of the company's or, for those, the account's. */
static enum err find(const struct req *r, const uint8_t id[ID_BYTES],
    struct api_key_row *row)
{
	struct api_key_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_api_key_get(r->db, r->company, key, row);
	if (e != ERR_NOTFOUND || !may_wide(r))
		return e;
	e = db_api_key_get(r->db, every, key, row);
	return e == ERR_OK && !id_eq(row->account.v, r->account.v)
		   ? ERR_NOTFOUND
		   : e;
}

static enum err choices(const struct req *r, struct fields *f)
{
	for (int i = 0; i < SCOPE_COUNT; i++)
		fields_choice(f, "scopes",
		    slice_from(scope_name((enum scope_bit)i)),
		    slice_from(scope_what((enum scope_bit)i)));
	choice_words(f, "days", lives);
	for (const char *const *w = reaches; w[0] != NULL; w += 2)
		if (may_wide(r) || w == reaches)
			fields_choice(f, "in", slice_from(w[0]),
			    slice_from(w[1]));
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "days", "365");
	fields_set_cstr(f, "in", "company");
}

static const char *badge_of(const struct api_key_row *k, int64_t now_us)
{
	return k->revoked_us != 0                              ? "revoked"
	       : k->expires_us != 0 && k->expires_us <= now_us ? "expired"
							       : NULL;
}

static enum err date(const struct req *r, struct thing_list *l,
    struct thing_row *row, size_t cell, int64_t us, const char *none)
{
	char text[TZ_TEXT_MAX];
	struct tz *z;
	enum err e;

	if (us == 0)
		return thing_cell(l, row, cell, slice_from(none));
	if ((e = tz_open(r->company_zone, &z)) != ERR_OK)
		return e;
	tz_text_short(z, us, r->now_us, text);
	tz_close(z);
	return thing_cell(l, row, cell, slice_from(text));
}

static enum err add_row(const struct req *r, struct thing_list *l,
    const struct api_key_row *k)
{
	struct thing_row *row = thing_row_add(l, k->id.v);
	char scopes[SCOPE_TEXT_MAX];
	struct buf b;
	enum err e;

	if (row == NULL)
		return ERR_NOMEM;
	buf_over(&b, scopes, sizeof(scopes));
	scope_write(k->scopes, &b);
	row->badge = badge_of(k, r->now_us);
	row->cell[0] = slice_from(k->name);
	row->cell[1] = slice_from(k->hint);
	row->cell[3] = id_is_nil(k->company.v) ? SLICE("all companies")
					       : SLICE("this company");
	if ((e = thing_cell(l, row, 2, buf_slice(&b))) != ERR_OK ||
	    (e = date(r, l, row, 4, k->expires_us, "no")) != ERR_OK)
		return e;
	return date(r, l, row, 5, k->used_us, "never");
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct api_key_row *rows = NULL, *wide = NULL;
	size_t n = 0, n_wide = 0;
	enum err e = db_api_key_list(r->db, r->company, r->arena, &rows, &n);

	if (e == ERR_OK && may_wide(r))
		e = db_api_key_list_wide(r->db, r->account, r->arena, &wide,
		    &n_wide);
	for (size_t i = 0; e == ERR_OK && i < n_wide; i++)
		e = add_row(r, l, &wide[i]);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = add_row(r, l, &rows[i]);
	return e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	char scopes[SCOPE_TEXT_MAX];
	struct api_key_row row;
	struct buf b;
	enum err e;

	if ((e = find(r, id, &row)) != ERR_OK)
		return e;
	if (row.revoked_us != 0)
		return ERR_NOTFOUND;
	buf_over(&b, scopes, sizeof(scopes));
	scope_write(row.scopes, &b);
	fields_set_cstr(f, "name", row.name);
	fields_set(f, "scopes", buf_slice(&b));
	fields_set_cstr(f, "in",
	    id_is_nil(row.company.v) ? "account" : "company");
	fields_set_u64(f, "days",
	    row.expires_us == 0
		? 0
		: (uint64_t)((row.expires_us - row.created_us) / RT_DAY_US));
	return f->e;
}

/* Its hint into the row, and to be shown. */
static enum err make_key(const struct req *r, struct fields *f,
    struct api_key_row *row, uint8_t hash[TOKEN_HASH_BYTES])
{
	char text[sizeof(DB_API_KEY_PREFIX) + TOKEN_TEXT];
	char token[TOKEN_TEXT + 1];

	token_make(token);
	(void)snprintf(text, sizeof(text), DB_API_KEY_PREFIX "%s", token);
	(void)snprintf(row->hint, sizeof(row->hint), "%.*s", HINT_CHARS, text);
	f->shown_text =
	    "Copy the key to the program now. Only its hash is"
	    " kept here, so nobody can show it again.";
	return arena_copy(r->arena, slice_from(text), &f->shown)
		   ? token_hash(slice_from(text), hash)
		   : ERR_NOMEM;
}

static enum err add(const struct req *r, struct fields *f,
    struct api_key_row *row)
{
	const int64_t days = (int64_t)fields_u64(f, "days");
	uint8_t hash[TOKEN_HASH_BYTES];
	enum err e;

	if ((e = make_key(r, f, row, hash)) != ERR_OK)
		return e;
	row->account = r->account;
	if (slice_eq_cstr(fields_get(f, "in"), "account")) {
		if (!may_wide(r))
			return ERR_DENIED;
	} else {
		row->company = r->company;
	}
	row->created_by = r->user;
	row->created_us = r->now_us;
	row->expires_us = days == 0 ? 0 : r->now_us + days * RT_DAY_US;
	return db_api_key_add(r->db, row->company, row, hash);
}

static enum err again(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct api_key_row row;
	enum err e;

	if ((e = find(r, id, &row)) != ERR_OK ||
	    (e = make_key(r, f, &row, hash)) != ERR_OK)
		return e;
	return db_api_key_renew(r->db, row.company, &row, hash,
	    r->now_us - THING_AGAIN_US);
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct api_key_row row = { .scopes = 0 };
	enum err e = ERR_OK;

	memcpy(row.id.v, id, ID_BYTES);
	if (!f->fresh)
		e = find(r, id, &row);
	if (e != ERR_OK)
		return e;
	if (!fields_copy(f, "name", row.name, sizeof(row.name)))
		return ERR_SYNTAX;
	if ((e = scope_parse(fields_get(f, "scopes"), &row.scopes)) != ERR_OK) {
		fields_wrong(f, "scopes", "Choose from the list.");
		return e;
	}
	return f->fresh ? add(r, f, &row)
			: db_api_key_update(r->db, row.company, &row);
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct api_key_row row;
	const enum err e = find(r, id, &row);

	return e == ERR_OK
		   ? db_api_key_revoke(r->db, row.company, row.id, r->now_us)
		   : e;
}

const struct thing thing_key = {
	.path = "/settings/keys",
	.one = "API key",
	.many = "API keys",
	.intro = "For programs that use the JSON endpoints under /api/v1.",
	.empty = "No program has access.",
	.id_kind = ID_KIND_api_key,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Begins with", "May", "In", "Expires",
	    "Last used" },
	.retire = "Revoke",
	.retire_help = "It opens nothing from this moment on.",
	.list = list,
	.choices = choices,
	.begin = begin,
	.load = load,
	.save = save,
	.again = again,
	.retire_it = retire,
};
