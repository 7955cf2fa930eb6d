#include "ctl/ctl_number.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_audit.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_pool.h"
#include "ctl/ctl_record.h"
#include "ctl/ctl_verb.h"
#include "lib/core/nexthop.h"
#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_tracker.h"
#include "lib/phone/phone.h"

#define RING_S 30
#define PAGE   200

struct opts {
	const char *conf;
	const char *company;
	const char *number;
	const char *to;
	const char *label;
	struct ctl_record record;
	const char *pool;
	const char *source;
	const char *medium;
	const char *campaign;
};

static const struct ctl_opt options[] = {
	{ "number", CTL_OPT_TEXT, offsetof(struct opts, number), 0, "NUMBER",
	    "the tracking number, like +14155550100" },
	{ "to", CTL_OPT_TEXT, offsetof(struct opts, to), 0, "WHERE",
	    "number or sip:user@host[:port] that rings" },
	{ "label", CTL_OPT_TEXT, offsetof(struct opts, label), 0, "TEXT",
	    "what people call it" },
	{ "record", CTL_OPT_TEXT, offsetof(struct opts, record.how), 0, "HOW",
	    "off; notice: after a spoken one; silent: without (off)" },
	{ "owner", CTL_OPT_TEXT, offsetof(struct opts, record.owner), 0,
	    "EMAIL", "with silent: the owner who decides it" },
	{ "why", CTL_OPT_TEXT, offsetof(struct opts, record.why), 0, "TEXT",
	    "with silent: the reason, for the audit log" },
	{ "pool", CTL_OPT_TEXT, offsetof(struct opts, pool), 0, "NAME",
	    "lease it to web visits; a new pool, when there is none" },
	{ "source", CTL_OPT_TEXT, offsetof(struct opts, source), 0, "TEXT",
	    "or: it stands for this source alone" },
	{ "medium", CTL_OPT_TEXT, offsetof(struct opts, medium), 0, "TEXT",
	    "with --source (offline)" },
	{ "campaign", CTL_OPT_TEXT, offsetof(struct opts, campaign), 0, "TEXT",
	    "with --source" },
	{ "company", CTL_OPT_TEXT, offsetof(struct opts, company), 0, "NAME",
	    "whose (the only one)" },
	CTL_CONF_OPT(struct opts, conf),
};

static const char *kind_of(enum phone_type type)
{
	if (type == PHONE_TOLL_FREE)
		return "tollfree";
	if (type == PHONE_MOBILE)
		return "mobile";
	return type == PHONE_FIXED || type == PHONE_FIXED_OR_MOBILE ? "local"
								    : "other";
}

/* The company's destination for that target; made when there is none. */
static enum err destination(struct ctl_scope *s, struct company_id company,
    const char *country, const char *to, struct destination_id *out)
{
	struct destination_row row = { .ring_s = RING_S,
		.created_us = s->now_us };
	struct phone phone;
	enum err e;

	if (strncmp(to, "sip:", 4) != 0) {
		if ((e = ctl_scope_whole(to, country, &phone)) != ERR_OK)
			return e;
		to = phone.e164;
	} else if (!nexthop_is_sip(slice_from(to))) {
		(void)fprintf(stderr,
		    "--to: a SIP address is sip:user@host or"
		    " sip:user@host:port, by UDP: \"%s\"\n",
		    to);
		return ERR_SYNTAX;
	}
	e = db_destination_at(s->db, company, slice_from(to), out);
	if (e != ERR_NOTFOUND)
		return e;
	ctl_scope_id(s, row.id.v);
	if ((e = ctl_scope_put(row.name, sizeof(row.name), "to", to)) !=
		ERR_OK ||
	    (e = ctl_scope_put(row.target, sizeof(row.target), "to", to)) !=
		ERR_OK ||
	    (e = db_destination_add(s->db, company, &row)) != ERR_OK)
		return e;
	*out = row.id;
	return ERR_OK;
}

static enum err tracker(struct ctl_scope *s, struct company_id company,
    const struct opts *o, const struct number_row *number)
{
	struct tracker_row row = { .number = number->id,
		.match_kind = "none",
		.created_us = s->now_us };
	enum err e;

	ctl_scope_id(s, row.id.v);
	if ((e = ctl_scope_put(row.name, sizeof(row.name), "label",
		 number->label)) != ERR_OK ||
	    (e = ctl_scope_put(row.source, sizeof(row.source), "source",
		 o->source)) != ERR_OK ||
	    (e = ctl_scope_put(row.medium, sizeof(row.medium), "medium",
		 o->medium)) != ERR_OK ||
	    (e = ctl_scope_put(row.campaign, sizeof(row.campaign), "campaign",
		 o->campaign == NULL ? "" : o->campaign)) != ERR_OK)
		return e;
	return db_tracker_add(s->db, company, &row);
}

static enum err add_rows(struct ctl_scope *s, const struct company_row *company,
    const struct opts *o, struct number_row *row)
{
	struct pool_id pool;
	enum err e = destination(s, company->id, company->country, o->to,
	    &row->destination);

	if (e == ERR_OK)
		e = db_number_add(s->db, company->id, row);
	if (e == ERR_OK && o->source != NULL)
		e = tracker(s, company->id, o, row);
	if (e != ERR_OK || o->pool == NULL)
		return e;
	e = ctl_pool_make(s, company->id, o->pool, &pool);
	return e == ERR_OK ? db_pool_number_add(s->db, company->id, pool,
				 row->id, s->now_us)
			   : e;
}

static enum err check(const struct opts *o)
{
	enum err e;

	if ((e = ctl_scope_need("number", o->number)) != ERR_OK ||
	    (e = ctl_scope_need("to", o->to)) != ERR_OK)
		return e;
	if (o->pool != NULL && o->source != NULL) {
		(void)fprintf(stderr,
		    "--pool and --source: a number is either leased or stands "
		    "for one source\n");
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err note_added(struct ctl_scope *s, struct account_id account,
    struct company_id company, const struct number_row *row,
    const struct opts *o)
{
	const char *const pairs[] = { "e164", row->e164, "label", row->label,
		"to", o->to, "pool", o->pool, "source", o->source, "medium",
		o->source == NULL ? NULL : o->medium, "record", o->record.how,
		NULL, NULL };

	return ctl_audit_add(s, &(struct ctl_audit){ .account = account,
				    .company = company,
				    .action = "number.add",
				    .kind = "number",
				    .object = row->id.v,
				    .pairs = pairs });
}

static enum err add(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct number_row row = { .added_us = s->now_us };
	char place[PHONE_PLACE_MAX];
	struct company_row company;
	struct account_id account;
	struct phone phone;
	enum err e;

	if ((e = check(o)) != ERR_OK ||
	    (e = ctl_scope_company(s, o->company, &company.id, &account)) !=
		ERR_OK ||
	    (e = ctl_record_choose(s, company.id, &o->record, &row)) !=
		ERR_OK ||
	    (e = db_company_get(s->db, company.id, &company)) != ERR_OK ||
	    (e = ctl_scope_whole(o->number, company.country, &phone)) != ERR_OK)
		return e;
	ctl_scope_id(s, row.id.v);
	phone_place(slice_from(phone.e164), place);
	if ((e = ctl_scope_put(row.e164, sizeof(row.e164), "number",
		 phone.e164)) != ERR_OK ||
	    (e = ctl_scope_put(row.label, sizeof(row.label), "label",
		 o->label != NULL    ? o->label
		 : o->pool != NULL   ? o->pool
		 : o->source != NULL ? o->source
				     : phone.e164)) != ERR_OK ||
	    (e = ctl_scope_put(row.kind, sizeof(row.kind), "kind",
		 kind_of(phone.type))) != ERR_OK ||
	    (e = ctl_scope_put(row.country, sizeof(row.country), "country",
		 phone.country[0] == '\0' ? company.country : phone.country)) !=
		ERR_OK ||
	    (e = ctl_scope_put(row.place, sizeof(row.place), "place", place)) !=
		ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = add_rows(s, &company, o, &row);
	if (e == ERR_OK)
		e = note_added(s, account, company.id, &row, o);
	if (e == ERR_OK && row.record == FLOW_RECORD_SILENT)
		e = ctl_record_audit(s, company.id, account, &o->record, &row);
	e = db_end(s->db, e);
	if (e == ERR_OK)
		(void)printf("%s\n", row.e164);
	return e;
}

static enum err get(struct ctl_scope *s, struct company_id company,
    const char *e164, struct number_row *out)
{
	const enum err e =
	    db_number_by_e164(s->db, company, slice_from(e164), out);

	if (e == ERR_NOTFOUND)
		(void)fprintf(stderr, "the company has no number %s\n", e164);
	return e;
}

static enum err record(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct number_row row;
	struct company_row company;
	struct account_id account;
	struct phone phone;
	enum err e;

	if ((e = ctl_scope_need("number", o->number)) != ERR_OK ||
	    (e = ctl_scope_company(s, o->company, &company.id, &account)) !=
		ERR_OK ||
	    (e = db_company_get(s->db, company.id, &company)) != ERR_OK ||
	    (e = ctl_scope_number(o->number, company.country, &phone)) !=
		ERR_OK ||
	    (e = get(s, company.id, phone.e164, &row)) != ERR_OK ||
	    (e = ctl_record_choose(s, company.id, &o->record, &row)) !=
		ERR_OK ||
	    (e = db_begin(s->db)) != ERR_OK)
		return e;
	e = db_number_update(s->db, company.id, &row);
	if (e == ERR_OK)
		e = ctl_record_audit(s, company.id, account, &o->record, &row);
	return db_end(s->db, e);
}

static enum err list(struct ctl_scope *s, const void *opts)
{
	const struct opts *o = opts;
	struct company_id company;
	struct account_id account;
	struct number_row *rows;
	char after[DB_E164_BYTES] = "";
	size_t n;
	enum err e = ctl_scope_company(s, o->company, &company, &account);

	do {
		if (e != ERR_OK)
			return e;
		e = db_number_list(s->db, company, slice_from(after), PAGE,
		    &s->mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++) {
			(void)printf("%-16s  %-8s  %-24s  %s\n", rows[i].e164,
			    rows[i].kind, rows[i].place, rows[i].label);
			memcpy(after, rows[i].e164, sizeof(after));
		}
	} while (e == ERR_OK && n == PAGE);
	return e;
}

static const struct ctl_verb verbs[] = {
	{ "add", "a tracking number and where it rings", add },
	{ "record", "changes how a number is recorded", record },
	{ "list", "the company's numbers", list },
};

int ctl_number(int argc, char *const *argv)
{
	static const struct ctl_noun noun = { "number", verbs,
		RT_ARRAY_LEN(verbs), options, RT_ARRAY_LEN(options),
		offsetof(struct opts, conf) };
	struct opts o = { .record.how = "off", .medium = "offline" };

	return ctl_verb_run(&noun, argc, argv, &o);
}
