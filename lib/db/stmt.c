#include "lib/db/stmt.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/log.h"
#include "lib/db/stmt_priv.h"

enum err stmt_failed(struct stmt *st, enum db_phase phase)
{
	const unsigned int code = mysql_stmt_errno(st->my);

	/* Of an end between two rows that are read as they come only the
	 * connection knows why. */
	if (code == 0)
		return db_failed(st->db, mysql_errno(st->db->my),
		    mysql_error(st->db->my), phase);
	return db_failed(st->db, code, mysql_stmt_error(st->my), phase);
}

static void drop(struct stmt *st)
{
	if (st == NULL)
		return;
	if (st->my != NULL)
		mysql_stmt_close(st->my);
	free(st->in);
	free(st->out);
	free(st->bind_in);
	free(st->bind_out);
	free(st->near);
	stmt_rows_free(st->rows);
	free(st->made);
	free(st);
}

void stmt_forget_all(struct db *db)
{
	for (size_t i = 0; i < DB_STMTS_MAX; i++) {
		drop(db->stmts[i]);
		db->stmts[i] = NULL;
	}
	db->n_stmts = 0;
}

static enum err prepare_text(struct stmt *st)
{
	const struct slice sql = slice_from(st->sql);

	st->cut = false;
	st->my = mysql_stmt_init(st->db->my);
	if (st->my == NULL)
		return ERR_NOMEM;
	if (mysql_stmt_prepare(st->my, sql.p, sql.n) != 0)
		return stmt_failed(st, DB_READING);
	return ERR_OK;
}

static enum err prepare(struct stmt *st)
{
	const struct slice sql = slice_from(st->sql);
	const enum err e = prepare_text(st);

	if (e != ERR_OK)
		return e;
	st->writes = !slice_starts(sql, SLICE("SELECT"));
	st->n_in = (unsigned int)mysql_stmt_param_count(st->my);
	st->n_out = mysql_stmt_field_count(st->my);
	if (st->n_in > STMT_IN_MAX || st->n_out > STMT_OUT_MAX)
		return ERR_INTERNAL;
	/* One more, so that none of them is an allocation of nothing. */
	st->in = calloc(st->n_in + 1, sizeof(*st->in));
	st->out = calloc(st->n_out + 1, sizeof(*st->out));
	st->bind_in = calloc(st->n_in + 1, sizeof(*st->bind_in));
	st->bind_out = calloc(st->n_out + 1, sizeof(*st->bind_out));
	if (st->in == NULL || st->out == NULL || st->bind_in == NULL ||
	    st->bind_out == NULL)
		return ERR_NOMEM;
	return ERR_OK;
}

/* The slot that holds sql, or the free one where it belongs. */
static struct stmt **slot_of(struct db *db, const char *sql)
{
	size_t i = ((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 48;

	for (;; i++) {
		struct stmt **slot = &db->stmts[i % DB_STMTS_MAX];

		if (*slot == NULL || (*slot)->sql == sql)
			return slot;
	}
}

struct stmt *stmt_unfit(struct db *db)
{
	struct stmt *st = calloc(1, sizeof(*st));

	if (st != NULL)
		st->db = db;
	return st;
}

struct stmt *stmt_refused(struct db *db, enum err e)
{
	db->unfit->e = e;
	return db->unfit;
}

/* Whether anything may be asked now. */
static enum err may_ask(const struct db *db, const char *sql)
{
	if (db->broken)
		return ERR_UNAVAILABLE;
	if (db->doomed)
		return ERR_BUSY;
	if (db->only_tx && db->ready && !db->in_tx) {
		log_error("stmt: outside of a transaction: %.60s", sql);
		return ERR_INTERNAL;
	}
	if (db->streaming) {
		log_error("stmt: asked within a stream: %.60s", sql);
		return ERR_INTERNAL;
	}
	return ERR_OK;
}

/* After an error amid the rows the driver goes on waiting for the rest of them
 * when it is asked again, until the connection's time is over. */
static enum err renew(struct stmt *st)
{
	enum err e;

	if (st->my != NULL)
		mysql_stmt_close(st->my);
	e = prepare_text(st);
	if (e != ERR_OK)
		st->cut = true;
	return e;
}

/* The prepared statement of the text: kept, or made. */
static enum err find(struct db *db, const char *sql, struct stmt **out)
{
	struct stmt **slot = slot_of(db, sql);
	struct stmt *st;
	enum err e;

	*out = *slot;
	if (*slot != NULL)
		return (*slot)->cut ? renew(*slot) : ERR_OK;
	/* A full table would make slot_of() search for ever. */
	if (db->n_stmts >= DB_STMTS_MAX - 1)
		return ERR_INTERNAL;
	st = calloc(1, sizeof(*st));
	if (st == NULL)
		return ERR_NOMEM;
	st->db = db;
	st->sql = sql;
	e = prepare(st);
	if (e != ERR_OK) {
		drop(st);
		return e;
	}
	*slot = *out = st;
	db->n_stmts++;
	return ERR_OK;
}

static struct stmt *use(struct db *db, struct stmt *st)
{
	assert(!st->used);
	st->used = true;
	db->in_use++;
	st->e = ERR_OK;
	st->at_in = 0;
	st->n_rows = 0;
	st->at_out = 0;
	st->n_unfit = 0;
	return st;
}

struct stmt *stmt_begin(struct db *db, const char *sql)
{
	struct stmt *st = NULL;
	enum err e = may_ask(db, sql);

	if (e == ERR_OK)
		e = find(db, sql, &st);
	return e == ERR_OK ? use(db, st) : stmt_refused(db, e);
}

static enum err make(struct db *db, struct slice sql, struct stmt **out)
{
	struct stmt *st = calloc(1, sizeof(*st));
	enum err e = ERR_NOMEM;

	if (st == NULL)
		return ERR_NOMEM;
	st->db = db;
	st->made = strndup(sql.p, sql.n);
	st->sql = st->made;
	if (st->made != NULL && (e = may_ask(db, st->sql)) == ERR_OK)
		e = prepare(st);
	if (e == ERR_OK)
		*out = st;
	else
		drop(st);
	return e;
}

struct stmt *stmt_begin_made(struct db *db, const struct buf *sql)
{
	struct stmt *st = NULL;
	enum err e = buf_err(sql);

	if (e == ERR_OK)
		e = make(db, buf_slice(sql), &st);
	return e == ERR_OK ? use(db, st) : stmt_refused(db, e);
}

void stmt_end(struct stmt *st)
{
	if (st == NULL || st == st->db->unfit)
		return;
	assert(st->used);
	/* Memory only; of a stream the rows that nobody took are read away. */
	if (!st->db->broken)
		(void)mysql_stmt_free_result(st->my);
	st->db->streaming = false;
	st->used = false;
	st->db->in_use--;
	if (st->made != NULL)
		drop(st);
}

static enum err bind_in(struct stmt *st)
{
	const size_t rows = st->n_rows > 0 ? st->n_rows : 1;

	if (st->at_in != st->n_in * rows || st->at_out != st->n_out) {
		log_error("stmt: %u of %zu parameters, %u of %u columns: %.60s",
		    st->at_in, st->n_in * rows, st->at_out, st->n_out, st->sql);
		return ERR_INTERNAL;
	}
	if (st->rows != NULL)
		return stmt_rows_bind(st);
	if (st->n_in > 0 && mysql_stmt_bind_param(st->my, st->bind_in) != 0)
		return stmt_failed(st, DB_READING);
	return ERR_OK;
}

/* With store the whole result is fetched into our memory. */
static enum err run(struct stmt *st, bool store)
{
	const enum db_phase phase = st->writes ? DB_WRITING : DB_READING;

	if (st->e == ERR_OK)
		st->e = bind_in(st);
	if (st->e != ERR_OK)
		return st->e;
	if (mysql_stmt_execute(st->my) != 0)
		return stmt_failed(st, phase);
	if (st->n_out == 0)
		return ERR_OK;
	if (mysql_stmt_bind_result(st->my, st->bind_out) != 0)
		return stmt_failed(st, phase);
	st->db->streaming = !store;
	if (store && mysql_stmt_store_result(st->my) != 0) {
		st->cut = true;
		return stmt_failed(st, phase);
	}
	return ERR_OK;
}

static enum err execute(struct stmt *st)
{
	return run(st, true);
}

enum err stmt_exec(struct stmt *st, uint64_t *changed)
{
	const enum err e = execute(st);

	if (e == ERR_OK && changed != NULL)
		*changed = mysql_stmt_affected_rows(st->my);
	stmt_end(st);
	return e;
}

enum err stmt_exec_one(struct stmt *st)
{
	uint64_t n;
	const enum err e = stmt_exec(st, &n);

	if (e != ERR_OK)
		return e;
	return n == 1 ? ERR_OK : ERR_NOTFOUND;
}

enum err stmt_exec_of(struct db *db, const char *sql, struct company_id company,
    const uint8_t id[ID_BYTES])
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id);
	return stmt_exec(st, NULL);
}

enum err stmt_each(struct stmt *st)
{
	return execute(st);
}

enum err stmt_stream(struct stmt *st)
{
	return run(st, false);
}

/* *column: which of them does not fit, from 1, with ERR_RANGE. */
static enum err fetch(struct stmt *st, unsigned int *column)
{
	const int rc = mysql_stmt_fetch(st->my);
	enum err e = ERR_OK;

	*column = 0;
	if (rc == MYSQL_NO_DATA)
		return ERR_NOTFOUND;
	if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
		return stmt_failed(st, DB_READING);
	for (unsigned int i = 0; i < st->n_out && e == ERR_OK; i++) {
		e = stmt_out_finish(st, i);
		if (e != ERR_OK)
			*column = i + 1;
	}
	return e;
}

enum err stmt_next(struct stmt *st)
{
	unsigned int column;
	const enum err e = fetch(st, &column);

	if (column > 0)
		log_error("stmt: column %u does not fit: %.60s", column,
		    st->sql);
	return e;
}

enum err stmt_next_fit(struct stmt *st)
{
	unsigned int column;
	enum err e;

	while ((e = fetch(st, &column)) == ERR_RANGE) {
		st->n_unfit++;
		st->unfit_column = column;
	}
	if (e == ERR_NOTFOUND && st->n_unfit > 0)
		log_error(
		    "stmt: rows left out=%zu, column %u did not fit: "
		    "%.60s",
		    st->n_unfit, st->unfit_column, st->sql);
	return e;
}

enum err stmt_one(struct stmt *st)
{
	enum err e = execute(st);

	if (e == ERR_OK)
		e = mysql_stmt_num_rows(st->my) > 1 ? ERR_INTERNAL
						    : stmt_next(st);
	stmt_end(st);
	return e;
}

size_t stmt_rows(const struct stmt *st)
{
	return mysql_stmt_num_rows(st->my);
}

/* The rows of a result that was begun, into mem. */
static enum err take_all(struct stmt *st, struct arena *mem, const void *row,
    size_t size, void *rows, size_t *n)
{
	char *all = arena_array(mem, stmt_rows(st), size);
	size_t k = 0;
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	while ((e = stmt_next(st)) == ERR_OK)
		memcpy(all + size * k++, row, size);
	if (e != ERR_NOTFOUND)
		return e;
	memcpy(rows, &all, sizeof(all));
	*n = k;
	return ERR_OK;
}

enum err stmt_all(struct stmt *st, struct arena *mem, const void *row,
    size_t size, void *rows, size_t *n)
{
	enum err e = stmt_each(st);

	if (e == ERR_OK)
		e = take_all(st, mem, row, size, rows, n);
	stmt_end(st);
	return e;
}
