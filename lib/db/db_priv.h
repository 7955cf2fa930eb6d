/*
 * db_priv.h - the inside of a connection, for db.c, stmt.c
 * and the rooms' own administration (migrate.c, db_grant.c).
 */
#ifndef RT_DB_DB_PRIV_H
#define RT_DB_DB_PRIV_H

#include <mysql.h>

#include "lib/db/db.h"

/* Statements kept per connection; a power of two, larger than there are. */
#define DB_STMTS_MAX 512

struct db {
	MYSQL *my;                        /* NULL: not connected */
	struct stmt *stmts[DB_STMTS_MAX]; /* open hash by text address */
	unsigned int n_stmts;
	struct stmt *unfit;  /* what stmt_begin() gives when it cannot */
	unsigned int in_use; /* statements begun and not ended */
	bool streaming;      /* one of them still gets rows */
	bool broken;
	bool away;             /* and the log says so, once until it is back */
	int64_t unfit_told_us; /* monotonic: it takes no writes; 0: never */
	bool in_tx;
	bool wrapped; /* the transaction is db_wrap()'s */
	bool inner;   /* a part of it is under way */
	bool doomed;  /* the transaction failed: only rollback helps */
	bool only_tx; /* a statement outside of one is refused */
	bool ready;   /* connected and set up */
	bool rows;    /* stmt_rows_can() */
	unsigned int timeout_ms;
	char *socket;
	char *user;
	char *password;
	char *name;
};

/* What was being done when an error came up. */
enum db_phase {
	DB_READING,   /* or preparing: nothing can have been changed */
	DB_WRITING,   /* a single statement */
	DB_COMMITTING /* the end of a transaction */
};

/* Turns the driver's error code into ours, logs what needs a person, marks
 * the connection broken or the transaction doomed. */
enum err db_failed(struct db *db, unsigned int code, const char *message,
    enum db_phase phase);

/* Runs text that takes no values and gives no rows: session settings, DDL of
 * migrations, GRANT. Everything else is a prepared statement. */
enum err db_run(struct db *db, struct slice sql, enum db_phase phase);

/* In stmt.c: the one that cannot run; NULL: no memory. Freed by free(). */
struct stmt *stmt_unfit(struct db *db);
/* Gives it, with the error that whoever runs it gets. */
struct stmt *stmt_refused(struct db *db, enum err e);
/* Drops every prepared statement of the connection. */
void stmt_forget_all(struct db *db);

#endif
