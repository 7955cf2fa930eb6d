#include "tests/support/testdb.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/db/db_grant.h"
#include "lib/db/migrate.h"
#include "lib/db/stmt.h"
#include "tests/support/testdb_seed.h"

#define PATH_BYTES   512
#define ARGS_MAX     40
#define START_MS     30000
#define DDL_MS       120000
#define PASSWORD     "throw-away"
#define TEMPLATE_VER "1"

extern char **environ;

/* The guard keeps the server's life tied to ours: it kills it when the pipe
 * on its standard input closes, which every death of ours does. */
static const char guard_sh[] =
    "\"$@\" </dev/null >/dev/null 2>&1 & p=$!; read -r _; kill -9 $p;"
    " wait $p 2>/dev/null";

static struct testdb self;
static pid_t guard = -1;
static int guard_in = -1;

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "testdb: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *env(const char *name)
{
	const char *v = getenv(name);

	if (v == NULL) {
		fprintf(stderr, "testdb: run me by dev/run-tests.sh (%s)\n",
		    name);
		exit(1);
	}
	return v;
}

static void path(char out[PATH_BYTES], const char *dir, const char *name)
{
	struct buf b;

	buf_over(&b, out, PATH_BYTES);
	buf_cstr(&b, dir);
	buf_char(&b, '/');
	buf_cstr(&b, name);
	buf_char(&b, '\0');
	if (buf_err(&b) != ERR_OK)
		die("path too long");
}

/* Runs a program to its end; false when it fails. */
static bool run(const char *const argv[])
{
	posix_spawn_file_actions_t fa;
	char *args[ARGS_MAX];
	size_t n = 0;
	int status;
	pid_t pid;

	for (; argv[n] != NULL; n++)
		args[n] = strdup(argv[n]);
	args[n] = NULL;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, args[0], &fa, NULL, args, environ) != 0)
		die(argv[0]);
	posix_spawn_file_actions_destroy(&fa);
	for (size_t i = 0; i < n; i++)
		free(args[i]);
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			die("waitpid");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static const char *user_arg(void)
{
	/* As root the server insists on being told; the data is ours. */
	return geteuid() == 0 ? "--user=root" : "--skip-name-resolve";
}

/* --- the server ---------------------------------------------------------- */

static bool answers(const char *socket_path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	bool ok;
	int fd;

	if (strlen(socket_path) >= sizeof(a.sun_path))
		die("socket path too long");
	memcpy(a.sun_path, socket_path, strlen(socket_path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		die("socket");
	ok = connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;
	(void)close(fd);
	return ok;
}

static void spawn_guarded(const char *data, const char *sock, const char *log)
{
	char data_arg[PATH_BYTES + 32], sock_arg[PATH_BYTES + 32];
	char log_arg[PATH_BYTES + 32], tmp_arg[PATH_BYTES + 32];
	const char *argv[] = { "/bin/sh", "-c", guard_sh, "guard", "mariadbd",
		"--no-defaults", user_arg(), data_arg, sock_arg, log_arg,
		tmp_arg, "--skip-networking", "--skip-name-resolve",
		"--performance-schema=OFF", "--innodb-buffer-pool-size=24M",
		"--innodb-log-file-size=16M",
		"--innodb-flush-log-at-trx-commit=0", "--skip-log-bin",
		"--max-connections=200", "--character-set-server=utf8mb4",
		"--default-time-zone=+00:00", "--innodb-fast-shutdown=2",
		NULL };
	char *args[ARGS_MAX];
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int pipe_fd[2];
	size_t n = 0;

	(void)snprintf(data_arg, sizeof(data_arg), "--datadir=%s", data);
	(void)snprintf(sock_arg, sizeof(sock_arg), "--socket=%s", sock);
	(void)snprintf(log_arg, sizeof(log_arg), "--log-error=%s", log);
	/* A server that starts removes "#sql" files in tmpdir, whosever. */
	(void)snprintf(tmp_arg, sizeof(tmp_arg), "--tmpdir=%s", data);
	if (pipe(pipe_fd) != 0 || fcntl(pipe_fd[1], F_SETFD, FD_CLOEXEC) != 0)
		die("pipe");
	for (; argv[n] != NULL; n++)
		args[n] = strdup(argv[n]);
	args[n] = NULL;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, pipe_fd[0], 0);
	posix_spawn_file_actions_addclose(&fa, pipe_fd[0]);
	posix_spawnattr_init(&attr);
	/* A group of its own: what ends ours must not end the guard first. */
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attr, 0);
	if (posix_spawn(&guard, args[0], &fa, &attr, args, environ) != 0)
		die("spawn mariadbd");
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	for (size_t i = 0; i < n; i++)
		free(args[i]);
	(void)close(pipe_fd[0]);
	guard_in = pipe_fd[1];
}

static void start_server(const char *data, const char *sock)
{
	const int64_t end = clk_mono_us() + START_MS * INT64_C(1000);
	char log[PATH_BYTES];

	path(log, env("RT_TEST_DIR"), "mariadb.log");
	(void)unlink(sock);
	spawn_guarded(data, sock, log);
	while (!answers(sock)) {
		if (clk_mono_us() > end)
			die("mariadbd does not answer, see mariadb.log");
		(void)poll(NULL, 0, 10);
	}
}

static void stop_server(void)
{
	int status;

	if (guard == -1)
		return;
	(void)close(guard_in);
	while (waitpid(guard, &status, 0) == -1 && errno == EINTR)
		;
	guard = -1;
}

static struct db *connect_as(const char *user, const char *password,
    const char *name, unsigned int timeout_ms)
{
	const struct db_options o = { .socket = self.socket,
		.user = user,
		.password = password,
		.name = name,
		.timeout_ms = timeout_ms };
	struct db *db;

	if (db_open(&db, &o) != ERR_OK)
		die("connect");
	return db;
}

/* --- the template -------------------------------------------------------- */

static void write_password(const char *who)
{
	char file[PATH_BYTES];
	FILE *f;

	(void)snprintf(file, sizeof(file), "%s/db_%s.pw", self.secret_dir, who);
	f = fopen(file, "w");
	if (f == NULL || fputs(PASSWORD "\n", f) < 0 || fclose(f) != 0)
		die("write password");
}

/* Schema, users and two companies into a fresh server. */
static void fill(void)
{
	const char *const *who;
	struct db *db = connect_as("root", "", "", DDL_MS);
	struct stmt *st = stmt_begin(db, "CREATE DATABASE " TESTDB_NAME);

	if (stmt_exec(st, NULL) != ERR_OK)
		die("create database");
	db_close(db);
	db = connect_as("root", "", TESTDB_NAME, DDL_MS);
	if (migrate_apply(db, "sql", TESTDB_NOW_US, NULL) != ERR_OK)
		die("migrate");
	for (who = db_grant_who(); *who != NULL; who++)
		if (db_grant_apply(db, SLICE(TESTDB_NAME), *who,
			SLICE(PASSWORD)) != ERR_OK)
			die("grant");
	testdb_seed(db, self.company);
	db_close(db);
}

/* A name that changes with the schema, the grants and the seed. */
static void template_name(char out[PATH_BYTES])
{
	const char *const argv[] = { "/bin/sh", "-c",
		"cat sql/*.sql lib/db/db_grant.c lib/db/db_company.c"
		" tests/support/testdb.c tests/support/testdb_seed.c"
		" | cksum | tr -d ' ' >\"$0\"",
		NULL, NULL };
	char sum[64] = "", file[PATH_BYTES];
	const char *with[5];
	FILE *f;

	path(file, env("RT_TEST_DIR"), "sum");
	memcpy(with, argv, sizeof(with));
	with[3] = file;
	if (!run(with) || (f = fopen(file, "r")) == NULL)
		die("checksum of the schema");
	if (fgets(sum, sizeof(sum), f) == NULL)
		die("checksum of the schema");
	(void)fclose(f);
	sum[strcspn(sum, "\n")] = '\0';
	(void)snprintf(out, PATH_BYTES, "%s/testdb-" TEMPLATE_VER "-%s-%u",
	    env("RT_BUILD"), sum, (unsigned int)geteuid());
}

/* Each is a hundred megabytes, and those of older schemas are never used again.
 */
static void forget_older(void)
{
	char uid[16];
	const char *const argv[] = { "/bin/sh", "-c",
		"rm -rf \"$0\"/testdb-*-\"$1\" \"$0\"/testdb-*-\"$1\".tmp",
		env("RT_BUILD"), uid, NULL };

	(void)snprintf(uid, sizeof(uid), "%u", (unsigned int)geteuid());
	if (!run(argv))
		die("forget older templates");
}

/* Made beside its name and renamed, so that a crash leaves no half of one. */
static void make_template(const char *name)
{
	char tmp[PATH_BYTES + 8], data[PATH_BYTES + 16], arg[PATH_BYTES + 32];
	char tmp_arg[PATH_BYTES + 32];
	const char *const mkdir_argv[] = { "mkdir", "-p", tmp, NULL };
	const char *const install[] = { "mariadb-install-db", "--no-defaults",
		user_arg(), arg, tmp_arg,
		"--auth-root-authentication-method=normal", "--force",
		"--skip-test-db", "--skip-name-resolve",
		"--innodb-log-file-size=16M", NULL };
	const char *const down[] = { "mariadb-admin", "--no-defaults", "-u",
		"root", "-S", self.socket, "shutdown", NULL };

	(void)snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	(void)snprintf(data, sizeof(data), "%s/data", tmp);
	(void)snprintf(arg, sizeof(arg), "--datadir=%s", data);
	(void)snprintf(tmp_arg, sizeof(tmp_arg), "--tmpdir=%s", tmp);
	forget_older();
	if (!run(mkdir_argv) || !run(install))
		die("mariadb-install-db");
	start_server(data, self.socket);
	fill();
	if (!run(down))
		die("mariadb-admin shutdown");
	stop_server();
	testdb_seed_save(tmp, self.company);
	if (rename(tmp, name) != 0)
		die("keep template");
}

/* One process makes it, the others wait. */
static void need_template(const char *name)
{
	char lock[PATH_BYTES];
	int fd;

	(void)snprintf(lock, PATH_BYTES, "%s/testdb.lock", env("RT_BUILD"));
	fd = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	if (fd == -1 || flock(fd, LOCK_EX) != 0)
		die("lock template");
	if (access(name, F_OK) != 0)
		make_template(name);
	(void)close(fd);
}

/* --- exports ------------------------------------------------------------- */

struct testdb *testdb_start(void)
{
	const char *const dir = env("RT_TEST_DIR");
	char name[PATH_BYTES], from[PATH_BYTES], to[PATH_BYTES];
	const char *const copy[] = { "cp", "-a", from, to, NULL };
	const char *const *who;

	log_open("test", 2, LOG_WARN);
	(void)snprintf(self.socket, sizeof(self.socket), "%s/my.sock", dir);
	(void)snprintf(self.secret_dir, sizeof(self.secret_dir), "%s/secret",
	    dir);
	template_name(name);
	need_template(name);
	testdb_seed_load(name, self.company);
	path(from, name, "data");
	path(to, dir, "mysql");
	if (!run(copy))
		die("copy template");
	if (mkdir(self.secret_dir, 0700) != 0)
		die("make secret directory");
	for (who = db_grant_who(); *who != NULL; who++)
		write_password(*who);
	start_server(to, self.socket);
	self.db = testdb_connect(&self, NULL);
	return &self;
}

void testdb_stop(struct testdb *t)
{
	db_close(t->db);
	t->db = NULL;
	stop_server();
}

struct db *testdb_connect(struct testdb *t, const char *who)
{
	struct db *db;

	if (who == NULL)
		return connect_as("root", "", TESTDB_NAME, 0);
	if (db_open_as(&db, t->secret_dir, t->socket, TESTDB_NAME, who) !=
	    ERR_OK)
		die(who);
	return db;
}

/* The server writes its log once a second only; what a test set up before must
 * not go with it. The second statement is written, and so all before it. */
void testdb_kill(struct testdb *t)
{
	static const char *const keep[] = {
		"SET GLOBAL innodb_flush_log_at_trx_commit = 1",
		"DROP TABLE IF EXISTS " TESTDB_NAME ".kept",
		"CREATE TABLE " TESTDB_NAME ".kept (n INT) ENGINE=InnoDB"
	};
	struct db *db = connect_as("root", "", "", DDL_MS);

	(void)t;
	for (size_t i = 0; i < RT_ARRAY_LEN(keep); i++)
		if (stmt_exec(stmt_begin(db, keep[i]), NULL) != ERR_OK)
			die("keep what is committed");
	db_close(db);
	stop_server();
}

void testdb_revive(struct testdb *t)
{
	char data[PATH_BYTES];

	path(data, env("RT_TEST_DIR"), "mysql");
	start_server(data, t->socket);
}

bool testdb_same_document(struct slice a, struct slice b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.n && a.p[i] == ' ')
			i++;
		while (k < b.n && b.p[k] == ' ')
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		if (a.p[i++] != b.p[k++])
			return false;
	}
}

void testdb_id(int64_t wall_us, uint8_t out[ID_BYTES])
{
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	id_make(wall_us, rnd, out);
}

int64_t testdb_count(struct testdb *t, const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);
	int64_t n = 0;

	stmt_out_i64(st, &n);
	if (stmt_one(st) != ERR_OK)
		die(sql);
	return n;
}
