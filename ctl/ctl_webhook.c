#include "ctl/ctl_webhook.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/base/buf.h"
#include "lib/db/db_hook.h"
#include "lib/db/db_hook_out.h"
#include "lib/hash/seal.h"
#include "lib/hash/token.h"
#include "lib/out/out_http.h"

#define PREFIX    "whsec_"
#define SHOWN_MAX 200

struct opts {
	const char *conf;
	const char *company;
	const char *name;
	const char *url;
	const char *events;
	const char *id;
	bool private_ok;
	bool sha1;
	uint64_t per_second;
	uint64_t parallel;
};

static const struct ctl_opt options[] = {
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "whose (the only company)" },
	{ "name", CTL_OPT_TEXT, offsetof(struct opts, name), 0, "NAME",
	    "what you call it" },
	{ "url", CTL_OPT_TEXT, offsetof(struct opts, url), 0, "URL",
	    "where it is told" },
	{ "events", CTL_OPT_TEXT, offsetof(struct opts, events), 0, "KIND,...",
	    "of what, such as call.ended (everything)" },
	{ "private", CTL_OPT_FLAG, offsetof(struct opts, private_ok), 0, NULL,
	    "the address may lie in a private network" },
	{ "sha1", CTL_OPT_FLAG, offsetof(struct opts, sha1), 0, NULL,
	    "sign as CallRail does" },
	{ "per-second", CTL_OPT_COUNT, offsetof(struct opts, per_second), 100,
	    "N", "most requests a second (10)" },
	{ "parallel", CTL_OPT_COUNT, offsetof(struct opts, parallel), 16, "N",
	    "most requests at once (4)" },
	{ "id", CTL_OPT_TEXT, offsetof(struct opts, id), 0, "ID",
	    "which one: whk_..." },
	CTL_CONF_OPT(struct opts, conf),
};

static enum err parse_events(const char *text, uint32_t *out)
{
	struct slice rest = slice_from(text);
	bool more = true;
	uint32_t bits = 0;

	if (text == NULL) {
		*out = HOOK_ALL;
		return ERR_OK;
	}
	while (more) {
		enum hook_kind kind = HOOK_TEST;
		struct slice part;

		more = slice_cut(&rest, ',', &part);
		if (!hook_parse(slice_trim(part), &kind) || kind == HOOK_TEST) {
			(void)fprintf(stderr, "\"%.*s\" is no event\n",
			    SLICE_FMT(part));
			return ERR_SYNTAX;
		}
		bits |= HOOK_BIT(kind);
	}
	*out = bits;
	return ERR_OK;
}

/* A new secret, shown once and kept sealed. */
static enum err make_secret(const struct ctl_scope *s, struct hook_row *row,
    char shown[sizeof(PREFIX) + TOKEN_TEXT])
{
	char path[SETTINGS_PATH_MAX + 32], about[ID_TEXT_MAX + 16];
	char id[ID_TEXT_MAX], token[TOKEN_TEXT + 1];
	struct seal_key key;
	struct buf sealed;
	enum err e;

	token_make(token);
	(void)snprintf(shown, sizeof(PREFIX) + TOKEN_TEXT, PREFIX "%s", token);
	(void)snprintf(path, sizeof(path), "%s/seal.key",
	    s->settings.secret_dir);
	if ((e = seal_key_load(path, &key)) != ERR_OK)
		return e;
	id_text(ID_KIND_webhook, row->id.v, id);
	(void)snprintf(about, sizeof(about), "webhook:%s", id);
	buf_over(&sealed, row->secret, sizeof(row->secret));
	e = seal_box(&key, slice_from(about), slice_from(shown), &sealed);
	seal_key_forget(&key);
	row->secret_n = sealed.n;
	return e;
}

static enum err fill(const struct opts *o, struct hook_row *row)
{
	enum err e;

	row->private_ok = o->private_ok;
	row->per_second = (uint32_t)o->per_second;
	row->parallel = (uint32_t)o->parallel;
	if ((e = ctl_scope_need("name", o->name)) != ERR_OK ||
	    (e = ctl_scope_need("url", o->url)) != ERR_OK ||
	    (e = ctl_scope_put(row->name, sizeof(row->name), "name",
		 o->name)) != ERR_OK ||
	    (e = ctl_scope_put(row->url, sizeof(row->url), "url", o->url)) !=
		ERR_OK ||
	    (e = ctl_scope_put(row->signature, sizeof(row->signature), "sha1",
		 o->sha1 ? "sha1" : "v1")) != ERR_OK)
		return e;
	if ((e = out_http_url_check(slice_from(o->url))) != ERR_OK)
		(void)fprintf(stderr, "%s: not an address we would call\n",
		    o->url);
	return e == ERR_OK ? parse_events(o->events, &row->events) : e;
}

static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	char secret[sizeof(PREFIX) + TOKEN_TEXT], id[ID_TEXT_MAX];
	struct hook_row row = { .created_us = s->now_us };
	struct account_id account;
	struct company_id company;
	enum err e;

	ctl_scope_id(s, row.id.v);
	if ((e = fill(o, &row)) != ERR_OK ||
	    (e = ctl_scope_company(s, o->company, &company, &account)) !=
		ERR_OK ||
	    (e = make_secret(s, &row, secret)) != ERR_OK ||
	    (e = db_hook_add(s->db, company, &row)) != ERR_OK)
		return e;
	id_text(ID_KIND_webhook, row.id.v, id);
	(void)printf("%s %s\n", id, secret);
	return ERR_OK;
}

static enum err list(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct account_id account;
	struct company_id company;
	struct hook_row *rows;
	size_t n;
	enum err e;

	if ((e = ctl_scope_company(s, o->company, &company, &account)) !=
		ERR_OK ||
	    (e = db_hook_list(s->db, company, &s->mem, &rows, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		char id[ID_TEXT_MAX];

		id_text(ID_KIND_webhook, rows[i].id.v, id);
		(void)printf("%s  %s  %s\n", id, rows[i].name, rows[i].url);
	}
	return ERR_OK;
}

/* The company and the hook that --id names. */
static enum err find(struct ctl_scope *s, const struct opts *o,
    struct company_id *company, struct webhook_id *hook)
{
	struct account_id account;
	struct hook_row row;
	enum err e;

	if ((e = ctl_scope_need("id", o->id)) != ERR_OK)
		return e;
	if ((e = id_parse(ID_KIND_webhook, slice_from(o->id), hook->v)) !=
	    ERR_OK) {
		(void)fprintf(stderr,
		    "--id: \"%s\" is no webhook's; `ringtrace webhook list` "
		    "shows them\n",
		    o->id);
		return e;
	}
	if ((e = ctl_scope_company(s, o->company, company, &account)) != ERR_OK)
		return e;
	e = db_hook_get(s->db, *company, *hook, &row);
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "there is no webhook %s\n", o->id);
	return e;
}

static enum err test(struct ctl_scope *s, const void *opts)
{
	struct company_id company;
	struct webhook_id hook;
	enum err e = find(s, opts, &company, &hook);

	return e == ERR_OK ? db_hook_out_test(s->db, company, hook, s->now_us)
			   : e;
}

static enum err show_log(struct ctl_scope *s, const void *opts)
{
	struct hook_out_row *rows = NULL;
	struct company_id company;
	struct webhook_id hook;
	size_t n = 0;
	enum err e;

	if ((e = find(s, opts, &company, &hook)) != ERR_OK ||
	    (e = db_hook_out_list(s->db, company, hook, SLICE(""), 0, SHOWN_MAX,
		 &s->mem, &rows, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		char id[ID_TEXT_MAX];

		id_text(ID_KIND_event, rows[i].event.v, id);
		(void)printf("%s  %s  %s  tries=%u  status=%u  %s\n", id,
		    rows[i].kind, rows[i].state, rows[i].attempts,
		    rows[i].status, rows[i].error);
	}
	return ERR_OK;
}

/* Everything that was given up. */
static enum err replay(struct ctl_scope *s, const void *opts)
{
	struct company_id company;
	struct webhook_id hook;
	uint64_t n = 0;
	enum err e;

	if ((e = find(s, opts, &company, &hook)) != ERR_OK ||
	    (e = db_hook_out_replay_range(s->db, company, hook, 0,
		 s->now_us + RT_DAY_US, true, s->now_us, &n)) != ERR_OK)
		return e;
	(void)printf("%" PRIu64 " sent again\n", n);
	return ERR_OK;
}

static enum err off(struct ctl_scope *s, const void *opts)
{
	struct company_id company;
	struct webhook_id hook;
	enum err e = find(s, opts, &company, &hook);

	return e == ERR_OK ? db_hook_archive(s->db, company, hook, s->now_us)
			   : e;
}

static const struct ctl_verb verbs[] = {
	{ "add", "one; prints its id and, once, its secret", add },
	{ "list", "the company's", list },
	{ "test", "sends a test event to --id", test },
	{ "log", "what --id was told, newest first", show_log },
	{ "replay", "sends again what was given up", replay },
	{ "off", "--id is told nothing more", off },
};

int ctl_webhook(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "webhook", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .per_second = 10, .parallel = 4 };

	return ctl_verb_run(&noun, argc, argv, &o);
}
