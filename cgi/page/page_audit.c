#include "cgi/page/page_audit.h"

#include "lib/base/rnd.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_company.h"
#include "lib/text/json_out.h"

#define JSON_MAX ((size_t)262144)

enum err page_audit(const struct req *r, const char *action, const char *kind,
    const uint8_t *object, struct slice before, struct slice after)
{
	struct company_row company;
	struct audit_row row = { .user = r->user,
		.action = action,
		.object_kind = kind,
		.before = before,
		.after = after,
		.address = slice_from(r->address),
		.happened_us = r->now_us };
	uint8_t dice[10];
	enum err e = db_company_get(r->db, r->company, &company);

	if (e != ERR_OK)
		return e;
	rnd_bytes(dice, sizeof(dice));
	id_make(r->now_us, dice, row.id);
	row.account = company.account;
	for (size_t i = 0; object != NULL && i < ID_BYTES; i++)
		row.object[i] = object[i];
	return db_audit_add(r->db, r->company, &row);
}

struct slice page_audit_text(const struct req *r, const char *key,
    struct slice text)
{
	struct slice kept = SLICE("");
	struct json_out j;
	struct buf b;

	buf_init(&b, JSON_MAX);
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
