#include "cgi/form/thing_destination.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/held.h"
#include "cgi/form/hours_text.h"
#include "cgi/form/phone_line.h"
#include "cgi/form/thing_sheet.h"
#include "lib/core/geo.h"
#include "lib/core/nexthop.h"
#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/phone/phone.h"

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 100,
	    .help = "Who answers there: “Front desk”." },
	{ "target", "Telephone number or SIP address", FIELD_TEXT, 1, 255,
	    .help = "+1 415 555 0199, or sip:desk@pbx.example.com" },
	{ "ring_s", "Rings for", FIELD_NUMBER, 5, 300,
	    .help = "Seconds, 5 to 300, until nobody is there." },
	{ "trunk", "Called through", .kind = FIELD_CHOICE },
	{ "location", "Location", .kind = FIELD_CHOICE },
	{ "hours", "Takes calls", FIELD_LINES, 0, 2000,
	    .help =
		"Times as 09:00, until 24:00; from 22:00 to 06:00 is the"
		" night after that day. A day without times is closed, a week"
		" without any is always open. Single days, a line each:"
		" 2026-12-24 10:00-12:00, or 12-25 closed for every year.",
	    .group = "Limits, for flows", .week = true },
	{ "holidays", "And not on public holidays of", .kind = FIELD_CHOICE },
	{ "regions", "From callers in", FIELD_TEXT, 0, 255,
	    .help = "States, area codes, countries: CO, WY, 303. Empty:"
		    " everywhere." },
	{ "capacity", "Calls at once", FIELD_NUMBER, 0, 100000,
	    .help = "0 or empty: no limit, here and below." },
	{ "cap_hour", "Calls an hour", .kind = FIELD_NUMBER, .max = 10000000 },
	{ "cap_day", "Calls a day", .kind = FIELD_NUMBER, .max = 10000000 },
	{ "cap_month", "Calls a month", .kind = FIELD_NUMBER,
	    .max = 100000000 },
};

#define HOURS_BYTES DB_DESTINATION_HOURS_MAX

static enum err choices(const struct req *r, struct fields *f)
{
	static const struct {
		struct slice value, label;
	} holidays[] = {
		{ SLICE_INIT(""), SLICE_INIT("no country") },
		{ SLICE_INIT("us"), SLICE_INIT("the United States") },
		{ SLICE_INIT("ca"), SLICE_INIT("Canada") },
		{ SLICE_INIT("gb"), SLICE_INIT("the United Kingdom") },
	};
	const enum err e = choice_of(r, f, "trunk",
	    "The first carrier that may call out", DB_CHOICE_TRUNK);

	for (size_t i = 0; i < RT_ARRAY_LEN(holidays); i++)
		fields_choice(f, "holidays", holidays[i].value,
		    holidays[i].label);

	return e == ERR_OK
		   ? choice_of(r, f, "location", "None", DB_CHOICE_LOCATION)
		   : e;
}

static enum err show(struct thing_list *l, const struct db_sheet *sheet,
    const struct db_sheet_cell *cells, struct thing_row *row)
{
	const struct slice target = db_sheet_cell(sheet, cells, "target")->text;
	char text[PHONE_TEXT_MAX];

	row->cell[0] = db_sheet_cell(sheet, cells, "name")->text;
	row->cell[1] = target;
	if (phone_is_e164(target)) {
		phone_international(target, text);
		if (thing_cell(l, row, 1, slice_from(text)) != ERR_OK)
			return ERR_NOMEM;
	}
	(void)snprintf(text, sizeof(text), "%u s",
	    (unsigned int)db_sheet_cell(sheet, cells, "ring_s")->i);
	return thing_cell(l, row, 2, slice_from(text));
}

static enum err list(const struct req *r, struct thing_list *l)
{
	return thing_sheet(r, &thing_destination, "destinations", show, l);
}

static enum err load_limits(const struct req *r, struct destination_id id,
    struct fields *f)
{
	struct destination_limits l;
	struct slice holidays;
	struct buf text;
	enum err e;

	e = db_destination_limits(r->db, r->company, id, r->arena, &l);
	if (e != ERR_OK)
		return e;
	buf_init(&text, HOURS_BYTES);
	e = hours_text_write(l.hours, r->arena, &text, &holidays);
	if (e == ERR_OK) {
		fields_set(f, "hours", slice_trim(buf_slice(&text)));
		fields_set(f, "holidays", holidays);
	}
	buf_fini(&text);
	fields_set_cstr(f, "regions", l.regions);
	fields_set_u64(f, "capacity", l.capacity);
	fields_set_u64(f, "cap_hour", l.cap_hour);
	fields_set_u64(f, "cap_day", l.cap_day);
	fields_set_u64(f, "cap_month", l.cap_month);
	return e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct destination_row row;
	struct destination_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_destination_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "target", row.target);
	fields_set_u64(f, "ring_s", row.ring_s);
	fields_set_id(f, "trunk", ID_KIND_trunk, row.trunk.v);
	fields_set_id(f, "location", ID_KIND_location, row.location.v);
	e = load_limits(r, key, f);
	return e == ERR_OK ? f->e : e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "ring_s", "30");
}

/* A SIP address as it is, a number as E.164. */
static enum err read_target(const struct req *r, struct fields *f,
    struct destination_row *row)
{
	const struct slice s = fields_get(f, "target");
	struct company_row company;
	struct phone phone;
	enum err e;

	if (slice_starts(s, SLICE("sip:"))) {
		if (!nexthop_is_sip(s))
			fields_wrong(f, "target",
			    "A SIP address is sip:user@host or"
			    " sip:user@host:port, without blanks and < >,"
			    " by UDP.");
		return fields_copy(f, "target", row->target,
			   sizeof(row->target))
			   ? ERR_OK
			   : ERR_SYNTAX;
	}
	if ((e = db_company_get(r->db, r->company, &company)) != ERR_OK)
		return e;
	if (phone_parse_whole(s, company.country, &phone) != ERR_OK) {
		fields_wrong(f, "target",
		    phone_line_wrong(r->arena, s, company.country, false));
		return ERR_SYNTAX;
	}
	(void)snprintf(row->target, sizeof(row->target), "%s", phone.e164);
	return ERR_OK;
}

/* hours is in b. */
static enum err read_limits(struct fields *f, struct buf *b,
    struct destination_limits *l)
{
	*l = (struct destination_limits){
		.capacity = (uint32_t)fields_u64(f, "capacity"),
		.cap_hour = (uint32_t)fields_u64(f, "cap_hour"),
		.cap_day = (uint32_t)fields_u64(f, "cap_day"),
		.cap_month = (uint32_t)fields_u64(f, "cap_month"),
	};
	if (!fields_copy(f, "regions", l->regions, sizeof(l->regions)) ||
	    (l->regions[0] != '\0' && !geo_list_ok(slice_from(l->regions))))
		fields_wrong(f, "regions",
		    "States, area codes or countries, with commas: CO, 303.");
	if (hours_text_read(fields_get(f, "hours"), fields_get(f, "holidays"),
		b) != ERR_OK)
		fields_wrong(f, "hours",
		    "Times like 09:00 to 17:30, and single days like 12-25"
		    " closed or 2026-12-24 10:00-12:00.");
	l->hours = buf_slice(b);
	return fields_good(f) ? ERR_OK : ERR_SYNTAX;
}

static enum err write_row(const struct req *r, const struct fields *f,
    const struct destination_row *row, const struct destination_limits *l)
{
	const enum err e = f->fresh
			       ? db_destination_add(r->db, r->company, row)
			       : db_destination_update(r->db, r->company, row);

	return e == ERR_OK ? db_destination_limit(r->db, r->company, row->id, l)
			   : e;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct destination_row row = { .created_us = r->now_us };
	struct destination_limits limits;
	struct buf hours;
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	if ((e = read_target(r, f, &row)) != ERR_OK)
		return e;
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	row.ring_s = (uint32_t)fields_u64(f, "ring_s");
	e = fields_id(f, "trunk", ID_KIND_trunk, row.trunk.v);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = fields_id(f, "location", ID_KIND_location, row.location.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	buf_init(&hours, HOURS_BYTES);
	if ((e = read_limits(f, &hours, &limits)) == ERR_OK)
		e = write_row(r, f, &row, &limits);
	buf_fini(&hours);
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct destination_id key;
	bool used = false;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_destination_used(r->db, r->company, key, &used)) != ERR_OK)
		return e;
	return used ? ERR_CONFLICT
		    : db_destination_archive(r->db, r->company, key, r->now_us);
}

const struct thing thing_destination = {
	.path = "/settings/destinations",
	.one = "destination",
	.many = "Destinations",
	.intro = "The phones and SIP addresses that calls are forwarded to.",
	.empty = "Add the telephone that should ring when somebody calls.",
	.id_kind = ID_KIND_destination,
	.searchable = true,
	.search_by = "Name or number",
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Target", "Rings for" },
	.retire = "Archive",
	.retire_help = "It leaves lists and forms. Calls in the log keep it.",
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.holders = held_destination,
	.in_use =
	    "A number or a published flow still sends calls there."
	    " Change those first.",
};
