#include "cgi/form/thing_site.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/lines.h"
#include "cgi/form/phone_line.h"
#include "cgi/form/site_links.h"
#include "cgi/form/site_pages.h"
#include "cgi/form/site_token.h"
#include "cgi/form/thing_sheet.h"
#include "lib/base/settings.h"
#include "lib/core/origin.h"
#include "lib/core/source_map.h"
#include "lib/db/db_company.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_page.h"
#include "lib/hash/token.h"
#include "lib/phone/phone.h"

#define KEY_CHARS  16 /* of base64url: 96 bits */
#define PARAMS_MAX 40

struct params {
	struct source_map v[PARAMS_MAX];
	size_t n;
};

static const char *const consents[] = { "assume",
	"Assumed: the site asks its visitors itself where the law wants it",
	"require", "Required: the tag waits for a yes of the visitor", NULL };

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, 1, 100, .help = "www.example.com" },
	{ "origins", "Addresses of the site", FIELD_LINES, 1, 8000,
	    .help = "One a line, like https://www.example.com. The tag works"
		    " nowhere else.",
	    .wrong = "Name at least one address, in up to 8000 characters." },
	{ "targets", "Numbers to replace", FIELD_LINES, 1, 4000,
	    .help = "The business's own numbers as they stand on the site,"
		    " one a line.",
	    .wrong = "Name at least one number, in up to 4000 characters." },
	{ "pool", "Visits get a number of the pool", .kind = FIELD_CHOICE },
	{ "consent", "Consent", FIELD_CHOICE,
	    .help = "Global Privacy Control and opt-outs are always"
		    " respected." },
	{ "location", "Location", .kind = FIELD_CHOICE },
	{ "pages", "Pages to look at", FIELD_LINES, 0, 12000, .group = "Health",
	    .help = "Looked at once a day: is the tag there, what would be"
		    " swapped, does a click's id survive? One whole address a"
		    " line, such as the landing pages of ads. None: the front"
		    " page." },
	{ "params", "Parameters of its own", FIELD_LINES, 0, 4000,
	    .group = "Where visits come from",
	    .help = "Only where the site's ads do not use the usual names. One"
		    " a line, as kw = keyword. Fields: utm_source, utm_medium,"
		    " utm_campaign, utm_term, utm_content, utm_id, keyword,"
		    " campaign_id, ad_group_id, ad_id, match_type, network,"
		    " device, placement, ad_place, and click ids such as"
		    " gclid." },
};

static enum err choices(const struct req *r, struct fields *f)
{
	const enum err e = choice_of(r, f, "pool", "None: source trackers only",
	    DB_CHOICE_POOL);

	choice_words(f, "consent", consents);
	return e == ERR_OK
		   ? choice_of(r, f, "location", "None", DB_CHOICE_LOCATION)
		   : e;
}

static enum err show(struct thing_list *l, const struct db_sheet *sheet,
    const struct db_sheet_cell *cells, struct thing_row *row)
{
	const struct db_sheet_cell *seen =
	    db_sheet_cell(sheet, cells, "seen_at");

	row->cell[0] = db_sheet_cell(sheet, cells, "name")->text;
	row->cell[1] = seen->null                        ? SLICE("never")
		       : l->now_us - seen->i < RT_DAY_US ? SLICE("within a day")
							 : SLICE("longer ago");
	row->cell[2] = slice_eq(db_sheet_cell(sheet, cells, "consent")->text,
			   SLICE("require"))
			   ? SLICE("required")
			   : SLICE("assumed");
	return ERR_OK;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	return thing_sheet(r, &thing_site, "sites", show, l);
}

/* --- parameters of its own -------------------------------------------------*/

static enum err load_params(const struct req *r, struct site_id site,
    struct fields *f)
{
	struct site_param *rows;
	struct buf b;
	size_t n;
	enum err e =
	    db_site_params(r->db, r->company, site, r->arena, &rows, &n);

	buf_init(&b, FIELD_TEXT_MAX);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		const struct source_map m = { rows[i].param, rows[i].field };

		if (i > 0)
			buf_char(&b, '\n');
		source_map_write(&m, &b);
	}
	if (e == ERR_OK && (e = buf_err(&b)) == ERR_OK)
		fields_set(f, "params", buf_slice(&b));
	buf_fini(&b);
	return e;
}

/* The lines as pairs, or what is wrong with them. */
static void check_params(struct fields *f, struct params *out)
{
	struct lines typed;

	out->n = 0;
	if (lines_read(fields_get(f, "params"), &typed) != ERR_OK)
		fields_wrong(f, "params", "These are too many.");
	for (size_t i = 0; i < typed.n && out->n < PARAMS_MAX; i++) {
		const enum err e = source_map_read(typed.v[i], &out->v[out->n]);

		if (e != ERR_OK)
			fields_wrong(f, "params",
			    e == ERR_NOTFOUND
				? "One of the lines names a field that there"
				  " is not."
				: "Each line is like kw = keyword.");
		else
			out->n++;
	}
	if (typed.n > PARAMS_MAX)
		fields_wrong(f, "params", "These are too many.");
	for (size_t i = 0; i < out->n; i++)
		for (size_t k = 0; k < i; k++)
			if (slice_eq_case(out->v[i].param, out->v[k].param))
				fields_wrong(f, "params",
				    "One of the names stands there twice.");
}

static bool wanted(const struct params *want, struct slice param)
{
	for (size_t i = 0; i < want->n; i++)
		if (slice_eq(want->v[i].param, param))
			return true;
	return false;
}

static enum err put_params(const struct req *r, struct site_id site,
    const struct params *want)
{
	struct site_param *rows;
	size_t n;
	enum err e =
	    db_site_params(r->db, r->company, site, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (!wanted(want, rows[i].param))
			e = db_site_param_set(r->db, r->company, site,
			    rows[i].param, SLICE(""));
	for (size_t i = 0; e == ERR_OK && i < want->n; i++)
		e = db_site_param_set(r->db, r->company, site, want->v[i].param,
		    want->v[i].field);
	return e;
}

/* --- the form --------------------------------------------------------------*/

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct slice *origins, *targets;
	size_t n_origins, n_targets;
	struct site_row row;
	struct site_id key;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_site_get(r->db, r->company, key, &row)) != ERR_OK ||
	    (e = db_site_origins(r->db, r->company, key, r->arena, &origins,
		 &n_origins)) != ERR_OK ||
	    (e = db_site_targets(r->db, r->company, key, r->arena, &targets,
		 &n_targets)) != ERR_OK ||
	    (e = lines_set(f, "origins", origins, n_origins)) != ERR_OK ||
	    (e = lines_set(f, "targets", targets, n_targets)) != ERR_OK ||
	    (e = site_pages_load(r, key, f)) != ERR_OK ||
	    (e = load_params(r, key, f)) != ERR_OK)
		return e;
	fields_set_cstr(f, "name", row.name);
	fields_set_id(f, "pool", ID_KIND_pool, row.pool.v);
	fields_set_cstr(f, "consent",
	    row.consent_required ? "require" : "assume");
	fields_set_id(f, "location", ID_KIND_location, row.location.v);
	return f->e;
}

/* With one pool its visits can get a number of no other. */
static void begin(const struct req *r, struct fields *f)
{
	struct slice pool;

	(void)r;
	fields_set_cstr(f, "consent", "assume");
	if (fields_choice_count(f, "pool", &pool) == 1)
		fields_set(f, "pool", pool);
}

static void check_origins(struct fields *f, struct lines *l)
{
	struct lines bare = { .n = 0 };

	if (lines_read(fields_get(f, "origins"), l) != ERR_OK)
		fields_wrong(f, "origins", "These are too many.");
	for (size_t i = 0; i < l->n; i++) {
		struct slice origin;

		if (!origin_read(l->v[i], &origin))
			fields_wrong(f, "origins",
			    "Each line is like https://www.example.com, with"
			    " nothing behind it; a name in other letters as"
			    " browsers send it, xn--....");
		else if (!lines_have(&bare, origin))
			bare.v[bare.n++] = origin;
	}
	*l = bare;
}

static bool among(const struct slice *rows, size_t n, struct slice s)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(rows[i], s))
			return true;
	return false;
}

static enum err taken(const struct req *r, struct fields *f,
    struct slice origin, const char *name)
{
	char mem[DB_NAME_BYTES + ORIGIN_MAX + 80];
	struct slice why;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b,
	    "“%s” has %.*s already; the tag there can mean"
	    " one site only.",
	    name, SLICE_FMT(origin));
	buf_char(&b, '\0');
	if (buf_err(&b) != ERR_OK || !arena_copy(r->arena, buf_slice(&b), &why))
		return ERR_NOMEM;
	fields_wrong(f, "origins", why.p);
	return ERR_OK;
}

/* Those of the origins that the site did not have must not be another's.
 * Asked once all is written: a form that came twice is told by what it wrote.
 */
static enum err check_free(const struct req *r, struct fields *f,
    struct site_id site, const struct lines *origins, const struct slice *had,
    size_t n_had)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < origins->n; i++) {
		char name[DB_NAME_BYTES];

		if (among(had, n_had, origins->v[i]))
			continue;
		e = db_site_origin_other(r->db, r->company, site, origins->v[i],
		    name);
		if (e == ERR_OK)
			e = taken(r, f, origins->v[i], name);
		else if (e == ERR_NOTFOUND)
			e = ERR_OK;
	}
	return e == ERR_OK && !fields_good(f) ? ERR_SYNTAX : e;
}

/* Every line as E.164. */
static enum err check_targets(const struct req *r, struct fields *f,
    struct lines *l)
{
	struct company_row company;
	struct lines typed;
	enum err e = db_company_get(r->db, r->company, &company);

	if (e != ERR_OK)
		return e;
	l->n = 0;
	if (lines_read(fields_get(f, "targets"), &typed) != ERR_OK)
		fields_wrong(f, "targets", "These are too many.");
	for (size_t i = 0; i < typed.n; i++) {
		struct phone phone;
		struct slice copy;

		if (phone_parse(typed.v[i], company.country, &phone) !=
		    ERR_OK) {
			fields_wrong(f, "targets",
			    phone_line_wrong(r->arena, typed.v[i],
				company.country, true));
			continue;
		}
		if (lines_have(l, slice_from(phone.e164)))
			continue;
		if (!arena_copy(r->arena, slice_from(phone.e164), &copy))
			return ERR_NOMEM;
		l->v[l->n++] = copy;
	}
	return ERR_OK;
}

/* Makes the rows of the database those of the form; changed: they were not. */
static enum err put_lines(const struct req *r, struct site_id site,
    const struct lines *want,
    enum err (*list_of)(struct db *, struct company_id, struct site_id,
	struct arena *, struct slice **, size_t *),
    enum err (
	*add)(struct db *, struct company_id, struct site_id, struct slice),
    enum err (
	*take)(struct db *, struct company_id, struct site_id, struct slice),
    bool *changed)
{
	struct lines have = { .n = 0 };
	struct slice *rows;
	size_t n;
	enum err e = list_of(r->db, r->company, site, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (!lines_have(want, rows[i])) {
			*changed = true;
			e = take(r->db, r->company, site, rows[i]);
		} else if (have.n < LINES_MAX)
			have.v[have.n++] = rows[i];
	}
	for (size_t i = 0; e == ERR_OK && i < want->n; i++)
		if (!lines_have(&have, want->v[i])) {
			*changed = true;
			e = add(r->db, r->company, site, want->v[i]);
		}
	return e;
}

/* The lines of a form: too many for the stack. */
struct typed {
	struct lines origins, targets, pages;
	struct params params;
};

static enum err check_lines(const struct req *r, struct fields *f,
    struct typed *out)
{
	enum err e;

	check_origins(f, &out->origins);
	check_params(f, &out->params);
	e = check_targets(r, f, &out->targets);
	return e == ERR_OK ? site_pages_check(r, f, &out->origins, &out->pages)
			   : e;
}

/* The pages of before are looked at for other numbers. */
static enum err put_typed(const struct req *r, struct site_id site,
    const struct typed *want)
{
	bool other = false, numbers = false;
	enum err e = put_lines(r, site, &want->origins, db_site_origins,
	    db_site_origin_add, db_site_origin_remove, &other);

	if (e == ERR_OK)
		e = put_lines(r, site, &want->targets, db_site_targets,
		    db_site_target_add, db_site_target_remove, &numbers);
	if (e == ERR_OK && numbers)
		e = site_pages_again(r, site);
	if (e == ERR_OK)
		e = put_lines(r, site, &want->pages, db_site_page_urls,
		    db_site_page_add, db_site_page_remove, &other);
	return e == ERR_OK ? put_params(r, site, &want->params) : e;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct site_row row = { .created_us = r->now_us };
	struct typed *typed = arena_alloc(r->arena, sizeof(*typed));
	char token[TOKEN_TEXT + 1];
	struct slice *had = NULL;
	size_t n_had = 0;
	enum err e;

	if (typed == NULL)
		return ERR_NOMEM;
	memcpy(row.id.v, id, ID_BYTES);
	if ((e = check_lines(r, f, typed)) != ERR_OK)
		return e;
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	row.consent_required =
	    slice_eq(fields_get(f, "consent"), SLICE("require"));
	e = fields_id(f, "pool", ID_KIND_pool, row.pool.v);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = fields_id(f, "location", ID_KIND_location, row.location.v);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	token_make(token);
	(void)snprintf(row.public_key, sizeof(row.public_key), "%.*s",
	    KEY_CHARS, token);
	e = f->fresh ? db_site_add(r->db, r->company, &row)
		     : db_site_update(r->db, r->company, &row);
	if (e == ERR_OK)
		e = db_site_origins(r->db, r->company, row.id, r->arena, &had,
		    &n_had);
	if (e == ERR_OK)
		e = put_typed(r, row.id, typed);
	return e == ERR_OK
		   ? check_free(r, f, row.id, &typed->origins, had, n_had)
		   : e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	struct site_id key;

	memcpy(key.v, id, ID_BYTES);
	return db_site_archive(r->db, r->company, key, r->now_us);
}

static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	char key_text[ID_TEXT_MAX], to[64];
	struct site_row row;
	struct site_id key;
	struct view *x;
	enum err e;

	memcpy(key.v, id, ID_BYTES);
	if ((e = db_site_get(r->db, r->company, key, &row)) != ERR_OK)
		return e;
	id_text(ID_KIND_site, id, key_text);
	x = thing_extra(v, "health", "How the tag gets on",
	    "What the pages look like from outside, and what the tag says.");
	(void)snprintf(to, sizeof(to), "/sites/%s", key_text);
	thing_extra_link(x, to, "Health of the site");
	(void)snprintf(to, sizeof(to), "/settings/sites/%s/check", key_text);
	thing_extra_button(x, to, "Look at its pages now");
	thing_extra_tag(thing_extra(v, "snippet", "The tag",
			    row.seen_us == 0
				? "Paste this line near the top of every page"
				  " of the site. It was not seen yet."
				: "This line stands near the top of every page"
				  " of the site. It was seen."),
	    r->settings->public_url, row.public_key);
	site_links_more(v);
	return site_token_more(r, key, v);
}

const struct thing thing_site = {
	.path = "/settings/sites",
	.one = "site",
	.many = "Web sites",
	.intro = "Sites that carry the tag, which swaps their numbers.",
	.empty = "Add the site whose visits you want to see in the calls.",
	.id_kind = ID_KIND_site,
	.searchable = true,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Tag seen", "Consent" },
	.retire = "Archive",
	.retire_help =
	    "The tag swaps nothing there any more; the page shows"
	    " its own numbers.",
	.open_after = true,
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.retire_it = retire,
	.more = more,
};
