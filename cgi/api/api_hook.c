#include "cgi/api/api_hook.h"

#include "cgi/api/api_fault.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/db/db_hook.h"
#include "lib/db/db_hook_out.h"

#define ANSWER_MAX ((size_t)8 << 20)
#define SEQ_CHARS  24
#define TIME_MAX   40 /* characters of RFC 3339 */

/* The hook of the path, and that it is the company's. */
static enum err find(const struct req *r, struct webhook_id *id)
{
	struct hook_row hook;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_webhook, id->v)) != ERR_OK)
		return e;
	return db_hook_get(r->db, r->company, *id, &hook);
}

static enum err note(const struct req *r, const char *action,
    struct webhook_id id, struct slice after)
{
	return trail_add(r, &(struct trail){ .action = action,
				.object_kind = "webhook",
				.object = id.v,
				.after = after });
}

enum err api_hook_test(const struct req *r, struct resp *out)
{
	struct webhook_id id;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = find(r, &id)) != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_hook_out_test(r->db, r->company, id, r->now_us);
	if (e == ERR_OK)
		e = note(r, "webhook.test", id, SLICE(""));
	e = db_end(r->db, e);
	return e == ERR_OK ? resp_empty(out, 202) : e;
}

/* --- what was sent ---------------------------------------------------------
 */

static void time_or_null(struct json_out *j, const char *key, int64_t us)
{
	json_out_key(j, key);
	if (us == 0)
		json_out_null(j);
	else
		json_out_time_us(j, us);
}

static void put_delivery(const struct hook_out_row *row, struct json_out *j)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_event, row->event.v, id);
	json_out_object(j);
	json_out_key(j, "event_id");
	json_out_cstr(j, id);
	json_out_key(j, "kind");
	json_out_cstr(j, row->kind);
	json_out_key(j, "state");
	json_out_cstr(j, row->state);
	json_out_key(j, "attempts");
	json_out_u64(j, row->attempts);
	json_out_key(j, "status");
	json_out_u64(j, row->status);
	json_out_key(j, "took_ms");
	json_out_u64(j, row->took_ms);
	json_out_key(j, "error");
	json_out_cstr(j, row->error);
	json_out_key(j, "answer");
	json_out_cstr(j, row->answer);
	time_or_null(j, "happened_at", row->happened_us);
	time_or_null(j, "due_at", row->due_us);
	time_or_null(j, "ended_at", row->ended_us);
	json_out_end(j);
}

static enum err write_deliveries(struct resp *out,
    const struct hook_out_row *rows, size_t n, size_t limit)
{
	const bool more = n > limit;
	char mem[SEQ_CHARS];
	struct json_out j;
	struct buf b, cursor;
	enum err e;

	buf_over(&cursor, mem, sizeof(mem));
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "data");
	json_out_array(&j);
	for (size_t i = 0; i < (more ? limit : n); i++)
		put_delivery(&rows[i], &j);
	json_out_end(&j);
	json_out_key(&j, "next_cursor");
	if (more) {
		buf_u64(&cursor, rows[limit - 1].seq);
		json_out_str(&j, buf_slice(&cursor));
	} else {
		json_out_null(&j);
	}
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* ready running done parked, or "" when nothing was said. */
static enum err read_state(const struct req *r, struct slice *state)
{
	static const char *const states[] = { "ready", "running", "done",
		"parked" };
	const enum err e = req_query(r, "state", state);

	if (e != ERR_OK) {
		*state = SLICE("");
		return e == ERR_NOTFOUND ? ERR_OK : e;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(states); i++)
		if (slice_eq_cstr(*state, states[i]))
			return ERR_OK;
	return api_query_wrong_of(r, "state", states, RT_ARRAY_LEN(states),
	    ERR_SYNTAX);
}

enum err api_hook_deliveries(const struct req *r, struct resp *out)
{
	struct hook_out_row *rows = NULL;
	struct webhook_id id;
	struct slice state;
	uint64_t before = 0;
	size_t limit, n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = find(r, &id)) != ERR_OK ||
	    (e = read_state(r, &state)) != ERR_OK)
		return e;
	e = req_query_u64(r, "cursor", 1, UINT64_MAX, &before);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return api_query_wrong(r, "cursor", e);
	if ((e = api_out_limit(r, &limit)) != ERR_OK ||
	    (e = db_hook_out_list(r->db, r->company, id, state, before,
		 (uint32_t)limit + 1, r->arena, &rows, &n)) != ERR_OK)
		return e;
	return write_deliveries(out, rows, n, limit);
}

/* --- again -----------------------------------------------------------------
 */

/* What a body asks to be sent again. */
struct again {
	bool one;
	struct event_id event;
	int64_t from_us, to_us;
	bool parked;
};

static void read_moment(const struct json_node *body, const char *name,
    int64_t *us, struct api_faults *faults)
{
	struct slice s;

	if (json_in_text(json_in_get(body, name), TIME_MAX, &s) != ERR_OK ||
	    clk_rfc3339_parse(s, us) != ERR_OK)
		api_fault(faults, slice_from(name),
		    "A time, such as 2026-11-20T00:00:00Z.");
}

static void read_again(const struct json_node *body, struct again *a,
    struct api_faults *faults)
{
	static const char *const one[] = { "event_id", NULL };
	static const char *const many[] = { "from", "to", "parked", NULL };
	const struct json_node *event = json_in_get(body, "event_id");
	struct slice s;

	a->one = json_in_kind(event) != JSON_IN_MISSING;
	api_setup_only(body, a->one ? one : many, faults);
	if (a->one) {
		if (json_in_text(event, ID_TEXT_MAX, &s) != ERR_OK ||
		    id_parse(ID_KIND_event, s, a->event.v) != ERR_OK)
			api_fault(faults, SLICE("event_id"),
			    "The id of an event.");
		return;
	}
	read_moment(body, "from", &a->from_us, faults);
	read_moment(body, "to", &a->to_us, faults);
	if (json_in_opt_bool(body, "parked", &a->parked) != ERR_OK)
		api_fault(faults, SLICE("parked"), "This is true or false.");
	if (faults->n == 0 && a->from_us >= a->to_us)
		api_fault(faults, SLICE("to"), "It ends before it begins.");
}

/* In a transaction. */
static enum err send_again(const struct req *r, struct webhook_id id,
    const struct again *a, uint64_t *n)
{
	enum err e;

	*n = 1;
	e = a->one
		? db_hook_out_replay(r->db, r->company, id, a->event, r->now_us)
		: db_hook_out_replay_range(r->db, r->company, id, a->from_us,
		      a->to_us, a->parked, r->now_us, n);
	return e == ERR_OK ? note(r, "webhook.replay", id, r->body) : e;
}

static enum err answer_count(struct resp *out, uint64_t n)
{
	struct json_out j;
	char mem[64];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "replayed");
	json_out_u64(&j, n);
	json_out_end(&j);
	return resp_json(out, &j);
}

enum err api_hook_replay(const struct req *r, struct resp *out)
{
	struct again a = { .parked = false };
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	struct webhook_id id;
	uint64_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = find(r, &id)) != ERR_OK ||
	    !api_setup_body(r, 1024, 2, out, &in, &e))
		return e;
	read_again(json_in_root(in), &a, &faults);
	json_in_free(in);
	if (faults.n > 0)
		return api_fault_answer(out, 422, NULL, &faults);
	if ((e = db_begin(r->db)) != ERR_OK ||
	    (e = db_end(r->db, send_again(r, id, &a, &n))) != ERR_OK)
		return e;
	return answer_count(out, n);
}
