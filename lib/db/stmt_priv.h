/*
 * stmt_priv.h - the inside of a statement, for stmt.c, stmt_in.c, stmt_rows.c
 * and stmt_out.c: binding parameters, taking columns, running.
 */
#ifndef RT_DB_STMT_PRIV_H
#define RT_DB_STMT_PRIV_H

#include "lib/db/db_priv.h"
#include "lib/db/stmt.h"

/* `my_bool` in one client library, `bool` in the other. */
#define SQL_BOOL __typeof__(*((MYSQL_BIND *)NULL)->is_null)

/* Texts of unknown length that are no longer come with their row; longer ones
 * are asked for once more, when their length is known. */
#define STMT_NEAR ((size_t)128)

enum stmt_out_kind {
	OUT_ID,
	OUT_TEXT,
	OUT_BYTES,
	OUT_FIXED,
	OUT_SLICE,
	OUT_U64,
	OUT_I64,
	OUT_U32,
	OUT_U16,
	OUT_BOOL,
	OUT_TIME
};

struct stmt_in_value {
	long long i;
	MYSQL_TIME t;
	unsigned long n;
};

struct stmt_out_column {
	enum stmt_out_kind kind;
	void *to;
	size_t cap;
	size_t *n_out;
	struct arena *mem;
	bool *null_out;
	long long i;
	MYSQL_TIME t;
	unsigned long n;
	SQL_BOOL is_null;
	SQL_BOOL error;
};

/* The values of several rows, each column's one below the other. */
struct stmt_rows;

struct stmt {
	struct db *db;
	const char *sql;
	char *made; /* sql, when it is this statement's own; else NULL */
	MYSQL_STMT *my;
	bool writes;
	bool used;         /* begun and not ended */
	bool cut;          /* an error came amid its rows: to be made anew */
	enum err e;        /* of the stmt_in and stmt_out calls */
	unsigned int n_in; /* parameters of the text */
	unsigned int at_in;
	size_t n_rows; /* that they are bound for; 0: once, as ever */
	unsigned int n_out, at_out;
	struct stmt_in_value *in;
	struct stmt_out_column *out;
	MYSQL_BIND *bind_in;
	MYSQL_BIND *bind_out;
	struct stmt_rows *rows; /* NULL: never were */
	char *near; /* STMT_NEAR bytes a column; NULL: no slice was asked for */
	size_t n_unfit; /* rows that stmt_next_fit() passed over */
	unsigned int unfit_column;
};

/* The driver's error of this statement as ours (db_failed()). */
enum err stmt_failed(struct stmt *st, enum db_phase phase);
/* With n_rows: takes the parameter bound last for its row. */
void stmt_rows_take(struct stmt *st);
/* Gives all rows to the driver. */
RT_MUST_USE enum err stmt_rows_bind(struct stmt *st);
void stmt_rows_free(struct stmt_rows *rows);
/* Brings one column of the fetched row to the caller's variable. */
enum err stmt_out_finish(struct stmt *st, unsigned int column);

#endif
