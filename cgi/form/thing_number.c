#include "cgi/form/thing_number.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/held.h"
#include "cgi/form/number_form.h"
#include "cgi/form/phone_line.h"
#include "cgi/web/trail.h"
#include "lib/base/utf8.h"
#include "lib/db/db_company.h"
#include "lib/db/db_number.h"
#include "lib/db/db_number_use.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_pool.h"
#include "lib/phone/phone.h"
#include "lib/text/json_out.h"

#define WHY_MIN 10

static const char *const record_words[] = { "off", "No recording", "notice",
	"After a notice to the caller", NULL };
static const char *const silent_words[] = { "silent",
	"Without a notice (owner only)", NULL };

static const struct field fields[] = {
	{ "e164", "Number", FIELD_TEXT, 1, 32, .once = true,
	    .help = "As your carrier gave it to you: +1 415 555 0101, or in"
		    " the national form of the company's country." },
	{ "label", "Label", FIELD_TEXT, 0, 100,
	    .help = "For people: “Spring leaflet”." },
	{ "flow", "Calls run through the flow", .kind = FIELD_CHOICE },
	{ "destination", "or go straight to", FIELD_CHOICE,
	    .help = "Used when no flow is chosen." },
	{ "pool", "Web visits: member of the pool", FIELD_CHOICE,
	    .help = "A number in a pool is shown to one visit at a time." },
	{ "location", "Location", .kind = FIELD_CHOICE },
	{ "trunk", "Comes by", .kind = FIELD_CHOICE },
	{ "record", "Recording", FIELD_CHOICE, .group = "Recording" },
	{ "notice", "Notice that callers hear", FIELD_CHOICE,
	    .help = "Played before recording begins, unless the flow has"
		    " played one." },
	{ "record_why", "Why without a notice", FIELD_TEXT, 0, 500,
	    .help = "Needed for recording without a notice: which law and"
		    " which consent allow it. Goes into the audit log." },
};

static enum err choices(const struct req *r, struct fields *f)
{
	enum err e;

	choice_words(f, "record", record_words);
	choice_words(f, "record", silent_words);
	if ((e = choice_of(r, f, "flow", "No flow", DB_CHOICE_FLOW)) !=
		ERR_OK ||
	    (e = choice_of(r, f, "destination", "Nowhere",
		 DB_CHOICE_DESTINATION)) != ERR_OK ||
	    (e = choice_of(r, f, "pool", "No pool", DB_CHOICE_POOL)) !=
		ERR_OK ||
	    (e = choice_of(r, f, "location", "None", DB_CHOICE_LOCATION)) !=
		ERR_OK ||
	    (e = choice_notices(r, f, "notice", "The built-in one, English")) !=
		ERR_OK)
		return e;
	return choice_of(r, f, "trunk", "Any carrier", DB_CHOICE_TRUNK);
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return a[0] != '\0' ? a : b[0] != '\0' ? b : c;
}

/* The stored word in a list's few. */
static struct slice recorded(const char *word)
{
	static const char *const said[][2] = { { "off", "no" },
		{ "notice", "after a notice" },
		{ "silent", "without a notice" } };

	for (size_t i = 0; i < RT_ARRAY_LEN(said); i++)
		if (strcmp(word, said[i][0]) == 0)
			return slice_from(said[i][1]);
	return slice_from(word);
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct slice after = SLICE(""), text = SLICE("");
	struct number_use *rows;
	size_t n;
	enum err e;

	e = req_query(r, "after", &after);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query(r, "q", &text);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = db_number_use_list(r->db, r->company, after, slice_trim(text),
	    NUMBER_FORM_PAGE + 1, r->arena, &rows, &n);
	if (e == ERR_TOOBIG)
		return req_wrong(r, "q", "a text of up to 64 characters");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row;
		char shown[PHONE_TEXT_MAX];

		if (i == NUMBER_FORM_PAGE) {
			l->next_after = slice_from(rows[i - 1].e164);
			break;
		}
		row = thing_row_add(l, rows[i].id.v);
		phone_international(slice_from(rows[i].e164), shown);
		if (row == NULL ||
		    thing_cell(l, row, 0, slice_from(shown)) != ERR_OK)
			return ERR_NOMEM;
		row->badge = rows[i].quarantined_us != 0 ? "rests" : NULL;
		row->cell[1] = slice_from(rows[i].label);
		row->cell[2] = slice_from(
		    first_of(rows[i].flow, rows[i].destination, "nowhere yet"));
		row->cell[3] =
		    slice_from(first_of(rows[i].pool, rows[i].tracker, "–"));
		row->cell[4] = recorded(rows[i].record);
	}
	return e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct number_row row;
	struct number_id key;
	struct pool_id pool = { { 0 } };
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_number_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	if (row.released_us != 0)
		return ERR_NOTFOUND;
	e = db_pool_of(r->db, r->company, key, &pool);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	fields_set_cstr(f, "e164", row.e164);
	fields_set_cstr(f, "label", row.label);
	fields_set_id(f, "flow", ID_KIND_flow, row.flow.v);
	fields_set_id(f, "destination", ID_KIND_destination, row.destination.v);
	fields_set_id(f, "pool", ID_KIND_pool, pool.v);
	fields_set_id(f, "location", ID_KIND_location, row.location.v);
	fields_set_id(f, "trunk", ID_KIND_trunk, row.trunk.v);
	fields_set_cstr(f, "record", db_number_record_name(row.record));
	fields_set_cstr(f, "notice", row.notice_key);
	return f->e;
}

/* Where there are no flows and one destination, its calls can go nowhere
 * else. */
static void begin(const struct req *r, struct fields *f)
{
	struct policy_row policy = { .record_default = FLOW_RECORD_OFF };
	struct slice flow, desk;

	if (fields_choice_count(f, "flow", &flow) == 0 &&
	    fields_choice_count(f, "destination", &desk) == 1)
		fields_set(f, "destination", desk);

	if (db_policy_get(r->db, r->company, &policy) != ERR_OK)
		policy.record_default = FLOW_RECORD_OFF;
	fields_set_cstr(f, "record",
	    db_number_record_name(policy.record_default));
}

/* Silent recording: by an owner, with the reason, and into the audit log as
 * an event of its own. */
static enum err choose_record(const struct req *r, struct fields *f,
    const struct number_row *old, struct number_row *row)
{
	const struct slice why = fields_get(f, "record_why");
	struct trail t = { .action = "number.record_silent",
		.object_kind = "number",
		.object = row->id.v };
	char mem[4096];
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = db_number_record_parse(fields_get(f, "record"),
		 &row->record)) != ERR_OK)
		return e;
	row->record_confirmed_by = old->record_confirmed_by;
	if (row->record != FLOW_RECORD_SILENT) {
		memset(row->record_confirmed_by.v, 0, ID_BYTES);
		return ERR_OK;
	}
	if (old->record == FLOW_RECORD_SILENT)
		return ERR_OK;
	if (r->role < ROUTE_OWNER)
		fields_wrong(f, "record",
		    "Only an owner may record without a notice.");
	if (utf8_count(why) < WHY_MIN)
		fields_wrong(f, "record_why",
		    "Say why, in 10 to 500"
		    " characters.");
	if (!fields_good(f))
		return ERR_DENIED;
	row->record_confirmed_by = r->user;
	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "record");
	json_out_cstr(&j, "silent");
	json_out_key(&j, "why");
	json_out_str(&j, why);
	json_out_end(&j);
	if ((e = json_out_done(&j)) != ERR_OK)
		return e;
	t.after = json_out_text(&j);
	return trail_add(r, &t);
}

static enum err move_pool(const struct req *r, struct fields *f,
    struct number_id id)
{
	struct pool_id was = { { 0 } }, is = { { 0 } };
	enum err e;

	e = db_pool_of(r->db, r->company, id, &was);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = fields_id(f, "pool", ID_KIND_pool, is.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (id_eq(was.v, is.v))
		return ERR_OK;
	e = ERR_OK;
	if (!id_is_nil(was.v))
		e = db_pool_number_remove(r->db, r->company, was, id,
		    r->now_us);
	if (e == ERR_OK && !id_is_nil(is.v))
		e = db_pool_number_add(r->db, r->company, is, id, r->now_us);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "pool",
		    "The number stands for a source, is a pool's overflow or"
		    " rests. Free it first.");
	return e;
}

static enum err optional_id(const struct fields *f, const char *name,
    enum id_kind kind, uint8_t out[ID_BYTES])
{
	const enum err e = fields_id(f, name, kind, out);

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_number(const struct req *r, struct fields *f,
    struct number_row *row)
{
	struct company_row company;
	struct phone phone;
	enum err e = db_company_get(r->db, r->company, &company);

	if (e != ERR_OK)
		return e;
	if (phone_parse_whole(fields_get(f, "e164"), company.country, &phone) !=
		ERR_OK ||
	    number_form_kind(phone.e164, row) != ERR_OK) {
		fields_wrong(f, "e164",
		    phone_line_wrong(r->arena, fields_get(f, "e164"),
			company.country, false));
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct number_row row = { .added_us = r->now_us };
	struct number_row old = { .record = FLOW_RECORD_OFF };
	struct number_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if (f->fresh)
		e = read_number(r, f, &row);
	else
		e = db_number_get(r->db, r->company, key, &old);
	if (e != ERR_OK)
		return e;
	if (!f->fresh)
		row = old;
	row.id = key;
	if (!fields_copy(f, "label", row.label, sizeof(row.label)) ||
	    !fields_copy(f, "notice", row.notice_key, sizeof(row.notice_key)))
		return ERR_SYNTAX;
	memset(row.flow.v, 0, ID_BYTES);
	memset(row.destination.v, 0, ID_BYTES);
	memset(row.location.v, 0, ID_BYTES);
	memset(row.trunk.v, 0, ID_BYTES);
	if ((e = optional_id(f, "flow", ID_KIND_flow, row.flow.v)) != ERR_OK ||
	    (e = optional_id(f, "destination", ID_KIND_destination,
		 row.destination.v)) != ERR_OK ||
	    (e = optional_id(f, "location", ID_KIND_location,
		 row.location.v)) != ERR_OK ||
	    (e = optional_id(f, "trunk", ID_KIND_trunk, row.trunk.v)) !=
		ERR_OK ||
	    (e = choose_record(r, f, &old, &row)) != ERR_OK)
		return e;
	e = f->fresh ? db_number_add(r->db, r->company, &row)
		     : db_number_update(r->db, r->company, &row);
	if (e == ERR_CONFLICT) {
		fields_set_cstr(f, "e164", row.e164);
		fields_wrong(f, "e164",
		    "This number is in use on this installation already.");
	}
	return e == ERR_OK ? move_pool(r, f, key) : e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct number_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_number_release(r->db, r->company, key, r->now_us);
}

static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	char key[ID_TEXT_MAX], to[96];
	struct number_id number;
	bool rests = false;
	struct view *x;
	enum err e;

	memcpy(number.v, id, ID_BYTES);
	if ((e = db_number_rests(r->db, r->company, number, &rests)) != ERR_OK)
		return e;
	id_text(ID_KIND_number, id, key);
	(void)snprintf(to, sizeof(to), "/settings/numbers/%s/%s", key,
	    rests ? "lift" : "rest");
	x = thing_extra(v, "rest", rests ? "Resting" : "Let it rest",
	    rests ? "Calls are taken, but neither a pool nor a tracker may"
		    " have it. The rest ends by itself after the company's"
		    " term."
		  : "Before a number stands for another source it should"
		    " rest: people still call the old one. Calls are taken"
		    " meanwhile.");
	thing_extra_button(x, to, rests ? "End the rest" : "Let it rest");
	return ERR_OK;
}

const struct thing thing_number = {
	.path = "/settings/numbers",
	.one = "number",
	.many = "Numbers",
	.intro =
	    "Your tracking numbers, where their calls go and what they"
	    " stand for.",
	.empty = "Add the first number that your carrier gave you.",
	.id_kind = ID_KIND_number,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Number", "Label", "Goes to", "Used by", "Recording" },
	.retire = "Retire",
	.retire_help =
	    "The number is given back. Its calls stay in the log;"
	    " new calls to it are refused.",
	.second_path = "/settings/numbers/import",
	.second_word = "Import CSV",
	.searchable = true,
	.search_by = "Number or label",
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.holders = held_number,
	.in_use =
	    "A pool or a source tracker still uses the number. Free it"
	    " first.",
	.more = more,
};
