#include "lib/db/db_number_use.h"

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

static void out_row(struct stmt *st, struct number_use *row)
{
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->e164, sizeof(row->e164));
	stmt_out_text(st, row->label, sizeof(row->label));
	stmt_out_text(st, row->record, sizeof(row->record));
	stmt_out_text(st, row->flow, sizeof(row->flow));
	stmt_out_text(st, row->destination, sizeof(row->destination));
	stmt_out_text(st, row->pool, sizeof(row->pool));
	stmt_out_text(st, row->tracker, sizeof(row->tracker));
	stmt_out_time_us(st, &row->quarantined_us);
}

enum err db_number_use_list(struct db *db, struct company_id company,
    struct slice after, struct slice text, uint32_t max, struct arena *mem,
    struct number_use **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT n.id, n.e164, n.label, n.record, f.name, d.name, p.name,"
	    " t.name, n.quarantined_at FROM number n"
	    " LEFT JOIN flow f ON f.company_id = n.company_id"
	    " AND f.id = n.flow_id"
	    " LEFT JOIN destination d ON d.company_id = n.company_id"
	    " AND d.id = n.destination_id"
	    " LEFT JOIN pool_number m ON m.company_id = n.company_id"
	    " AND m.number_id = n.id"
	    " LEFT JOIN pool p ON p.company_id = m.company_id"
	    " AND p.id = m.pool_id"
	    " LEFT JOIN tracker t ON t.company_id = n.company_id"
	    " AND t.number_id = n.id AND t.archived_at IS NULL"
	    " WHERE n.company_id = ? AND n.e164 > ? AND n.released_at IS NULL"
	    " AND (n.label LIKE ? OR n.e164 LIKE ? OR " DB_SEARCH_NUMBER("n.e164") ")"
	    " ORDER BY n.e164 LIMIT ?";
	struct number_use row;
	struct db_search p;
	struct stmt *st;
	enum err e;

	if ((e = db_search_make(text, &p)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, after);
	stmt_in_text(st, p.text);
	stmt_in_text(st, p.text);
	db_search_number_in(st, &p);
	stmt_in_u64(st, max);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_number_use_lift(struct db *db, int64_t now_us, uint64_t *n)
{
	static const char sql[] =
	    "UPDATE number n JOIN company c ON c.id = n.company_id"
	    " SET n.quarantined_at = NULL"
	    " WHERE n.quarantined_at IS NOT NULL AND n.quarantined_at <"
	    " ? - INTERVAL c.quarantine_days DAY";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	return stmt_exec(st, n);
}
