#include "cgi/page/page_filter_view.h"

#include <string.h>

#include "cgi/page/page_filter_priv.h"
#include "cgi/page/page_row.h"
#include "cgi/page/page_tags.h"
#include "cgi/page/page_words.h"
#include "cgi/web/find.h"
#include "lib/db/db_choice.h"
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

/* What people choose from in place of an id that is filtered by. */
static enum db_choice choice_kind(enum filter_id which, bool tag)
{
	static const enum db_choice kinds[FILTER_ID_COUNT] = {
		[FILTER_NUMBER] = DB_CHOICE_ANY_NUMBER,
		[FILTER_POOL] = DB_CHOICE_ANY_POOL,
		[FILTER_DESTINATION] = DB_CHOICE_ANY_DESTINATION,
		[FILTER_LOCATION] = DB_CHOICE_ANY_LOCATION,
	};

	return tag ? DB_CHOICE_TAG : kinds[which];
}

static void choice_row(struct view *v, const char *list, enum id_kind kind,
    const struct db_choice_row *row, struct slice chosen)
{
	char text[ID_TEXT_MAX], mem[sizeof(row->name) + sizeof(row->key) + 8];
	struct buf b;

	id_text(kind, row->id, text);
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, row->key);
	if (row->key[0] != '\0' && row->name[0] != '\0')
		buf_cstr(&b, " · ");
	buf_cstr(&b, row->name);
	choice(v, list, text, buf_slice(&b), chosen);
}

/* One list of the form. */
struct ids {
	const char *name;
	enum id_kind id;
	enum db_choice kind;
	const uint8_t *chosen; /* nil: none */
};

/* The chosen one, when it is not among the rows. */
static enum err choose(const struct page_filter *p, const struct ids *of,
    const struct db_choice_row *rows, size_t n, struct view *v)
{
	struct db_choice_row row;
	enum err e;

	if (id_is_nil(of->chosen))
		return ERR_OK;
	for (size_t i = 0; i < n; i++)
		if (id_eq(rows[i].id, of->chosen))
			return ERR_OK;
	e = db_choice_get(p->r->db, p->r->company, of->kind, of->chosen, &row);
	if (e == ERR_OK)
		choice_row(v, "id_choices", of->id, &row,
		    page_filter_value(p, of->name));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err ids(const struct page_filter *p, const struct ids *of,
    const char *label, struct view *v, bool *asked)
{
	struct view *item = view_item(v, "f_ids");
	struct db_choice_row *rows = NULL;
	struct find find;
	size_t n = 0;
	enum err e;

	view_list(item, "id_choices");
	view_cstr(item, "id_name", of->name);
	view_cstr(item, "id_label", label);
	view_flag(item, "id_is_tag", of->kind == DB_CHOICE_TAG);
	if ((e = find_read(p->r, of->name, &find)) != ERR_OK ||
	    (e = db_choice_list(p->r->db, p->r->company, of->kind, find.text,
		 FIND_MAX + 1, p->r->arena, &rows, &n)) != ERR_OK)
		return e;
	find_count(&find, n);
	for (size_t i = 0; i < find.n; i++)
		choice_row(item, "id_choices", of->id, &rows[i],
		    page_filter_value(p, of->name));
	find_show(&find, of->name, label, item);
	*asked = *asked || find.asked;
	return choose(p, of, rows, find.n, item);
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
	static const struct {
		const char *name, *label;
		enum id_kind id;
		enum filter_id which;
		bool tag;
	} lists[] = {
		{ "tag", "Tag", ID_KIND_tag, FILTER_NUMBER, true },
		{ "number", "Number", ID_KIND_number, FILTER_NUMBER, false },
		{ "pool", "Pool", ID_KIND_pool, FILTER_POOL, false },
		{ "destination", "Answering side", ID_KIND_destination,
		    FILTER_DESTINATION, false },
		{ "location", "Location", ID_KIND_location, FILTER_LOCATION,
		    false },
	};
	bool asked = false;
	enum err e;

	typed(p, v);
	kept(p, v);
	fixed(page_filter_value(p, "class"), page_filter_value(p, "first"),
	    page_filter_value(p, "qualified"), v);
	view_list(v, "f_ids");
	for (size_t i = 0; i < RT_ARRAY_LEN(lists); i++) {
		const struct ids of = { lists[i].name, lists[i].id,
			choice_kind(lists[i].which, lists[i].tag),
			lists[i].tag ? p->f.tag.v : p->f.id[lists[i].which] };

		if ((e = ids(p, &of, lists[i].label, v, &asked)) != ERR_OK)
			return e;
	}
	view_flag(v, "filter_asked", asked);
	e = outcomes(p, page_filter_value(p, "outcome"), v);
	return e == ERR_OK ? page_tags(p->r, v) : e;
}

/* --- chips -----------------------------------------------------------------*/

/* The name of an id that is asked for; nothing when it is unknown, as another
 * company's are. */
static enum err id_name(const struct page_filter *p, size_t i, struct buf *b)
{
	struct db_choice_row row;
	enum filter_id which;
	bool tag;
	enum err e;

	if (!page_filter_names_of(i, &which, &tag) ||
	    slice_eq_cstr(p->value[i], "~")) {
		buf_put(b, slice_eq_cstr(p->value[i], "~") ? SLICE("none")
							   : p->value[i]);
		return ERR_OK;
	}
	e = db_choice_get(p->r->db, p->r->company, choice_kind(which, tag),
	    tag ? p->f.tag.v : p->f.id[which], &row);
	if (e == ERR_OK)
		buf_cstr(b, row.name[0] != '\0' ? row.name : row.key);
	return e == ERR_NOTFOUND ? ERR_OK : e;
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
