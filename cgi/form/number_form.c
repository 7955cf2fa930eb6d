#include "cgi/form/number_form.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/thing.h"
#include "cgi/web/trail.h"
#include "lib/db/db_config.h"
#include "lib/db/db_pool.h"
#include "lib/phone/phone.h"

enum err number_form_kind(const char *e164, struct number_row *row)
{
	struct phone phone;
	char place[PHONE_PLACE_MAX];
	enum err e = phone_parse(slice_from(e164), "", &phone);

	if (e != ERR_OK)
		return e;
	(void)snprintf(row->e164, sizeof(row->e164), "%s", phone.e164);
	(void)snprintf(row->country, sizeof(row->country), "%s",
	    phone.country[0] == '\0' ? "ZZ" : phone.country);
	(void)snprintf(row->kind, sizeof(row->kind), "%s",
	    phone.type == PHONE_TOLL_FREE ? "tollfree"
	    : phone.type == PHONE_MOBILE  ? "mobile"
	    : phone.type == PHONE_FIXED || phone.type == PHONE_FIXED_OR_MOBILE
		? "local"
		: "other");
	phone_place(slice_from(phone.e164), place);
	(void)snprintf(row->place, sizeof(row->place), "%s", place);
	return ERR_OK;
}

/* Back to the number's form, whatever happened. */
static enum err back(const struct req *r, struct resp *out, struct number_id id,
    const char *word)
{
	char key[ID_TEXT_MAX], path[80];

	id_text(ID_KIND_number, id.v, key);
	(void)snprintf(path, sizeof(path), "/settings/numbers/%s", key);
	return thing_redirect(r, out, slice_from(path), word);
}

static enum err note(const struct req *r, const char *action,
    struct number_id id)
{
	return trail_add(r, &(struct trail){ .action = action,
				.object_kind = "number",
				.object = id.v });
}

enum err number_form_do_rest(const struct req *r, struct number_id id)
{
	struct pool_id pool;
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK)
		return e;
	e = db_pool_of(r->db, r->company, id, &pool);
	if (e == ERR_OK)
		e = db_pool_number_remove(r->db, r->company, pool, id,
		    r->now_us);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = db_number_quarantine(r->db, r->company, id, r->now_us);
	return e == ERR_OK ? note(r, "number.rest", id) : e;
}

enum err number_form_do_lift(const struct req *r, struct number_id id)
{
	const enum err e = db_number_lift(r->db, r->company, id);

	return e == ERR_OK ? note(r, "number.lift", id) : e;
}

enum err number_form_rest(const struct req *r, struct resp *out)
{
	struct number_id id;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_number, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, number_form_do_rest(r, id));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409,
		    "A source tracker has this number, or it is the overflow"
		    " of a pool, or it rests already. Free it first.");
	return e == ERR_OK ? back(r, out, id, "saved") : e;
}

enum err number_form_lift(const struct req *r, struct resp *out)
{
	struct number_id id;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_number, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, number_form_do_lift(r, id));
	return e == ERR_OK ? back(r, out, id, "lifted") : e;
}
