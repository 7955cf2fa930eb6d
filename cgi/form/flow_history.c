#include "cgi/form/flow_history.h"

#include "cgi/form/flow_cases.h"
#include "cgi/form/flow_store.h"
#include "cgi/web/frame.h"
#include "lib/core/flow_type.h"
#include "lib/json/flow_diff.h"
#include "lib/json/flow_titles.h"
#include "lib/phone/tz.h"

#define VERSIONS_SHOWN 100
#define CHANGES_SHOWN  500

/* One page in the making. */
struct page {
	const struct req *r;
	const struct flow_row *flow;
	uint32_t from; /* compared; 0: none */
	uint32_t to;
	struct flow_json_errors errors;
	const char *done;    /* NULL, or what was done */
	const char *problem; /* NULL, or why it was not */
};

/* --- what two differ in ----------------------------------------------------*/

struct compared {
	struct view *v;
	struct flow_titles before;
	struct flow_titles after;
	size_t n;
};

/* Long values are told by their beginning. */
static struct slice short_of(struct slice s)
{
	if (slice_eq_cstr(s, "..."))
		return SLICE("a list");
	return slice_head(s, 200);
}

/* What people call the step, by the newer version first. */
static struct slice called(struct compared *k, struct slice key)
{
	struct slice title = flow_titles_of(&k->after, key);

	if (title.n == 0)
		title = flow_titles_of(&k->before, key);
	return title.n > 0 ? title : key;
}

static bool is_way(struct slice member)
{
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++) {
		const struct flow_type_row *row =
		    flow_type_row((enum flow_type)i);

		for (size_t b = 0; b < row->n_branches; b++)
			if (slice_eq_cstr(member, row->branches[b].name))
				return true;
	}
	return slice_ends(member, SLICE(" next"));
}

static void tell(void *arg, enum flow_diff_what what, struct slice step,
    struct slice member, struct slice from, struct slice to)
{
	static const char *const words[] = {
		[FLOW_DIFF_ADDED] = "new step",
		[FLOW_DIFF_REMOVED] = "step removed",
		[FLOW_DIFF_CHANGED] = "",
		[FLOW_DIFF_FIRST] = "begins with",
	};
	struct compared *k = arg;
	const bool leads = what == FLOW_DIFF_FIRST ||
			   (what == FLOW_DIFF_CHANGED && is_way(member));
	struct view *item;

	if (k->n++ >= CHANGES_SHOWN)
		return;
	item = view_item(k->v, "changes");
	view_slice(item, "step", called(k, step));
	if (what == FLOW_DIFF_CHANGED)
		view_slice(item, "what", member);
	else
		view_cstr(item, "what", words[what]);
	view_flag(item, "has_before", from.n > 0);
	view_flag(item, "has_after", to.n > 0);
	view_slice(item, "before", short_of(leads ? called(k, from) : from));
	view_slice(item, "after", short_of(leads ? called(k, to) : to));
}

/* The versions to compare: those asked for, else the live one and the last. */
static enum err asked(const struct page *p, const char *name, uint32_t usual,
    uint32_t *out)
{
	uint64_t n = usual;
	const enum err e = req_query_u64(p->r, name, 1, UINT32_MAX, &n);

	*out = (uint32_t)n;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err document(const struct page *p, uint32_t version,
    struct slice *out)
{
	return db_flow_document(p->r->db, p->r->company, p->flow->id, version,
	    p->r->arena, out);
}

static enum err view_diff(const struct page *p, struct view *v)
{
	struct compared k = { .v = v };
	struct slice old, new;
	enum err e = ERR_OK;

	view_list(v, "changes");
	view_flag(v, "has_diff", p->from > 0 && p->to > 0 && p->from != p->to);
	view_u64(v, "from", p->from);
	view_u64(v, "to", p->to);
	if (p->from > 0 && p->to > 0 && p->from != p->to &&
	    (e = document(p, p->from, &old)) == ERR_OK &&
	    (e = document(p, p->to, &new)) == ERR_OK &&
	    (e = flow_titles_read(old, p->r->arena, &k.before)) == ERR_OK &&
	    (e = flow_titles_read(new, p->r->arena, &k.after)) == ERR_OK)
		e = flow_diff(old, new, &(struct flow_diff_sink){ tell, &k });
	view_flag(v, "any_changes", k.n > 0);
	view_flag(v, "more_changes", k.n > CHANGES_SHOWN);
	return e;
}

/* --- the versions ----------------------------------------------------------*/

static void view_version(const struct page *p, struct tz *z,
    const struct flow_version *row, struct view *v)
{
	char when[TZ_TEXT_MAX];

	view_u64(v, "version", row->version);
	view_flag(v, "is_live", row->version == p->flow->published_version);
	view_flag(v, "is_draft",
	    row->version == p->flow->last_version &&
		row->version > p->flow->published_version);
	view_flag(v, "is_from", row->version == p->from);
	view_flag(v, "is_to", row->version == p->to);
	view_flag(v, "has_by", row->by_name[0] != '\0');
	view_cstr(v, "by", row->by_name);
	tz_text_short(z, row->created_us, p->r->now_us, when);
	view_cstr(v, "created", when);
	when[0] = '\0';
	if (row->published_us != 0)
		tz_text_short(z, row->published_us, p->r->now_us, when);
	view_flag(v, "was_published", row->published_us != 0);
	view_cstr(v, "published", when);
}

static enum err view_versions(const struct page *p, struct view *v)
{
	struct flow_version *rows = NULL;
	struct tz *z;
	size_t n = 0;
	enum err e;

	e = db_flow_versions(p->r->db, p->r->company, p->flow->id, 0,
	    VERSIONS_SHOWN, p->r->arena, &rows, &n);
	if (e != ERR_OK || (e = tz_open(p->r->company_zone, &z)) != ERR_OK)
		return e;
	view_list(v, "versions");
	for (size_t i = 0; i < n; i++)
		view_version(p, z, &rows[i], view_item(v, "versions"));
	tz_close(z);
	view_flag(v, "any", n > 0);
	return ERR_OK;
}

static enum err show(struct page *p, struct resp *out)
{
	struct view *v = view_new(p->r->arena, "flow_history.html");
	char id[ID_TEXT_MAX];
	enum err e;

	if ((e = asked(p, "from", p->flow->published_version, &p->from)) !=
		ERR_OK ||
	    (e = asked(p, "to", p->flow->last_version, &p->to)) != ERR_OK)
		return e;
	e = frame_page(p->r, FRAME_FLOWS,
	    frame_title(p->r, "Versions", slice_from(p->flow->name)), SLICE(""),
	    v);
	if (e != ERR_OK || (e = view_versions(p, v)) != ERR_OK ||
	    (e = view_diff(p, v)) != ERR_OK)
		return e;
	id_text(ID_KIND_flow, p->flow->id.v, id);
	view_cstr(v, "id", id);
	view_cstr(v, "flow_name", p->flow->name);
	view_flag(v, "at_steps", false);
	view_flag(v, "at_history", true);
	view_flag(v, "at_trial", false);
	view_flag(v, "is_done", p->done != NULL);
	view_cstr(v, "done", p->done);
	view_flag(v, "has_problem", p->problem != NULL);
	view_cstr(v, "problem", p->problem);
	view_list(v, "problems");
	for (size_t i = 0; i < p->errors.n; i++) {
		struct view *item = view_item(v, "problems");

		view_flag(item, "has_step", p->errors.item[i].step[0] != '\0');
		view_cstr(item, "step", p->errors.item[i].step);
		view_cstr(item, "what", p->errors.item[i].what);
	}
	resp_status(out, p->problem != NULL ? 422 : 200);
	return resp_view(out, v);
}

enum err flow_history(const struct req *r, struct resp *out)
{
	struct page p = { .r = r };
	struct flow_row f;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	p.flow = &f;
	return show(&p, out);
}

enum err flow_history_post(const struct req *r, struct resp *out)
{
	struct page p = { .r = r };
	struct flow_row f;
	uint64_t version;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = req_need(req_form_u64(r, "version", 1, UINT32_MAX,
		 &version))) != ERR_OK ||
	    (e = flow_cases_publish(r, (uint32_t)version, &f, &p.errors,
		 &p.problem)) != ERR_OK)
		return e;
	if (p.problem == NULL)
		p.done = "This version is live: new calls run it.";
	p.flow = &f;
	return show(&p, out);
}
