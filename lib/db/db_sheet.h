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

enum db_sheet_by {
	DB_SHEET_BY_ID,
	DB_SHEET_BY_NAME,
	DB_SHEET_BY_MADE, /* or happened */
	DB_SHEET_BY_COUNT
};

struct db_sheet {
	const char *name; /* "numbers" */
	const struct db_sheet_column *columns;
	size_t n_columns;
	bool of_account; /* else of a company */
	bool whole;      /* of the account, whatever the company */
	/* Its columns look twice at the company before its WHERE does. */
	bool in_company;
	/* Parameters: the scope, then an id. */
	const char *one_sql;
	/* The columns that lists are ordered by; NULL: there is no such. */
	const char *by[DB_SHEET_BY_COUNT];
	/* What follows the given place, upwards and downwards. Parameters: the
	 * scope, the place, those of a filter, and a limit: see db_sheet.c. */
	const char *page_sql[DB_SHEET_BY_COUNT][2];
};

struct db_sheet_order {
	enum db_sheet_by by;
	bool down;
};

/* A place in an order: a row's id and what it is ordered by. */
struct db_sheet_place {
	uint8_t id[ID_BYTES];
	struct slice name; /* DB_SHEET_BY_NAME */
	int64_t at_us;     /* DB_SHEET_BY_MADE */
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

/* filter NULL: all; after NULL: from where the order begins. Rows lie one after
 * the other, each n_columns cells, in mem. At most max, 1 to
 * DB_SHEET_PAGE_MAX. ERR_SYNTAX: the sheet has no such order. */
RT_MUST_USE enum err db_sheet_page(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const struct db_sheet_filter *filter,
    struct db_sheet_order order, const struct db_sheet_place *after, size_t max,
    struct arena *mem, struct db_sheet_cell **cells, size_t *n);
/* The same row by row, each gone after row(): a thousand rows may be more than
 * a request has room for. row() asks the database nothing. */
RT_MUST_USE enum err db_sheet_page_each(struct db *db,
    const struct db_sheet *sheet, const struct db_sheet_scope *scope,
    const struct db_sheet_filter *filter, struct db_sheet_order order,
    const struct db_sheet_place *after, size_t max,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx);
/* The place of a row. */
void db_sheet_place(const struct db_sheet *sheet, enum db_sheet_by by,
    const struct db_sheet_cell *row, struct db_sheet_place *out);
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
