#include "cgi/web/trail.h"

#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_audit.h"

static enum err add(const struct req *r, struct account_id account,
    struct company_id company, struct user_id user, const struct trail *t)
{
	struct audit_row row = { .account = account,
		.user = user,
		.action = t->action,
		.object_kind = t->object_kind,
		.before = t->before,
		.after = t->after,
		.address = slice_from(r->address),
		.happened_us = r->now_us };
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	id_make(r->now_us, rnd, row.id);
	if (t->object != NULL)
		memcpy(row.object, t->object, ID_BYTES);
	return db_audit_add(r->db, company, &row);
}

enum err trail_add(const struct req *r, const struct trail *t)
{
	return add(r, r->account, r->company, r->user, t);
}

enum err trail_add_account(const struct req *r, const struct trail *t)
{
	static const struct company_id none;

	return add(r, r->account, none, r->user, t);
}

enum err trail_add_user(const struct req *r, struct account_id account,
    struct user_id user, const struct trail *t)
{
	static const struct company_id none;

	return add(r, account, none, user, t);
}
