#include "ctl/ctl_mariadb.h"

#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_file.h"
#include "ctl/ctl_left.h"
#include "ctl/ctl_room.h"
#include "lib/base/buf.h"
#include "lib/base/log.h"

#define INSTALL_US  (3 * RT_MIN_US)
#define STOP_US     (60 * RT_SEC_US)
#define TEXT_OF(n)  #n
#define MIB_TEXT(n) TEXT_OF(n) "M"
#define LOG_SIZE    MIB_TEXT(CTL_ROOM_LOG_MIB)
/* Told to end between listening and being ready, MariaDB 10.11 waits for ever
 * for a thread of its own that has ended already. It may be killed: what it
 * has confirmed is on the disk. */
#define START_STOP_US (5 * RT_SEC_US)

static const char *const server_paths[] = { "/usr/sbin/mariadbd",
	"/usr/libexec/mariadbd", "/usr/bin/mariadbd",
	"/usr/local/sbin/mariadbd" };
static const char *const install_paths[] = { "/usr/bin/mariadb-install-db",
	"/usr/local/bin/mariadb-install-db" };

static const char log_arg[] = "--innodb-log-file-size=" LOG_SIZE;

/* Small, durable, strict, UTC. */
static const char cnf_head[] =
    "[mariadbd]\n"
    "skip-networking\n"
    "skip-name-resolve\n"
    "performance_schema=OFF\n"
    "innodb_buffer_pool_size=128M\n"
    "innodb_log_file_size=" LOG_SIZE
    "\n"
    "innodb_flush_log_at_trx_commit=1\n"
    /* Once a second pages go out in one burst, behind which commits wait:
     * a small one. The others go as the pool needs their room, no more of
     * them at a time; the log is large enough for that (decision 0213). */
    "innodb_io_capacity=200\n"
    "innodb_io_capacity_max=200\n"
    "innodb_flush_neighbors=0\n"
    "max_connections=160\n"
    "query_cache_type=0\n"
    "character_set_server=utf8mb4\n"
    "collation_server=utf8mb4_bin\n"
    "sql_mode=STRICT_ALL_TABLES,"
    "NO_ENGINE_SUBSTITUTION,"
    "ERROR_FOR_DIVISION_BY_ZERO\n"
    "default_time_zone=+00:00\n"
    "transaction_isolation=READ-COMMITTED\n";

static const char *find(const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

static const char *server(void)
{
	return find(server_paths, RT_ARRAY_LEN(server_paths));
}

static enum err write_cnf(const struct ctl_layout *l)
{
	struct buf b;
	enum err e;

	buf_init(&b, 4096);
	buf_cstr(&b, cnf_head);
	/* A server that starts removes what it takes for left-over temporary
	 * tables in tmpdir, also those of another server that runs: so this
	 * one has a folder of its own. */
	buf_printf(&b,
	    "datadir=%s/mysql\nsocket=%s\npid_file=%s/mysql/pid\n"
	    "tmpdir=%s/mysql-tmp\n",
	    l->dir, l->settings.db_socket, l->dir, l->dir);
	e = buf_err(&b);
	if (e == ERR_OK)
		e = ctl_layout_write(l, "mysql.cnf", 0644, buf_slice(&b));
	buf_fini(&b);
	return e;
}

static enum err install(const struct ctl_mariadb *m, const struct ctl_layout *l,
    struct ctl_sup *sup)
{
	const char *path = find(install_paths, RT_ARRAY_LEN(install_paths));
	struct ctl_part part = { .name = "mariadb-install-db",
		.user = l->db_user,
		.group = l->web_group };

	if (path == NULL) {
		log_error(
		    "run: mariadb-install-db is not installed: run `make "
		    "deps` (Debian package mariadb-server-core)");
		return ERR_UNAVAILABLE;
	}
	/* --force: this machine's name need not resolve; nothing uses it. */
	const char *const argv[] = { path, "--no-defaults", m->data_arg,
		m->tmp_arg, "--auth-root-authentication-method=socket",
		m->admin_arg, "--force", "--skip-test-db",
		"--skip-name-resolve", log_arg, NULL };

	memcpy(part.argv, argv, sizeof(argv));
	log_info("run: creating the database in %s/mysql", l->dir);
	return ctl_sup_run(sup, &part, INSTALL_US);
}

static bool is_empty(const struct ctl_layout *l)
{
	char path[SETTINGS_PATH_MAX + 32];
	const struct dirent *entry;
	bool empty;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/mysql", l->dir);
	d = opendir(path);
	empty = d != NULL;
	while (empty && (entry = readdir(d)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0;
	if (d != NULL)
		(void)closedir(d);
	return empty;
}

/* Takes away what a creation that was cut off has left in mysql/: MariaDB's
 * script takes it for a database, and makes one that does not start. */
static enum err clear_away(const struct ctl_layout *l)
{
	static const char *const folders[] = { "mysql/mysql",
		"mysql/performance_schema", "mysql/sys", "mysql" };
	char path[SETTINGS_PATH_MAX + 32];
	enum err e = ERR_OK;

	log_info("run: creating the database was cut off, beginning again");
	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", l->dir, folders[i]);
		if (access(path, F_OK) == -1)
			continue;
		e = ctl_file_clear(path);
		if (e == ERR_OK && i + 1 < RT_ARRAY_LEN(folders) &&
		    rmdir(path) == -1) {
			log_sys("run: %s", path);
			e = ERR_IO;
		}
	}
	return e;
}

/* "mysql.creating" is there while what lies in mysql/ is nobody's yet, and
 * "mysql.created" once it is whole. A folder with neither is not touched: who
 * knows whose data that is. */
static enum err create(const struct ctl_mariadb *m, const struct ctl_layout *l,
    struct ctl_sup *sup)
{
	char created[SETTINGS_PATH_MAX + 32], creating[SETTINGS_PATH_MAX + 32];
	enum err e = ERR_OK;

	(void)snprintf(created, sizeof(created), "%s/mysql.created", l->dir);
	(void)snprintf(creating, sizeof(creating), "%s/mysql.creating", l->dir);
	if (access(created, F_OK) == 0)
		return ERR_OK;
	if (access(creating, F_OK) == 0)
		e = clear_away(l);
	else if (is_empty(l))
		e = ctl_layout_write(l, "mysql.creating", 0644, SLICE(""));
	if (e == ERR_OK)
		e = install(m, l, sup);
	if (e == ERR_OK)
		e = ctl_layout_write(l, "mysql.created", 0644,
		    slice_from(m->admin));
	if (e == ERR_OK)
		(void)unlink(creating); /* of no use beside the other */
	return e;
}

enum err ctl_mariadb_prepare(struct ctl_mariadb *m, const struct ctl_layout *l,
    struct ctl_sup *sup)
{
	const struct passwd *pw = getpwuid(geteuid());
	enum err e;

	if (server() == NULL) {
		log_error(
		    "run: mariadbd is not installed: run `make deps` "
		    "(Debian package mariadb-server-core)");
		return ERR_UNAVAILABLE;
	}
	if (pw == NULL || !slice_to_cstr(slice_from(pw->pw_name), m->admin,
			      sizeof(m->admin))) {
		log_error(
		    "run: user id %ld has no name in /etc/passwd; "
		    "MariaDB knows its administrator by that name",
		    (long)geteuid());
		return ERR_NOTFOUND;
	}
	(void)snprintf(m->cnf_arg, sizeof(m->cnf_arg),
	    "--defaults-file=%s/mysql.cnf", l->dir);
	(void)snprintf(m->data_arg, sizeof(m->data_arg), "--datadir=%s/mysql",
	    l->dir);
	(void)snprintf(m->tmp_arg, sizeof(m->tmp_arg), "--tmpdir=%s/mysql-tmp",
	    l->dir);
	(void)snprintf(m->admin_arg, sizeof(m->admin_arg),
	    "--auth-root-socket-user=%s", m->admin);
	/* Before anything of its is touched. */
	e = ctl_left_end(m->cnf_arg, ctl_sup_stop_asked, sup);
	if (e != ERR_OK || (e = write_cnf(l)) != ERR_OK)
		return e;
	return create(m, l, sup);
}

struct ctl_part ctl_mariadb_part(const struct ctl_mariadb *m,
    const struct ctl_layout *l)
{
	struct ctl_part part = { .name = "mariadbd",
		.user = l->db_user,
		.group = l->web_group,
		.stop_signal = SIGTERM,
		.stop_us = STOP_US,
		.start_stop_us = START_STOP_US,
		.ready = { CTL_PROBE_UNIX, l->settings.db_socket } };
	/* Left root, it wants to be told so. */
	const bool root = geteuid() == 0 && strcmp(l->db_user, "-") == 0;
	const char *const argv[] = { server(), m->cnf_arg,
		root ? "--user=root" : NULL, NULL };

	memcpy(part.argv, argv, sizeof(argv));
	return part;
}
