#include "cgi/page/page_mark.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_said.h"
#include "cgi/web/stale.h"
#include "cgi/web/trail.h"
#include "lib/core/money.h"
#include "lib/core/verdict.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_verdict.h"
#include "lib/text/json_out.h"

#define NOTE_CHARS 4000
#define TAG_CHARS  64
#define JSON_MAX   ((size_t)65536)

/* What is to be done, read once, done to each call. */
struct act {
	const struct req *r;
	const char *name; /* of the audit log, after "call." or "form." */
	enum err (*run)(struct act *a, struct interaction_id id);
	enum err (
	    *say)(struct act *a, struct interaction_id id, struct slice *out);
	struct slice text; /* outcome, note */
	bool has_value;
	int64_t value_micros;
	struct tag_id tag;
	struct verdict_own own;
	bool changed; /* the last one was not so before */
	/* Somebody was faster: */
	bool stale;
	struct interaction_id stale_id;
	struct slice theirs;
	char stamp[STALE_STAMP_MAX];
};

static struct call_id call_of(struct interaction_id id)
{
	struct call_id call;

	memcpy(call.v, id.v, sizeof(call.v));
	return call;
}

/* --- what stood there, for the audit log -----------------------------------*/

static enum err keep(struct act *a, struct json_out *j, struct buf *b,
    struct slice *out)
{
	enum err e = json_out_done(j);

	if (e == ERR_OK && !arena_copy(a->r->arena, json_out_text(j), out))
		e = ERR_NOMEM;
	buf_fini(b);
	return e;
}

static enum err say_mark(struct act *a, struct interaction_id id,
    struct slice *out)
{
	struct mark_now now;
	struct json_out j;
	struct buf b;
	enum err e =
	    db_mark_get(a->r->db, a->r->company, id, a->r->arena, &now);

	if (e != ERR_OK)
		return e;
	buf_init(&b, JSON_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "outcome");
	json_out_cstr(&j, now.outcome);
	json_out_key(&j, "value");
	if (now.has_value)
		json_out_fixed(&j, now.value_micros, 6);
	else
		json_out_null(&j);
	json_out_key(&j, "note");
	json_out_str(&j, now.note);
	json_out_end(&j);
	return keep(a, &j, &b, out);
}

static enum err say_tags(struct act *a, struct interaction_id id,
    struct slice *out)
{
	struct tag_row *rows = NULL;
	struct json_out j;
	struct buf b;
	size_t n = 0;
	const enum err e = db_mark_tags_of(a->r->db, a->r->company, id,
	    a->r->arena, &rows, &n);

	if (e != ERR_OK)
		return e;
	buf_init(&b, JSON_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "tags");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++)
		json_out_cstr(&j, rows[i].name);
	json_out_end(&j);
	json_out_end(&j);
	return keep(a, &j, &b, out);
}

static enum err say_verdict(struct act *a, struct interaction_id id,
    struct slice *out)
{
	struct verdict_row row;
	struct json_out j;
	struct buf b;
	const enum err e =
	    db_verdict_get(a->r->db, a->r->company, call_of(id), &row);

	if (e == ERR_NOTFOUND) { /* from before verdicts */
		*out = SLICE("");
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	buf_init(&b, JSON_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "qualified");
	json_out_bool(&j, row.own ? row.own_qualified : row.qualified);
	json_out_key(&j, "class");
	json_out_cstr(&j, row.own ? row.own_class : row.class);
	json_out_key(&j, "by");
	json_out_cstr(&j, row.own ? "person" : "rule");
	json_out_end(&j);
	return keep(a, &j, &b, out);
}

/* --- what can be done ------------------------------------------------------*/

static enum err run_outcome(struct act *a, struct interaction_id id)
{
	return db_mark_outcome(a->r->db, a->r->company, id, a->text,
	    MARK_BY_PERSON, a->r->user, a->r->now_us);
}

static enum err run_value(struct act *a, struct interaction_id id)
{
	return db_mark_value(a->r->db, a->r->company, id, a->has_value,
	    a->value_micros);
}

static enum err run_note(struct act *a, struct interaction_id id)
{
	return db_mark_note(a->r->db, a->r->company, id, a->text);
}

static enum err run_tag(struct act *a, struct interaction_id id)
{
	return db_mark_tag(a->r->db, a->r->company, id, a->tag, a->r->user,
	    a->r->now_us);
}

/* Somebody took it off before: that is what was asked for. */
static enum err run_untag(struct act *a, struct interaction_id id)
{
	const enum err e = db_mark_untag(a->r->db, a->r->company, id, a->tag);

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err run_verdict(struct act *a, struct interaction_id id)
{
	return db_verdict_overrule(a->r->db, a->r->company, call_of(id),
	    &a->own, a->r->now_us);
}

/* --- reading the form ------------------------------------------------------*/

static enum err read_outcome(struct act *a)
{
	return req_need(req_form(a->r, "outcome", &a->text));
}

static enum err read_spam(struct act *a)
{
	a->text = SLICE("spam");
	return ERR_OK;
}

static enum err read_value(struct act *a)
{
	struct slice s;
	const enum err e = req_need(req_form(a->r, "value", &s));

	a->has_value = e == ERR_OK && slice_trim(s).n > 0;
	return a->has_value ? money_parse(s, &a->value_micros) : e;
}

static enum err read_note(struct act *a)
{
	return req_need(req_form_text(a->r, "note", 0, NOTE_CHARS, &a->text));
}

static enum err read_untag(struct act *a)
{
	return req_need(req_form_id(a->r, "tag", ID_KIND_tag, a->tag.v));
}

/* A tag that is new is made. */
static enum err read_tag(struct act *a)
{
	struct slice name;
	const enum err e =
	    req_need(req_form_text(a->r, "tag", 1, TAG_CHARS, &name));

	return e == ERR_OK ? db_mark_tag_make(a->r->db, a->r->company, name,
				 a->r->now_us, &a->tag)
			   : e;
}

static enum err read_verdict(struct act *a)
{
	struct slice qualified, class;
	enum err e;

	e = req_need(req_form(a->r, "qualified", &qualified));
	if (e != ERR_OK)
		return e;
	a->own.user = a->r->user;
	a->own.set = !slice_eq_cstr(qualified, "rule");
	if (!a->own.set)
		return ERR_OK;
	a->own.qualified = slice_eq_cstr(qualified, "yes");
	if (!a->own.qualified && !slice_eq_cstr(qualified, "no"))
		return ERR_RANGE;
	e = req_need(req_form(a->r, "class", &class));
	if (e == ERR_OK && !verdict_class_parse(class, &a->own.class))
		e = ERR_RANGE;
	return e;
}

static const struct {
	const char *word;
	const char *name;
	enum err (*read)(struct act *a);
	enum err (*run)(struct act *a, struct interaction_id id);
	enum err (
	    *say)(struct act *a, struct interaction_id id, struct slice *out);
} acts[] = {
	{ "outcome", "outcome", read_outcome, run_outcome, say_mark },
	{ "spam", "outcome", read_spam, run_outcome, say_mark },
	{ "value", "value", read_value, run_value, say_mark },
	{ "note", "note", read_note, run_note, say_mark },
	{ "tag", "tag", read_tag, run_tag, say_tags },
	{ "untag", "untag", read_untag, run_untag, say_tags },
	{ "verdict", "verdict", read_verdict, run_verdict, say_verdict },
};

static enum err read_act(const struct req *r, struct act *a)
{
	struct slice word;
	enum err e = req_need(req_form(r, "act", &word));

	if (e != ERR_OK)
		return e;
	*a = (struct act){ .r = r };
	for (size_t i = 0; i < RT_ARRAY_LEN(acts); i++)
		if (slice_eq_cstr(word, acts[i].word)) {
			a->name = acts[i].name;
			a->run = acts[i].run;
			a->say = acts[i].say;
			return acts[i].read(a);
		}
	return ERR_RANGE;
}

/* --- who was faster --------------------------------------------------------*/

/* What is there of that which the act changes; false: an act that others'
 * cannot cross, as tags. */
static bool said(struct act *a, struct interaction_id id, struct slice *out,
    enum err *e)
{
	const struct req *r = a->r;
	char mem[PAGE_WORDS_MAX];
	struct verdict_row row;
	struct slice text = SLICE("");
	struct mark_now now;

	*e = ERR_OK;
	if (a->run == run_verdict) {
		*e = db_verdict_get(r->db, r->company, call_of(id), &row);
		if (*e == ERR_NOTFOUND) { /* from before verdicts */
			*e = ERR_OK;
			return false;
		}
		if (*e == ERR_OK)
			text = page_said_row(&row, mem);
	} else if (a->say == say_mark) {
		*e = db_mark_get(r->db, r->company, id, r->arena, &now);
		if (*e == ERR_OK)
			text = page_said_mark(&now, a->name, mem);
	} else {
		return false;
	}
	if (*e == ERR_OK && !arena_copy(r->arena, text, out))
		*e = ERR_NOMEM;
	return true;
}

/* What the form puts there, in the same words. */
static struct slice wanted(const struct act *a, char mem[PAGE_WORDS_MAX])
{
	const struct mark_now now = { .has_value = a->has_value,
		.value_micros = a->value_micros };

	if (a->run == run_verdict)
		return a->own.set
			   ? page_said_verdict(a->own.qualified,
				 verdict_class_name(a->own.class), true, mem)
			   : SLICE("What the rule says");
	return a->run == run_value ? page_said_mark(&now, "value", mem)
				   : a->text;
}

/* Under the hold. ERR_CONFLICT: it is not what the form showed, and not what
 * it wants. */
static enum err still(struct act *a, struct interaction_id id)
{
	char mem[PAGE_WORDS_MAX];
	struct slice there;
	enum err e;

	if (!said(a, id, &there, &e) || e != ERR_OK ||
	    (e = stale_stamp(there, a->stamp)) != ERR_OK)
		return e;
	if (!stale_is(a->r, a->stamp) || slice_eq(there, wanted(a, mem)))
		return ERR_OK;
	a->stale = true;
	a->stale_id = id;
	a->theirs = there;
	return ERR_CONFLICT;
}

/* An outcome by the name that people know. */
static enum err named(const struct act *a, struct slice *text)
{
	struct outcome_row *rows = NULL;
	size_t n = 0;
	const enum err e = a->run != run_outcome
			       ? ERR_OK
			       : db_mark_outcomes(a->r->db, a->r->company,
				     a->r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (slice_eq_cstr(*text, rows[i].code))
			*text = slice_from(rows[i].name);
	return e;
}

static enum err show_stale(struct act *a, struct resp *out, struct slice back)
{
	char mem[PAGE_WORDS_MAX], action[32], what[32];
	struct slice mine = wanted(a, mem), theirs = a->theirs, kind;
	const bool form = req_form(a->r, "form", &kind) == ERR_OK;
	enum err e;

	(void)snprintf(action, sizeof(action), "%s.%s", form ? "form" : "call",
	    a->name);
	(void)snprintf(what, sizeof(what), "the %s", a->name);
	if ((e = named(a, &mine)) != ERR_OK ||
	    (e = named(a, &theirs)) != ERR_OK)
		return e;
	return stale_page(a->r, out,
	    &(struct stale){ .place = FRAME_CALLS,
		.what = what,
		.action = action,
		.object = a->stale_id.v,
		.theirs = theirs,
		.mine = mine,
		.stamp = a->stamp,
		.back = back });
}

/* --- doing it --------------------------------------------------------------*/

/* What can be marked, by the name of its field. */
static const struct what {
	const char *name;
	enum id_kind kind;
} whats[] = {
	{ "call", ID_KIND_call },
	{ "form", ID_KIND_form },
};

struct change {
	struct act *a;
	const struct what *what;
	struct interaction_id id;
};

/* In a transaction, maybe not for the first time. */
static enum err change(void *ctx)
{
	const struct change *c = ctx;
	struct act *a = c->a;
	struct slice before, after;
	char action[32];
	enum err e;

	a->changed = false;
	(void)snprintf(action, sizeof(action), "%s.%s", c->what->name, a->name);
	if ((e = db_mark_hold(a->r->db, a->r->company, c->id,
		 slice_from(c->what->name))) != ERR_OK ||
	    (e = still(a, c->id)) != ERR_OK ||
	    (e = a->say(a, c->id, &before)) != ERR_OK ||
	    (e = a->run(a, c->id)) != ERR_OK ||
	    (e = a->say(a, c->id, &after)) != ERR_OK)
		return e;
	a->changed = !slice_eq(before, after);
	if (!a->changed)
		return ERR_OK;
	return trail_add(a->r, &(struct trail){ .action = action,
				   .object_kind = c->what->name,
				   .object = c->id.v,
				   .before = before,
				   .after = after });
}

/* Before anything is done: is it theirs, and can that be put on it? */
static enum err may(struct act *a, const struct what *what,
    struct interaction_id id)
{
	/* A form was judged by no rule. */
	if (what->kind != ID_KIND_call && a->run == run_verdict)
		return ERR_RANGE;
	return db_mark_hold(a->r->db, a->r->company, id,
	    slice_from(what->name));
}

static enum err one(struct act *a, const struct what *what,
    struct interaction_id id)
{
	struct change c = { .a = a, .what = what, .id = id };

	return db_tries(a->r->db, change, &c);
}

static const struct what *what_of(struct slice name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(whats); i++)
		if (slice_eq_cstr(name, whats[i].name))
			return &whats[i];
	return NULL;
}

/* The same field, once for each call or form that was picked. */
static enum err each(struct act *a,
    enum err (*work)(struct act *a, const struct what *what,
	struct interaction_id id))
{
	size_t n = 0;
	enum err e = ERR_OK;

	for (const struct req_param *p = a->r->form; p != NULL && e == ERR_OK;
	     p = p->next) {
		const struct what *what = what_of(p->name);
		struct interaction_id id;

		if (what == NULL)
			continue;
		if (++n > PAGE_MARK_MAX)
			return ERR_TOOBIG;
		e = id_parse(what->kind, p->value, id.v);
		if (e == ERR_OK)
			e = work(a, what, id);
	}
	return e == ERR_OK && n == 0 ? ERR_SYNTAX : e;
}

enum err page_mark(const struct req *r, struct resp *out)
{
	struct slice next;
	struct act a;
	enum err e;

	if ((e = req_need(req_form(r, "next", &next))) != ERR_OK ||
	    (e = read_act(r, &a)) != ERR_OK)
		return e;
	if (!resp_is_local(next))
		return ERR_RANGE;
	if ((e = each(&a, may)) != ERR_OK)
		return e;
	e = each(&a, one);
	if (e == ERR_CONFLICT && a.stale)
		return show_stale(&a, out, next);
	if (e != ERR_OK)
		return e;
	return resp_redirect(out, next);
}

/* --- many ------------------------------------------------------------------*/

#define CALL_MAX_BYTES ((size_t)1 << 20)

struct page_mark_many {
	struct req r; /* as it came, with memory for one call */
	struct arena mem;
	struct act act;
};

static enum err read_many(const struct req *r, struct act *a)
{
	const enum err e = read_act(r, a);

	if (e != ERR_OK)
		return e;
	return a->run == run_outcome || a->run == run_tag ? ERR_OK : ERR_RANGE;
}

enum err page_mark_many_new(const struct req *r, struct page_mark_many **out)
{
	struct page_mark_many *m = arena_alloc(r->arena, sizeof(*m));
	const enum err e = m == NULL ? ERR_NOMEM : read_many(r, &m->act);

	if (e != ERR_OK)
		return e;
	arena_init(&m->mem, CALL_MAX_BYTES);
	m->r = *r;
	m->r.arena = &m->mem;
	m->act.r = &m->r;
	*out = m;
	return ERR_OK;
}

enum err page_mark_many_call(struct page_mark_many *m, struct call_id id,
    bool *changed)
{
	struct interaction_id which;
	enum err e;

	memcpy(which.v, id.v, sizeof(which.v));
	e = one(&m->act, &whats[0], which);
	arena_reset(&m->mem);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*changed = e == ERR_OK && m->act.changed;
	return ERR_OK;
}

void page_mark_many_free(struct page_mark_many *m)
{
	if (m != NULL)
		arena_fini(&m->mem);
}
