#include "ctl/ctl_scope.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_db.h"
#include "lib/base/clk.h"
#include "lib/base/rnd.h"
#include "lib/core/visible.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/phone/phone.h"

#define MEM_BYTES ((size_t)16 << 20)

enum err ctl_scope_open(struct ctl_scope *s, const char *conf)
{
	enum err e;

	*s = (struct ctl_scope){ .now_us = clk_wall_us() };
	arena_init(&s->mem, MEM_BYTES);
	e = ctl_conf_load(conf, &s->settings);
	return e == ERR_OK ? ctl_db_open(&s->settings, &s->db) : e;
}

void ctl_scope_close(struct ctl_scope *s)
{
	db_close(s->db);
	s->db = NULL;
	arena_fini(&s->mem);
}

void ctl_scope_id(const struct ctl_scope *s, uint8_t out[ID_BYTES])
{
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	id_make(s->now_us, rnd, out);
}

static bool is(enum id_kind kind, const uint8_t id[ID_BYTES], const char *name,
    const char *text)
{
	char own[ID_TEXT_MAX];

	id_text(kind, id, own);
	return text == NULL || strcmp(own, text) == 0 ||
	       strcmp(name, text) == 0;
}

/* Says why what was asked for is not exactly one row. */
static enum err not_one(const char *what, const char *text, size_t found)
{
	if (text != NULL && found == 0)
		(void)fprintf(stderr, "there is no %s \"%s\"\n", what, text);
	else if (text != NULL)
		(void)fprintf(stderr,
		    "there are %zu of the name \"%s\": say which by its id, as "
		    "in `ringtrace company list`\n",
		    found, text);
	else if (found == 0)
		(void)fprintf(stderr,
		    "there is no %s yet: add one with `ringtrace company "
		    "add`\n",
		    what);
	else
		(void)fprintf(stderr,
		    "there are %zu of them: say which with --%s NAME\n", found,
		    what);
	return ERR_NOTFOUND;
}

enum err ctl_scope_account(struct ctl_scope *s, const char *text,
    struct account_id *out)
{
	struct account_row *rows;
	size_t n, found = 0;
	enum err e = db_account_list(s->db, &s->mem, &rows, &n);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (is(ID_KIND_account, rows[i].id.v, rows[i].name, text)) {
			*out = rows[i].id;
			found++;
		}
	return found == 1 ? ERR_OK : not_one("account", text, found);
}

enum err ctl_scope_company(struct ctl_scope *s, const char *text,
    struct company_id *company, struct account_id *account)
{
	struct account_row *accounts;
	struct company_row *rows;
	size_t n_accounts, n, found = 0;
	enum err e = db_account_list(s->db, &s->mem, &accounts, &n_accounts);

	for (size_t a = 0; a < n_accounts && e == ERR_OK; a++) {
		e = db_company_list(s->db, accounts[a].id, &s->mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			if (!is(ID_KIND_company, rows[i].id.v, rows[i].name,
				text))
				continue;
			*company = rows[i].id;
			*account = accounts[a].id;
			found++;
		}
	}
	if (e != ERR_OK)
		return e;
	return found == 1 ? ERR_OK : not_one("company", text, found);
}

enum err ctl_scope_put(char *out, size_t cap, const char *what,
    const char *text)
{
	if (slice_to_cstr(slice_from(text), out, cap))
		return ERR_OK;
	(void)fprintf(stderr, "--%s is longer than %zu bytes\n", what, cap - 1);
	return ERR_TOOBIG;
}

static bool is_upper(const char *text, size_t n)
{
	return strlen(text) == n &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

enum err ctl_scope_country(const char *text)
{
	char name[PHONE_PLACE_MAX];

	phone_country_name(text, name);
	if (is_upper(text, 2) && name[0] != '\0')
		return ERR_OK;
	(void)fprintf(stderr,
	    "--country: there is no \"%s\"; two capitals, as"
	    " in US\n",
	    text);
	return ERR_SYNTAX;
}

enum err ctl_scope_currency(const char *text)
{
	if (is_upper(text, 3))
		return ERR_OK;
	(void)fprintf(stderr, "--currency: three capitals, as in USD: \"%s\"\n",
	    text);
	return ERR_SYNTAX;
}

enum err ctl_scope_need(const char *what, const char *value)
{
	if (value != NULL && visible_any(slice_from(value)))
		return ERR_OK;
	(void)fprintf(stderr, "--%s is needed\n", what);
	return ERR_SYNTAX;
}

static enum err no_number(const char *text, const char *country)
{
	(void)fprintf(stderr,
	    "\"%s\" is not a telephone number%s%s; write it like "
	    "+14155550100\n",
	    text, text[0] == '+' ? "" : " of the company's country, ",
	    text[0] == '+' ? "" : country);
	return ERR_SYNTAX;
}

enum err ctl_scope_number(const char *text, const char *country,
    struct phone *out)
{
	return phone_parse(slice_from(text), country, out) == ERR_OK
		   ? ERR_OK
		   : no_number(text, country);
}

enum err ctl_scope_whole(const char *text, const char *country,
    struct phone *out)
{
	return phone_parse_whole(slice_from(text), country, out) == ERR_OK
		   ? ERR_OK
		   : no_number(text, country);
}

int ctl_scope_done(struct ctl_scope *s, enum err e)
{
	if (e == ERR_CONFLICT)
		(void)fprintf(stderr,
		    "refused: that name, number or key is taken already\n");
	else if (e != ERR_OK && e != ERR_NOTFOUND && e != ERR_SYNTAX &&
		 e != ERR_TOOBIG)
		(void)fprintf(stderr, "failed: %s\n", err_name(e));
	ctl_scope_close(s);
	return e == ERR_OK ? 0 : e == ERR_SYNTAX ? 2 : 1;
}
