#include "cgi/form/thing_conversion.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "lib/base/scan.h"
#include "lib/base/settings.h"
#include "lib/db/db_conversion.h"
#include "lib/db/db_mark.h"
#include "lib/hash/token.h"

static const char *const platforms[] = { "google", "Google Ads", "microsoft",
	"Microsoft Advertising", NULL };

static const struct field fields[] = {
	{ "name", "Name of the conversion", FIELD_TEXT, 1, 100,
	    .help = "To the letter as the platform knows it." },
	{ "platform", "Platform", .kind = FIELD_CHOICE, .once = true },
	{ "outcome", "Outcome", FIELD_CHOICE,
	    .group = "A call counts when all of these hold",
	    .help = "Spam never counts." },
	{ "tag", "Tag", .kind = FIELD_CHOICE },
	{ "min_talk_s", "Talk time, at least", FIELD_NUMBER, 0, 86400,
	    .help = "Seconds; 0: any." },
	{ "value", "Value", FIELD_TEXT, 0, 16, .group = "What it is worth",
	    .help = "In the company's currency, like 40 or 40.50. Empty: the"
		    " call's own value." },
};

static enum err choices(const struct req *r, struct fields *f)
{
	struct outcome_row *outcomes = NULL;
	size_t n = 0;
	enum err e;

	choice_words(f, "platform", platforms);
	fields_choice(f, "outcome", SLICE(""), SLICE("Any"));
	e = db_mark_outcomes(r->db, r->company, r->arena, &outcomes, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		fields_choice(f, "outcome", slice_from(outcomes[i].code),
		    slice_from(outcomes[i].name));
	return e == ERR_OK ? choice_of(r, f, "tag", "Any", DB_CHOICE_TAG) : e;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct conversion_rule_row *rows;
	size_t n;
	enum err e = db_conversion_list(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);

		if (row == NULL)
			return ERR_NOMEM;
		row->cell[0] = slice_from(rows[i].name);
		row->cell[1] = strcmp(rows[i].platform, "google") == 0
				   ? SLICE("Google Ads")
				   : SLICE("Microsoft Advertising");
		row->cell[2] = slice_from(rows[i].outcome);
	}
	return e;
}

static void show_value(struct fields *f, const struct conversion_rule_row *row)
{
	char text[40] = "";

	if (row->has_value)
		(void)snprintf(text, sizeof(text), "%lld.%02lld",
		    (long long)row->value_micros / 1000000,
		    (long long)row->value_micros % 1000000 / 10000);
	fields_set_cstr(f, "value", text);
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct conversion_rule_row row;
	struct conversion_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_conversion_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "platform", row.platform);
	fields_set_cstr(f, "outcome", row.outcome);
	fields_set_id(f, "tag", ID_KIND_tag, row.tag.v);
	fields_set_u64(f, "min_talk_s", row.min_talk_s);
	show_value(f, &row);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "platform", "google");
	fields_set_u64(f, "min_talk_s", 0);
}

/* "40" or "40.5" or "40.50". */
static bool read_value(struct slice s, int64_t *micros)
{
	uint64_t whole, cents = 0;

	if (scan_u64(&s, &whole) != ERR_OK || whole > 1000000000)
		return false;
	if (scan_byte(&s, '.') == ERR_OK) {
		const size_t digits = s.n;

		if (digits < 1 || digits > 2 || scan_u64(&s, &cents) != ERR_OK)
			return false;
		if (digits == 1)
			cents *= 10;
	}
	*micros = (int64_t)(whole * 1000000 + cents * 10000);
	return s.n == 0;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct conversion_rule_row row = { .created_us = r->now_us };
	const struct slice name = fields_get(f, "name");
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	row.has_value = fields_get(f, "value").n > 0;
	row.min_talk_s = fields_u64(f, "min_talk_s");
	if (row.has_value &&
	    !read_value(fields_get(f, "value"), &row.value_micros))
		fields_wrong(f, "value", "Write an amount like 40 or 40.50.");
	/* The file may be opened in a spreadsheet. */
	if (name.n > 0 && slice_find(SLICE("=+-@"), name.p[0], 0) < 4)
		fields_wrong(f, "name", "It cannot begin with = + - or @.");
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_copy(f, "platform", row.platform, sizeof(row.platform)) ||
	    !fields_copy(f, "outcome", row.outcome, sizeof(row.outcome)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	e = fields_id(f, "tag", ID_KIND_tag, row.tag.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (!f->fresh)
		return db_conversion_update(r->db, r->company, &row);
	token_make(row.secret);
	return db_conversion_add(r->db, r->company, &row);
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct conversion_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_conversion_archive(r->db, r->company, key, r->now_us);
}

/* One of the two files, by its secret address. */
static void show_file(const struct req *r,
    const struct conversion_rule_row *row, const char *file, const char *title,
    struct view *v)
{
	char address[SETTINGS_PATH_MAX + DB_CONVERSION_SECRET + 48];
	struct view *x;

	(void)snprintf(address, sizeof(address), "%s/feeds/%s/%s.csv",
	    r->settings->public_url, row->secret, file);
	x = thing_extra(v, file, title, address);
	(void)snprintf(address, sizeof(address), "/feeds/%s/%s.csv",
	    row->secret, file);
	thing_extra_link(x, address, "Download");
}

static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	struct conversion_rule_row row;
	struct conversion_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_conversion_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	show_file(r, &row, "conversions",
	    "Conversions: the address to fetch, keep it secret", v);
	show_file(r, &row, "adjustments",
	    "Adjustments: changed values, and what was taken back", v);
	return ERR_OK;
}

const struct thing thing_conversion = {
	.path = "/settings/conversions",
	.one = "conversion",
	.many = "Conversions",
	.intro =
	    "Which calls count as conversions, as files that Google Ads"
	    " and Microsoft Advertising fetch.",
	.empty =
	    "Add what counts, then give the platform the address of its"
	    " file.",
	.id_kind = ID_KIND_conversion,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Platform", "Outcome" },
	.retire = "Remove",
	.retire_help = "Its address answers no more.",
	.open_after = true,
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.more = more,
};
