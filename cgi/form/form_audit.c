#include "cgi/form/form_audit.h"

#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_company.h"

enum err form_audit(const struct req *r, const struct form_audit *a)
{
	struct company_row company;
	struct audit_row row = { .user = r->user,
		.action = a->action,
		.object_kind = a->kind,
		.before = a->before,
		.after = a->after,
		.address = slice_from(r->address),
		.happened_us = r->now_us };
	uint8_t dice[10];
	enum err e;

	if ((e = db_company_get(r->db, r->company, &company)) != ERR_OK)
		return e;
	rnd_bytes(dice, sizeof(dice));
	id_make(r->now_us, dice, row.id);
	row.account = company.account;
	memcpy(row.object, a->object, ID_BYTES);
	return db_audit_add(r->db, r->company, &row);
}
