/*
 * db_form.h - forms that visitors sent on a site: interactions beside calls.
 *
 * A form is credited to its visit, which is known for certain; what the visit
 * came from is copied into the interaction as for a call. Written in the lease
 * server's batches by ids that it made: twice changes nothing.
 */
#ifndef RT_DB_FORM_H
#define RT_DB_FORM_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_FORM_FIELDS_MAX ((size_t)65535) /* bytes of JSON */

struct form_row {
	struct form_id id; /* its interaction's too */
	struct site_id site;
	struct visit_id visit;
	int64_t submitted_us;
	struct slice form_name;
	struct slice page_url;
	struct slice fields; /* JSON: [["name","value"], …] */
	struct slice contact_name;
	struct slice contact_email;
	char contact_e164[DB_E164_BYTES]; /* "" none */
	bool contact_real; /* in an assigned range, with its area */
};

/* Links the visitor and the telephone that the form names, where it is a real
 * one (db_person_link()).
 * In a transaction, after the visit was added. ERR_NOTFOUND: the company has
 * no such visit; nothing is kept then. */
RT_MUST_USE enum err db_form_add(struct db *db, struct company_id company,
    const struct form_row *row);

/* One that a program sends in, in a transaction: credited to row->visit, whose
 * site it gets, or without one (nil) to source. ERR_NOTFOUND: the company has
 * no such visit. */
struct form_source {
	struct slice source, medium, campaign;
};
RT_MUST_USE enum err db_form_send(struct db *db, struct company_id company,
    const struct form_row *row, const struct form_source *source);

#endif
