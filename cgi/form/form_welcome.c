#include "cgi/form/form_welcome.h"

#include <stdio.h>
#include <string.h>

#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/db/db_company.h"
#include "lib/db/db_setup.h"
#include "lib/phone/phone.h"

#define WAY_BYTES (ID_TEXT_MAX + 24)

enum step {
	STEP_COMPANY,
	STEP_CARRIER,
	STEP_DESTINATION,
	STEP_NUMBER,
	STEP_ROUTE,
	STEP_SOURCE,
	STEP_TAG,
	STEP_CALL,
	STEP_COUNT
};

static const struct {
	const char *name;
	const char *what;
	const char *path;
	const char *word;
	enum route_role role;
	bool wide;
} steps[STEP_COUNT] = {
	[STEP_COMPANY] = { "The business",
	    "Name, country, time zone and currency.", "/settings/companies/new",
	    "Add the business", ROUTE_OWNER, true },
	[STEP_CARRIER] = { "A carrier",
	    "The SIP trunk that brings your numbers’ calls.",
	    "/settings/trunks/new", "Add the carrier", ROUTE_ADMIN, true },
	[STEP_DESTINATION] = { "Who answers",
	    "The telephone or SIP address that shall ring.",
	    "/settings/destinations/new", "Add a destination", ROUTE_MANAGER,
	    false },
	[STEP_NUMBER] = { "A tracking number",
	    "One that your carrier gave you. The same form says where its calls"
	    " go.",
	    "/settings/numbers/new", "Add a number", ROUTE_MANAGER, false },
	[STEP_ROUTE] = { "Where its calls go",
	    "Give the number a call flow, or send it straight to the"
	    " destination.",
	    "/settings/numbers", "Choose at the number", ROUTE_MANAGER, false },
	[STEP_SOURCE] = { "What the number tells",
	    "In a pool it is shown to one visit of your site at a time. (Or let"
	    " it stand for one source, such as a leaflet, as a tracker.)",
	    "/settings/pools/new", "Make a pool", ROUTE_MANAGER, false },
	[STEP_TAG] = { "The tag on your site",
	    "One line in your pages. This step is done when the tag is seen.",
	    "/settings/sites", "Get the tag", ROUTE_MANAGER, false },
	[STEP_CALL] = { "The first call",
	    "Open your site through an advertisement’s link, dial the number"
	    " it shows, and watch the call arrive with its source.",
	    "/calls", "Open the call log", ROUTE_READ_ONLY, false },
};

static bool is_done(enum step step, const struct req *r,
    const struct setup_state *s)
{
	switch (step) {
	case STEP_COMPANY:
		return !id_is_nil(r->company.v);
	case STEP_CARRIER:
		return s->trunks > 0;
	case STEP_NUMBER:
		return s->numbers > 0;
	case STEP_DESTINATION:
		return s->destinations > 0;
	case STEP_ROUTE:
		return s->routed > 0;
	case STEP_SOURCE:
		return s->sources > 0;
	case STEP_TAG:
		return s->tag_seen_us != 0;
	case STEP_CALL:
		return !id_is_nil(s->first_credited.v);
	case STEP_COUNT:
		break;
	}
	return false;
}

/* Beside the last step: there are calls, but none with a source yet. */
static const char *note_of(enum step step, const struct setup_state *s)
{
	if (step == STEP_SOURCE && s->pools > 0 && s->sources == 0)
		return "The pool is there, and empty: choose it in the form of"
		       " the number.";
	if (step == STEP_TAG && s->sites > 0 && s->tag_seen_us == 0)
		return "The site is there; its tag was not seen yet.";
	if (step == STEP_CALL && s->calls > 0 && id_is_nil(s->first_credited.v))
		return "A call came in, but no source could be credited.";
	return NULL;
}

/* Straight to the number that is to be changed, and to the form of a site when
 * there is none. to: room for a path. */
static const char *way(enum step step, const struct setup_state *s,
    const char **word, char to[WAY_BYTES])
{
	char key[ID_TEXT_MAX];

	*word = steps[step].word;
	if (step == STEP_TAG && s->sites == 0) {
		*word = "Add the site";
		return "/settings/sites/new";
	}
	if (id_is_nil(s->loose.v) ||
	    (step != STEP_ROUTE && (step != STEP_SOURCE || s->pools == 0)))
		return steps[step].path;
	if (step == STEP_SOURCE)
		*word = "Put the number into it";
	id_text(ID_KIND_number, s->loose.v, key);
	(void)snprintf(to, WAY_BYTES, "/settings/numbers/%s", key);
	return to;
}

/* What the company was made with, which nobody may have chosen: a country that
 * is not theirs makes telephone numbers unreadable two steps on. NULL: there is
 * no company. */
static enum err write_read_as(const struct req *r, const char **out)
{
	char country[PHONE_PLACE_MAX];
	char text[PHONE_PLACE_MAX + DB_ZONE_BYTES + 160];
	struct company_row row;
	struct slice copy;
	enum err e;

	*out = NULL;
	if (id_is_nil(r->company.v))
		return ERR_OK;
	if ((e = db_company_get(r->db, r->company, &row)) != ERR_OK)
		return e;
	phone_country_name(row.country, country);
	(void)snprintf(text, sizeof(text),
	    "Numbers are read as dialled in %s, times are those of %s, values"
	    " are in %s: the company’s settings change that.",
	    country, row.time_zone, row.currency);
	if (!arena_copy(r->arena, slice_of(text, strlen(text) + 1), &copy))
		return ERR_NOMEM;
	*out = copy.p;
	return ERR_OK;
}

static void show_step(enum step step, const struct req *r,
    const struct setup_state *s, enum step next, const char *read_as,
    struct view *v)
{
	const char *note = step == STEP_COMPANY ? read_as : note_of(step, s);
	const bool done = is_done(step, r, s);
	char mem[WAY_BYTES];
	const char *word, *to = way(step, s, &word, mem);

	view_cstr(v, "name", steps[step].name);
	view_cstr(v, "what", steps[step].what);
	view_cstr(v, "to", to);
	view_cstr(v, "word", word);
	view_flag(v, "done", done);
	view_flag(v, "next", step == next);
	view_flag(v, "may",
	    !done && (steps[step].wide ? r->account_role : r->role) >=
			 (int)steps[step].role);
	view_flag(v, "has_note", note != NULL);
	view_cstr(v, "note", note);
}

static enum err show_guide(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "welcome.html");
	char call[ID_TEXT_MAX] = "";
	enum step next = STEP_COUNT;
	struct setup_state s;
	const char *read_as;
	size_t done = 0;
	enum err e;

	if ((e = frame_page(r, FRAME_PLACE_COUNT, "First steps", SLICE(""),
		 v)) != ERR_OK ||
	    (e = db_setup_state(r->db, r->account, r->company, &s)) != ERR_OK ||
	    (e = write_read_as(r, &read_as)) != ERR_OK)
		return e;
	for (int i = STEP_COUNT - 1; i >= 0; i--) {
		if (is_done((enum step)i, r, &s))
			done++;
		else
			next = (enum step)i;
	}
	view_list(v, "steps");
	for (int i = 0; i < STEP_COUNT; i++)
		show_step((enum step)i, r, &s, next, read_as,
		    view_item(v, "steps"));
	if (!id_is_nil(s.first_credited.v))
		id_text(ID_KIND_call, s.first_credited.v, call);
	view_u64(v, "done_n", done);
	view_u64(v, "steps_n", STEP_COUNT);
	view_flag(v, "all_done", next == STEP_COUNT);
	view_cstr(v, "call", call);
	return resp_view(out, v);
}

enum err form_welcome(const struct req *r, struct resp *out)
{
	struct view *v;
	bool any = true;
	enum err e;

	if (r->signed_in)
		return show_guide(r, out);
	if ((e = db_setup_any_user(r->db, &any)) != ERR_OK)
		return e;
	if (any)
		return ERR_AUTH;
	v = view_new(r->arena, "welcome_first.html");
	view_cstr(v, "title", "Welcome");
	return resp_view(out, v);
}
