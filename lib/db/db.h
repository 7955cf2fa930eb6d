/*
 * db.h - one connection to the database.
 *
 * A connection belongs to one thread at a time; a program has as many as it
 * has threads that need one. Nothing reconnects by itself, because that loses
 * statements and transactions: once it is lost (ERR_UNAVAILABLE, ERR_UNCERTAIN)
 * db_broken() says so, every call answers ERR_UNAVAILABLE, and the caller
 * decides when to call db_reconnect(). A server that is there and takes no
 * writes for a while (it is read only, its disk is full, its cluster's node is
 * not ready) is away for those alone: ERR_UNAVAILABLE, and not broken. It is
 * for whoever writes to try again.
 *
 * What the verbs of this room return, beside what their own headers say:
 *   ERR_UNAVAILABLE  the database is away and nothing was done
 *   ERR_UNCERTAIN    the connection was lost in a write or commit: done or
 *                    not, unknown. Read back, or repeat with the same ids
 *   ERR_BUSY         deadlock or lock time-out; rolled back: begin again
 *   ERR_RANGE        a value does not fit its column or the caller's memory
 *   ERR_CONFLICT     a unique key is taken
 *   ERR_IO           the database refused; logged with its message
 */
#ifndef RT_DB_DB_H
#define RT_DB_DB_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/id.h"

struct db;

/* Memory for text columns, with the NUL: 100 and 255 characters of UTF-8. */
#define DB_NAME_BYTES 401
#define DB_TEXT_BYTES 1021
#define DB_E164_BYTES 17 /* "+" and up to 15 digits */
#define DB_ZONE_BYTES 257

/* Longest password taken from a secrets file. */
#define DB_PASSWORD_MAX 128

struct db_options {
	const char *socket; /* path of the server's UNIX socket */
	const char *user;
	const char *password; /* may be "" */
	const char *name;     /* database; NULL or "": none selected */
	/* Bounds of one round trip; 0 means 10 s. The server is told to stop a
	 * query by itself shortly before. */
	unsigned int timeout_ms;
	/* For a writer of batches: db_begin() asks nothing of the server, and
	 * outside of a transaction every statement is ERR_INTERNAL. */
	bool only_tx;
};

/* Connects. The strings are copied. *out is set only on ERR_OK.
 * ERR_UNAVAILABLE: no server; ERR_DENIED: it refuses the user. */
RT_MUST_USE enum err db_open(struct db **out, const struct db_options *o);
/* As db_open(), and *out is set also on ERR_UNAVAILABLE: to a broken
 * connection, for programs that must start without a database. */
RT_MUST_USE enum err db_open_broken(struct db **out,
    const struct db_options *o);
/* Connects as the program `who` ("dni" is user rt_dni) with the password in
 * <secret_dir>/db_<who>.pw. */
RT_MUST_USE enum err db_open_as(struct db **out, const char *secret_dir,
    const char *socket, const char *name, const char *who);
/* The same, but nobody is asked yet: it is broken until db_reconnect(). */
RT_MUST_USE enum err db_later_as(struct db **out, const char *secret_dir,
    const char *socket, const char *name, const char *who);
/* And with only_tx. */
RT_MUST_USE enum err db_later_writer(struct db **out, const char *secret_dir,
    const char *socket, const char *name, const char *who);
/* The password in <secret_dir>/db_<who>.pw, without its line end. */
RT_MUST_USE enum err db_password(const char *secret_dir, const char *who,
    char out[DB_PASSWORD_MAX + 1]);
/* An open transaction is rolled back. NULL is allowed. */
void db_close(struct db *db);

/* Closes what is left of the connection and opens it anew; all statements are
 * prepared again when next used. Must not be called in a transaction. */
RT_MUST_USE enum err db_reconnect(struct db *db);
/* True after a lost connection, until db_reconnect() succeeds. */
bool db_broken(const struct db *db);
/* One round trip. */
RT_MUST_USE enum err db_ping(struct db *db);

/* READ COMMITTED. Verbs may be called with or without a transaction; those
 * that need one say so. No nesting, but for db_wrap(). */
RT_MUST_USE enum err db_begin(struct db *db);
/* ERR_UNCERTAIN: lost in the commit; ERR_BUSY: refused (deadlock, Galera
 * certification) and rolled back. */
RT_MUST_USE enum err db_commit(struct db *db);
/* Harmless when there is no transaction. */
void db_rollback(struct db *db);
/* The end of a transaction in one line: commits when e is ERR_OK, else rolls
 * back and returns e. */
RT_MUST_USE enum err db_end(struct db *db, enum err e);
bool db_in_transaction(const struct db *db);

/* For whoever answers to people: does work(ctx) in a transaction, and again a
 * few times when the database soon sent it back (ERR_BUSY), as of two who wait
 * for each other. So work begins anew each time, and changes nothing but what
 * the database can take back. Not within a transaction. */
RT_MUST_USE enum err db_tries(struct db *db, enum err (*work)(void *ctx),
    void *ctx);

/* For verbs of several statements: begins a transaction unless one is open;
 * *mine says so to db_join_end(), which ends only what was begun here. */
RT_MUST_USE enum err db_join(struct db *db, bool *mine);
RT_MUST_USE enum err db_join_end(struct db *db, bool mine, enum err e);

/* A transaction around the transactions of somebody who knows nothing of it:
 * until db_wrap_end() each db_begin() ... db_end() is a part of this one, which
 * can be taken back alone, and is kept when this one is. */
RT_MUST_USE enum err db_wrap(struct db *db);
/* As db_end(). */
RT_MUST_USE enum err db_wrap_end(struct db *db, enum err e);

#endif
