#include "cgi/dni/dni_hit.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/core/clickid.h"
#include "lib/core/taghealth.h"
#include "lib/core/urlq.h"
#include "lib/json/json_in.h"
#include "lib/phone/phone.h"

#define DEPTH_MAX  4
#define PLACES_MAX 100000 /* of a page */

static const char *const event_names[DNI_EVENT_COUNT] = {
	[DNI_EVENT_VIEW] = "view",
	[DNI_EVENT_TEL_CLICK] = "tel_click",
	[DNI_EVENT_CONSENT_WITHDRAWN] = "consent_withdrawn",
	[DNI_EVENT_CUSTOM] = "custom",
	[DNI_EVENT_FORM] = "form",
	[DNI_EVENT_ABOUT] = "about",
};

struct parse {
	const struct json_node *root;
	struct arena *mem;
	const char **why;
};

static enum err wrong(struct parse *p, const char *why)
{
	*p->why = why;
	return ERR_SYNTAX;
}

static bool is_line(unsigned char c)
{
	return c == '\n' || c == '\t' || c == '\r';
}

/* A copy that can be read anywhere: control characters, of C1 too (U+0080 to
 * U+009F, two bytes), are blanks. lines: but for those between lines. */
static bool copy_clean(struct arena *mem, struct slice s, bool lines,
    struct slice *out)
{
	char *p = arena_alloc(mem, s.n);

	if (p == NULL)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		const bool c1 = c == 0xc2 && i + 1 < s.n &&
				(unsigned char)s.p[i + 1] < 0xa0;

		p[i] = s.p[i];
		if (((c < ' ' || c == 0x7f) && !(lines && is_line(c))) || c1)
			p[i] = ' ';
		if (c1)
			p[++i] = ' ';
	}
	*out = slice_of(p, s.n);
	return true;
}

/* Missing members give "". cut: what is longer is cut, else refused. */
static enum err text(struct parse *p, const char *key, size_t max, bool cut,
    struct slice *out, const char *why)
{
	struct slice s = SLICE("");

	if (json_in_opt_text(p->root, key, cut ? SIZE_MAX : max, &s) != ERR_OK)
		return wrong(p, why);
	return copy_clean(p->mem, utf8_head(s, max), false, out) ? ERR_OK
								 : ERR_NOMEM;
}

/* An id that cannot be read counts as none: an old or damaged cookie must not
 * cost the visitor the number. */
static void id(struct parse *p, const char *key, enum id_kind kind,
    uint8_t out[ID_BYTES])
{
	struct slice s;

	memset(out, 0, ID_BYTES);
	if (json_in_text(json_in_get(p->root, key), ID_TEXT_MAX, &s) ==
		ERR_OK &&
	    id_parse(kind, s, out) != ERR_OK)
		memset(out, 0, ID_BYTES);
}

static enum err consent(struct parse *p, struct dni_hit *h)
{
	struct slice s;

	if (text(p, "consent", 8, false, &s, "") != ERR_OK)
		return wrong(p, "consent: must be \"yes\" or \"no\"");
	if (s.n == 0)
		h->consent = DNI_CONSENT_UNSAID;
	else if (slice_eq(s, SLICE("yes")))
		h->consent = DNI_CONSENT_YES;
	else if (slice_eq(s, SLICE("no")))
		h->consent = DNI_CONSENT_NO;
	else
		return wrong(p, "consent: must be \"yes\" or \"no\"");
	return ERR_OK;
}

/* Browsers say where somebody came from by an address, Android's apps by their
 * name. What is neither is nobody's. */
static bool is_from(struct slice referrer)
{
	struct urlq u;

	return urlq_split(referrer, &u) == ERR_OK ||
	       slice_starts_case(referrer, SLICE("android-app://"));
}

static enum err page(struct parse *p, struct dni_hit *h)
{
	struct urlq u;
	enum err e;

	e = text(p, "url", URLQ_MAX, false, &h->url,
	    "url: text of at most 2048 bytes");
	if (e != ERR_OK)
		return e;
	if (h->url.n == 0)
		return wrong(p, "url: missing");
	if (urlq_split(h->url, &u) != ERR_OK)
		return wrong(p, "url: not an http or https address");
	e = text(p, "ref", URLQ_MAX, true, &h->referrer, "ref: must be text");
	if (e == ERR_OK && !is_from(h->referrer))
		h->referrer = SLICE("");
	if (e == ERR_OK)
		e = formrule_mask_url(p->mem, h->url, &h->url);
	if (e == ERR_OK)
		e = formrule_mask_url(p->mem, h->referrer, &h->referrer);
	if (e != ERR_OK)
		return e;
	return text(p, "title", 255, true, &h->title, "title: must be text");
}

static enum err targets(struct parse *p, struct dni_hit *h)
{
	const struct json_node *list = json_in_get(p->root, "targets");
	const enum json_in_kind kind = json_in_kind(list);

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL)
		return ERR_OK;
	if (kind != JSON_IN_ARRAY || json_in_count(list) > DNI_HIT_TARGETS_MAX)
		return wrong(p, "targets: a list of at most 20 numbers");
	for (size_t i = 0; i < json_in_count(list); i++) {
		struct slice s;

		if (json_in_text(json_in_at(list, i), 16, &s) != ERR_OK ||
		    !phone_is_e164(s))
			return wrong(p, "targets: numbers in E.164 form");
		if (!arena_copy(p->mem, s, &h->targets[h->n_targets++]))
			return ERR_NOMEM;
	}
	return ERR_OK;
}

/* Cut ids would be wrong ids: what is too long, or no id, is none. */
static enum err whole(struct parse *p, const char *key, size_t max,
    struct slice *out, const char *why)
{
	const enum err e = text(p, key, SIZE_MAX, true, out, why);

	if (e == ERR_OK && (out->n > max || !clickid_is_signs(*out)))
		*out = SLICE("");
	return e;
}

static enum err others_ids(struct parse *p, struct dni_hit *h)
{
	enum err e;

	e = whole(p, "zone", 64, &h->zone, "zone: must be text");
	if (e == ERR_OK)
		e = whole(p, "ga", 64, &h->ga, "ga: must be text");
	if (e == ERR_OK)
		e = whole(p, "gas", 32, &h->ga_session, "gas: must be text");
	if (e == ERR_OK)
		e = whole(p, "fbc", 600, &h->fbc, "fbc: must be text");
	if (e == ERR_OK)
		e = whole(p, "fbp", 64, &h->fbp, "fbp: must be text");
	return e;
}

static enum err hidden(struct parse *p, struct dni_hit *h)
{
	return json_in_opt_bool(p->root, "hidden", &h->hidden) == ERR_OK
		   ? ERR_OK
		   : wrong(p, "hidden: must be true or false");
}

static enum err visit_members(struct parse *p, struct dni_hit *h)
{
	enum err e;

	if ((e = page(p, h)) != ERR_OK || (e = consent(p, h)) != ERR_OK)
		return e;
	if ((e = others_ids(p, h)) != ERR_OK)
		return e;
	if ((e = hidden(p, h)) != ERR_OK)
		return e;
	return targets(p, h);
}

static enum err allocate_members(struct parse *p, struct dni_hit *h)
{
	enum err e;

	if ((e = visit_members(p, h)) != ERR_OK)
		return e;
	e = text(p, "ip", 45, false, &h->ip, "ip: at most 45 bytes");
	if (e == ERR_OK && h->ip.n == 0)
		return wrong(p, "ip: missing");
	if (e == ERR_OK)
		e = text(p, "ua", 1024, true, &h->agent, "ua: must be text");
	return e;
}

static enum err use(struct parse *p, struct dni_hit *h)
{
	h->tells_use =
	    json_in_kind(json_in_get(p->root, "used")) > JSON_IN_NULL;
	return json_in_opt_bool(p->root, "used", &h->used) == ERR_OK
		   ? ERR_OK
		   : wrong(p, "used: must be true or false");
}

static enum err beat_members(struct parse *p, struct dni_hit *h)
{
	int64_t s = 0;

	if (id_is_nil(h->visit.v))
		return wrong(p, "visit: missing or not a visit's id");
	/* A beat a minute; a sleeping machine must not count its night. */
	if (json_in_opt_i64(p->root, "engaged_s", 0, 3600, &s) != ERR_OK)
		return wrong(p, "engaged_s: a number from 0 to 3600");
	h->engaged_s = (uint32_t)s;
	if (hidden(p, h) != ERR_OK || use(p, h) != ERR_OK)
		return ERR_SYNTAX;
	/* Tags of before did not name the page. */
	return json_in_kind(json_in_get(p->root, "url")) == JSON_IN_MISSING
		   ? ERR_OK
		   : page(p, h);
}

static enum err custom_members(struct parse *p, struct dni_hit *h)
{
	enum err e;

	e = text(p, "name", 64, true, &h->name, "name: must be text");
	if (e == ERR_OK && h->name.n == 0)
		return wrong(p, "name: missing");
	if (e == ERR_OK)
		e = text(p, "detail", 255, true, &h->detail,
		    "detail: must be text");
	if (e == ERR_OK)
		e = formrule_mask(p->mem, h->name, &h->name);
	return e == ERR_OK ? formrule_mask(p->mem, h->detail, &h->detail) : e;
}

/* One pair. What is longer is cut; what may not be kept is left out. */
static enum err field(struct parse *p, const struct json_node *pair,
    struct dni_hit *h)
{
	struct formrule_field *f = &h->fields[h->n_fields];
	struct slice name, value;

	if (json_in_kind(pair) != JSON_IN_ARRAY || json_in_count(pair) != 2 ||
	    json_in_text(json_in_at(pair, 0), SIZE_MAX, &name) != ERR_OK ||
	    json_in_text(json_in_at(pair, 1), SIZE_MAX, &value) != ERR_OK)
		return wrong(p, "fields: a list of pairs of texts");
	*f = (struct formrule_field){ utf8_head(name, FORMRULE_NAME_MAX),
		value };
	if (!formrule_may_keep(f))
		return ERR_OK;
	if (!copy_clean(p->mem, f->name, false, &f->name) ||
	    !copy_clean(p->mem, value, true, &value) ||
	    formrule_mask(p->mem, f->name, &f->name) != ERR_OK ||
	    formrule_mask(p->mem, value, &value) != ERR_OK ||
	    formrule_cut(p->mem, value, FORMRULE_VALUE_MAX, &f->value) !=
		ERR_OK)
		return ERR_NOMEM;
	h->n_fields++;
	return ERR_OK;
}

static enum err form_members(struct parse *p, struct dni_hit *h)
{
	const struct json_node *list = json_in_get(p->root, "fields");
	enum err e;

	if ((e = page(p, h)) != ERR_OK)
		return e;
	e = text(p, "form", FORMRULE_NAME_MAX, true, &h->name,
	    "form: must be text");
	if (e == ERR_OK)
		e = formrule_mask(p->mem, h->name, &h->name);
	if (e != ERR_OK)
		return e;
	if (json_in_kind(list) != JSON_IN_ARRAY || json_in_count(list) == 0 ||
	    json_in_count(list) > FORMRULE_FIELDS_MAX)
		return wrong(p, "fields: 1 to 40 pairs");
	for (size_t i = 0; e == ERR_OK && i < json_in_count(list); i++)
		e = field(p, json_in_at(list, i), h);
	if (e == ERR_OK && h->n_fields == 0)
		return wrong(p, "fields: none that may be kept");
	return e;
}

static enum err count(struct parse *p, const char *key, int64_t max,
    uint32_t *out, const char *why)
{
	int64_t v = 0;

	if (json_in_opt_i64(p->root, key, 0, max, &v) != ERR_OK)
		return wrong(p, why);
	*out = (uint32_t)v;
	return ERR_OK;
}

static enum err number(struct parse *p, const struct json_node *pair,
    struct dni_report_number *out)
{
	int64_t places;
	struct slice s;

	if (json_in_kind(pair) != JSON_IN_ARRAY || json_in_count(pair) != 2 ||
	    json_in_text(json_in_at(pair, 0), 16, &s) != ERR_OK ||
	    !phone_is_e164(s) ||
	    json_in_i64(json_in_at(pair, 1), 0, PLACES_MAX, &places) != ERR_OK)
		return wrong(p,
		    "numbers: pairs of a number in E.164 form and"
		    " 0 to 100000");
	out->places = (uint32_t)places;
	return arena_copy(p->mem, s, &out->e164) ? ERR_OK : ERR_NOMEM;
}

static enum err numbers(struct parse *p, struct dni_report *r)
{
	const struct json_node *list = json_in_get(p->root, "numbers");
	const enum json_in_kind kind = json_in_kind(list);
	const size_t n = json_in_count(list);
	enum err e = ERR_OK;

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL)
		return ERR_OK;
	if (kind != JSON_IN_ARRAY || n > DNI_HIT_NUMBERS_MAX)
		return wrong(p, "numbers: a list of at most 200 pairs");
	r->one_by_one = true;
	if (n == 0)
		return ERR_OK;
	r->numbers = arena_array(p->mem, n, sizeof(*r->numbers));
	if (r->numbers == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = number(p, json_in_at(list, i), &r->numbers[i]);
	r->n_numbers = n;
	return e;
}

static enum err about_members(struct parse *p, struct dni_hit *h)
{
	struct dni_report *r = &h->report;
	struct slice why = SLICE("");
	enum err e;

	e = count(p, "version", 1000, &r->version, "version: 0 to 1000");
	r->looked = json_in_kind(json_in_get(p->root, "found")) > JSON_IN_NULL;
	if (e == ERR_OK)
		e = count(p, "found", PLACES_MAX, &r->found,
		    "found: 0 to 100000");
	if (e == ERR_OK)
		e = count(p, "swapped", PLACES_MAX, &r->swapped,
		    "swapped: 0 to 100000");
	if (e == ERR_OK)
		e = count(p, "late_ms", 86400000, &r->late_ms,
		    "late_ms: 0 to 86400000");
	if (e == ERR_OK)
		e = text(p, "why", 255, true, &why, "why: must be text");
	if (e == ERR_OK)
		e = numbers(p, r);
	if (e != ERR_OK)
		return e;
	r->causes = taghealth_parse(why);
	if ((e = use(p, h)) != ERR_OK)
		return e;
	return others_ids(p, h);
}

static enum err kind_members(struct parse *p, struct dni_hit *h)
{
	switch (h->event) {
	case DNI_EVENT_VIEW:
		return page(p, h);
	case DNI_EVENT_CUSTOM:
		return custom_members(p, h);
	case DNI_EVENT_FORM:
		return form_members(p, h);
	case DNI_EVENT_ABOUT:
		return about_members(p, h);
	case DNI_EVENT_TEL_CLICK:
	case DNI_EVENT_CONSENT_WITHDRAWN:
	case DNI_EVENT_COUNT:
		break;
	}
	return ERR_OK;
}

static enum err event_members(struct parse *p, struct dni_hit *h)
{
	struct slice kind;

	if (id_is_nil(h->visit.v))
		return wrong(p, "visit: missing or not a visit's id");
	if (json_in_text(json_in_get(p->root, "kind"), 32, &kind) != ERR_OK)
		return wrong(p, "kind: missing");
	for (size_t i = 0; i < DNI_EVENT_COUNT; i++) {
		if (!slice_eq_cstr(kind, event_names[i]))
			continue;
		h->event = (enum dni_event)i;
		return kind_members(p, h);
	}
	return wrong(p, "kind: not one we know");
}

static enum err members(enum dni_hit_type type, struct parse *p,
    struct dni_hit *h)
{
	enum err e;

	if (json_in_kind(p->root) != JSON_IN_OBJECT)
		return wrong(p, "the body must be a JSON object");
	e = text(p, "site", 40, false, &h->site,
	    "site: text of at most 40 bytes");
	if (e != ERR_OK)
		return e;
	if (h->site.n == 0)
		return wrong(p, "site: missing");
	id(p, "visitor", ID_KIND_visitor, h->visitor.v);
	id(p, "visit", ID_KIND_visit, h->visit.v);
	switch (type) {
	case DNI_HIT_VISIT:
		return visit_members(p, h);
	case DNI_HIT_ALLOCATE:
		return allocate_members(p, h);
	case DNI_HIT_BEAT:
		return beat_members(p, h);
	case DNI_HIT_EVENT:
		return event_members(p, h);
	}
	return ERR_INTERNAL;
}

static size_t longest(enum dni_hit_type type)
{
	return type == DNI_HIT_EVENT ? DNI_HIT_FORM_MAX : DNI_HIT_MAX;
}

enum err dni_hit_parse(enum dni_hit_type type, struct slice body,
    struct arena *mem, struct dni_hit *out, const char **why)
{
	struct dni_hit h;
	struct json_in *in = NULL;
	struct parse p = { NULL, mem, why };
	enum err e;

	memset(&h, 0, sizeof(h));
	memset(out, 0, sizeof(*out));
	e = json_in_parse(body, longest(type), DEPTH_MAX, &in, NULL);
	if (e != ERR_OK) {
		*why = "the body is not JSON (RFC 8259)";
		return e;
	}
	p.root = json_in_root(in);
	e = members(type, &p, &h);
	json_in_free(in);
	if (e == ERR_OK && body.n > DNI_HIT_MAX && h.event != DNI_EVENT_FORM)
		e = wrong(&p, "the body is too long for what it tells");
	if (e == ERR_OK)
		*out = h;
	else
		out->site = h.site;
	return e;
}
