#include "ctl/ctl_record.h"

#include <stdio.h>
#include <string.h>

#include "ctl/ctl_audit.h"
#include "lib/base/utf8.h"
#include "lib/db/db_user.h"

#define WHY_MIN 10
#define WHY_MAX 500

static enum err refuse(const char *what)
{
	(void)fprintf(stderr, "%s\n", what);
	return ERR_SYNTAX;
}

static enum err find_owner(struct ctl_scope *s, struct company_id company,
    const char *email, struct user_id *out)
{
	struct user_row user;
	enum user_role role = USER_ROLE_NONE;
	enum err e = db_user_by_email(s->db, slice_from(email), &user);

	if (e == ERR_OK && user.disabled_us == 0)
		e = db_user_role(s->db, user.id, company, &role);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (role != USER_ROLE_OWNER)
		return refuse("--owner: not an owner of the company");
	*out = user.id;
	return ERR_OK;
}

enum err ctl_record_choose(struct ctl_scope *s, struct company_id company,
    const struct ctl_record *o, struct number_row *row)
{
	struct user_id owner = { { 0 } };
	enum flow_record how;
	enum err e;

	if (db_number_record_parse(slice_from(o->how), &how) != ERR_OK)
		return refuse("--record is off, notice or silent");
	if (how != FLOW_RECORD_SILENT && (o->owner != NULL || o->why != NULL))
		return refuse("--owner and --why belong to --record silent");
	if (how == FLOW_RECORD_SILENT) {
		if ((e = ctl_scope_need("owner", o->owner)) != ERR_OK ||
		    (e = ctl_scope_need("why", o->why)) != ERR_OK)
			return e;
		if (strlen(o->why) < WHY_MIN || strlen(o->why) > WHY_MAX ||
		    !utf8_valid(slice_from(o->why)))
			return refuse("--why is a text of 10 to 500 bytes");
		e = find_owner(s, company, o->owner, &owner);
		if (e != ERR_OK)
			return e;
	}
	row->record = how;
	row->record_confirmed_by = owner;
	return ERR_OK;
}

enum err ctl_record_audit(struct ctl_scope *s, struct company_id company,
    struct account_id account, const struct ctl_record *o,
    const struct number_row *row)
{
	const bool silent = row->record == FLOW_RECORD_SILENT;
	const char *const pairs[] = { "record", o->how, "why", o->why, NULL,
		NULL };

	return ctl_audit_add(s,
	    &(struct ctl_audit){ .account = account,
		.company = company,
		.user = row->record_confirmed_by,
		.action = silent ? "number.record_silent" : "number.record",
		.kind = "number",
		.object = row->id.v,
		.pairs = pairs });
}
