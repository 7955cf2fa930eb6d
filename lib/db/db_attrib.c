#include "lib/db/db_attrib.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/db/stmt.h"

static const char newest_sql[] =
    "SELECT version, law, calls, visits, stray_bp, from_at, to_at, fitted_at"
    " FROM attrib_law WHERE company_id = ? ORDER BY version DESC LIMIT 1";

enum err db_attrib_law_newest(struct db *db, struct company_id company,
    struct attrib_law_row *out)
{
	char text[ATTRIB_LAW_TEXT_MAX + 1];
	struct attrib_law_row row;
	uint32_t version = 0;
	struct stmt *st = stmt_begin(db, newest_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_u32(st, &version);
	stmt_out_text(st, text, sizeof(text));
	stmt_out_u64(st, &row.calls);
	stmt_out_u64(st, &row.visits);
	stmt_out_u16(st, &row.stray_bp);
	stmt_out_time_us(st, &row.from_us);
	stmt_out_time_us(st, &row.to_us);
	stmt_out_time_us(st, &row.fitted_us);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	if ((e = attrib_law_read(slice_from(text), &row.law)) != ERR_OK) {
		log_error("db: attrib_law version=%u cannot be read err=%s",
		    (unsigned int)version, err_name(e));
		return ERR_NOTFOUND;
	}
	row.law.version = version;
	*out = row;
	return ERR_OK;
}

enum err db_attrib_law(struct db *db, struct company_id company,
    struct attrib_law *out)
{
	struct attrib_law_row row;
	const enum err e = db_attrib_law_newest(db, company, &row);

	if (e == ERR_OK)
		*out = row.law;
	else if (e == ERR_NOTFOUND)
		*out = *attrib_law_prior();
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_attrib_law_of(struct db *db, struct company_id company,
    uint32_t version, struct attrib_law *out)
{
	static const char sql[] =
	    "SELECT law FROM attrib_law WHERE company_id = ? AND version = ?";
	char text[ATTRIB_LAW_TEXT_MAX + 1];
	struct attrib_law law;
	struct stmt *st;
	enum err e;

	if (version == 0) {
		*out = *attrib_law_prior();
		return ERR_OK;
	}
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, version);
	stmt_out_text(st, text, sizeof(text));
	if ((e = stmt_one(st)) != ERR_OK ||
	    (e = attrib_law_read(slice_from(text), &law)) != ERR_OK)
		return e;
	law.version = version;
	*out = law;
	return ERR_OK;
}

enum err db_attrib_laws(struct db *db, struct company_id company,
    struct arena *mem, struct attrib_law_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT version, calls, visits, stray_bp, from_at, to_at,"
	    " fitted_at FROM attrib_law WHERE company_id = ?"
	    " ORDER BY version DESC LIMIT ?";
	struct attrib_law_row row;
	struct stmt *st = stmt_begin(db, sql);

	memset(&row, 0, sizeof(row));
	stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_ATTRIB_LAWS_MAX);
	stmt_out_u32(st, &row.law.version);
	stmt_out_u64(st, &row.calls);
	stmt_out_u64(st, &row.visits);
	stmt_out_u16(st, &row.stray_bp);
	stmt_out_time_us(st, &row.from_us);
	stmt_out_time_us(st, &row.to_us);
	stmt_out_time_us(st, &row.fitted_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err next_version(struct db *db, struct company_id company,
    uint32_t *out)
{
	static const char sql[] =
	    "SELECT COALESCE((SELECT MAX(version) FROM attrib_law"
	    " WHERE company_id = c.id), 0) + 1 FROM company c WHERE c.id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_u32(st, out);
	return stmt_one(st);
}

static enum err add_law(struct db *db, struct company_id company,
    struct attrib_law_row *row)
{
	static const char sql[] =
	    "INSERT INTO attrib_law (company_id, version, law, calls, visits,"
	    " stray_bp, from_at, to_at, fitted_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
	char mem[ATTRIB_LAW_TEXT_MAX];
	uint32_t version = 0;
	struct stmt *st;
	struct buf text;
	enum err e;

	if ((e = next_version(db, company, &version)) != ERR_OK)
		return e;
	row->law.version = version;
	buf_over(&text, mem, sizeof(mem));
	attrib_law_write(&row->law, &text);
	if ((e = buf_err(&text)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, version);
	stmt_in_text(st, buf_slice(&text));
	stmt_in_u64(st, row->calls);
	stmt_in_u64(st, row->visits);
	stmt_in_u64(st, row->stray_bp);
	stmt_in_time_us(st, row->from_us);
	stmt_in_time_us(st, row->to_us);
	stmt_in_time_us(st, row->fitted_us);
	return stmt_exec(st, NULL);
}

enum err db_attrib_law_add(struct db *db, struct company_id company,
    struct attrib_law_row *row)
{
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	return db_join_end(db, mine, add_law(db, company, row));
}

/* --- what is kept --------------------------------------------------------*/

enum err db_attrib_whole_from(struct db *db, struct company_id company,
    int64_t now_us, int64_t *out)
{
	static const char sql[] =
	    "SELECT keep_visits_days FROM company WHERE id = ?";
	uint32_t days = 0;
	int64_t kept_us;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_out_u32(st, &days);
	if ((e = stmt_one(st)) != ERR_OK)
		return e;
	kept_us = (int64_t)days * RT_DAY_US;
	*out = days == 0 ? 0
			 : now_us - kept_us +
			       (kept_us / 2 < DB_ATTRIB_RIVALS_US
				       ? kept_us / 2
				       : DB_ATTRIB_RIVALS_US);
	return ERR_OK;
}

/* --- calls ---------------------------------------------------------------*/

/* How the likeliest visit knew the caller; NULL: the call had none. */
#define CALLER "JSON_VALUE(i.evidence, '$.candidates[0].caller')"
/* A number that had left its pool when the call came is still on pages, and was
 * before. */
#define JUDGED                                                \
	"(p.pool_id IS NOT NULL OR i.attributed_by = 'visit'" \
	" OR i.attributed_by = 'source'"                      \
	" OR (i.attributed_by = 'none' AND " CALLER " IS NOT NULL))"

static const char calls_sql[] =
    "SELECT p.id, p.number_id, p.started_at, p.pool_id IS NOT NULL, " JUDGED
    ", p.caller_e164 = '' AND p.caller_raw = '',"
    " COALESCE(" CALLER
    ", '') IN ('same', 'other'), p.caller_e164, p.caller_country, p.caller_place, i.attributed_by,"
    " i.visit_id, i.probability_bp, i.rule_version,"
    " COALESCE(CAST(JSON_VALUE(i.evidence, '$.law') AS CHAR), ''),"
    " i.source, i.medium, i.campaign FROM phone_call p JOIN interaction i"
    " ON i.company_id = p.company_id AND i.id = p.id"
    " WHERE p.company_id = ? AND p.started_at >= ? AND p.started_at < ?"
    " AND p.state = 'closed' AND (p.started_at > ? OR p.id > ?)"
    " ORDER BY p.started_at, p.id LIMIT ?";

enum err db_attrib_calls(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, int64_t after_us, struct call_id after,
    struct arena *mem, struct attrib_call **rows, size_t *n)
{
	struct attrib_call row = { .rule_version = 0 };
	struct stmt *st;

	/* The index is left at the page's begin, not at the period's. */
	if (!id_is_nil(after.v) && after_us > from_us)
		from_us = after_us;
	st = stmt_begin(db, calls_sql);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_time_us(st, id_is_nil(after.v) ? from_us : after_us);
	stmt_in_id(st, after.v);
	stmt_in_u64(st, DB_ATTRIB_CALLS_MAX);
	stmt_out_id(st, row.id.v);
	stmt_out_id(st, row.number.v);
	stmt_out_time_us(st, &row.started_us);
	stmt_out_bool(st, &row.pooled);
	stmt_out_bool(st, &row.judged);
	stmt_out_bool(st, &row.forgotten);
	stmt_out_bool(st, &row.known);
	stmt_out_text(st, row.caller_e164, sizeof(row.caller_e164));
	stmt_out_text(st, row.caller_country, sizeof(row.caller_country));
	stmt_out_text(st, row.caller_place, sizeof(row.caller_place));
	stmt_out_text(st, row.attributed_by, sizeof(row.attributed_by));
	stmt_out_id(st, row.visit.v);
	stmt_out_u16(st, &row.probability_bp);
	stmt_out_u32(st, &row.rule_version);
	stmt_out_text(st, row.law, sizeof(row.law));
	stmt_out_text(st, row.source, sizeof(row.source));
	stmt_out_text(st, row.medium, sizeof(row.medium));
	stmt_out_text(st, row.campaign, sizeof(row.campaign));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_attrib_calls_judged(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *n)
{
	static const char sql[] =
	    /* Most are a pool's, for which no other row is asked. */
	    "SELECT COUNT(*) FROM phone_call p"
	    " WHERE p.company_id = ? AND p.started_at >= ? AND p.started_at < ?"
	    " AND p.state = 'closed' AND (p.pool_id IS NOT NULL"
	    " OR (SELECT " JUDGED
	    " FROM interaction i"
	    " WHERE i.company_id = p.company_id AND i.id = p.id))";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_u64(st, n);
	return stmt_one(st);
}
