#include "ctl/ctl_doctor.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctl/ctl_as.h"
#include "ctl/ctl_conf.h"
#include "ctl/ctl_opt.h"
#include "ctl/ctl_probe.h"
#include "ctl/ctl_want.h"
#include "lib/base/buf.h"
#include "lib/base/file.h"
#include "lib/base/settings.h"
#include "lib/db/db.h"
#include "lib/db/db_grant.h"
#include "lib/db/db_server.h"

#define SAY_MAX         256
#define DISK_LOW_BYTES  (UINT64_C(2) << 30)
#define FILES_LOW       10000
#define FOLDERS_MAX     2000 /* of recordings, looked at */
#define SECRET_MODE     077
#define AUTHORITIES_MAX ((size_t)4 << 20)
#define PEM_BEGINS      "-----BEGIN CERTIFICATE-----"
#define SECRET_DIR_MODE 066 /* others may pass through, not look around */

enum verdict {
	GOOD,
	NOTE,
	BAD,
	VERDICTS
};

static const char *const verdict_names[VERDICTS] = { "ok  ", "note", "BAD " };

struct doctor {
	struct settings s;
	struct db *db; /* NULL: not reachable */
};

/* --- folders and files ------------------------------------------------ */

static enum verdict folder(const char *path, mode_t forbidden, struct buf *b)
{
	struct stat st;
	uint64_t free_bytes = 0, files = 0;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode)) {
		buf_printf(b, "%s: %s", path, strerror(errno));
		return BAD;
	}
	if ((st.st_mode & forbidden) != 0) {
		buf_printf(b, "%s is open to others (mode %o): chmod go-rw",
		    path, (unsigned int)st.st_mode & 07777);
		return BAD;
	}
	if (ctl_probe_disk(path, &free_bytes) != ERR_OK ||
	    ctl_probe_files(path, &files) != ERR_OK)
		return BAD;
	buf_printf(b, "%s, %llu GB free", path,
	    (unsigned long long)(free_bytes >> 30));
	if (files < FILES_LOW)
		buf_printf(b, ", but room for %llu files only (df -i)",
		    (unsigned long long)files);
	return free_bytes < DISK_LOW_BYTES || files < FILES_LOW ? NOTE : GOOD;
}

/* Who jobd is: the one who reads its password. False: nobody knows. */
static bool find_jobd(const struct doctor *d, uid_t *uid, gid_t *gid)
{
	char path[SETTINGS_PATH_MAX + 16];
	const struct group *gr = getgrnam("www-data");
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/db_jobd.pw", d->s.secret_dir);
	if (stat(path, &st) == -1)
		return false;
	*uid = st.st_uid;
	*gid = gr != NULL && st.st_uid != 0 ? gr->gr_gid : st.st_gid;
	return true;
}

static bool jobd_may(const struct doctor *d, const char *path, int how)
{
	uid_t uid;
	gid_t gid;

	return !find_jobd(d, &uid, &gid) || ctl_as_may(uid, gid, path, how);
}

static bool sip_may(const struct doctor *d, const char *path, int how)
{
	const struct passwd *pw = getpwnam(d->s.user);
	struct stat st;

	/* Who started it is root, or everything is that user's; where programs
	 * stay root its folders are root's, too. */
	if (geteuid() != 0 || pw == NULL || stat(d->s.secret_dir, &st) == -1 ||
	    st.st_uid != 0 || stat(d->s.recordings_dir, &st) == -1 ||
	    st.st_uid == 0)
		return true;
	return ctl_as_may(pw->pw_uid, pw->pw_gid, path, how);
}

/* A folder where sipworker writes. */
static enum verdict written(const struct doctor *d, const char *path,
    mode_t forbidden, struct buf *b)
{
	const enum verdict v = folder(path, forbidden, b);

	if (v == BAD || sip_may(d, path, W_OK | X_OK))
		return v;
	buf_reset(b);
	buf_printf(b, "%s cannot write in %s: %s (`ringtrace run` mends that)",
	    d->s.user, path, strerror(errno));
	return BAD;
}

/* Folders of companies and days where the recorder may not write, or jobd not
 * erase what is over its term: what a copy without owners and access lists
 * leaves. */
static size_t closed_folders(const struct doctor *d, const char *path,
    unsigned int depth, size_t *looked)
{
	char below[SETTINGS_PATH_MAX + 300];
	const struct dirent *entry;
	size_t n = 0;
	DIR *dir = opendir(path);

	while (dir != NULL && *looked < FOLDERS_MAX &&
	       (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || entry->d_type != DT_DIR)
			continue;
		(void)snprintf(below, sizeof(below), "%s/%s", path,
		    entry->d_name);
		(*looked)++;
		n += !jobd_may(d, below, W_OK | X_OK) ||
		     !sip_may(d, below, W_OK | X_OK);
		if (depth > 0)
			n += closed_folders(d, below, depth - 1, looked);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

static enum verdict check_recordings(struct doctor *d, struct buf *b)
{
	const enum verdict v = written(d, d->s.recordings_dir, 0007, b);
	size_t looked = 0, n;

	if (v == BAD ||
	    (n = closed_folders(d, d->s.recordings_dir, 1, &looked)) == 0)
		return v;
	buf_reset(b);
	buf_printf(b,
	    "recorder or jobd may not write in %zu of %zu folders of %s: "
	    "copied without their owners and rights?",
	    n, looked, d->s.recordings_dir);
	return BAD;
}

static enum verdict check_journal(struct doctor *d, struct buf *b)
{
	return written(d, d->s.journal_dir, 0077, b);
}

/* Root's sealing key is for a group as well (ctl_layout.h), nothing else is. */
static bool open_to_others(const char *name, const struct stat *st)
{
	const mode_t forbidden =
	    st->st_uid == 0 && strcmp(name, "seal.key") == 0
		? SECRET_MODE & ~(mode_t)S_IRGRP
		: SECRET_MODE;

	return S_ISREG(st->st_mode) && (st->st_mode & forbidden) != 0;
}

static enum verdict check_secrets(struct doctor *d, struct buf *b)
{
	enum verdict v = folder(d->s.secret_dir, SECRET_DIR_MODE, b);
	char path[SETTINGS_PATH_MAX + 300];
	const struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (v == BAD || (dir = opendir(d->s.secret_dir)) == NULL)
		return BAD;
	while ((entry = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", d->s.secret_dir,
		    entry->d_name);
		if (stat(path, &st) == -1 ||
		    !open_to_others(entry->d_name, &st))
			continue;
		buf_reset(b);
		buf_printf(b, "%s can be read by others: chmod 600", path);
		v = BAD;
	}
	(void)closedir(dir);
	return v;
}

/* --- the database ------------------------------------------------------ */

static enum verdict check_database(struct doctor *d, struct buf *b)
{
	char version[DB_SERVER_VERSION_BYTES];
	const enum err e = db_open_as(&d->db, d->s.secret_dir, d->s.db_socket,
	    d->s.db_name, "ctl");

	if (e != ERR_OK || db_server_version(d->db, version) != ERR_OK) {
		buf_printf(b,
		    "%s: %s; is it running, and was `ringtrace "
		    "migrate` run?",
		    d->s.db_socket, err_name(e));
		return BAD;
	}
	buf_printf(b, "%s at %s", version, d->s.db_socket);
	return GOOD;
}

static uint64_t count_sql(const char *dir_path)
{
	DIR *dir = opendir(dir_path);
	const struct dirent *entry;
	uint64_t n = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (slice_ends(slice_from(entry->d_name), SLICE(".sql")))
			n++;
	(void)closedir(dir);
	return n;
}

static enum verdict check_migrations(struct doctor *d, struct buf *b)
{
	char dir[SETTINGS_PATH_MAX + 8];
	uint64_t done, have;

	if (d->db == NULL || db_server_migrations(d->db, &done) != ERR_OK) {
		buf_cstr(b, "not known without the database");
		return BAD;
	}
	(void)snprintf(dir, sizeof(dir), "%s/sql", d->s.share_dir);
	have = count_sql(dir);
	buf_printf(b, "%llu of %llu applied", (unsigned long long)done,
	    (unsigned long long)have);
	if (done == have)
		return GOOD;
	buf_cstr(b, done < have ? ": run `ringtrace migrate`"
				: ": the database belongs to a newer version");
	return BAD;
}

static enum verdict check_accounts(struct doctor *d, struct buf *b)
{
	enum verdict v = GOOD;

	for (const char *const *who = db_grant_who(); *who != NULL; who++) {
		struct db *db = NULL;
		const enum err e = db_open_as(&db, d->s.secret_dir,
		    d->s.db_socket, d->s.db_name, *who);

		db_close(db);
		if (e == ERR_OK)
			continue;
		buf_printf(b, "%srt_%s: %s", b->n > 0 ? ", " : "", *who,
		    err_name(e));
		v = BAD;
	}
	buf_cstr(b, v == GOOD ? "each program can sign in"
			      : " (`ringtrace migrate` sets them anew)");
	return v;
}

/* --- the network --------------------------------------------------------- */

static enum verdict check_web(struct doctor *d, struct buf *b)
{
	const struct ctl_probe p = { CTL_PROBE_TCP, d->s.http_listen };

	if (ctl_probe_ready(&p)) {
		buf_printf(b, "%s answers; people use %s", d->s.http_listen,
		    d->s.public_url);
		return GOOD;
	}
	buf_printf(b, "nothing answers at %s", d->s.http_listen);
	return NOTE;
}

static enum verdict check_sip(struct doctor *d, struct buf *b)
{
	char where[SETTINGS_ADDR_MAX + 8];
	const struct ctl_probe p = { CTL_PROBE_UDP, where };

	(void)snprintf(where, sizeof(where), "%s:%hu", d->s.sip_address,
	    (unsigned short)d->s.sip_port);
	buf_cstr(b, where);
	if (ctl_probe_ready(&p)) {
		buf_cstr(b, " is bound");
		return GOOD;
	}
	if (ctl_probe_free(where, false) == ERR_OK) {
		buf_cstr(b, " is free: sipworker does not run");
		return NOTE;
	}
	buf_cstr(b, " cannot be bound: not an address of this machine?");
	return BAD;
}

/* RFC 1918, and the loopback net. */
static enum verdict check_advertised(struct doctor *d, struct buf *b)
{
	const char *text = d->s.sip_advertised[0] != '\0' ? d->s.sip_advertised
							  : d->s.sip_address;
	struct in_addr a;
	uint32_t ip;

	if (inet_pton(AF_INET, text, &a) != 1) {
		buf_printf(b, "\"%s\" is not an IPv4 address", text);
		return BAD;
	}
	ip = ntohl(a.s_addr);
	buf_cstr(b, text);
	if (ip >> 24 == 127) {
		buf_cstr(b, ": only this machine can call; set sip_address");
		return NOTE;
	}
	if (ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8) {
		buf_cstr(b, " is private: behind NAT set sip_advertised");
		return NOTE;
	}
	return GOOD;
}

static enum verdict check_rtp(struct doctor *d, struct buf *b)
{
	const uint64_t ports = d->s.rtp_port_max >= d->s.rtp_port_min
				   ? d->s.rtp_port_max - d->s.rtp_port_min + 1
				   : 0;
	const uint64_t calls = ports / CTL_WANT_CALL_PORTS;

	buf_printf(b, "%llu ports are enough for %llu calls, max_calls is %llu",
	    (unsigned long long)ports, (unsigned long long)calls,
	    (unsigned long long)d->s.max_calls);
	return calls == 0 ? BAD : calls < d->s.max_calls ? NOTE : GOOD;
}

/* --- mail and webhooks ------------------------------------------------------
 */

static enum verdict check_mail(struct doctor *d, struct buf *b)
{
	char path[SETTINGS_PATH_MAX + 16];

	if (d->s.smtp_url[0] == '\0') {
		buf_cstr(b, "none is sent; set smtp_url");
		return NOTE;
	}
	buf_printf(b, "%s", d->s.smtp_url);
	if (d->s.smtp_user[0] == '\0')
		return GOOD;
	(void)snprintf(path, sizeof(path), "%s/smtp.pw", d->s.secret_dir);
	if (access(path, F_OK) == -1)
		buf_printf(b, ": the password of %s is not at %s: %s",
		    d->s.smtp_user, path, strerror(errno));
	else if (!jobd_may(d, path, R_OK))
		buf_printf(b,
		    ": jobd may not read %s: `ringtrace run` gives it "
		    "the file when it starts",
		    path);
	else
		return GOOD;
	return BAD;
}

/* One that cannot be read is not as if there were none: then no certificate is
 * vouched for, and neither mails nor webhooks go out over TLS. */
static enum verdict check_authorities(struct doctor *d, struct buf *b)
{
	struct buf pem;
	bool good;

	if (d->s.ca_file[0] == '\0') {
		buf_cstr(b, "those that the system trusts");
		return GOOD;
	}
	buf_printf(b, "ca_file %s", d->s.ca_file);
	if (access(d->s.ca_file, R_OK) == -1 ||
	    !jobd_may(d, d->s.ca_file, R_OK)) {
		buf_printf(b, ": %s%s", strerror(errno),
		    access(d->s.ca_file, R_OK) == 0 ? ", says jobd" : "");
		return BAD;
	}
	buf_init(&pem, AUTHORITIES_MAX);
	good = file_read(AT_FDCWD, d->s.ca_file, &pem) == ERR_OK &&
	       slice_find_slice(buf_slice(&pem), SLICE(PEM_BEGINS)) != pem.n;
	buf_fini(&pem);
	if (!good)
		buf_cstr(b, " holds no certificate in PEM");
	return good ? GOOD : BAD;
}

/* --- the machine -----------------------------------------------------------
 */

static enum verdict check_files(struct doctor *d, struct buf *b)
{
	const uint64_t need =
	    d->s.max_calls * SETTINGS_CALL_FILES + SETTINGS_SIP_FILES;
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1)
		return BAD;
	buf_printf(b, "limit %llu, %llu calls need %llu",
	    (unsigned long long)lim.rlim_max,
	    (unsigned long long)d->s.max_calls, (unsigned long long)need);
	return lim.rlim_max < need ? NOTE : GOOD;
}

static enum verdict check_user(struct doctor *d, struct buf *b)
{
	if (geteuid() != 0) {
		buf_cstr(b,
		    "not root: sipworker's processes stay this user, "
		    "without chroot");
		return NOTE;
	}
	if (getpwnam(d->s.user) == NULL) {
		buf_printf(b, "there is no user \"%s\" (setting user)",
		    d->s.user);
		return BAD;
	}
	buf_printf(b, "sipworker's processes become %s, in an empty root",
	    d->s.user);
	return GOOD;
}

static enum verdict check_sandbox(struct doctor *d, struct buf *b)
{
	const bool seccomp =
	    access("/proc/sys/kernel/seccomp/actions_avail", R_OK) == 0;
	/* LANDLOCK_CREATE_RULESET_VERSION: the version, or an error. */
	const long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1U);

	(void)d;
	buf_printf(b, "seccomp %s, Landlock %s", seccomp ? "yes" : "no",
	    landlock > 0 ? "yes" : "no");
	return seccomp ? GOOD : BAD;
}

static const struct {
	const char *name;
	/* Writes what there is to say into b. */
	enum verdict (*run)(struct doctor *d, struct buf *b);
} checks[] = {
	{ "recordings", check_recordings },
	{ "journal", check_journal },
	{ "secrets", check_secrets },
	{ "database", check_database },
	{ "migrations", check_migrations },
	{ "accounts", check_accounts },
	{ "web", check_web },
	{ "mail", check_mail },
	{ "authorities", check_authorities },
	{ "sip", check_sip },
	{ "advertised", check_advertised },
	{ "rtp", check_rtp },
	{ "open files", check_files },
	{ "user", check_user },
	{ "sandbox", check_sandbox },
};

static int examine(struct doctor *d)
{
	size_t bad = 0;

	for (size_t i = 0; i < RT_ARRAY_LEN(checks); i++) {
		char text[SAY_MAX];
		enum verdict v;
		struct buf b;

		buf_over(&b, text, sizeof(text));
		v = checks[i].run(d, &b);
		bad += v == BAD;
		(void)printf("%s  %-11s %.*s\n", verdict_names[v],
		    checks[i].name, SLICE_FMT(buf_slice(&b)));
	}
	db_close(d->db);
	if (bad > 0)
		(void)printf("%zu of %zu checks are bad\n", bad,
		    RT_ARRAY_LEN(checks));
	return bad > 0 ? 1 : 0;
}

struct doctor_opts {
	const char *conf;
	bool help;
};

int ctl_doctor(int argc, char *const *argv)
{
	static const struct ctl_opt options[] = {
		CTL_CONF_OPT(struct doctor_opts, conf),
		{ "help", CTL_OPT_FLAG, offsetof(struct doctor_opts, help), 0,
		    NULL, "this text" },
	};
	struct doctor_opts o = { .conf = NULL };
	struct doctor d = { .db = NULL };

	if (ctl_opt_parse(options, RT_ARRAY_LEN(options), argc, argv, &o,
		NULL) != ERR_OK)
		return 2;
	if (o.help) {
		ctl_opt_usage("doctor", options, RT_ARRAY_LEN(options));
		return 0;
	}
	if (ctl_conf_load(o.conf, &d.s) != ERR_OK)
		return 1;
	return examine(&d);
}
