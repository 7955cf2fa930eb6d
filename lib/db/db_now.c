#include "lib/db/db_now.h"

#include "lib/db/stmt.h"

enum err db_now(struct db *db, int64_t *now_us)
{
	static const char sql[] = "SELECT CURRENT_TIMESTAMP(6) AS now_at";
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_time_us(st, now_us);
	return stmt_one(st);
}
