#include "ctl/ctl_db.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_conf.h"
#include "ctl/ctl_opt.h"
#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/base/file.h"
#include "lib/base/hex.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "lib/db/db_grant.h"
#include "lib/db/db_server.h"
#include "lib/db/migrate.h"
#include "lib/hash/seal.h"

#define PASSWORD_BYTES 24
#define PATH_BYTES     (SETTINGS_PATH_MAX + 64)
/* The longest ALTER that a migration may need. */
#define MIGRATE_MS 3600000

/* --- secrets ----------------------------------------------------- */

static void secret_path(const struct settings *s, const char *who,
    char out[PATH_BYTES])
{
	(void)snprintf(out, PATH_BYTES, "%s/db_%s.pw", s->secret_dir, who);
}

static enum err make_password(const char *path)
{
	uint8_t raw[PASSWORD_BYTES];
	char text[2 * PASSWORD_BYTES + 2];

	rnd_bytes(raw, sizeof(raw));
	hex_encode(raw, sizeof(raw), text);
	text[2 * PASSWORD_BYTES] = '\n';
	return file_create(path, slice_of(text, sizeof(text) - 1));
}

/* The files of the secrets folder that are missing: a password per program
 * and the sealing key, each 0600. What failed is said. */
static enum err make_secrets(const struct settings *s)
{
	char path[PATH_BYTES];
	enum err e = ERR_OK;

	for (const char *const *who = db_grant_who();
	     *who != NULL && e == ERR_OK; who++) {
		secret_path(s, *who, path);
		if (access(path, F_OK) == -1)
			e = make_password(path);
		if (e == ERR_CONFLICT)
			e = ERR_OK; /* somebody was quicker */
	}
	(void)snprintf(path, sizeof(path), "%s/seal.key", s->secret_dir);
	if (e == ERR_OK && access(path, F_OK) == -1)
		e = seal_key_create(path);
	return e == ERR_CONFLICT ? ERR_OK : e; /* somebody was quicker */
}

static enum err read_password(const char *path, char *out, size_t cap,
    struct slice *password)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1) {
		log_sys("ctl: open %s", path);
		return ERR_IO;
	}
	n = read(fd, out, cap);
	(void)close(fd); /* read only */
	if (n <= 0) {
		log_error("ctl: %s is empty or cannot be read", path);
		return ERR_IO;
	}
	*password = slice_trim(slice_of(out, (size_t)n));
	return ERR_OK;
}

/* --- setting up -------------------------------------------------- */

static void say_file(void *ctx, const char *name, bool applied)
{
	(void)ctx;
	if (applied)
		log_info("ctl: migration applied file=%s", name);
}

/* So that whoever waits sees that it goes on. */
static void say_step(void *ctx, const char *name, size_t step, size_t of)
{
	(void)ctx;
	log_info("ctl: migration goes on file=%s step=%zu of=%zu", name, step,
	    of);
}

static enum err grant_all(struct db *db, const struct settings *s)
{
	char path[PATH_BYTES];
	char text[DB_PASSWORD_MAX];
	struct slice password;
	enum err e = ERR_OK;

	for (const char *const *who = db_grant_who();
	     *who != NULL && e == ERR_OK; who++) {
		secret_path(s, *who, path);
		e = read_password(path, text, sizeof(text), &password);
		if (e == ERR_OK)
			e = db_grant_apply(db, slice_from(s->db_name), *who,
			    password);
	}
	return e;
}

static enum err create(const struct settings *s, const struct db_options *admin)
{
	struct db_options nowhere = *admin;
	struct db *db = NULL;
	enum err e;

	nowhere.name = NULL;
	e = db_open(&db, &nowhere);
	if (e == ERR_OK)
		e = db_server_create(db, slice_from(s->db_name));
	db_close(db);
	return e;
}

enum err ctl_db_prepare(const struct settings *s, const char *admin,
    const char *password)
{
	const struct db_options o = { .socket = s->db_socket,
		.user = admin,
		.password = password,
		.name = s->db_name,
		.timeout_ms = MIGRATE_MS };
	const struct migrate_report report = { NULL, say_file, say_step };
	char sql_dir[PATH_BYTES];
	struct db *db = NULL;
	enum err e;

	(void)snprintf(sql_dir, sizeof(sql_dir), "%s/sql", s->share_dir);
	if ((e = make_secrets(s)) != ERR_OK || (e = create(s, &o)) != ERR_OK ||
	    (e = db_open(&db, &o)) != ERR_OK ||
	    (e = migrate_apply(db, sql_dir, clk_wall_us(), &report)) != ERR_OK)
		goto out;
	e = grant_all(db, s);
out:
	db_close(db);
	if (e != ERR_OK)
		log_error("ctl: setting up the database as %s: %s", admin,
		    err_name(e));
	return e;
}

enum err ctl_db_open(const struct settings *s, struct db **out)
{
	const enum err e =
	    db_open_as(out, s->secret_dir, s->db_socket, s->db_name, "ctl");

	if (e == ERR_UNAVAILABLE)
		log_error(
		    "ctl: no database answers at %s: is `ringtrace run` "
		    "(or MariaDB) running?",
		    s->db_socket);
	else if (e != ERR_OK)
		log_error(
		    "ctl: opening the database as rt_ctl: %s (`ringtrace "
		    "migrate` creates that account)",
		    err_name(e));
	return e;
}

/* --- the subcommand ---------------------------------------------- */

struct migrate_opts {
	const char *conf;
	const char *admin;
	bool help;
};

static const struct ctl_opt options[] = {
	CTL_CONF_OPT(struct migrate_opts, conf),
	{ "admin", CTL_OPT_TEXT, offsetof(struct migrate_opts, admin), 0,
	    "USER", "database administrator (the user you are)" },
	{ "help", CTL_OPT_FLAG, offsetof(struct migrate_opts, help), 0, NULL,
	    "this text" },
};

int ctl_db_migrate(int argc, char *const *argv)
{
	struct migrate_opts o = { .conf = NULL };
	const struct passwd *pw;
	struct settings s;

	if (ctl_opt_parse(options, RT_ARRAY_LEN(options), argc, argv, &o,
		NULL) != ERR_OK)
		return 2;
	if (o.help) {
		ctl_opt_usage("migrate", options, RT_ARRAY_LEN(options));
		return 0;
	}
	if (ctl_conf_load(o.conf, &s) != ERR_OK)
		return 1;
	pw = getpwuid(geteuid());
	if (o.admin == NULL)
		o.admin = pw == NULL ? "root" : pw->pw_name;
	if (ctl_db_prepare(&s, o.admin, "") != ERR_OK)
		return 1;
	(void)printf("The database is up to date.\n");
	return 0;
}
