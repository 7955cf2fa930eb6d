#include "cgi/page/page_filter_view.h"

#include <string.h>

#include "cgi/page/page_filter_priv.h"
#include "cgi/page/page_row.h"
#include "cgi/page/page_words.h"
#include "lib/db/db_mark.h"
#include "lib/phone/phone.h"

#define CHIP_MAX 1200

/* --- choices ---------------------------------------------------------------*/

static void choice(struct view *v, const char *list, const char *value,
    struct slice name, struct slice chosen)
{
	struct view *item = view_item(v, list);

	view_cstr(item, "choice", value);
	view_slice(item, "choice_name", name);
	view_flag(item, "choice_on", slice_eq_cstr(chosen, value));
}

static enum err ids(const struct page_filter *p, enum filter_id which,
    enum id_kind id, const char *list, struct slice chosen, struct view *v)
{
	struct db_report_name *rows = NULL;
	size_t n = 0;
	const enum err e = db_report_group_choices(p->r->db, p->r->company,
	    which, p->r->arena, &rows, &n);

	view_list(v, list);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		char text[ID_TEXT_MAX], mem[sizeof(rows->name) + 40];
		struct buf b;

		id_text(id, rows[i].id, text);
		buf_over(&b, mem, sizeof(mem));
		buf_cstr(&b, rows[i].e164);
		if (rows[i].e164[0] != '\0' && rows[i].name[0] != '\0')
			buf_cstr(&b, " · ");
		buf_cstr(&b, rows[i].name);
		choice(v, list, text, buf_slice(&b), chosen);
	}
	return e;
}

static enum err outcomes(const struct page_filter *p, struct slice chosen,
    struct view *v)
{
	struct outcome_row *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_mark_outcomes(p->r->db, p->r->company, p->r->arena, &rows, &n);

	view_list(v, "f_outcome");
	choice(v, "f_outcome", "~", SLICE("not marked"), chosen);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		choice(v, "f_outcome", rows[i].code, slice_from(rows[i].name),
		    chosen);
	return e;
}

static enum err tags(const struct page_filter *p, struct slice chosen,
    struct view *v)
{
	struct tag_row *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_mark_tags(p->r->db, p->r->company, p->r->arena, &rows, &n);

	view_list(v, "f_tag");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		char text[ID_TEXT_MAX];

		id_text(ID_KIND_tag, rows[i].id.v, text);
		choice(v, "f_tag", text, slice_from(rows[i].name), chosen);
	}
	return e;
}

static void fixed(struct slice class, struct slice first,
    struct slice qualified, struct view *v)
{
	static const char *const classes[] = { "lead", "customer", "spam",
		"wrong_number" };

	view_list(v, "f_class");
	for (size_t i = 0; i < RT_ARRAY_LEN(classes); i++)
		choice(v, "f_class", classes[i],
		    slice_from(page_words_class(classes[i])), class);
	choice(v, "f_class", "~", SLICE("cannot be told"), class);
	view_list(v, "f_first");
	choice(v, "f_first", "yes", SLICE("first-time callers"), first);
	choice(v, "f_first", "no", SLICE("repeat callers"), first);
	view_list(v, "f_qualified");
	choice(v, "f_qualified", "yes", SLICE("qualified"), qualified);
	choice(v, "f_qualified", "no", SLICE("not qualified"), qualified);
}

static void typed(const struct page_filter *p, struct view *v)
{
	static const char *const names[] = { "channel", "source", "medium",
		"campaign", "ad_group", "ad", "keyword", "match", "device",
		"landing", "referrer", "place", "region", "talk_min",
		"talk_max", "ring_min", "ring_max", "risk_min", "risk_max",
		"value_min", "value_max" };

	view_list(v, "f_typed");
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		for (size_t k = 0; k < page_filter_count(); k++) {
			struct view *item;

			if (strcmp(page_filter_name(k), names[i]) != 0)
				continue;
			item = view_item(v, "f_typed");
			view_cstr(item, "typed_name", names[i]);
			view_cstr(item, "typed_label", page_filter_label(k));
			view_slice(item, "typed_value", p->value[k]);
			view_flag(item, "typed_number",
			    strchr(names[i], '_') != NULL &&
				strcmp(names[i], "ad_group") != 0);
		}
}

static void kept(const struct page_filter *p, struct view *v)
{
	static const char *const names[] = { "result", "country", "caller", "q",
		"cols", "by", "split", "metric", "own" };

	view_list(v, "f_keep");
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const struct slice s = page_filter_value(p, names[i]);
		struct view *item;

		if (s.n == 0)
			continue;
		item = view_item(v, "f_keep");
		view_cstr(item, "keep_name", names[i]);
		view_slice(item, "keep_value", s);
	}
}

enum err page_filter_view_form(const struct page_filter *p, struct view *v)
{
	enum err e;

	typed(p, v);
	kept(p, v);
	fixed(page_filter_value(p, "class"), page_filter_value(p, "first"),
	    page_filter_value(p, "qualified"), v);
	if ((e = ids(p, FILTER_NUMBER, ID_KIND_number, "f_number",
		 page_filter_value(p, "number"), v)) != ERR_OK ||
	    (e = ids(p, FILTER_POOL, ID_KIND_pool, "f_pool",
		 page_filter_value(p, "pool"), v)) != ERR_OK ||
	    (e = ids(p, FILTER_DESTINATION, ID_KIND_destination,
		 "f_destination", page_filter_value(p, "destination"), v)) !=
		ERR_OK ||
	    (e = ids(p, FILTER_LOCATION, ID_KIND_location, "f_location",
		 page_filter_value(p, "location"), v)) != ERR_OK ||
	    (e = outcomes(p, page_filter_value(p, "outcome"), v)) != ERR_OK)
		return e;
	return tags(p, page_filter_value(p, "tag"), v);
}

/* --- chips -----------------------------------------------------------------*/

/* The name of an id that is asked for; the id itself when it is unknown, as
 * another company's are. */
static enum err id_name(const struct page_filter *p, size_t i, struct buf *b)
{
	struct db_report_name *rows = NULL;
	struct tag_row *tag_rows = NULL;
	enum filter_id which;
	size_t n = 0;
	bool tag;
	enum err e = ERR_OK;

	if (!page_filter_names_of(i, &which, &tag) ||
	    slice_eq_cstr(p->value[i], "~")) {
		buf_put(b, slice_eq_cstr(p->value[i], "~") ? SLICE("none")
							   : p->value[i]);
		return ERR_OK;
	}
	if (tag) {
		e = db_mark_tags(p->r->db, p->r->company, p->r->arena,
		    &tag_rows, &n);
		for (size_t k = 0; e == ERR_OK && k < n; k++)
			if (id_eq(tag_rows[k].id.v, p->f.tag.v))
				buf_cstr(b, tag_rows[k].name);
		return e;
	}
	e = db_report_group_names(p->r->db, p->r->company, which, p->r->arena,
	    &rows, &n);
	for (size_t k = 0; e == ERR_OK && k < n; k++)
		if (id_eq(rows[k].id, p->f.id[which]))
			buf_cstr(b, rows[k].name[0] != '\0' ? rows[k].name
							    : rows[k].e164);
	return e;
}

enum err page_filter_view_chips(const struct page_filter *p, struct view *v)
{
	view_list(v, "filters");
	for (size_t i = 0; i < page_filter_count(); i++) {
		struct view *item;
		char mem[CHIP_MAX];
		struct buf b;
		enum err e;

		/* The result has chips of its own. */
		if (p->value[i].n == 0 || page_filter_label(i)[0] == '\0' ||
		    strcmp(page_filter_name(i), "result") == 0)
			continue;
		item = view_item(v, "filters");
		page_filter_href(p, page_filter_name(i), SLICE(""), item,
		    "filter_href");
		buf_over(&b, mem, sizeof(mem));
		buf_cstr(&b, page_filter_label(i));
		buf_cstr(&b, ": ");
		if ((e = id_name(p, i, &b)) != ERR_OK)
			return e;
		view_slice(item, "filter_name", buf_slice(&b));
	}
	return ERR_OK;
}
