#include "cgi/web/trail.h"

#include <string.h>

#include "lib/db/db_audit.h"
#include "lib/text/json_out.h"

#define TEXT_MAX ((size_t)262144)

static enum err add(const struct req *r, struct account_id account,
    struct company_id company, struct user_id user, const struct trail *t)
{
	struct audit_row row = { .account = account,
		.user = user,
		.action = t->action,
		.object_kind = t->object_kind,
		.before = t->before,
		.after = t->after,
		.address = slice_from(r->address) };

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

struct slice trail_text(const struct req *r, const char *key, struct slice text)
{
	struct slice kept = SLICE("");
	struct json_out j;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, key);
	json_out_str(&j, text);
	json_out_end(&j);
	if (json_out_done(&j) != ERR_OK ||
	    !arena_copy(r->arena, json_out_text(&j), &kept))
		kept = SLICE("");
	buf_fini(&b);
	return kept;
}
