#include "lib/db/db_pool_count.h"

#include "lib/db/stmt.h"

static const char count_add_sql[] =
    "INSERT INTO pool_count"
    " (company_id, pool_id, bucket_at, kind, amount)"
    " VALUES (?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)";

enum err db_pool_count_add(struct db *db, struct company_id company,
    struct pool_id pool, int64_t bucket_us, const char *kind, uint64_t amount)
{
	struct stmt *st = stmt_begin(db, count_add_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, bucket_us);
	stmt_in_text(st, slice_from(kind));
	stmt_in_u64(st, amount);
	return stmt_exec(st, NULL);
}
