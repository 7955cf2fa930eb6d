#include "cgi/form/thing_tracker.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "lib/core/tracker.h"
#include "lib/db/db_tracker.h"
#include "lib/phone/phone.h"

static const char *const channels[] = { "", "Follows from source and medium",
	"paid", "Paid search and ads", "organic", "Organic search", "direct",
	"Direct", "referral", "Referral", "social", "Social", "email", "Email",
	"offline", "Offline", "other", "Other", NULL };

static const char *const kinds[] = { "none",
	"Never: the number stands in print, on air or in a profile", "param",
	"When the landing address has a parameter", "url",
	"When the landing page is", "referrer", "When they come from the site",
	"group", "When they come from a group of sources", "always",
	"For every visit that no other rule fits", NULL };

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 100,
	    .help = "“Billboard, Highway 101”." },
	{ "number", "Number", FIELD_CHOICE, .once = true,
	    .help = "Stands for this source alone." },
	{ "source", "Source", FIELD_TEXT, 1, 100,
	    .group = "What its calls are credited to",
	    .help = "google, billboard, radio ..." },
	{ "medium", "Medium", FIELD_TEXT, 1, 100,
	    .help = "cpc, organic, offline ..." },
	{ "campaign", "Campaign", FIELD_TEXT, .min = 0, .max = 255 },
	{ "channel", "Channel", .kind = FIELD_CHOICE },
	{ "match_kind", "The tag shows it", FIELD_CHOICE,
	    .group = "On a web site",
	    .help = "By parameter, page or site: for the whole visit that"
		    " begins so. By group or for every visit: where the pool"
		    " has no number." },
	{ "match_value", "namely", FIELD_TEXT, 0, 255,
	    .help = "Parameter: utm_source=yelp or gclid. Page: /offers or"
		    " /offers*. Site: example.com. Group: google_paid,"
		    " google_organic, direct ..." },
	{ "site", "Site", .kind = FIELD_CHOICE },
};

static enum err choices(const struct req *r, struct fields *f)
{
	const enum err e =
	    choice_of(r, f, "number", NULL, DB_CHOICE_NUMBER_FREE);

	choice_words(f, "channel", channels);
	choice_words(f, "match_kind", kinds);
	return e == ERR_OK
		   ? choice_of(r, f, "site", "None: offline", DB_CHOICE_SITE)
		   : e;
}

static enum err show(const struct tracker_row *t, struct thing_list *l)
{
	struct thing_row *row = thing_row_add(l, t->id.v);
	char shown[PHONE_TEXT_MAX] = "";

	if (row == NULL)
		return ERR_NOMEM;
	phone_international(slice_from(t->e164), shown);
	row->cell[0] = slice_from(t->name);
	row->cell[2] = slice_from(t->source);
	row->cell[3] = slice_from(t->medium);
	row->cell[4] = slice_from(t->campaign);
	return thing_cell(l, row, 1, slice_from(shown));
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct tracker_id after = { { 0 } };
	struct slice text = SLICE("");
	struct tracker_row *rows = NULL;
	size_t n = 0;
	enum err e = thing_search(r, ID_KIND_tracker, after.v, &text);

	if (e == ERR_OK)
		e = db_tracker_list(r->db, r->company, after, text,
		    THING_PAGE + 1, r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n && i < THING_PAGE; i++)
		e = show(&rows[i], l);
	if (e == ERR_TOOBIG)
		return req_wrong(r, "q", "a text of up to 64 characters");
	return e == ERR_OK && n > THING_PAGE ? thing_more(&thing_tracker, l)
					     : e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct tracker_row row;
	struct tracker_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_tracker_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_id(f, "number", ID_KIND_number, row.number.v);
	fields_set_cstr(f, "source", row.source);
	fields_set_cstr(f, "medium", row.medium);
	fields_set_cstr(f, "campaign", row.campaign);
	fields_set_cstr(f, "channel", row.channel);
	fields_set_id(f, "site", ID_KIND_site, row.site.v);
	fields_set_cstr(f, "match_kind", row.match_kind);
	fields_set_cstr(f, "match_value", row.match_value);
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "match_kind", "none");
	fields_set_cstr(f, "medium", "offline");
}

/* A rule for visits needs a site and, but for "always", a value. */
static void check_rule(struct fields *f)
{
	enum tracker_kind kind;

	if (!tracker_kind_of(fields_get(f, "match_kind"), &kind))
		return;
	if (fields_get(f, "site").n == 0)
		fields_wrong(f, "site", "Say on which site the tag shows it.");
	if (kind != TRACKER_ALWAYS && fields_get(f, "match_value").n == 0)
		fields_wrong(f, "match_value", "Say what must fit.");
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct tracker_row row = { .created_us = r->now_us };
	enum err e;

	memcpy(row.id.v, id, ID_BYTES);
	check_rule(f);
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_copy(f, "source", row.source, sizeof(row.source)) ||
	    !fields_copy(f, "medium", row.medium, sizeof(row.medium)) ||
	    !fields_copy(f, "campaign", row.campaign, sizeof(row.campaign)) ||
	    !fields_copy(f, "channel", row.channel, sizeof(row.channel)) ||
	    !fields_copy(f, "match_kind", row.match_kind,
		sizeof(row.match_kind)) ||
	    !fields_copy(f, "match_value", row.match_value,
		sizeof(row.match_value)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	if ((e = fields_id(f, "number", ID_KIND_number, row.number.v)) !=
	    ERR_OK)
		return e;
	e = fields_id(f, "site", ID_KIND_site, row.site.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = f->fresh ? db_tracker_add(r->db, r->company, &row)
		     : db_tracker_update(r->db, r->company, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "number",
		    "This number is in a pool, stands for another source or"
		    " rests.");
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct tracker_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_tracker_archive(r->db, r->company, key, r->now_us);
}

/* What it costs is entered where all spend is. */
static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	char key[ID_TEXT_MAX], to[sizeof("/spend?tracker=") + ID_TEXT_MAX];
	struct view *x = thing_extra(v, "cost", "What it costs",
	    "An amount a month, for cost per call and return in the reports.");

	(void)r;
	id_text(ID_KIND_tracker, id, key);
	(void)snprintf(to, sizeof(to), "/spend?tracker=%s", key);
	thing_extra_link(x, to, "Its amounts");
	return ERR_OK;
}

const struct thing thing_tracker = {
	.path = "/settings/trackers",
	.one = "source tracker",
	.many = "Source trackers",
	.intro =
	    "One number that stands for one source: a billboard, a radio"
	    " spot, a profile, or a group of web visits.",
	.empty = "Give a number of its own to what you want to measure.",
	.id_kind = ID_KIND_tracker,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.searchable = true,
	.search_by = "Name, source, number",
	.columns = { "Name", "Number", "Source", "Medium", "Campaign" },
	.retire = "Archive",
	.retire_help =
	    "The number is free again; let it rest before it stands"
	    " for something else. Calls keep their source. What it costs a"
	    " month goes on until it is ended under spend.",
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.more = more,
};
