#include "lib/db/db_form.h"

#include <string.h>

#include "lib/db/db_hook_out.h"
#include "lib/db/db_person.h"
#include "lib/db/stmt.h"

static const char interaction_add_sql[] =
    "INSERT INTO interaction"
    " (company_id, id, kind, happened_at, attributed_by, visit_id,"
    " probability_bp, source, medium, campaign, ad_group, keyword, channel,"
    " landing_page, referrer_host)"
    " SELECT v.company_id, ?, 'form', ?, 'visit', v.id, 10000, v.source,"
    " v.medium, v.campaign, v.ad_group_id, v.keyword, v.channel,"
    " v.landing_page, v.referrer_host"
    " FROM visit v WHERE v.company_id = ? AND v.id = ?"
    " ON DUPLICATE KEY UPDATE happened_at = VALUES(happened_at)";

static const char form_add_sql[] =
    "INSERT INTO form_entry"
    " (company_id, id, site_id, visit_id, submitted_at, form_name, page_url,"
    " fields, contact_name, contact_email, contact_e164)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE submitted_at = VALUES(submitted_at)";

static enum err add_interaction(struct db *db, struct company_id company,
    const struct form_row *row)
{
	uint64_t changed = 0;
	struct stmt *st = stmt_begin(db, interaction_add_sql);
	enum err e;

	stmt_in_id(st, row->id.v);
	stmt_in_time_us(st, row->submitted_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->visit.v);
	e = stmt_exec(st, &changed);
	return e == ERR_OK && changed == 0 ? ERR_NOTFOUND : e;
}

/* Of none whose person was erased a moment ago (db_visit_erased.h): its visits
 * would be somebody's again. */
static const char visitor_of_sql[] =
    "SELECT v.visitor_id, EXISTS (SELECT 1 FROM visit_erased x"
    " WHERE x.company_id = v.company_id AND x.visit_id = v.id)"
    " FROM visit v WHERE v.company_id = ? AND v.id = ?";

/* Whoever names a telephone in a form is its caller, most likely. */
static enum err link_person(struct db *db, struct company_id company,
    const struct form_row *row)
{
	struct visitor_id visitor;
	struct person_id fresh;
	struct stmt *st;
	bool erased = false;
	enum err e;

	if (row->contact_e164[0] == '\0' || !row->contact_real)
		return ERR_OK;
	st = stmt_begin(db, visitor_of_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->visit.v);
	stmt_out_id(st, visitor.v);
	stmt_out_bool(st, &erased);
	e = stmt_one(st);
	if (e != ERR_OK || erased)
		return e;
	memcpy(fresh.v, row->id.v, sizeof(fresh.v));
	return db_person_link(db, company, visitor,
	    slice_from(row->contact_e164), row->submitted_us, fresh);
}

static enum err add_entry(struct db *db, struct company_id company,
    const struct form_row *row)
{
	struct stmt *st = stmt_begin(db, form_add_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->site.v);
	stmt_in_id(st, row->visit.v);
	stmt_in_time_us(st, row->submitted_us);
	stmt_in_text(st, row->form_name);
	stmt_in_text(st, row->page_url);
	stmt_in_text(st, row->fields);
	stmt_in_text(st, row->contact_name);
	stmt_in_text(st, row->contact_email);
	stmt_in_text(st, slice_from(row->contact_e164));
	e = stmt_exec(st, NULL);
	return e == ERR_OK ? db_hook_out_emit(db, company, HOOK_FORM_RECEIVED,
				 row->id.v, row->submitted_us)
			   : e;
}

enum err db_form_add(struct db *db, struct company_id company,
    const struct form_row *row)
{
	enum err e;

	if ((e = add_interaction(db, company, row)) != ERR_OK ||
	    (e = link_person(db, company, row)) != ERR_OK)
		return e;
	return add_entry(db, company, row);
}

static enum err site_of(struct db *db, struct company_id company,
    struct visit_id visit, struct site_id *out)
{
	static const char sql[] =
	    "SELECT site_id FROM visit WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, visit.v);
	stmt_out_id(st, out->v);
	return stmt_one(st);
}

static enum err add_without_visit(struct db *db, struct company_id company,
    const struct form_row *row, const struct form_source *s)
{
	static const char sql[] =
	    "INSERT INTO interaction (company_id, id, kind, happened_at,"
	    " attributed_by, source, medium, campaign)"
	    " VALUES (?, ?, 'form', ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_time_us(st, row->submitted_us);
	stmt_in_text(st, s->source.n > 0 ? SLICE("source") : SLICE("none"));
	stmt_in_text(st, s->source);
	stmt_in_text(st, s->medium);
	stmt_in_text(st, s->campaign);
	return stmt_exec_one(st);
}

enum err db_form_send(struct db *db, struct company_id company,
    const struct form_row *row, const struct form_source *source)
{
	struct form_row with = *row;
	enum err e;

	if (id_is_nil(row->visit.v)) {
		e = add_without_visit(db, company, row, source);
		return e == ERR_OK ? add_entry(db, company, row) : e;
	}
	e = site_of(db, company, row->visit, &with.site);
	return e == ERR_OK ? db_form_add(db, company, &with) : e;
}
