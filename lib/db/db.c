#include "lib/db/db.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <errmsg.h>
#include <mysqld_error.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_priv.h"
#include "lib/db/stmt.h"

#define TIMEOUT_MS_DEFAULT 10000

/* db_tries(): past that, it was not two who waited for each other. */
#define TRIES_MAX 5
#define TRIES_US  RT_SEC_US

/* Codes that errmsg.h and mysqld_error.h do not have in every version. */
#define LOST_EXTENDED     2055
#define CONNECTION_KILLED 1927
#define LOCK_NOWAIT       3572 /* MySQL's; MariaDB gives a lock's time-out */
#define STATEMENT_TIMEOUT 1969 /* MariaDB's max_statement_time */
#define EXECUTION_TIMEOUT 3024 /* MySQL's max_execution_time */
#define CHECK_VIOLATED    4025 /* MariaDB; MySQL's is 3819 */
#define CHECK_VIOLATED_MY 3819
#define INVALID_JSON      3140 /* MySQL; MariaDB checks a constraint */
#define READ_ONLY_MODE    1836
#define READ_ONLY_TX      1792

/* How often a server that takes no writes is told of in the log. */
#define UNFIT_TOLD_US RT_MIN_US

enum meaning {
	IS_LOST,
	IS_UNFIT, /* read only, no room, no node of its cluster: not for ever */
	IS_BUSY,
	IS_CONFLICT,
	IS_RANGE,
	IS_TIMEOUT,
	IS_DENIED,
	IS_OTHER
};

static const struct {
	unsigned int code;
	enum meaning meaning;
} codes[] = {
	{ ER_SERVER_SHUTDOWN, IS_LOST },
	{ ER_OPTION_PREVENTS_STATEMENT, IS_UNFIT }, /* --read-only */
	{ READ_ONLY_MODE, IS_UNFIT },
	{ READ_ONLY_TX, IS_UNFIT },
	{ ER_RECORD_FILE_FULL, IS_UNFIT },
	{ ER_DISK_FULL, IS_UNFIT },
	{ ER_ERROR_ON_WRITE, IS_UNFIT },
	{ ER_OUTOFMEMORY, IS_UNFIT },
	{ ER_OUT_OF_RESOURCES, IS_UNFIT },
	{ ER_CON_COUNT_ERROR, IS_UNFIT },
	{ ER_TOO_MANY_USER_CONNECTIONS, IS_UNFIT },
	{ ER_USER_LIMIT_REACHED, IS_UNFIT },
	{ ER_UNKNOWN_COM_ERROR, IS_UNFIT }, /* Galera's node is not ready */
	{ ER_DUP_ENTRY, IS_CONFLICT },
	{ ER_DBACCESS_DENIED_ERROR, IS_DENIED },
	{ ER_ACCESS_DENIED_ERROR, IS_DENIED },
	{ ER_TABLEACCESS_DENIED_ERROR, IS_DENIED },
	{ ER_COLUMNACCESS_DENIED_ERROR, IS_DENIED },
	{ ER_WARN_DATA_OUT_OF_RANGE, IS_RANGE },
	{ ER_DATA_TOO_LONG, IS_RANGE },
	{ ER_TRUNCATED_WRONG_VALUE, IS_RANGE },
	{ ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, IS_RANGE },
	{ ER_BAD_NULL_ERROR, IS_RANGE },
	{ ER_DATA_OUT_OF_RANGE, IS_RANGE },
	{ CHECK_VIOLATED, IS_RANGE },
	{ CHECK_VIOLATED_MY, IS_RANGE },
	{ INVALID_JSON, IS_RANGE },
	{ ER_NO_REFERENCED_ROW_2, IS_RANGE },
	{ ER_ROW_IS_REFERENCED_2, IS_CONFLICT },
	{ ER_LOCK_WAIT_TIMEOUT, IS_BUSY },
	{ ER_LOCK_DEADLOCK, IS_BUSY },
	{ LOCK_NOWAIT, IS_BUSY },
	{ ER_UNKNOWN_STMT_HANDLER, IS_LOST },
	{ CONNECTION_KILLED, IS_LOST },
	{ STATEMENT_TIMEOUT, IS_TIMEOUT },
	{ EXECUTION_TIMEOUT, IS_TIMEOUT },
	{ CR_CONNECTION_ERROR, IS_LOST },
	{ CR_CONN_HOST_ERROR, IS_LOST },
	{ CR_SERVER_GONE_ERROR, IS_LOST },
	{ CR_SERVER_LOST, IS_LOST },
	{ CR_COMMANDS_OUT_OF_SYNC, IS_LOST },
	{ LOST_EXTENDED, IS_LOST },
};

static enum meaning meaning_of(unsigned int code)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].meaning;
	return IS_OTHER;
}

/* A write inside a transaction that never reached its commit did not happen;
 * a request that could not be sent (gone) did not either. */
static enum err lost(struct db *db, unsigned int code, enum db_phase phase)
{
	const bool open_tx = db->in_tx;

	db->broken = true;
	if (phase == DB_COMMITTING)
		return ERR_UNCERTAIN;
	if (phase == DB_WRITING && !open_tx && code != CR_SERVER_GONE_ERROR)
		return ERR_UNCERTAIN;
	return ERR_UNAVAILABLE;
}

/* The connection is as good as it was: it may read, and try again. */
static enum err unfit(struct db *db, unsigned int code, const char *message,
    enum db_phase phase)
{
	const int64_t now_us = clk_mono_us();

	if (db->unfit_told_us == 0 ||
	    now_us - db->unfit_told_us >= UNFIT_TOLD_US) {
		log_error("db: takes no writes now code=%u: %s", code, message);
		db->unfit_told_us = now_us;
	}
	if (phase != DB_COMMITTING)
		return ERR_UNAVAILABLE;
	db->broken = true;
	return ERR_UNCERTAIN;
}

enum err db_failed(struct db *db, unsigned int code, const char *message,
    enum db_phase phase)
{
	switch (meaning_of(code)) {
	case IS_UNFIT:
		return unfit(db, code, message, phase);
	case IS_LOST:
		if (!db->away)
			log_warn("db: connection lost code=%u: %s", code,
			    message);
		db->away = true;
		return lost(db, code, phase);
	case IS_BUSY:
		db->doomed = db->in_tx;
		return ERR_BUSY;
	case IS_CONFLICT:
		return ERR_CONFLICT;
	case IS_RANGE:
		return ERR_RANGE;
	case IS_TIMEOUT:
		return ERR_TIMEOUT;
	case IS_DENIED:
		log_error("db: refused code=%u: %s", code, message);
		return ERR_DENIED;
	case IS_OTHER:
		break;
	}
	log_error("db: failed code=%u: %s", code, message);
	return ERR_IO;
}

enum err db_run(struct db *db, struct slice sql, enum db_phase phase)
{
	if (db->broken)
		return ERR_UNAVAILABLE;
	if (mysql_real_query(db->my, sql.p, sql.n) != 0)
		return db_failed(db, mysql_errno(db->my), mysql_error(db->my),
		    phase);
	return ERR_OK;
}

static enum err run(struct db *db, const char *sql, enum db_phase phase)
{
	return db_run(db, slice_from(sql), phase);
}

static void disconnect(struct db *db)
{
	stmt_forget_all(db);
	if (db->my != NULL)
		mysql_close(db->my);
	db->my = NULL;
	db->broken = true;
	db->ready = false;
	db->in_tx = false;
	db->wrapped = false;
	db->inner = false;
	db->doomed = false;
}

/* A query that outlives our patience shall not go on without us. MariaDB
 * counts seconds, MySQL milliseconds and only reads. */
static enum err limit_queries(struct db *db)
{
	static const char maria_sql[] =
	    "SET SESSION max_statement_time = ? / 1000";
	static const char mysql_sql[] = "SET SESSION max_execution_time = ?";
	const char *info = mysql_get_server_info(db->my);
	const bool maria = strstr(info, "MariaDB") != NULL;
	struct stmt *st = stmt_begin(db, maria ? maria_sql : mysql_sql);

	stmt_in_u64(st, db->timeout_ms - db->timeout_ms / 10);
	return stmt_exec(st, NULL);
}

static enum err set_up(struct db *db)
{
	static const char mode_sql[] =
	    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,"
	    "NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'";
	/* MariaDB ends who stands still with rows locked (decision 0385). */
	static const char tx_sql[] =
	    "SET SESSION autocommit = 0"
	    " /*M!100300 , SESSION idle_transaction_timeout = 10 */";
	static const char *const session[] = {
		"SET NAMES utf8mb4 COLLATE utf8mb4_bin",
		"SET SESSION time_zone = '+00:00'",
		mode_sql,
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
		"SET SESSION innodb_lock_wait_timeout = 5",
		/* MariaDB's own; MySQL's cuts what is told in one at 1 KiB. */
		"SET SESSION group_concat_max_len = 1048576",
		/* Two dimensions make more groups than the usual 16 MB hold, on
		 * disk they take three times as long. */
		"SET SESSION tmp_table_size = 67108864",
		"SET SESSION max_heap_table_size = 67108864",
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(session) && e == ERR_OK; i++)
		e = run(db, session[i], DB_READING);
	if (e == ERR_OK)
		e = limit_queries(db);
	if (e == ERR_OK && db->only_tx)
		e = run(db, tx_sql, DB_READING);
	db->ready = e == ERR_OK;
	return e;
}

/* Whether many rows may come for a text of one (stmt_rows_can()): what the
 * server says it can beyond MySQL. */
static bool takes_rows(MYSQL *my)
{
	unsigned long more = 0;

	return mariadb_get_infov(my,
		   MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES,
		   &more) == 0 &&
	       (more & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

static enum err connect_now(struct db *db)
{
	const unsigned int off = 0;
	/* The driver counts in seconds. */
	const unsigned int s = (db->timeout_ms + 999) / 1000;
	enum err e;

	db->my = mysql_init(NULL);
	if (db->my == NULL)
		return ERR_NOMEM;
	mysql_options(db->my, MYSQL_OPT_CONNECT_TIMEOUT, &s);
	mysql_options(db->my, MYSQL_OPT_READ_TIMEOUT, &s);
	mysql_options(db->my, MYSQL_OPT_WRITE_TIMEOUT, &s);
	mysql_options(db->my, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(db->my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	db->broken = false;
	if (mysql_real_connect(db->my, NULL, db->user, db->password,
		db->name[0] == '\0' ? NULL : db->name, 0, db->socket,
		CLIENT_FOUND_ROWS) == NULL)
		e = db_failed(db, mysql_errno(db->my), mysql_error(db->my),
		    DB_READING);
	else
		e = set_up(db);
	db->rows = e == ERR_OK && takes_rows(db->my);
	if (e != ERR_OK) {
		disconnect(db);
	} else if (db->away) {
		db->away = false;
		log_info("db: connected again");
	}
	return e;
}

static struct db *make(const struct db_options *o)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	db->broken = true;
	db->only_tx = o->only_tx;
	db->timeout_ms =
	    o->timeout_ms == 0 ? TIMEOUT_MS_DEFAULT : o->timeout_ms;
	db->socket = strdup(o->socket);
	db->user = strdup(o->user);
	db->password = strdup(o->password == NULL ? "" : o->password);
	db->name = strdup(o->name == NULL ? "" : o->name);
	db->unfit = stmt_unfit(db);
	if (db->socket == NULL || db->user == NULL || db->password == NULL ||
	    db->name == NULL || db->unfit == NULL) {
		db_close(db);
		return NULL;
	}
	return db;
}

enum err db_open(struct db **out, const struct db_options *o)
{
	struct db *db = make(o);
	enum err e;

	if (db == NULL)
		return ERR_NOMEM;
	e = connect_now(db);
	if (e != ERR_OK) {
		db_close(db);
		return e;
	}
	*out = db;
	return ERR_OK;
}

enum err db_open_broken(struct db **out, const struct db_options *o)
{
	struct db *db = make(o);
	enum err e;

	if (db == NULL)
		return ERR_NOMEM;
	e = connect_now(db);
	if (e != ERR_OK && e != ERR_UNAVAILABLE) {
		db_close(db);
		return e;
	}
	*out = db;
	return e;
}

enum err db_password(const char *secret_dir, const char *who,
    char out[DB_PASSWORD_MAX + 1])
{
	char path[512], text[DB_PASSWORD_MAX + 2];
	struct slice s;
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/db_%s.pw", secret_dir, who) >=
	    (int)sizeof(path))
		return ERR_TOOBIG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		log_sys("db: open %s", path);
		return ERR_IO;
	}
	n = read(fd, text, sizeof(text));
	(void)close(fd); /* read only: nothing can be lost */
	if (n < 0) {
		log_sys("db: read %s", path);
		return ERR_IO;
	}
	s = slice_trim(slice_of(text, (size_t)n));
	if (s.n == 0 || !slice_to_cstr(s, out, DB_PASSWORD_MAX + 1)) {
		log_error("db: %s holds no password", path);
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err open_later(struct db **out, const struct db_options *o)
{
	struct db *db = make(o);

	if (db == NULL)
		return ERR_NOMEM;
	*out = db;
	return ERR_OK;
}

static enum err as_program(struct db **out, const char *secret_dir,
    const char *who, struct db_options o,
    enum err (*open_it)(struct db **out, const struct db_options *o))
{
	char password[DB_PASSWORD_MAX + 1], user[64];
	enum err e;

	if (snprintf(user, sizeof(user), "rt_%s", who) >= (int)sizeof(user))
		return ERR_TOOBIG;
	if ((e = db_password(secret_dir, who, password)) != ERR_OK)
		return e;
	o.user = user;
	o.password = password;
	return open_it(out, &o);
}

enum err db_open_as(struct db **out, const char *secret_dir, const char *socket,
    const char *name, const char *who)
{
	return as_program(out, secret_dir, who,
	    (struct db_options){ .socket = socket, .name = name }, db_open);
}

enum err db_later_as(struct db **out, const char *secret_dir,
    const char *socket, const char *name, const char *who)
{
	return as_program(out, secret_dir, who,
	    (struct db_options){ .socket = socket, .name = name }, open_later);
}

enum err db_later_writer(struct db **out, const char *secret_dir,
    const char *socket, const char *name, const char *who)
{
	return as_program(out, secret_dir, who,
	    (struct db_options){ .socket = socket,
		.name = name,
		.only_tx = true },
	    open_later);
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	assert(db->in_use == 0);
	disconnect(db);
	free(db->socket);
	free(db->user);
	free(db->password);
	free(db->name);
	free(db->unfit);
	free(db);
}

enum err db_reconnect(struct db *db)
{
	assert(!db->in_tx && db->in_use == 0);
	disconnect(db);
	return connect_now(db);
}

bool db_broken(const struct db *db)
{
	return db->broken;
}

enum err db_ping(struct db *db)
{
	if (db->broken)
		return ERR_UNAVAILABLE;
	if (mysql_ping(db->my) != 0)
		return db_failed(db, mysql_errno(db->my), mysql_error(db->my),
		    DB_READING);
	return ERR_OK;
}

/* --- transactions ----------------------------------------------------------
 */

/* A part of a wrapped transaction. */
static enum err inner_begin(struct db *db)
{
	enum err e;

	assert(!db->inner);
	if (db->doomed)
		return ERR_BUSY;
	if ((e = run(db, "SAVEPOINT inner_part", DB_WRITING)) == ERR_OK)
		db->inner = true;
	return e;
}

static enum err inner_commit(struct db *db)
{
	db->inner = false;
	if (db->broken)
		return ERR_UNAVAILABLE;
	return db->doomed ? ERR_BUSY
			  : run(db, "RELEASE SAVEPOINT inner_part", DB_WRITING);
}

/* What cannot be taken back alone goes with all of it. */
static void inner_rollback(struct db *db)
{
	db->inner = false;
	if (db->broken || db->doomed)
		return;
	if (run(db, "ROLLBACK TO SAVEPOINT inner_part", DB_WRITING) != ERR_OK)
		db->doomed = true;
}

enum err db_wrap(struct db *db)
{
	const enum err e = db_begin(db);

	db->wrapped = e == ERR_OK;
	return e;
}

enum err db_wrap_end(struct db *db, enum err e)
{
	assert(!db->inner);
	db->wrapped = false;
	return db_end(db, e);
}

enum err db_begin(struct db *db)
{
	enum err e;

	if (db->wrapped)
		return inner_begin(db);
	assert(!db->in_tx);
	if (db->only_tx) /* it begins with its first statement */
		e = db->broken ? ERR_UNAVAILABLE : ERR_OK;
	else
		e = run(db, "START TRANSACTION", DB_READING);
	if (e == ERR_OK)
		db->in_tx = true;
	return e;
}

enum err db_commit(struct db *db)
{
	enum err e;

	assert(db->in_tx);
	if (db->inner)
		return inner_commit(db);
	if (db->broken || db->doomed) {
		e = db->broken ? ERR_UNAVAILABLE : ERR_BUSY;
		db_rollback(db);
		return e;
	}
	e = run(db, "COMMIT", DB_COMMITTING);
	if (e != ERR_OK && e != ERR_UNCERTAIN)
		db_rollback(db);
	db->in_tx = false;
	db->doomed = false;
	return e;
}

void db_rollback(struct db *db)
{
	if (!db->in_tx)
		return;
	if (db->inner) {
		inner_rollback(db);
		return;
	}
	/* A connection that cannot roll back is dropped, which does. */
	if (!db->broken && run(db, "ROLLBACK", DB_READING) != ERR_OK)
		db->broken = true;
	db->in_tx = false;
	db->doomed = false;
}

enum err db_end(struct db *db, enum err e)
{
	if (e == ERR_OK)
		return db_commit(db);
	db_rollback(db);
	return e;
}

enum err db_tries(struct db *db, enum err (*work)(void *ctx), void *ctx)
{
	const int64_t begun_us = clk_mono_us();
	enum err e = ERR_BUSY;

	for (int i = 0; e == ERR_BUSY && i < TRIES_MAX &&
			clk_mono_us() - begun_us < TRIES_US;
	     i++)
		if ((e = db_begin(db)) == ERR_OK)
			e = db_end(db, work(ctx));
	return e;
}

enum err db_join(struct db *db, bool *mine)
{
	*mine = !db->in_tx;
	return *mine ? db_begin(db) : ERR_OK;
}

enum err db_join_end(struct db *db, bool mine, enum err e)
{
	return mine ? db_end(db, e) : e;
}

bool db_in_transaction(const struct db *db)
{
	return db->in_tx;
}
