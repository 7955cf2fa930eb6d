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

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 100,
	    .help = "The program that uses it: “Warehouse import”. It acts in"
		    " your name, and stops when your account is disabled." },
	{ "scopes", "It may", .kind = FIELD_MANY, .min = 1,
	    .help = "As little as it needs." },
	{ "days", "Good for", .kind = FIELD_CHOICE, .once = true },
};

static enum err choices(const struct req *r, struct fields *f)
{
	(void)r;
	for (int i = 0; i < SCOPE_COUNT; i++)
		fields_choice(f, "scopes",
		    slice_from(scope_name((enum scope_bit)i)),
		    slice_from(scope_what((enum scope_bit)i)));
	choice_words(f, "days", lives);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "days", "365");
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

static enum err list(const struct req *r, struct thing_list *l)
{
	struct api_key_row *rows;
	size_t n;
	enum err e = db_api_key_list(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);
		char scopes[SCOPE_TEXT_MAX];
		struct buf b;

		if (row == NULL)
			return ERR_NOMEM;
		buf_over(&b, scopes, sizeof(scopes));
		scope_write(rows[i].scopes, &b);
		row->badge = badge_of(&rows[i], r->now_us);
		row->cell[0] = slice_from(rows[i].name);
		row->cell[1] = slice_from(rows[i].hint);
		if ((e = thing_cell(l, row, 2, buf_slice(&b))) != ERR_OK ||
		    (e = date(r, l, row, 3, rows[i].expires_us, "no")) !=
			ERR_OK)
			return e;
		e = date(r, l, row, 4, rows[i].used_us, "never");
	}
	return e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	char scopes[SCOPE_TEXT_MAX];
	struct api_key_row row;
	struct api_key_id key;
	struct buf b;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_api_key_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	if (row.revoked_us != 0)
		return ERR_NOTFOUND;
	buf_over(&b, scopes, sizeof(scopes));
	scope_write(row.scopes, &b);
	fields_set_cstr(f, "name", row.name);
	fields_set(f, "scopes", buf_slice(&b));
	fields_set_u64(f, "days",
	    row.expires_us == 0
		? 0
		: (uint64_t)((row.expires_us - row.created_us) / RT_DAY_US));
	return f->e;
}

static enum err add(const struct req *r, struct fields *f,
    struct api_key_row *row)
{
	const int64_t days = (int64_t)fields_u64(f, "days");
	char text[sizeof(DB_API_KEY_PREFIX) + TOKEN_TEXT];
	uint8_t hash[TOKEN_HASH_BYTES];
	char token[TOKEN_TEXT + 1];
	enum err e;

	token_make(token);
	(void)snprintf(text, sizeof(text), DB_API_KEY_PREFIX "%s", token);
	(void)snprintf(row->hint, sizeof(row->hint), "%.*s", HINT_CHARS, text);
	row->account = r->account;
	row->company = r->company;
	row->created_by = r->user;
	row->created_us = r->now_us;
	row->expires_us = days == 0 ? 0 : r->now_us + days * RT_DAY_US;
	if ((e = token_hash(slice_from(text), hash)) != ERR_OK ||
	    (e = db_api_key_add(r->db, r->company, row, hash)) != ERR_OK)
		return e;
	f->shown_text =
	    "Copy the key to the program now. Only its hash is"
	    " kept here, so nobody can show it again.";
	return arena_copy(r->arena, slice_from(text), &f->shown) ? ERR_OK
								 : ERR_NOMEM;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct api_key_row row = { .scopes = 0 };
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	if (!fields_copy(f, "name", row.name, sizeof(row.name)))
		return ERR_SYNTAX;
	if ((e = scope_parse(fields_get(f, "scopes"), &row.scopes)) != ERR_OK) {
		fields_wrong(f, "scopes", "Choose from the list.");
		return e;
	}
	return f->fresh ? add(r, f, &row)
			: db_api_key_update(r->db, r->company, &row);
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct api_key_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_api_key_revoke(r->db, r->company, key, r->now_us);
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
	.columns = { "Name", "Begins with", "May", "Expires", "Last used" },
	.retire = "Revoke",
	.retire_help = "It opens nothing from this moment on.",
	.list = list,
	.choices = choices,
	.begin = begin,
	.load = load,
	.save = save,
	.retire_it = retire,
};
