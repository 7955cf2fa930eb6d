#include "cgi/form/thing_company.h"

#include <string.h>

#include "cgi/form/held.h"
#include "lib/core/bp.h"
#include "lib/db/db_company.h"
#include "lib/phone/phone.h"
#include "lib/phone/tz.h"

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 100 },
	{ "time_zone", "Time zone", FIELD_TEXT, 1, 64,
	    .help = "An IANA name like America/New_York. Days and hours of"
		    " all reports follow it." },
	{ "country", "Country", FIELD_TEXT, 2, 2,
	    .help = "ISO code of national numbers: US, GB, DE ..." },
	{ "currency", "Currency", FIELD_TEXT, 3, 3,
	    .help = "ISO code: USD, EUR ... It stays once a value is"
		    " recorded." },
	{ "billable_s", "A call is qualified from", FIELD_NUMBER, 0, 86400,
	    .group = "What counts",
	    .help = "Seconds of talk; 60, 90 and 120 are usual. 0: by its"
		    " outcome only." },
	{ "credit_min_bp", "A source is credited from, %", FIELD_NUMBER, 1,
	    BP_WHOLE, .percent = true,
	    .help = "How probable a source has to be. 60 is usual; a call with"
		    " none that is counts as unknown." },
};

static enum err list(const struct req *r, struct thing_list *l)
{
	struct company_row *rows;
	size_t n;
	enum err e = db_company_list(r->db, r->account, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);

		if (row == NULL)
			return ERR_NOMEM;
		row->cell[0] = slice_from(rows[i].name);
		row->cell[1] = slice_from(rows[i].time_zone);
		row->cell[2] = slice_from(rows[i].country);
		row->cell[3] = slice_from(rows[i].currency);
	}
	return e;
}

static enum err find(const struct req *r, const uint8_t id[ID_BYTES],
    struct company_row *row)
{
	struct company_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	e = db_company_get(r->db, key, row);
	return e == ERR_OK && !id_eq(row->account.v, r->account.v)
		   ? ERR_NOTFOUND
		   : e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct company_row row;
	const enum err e = find(r, id, &row);

	if (e != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "time_zone", row.time_zone);
	fields_set_cstr(f, "country", row.country);
	fields_set_cstr(f, "currency", row.currency);
	fields_set_u64(f, "billable_s", row.billable_s);
	fields_set_u64(f, "credit_min_bp", row.credit_min_bp);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	fields_set(f, "time_zone",
	    r->company_zone.n > 0 ? r->company_zone : SLICE("UTC"));
	fields_set_cstr(f, "country", "US");
	fields_set_cstr(f, "currency", "USD");
	fields_set_cstr(f, "billable_s", "60");
	fields_set_cstr(f, "credit_min_bp", "6000");
}

static bool upper(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
	return true;
}

static bool read_row(struct fields *f, struct company_row *row)
{
	char place[PHONE_PLACE_MAX];

	if (!tz_valid(fields_get(f, "time_zone")))
		fields_wrong(f, "time_zone", "There is no such time zone.");
	if (!upper(fields_get(f, "currency")))
		fields_wrong(f, "currency", "Three capitals, like USD.");
	if (!fields_copy(f, "name", row->name, sizeof(row->name)) ||
	    !fields_copy(f, "time_zone", row->time_zone,
		sizeof(row->time_zone)) ||
	    !fields_copy(f, "country", row->country, sizeof(row->country)) ||
	    !fields_copy(f, "currency", row->currency, sizeof(row->currency)))
		return false;
	phone_country_name(row->country, place);
	if (!upper(slice_from(row->country)) || place[0] == '\0')
		fields_wrong(f, "country", "There is no such country.");
	row->billable_s = (uint32_t)fields_u64(f, "billable_s");
	row->credit_min_bp = (uint16_t)fields_u64(f, "credit_min_bp");
	return fields_good(f);
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct company_row row = { .created_us = r->now_us,
		.account = r->account };
	enum err e = ERR_OK;

	memcpy(row.id.v, id, ID_BYTES);
	if (!f->fresh)
		e = find(r, id, &row);
	if (e != ERR_OK)
		return e;
	if (!read_row(f, &row))
		return ERR_SYNTAX;
	if (f->fresh)
		return db_company_add(r->db, &row);
	e = db_company_update(r->db, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "currency",
		    "Values are recorded in the present currency.");
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct company_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_company_archive(r->db, r->account, key, r->now_us);
}

const struct thing thing_company = {
	.path = "/settings/companies",
	.one = "company",
	.many = "Companies",
	.intro =
	    "The client businesses of this account, each with its own"
	    " numbers, calls, zone and people.",
	.empty = "Add the first company.",
	.id_kind = ID_KIND_company,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Time zone", "Country", "Currency" },
	.retire = "Archive",
	.retire_help =
	    "It leaves every list; its calls stay. Possible when"
	    " all its numbers are retired.",
	.wide = true,
	.list = list,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.holders = held_company,
	.in_use = "The company has numbers in use. Retire them first.",
};

const struct thing thing_company_own = {
	.path = "/settings/company",
	.one = "company",
	.many = "Company",
	.intro = "Name, zone, currency, and what counts as a qualified call.",
	.id_kind = ID_KIND_company,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.single = true,
	.load = load,
	.save = save,
};
