#include "lib/db/db_live.h"

#include "lib/db/stmt.h"

/* The last event of a kind; the key of call_event reads it from its end. */
#define LAST(column, kind)                                        \
	"(SELECT e." column                                       \
	" FROM call_event e"                                      \
	" WHERE e.company_id = c.company_id AND e.call_id = c.id" \
	" AND e.kind = '" kind "' ORDER BY e.seq DESC LIMIT 1)"

enum err db_live_calls(struct db *db, struct company_id company,
    int64_t since_us, struct arena *mem, struct db_live_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT c.id, c.started_at, " LAST("happened_at", "bridged")
	    ", c.caller_e164, c.caller_raw, c.caller_name, c.caller_place,"
	    " c.first_time, c.number_e164, n.label, " LAST("detail", "step")
	    ", COALESCE(NULLIF(t.source, ''), " LAST("detail", "source")
	    "), COALESCE(d.name, " LAST("detail", "dial") ")"
	    " FROM phone_call c LEFT JOIN number n"
	    " ON n.company_id = c.company_id AND n.id = c.number_id"
	    " LEFT JOIN tracker t ON t.company_id = c.company_id"
	    " AND t.number_id = c.number_id AND t.archived_at IS NULL"
	    " LEFT JOIN destination d ON d.company_id = c.company_id"
	    " AND d.target = " LAST("detail", "dial")
	    " AND d.archived_at IS NULL"
	    " WHERE c.state = 'open' AND c.started_at > ? AND c.company_id = ?"
	    " ORDER BY c.started_at, c.id LIMIT 200";
	struct db_live_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, since_us);
	stmt_in_id(st, company.v);
	stmt_out_id(st, row.id.v);
	stmt_out_time_us(st, &row.started_us);
	stmt_out_time_us(st, &row.answered_us);
	stmt_out_text(st, row.caller, sizeof(row.caller));
	stmt_out_text(st, row.caller_raw, sizeof(row.caller_raw));
	stmt_out_text(st, row.caller_name, sizeof(row.caller_name));
	stmt_out_text(st, row.caller_place, sizeof(row.caller_place));
	stmt_out_bool(st, &row.first_time);
	stmt_out_text(st, row.number, sizeof(row.number));
	stmt_out_text(st, row.number_label, sizeof(row.number_label));
	stmt_out_text(st, row.step, sizeof(row.step));
	stmt_out_text(st, row.source, sizeof(row.source));
	stmt_out_text(st, row.target, sizeof(row.target));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
