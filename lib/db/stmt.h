/*
 * stmt.h - one execution of a prepared statement.
 *
 *   stmt_begin, then every stmt_in_*() in the order of the question marks,
 *   then every stmt_out_*() in the order of the columns, then one of
 *   stmt_exec(), stmt_exec_one(), stmt_one(), stmt_all(), which also end it;
 *   or stmt_each() or stmt_stream(), stmt_next() for each row, stmt_end().
 *
 * Statements are prepared once per connection and kept by the address of
 * their text, which must therefore be a constant. One statement is in use on a
 * connection at a time per text; different ones may nest, as results are
 * stored on our side. Errors of stmt_begin() and of the stmt_in/out calls are
 * kept and reported by the call that executes, so nothing between needs a
 * check. Inputs are borrowed until the execution; output variables are written
 * per row. Errors: db.h. Only lib/db includes this file.
 */
#ifndef RT_DB_STMT_H
#define RT_DB_STMT_H

#include "lib/base/buf.h"
#include "lib/db/db.h"

struct stmt;

/* Most parameters and most columns of one statement. */
#define STMT_IN_MAX  2048
#define STMT_OUT_MAX 80
/* Most rows of stmt_rows_begin(). */
#define STMT_ROWS_MAX 64

/* Can the server take the values of many rows for a text of one? MariaDB can,
 * through its own driver. */
bool stmt_rows_can(const struct db *db);

/* sql must be constant text. Never NULL. */
RT_MUST_USE struct stmt *stmt_begin(struct db *db, const char *sql);
/* The same for text that is put together of constant pieces, where a query over
 * many rows should name only what it needs: values are bound as ever. It is
 * prepared for this execution and forgotten by its end; sql may go at once. */
RT_MUST_USE struct stmt *stmt_begin_made(struct db *db, const struct buf *sql);

/* Before the parameters: they come n times, each time for one more row of an
 * INSERT whose text has one row. Only where stmt_rows_can(). A column is of one
 * type in all rows, or NULL. */
void stmt_rows_begin(struct stmt *st, size_t n);
void stmt_in_null(struct stmt *st);
void stmt_in_id(struct stmt *st, const uint8_t id[ID_BYTES]);
/* NULL in the row when id is nil (all zero bytes). */
void stmt_in_id_null(struct stmt *st, const uint8_t id[ID_BYTES]);
/* UTF-8. */
void stmt_in_text(struct stmt *st, struct slice s);
/* NULL in the row when s.p is NULL. */
void stmt_in_text_null(struct stmt *st, struct slice s);
void stmt_in_bytes(struct stmt *st, const void *p, size_t n);
void stmt_in_bytes_null(struct stmt *st, const void *p, size_t n);
void stmt_in_u64(struct stmt *st, uint64_t v);
void stmt_in_i64(struct stmt *st, int64_t v);
void stmt_in_bool(struct stmt *st, bool v);
/* DATETIME(6), years 1 to 9999. */
void stmt_in_time_us(struct stmt *st, int64_t wall_us);
/* NULL in the row when wall_us is 0. */
void stmt_in_time_us_null(struct stmt *st, int64_t wall_us);

/* A NULL column gives the nil id, "", 0, or false, and n = 0. */
void stmt_out_id(struct stmt *st, uint8_t id[ID_BYTES]);
/* Text and its NUL into out; ERR_RANGE when it is longer than cap - 1. */
void stmt_out_text(struct stmt *st, char *out, size_t cap);
/* At most cap bytes; *n says how many. */
void stmt_out_bytes(struct stmt *st, void *out, size_t cap, size_t *n);
/* Exactly n bytes, such as a hash; another length but NULL is ERR_RANGE. */
void stmt_out_fixed(struct stmt *st, void *out, size_t n);
void stmt_out_u64(struct stmt *st, uint64_t *out);
void stmt_out_i64(struct stmt *st, int64_t *out);
void stmt_out_u32(struct stmt *st, uint32_t *out);
void stmt_out_u16(struct stmt *st, uint16_t *out);
void stmt_out_bool(struct stmt *st, bool *out);
void stmt_out_time_us(struct stmt *st, int64_t *wall_us);
/* For columns where NULL is not the same as 0: *is_null is set for the
 * stmt_out_*() called just before. */
void stmt_out_null(struct stmt *st, bool *is_null);

/* For INSERT, UPDATE, DELETE. *changed (may be NULL) is the number of rows
 * found by the condition, whether or not their values changed; an INSERT …
 * ON DUPLICATE KEY UPDATE counts 1 for a new row and 2 for an old one. */
RT_MUST_USE enum err stmt_exec(struct stmt *st, uint64_t *changed);
/* The same when exactly one row must be found: else ERR_NOTFOUND. */
RT_MUST_USE enum err stmt_exec_one(struct stmt *st);
/* The same of one statement about one thing of a company, whose parameters are
 * these two, in this order; how many rows it finds does not matter. */
RT_MUST_USE enum err stmt_exec_of(struct db *db, const char *sql,
    struct company_id company, const uint8_t id[ID_BYTES]);
/* One row. ERR_NOTFOUND: none; ERR_INTERNAL: more than one. */
RT_MUST_USE enum err stmt_one(struct stmt *st);
/* Begins a result of any length; then stmt_next() until ERR_NOTFOUND. */
RT_MUST_USE enum err stmt_each(struct stmt *st);
RT_MUST_USE enum err stmt_next(struct stmt *st);
/* As stmt_next(), but rows with a value that does not fit its variable are
 * passed over, and said in one line of the log at the end: for programs that
 * must not stand still for one row that nobody can have meant. */
RT_MUST_USE enum err stmt_next_fit(struct stmt *st);
/* As stmt_each(), but the rows are taken while the server makes them: for long
 * results whose rows are used at once. Until stmt_end() nothing else may be
 * asked on the connection (ERR_INTERNAL), so no row may take long. */
RT_MUST_USE enum err stmt_stream(struct stmt *st);
/* Copies *row, which the stmt_out_*() calls fill, once per row of the result
 * into an array in mem; rows is the address of a pointer to such rows. On an
 * error *rows and *n stay as they are. */
struct arena;
RT_MUST_USE enum err stmt_all(struct stmt *st, struct arena *mem,
    const void *row, size_t size, void *rows, size_t *n);
/* Rows of the result that stmt_each() began. */
size_t stmt_rows(const struct stmt *st);
/* Text of a column up to max bytes, copied into mem; ERR_RANGE beyond. */
void stmt_out_slice(struct stmt *st, struct arena *mem, size_t max,
    struct slice *out);
/* Gives the statement of stmt_each() or stmt_stream(), or one that is not run
 * at all, back to its connection. NULL is allowed. */
void stmt_end(struct stmt *st);

#endif
