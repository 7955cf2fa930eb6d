#include "jobs/hook_run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/hook_body.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/rnd.h"
#include "lib/base/utf8.h"
#include "lib/db/db_hook.h"
#include "lib/hash/seal.h"
#include "lib/out/out_http.h"
#include "lib/out/out_sign.h"

#define ARENA_MAX  ((size_t)32 << 20)
#define VISIBLE_US RT_MIN_US /* longer than any request can take */
#define LOST_EVERY (10 * RT_SEC_US)
/* Of the places: from here on everybody has one at most; and those of the last
 * quarter are for receivers that answer. */
#define CROWDED      (HOOK_RUN_FLIGHTS / 2)
#define KEPT_FROM    (HOOK_RUN_FLIGHTS / 4 * 3)
#define POLL_US      (RT_SEC_US / 4)
#define RECONNECT_US RT_SEC_US
#define STOP_US      (5 * RT_SEC_US)
#define HOOKS_KNOWN  1024
#define REST_MAX_US  RT_HOUR_US /* a receiver's Retry-After, for all it gets */
#define STORE_TRIES  3
#define HEADER_BYTES 192
#define PATH_BYTES   (SETTINGS_PATH_MAX + 16)

/* What we remember of a hook between its requests. */
struct known {
	struct company_id company;
	struct webhook_id hook;
	bool used;
	bool failing; /* its last request was not taken */
	uint32_t running;
	uint32_t tokens; /* requests that it may begin at once */
	int64_t filled_us;
	int64_t rests_until_us; /* monotonic: it asked for a pause */
};

/* One request under way. */
struct flight {
	struct flight *next;
	struct known *known;
	struct hook_out_row row;
	uint8_t claim[ID_BYTES];
	struct buf body;
};

struct hook_run {
	struct hook_run_conf conf;
	struct db *db;
	struct arena arena;
	struct out_http *http;
	struct seal_key key;
	bool has_key;
	atomic_bool stop;
	pthread_t thread;
	int64_t lost_us; /* monotonic: of the last look */
	struct flight *free;
	struct flight flights[HOOK_RUN_FLIGHTS];
	struct known known[HOOKS_KNOWN];
};

/* --- limits ----------------------------------------------------------------
 */

/* The place of a hook in our memory; a place that nothing runs in is given
 * away when there is no other. NULL: none. */
static struct known *know(struct hook_run *r, const struct hook_due *due)
{
	struct known *spare = NULL;

	for (size_t i = 0; i < HOOKS_KNOWN; i++) {
		struct known *k = &r->known[i];

		if (k->used && id_eq(k->hook.v, due->hook.v) &&
		    id_eq(k->company.v, due->company.v))
			return k;
		if (!k->used || (spare == NULL && k->running == 0))
			spare = spare == NULL || spare->used ? k : spare;
	}
	if (spare != NULL)
		*spare = (struct known){ .company = due->company,
			.hook = due->hook,
			.used = true };
	return spare;
}

uint32_t hook_run_share(uint32_t running, uint32_t own, uint32_t parallel,
    bool failing)
{
	const uint32_t most = failing || running >= CROWDED ? 1 : parallel;
	const uint32_t end = failing             ? KEPT_FROM
			     : running < CROWDED ? CROWDED
						 : HOOK_RUN_FLIGHTS;

	if (own >= most || running >= end)
		return 0;
	return most - own < end - running ? most - own : end - running;
}

/* How many requests of the hook may begin now. */
static uint32_t room_for(struct hook_run *r, struct known *k,
    const struct hook_row *hook)
{
	const int64_t now_us = clk_mono_us();
	uint32_t room;

	if (now_us - k->filled_us >= RT_SEC_US) {
		k->tokens = hook->per_second;
		k->filled_us = now_us;
	}
	if (now_us < k->rests_until_us)
		return 0;
	room = hook_run_share(out_http_running(r->http), k->running,
	    hook->parallel, k->failing);
	return room < k->tokens ? room : k->tokens;
}

/* --- what came of it -------------------------------------------------------
 */

enum hook_fate hook_run_fate(enum err e, unsigned int status, uint32_t attempts,
    uint32_t retry_after_s, int64_t *pause_us)
{
	if (e == ERR_OK && status >= 200 && status < 300)
		return HOOK_FATE_DONE;
	return hook_pause_us(attempts, retry_after_s, pause_us)
		   ? HOOK_FATE_AGAIN
		   : HOOK_FATE_PARKED;
}

static void count(enum hook_fate fate)
{
	static const enum metric metrics[] = {
		[HOOK_FATE_DONE] = METRIC_HOOKS_DELIVERED,
		[HOOK_FATE_AGAIN] = METRIC_HOOKS_FAILED,
		[HOOK_FATE_PARKED] = METRIC_HOOKS_PARKED,
	};

	metric_add(metrics[fate], 1);
}

/* A receiver that says when to come again is not asked before, for nothing: its
 * other events keep their attempts. */
static void rest(struct known *k, const struct out_http_answer *a)
{
	const int64_t asked_us = (int64_t)a->retry_after_s * RT_SEC_US;

	if (a->e == ERR_OK && (a->status == 429 || a->status == 503))
		k->rests_until_us =
		    clk_mono_us() +
		    (asked_us < REST_MAX_US ? asked_us : REST_MAX_US);
}

/* A deadlock with somebody who adds or replays is over at once. */
static enum err store_result(struct hook_run *r, const struct flight *f,
    const struct hook_result *result, int64_t now_us)
{
	enum err e = ERR_BUSY;

	for (int i = 0; i < STORE_TRIES && e == ERR_BUSY; i++)
		e = db_hook_out_settle(r->db, f->known->company, f->known->hook,
		    &f->row, f->claim, result, now_us);
	return e;
}

/* why: at most OUT_HTTP_WHY_MAX bytes of ASCII. */
static void settle(struct hook_run *r, struct flight *f,
    const struct out_http_answer *a, const char *why)
{
	const int64_t now_us = clk_wall_us();
	char error[3 * OUT_HTTP_WHY_MAX], answer[3 * DB_HOOK_ANSWER_MAX];
	struct hook_result result;
	int64_t pause_us = 0;
	struct buf b, b2;
	enum err e;

	buf_over(&b, error, sizeof(error));
	utf8_clean(slice_from(why), &b);
	buf_over(&b2, answer, sizeof(answer));
	utf8_clean(slice_head(a->body, DB_HOOK_ANSWER_MAX), &b2);
	result = (struct hook_result){
		.fate = hook_run_fate(a->e, a->status, f->row.attempts,
		    a->retry_after_s, &pause_us),
		.due_us = now_us + pause_us,
		.status = a->status,
		.took_us = a->took_us,
		.error = buf_slice(&b),
		.answer = buf_slice(&b2),
	};
	f->known->failing = result.fate != HOOK_FATE_DONE;
	rest(f->known, a);
	count(result.fate);
	e = store_result(r, f, &result, now_us);
	/* Not written down: it is lost after a while, and sent again. */
	if (e != ERR_OK)
		log_warn("hook: result not stored seq=%llu error=%s",
		    (unsigned long long)f->row.seq, err_name(e));
	log_info("hook: sent seq=%llu attempt=%u status=%u us=%lld",
	    (unsigned long long)f->row.seq, f->row.attempts, a->status,
	    (long long)a->took_us);
}

static void land(struct hook_run *r, struct flight *f)
{
	f->known->running--;
	buf_fini(&f->body);
	f->next = r->free;
	r->free = f;
}

static void take_answers(struct hook_run *r)
{
	struct out_http_answer a;

	while (out_http_next(r->http, &a)) {
		struct flight *f = a.ctx;
		char why[OUT_HTTP_WHY_MAX];

		(void)snprintf(why, sizeof(why), "%s", a.why);
		if (a.e == ERR_OK && a.status >= 300 && a.status < 400)
			(void)snprintf(why, sizeof(why),
			    "answered %u: redirects are not followed",
			    a.status);
		else if (a.e == ERR_OK && (a.status < 200 || a.status > 299))
			(void)snprintf(why, sizeof(why), "answered %u",
			    a.status);
		settle(r, f, &a, why);
		land(r, f);
	}
}

/* --- sending ---------------------------------------------------------------
 */

static enum err sign(struct hook_run *r, const struct hook_row *hook,
    struct slice body, char out[HEADER_BYTES])
{
	const bool sha1 = strcmp(hook->signature, "sha1") == 0;
	char about[ID_TEXT_MAX + 16], id[ID_TEXT_MAX];
	char mem[OUT_SIGN_SECRET_MAX];
	struct buf secret, line;
	enum err e;

	if (!r->has_key)
		return ERR_UNAVAILABLE;
	id_text(ID_KIND_webhook, hook->id.v, id);
	(void)snprintf(about, sizeof(about), "webhook:%s", id);
	buf_over(&secret, mem, sizeof(mem));
	e = seal_open(&r->key, slice_from(about),
	    slice_of(hook->secret, hook->secret_n), &secret);
	if (e != ERR_OK)
		return e;
	buf_over(&line, out, HEADER_BYTES - 1);
	buf_cstr(&line, sha1 ? "Signature: " : "Ringtrace-Signature: ");
	e = sha1 ? out_sign_sha1(buf_slice(&secret), body, &line)
		 : out_sign_v1(buf_slice(&secret), clk_wall_us() / RT_SEC_US,
		       body, &line);
	if (e == ERR_OK)
		out[line.n] = '\0';
	return e;
}

static enum err body_held(struct hook_run *r, struct flight *f)
{
	struct slice kept = SLICE("");
	enum err e;

	e = db_hook_out_hold(r->db, f->known->company, f->known->hook,
	    f->row.event, &r->arena, &kept);
	if (e != ERR_OK)
		return e;
	if (kept.n > 0) {
		buf_put(&f->body, kept);
		return buf_err(&f->body);
	}
	e = hook_body(r->db, f->known->company, &f->row, &r->arena, &f->body);
	return e == ERR_OK
		   ? db_hook_out_body(r->db, f->known->company, f->known->hook,
			 f->row.event, buf_slice(&f->body))
		   : e;
}

/* The body of the first attempt, made now and kept for all others, unless words
 * about a person go out of it. Who does that now is waited for before the call
 * is read: what was read before would bring them back. */
static enum err make_body(struct hook_run *r, struct flight *f)
{
	enum err e = db_begin(r->db);

	buf_init(&f->body, DB_HOOK_BODY_MAX);
	return e == ERR_OK ? db_end(r->db, body_held(r, f)) : e;
}

/* In plain text only in one's own network, unless the operator allows more:
 * where a name leads is known when the connection is made. */
static bool plain_at_home(const struct hook_run *r, const struct hook_row *hook)
{
	return hook->private_ok && r->conf.settings->hooks_plain == 0 &&
	       !hook_encrypted(slice_from(hook->url));
}

static enum err begin(struct hook_run *r, const struct hook_row *hook,
    struct flight *f)
{
	char signature[HEADER_BYTES], event[64], delivery[64];
	char id[ID_TEXT_MAX];
	enum err e;

	if ((e = make_body(r, f)) != ERR_OK ||
	    (e = sign(r, hook, buf_slice(&f->body), signature)) != ERR_OK)
		return e;
	id_text(ID_KIND_event, f->row.event.v, id);
	(void)snprintf(event, sizeof(event), "Ringtrace-Event: %s",
	    f->row.kind);
	(void)snprintf(delivery, sizeof(delivery), "Ringtrace-Event-Id: %s",
	    id);
	return out_http_add(r->http,
	    &(struct out_http_request){ .url = hook->url,
		.method = "POST",
		.body = buf_slice(&f->body),
		.headers = { "Content-Type: application/json", signature, event,
		    delivery, "Expect:" },
		.private_ok = hook->private_ok,
		.private_only = plain_at_home(r, hook),
		.ca_file = r->conf.settings->ca_file,
		.timeout_us = HOOK_RUN_TIMEOUT_US,
		.answer_max = DB_HOOK_ANSWER_MAX,
		.ctx = f });
}

static void send_one(struct hook_run *r, const struct hook_row *hook,
    struct known *k, const struct hook_out_row *row,
    const uint8_t claim[ID_BYTES])
{
	struct flight *f = r->free;
	enum err e;

	r->free = f->next;
	f->known = k;
	f->row = *row;
	memcpy(f->claim, claim, sizeof(f->claim));
	k->running++;
	k->tokens--;
	e = begin(r, hook, f);
	if (e == ERR_OK)
		return;
	log_warn("hook: not sent seq=%llu error=%s",
	    (unsigned long long)row->seq, err_name(e));
	settle(r, f, &(struct out_http_answer){ .e = e },
	    "could not be put together");
	land(r, f);
}

static void serve_hook(struct hook_run *r, const struct hook_due *due)
{
	struct hook_out_row *rows = NULL;
	uint8_t claim[ID_BYTES];
	struct known *k = know(r, due);
	struct hook_row hook;
	uint32_t room;
	size_t n = 0;

	if (k == NULL ||
	    db_hook_get(r->db, due->company, due->hook, &hook) != ERR_OK)
		return;
	room = room_for(r, k, &hook);
	if (room == 0)
		return;
	rnd_bytes(claim, sizeof(claim));
	if (db_hook_out_claim(r->db, due->company, due->hook, room, claim,
		clk_wall_us(), VISIBLE_US, &r->arena, &rows, &n) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++)
		send_one(r, &hook, k, &rows[i], claim);
}

/* --- the thread ------------------------------------------------------------
 */

static enum err connect_as_jobd(const struct settings *s, struct db **out)
{
	return db_open_as(out, s->secret_dir, s->db_socket, s->db_name, "jobd");
}

static bool connected(struct hook_run *r)
{
	if (r->db == NULL)
		return r->conf.connect(r->conf.settings, &r->db) == ERR_OK;
	return !db_broken(r->db) || db_reconnect(r->db) == ERR_OK;
}

static void find_lost(struct hook_run *r)
{
	const int64_t now_us = clk_mono_us();

	if (r->lost_us != 0 && now_us - r->lost_us < LOST_EVERY)
		return;
	r->lost_us = now_us;
	if (db_hook_out_lost(r->db, clk_wall_us()) != ERR_OK)
		log_warn("hook: lost deliveries were not looked for");
}

/* Begins what may begin; how long nothing else will be due. */
static int64_t begin_due(struct hook_run *r)
{
	const int64_t now_us = clk_wall_us();
	int64_t pause_us = POLL_US;
	struct hook_due *due = NULL;
	size_t n = 0;

	find_lost(r);
	if (db_hook_out_due(r->db, &r->arena, &due, &n) != ERR_OK)
		return pause_us;
	for (size_t i = 0; i < n && r->free != NULL; i++) {
		if (due[i].due_us <= now_us)
			serve_hook(r, &due[i]);
		else if (due[i].due_us - now_us < pause_us)
			pause_us = due[i].due_us - now_us;
	}
	return pause_us;
}

static void *work(void *arg)
{
	struct hook_run *r = arg;
	int64_t stop_us = 0;

	for (;;) {
		int64_t pause_us = RECONNECT_US;
		const bool stopping = atomic_load(&r->stop);

		if (stopping && stop_us == 0)
			stop_us = clk_mono_us() + STOP_US;
		if (stopping &&
		    (out_http_running(r->http) == 0 || clk_mono_us() > stop_us))
			break;
		if (connected(r) && !stopping)
			pause_us = begin_due(r);
		out_http_work(r->http, (int)(pause_us / 1000) + 1);
		take_answers(r);
		arena_reset(&r->arena);
	}
	return NULL;
}

static void free_all(struct hook_run *r)
{
	out_http_close(r->http);
	for (size_t i = 0; i < HOOK_RUN_FLIGHTS; i++)
		buf_fini(&r->flights[i].body);
	db_close(r->db);
	arena_fini(&r->arena);
	seal_key_forget(&r->key);
	free(r);
}

enum err hook_run_start(struct hook_run **out, const struct hook_run_conf *conf)
{
	struct hook_run *r = calloc(1, sizeof(*r));
	char path[PATH_BYTES];
	enum err e;

	if (r == NULL)
		return ERR_NOMEM;
	r->conf = *conf;
	if (r->conf.connect == NULL)
		r->conf.connect = connect_as_jobd;
	arena_init(&r->arena, ARENA_MAX);
	for (size_t i = HOOK_RUN_FLIGHTS; i-- > 0;) {
		r->flights[i].next = r->free;
		r->free = &r->flights[i];
	}
	(void)snprintf(path, sizeof(path), "%s/seal.key",
	    conf->settings->secret_dir);
	r->has_key = seal_key_load(path, &r->key) == ERR_OK;
	e = out_http_open(&r->http, HOOK_RUN_FLIGHTS);
	if (e == ERR_OK && pthread_create(&r->thread, NULL, work, r) != 0)
		e = ERR_NOMEM;
	if (e != ERR_OK) {
		free_all(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

void hook_run_stop(struct hook_run *r)
{
	if (r == NULL)
		return;
	atomic_store(&r->stop, true);
	out_http_wake(r->http);
	(void)pthread_join(r->thread, NULL);
	free_all(r);
}
