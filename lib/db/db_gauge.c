#include "lib/db/db_gauge.h"

#include "lib/db/stmt.h"

/* A count along an index that ends at DB_GAUGE_MAX. */
#define UP_TO(what) "(SELECT COUNT(*) FROM (" what " LIMIT 100000) AS x)"

enum err db_gauge_read(struct db *db, int64_t now_us, struct db_gauges *out)
{
	static const char sql[] =
	    "SELECT " UP_TO("SELECT 1 FROM phone_call WHERE state = 'open'") ", " UP_TO(
		"SELECT 1 FROM job WHERE state = 'ready'"
		" AND due_at <= ?") ", " UP_TO("SELECT 1 FROM job WHERE state = 'dead'") ", " UP_TO("SELECT 1 FROM webhook_delivery WHERE state = 'ready'");
	struct db_gauges g;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	stmt_out_u64(st, &g.calls_open);
	stmt_out_u64(st, &g.jobs_due);
	stmt_out_u64(st, &g.jobs_dead);
	stmt_out_u64(st, &g.hooks_waiting);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = g;
	return e;
}
