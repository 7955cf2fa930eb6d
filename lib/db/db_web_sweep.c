#include "lib/db/db_web_sweep.h"

#include <string.h>

#include "lib/db/stmt.h"

static const char companies_sql[] = "SELECT id FROM company ORDER BY id";

/* Ids begin with the time they were made (UUIDv7), so the visits of a time are
 * a range of the key. */
static const char *const sweep_sql[] = {
	"DELETE FROM page_view WHERE company_id = ? AND visit_id < ? LIMIT ?",
	"DELETE FROM visit_event WHERE company_id = ? AND visit_id < ? LIMIT ?",
};

static enum err sweep_one(struct db *db, const char *sql,
    const struct company_id *company, const uint8_t before[ID_BYTES],
    uint32_t max, uint64_t *removed)
{
	uint64_t n = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company->v);
	stmt_in_bytes(st, before, ID_BYTES);
	stmt_in_u64(st, max);
	e = stmt_exec(st, &n);
	*removed += n;
	return e;
}

static enum err companies(struct db *db, struct arena *mem,
    struct company_id **rows, size_t *n)
{
	struct company_id id;
	struct stmt *st = stmt_begin(db, companies_sql);

	stmt_out_id(st, id.v);
	return stmt_all(st, mem, &id, sizeof(id), rows, n);
}

enum err db_web_sweep(struct db *db, int64_t before_us, uint32_t max,
    struct arena *mem, uint64_t *removed)
{
	const uint8_t zeros[10] = { 0 };
	struct company_id *rows = NULL;
	uint8_t before[ID_BYTES];
	uint64_t sum = 0;
	size_t n = 0;
	enum err e = companies(db, mem, &rows, &n);

	id_make(before_us, zeros, before);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		for (size_t k = 0; e == ERR_OK && k < RT_ARRAY_LEN(sweep_sql);
		     k++)
			e = sweep_one(db, sweep_sql[k], &rows[i], before, max,
			    &sum);
	if (e == ERR_OK)
		*removed = sum;
	return e;
}
