#include "lib/db/db_call_hold.h"

#include "lib/db/stmt.h"

enum err db_call_hold(struct db *db, struct company_id company,
    const uint8_t call[ID_BYTES])
{
	static const char sql[] =
	    "SELECT id FROM phone_call WHERE company_id = ? AND id = ?"
	    " FOR UPDATE";
	struct stmt *st = stmt_begin(db, sql);
	uint8_t found[ID_BYTES];
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, call);
	stmt_out_id(st, found);
	e = stmt_one(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
