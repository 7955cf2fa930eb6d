#include "ctl/ctl_site.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_fill.h"
#include "ctl/ctl_pool.h"
#include "ctl/ctl_site_check.h"
#include "ctl/ctl_verb.h"
#include "lib/base/clk.h"
#include "lib/core/origin.h"
#include "lib/core/source.h"
#include "lib/db/db_company.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_page.h"
#include "lib/hash/token.h"
#include "lib/phone/phone.h"

#define KEY_CHARS 16 /* of base64url: 96 bits */

struct opts {
	const char *conf;
	const char *company;
	const char *name;
	const char *origin;
	const char *number;
	const char *pool;
	const char *consent;
	const char *key;
	const char *param;
	const char *field;
	const char *url;
};

static const struct ctl_opt options[] = {
	{ "name", CTL_OPT_TEXT, offsetof(struct opts, name), 0, "NAME",
	    "of the site (its origin)" },
	{ "origin", CTL_OPT_TEXT, offsetof(struct opts, origin), 0, "ORIGIN,..",
	    "where the tag runs: https://www.example.com" },
	{ "number", CTL_OPT_TEXT, offsetof(struct opts, number), 0, "NUMBER,..",
	    "the site's own numbers, to be replaced" },
	{ "pool", CTL_OPT_TEXT, offsetof(struct opts, pool), 0, "NAME",
	    "pool that its visits lease from" },
	{ "consent", CTL_OPT_TEXT, offsetof(struct opts, consent), 0, "HOW",
	    "assume, or require: ask the visitor first (assume)" },
	{ "key", CTL_OPT_TEXT, offsetof(struct opts, key), 0, "KEY",
	    "of the site, for token, check and map" },
	{ "param", CTL_OPT_TEXT, offsetof(struct opts, param), 0, "NAME",
	    "parameter of the site's own links" },
	{ "field", CTL_OPT_TEXT, offsetof(struct opts, field), 0, "FIELD",
	    "what it stands for: utm_term, campaign_id, ...; none: no longer" },
	{ "url", CTL_OPT_TEXT, offsetof(struct opts, url), 0, "URL",
	    "page of the site, for check" },
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "whose (the only one; with --key, that of the site)" },
	CTL_CONF_OPT(struct opts, conf),
};

static enum err add_origin(struct ctl_scope *s, struct company_id company,
    struct site_id site, struct slice origin)
{
	char name[DB_NAME_BYTES];
	const enum err e =
	    db_site_origin_other(s->db, company, site, origin, name);

	if (e == ERR_NOTFOUND)
		return db_site_origin_add(s->db, company, site, origin);
	if (e != ERR_OK)
		return e;
	(void)fprintf(stderr,
	    "site \"%s\" has %.*s already; the tag there can mean one site "
	    "only\n",
	    name, SLICE_FMT(origin));
	return ERR_SYNTAX;
}

/* What is looked at once a day, as of a site whose form names no page. */
static enum err add_front(struct ctl_scope *s, struct company_id company,
    struct site_id site, struct slice origin)
{
	char mem[DB_SITE_PAGE_URL_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_put(&b, origin);
	buf_char(&b, '/');
	return db_site_page_add(s->db, company, site, buf_slice(&b));
}

static enum err add_origins(struct ctl_scope *s, struct company_id company,
    struct site_id site, const char *list)
{
	struct slice rest = slice_from(list);
	struct slice part, origin;
	bool more = rest.n > 0, first = true;
	enum err e = ERR_OK;

	while (more && e == ERR_OK) {
		more = slice_cut(&rest, ',', &part);
		part = slice_trim(part);
		if (origin_read(part, &origin)) {
			e = add_origin(s, company, site, origin);
			if (e == ERR_OK && first)
				e = add_front(s, company, site, origin);
			first = false;
			continue;
		}
		(void)fprintf(stderr,
		    "\"%.*s\" is not an origin; write it like "
		    "https://www.example.com\n",
		    SLICE_FMT(part));
		e = ERR_SYNTAX;
	}
	return e;
}

static enum err add_targets(struct ctl_scope *s,
    const struct company_row *company, struct site_id site, const char *list)
{
	struct slice rest = slice_from(list);
	struct slice part;
	bool more = rest.n > 0;
	enum err e = ERR_OK;

	while (more && e == ERR_OK) {
		char text[PHONE_TEXT_MAX];
		struct phone phone;

		more = slice_cut(&rest, ',', &part);
		if (!slice_to_cstr(slice_trim(part), text, sizeof(text)))
			return ERR_SYNTAX;
		e = ctl_scope_number(text, company->country, &phone);
		if (e == ERR_OK)
			e = db_site_target_add(s->db, company->id, site,
			    slice_from(phone.e164));
	}
	return e;
}

static enum err print_tag(const struct ctl_scope *s, const struct site_row *row)
{
	const struct ctl_fill_word words[] = {
		{ "public_url", s->settings.public_url, 0 },
		{ "key", row->public_key, 0 },
	};
	char text[1024];
	struct buf b;
	enum err e;

	buf_over(&b, text, sizeof(text));
	e = ctl_fill(s->settings.share_dir, "nginx/tag.txt.in", words,
	    RT_ARRAY_LEN(words), &b);
	if (e == ERR_OK)
		(void)printf("%.*s", SLICE_FMT(buf_slice(&b)));
	return e;
}

static enum err add_rows(struct ctl_scope *s, const struct company_row *company,
    const struct opts *o, struct site_row *row)
{
	enum err e = ERR_OK;

	if (o->pool != NULL)
		e = ctl_pool_get(s, company->id, o->pool, &row->pool);
	if (e == ERR_OK)
		e = db_site_add(s->db, company->id, row);
	if (e == ERR_OK)
		e = add_origins(s, company->id, row->id, o->origin);
	return e == ERR_OK ? add_targets(s, company, row->id, o->number) : e;
}

static enum err note_added(struct ctl_scope *s, struct account_id account,
    struct company_id company, const struct site_row *row, const struct opts *o)
{
	const char *const pairs[] = { "name", row->name, "origins", o->origin,
		"targets", o->number, "pool", o->pool, "consent", o->consent,
		NULL, NULL };

	return ctl_audit_add(s, &(struct ctl_audit){ .account = account,
				    .company = company,
				    .action = "site.add",
				    .kind = "site",
				    .object = row->id.v,
				    .pairs = pairs });
}

static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct site_row row = { .created_us = s->now_us,
		.consent_required = strcmp(o->consent, "require") == 0 };
	char token[TOKEN_TEXT + 1];
	struct company_row company;
	struct account_id account;
	enum err e;

	if (!row.consent_required && strcmp(o->consent, "assume") != 0) {
		(void)fprintf(stderr, "--consent is assume or require\n");
		return ERR_SYNTAX;
	}
	token_make(token);
	token[KEY_CHARS] = '\0';
	ctl_scope_id(s, row.id.v);
	if ((e = ctl_scope_need("origin", o->origin)) != ERR_OK ||
	    (e = ctl_scope_need("number", o->number)) != ERR_OK ||
	    (e = ctl_scope_put(row.public_key, sizeof(row.public_key), "key",
		 token)) != ERR_OK ||
	    (e = ctl_scope_put(row.name, sizeof(row.name), "name",
		 o->name == NULL ? o->origin : o->name)) != ERR_OK ||
	    (e = ctl_scope_company(s, o->company, &company.id, &account)) !=
		ERR_OK ||
	    (e = db_company_get(s->db, company.id, &company)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = add_rows(s, &company, o, &row);
	if (e == ERR_OK)
		e = note_added(s, account, company.id, &row, o);
	e = db_end(s->db, e);
	return e == ERR_OK ? print_tag(s, &row) : e;
}

static enum err list(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct company_id company;
	struct account_id account;
	struct site_row *rows;
	char seen[CLK_RFC3339_MAX];
	size_t n;
	enum err e;

	if ((e = ctl_scope_company(s, o->company, &company, &account)) !=
		ERR_OK ||
	    (e = db_site_list(s->db, company, &s->mem, &rows, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		clk_rfc3339(rows[i].seen_us, seen);
		(void)printf("%-20s  %s  tag last seen: %s\n",
		    rows[i].public_key, rows[i].name,
		    rows[i].seen_us == 0 ? "never" : seen);
	}
	return ERR_OK;
}

/* The site of --key: of the company, if one is named. */
static enum err find(struct ctl_scope *s, const struct opts *o,
    struct company_id *company, struct site_id *site)
{
	struct account_id account;
	struct company_id owner;
	struct site_row row;
	enum err e;

	if ((e = ctl_scope_need("key", o->key)) != ERR_OK)
		return e;
	if (o->company != NULL &&
	    (e = ctl_scope_company(s, o->company, company, &account)) != ERR_OK)
		return e;
	e = db_site_by_key(s->db, slice_from(o->key), &owner, &row);
	if (e == ERR_OK && o->company != NULL && !id_eq(owner.v, company->v))
		e = ERR_NOTFOUND;
	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "no site%s has this key\n",
		    o->company != NULL ? " of the company" : "");
	*company = owner;
	*site = row.id;
	return e;
}

static enum err token(struct ctl_scope *s, const void *opts)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	char text[TOKEN_TEXT + 1];
	struct company_id company;
	struct site_id site;
	enum err e;

	token_make(text);
	if ((e = find(s, opts, &company, &site)) != ERR_OK ||
	    (e = token_hash(slice_from(text), hash)) != ERR_OK ||
	    (e = db_site_token_set(s->db, company, site, hash)) != ERR_OK)
		return e;
	(void)printf("%s\n", text);
	return ERR_OK;
}

static enum err map(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	const struct slice field =
	    o->field == NULL ? SLICE("") : slice_from(o->field);
	struct company_id company;
	struct site_id site;
	enum err e;

	if ((e = ctl_scope_need("param", o->param)) != ERR_OK)
		return e;
	if ((field.n > 0 && !source_field_known(field)) ||
	    strlen(o->param) > 64) {
		(void)fprintf(stderr,
		    "--field is a name such as utm_term, campaign_id, ad_id, "
		    "match_type, gclid; --param at most 64 bytes\n");
		return ERR_SYNTAX;
	}
	e = find(s, o, &company, &site);
	return e == ERR_OK ? db_site_param_set(s->db, company, site,
				 slice_from(o->param), field)
			   : e;
}

static enum err check(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct company_id company;
	struct site_id site;
	enum err e;

	if ((e = ctl_scope_need("url", o->url)) != ERR_OK ||
	    (e = find(s, o, &company, &site)) != ERR_OK)
		return e;
	return ctl_site_check(s, company, site, slice_from(o->key), o->url);
}

static const struct ctl_verb verbs[] = {
	{ "add", "a web site; prints the tag to paste", add },
	{ "list", "the company's sites", list },
	{ "token", "makes the secret of a site's own server", token },
	{ "check", "fetches a page and says what the tag would find", check },
	{ "map", "a parameter of the site's own links", map },
};

int ctl_site(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "site", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .consent = "assume" };

	return ctl_verb_run(&noun, argc, argv, &o);
}
