/*
 * db_sheet.h - lists for programs: rows of typed, named columns.
 *
 * One shape for everything that leaves by the JSON endpoints, in webhooks and
 * in exports: a sheet says its columns and how they are read, and whoever
 * writes it out needs to know nothing else. Column names are public: they may
 * be added to, never changed. The first column is the row's id.
 */
#ifndef RT_DB_DB_SHEET_H
#define RT_DB_DB_SHEET_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_SHEET_COLUMNS_MAX 72
#define DB_SHEET_PAGE_MAX    ((size_t)1000)
#define DB_SHEET_TEXT_MAX    ((size_t)262144)

enum db_sheet_type {
	DB_SHEET_ID,
	DB_SHEET_TEXT,
	DB_SHEET_LIST, /* texts with a line feed between */
	DB_SHEET_INT,
	DB_SHEET_BOOL,
	DB_SHEET_TIME,
	DB_SHEET_MONEY /* micro-units */
};

struct db_sheet_column {
	const char *name;
	enum db_sheet_type type;
	enum id_kind kind; /* of DB_SHEET_ID */
};

struct db_sheet_cell {
	bool null;
	bool flag;         /* BOOL */
	int64_t i;         /* INT, TIME (us), MONEY */
	struct slice text; /* TEXT, LIST */
	uint8_t id[ID_BYTES];
};

/* A lists's rows belong to a company, or to an account and there to one
 * company or (nil) to any. */
struct db_sheet_scope {
	struct account_id account;
	struct company_id company;
};

struct db_sheet {
	const char *name; /* "numbers" */
	const struct db_sheet_column *columns;
	size_t n_columns;
	bool of_account; /* else of a company */
	/* Its columns look twice at the company before its WHERE does. */
	bool in_company;
	/* Parameters: the scope, then an id; lists: then those of a filter,
	 * as in_filter() sets them, and a limit. */
	const char *one_sql;
	const char *up_sql;   /* ids above the given one, rising */
	const char *down_sql; /* ids below it, falling */
};

/* Which rows of a list. */
struct db_sheet_filter {
	struct slice
	    search; /* a part of its names, whatever the case; "" any */
	enum {
		DB_SHEET_ANY,
		DB_SHEET_ACTIVE, /* not retired, archived or disabled */
		DB_SHEET_GONE
	} state;
	/* When it was made, or happened: [from_us, to_us). Lists of what has
	 * no such time take no notice. */
	int64_t from_us, to_us;
};

#define DB_SHEET_TO_MAX_US INT64_C(253402214400000000) /* 9999-12-31 */

/* filter NULL: all. Rows lie one after the other, each n_columns cells, in mem.
 * after nil: from
 * the beginning (with down: the end). At most max, 1 to DB_SHEET_PAGE_MAX. */
RT_MUST_USE enum err db_sheet_page(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const struct db_sheet_filter *filter,
    const uint8_t after[ID_BYTES], bool down, size_t max, struct arena *mem,
    struct db_sheet_cell **cells, size_t *n);
/* ERR_NOTFOUND: no such row, or not in that scope. */
RT_MUST_USE enum err db_sheet_one(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const uint8_t id[ID_BYTES],
    struct arena *mem, struct db_sheet_cell **cells);

/* The cell of a named column of a row; NULL when the sheet has none. */
const struct db_sheet_cell *db_sheet_cell(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, const char *column);

/* --- for lib/db ------------------------------------------------------------
 */

struct stmt;
/* Takes the columns of st, whose parameters are set, and reads all its rows;
 * ends st. */
RT_MUST_USE enum err db_sheet_read(struct stmt *st,
    const struct db_sheet *sheet, struct arena *mem,
    struct db_sheet_cell **cells, size_t *n);
/* The same row by row while the server makes them (stmt_stream): cells and
 * texts are borrowed until row() returns, which asks the database nothing. */
RT_MUST_USE enum err db_sheet_each(struct stmt *st,
    const struct db_sheet *sheet,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx,
    size_t *n);

#endif
