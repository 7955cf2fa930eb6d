#include "cgi/page/page_way.h"

#include <string.h>

#include "lib/core/flow_words.h"
#include "lib/db/db_choice.h"
#include "lib/db/db_company.h"
#include "lib/db/db_flow.h"
#include "lib/json/flow_json.h"
#include "lib/json/flow_titles.h"

#define WORDS_MAX    6000
#define COMPILED_MAX ((size_t)1 << 20)

/* What names steps and destinations. */
struct names {
	const struct req *r;
	struct flow_titles titles;
	enum err e; /* of looking up */
};

static struct slice step_title(void *arg, struct slice key)
{
	struct names *n = arg;

	return flow_titles_of(&n->titles, key);
}

/* Of one that was put away since, too: the call had it. */
static struct slice destination_name(void *arg, struct slice text)
{
	struct names *n = arg;
	struct db_choice_row row;
	struct slice name;
	uint8_t id[ID_BYTES];
	enum err e;

	if (id_parse(ID_KIND_destination, text, id) != ERR_OK)
		return SLICE("");
	e = db_choice_get(n->r->db, n->r->company, DB_CHOICE_ANY_DESTINATION,
	    id, &row);
	if (e == ERR_OK && arena_copy(n->r->arena, slice_from(row.name), &name))
		return name;
	if (e != ERR_NOTFOUND && n->e == ERR_OK)
		n->e = e == ERR_OK ? ERR_NOMEM : e;
	return SLICE("");
}

/* "Mon 09:12 New York: " */
static void put_when(const struct page_story *s, struct slice zone,
    struct buf *b)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	struct tz_time t;
	size_t at = 0;

	if (tz_local(s->z, s->call->started_us, &t) != ERR_OK)
		return;
	buf_printf(b, "%s %02d:%02d ", days[t.weekday], t.hour, t.minute);
	for (size_t i = 0; i < zone.n; i++)
		if (zone.p[i] == '/')
			at = i + 1;
	for (size_t i = at; i < zone.n; i++)
		buf_char(b, zone.p[i] == '_' ? ' ' : zone.p[i]);
	buf_cstr(b, ": ");
}

static bool is_step(const struct db_report_call_event *ev)
{
	return strcmp(ev->kind, "step") == 0 && ev->step != FLOW_END;
}

static void put_way(const struct page_story *s, const struct flow *f,
    struct names *n, struct buf *b)
{
	const struct flow_words_names names = { .step = step_title,
		.destination = destination_name,
		.arg = n };
	const size_t start = b->n;

	for (size_t i = 0; i < s->n_events; i++) {
		const struct db_report_call_event *ev = &s->events[i];
		const struct flow_words_trace t = { ev->step, ev->branch,
			(uint32_t)ev->value };
		const size_t before = b->n;

		if (!is_step(ev))
			continue;
		if (before > start)
			buf_cstr(b, " \xe2\x86\x92 ");
		if (!flow_words_one(f, &t, &names, b))
			b->n = before;
		if (ev->branch == FLOW_TRACE_GOTO)
			return;
	}
}

/* The flow as the call ran it, and what its parts are called. ERR_NOTFOUND:
 * nothing to tell with. */
static enum err load(const struct req *r, const struct page_story *s,
    struct names *n, struct buf *compiled, struct flow *f)
{
	struct flow_json_errors errors;
	struct slice document;
	enum err e;

	if (id_is_nil(s->call->flow_id.v) || s->call->flow_version == 0)
		return ERR_NOTFOUND;
	if ((e = db_flow_document(r->db, r->company, s->call->flow_id,
		 s->call->flow_version, r->arena, &document)) != ERR_OK ||
	    (e = flow_titles_read(document, r->arena, &n->titles)) != ERR_OK)
		return e;
	e = flow_json_compile(document, NULL, compiled, &errors);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK || flow_open(buf_slice(compiled), f) != ERR_OK)
		return ERR_NOTFOUND; /* of a time with other rules */
	return ERR_OK;
}

enum err page_way_view(const struct req *r, const struct page_story *s,
    struct view *v)
{
	char words[WORDS_MAX];
	struct company_row company;
	struct names n = { .r = r };
	struct buf compiled, b;
	struct flow f;
	size_t start = 0;
	enum err e;

	buf_over(&b, words, sizeof(words));
	buf_init(&compiled, COMPILED_MAX);
	e = load(r, s, &n, &compiled, &f);
	if (e == ERR_OK)
		e = db_company_get(r->db, r->company, &company);
	if (e == ERR_OK) {
		put_when(s, slice_from(company.time_zone), &b);
		start = b.n;
		put_way(s, &f, &n, &b);
		e = n.e;
	}
	buf_fini(&compiled);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	/* Cut rather than not at all: a buffer that is full stays so. */
	view_flag(v, "way", b.n > start);
	view_slice(v, "way_text", buf_slice(&b));
	return ERR_OK;
}
