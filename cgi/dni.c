/*
 * dni.c - dni.fcgi: the lease server behind the script tag.
 *
 * Few threads serve all connections: they never wait, as only the keeper and
 * the writers speak to the database, and what waits for it holds no thread.
 * Where the database is away at the start, it serves by what it kept of the
 * configuration (dni_saved.h) until it is back.
 * Ends on SIGTERM after the requests in work, with everything written and its
 * pools given up.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgi/dni/dni_api.h"
#include "cgi/dni/dni_keeper.h"
#include "cgi/dni/dni_writer.h"
#include "cgi/web/web.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"
#include "lib/db/db_pool_owner.h"

#define VISITS_MAX      200000 /* in memory, about 200 bytes each */
#define CONNS_MAX       512    /* of a thread */
#define LATE_US         (3 * RT_SEC_US / 2)
#define ARENA_MAX_BYTES ((size_t)512 << 10)
#define FIRST_MS        2000 /* a start waits for the database */

/* The same after a restart on this machine, and no other server's: a server is
 * alone with its run_dir (web.h locks it). */
static void owner_name(const struct settings *s,
    char out[DB_POOL_OWNER_MAX + 1])
{
	char host[48] = "";

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	if (snprintf(out, DB_POOL_OWNER_MAX + 1, "%s:%.50s", host, s->run_dir) <
	    0)
		out[0] = '\0';
}

/* A database that does not say a word is away, too, but one is found out only
 * by waiting: not for as long as for an answer to a question. */
static bool answers(const struct settings *set)
{
	char password[DB_PASSWORD_MAX + 1];
	struct db_options o = { .socket = set->db_socket,
		.user = "rt_dni",
		.password = password,
		.name = set->db_name,
		.timeout_ms = FIRST_MS };
	struct db *db = NULL;
	enum err e = db_password(set->secret_dir, "dni", password);

	if (e == ERR_OK)
		e = db_open(&db, &o);
	db_close(db);
	/* What else is wrong is said, and ends us, when it is asked in earnest.
	 */
	return e != ERR_UNAVAILABLE && e != ERR_TIMEOUT;
}

static enum err start_writers(struct dni_writers **out,
    const struct settings *set, struct dni_state *s)
{
	struct db *dbs[DNI_STATE_WRITERS];

	for (size_t n = 0; n < DNI_STATE_WRITERS; n++) {
		const enum err e = db_later_writer(&dbs[n], set->secret_dir,
		    set->db_socket, set->db_name, "dni");

		if (e == ERR_OK)
			continue;
		while (n > 0)
			db_close(dbs[--n]);
		return e;
	}
	return dni_writer_start(out, s, dbs, DNI_STATE_WRITERS);
}

static enum err start_keeper(struct dni_keeper **out,
    const struct settings *set, struct dni_state *s)
{
	struct dni_keeper_conf conf = { .answers = answers(set) };
	struct db *db = NULL;
	enum err e;

	owner_name(set, conf.owner);
	if (snprintf(conf.saved, sizeof(conf.saved), "%s/dni.saved",
		set->run_dir) >= (int)sizeof(conf.saved))
		return ERR_TOOBIG;
	e = db_later_as(&db, set->secret_dir, set->db_socket, set->db_name,
	    "dni");
	return e == ERR_OK ? dni_keeper_start(out, s, db, &conf) : e;
}

static enum err serve(const struct settings *set, struct dni_state *s)
{
	const struct web_conf conf = { .name = "dni",
		.settings = set,
		.routes = dni_api_routes,
		.n_routes = DNI_API_ROUTES,
		.threads = (unsigned int)set->dni_threads,
		.conns_max = CONNS_MAX,
		.late_us = LATE_US,
		.arena_max = ARENA_MAX_BYTES,
		.app = s,
		.quiet = true };
	struct dni_keeper *keeper = NULL;
	struct dni_writers *writers = NULL;
	enum err e = start_keeper(&keeper, set, s);

	if (e == ERR_OK)
		e = start_writers(&writers, set, s);
	if (e != ERR_OK)
		log_error("dni: could not start: %s", err_name(e));
	else
		e = web_run(&conf);
	dni_writer_stop(writers);
	dni_keeper_stop(keeper);
	return e;
}

int main(int argc, char **argv)
{
	struct settings set;
	struct dni_state *s = NULL;
	enum err e;

	log_open("dni", STDERR_FILENO, LOG_INFO);
	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		log_error("dni: usage: dni.fcgi -c FILE");
		return 2;
	}
	if (settings_load(argv[2], &set) != ERR_OK)
		return 1;
	log_open("dni", STDERR_FILENO, log_level_of(set.log_level));
	e = dni_state_new(&s, VISITS_MAX, set.dni_visits_per_min);
	if (e == ERR_OK)
		e = serve(&set, s);
	dni_state_free(s);
	if (e != ERR_OK)
		log_error("dni: ended: %s", err_name(e));
	return e == ERR_OK ? 0 : 1;
}
