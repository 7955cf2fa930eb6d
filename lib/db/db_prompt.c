#include "lib/db/db_prompt.h"

#include <stdio.h>
#include <string.h>

#include "lib/db/db_config.h"
#include "lib/db/db_job.h"
#include "lib/db/stmt.h"

static const char *const states[] = { [PROMPT_PENDING] = "pending",
	[PROMPT_READY] = "ready",
	[PROMPT_FAILED] = "failed" };

static enum prompt_state state_of(const char *name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(states); i++)
		if (strcmp(states[i], name) == 0)
			return (enum prompt_state)i;
	return PROMPT_PENDING; /* a prompt without any version */
}

/* --- prompts ---------------------------------------------------------------*/

enum err db_prompt_add(struct db *db, struct company_id company,
    const struct prompt_row *row)
{
	static const char sql[] =
	    "INSERT INTO prompt (company_id, id, name, prompt_key, active_key,"
	    " language, created_at)"
	    " SELECT ?, ?, ?, ?, ?, ?, ? FROM (SELECT COUNT(*) AS n FROM prompt"
	    " WHERE company_id = ? AND archived_at IS NULL) AS x"
	    " WHERE x.n < ?";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t made = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, slice_from(row->key));
	stmt_in_text(st, slice_from(row->key));
	stmt_in_text(st, slice_from(row->language));
	stmt_in_time_us(st, row->created_us);
	stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_PROMPTS_MAX);
	e = stmt_exec(st, &made);
	return e == ERR_OK && made == 0 ? ERR_RANGE : e;
}

#define PROMPT_SQL                                                       \
	"SELECT p.id, p.name, p.prompt_key, p.language, p.last_version," \
	" p.live_version, p.created_at, COALESCE(l.state, ''),"          \
	" COALESCE(l.reason, ''), COALESCE(a.samples, 0)"                \
	" FROM prompt p"                                                 \
	" LEFT JOIN prompt_version l ON l.company_id = p.company_id"     \
	" AND l.prompt_id = p.id AND l.version = p.last_version"         \
	" LEFT JOIN prompt_version a ON a.company_id = p.company_id"     \
	" AND a.prompt_id = p.id AND a.version = p.live_version"         \
	" WHERE p.company_id = ? AND p.archived_at IS NULL"

/* A row and its state as text, which becomes the row's state. */
struct prompt_read {
	struct prompt_row row;
	char state[33];
};

static void out_prompt(struct stmt *st, struct prompt_read *r)
{
	stmt_out_id(st, r->row.id.v);
	stmt_out_text(st, r->row.name, sizeof(r->row.name));
	stmt_out_text(st, r->row.key, sizeof(r->row.key));
	stmt_out_text(st, r->row.language, sizeof(r->row.language));
	stmt_out_u32(st, &r->row.last_version);
	stmt_out_u32(st, &r->row.live_version);
	stmt_out_time_us(st, &r->row.created_us);
	stmt_out_text(st, r->state, sizeof(r->state));
	stmt_out_text(st, r->row.reason, sizeof(r->row.reason));
	stmt_out_u32(st, &r->row.samples);
}

enum err db_prompt_get(struct db *db, struct company_id company,
    struct prompt_id id, struct prompt_row *out)
{
	static const char sql[] = PROMPT_SQL " AND p.id = ?";
	struct prompt_read r;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_prompt(st, &r);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	*out = r.row;
	out->state = state_of(r.state);
	return ERR_OK;
}

enum err db_prompt_list(struct db *db, struct company_id company,
    struct arena *mem, struct prompt_row **rows, size_t *n)
{
	static const char sql[] = PROMPT_SQL " ORDER BY p.name, p.id";
	struct prompt_row *all;
	struct prompt_read r;
	struct stmt *st = stmt_begin(db, sql);
	size_t i = 0;
	enum err e;

	stmt_in_id(st, company.v);
	out_prompt(st, &r);
	e = stmt_each(st);
	all = e == ERR_OK ? arena_array(mem, stmt_rows(st) + 1, sizeof(*all))
			  : NULL;
	if (e == ERR_OK && all == NULL)
		e = ERR_NOMEM;
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		all[i] = r.row;
		all[i++].state = state_of(r.state);
	}
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = i;
	return ERR_OK;
}

enum err db_prompt_sounds(struct db *db, struct company_id company,
    struct arena *mem, struct prompt_sound **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.prompt_key, p.language, COALESCE(v.samples, 0)"
	    " FROM prompt p LEFT JOIN prompt_version v"
	    " ON v.company_id = p.company_id AND v.prompt_id = p.id"
	    " AND v.version = p.live_version"
	    " WHERE p.company_id = ? AND p.archived_at IS NULL"
	    " ORDER BY p.name, p.id";
	struct prompt_sound row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_text(st, row.key, sizeof(row.key));
	stmt_out_text(st, row.language, sizeof(row.language));
	stmt_out_u32(st, &row.samples);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_prompt_rename(struct db *db, struct company_id company,
    struct prompt_id id, struct slice name)
{
	static const char sql[] =
	    "UPDATE prompt SET name = ?"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, name);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_prompt_flows(struct db *db, struct company_id company,
    struct slice key, struct arena *mem, struct prompt_flow **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT f.id, f.name FROM flow f JOIN flow_version v"
	    " ON v.company_id = f.company_id AND v.flow_id = f.id"
	    " AND v.version = f.published_version"
	    " WHERE f.company_id = ? AND f.archived_at IS NULL"
	    " AND INSTR(v.document, CONCAT('\"', ?, '\"')) > 0"
	    " ORDER BY f.name, f.id LIMIT 100";
	struct prompt_flow row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, key);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_prompt_archive(struct db *db, struct company_id company,
    struct prompt_id id, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE prompt SET archived_at = ?, active_key = NULL"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}

/* --- versions --------------------------------------------------------------*/

/* The next number; the row stays locked until the end of the transaction. */
static enum err count_up(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t *version)
{
	static const char up_sql[] =
	    "UPDATE prompt SET last_version = last_version + 1"
	    " WHERE company_id = ? AND id = ? AND archived_at IS NULL";
	static const char get_sql[] =
	    "SELECT last_version FROM prompt WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, up_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	e = stmt_exec_one(st);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, get_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_u32(st, version);
	return stmt_one(st);
}

static enum err insert_version(struct db *db, struct company_id company,
    struct prompt_id id, const struct prompt_version *v, struct slice file,
    uint32_t version)
{
	static const char sql[] =
	    "INSERT INTO prompt_version (company_id, prompt_id, version, kind,"
	    " state, spoken_text, voice, upload, created_by, created_at)"
	    " VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	stmt_in_text(st, v->speech ? SLICE("speech") : SLICE("upload"));
	stmt_in_text_null(st, v->speech ? v->text : slice_of(NULL, 0));
	stmt_in_text(st, slice_from(v->voice));
	stmt_in_bytes_null(st, v->speech ? NULL : file.p, file.n);
	stmt_in_id_null(st, v->by.v);
	stmt_in_time_us(st, v->created_us);
	return stmt_exec(st, NULL);
}

static enum err add_job(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, int64_t now_us)
{
	char key[ID_TEXT_MAX + 16], text[ID_TEXT_MAX];

	id_text(ID_KIND_prompt, id.v, text);
	(void)snprintf(key, sizeof(key), "%s %lu", text,
	    (unsigned long)version);
	return db_job_add(db, company, DB_PROMPT_JOB, slice_from(key),
	    slice_from(key), now_us, now_us);
}

enum err db_prompt_write(struct db *db, struct company_id company,
    struct prompt_id id, const struct prompt_version *v, struct slice file,
    uint32_t *version)
{
	uint32_t number = 0;
	bool mine;
	enum err e;

	if (v->speech ? v->text.n == 0 || v->text.n > DB_PROMPT_TEXT_MAX
		      : file.n == 0 || file.n > DB_PROMPT_UPLOAD_MAX)
		return ERR_RANGE;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = count_up(db, company, id, &number)) == ERR_OK &&
	    (e = insert_version(db, company, id, v, file, number)) == ERR_OK)
		e = add_job(db, company, id, number, v->created_us);
	if ((e = db_join_end(db, mine, e)) == ERR_OK)
		*version = number;
	return e;
}

#define VERSION_SQL                                                    \
	"SELECT version, kind = 'speech', state, reason, spoken_text," \
	" voice, samples, created_by, created_at FROM prompt_version"  \
	" WHERE company_id = ? AND prompt_id = ?"

struct version_read {
	struct prompt_version row;
	char state[33];
};

static void out_version(struct stmt *st, struct arena *mem,
    struct version_read *r)
{
	stmt_out_u32(st, &r->row.version);
	stmt_out_bool(st, &r->row.speech);
	stmt_out_text(st, r->state, sizeof(r->state));
	stmt_out_text(st, r->row.reason, sizeof(r->row.reason));
	stmt_out_slice(st, mem, DB_PROMPT_TEXT_MAX, &r->row.text);
	stmt_out_text(st, r->row.voice, sizeof(r->row.voice));
	stmt_out_u32(st, &r->row.samples);
	stmt_out_id(st, r->row.by.v);
	stmt_out_time_us(st, &r->row.created_us);
}

enum err db_prompt_versions(struct db *db, struct company_id company,
    struct prompt_id id, struct arena *mem, struct prompt_version **rows,
    size_t *n)
{
	static const char sql[] =
	    VERSION_SQL " ORDER BY version DESC LIMIT 100";
	struct prompt_version *all;
	struct version_read r;
	struct stmt *st = stmt_begin(db, sql);
	size_t i = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_version(st, mem, &r);
	e = stmt_each(st);
	all = e == ERR_OK ? arena_array(mem, stmt_rows(st) + 1, sizeof(*all))
			  : NULL;
	if (e == ERR_OK && all == NULL)
		e = ERR_NOMEM;
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		all[i] = r.row;
		all[i++].state = state_of(r.state);
	}
	stmt_end(st);
	if (e != ERR_NOTFOUND)
		return e;
	*rows = all;
	*n = i;
	return ERR_OK;
}

enum err db_prompt_version(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct arena *mem,
    struct prompt_version *out)
{
	static const char sql[] = VERSION_SQL " AND version = ?";
	struct version_read r;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	out_version(st, mem, &r);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	*out = r.row;
	out->state = state_of(r.state);
	return ERR_OK;
}

static enum err blob(struct db *db, const char *sql, struct company_id company,
    struct prompt_id id, uint32_t version, size_t max, struct arena *mem,
    struct slice *out)
{
	struct slice bytes;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	stmt_out_slice(st, mem, max, &bytes);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = bytes;
	return e;
}

enum err db_prompt_upload(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct arena *mem, struct slice *out)
{
	static const char sql[] =
	    "SELECT upload FROM prompt_version"
	    " WHERE company_id = ? AND prompt_id = ? AND version = ?"
	    " AND state = 'pending' AND upload IS NOT NULL";

	return blob(db, sql, company, id, version, DB_PROMPT_UPLOAD_MAX, mem,
	    out);
}

enum err db_prompt_audio(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct arena *mem, struct slice *out)
{
	static const char sql[] =
	    "SELECT ulaw FROM prompt_version"
	    " WHERE company_id = ? AND prompt_id = ? AND version = ?"
	    " AND state = 'ready'";

	return blob(db, sql, company, id, version, DB_PROMPT_ULAW_MAX, mem,
	    out);
}

/* --- what the job says -----------------------------------------------------*/

static enum err set_ready(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct slice ulaw, int64_t now_us)
{
	static const char sql[] =
	    "UPDATE prompt_version SET state = 'ready', ulaw = ?, samples = ?,"
	    " upload = NULL, ready_at = ? WHERE company_id = ?"
	    " AND prompt_id = ? AND version = ? AND state = 'pending'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_bytes(st, ulaw.p, ulaw.n);
	stmt_in_u64(st, ulaw.n);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	return stmt_exec_one(st);
}

static enum err set_live(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version)
{
	static const char sql[] =
	    "UPDATE prompt SET live_version = GREATEST(live_version, ?)"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, version);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return db_config_exec(db, st);
}

enum err db_prompt_ready(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct slice ulaw, int64_t now_us)
{
	bool mine;
	enum err e;

	if (ulaw.n == 0 || ulaw.n > DB_PROMPT_ULAW_MAX)
		return ERR_RANGE;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = set_ready(db, company, id, version, ulaw, now_us);
	if (e == ERR_OK)
		e = set_live(db, company, id, version);
	return db_join_end(db, mine, e);
}

enum err db_prompt_failed(struct db *db, struct company_id company,
    struct prompt_id id, uint32_t version, struct slice reason)
{
	static const char sql[] =
	    "UPDATE prompt_version SET state = 'failed', reason = ?,"
	    " upload = NULL WHERE company_id = ? AND prompt_id = ?"
	    " AND version = ? AND state = 'pending'";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, reason);
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_in_u64(st, version);
	return stmt_exec_one(st);
}

enum err db_prompt_live(struct db *db, struct arena *mem,
    struct prompt_live **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, p.id, p.prompt_key, p.language,"
	    " p.live_version, v.samples FROM prompt p"
	    " JOIN prompt_version v ON v.company_id = p.company_id"
	    " AND v.prompt_id = p.id AND v.version = p.live_version"
	    " WHERE p.archived_at IS NULL"
	    " ORDER BY p.company_id, p.prompt_key";
	struct prompt_live row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.key, sizeof(row.key));
	stmt_out_text(st, row.language, sizeof(row.language));
	stmt_out_u32(st, &row.version);
	stmt_out_u32(st, &row.samples);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
