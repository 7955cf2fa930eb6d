#include "lib/db/db_spoken.h"

#include "lib/db/db_flow.h"
#include "lib/db/stmt.h"

enum err db_spoken_want(struct db *db, struct slice key, struct slice text,
    struct slice language, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO spoken (say_key, spoken_text, language, state,"
	    " wanted_at) VALUES (?, ?, ?, 'pending', ?)"
	    " ON DUPLICATE KEY UPDATE wanted_at = VALUES(wanted_at)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, key);
	stmt_in_text(st, text);
	stmt_in_text(st, language);
	stmt_in_time_us(st, now_us);
	return stmt_exec(st, NULL);
}

static void out_row(struct stmt *st, struct spoken_row *row)
{
	stmt_out_text(st, row->key, sizeof(row->key));
	stmt_out_text(st, row->text, sizeof(row->text));
	stmt_out_text(st, row->language, sizeof(row->language));
	stmt_out_u32(st, &row->samples);
}

enum err db_spoken_pending(struct db *db, uint32_t max, struct arena *mem,
    struct spoken_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT say_key, spoken_text, language, samples FROM spoken"
	    " WHERE state = 'pending' ORDER BY wanted_at LIMIT ?";
	struct spoken_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, max);
	out_row(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_spoken_set(struct db *db, struct slice key, struct slice ulaw)
{
	static const char sql[] =
	    "UPDATE spoken SET state = ?, ulaw = ?, samples = ?"
	    " WHERE say_key = ? AND state = 'pending'";
	struct stmt *st;

	if (ulaw.n > DB_SPOKEN_ULAW_MAX)
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_text(st, ulaw.n > 0 ? SLICE("ready") : SLICE("failed"));
	stmt_in_bytes_null(st, ulaw.n > 0 ? ulaw.p : NULL, ulaw.n);
	stmt_in_u64(st, ulaw.n);
	stmt_in_text(st, key);
	return stmt_exec(st, NULL);
}

enum err db_spoken_live(struct db *db, struct arena *mem,
    struct spoken_live **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT say_key, language, samples FROM spoken"
	    " WHERE state = 'ready' ORDER BY say_key";
	struct spoken_live row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_text(st, row.key, sizeof(row.key));
	stmt_out_text(st, row.language, sizeof(row.language));
	stmt_out_u32(st, &row.samples);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_spoken_audio(struct db *db, struct slice key, struct arena *mem,
    struct slice *out)
{
	static const char sql[] =
	    "SELECT ulaw FROM spoken WHERE say_key = ? AND state = 'ready'";
	struct slice bytes;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_text(st, key);
	stmt_out_slice(st, mem, DB_SPOKEN_ULAW_MAX, &bytes);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = bytes;
	return e;
}

enum err db_spoken_sweep(struct db *db, int64_t before_us, uint32_t max,
    uint64_t *removed)
{
	static const char sql[] =
	    "DELETE FROM spoken WHERE wanted_at < ? ORDER BY wanted_at LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, max);
	return stmt_exec(st, removed);
}

/* What visits brought, and what trackers stand for. */
#define VALUES_SQL(column)                                            \
	"SELECT v FROM (SELECT DISTINCT " column                      \
	" AS v FROM visit WHERE company_id = ? AND started_at >= ?"   \
	" UNION SELECT DISTINCT " column                              \
	" FROM tracker WHERE company_id = ? AND archived_at IS NULL)" \
	" AS x WHERE v <> '' ORDER BY v LIMIT ?"

static const struct {
	const char *sql;
	bool since; /* takes the time after the company */
	bool twice; /* and the company again */
} values[SPOKEN_VARIABLE_COUNT] = {
	[SPOKEN_SOURCE] = { VALUES_SQL("source"), true, true },
	[SPOKEN_MEDIUM] = { VALUES_SQL("medium"), true, true },
	[SPOKEN_CAMPAIGN] = { VALUES_SQL("campaign"), true, true },
	[SPOKEN_KEYWORD] = { "SELECT DISTINCT keyword FROM visit"
			     " WHERE company_id = ? AND started_at >= ?"
			     " AND keyword <> '' ORDER BY keyword LIMIT ?",
	    true, false },
	[SPOKEN_NUMBER] = { "SELECT DISTINCT label FROM number"
			    " WHERE company_id = ? AND released_at IS NULL"
			    " AND label <> '' ORDER BY label LIMIT ?",
	    false, false },
};

enum err db_spoken_values(struct db *db, struct company_id company,
    enum spoken_variable variable, int64_t since_us, struct arena *mem,
    struct slice **out, size_t *n)
{
	struct slice value;
	struct stmt *st = stmt_begin(db, values[variable].sql);

	stmt_in_id(st, company.v);
	if (values[variable].since)
		stmt_in_time_us(st, since_us);
	if (values[variable].twice)
		stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_SPOKEN_VALUES_MAX);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &value);
	return stmt_all(st, mem, &value, sizeof(value), out, n);
}

enum err db_spoken_flows(struct db *db, struct arena *mem,
    struct spoken_flow **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT f.company_id, v.document FROM flow f JOIN flow_version v"
	    " ON v.company_id = f.company_id AND v.flow_id = f.id"
	    " AND v.version = f.published_version"
	    " WHERE f.archived_at IS NULL AND v.document LIKE '%\"say\"%'"
	    " ORDER BY f.company_id";
	struct spoken_flow row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_id(st, row.company.v);
	stmt_out_slice(st, mem, DB_FLOW_DOCUMENT_MAX, &row.document);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
