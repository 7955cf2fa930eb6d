#include "cgi/form/thing_webhook.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/web/frame.h"
#include "cgi/web/trail.h"
#include "lib/base/scan.h"
#include "lib/base/settings.h"
#include "lib/db/db_hook.h"
#include "lib/db/db_hook_out.h"
#include "lib/hash/seal.h"
#include "lib/hash/token.h"
#include "lib/phone/tz.h"

#define LOG_PAGE  50
#define REPLAY_US (30 * RT_DAY_US)

static const char *const signatures[] = { "v1",
	"HMAC-SHA256 with time (Ringtrace-Signature)", "sha1",
	"HMAC-SHA1, for receivers written for CallRail (Signature)", NULL };

static const struct field fields[] = {
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 100,
	    .help = "The program that is told." },
	{ "url", "Address", FIELD_TEXT, .min = 10, .max = 2048,
	    .help =
		"https://... It gets a POST with JSON for each event. What goes"
		" to an http:// address can be read by everybody on the"
		" way: callers' numbers, names, recordings' addresses." },
	{ "events", "Events", .kind = FIELD_MANY, .min = 1 },
	{ "signature", "Signed by", .kind = FIELD_CHOICE, .group = "Delivery",
	    .help = "The secret is made here and shown once." },
	{ "per_second", "At most per second", FIELD_NUMBER, .min = 1,
	    .max = 100 },
	{ "parallel", "At most at once", FIELD_NUMBER, .min = 1, .max = 16 },
	{ "private_ok", "The address may be a private one", .kind = FIELD_CHECK,
	    .help = "For a program in your own network. An administrator of"
		    " the whole account allows it. With http:// it has to be"
		    " one." },
};

static struct webhook_id hook_of(const uint8_t id[ID_BYTES])
{
	struct webhook_id hook;

	memcpy(hook.v, id, ID_BYTES);
	return hook;
}

static enum err choices(const struct req *r, struct fields *f)
{
	(void)r;
	for (int i = 0; i < HOOK_TEST; i++) {
		const struct slice name =
		    slice_from(hook_name((enum hook_kind)i));

		fields_choice(f, "events", name, name);
	}
	choice_words(f, "signature", signatures);
	return f->e;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct hook_row *rows;
	size_t n;
	enum err e = db_hook_list(r->db, r->company, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct thing_row *row = thing_row_add(l, rows[i].id.v);

		if (row == NULL)
			return ERR_NOMEM;
		row->cell[0] = slice_from(rows[i].name);
		row->cell[1] = slice_from(rows[i].url);
		if (!hook_encrypted(row->cell[1]))
			row->badge = "not encrypted";
	}
	return e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "signature", "v1");
	fields_set_cstr(f, "per_second", "10");
	fields_set_cstr(f, "parallel", "4");
	fields_set_cstr(f, "events", "call.ended");
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct hook_row row;
	char mem[256];
	struct buf b;
	enum err e = db_hook_get(r->db, r->company, hook_of(id), &row);

	if (e != ERR_OK)
		return e;
	buf_over(&b, mem, sizeof(mem));
	for (int i = 0; i < HOOK_TEST; i++) {
		if ((row.events & HOOK_BIT(i)) == 0)
			continue;
		if (b.n > 0)
			buf_char(&b, ' ');
		buf_cstr(&b, hook_name((enum hook_kind)i));
	}
	fields_set_cstr(f, "name", row.name);
	fields_set_cstr(f, "url", row.url);
	fields_set(f, "events", buf_slice(&b));
	fields_set_cstr(f, "signature", row.signature);
	fields_set_u64(f, "per_second", row.per_second);
	fields_set_u64(f, "parallel", row.parallel);
	fields_set_on(f, "private_ok", row.private_ok);
	return f->e;
}

/* The form only looks whether it can be an address; whether it may be called
 * is asked anew before each request. */
static bool is_url(struct slice s)
{
	struct slice host, rest;
	uint64_t port;

	if (hook_encrypted(s))
		host = slice_skip(s, 8);
	else if (slice_eq_case(slice_head(s, 7), SLICE("http://")))
		host = slice_skip(s, 7);
	else
		return false;
	if (slice_find(host, '@', 0) != host.n)
		return false;
	for (size_t i = 0; i < host.n; i++)
		if (strchr("/?#", host.p[i]) != NULL)
			host.n = i;
	/* In brackets colons are no port's (RFC 3986 3.2.2). */
	rest = slice_skip(host,
	    host.n > 0 && host.p[0] == '[' ? slice_find(host, ']', 0) : 0);
	rest = slice_skip(rest, slice_find(rest, ':', 0));
	if (host.n == rest.n ||
	    (rest.n > 0 && (scan_whole_u64(slice_skip(rest, 1), UINT16_MAX,
				&port) != ERR_OK ||
			       port == 0)))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return false;
	return true;
}

static enum err seal(const struct req *r, struct slice plain,
    struct hook_row *row)
{
	char path[SETTINGS_PATH_MAX + 32], about[ID_TEXT_MAX + 16];
	char id[ID_TEXT_MAX];
	struct seal_key key;
	struct buf sealed;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/seal.key",
	    r->settings->secret_dir);
	if ((e = seal_key_load(path, &key)) != ERR_OK)
		return e;
	id_text(ID_KIND_webhook, row->id.v, id);
	(void)snprintf(about, sizeof(about), "webhook:%s", id);
	buf_over(&sealed, row->secret, sizeof(row->secret));
	e = seal_box(&key, slice_from(about), plain, &sealed);
	seal_key_forget(&key);
	row->secret_n = sealed.n;
	return e;
}

/* Into the row, and to be shown. */
static enum err make_secret(const struct req *r, struct fields *f,
    struct hook_row *row)
{
	char token[TOKEN_TEXT + 1];
	enum err e;

	token_make(token);
	if ((e = seal(r, slice_from(token), row)) != ERR_OK)
		return e;
	f->shown_text =
	    "Give this secret to the receiver: it proves that a"
	    " request is ours. It is not shown again.";
	return arena_copy(r->arena, slice_from(token), &f->shown) ? ERR_OK
								  : ERR_NOMEM;
}

static enum err add(const struct req *r, struct fields *f, struct hook_row *row)
{
	enum err e;

	if ((e = make_secret(r, f, row)) != ERR_OK)
		return e;
	e = db_hook_add(r->db, r->company, row);
	if (e == ERR_BUSY)
		f->problem = "The company has as many webhooks as it may.";
	return e;
}

static enum err again(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct hook_row row;
	enum err e = db_hook_get(r->db, r->company, hook_of(id), &row);

	if (e == ERR_OK && row.created_us < r->now_us - THING_AGAIN_US)
		e = ERR_NOTFOUND;
	if (e != ERR_OK || (e = make_secret(r, f, &row)) != ERR_OK)
		return e;
	return db_hook_update(r->db, r->company, &row);
}

/* Over http:// everybody on the way reads along: only in one's own network, or
 * where the operator says so. One that was there before may stay. */
static enum err refuse_plain(const struct req *r, const struct hook_row *row,
    struct fields *f)
{
	const struct slice url = fields_get(f, "url");
	struct hook_row old;
	enum err e;

	if (hook_encrypted(url) || fields_on(f, "private_ok") ||
	    r->settings->hooks_plain != 0)
		return ERR_OK;
	if (!f->fresh) {
		e = db_hook_get(r->db, r->company, row->id, &old);
		if (e != ERR_OK || slice_eq_cstr(url, old.url))
			return e;
	}
	fields_wrong(f, "url",
	    "What goes to an http:// address can be read by everybody on the"
	    " way. Use https://; this installation takes http:// only in one's"
	    " own network.");
	return ERR_OK;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct slice rest = fields_get(f, "events"), word;
	struct hook_row row = { .created_us = r->now_us };
	bool more = rest.n > 0;
	enum err e;

	row.id = hook_of(id);
	if (!is_url(fields_get(f, "url")))
		fields_wrong(f, "url", "This is not an https:// address.");
	if (fields_good(f) && (e = refuse_plain(r, &row, f)) != ERR_OK)
		return e;
	/* What answers there is shown in part: a client's administrator has no
	 * business in the network of who runs this. */
	if (fields_on(f, "private_ok") && r->account_role < ROUTE_ADMIN)
		fields_wrong(f, "private_ok",
		    "Only an administrator of the whole account may allow it.");
	while (more) {
		enum hook_kind kind;

		more = slice_cut(&rest, ' ', &word);
		if (hook_parse(word, &kind))
			row.events |= HOOK_BIT(kind);
	}
	if (!fields_copy(f, "name", row.name, sizeof(row.name)) ||
	    !fields_copy(f, "url", row.url, sizeof(row.url)) ||
	    !fields_copy(f, "signature", row.signature,
		sizeof(row.signature)) ||
	    !fields_good(f))
		return ERR_SYNTAX;
	row.per_second = (uint32_t)fields_u64(f, "per_second");
	row.parallel = (uint32_t)fields_u64(f, "parallel");
	row.private_ok = fields_on(f, "private_ok");
	return f->fresh ? add(r, f, &row)
			: db_hook_update(r->db, r->company, &row);
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	return db_hook_archive(r->db, r->company, hook_of(id), r->now_us);
}

static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	char key[ID_TEXT_MAX], to[96];
	struct view *x;

	(void)r;
	id_text(ID_KIND_webhook, id, key);
	x = thing_extra(v, "test", "Try it",
	    "Sends an event of the kind “test” to the address.");
	(void)snprintf(to, sizeof(to), "/settings/webhooks/%s/test", key);
	thing_extra_button(x, to, "Send a test");
	(void)snprintf(to, sizeof(to), "/settings/webhooks/%s/log", key);
	thing_extra_link(x, to, "See what was sent");
	return ERR_OK;
}

/* --- what was sent ---------------------------------------------------------
 */

static enum err path_to(struct webhook_id id, const char *tail, char out[96])
{
	char key[ID_TEXT_MAX];

	id_text(ID_KIND_webhook, id.v, key);
	(void)snprintf(out, 96, "/settings/webhooks/%s%s", key, tail);
	return ERR_OK;
}

static enum err note(const struct req *r, const char *action,
    struct webhook_id id)
{
	return trail_add(r, &(struct trail){ .action = action,
				.object_kind = "webhook",
				.object = id.v });
}

enum err thing_webhook_test(const struct req *r, struct resp *out)
{
	struct webhook_id id;
	char path[96];
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_webhook, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_hook_out_test(r->db, r->company, id, r->now_us);
	if (e == ERR_OK)
		e = note(r, "webhook.test", id);
	if ((e = db_end(r->db, e)) != ERR_OK ||
	    (e = path_to(id, "/log", path)) != ERR_OK)
		return e;
	return thing_redirect(r, out, slice_from(path), "sent");
}

static void show_delivery(const struct hook_out_row *row, struct tz *z,
    int64_t now_us, struct view *v)
{
	char id[ID_TEXT_MAX], when[TZ_TEXT_MAX], due[TZ_TEXT_MAX] = "";

	id_text(ID_KIND_event, row->event.v, id);
	tz_text_short(z, row->happened_us, now_us, when);
	if (slice_eq(slice_from(row->state), SLICE("ready")))
		tz_text_short(z, row->due_us, now_us, due);
	view_cstr(v, "event", id);
	view_cstr(v, "kind", row->kind);
	view_cstr(v, "when", when);
	view_cstr(v, "state", row->state);
	view_cstr(v, "due", due);
	view_flag(v, "waits", due[0] != '\0');
	view_u64(v, "attempts", row->attempts);
	view_u64(v, "status", row->status);
	view_u64(v, "took_ms", row->took_ms);
	view_cstr(v, "error", row->error);
	view_cstr(v, "answer", row->answer);
	view_flag(v, "ended", row->ended_us != 0);
}

enum err thing_webhook_log(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "webhook_log.html");
	struct slice state = SLICE("");
	struct hook_out_row *rows;
	struct webhook_id id;
	struct hook_row hook;
	uint64_t before = 0;
	struct tz *z;
	size_t n;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_webhook, id.v)) != ERR_OK ||
	    (e = db_hook_get(r->db, r->company, id, &hook)) != ERR_OK)
		return e;
	e = req_query(r, "state", &state);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query_u64(r, "before", 1, UINT64_MAX, &before);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (state.n > 8)
		return req_wrong(r, "state",
		    "as the links of the list have it");
	if ((e = db_hook_out_list(r->db, r->company, id, state, before,
		 LOG_PAGE, r->arena, &rows, &n)) != ERR_OK ||
	    (e = frame_page(r, FRAME_SETTINGS,
		 frame_title(r, "What was sent", slice_from(hook.name)),
		 SLICE(""), v)) != ERR_OK ||
	    (e = tz_open(r->company_zone, &z)) != ERR_OK)
		return e;
	thing_done(r, v);
	view_slice(v, "key", req_path_text(r, 0));
	view_cstr(v, "name", hook.name);
	view_slice(v, "f_state", state);
	view_flag(v, "only_parked", slice_eq(state, SLICE("parked")));
	view_flag(v, "has_next", n == LOG_PAGE);
	view_u64(v, "next", n > 0 ? rows[n - 1].seq : 0);
	view_list(v, "rows");
	for (size_t i = 0; i < n; i++)
		show_delivery(&rows[i], z, r->now_us, view_item(v, "rows"));
	tz_close(z);
	return resp_view(out, v);
}

/* In a transaction. */
static enum err replay(const struct req *r, struct webhook_id id)
{
	struct event_id event;
	struct slice what;
	uint64_t n;
	enum err e = req_form_id(r, "event", ID_KIND_event, event.v);

	if (e == ERR_OK)
		return db_hook_out_replay(r->db, r->company, id, event,
		    r->now_us);
	if (e != ERR_NOTFOUND)
		return e;
	if ((e = req_need(req_form(r, "what", &what))) != ERR_OK)
		return e;
	if (!slice_eq(what, SLICE("parked")) && !slice_eq(what, SLICE("all")))
		return ERR_SYNTAX;
	return db_hook_out_replay_range(r->db, r->company, id,
	    r->now_us - REPLAY_US, r->now_us, slice_eq(what, SLICE("parked")),
	    r->now_us, &n);
}

enum err thing_webhook_replay(const struct req *r, struct resp *out)
{
	struct webhook_id id;
	struct hook_row hook;
	char path[96];
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_webhook, id.v)) != ERR_OK ||
	    (e = db_hook_get(r->db, r->company, id, &hook)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = replay(r, id);
	if (e == ERR_OK)
		e = note(r, "webhook.replay", id);
	if ((e = db_end(r->db, e)) != ERR_OK ||
	    (e = path_to(id, "/log", path)) != ERR_OK)
		return e;
	return thing_redirect(r, out, slice_from(path), "sent");
}

const struct thing thing_webhook = {
	.path = "/settings/webhooks",
	.one = "webhook",
	.many = "Webhooks",
	.intro =
	    "Other programs are told of what happens, as JSON, signed,"
	    " and again until they have it.",
	.empty = "No other program is told anything.",
	.id_kind = ID_KIND_webhook,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Address" },
	.retire = "Archive",
	.retire_help =
	    "It is told nothing more; what waits for it is set"
	    " aside.",
	.list = list,
	.choices = choices,
	.begin = begin,
	.load = load,
	.save = save,
	.again = again,
	.retire_it = retire,
	.more = more,
};
