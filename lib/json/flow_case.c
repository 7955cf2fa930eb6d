#include "lib/json/flow_case.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX   8
#define AFTER_S     5 /* when a destination answers, if nobody says */
#define TALK_S      60
#define MESSAGE_S   20
#define SECONDS_MAX 14400

struct work {
	struct arena *mem;
	struct flow_json_errors *errors;
	struct flow_case *c; /* the case at hand */
};

static void complain(struct work *w, const char *fmt, ...) RT_PRINTF(2, 3);

static void complain(struct work *w, const char *fmt, ...)
{
	struct flow_json_error *e;
	va_list ap;

	w->errors->n_errors++;
	if (w->errors->n == FLOW_JSON_ERRORS_MAX) {
		w->errors->more = true;
		return;
	}
	e = &w->errors->item[w->errors->n++];
	e->warning = false;
	e->step[0] = '\0';
	if (w->c != NULL && !slice_to_cstr(slice_head(w->c->name, FLOW_KEY_MAX),
				e->step, sizeof(e->step)))
		e->step[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
}

/* --- single members --------------------------------------------------------*/

static void keep(struct work *w, struct slice s, struct slice *out)
{
	if (!arena_copy(w->mem, s, out))
		complain(w, "no memory");
}

static void text(struct work *w, const struct json_node *doc, const char *name,
    size_t max, struct slice *out)
{
	struct slice s = SLICE("");

	if (json_in_opt_text(doc, name, max, &s) != ERR_OK)
		complain(w, "%s: a text of at most %zu bytes", name, max);
	else if (s.n > 0)
		keep(w, s, out);
}

/* Into a field of the facts, cut to fit like the store does. */
static void fact(struct work *w, const struct json_node *doc, const char *name,
    char *out, size_t cap)
{
	struct slice s = SLICE("");

	if (json_in_opt_text(doc, name, cap - 1, &s) != ERR_OK ||
	    !slice_to_cstr(s, out, cap))
		complain(w, "%s: a text of at most %zu bytes", name, cap - 1);
}

static uint32_t seconds(struct work *w, const struct json_node *doc,
    const char *name, uint32_t fallback)
{
	int64_t v = fallback;

	if (json_in_opt_i64(doc, name, 0, SECONDS_MAX, &v) != ERR_OK)
		complain(w, "%s: seconds, 0 to %d", name, SECONDS_MAX);
	return (uint32_t)v;
}

static bool yes(struct work *w, const struct json_node *doc, const char *name)
{
	bool v = false;

	if (json_in_opt_bool(doc, name, &v) != ERR_OK)
		complain(w, "%s: true or false", name);
	return v;
}

/* A list of texts; a single text is a list of one. */
static size_t texts(struct work *w, const struct json_node *doc,
    const char *name, struct slice *out, size_t max)
{
	const struct json_node *list = json_in_get(doc, name);
	const size_t n = json_in_count(list);
	struct slice s;

	if (json_in_kind(list) == JSON_IN_MISSING ||
	    json_in_kind(list) == JSON_IN_NULL)
		return 0;
	if (json_in_kind(list) != JSON_IN_ARRAY || n > max) {
		complain(w, "%s: a list of at most %zu texts", name, max);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (json_in_text(json_in_at(list, i), FLOW_TEXT_MAX, &s) !=
		    ERR_OK) {
			complain(w, "%s: texts", name);
			return 0;
		}
		keep(w, s, &out[i]);
	}
	return n;
}

/* "2026-11-30T09:12", seconds optional. */
static void moment(struct work *w, const struct json_node *doc)
{
	char mem[32];
	struct slice s = SLICE("");
	struct buf b;
	int64_t us;

	if (json_in_text(json_in_get(doc, "at"), 19, &s) != ERR_OK ||
	    (s.n != 16 && s.n != 19)) {
		complain(w, "at: a local time as 2026-11-30T09:12");
		return;
	}
	buf_over(&b, mem, sizeof(mem));
	buf_put(&b, s);
	buf_cstr(&b, s.n == 16 ? ":00Z" : "Z");
	if (clk_rfc3339_parse(buf_slice(&b), &us) != ERR_OK)
		complain(w, "at: a local time as 2026-11-30T09:12");
	else
		w->c->local_s = us / RT_SEC_US;
}

/* --- people ----------------------------------------------------------------*/

static void read_caller(struct work *w, const struct json_node *doc)
{
	struct flow_sim_script *s = &w->c->script;
	struct slice level = SLICE("");

	fact(w, doc, "caller", s->caller.e164, sizeof(s->caller.e164));
	s->caller.anonymous = yes(w, doc, "anonymous");
	if (json_in_opt_text(doc, "attestation", 1, &level) != ERR_OK ||
	    (level.n == 1 && (level.p[0] < 'A' || level.p[0] > 'C')))
		complain(w, "attestation: A, B or C");
	else if (level.n == 1)
		s->caller.attestation = level.p[0];
}

static void read_facts(struct work *w, const struct json_node *doc)
{
	struct flow_facts *f = &w->c->script.facts;
	struct slice outcome = SLICE("");

	fact(w, doc, "channel", f->channel, sizeof(f->channel));
	fact(w, doc, "source", f->source, sizeof(f->source));
	fact(w, doc, "medium", f->medium, sizeof(f->medium));
	fact(w, doc, "campaign", f->campaign, sizeof(f->campaign));
	fact(w, doc, "keyword", f->keyword, sizeof(f->keyword));
	fact(w, doc, "landing", f->landing, sizeof(f->landing));
	fact(w, doc, "referrer", f->referrer, sizeof(f->referrer));
	fact(w, doc, "click", f->click, sizeof(f->click));
	fact(w, doc, "tags", f->tags, sizeof(f->tags));
	fact(w, doc, "lists", f->lists, sizeof(f->lists));
	f->known_caller = yes(w, doc, "known");
	if (json_in_opt_text(doc, "outcome", 20, &outcome) != ERR_OK)
		complain(w, "outcome: the last call's result");
	else if (outcome.n > 0) {
		f->has_outcome =
		    callresult_from_name(outcome, &f->last_outcome);
		f->known_caller = true;
		if (!f->has_outcome)
			complain(w, "outcome: there is no result %.*s",
			    SLICE_FMT(outcome));
	}
	outcome = SLICE("");
	if (json_in_opt_text(doc, "answered_before", ID_TEXT_MAX, &outcome) !=
		ERR_OK ||
	    (outcome.n > 0 && id_parse(ID_KIND_destination, outcome,
				  f->answered.v) != ERR_OK))
		complain(w, "answered_before: a destination");
}

static void read_phone(struct work *w, const struct json_node *doc,
    struct flow_sim_phone *p)
{
	struct slice does = SLICE("answers");

	if (json_in_opt_text(doc, "does", 20, &does) != ERR_OK ||
	    !flow_sim_does_from(does, &p->does))
		complain(w,
		    "does: answers, busy, silent, fails, refuses, "
		    "ignores or full");
	p->after_s = seconds(w, doc, "after_s", AFTER_S);
}

static void read_phones(struct work *w, const struct json_node *doc)
{
	struct flow_sim_script *s = &w->c->script;
	const struct json_node *list = json_in_get(doc, "phones");
	const struct json_node *others = json_in_get(doc, "others");
	const size_t n = json_in_count(list);

	s->others.after_s = AFTER_S;
	if (json_in_kind(others) == JSON_IN_OBJECT)
		read_phone(w, others, &s->others);
	else if (json_in_kind(others) != JSON_IN_MISSING)
		complain(w, "others: an object");
	if (json_in_kind(list) == JSON_IN_MISSING)
		return;
	if (json_in_kind(list) != JSON_IN_ARRAY || n > FLOW_SIM_PHONES_MAX) {
		complain(w, "phones: a list of at most %d",
		    FLOW_SIM_PHONES_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct json_node *one = json_in_at(list, i);

		text(w, one, "to", FLOW_TEXT_MAX, &s->phone[i].to);
		if (s->phone[i].to.n == 0)
			complain(w, "phones %zu: to is missing", i + 1);
		read_phone(w, one, &s->phone[i]);
	}
	s->n_phones = n;
}

static void read_expect(struct work *w, const struct json_node *doc)
{
	struct flow_case *c = w->c;
	struct slice result = SLICE("");

	if (json_in_kind(doc) == JSON_IN_MISSING)
		return;
	if (json_in_opt_text(doc, "result", 20, &result) != ERR_OK)
		complain(w, "result: a word");
	else if (result.n > 0) {
		c->has_result = callresult_from_name(result, &c->result);
		if (!c->has_result)
			complain(w, "result: there is no result %.*s",
			    SLICE_FMT(result));
	}
	c->n_through = texts(w, doc, "through", c->through, FLOW_CASE_EXPECTS);
	c->n_heard = texts(w, doc, "heard", c->heard, FLOW_CASE_EXPECTS);
	c->n_tags = texts(w, doc, "tags", c->tags, FLOW_CASE_EXPECTS);
	text(w, doc, "answered_by", FLOW_TEXT_MAX, &c->answered_by);
}

/* --- the document ----------------------------------------------------------*/

static void known_members(struct work *w, const struct json_node *doc)
{
	static const char *const names[] = { "name", "at", "zone", "number",
		"record", "caller", "anonymous", "attestation", "channel",
		"source", "medium", "campaign", "keyword", "landing",
		"referrer", "click", "tags", "lists", "known", "outcome",
		"answered_before", "keys", "phones", "others", "talk_s",
		"message_s", "hang_up_s", "turn", "away", "seed", "expect" };
	const struct json_node *value;
	struct slice key;
	void *iter = NULL;

	while (json_in_next(doc, &iter, &key, &value)) {
		bool known = false;

		for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
			known = known || slice_eq_cstr(key, names[i]);
		if (!known)
			complain(w, "a case knows no %.*s",
			    SLICE_FMT(slice_head(key, 40)));
	}
}

static void read_record(struct work *w, const struct json_node *doc)
{
	static const char *const words[FLOW_RECORD_COUNT] = { "off", "notice",
		"silent" };
	struct slice s = SLICE("off");

	if (json_in_opt_text(doc, "record", 10, &s) == ERR_OK)
		for (size_t i = 0; i < FLOW_RECORD_COUNT; i++)
			if (slice_eq_cstr(s, words[i])) {
				w->c->record = (enum flow_record)i;
				return;
			}
	complain(w, "record: off, notice or silent");
}

static void read_case(struct work *w, const struct json_node *doc)
{
	struct flow_sim_script *s = &w->c->script;
	int64_t number = 0;

	text(w, doc, "name", 100, &w->c->name);
	known_members(w, doc);
	moment(w, doc);
	text(w, doc, "zone", 64, &w->c->zone);
	text(w, doc, "number", 100, &w->c->number);
	read_record(w, doc);
	read_caller(w, doc);
	read_facts(w, doc);
	read_phones(w, doc);
	s->n_inputs = texts(w, doc, "keys", s->input, FLOW_SIM_INPUTS_MAX);
	s->talk_s = seconds(w, doc, "talk_s", TALK_S);
	s->message_s = seconds(w, doc, "message_s", MESSAGE_S);
	s->hang_up_s = seconds(w, doc, "hang_up_s", 0);
	s->away = yes(w, doc, "away");
	if (json_in_opt_i64(doc, "turn", 0, UINT32_MAX, &number) != ERR_OK)
		complain(w, "turn: a whole number");
	s->turn = (uint32_t)number;
	number = 1;
	if (json_in_opt_i64(doc, "seed", 0, INT64_MAX, &number) != ERR_OK)
		complain(w, "seed: a whole number");
	s->seed = (uint64_t)number;
	read_expect(w, json_in_get(doc, "expect"));
}

enum err flow_case_read(struct slice json, struct arena *mem,
    struct flow_case **cases, size_t *n, struct flow_json_errors *errors)
{
	struct work w = { .mem = mem, .errors = errors };
	struct json_in_error why = { .what = "" };
	const struct json_node *list;
	struct json_in *in = NULL;
	struct flow_case *all;
	size_t count;
	enum err e;

	memset(errors, 0, sizeof(*errors));
	e = json_in_parse(json, FLOW_JSON_BYTES_MAX, DEPTH_MAX, &in, &why);
	if (e != ERR_OK) {
		complain(&w, "line %u: %.100s", why.line, why.what);
		return e;
	}
	list = json_in_get(json_in_root(in), "cases");
	count = json_in_count(list);
	all = arena_array(mem, count, sizeof(*all));
	if (json_in_kind(list) != JSON_IN_ARRAY || count > FLOW_CASE_MAX)
		complain(&w, "cases: a list of at most %d", FLOW_CASE_MAX);
	else if (all == NULL)
		e = ERR_NOMEM;
	else
		for (size_t i = 0; i < count; i++) {
			w.c = &all[i];
			read_case(&w, json_in_at(list, i));
		}
	json_in_free(in);
	if (e == ERR_OK && errors->n_errors > 0)
		e = ERR_SYNTAX;
	if (e == ERR_OK) {
		*cases = all;
		*n = count;
	}
	return e;
}
