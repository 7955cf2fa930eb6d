#include "lib/db/db_visit_erased.h"

#include "lib/db/db_job.h"
#include "lib/db/stmt.h"

/* A visit goes on for half an hour after its last sign of life, which is
 * written a minute later at most. */
#define LIVES_US (40 * RT_MIN_US)
#define LATE_US  RT_MIN_US
#define PIECE    1000 /* rows that are cleared at once */

enum err db_visit_erased_add(struct db *db, struct company_id company,
    struct person_id person, int64_t now_us, struct person_id fresh)
{
	static const char sql[] =
	    "INSERT IGNORE INTO visit_erased (company_id, visit_id, erased_at)"
	    " SELECT v.company_id, v.id, ? FROM visit v JOIN person_visitor x"
	    " ON x.company_id = v.company_id AND x.visitor_id = v.visitor_id"
	    " WHERE v.company_id = ? AND x.person_id = ? AND v.seen_at > ?";
	char key[ID_TEXT_MAX];
	uint64_t n = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, person.v);
	stmt_in_time_us(st, now_us - LIVES_US);
	if ((e = stmt_exec(st, &n)) != ERR_OK || n == 0)
		return e;
	id_text(ID_KIND_request, fresh.v, key);
	return db_job_add(db, company, "keep", slice_from(key), SLICE("{}"),
	    now_us + LATE_US, now_us);
}

enum err db_visit_erased_list(struct db *db, const struct visit_erased *after,
    uint32_t max, struct arena *mem, struct visit_erased **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT erased_at, company_id, visit_id FROM visit_erased"
	    " WHERE erased_at >= ? AND (erased_at > ? OR company_id > ?"
	    " OR (company_id = ? AND visit_id > ?))"
	    " ORDER BY erased_at, company_id, visit_id LIMIT ?";
	struct visit_erased row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, after->erased_us);
	stmt_in_time_us(st, after->erased_us);
	stmt_in_id(st, after->company.v);
	stmt_in_id(st, after->company.v);
	stmt_in_id(st, after->visit.v);
	stmt_in_u64(st, max);
	stmt_out_time_us(st, &row.erased_us);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.visit.v);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err clear(struct db *db, const struct visit_erased *v)
{
	static const char *const sqls[] = {
		"DELETE FROM page_view WHERE company_id = ? AND visit_id = ?",
		"DELETE FROM visit_event WHERE company_id = ? AND visit_id = ?",
	};
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(sqls); i++) {
		struct stmt *st = stmt_begin(db, sqls[i]);

		stmt_in_id(st, v->company.v);
		stmt_in_id(st, v->visit.v);
		e = stmt_exec(st, NULL);
	}
	return e;
}

enum err db_visit_erased_clear(struct db *db, int64_t now_us, struct arena *mem)
{
	static const char sql[] =
	    "DELETE FROM visit_erased WHERE erased_at < ?";
	struct visit_erased *rows = NULL, after = { 0 };
	size_t n = PIECE;
	struct stmt *st;
	enum err e;

	while (n == PIECE) {
		e = db_visit_erased_list(db, &after, PIECE, mem, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++)
			e = clear(db, &rows[i]);
		if (e != ERR_OK)
			return e;
		if (n > 0)
			after = rows[n - 1];
	}
	st = stmt_begin(db, sql);
	stmt_in_time_us(st, now_us - RT_DAY_US);
	return stmt_exec(st, NULL);
}
