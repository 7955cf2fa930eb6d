#include "lib/db/db_call_touch.h"

#include "lib/db/stmt.h"

enum err db_call_touch(struct db *db, struct company_id company,
    const uint8_t call[ID_BYTES])
{
	static const char sql[] =
	    "UPDATE phone_call SET updated_at = CURRENT_TIMESTAMP(6)"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call);
	return stmt_exec(st, NULL);
}
