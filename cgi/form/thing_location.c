#include "cgi/form/thing_location.h"

#include <string.h>

#include "cgi/form/thing_sheet.h"
#include "lib/db/db_location.h"
#include "lib/phone/tz.h"

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 100,
	    .help = "As it should stand in reports: “Downtown branch”." },
	{ "time_zone", "Time zone", FIELD_TEXT, 1, 64,
	    .help = "An IANA name like America/New_York or Europe/Berlin." },
};

static enum err show(struct thing_list *l, const struct db_sheet *sheet,
    const struct db_sheet_cell *cells, struct thing_row *row)
{
	(void)l;
	row->cell[0] = db_sheet_cell(sheet, cells, "name")->text;
	row->cell[1] = db_sheet_cell(sheet, cells, "time_zone")->text;
	return ERR_OK;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	return thing_sheet(r, &thing_location, "locations", show, l);
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct location_row row;
	struct location_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_location_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "time_zone", row.time_zone);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	fields_set(f, "time_zone", r->company_zone);
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct location_row row = { .created_us = r->now_us };

	memcpy(row.id.v, id, ID_BYTES);
	if (!tz_valid(fields_get(f, "time_zone")))
		fields_wrong(f, "time_zone", "There is no such time zone.");
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_copy(f, "time_zone", row.time_zone,
		sizeof(row.time_zone)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	return f->fresh ? db_location_add(r->db, r->company, &row)
			: db_location_update(r->db, r->company, &row);
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct location_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_location_archive(r->db, r->company, key, r->now_us);
}

const struct thing thing_location = {
	.path = "/settings/locations",
	.one = "location",
	.many = "Locations",
	.intro =
	    "Places of the business: reports compare them, opening hours"
	    " follow their zone.",
	.empty = "A business with one place needs none.",
	.id_kind = ID_KIND_location,
	.searchable = true,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Time zone" },
	.retire = "Archive",
	.retire_help =
	    "It leaves lists and forms. Calls and numbers that"
	    " belong to it keep it.",
	.list = list,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
};
