#include "ctl/ctl_company.h"

#include <stdio.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_verb.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/phone/tz.h"

#define BILLABLE_MAX_S 86400

struct opts {
	const char *conf;
	const char *name;
	const char *account;
	const char *zone;
	const char *country;
	const char *currency;
	uint64_t billable_s;
};

static const struct ctl_opt options[] = {
	{ "name", CTL_OPT_TEXT, offsetof(struct opts, name), 0, "NAME",
	    "of the company" },
	{ "account", CTL_OPT_TEXT, offsetof(struct opts, account), 0, "NAME",
	    "its owner; made when there is none yet" },
	{ "zone", CTL_OPT_TEXT, offsetof(struct opts, zone), 0, "ZONE",
	    "time zone, like America/New_York (UTC)" },
	{ "country", CTL_OPT_TEXT, offsetof(struct opts, country), 0, "CC",
	    "of national numbers (US)" },
	{ "currency", CTL_OPT_TEXT, offsetof(struct opts, currency), 0, "CUR",
	    "of values (USD)" },
	{ "billable-s", CTL_OPT_U64, offsetof(struct opts, billable_s),
	    BILLABLE_MAX_S, "N", "talk time of a qualified call (none)" },
	CTL_CONF_OPT(struct opts, conf),
};

/* The account that is named, or the only one, or a new one of that name. */
static enum err account(struct ctl_scope *s, const struct opts *o,
    struct account_id *out)
{
	struct account_row row = { .created_us = s->now_us };
	struct account_row *rows;
	size_t n;
	enum err e = db_account_list(s->db, &s->mem, &rows, &n);

	if (e != ERR_OK)
		return e;
	if (n > 0 && o->account == NULL)
		return ctl_scope_account(s, NULL, out);
	for (size_t i = 0; i < n; i++)
		if (slice_eq_cstr(slice_from(o->account), rows[i].name)) {
			*out = rows[i].id;
			return ERR_OK;
		}
	ctl_scope_id(s, row.id.v);
	e = ctl_scope_put(row.name, sizeof(row.name), "account",
	    o->account == NULL ? o->name : o->account);
	if (e == ERR_OK)
		e = db_account_add(s->db, &row);
	if (e == ERR_OK)
		*out = row.id;
	return e;
}

static enum err note_added(struct ctl_scope *s, const struct company_row *row)
{
	const char *const pairs[] = { "name", row->name, "time_zone",
		row->time_zone, "country", row->country, "currency",
		row->currency, NULL, NULL };
	static const struct company_id of_account;

	return ctl_audit_add(s, &(struct ctl_audit){ .account = row->account,
				    .company = of_account,
				    .action = "company.add",
				    .kind = "company",
				    .object = row->id.v,
				    .pairs = pairs });
}

static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct company_row row = { .created_us = s->now_us,
		.credit_min_bp = 6000,
		.billable_s = (uint32_t)o->billable_s };
	char id[ID_TEXT_MAX];
	enum err e;

	if (!tz_valid(slice_from(o->zone))) {
		(void)fprintf(stderr, "there is no time zone \"%s\"\n",
		    o->zone);
		return ERR_SYNTAX;
	}
	ctl_scope_id(s, row.id.v);
	if ((e = ctl_scope_need("name", o->name)) != ERR_OK ||
	    (e = ctl_scope_country(o->country)) != ERR_OK ||
	    (e = ctl_scope_currency(o->currency)) != ERR_OK ||
	    (e = ctl_scope_put(row.name, sizeof(row.name), "name", o->name)) !=
		ERR_OK ||
	    (e = ctl_scope_put(row.time_zone, sizeof(row.time_zone), "zone",
		 o->zone)) != ERR_OK ||
	    (e = ctl_scope_put(row.country, sizeof(row.country), "country",
		 o->country)) != ERR_OK ||
	    (e = ctl_scope_put(row.currency, sizeof(row.currency), "currency",
		 o->currency)) != ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = account(s, o, &row.account);
	if (e == ERR_OK)
		e = db_company_add(s->db, &row);
	if (e == ERR_OK)
		e = note_added(s, &row);
	e = db_end(s->db, e);
	if (e == ERR_OK) {
		id_text(ID_KIND_company, row.id.v, id);
		(void)printf("%s\n", id);
		/* Who left one away may not know that there is one. */
		(void)fprintf(stderr,
		    "times are those of %s, numbers are read as dialled in %s,"
		    " values are in %s\n",
		    row.time_zone, row.country, row.currency);
	}
	return e;
}

static enum err list(struct ctl_scope *s, const void *opts)
{
	struct account_row *accounts;
	struct company_row *rows;
	char id[ID_TEXT_MAX];
	size_t n_accounts, n;
	enum err e = db_account_list(s->db, &s->mem, &accounts, &n_accounts);

	(void)opts;
	for (size_t a = 0; a < n_accounts && e == ERR_OK; a++) {
		e = db_company_list(s->db, accounts[a].id, &s->mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			id_text(ID_KIND_company, rows[i].id.v, id);
			(void)printf("%s  %s  %s  (%s)\n", id, rows[i].name,
			    rows[i].time_zone, accounts[a].name);
		}
	}
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "add", "a new company; prints its id", add },
	{ "list", "all companies", list },
};

int ctl_company(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "company", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .zone = "UTC", .country = "US", .currency = "USD" };

	return ctl_verb_run(&noun, argc, argv, &o);
}
