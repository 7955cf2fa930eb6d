#include "ctl/ctl_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_acl.h"
#include "ctl/ctl_file.h"
#include "ctl/ctl_room.h"
#include "ctl/ctl_want.h"
#include "lib/base/buf.h"
#include "lib/base/log.h"

/* "/run/dashboard.sock" and the like must fit into sockaddr_un with it. */
#define DIR_MAX        85
#define DIR_NOT        " \t\r\n\"'`\\;{}()[]<>|&$#*?!"
#define CONF_MAX_BYTES 65536
#define ELSEWHERE      " (choose another folder with --dir)"

/* Whom each part becomes when we are root: the first that exists. None is
 * created: these come with the packages or with Debian itself. */
static const char *const db_users[] = { "mysql", "uucp" };
static const char web_user[] = "daemon";
static const char web_group[] = "www-data";

/* Users and a group without names, from the numbers that Debian's policy
 * (9.2.2) keeps reserved. One more than the programs: who may read the sealing
 * key. */
#define UID_FIRST 65210
#define GID_SEAL  65220

static const struct {
	const char *program;
	bool seals; /* reads seal.key */
} web_programs[] = {
	{ "admin", true },
	{ "api", true },
	{ "dashboard", true },
	{ "dni", false },
	{ "jobd", true },
};

/* Owners of the folders below, by what writes there. */
enum owner {
	OWNER_SELF,
	OWNER_DB,
	OWNER_SIP
};

static const struct {
	const char *name;
	enum owner owner;
	mode_t mode;      /* as an ordinary user, or when all stay root */
	mode_t drop_mode; /* when programs become other users */
} dirs[] = {
	/* Sticky and group-writable: each program makes its own socket. */
	{ "run", OWNER_SELF, 0750, 03771 },
	{ "secret", OWNER_SELF, 0700, 0711 },
	{ "mysql", OWNER_DB, 0700, 0700 },
	{ "mysql-tmp", OWNER_DB, 0700, 0700 },
	/* Set-group: nginx and jobd read what the recorder writes. */
	{ "recordings", OWNER_SIP, 0750, 02750 },
	{ "journal", OWNER_SIP, 0700, 0700 },
	{ "log", OWNER_SELF, 0750, 0750 },
	{ "nginx", OWNER_SELF, 0750, 0711 },
};

static enum err said(enum err e, const char *what, const char *advice)
{
	log_sys("run: %s%s", what, advice);
	return e;
}

static bool join(char *out, size_t cap, const char *dir, const char *name)
{
	struct buf b;

	buf_over(&b, out, cap);
	buf_cstr(&b, dir);
	buf_char(&b, '/');
	buf_cstr(&b, name);
	buf_char(&b, '\0');
	return buf_err(&b) == ERR_OK;
}

/* Can any user of the machine reach path? */
static bool reachable(const char *path)
{
	char part[PATH_MAX];
	struct stat st;

	for (size_t i = 1;; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		if (!slice_to_cstr(slice_of(path, i), part, sizeof(part)) ||
		    stat(part, &st) == -1)
			return false;
		if (S_ISDIR(st.st_mode) && (st.st_mode & S_IXOTH) == 0)
			return false;
		if (path[i] == '\0')
			return true;
	}
}

static const char *pick_db_user(const char *mysql_dir)
{
	const struct passwd *pw;
	struct stat st;

	/* An existing database stays with the user who owns it. */
	if (stat(mysql_dir, &st) == 0)
		return st.st_uid != 0 && (pw = getpwuid(st.st_uid)) != NULL &&
			       strcmp(pw->pw_name, db_users[0]) == 0
			   ? db_users[0]
		       : st.st_uid == 0 ? "-"
					: db_users[1];
	for (size_t i = 0; i < RT_ARRAY_LEN(db_users); i++)
		if (getpwnam(db_users[i]) != NULL)
			return db_users[i];
	return "-";
}

/* Nobody has them by name. */
static bool numbers_free(void)
{
	const struct passwd *pw = NULL;
	const struct group *gr = getgrgid(GID_SEAL);

	for (size_t i = 0; i < RT_ARRAY_LEN(web_programs) && pw == NULL; i++)
		pw = getpwuid((uid_t)(UID_FIRST + i));
	if (pw == NULL && gr == NULL)
		return true;
	log_warn(
	    "run: user or group %s has one of our numbers, so the web programs "
	    "share user %s and can read each other's passwords",
	    pw != NULL ? pw->pw_name : gr->gr_name, web_user);
	return false;
}

void ctl_layout_user(const struct ctl_layout *l, const char *program,
    char user[CTL_LAYOUT_USER_MAX], char groups[CTL_LAYOUT_USER_MAX])
{
	(void)snprintf(user, CTL_LAYOUT_USER_MAX, "%s", l->web_user);
	(void)snprintf(groups, CTL_LAYOUT_USER_MAX, "%s", l->web_group);
	for (size_t i = 0; l->apart && i < RT_ARRAY_LEN(web_programs); i++) {
		if (strcmp(web_programs[i].program, program) != 0)
			continue;
		(void)snprintf(user, CTL_LAYOUT_USER_MAX, "#%zu",
		    UID_FIRST + i);
		if (web_programs[i].seals)
			(void)snprintf(groups, CTL_LAYOUT_USER_MAX, "%s,#%d",
			    l->web_group, GID_SEAL);
	}
}

static void pick_users(struct ctl_layout *l)
{
	char mysql_dir[PATH_MAX];

	l->db_user = l->web_user = l->web_group = "-";
	l->drop = l->apart = false;
	if (geteuid() != 0)
		return;
	(void)chmod(l->dir, 0755); /* reachable() sees whether it helped */
	if (!reachable(l->dir) || !reachable(l->bin_dir) ||
	    !reachable(l->settings.share_dir)) {
		log_warn(
		    "run: other users cannot reach %s, so every program "
		    "stays root; choose another folder to change that",
		    reachable(l->dir) ? l->bin_dir : l->dir);
		return;
	}
	if (getpwnam(web_user) == NULL || getgrnam(web_group) == NULL ||
	    getpwnam(l->settings.user) == NULL) {
		log_warn(
		    "run: there is no user %s, group %s or user %s, so "
		    "every program stays root",
		    web_user, web_group, l->settings.user);
		return;
	}
	l->drop = true;
	l->apart = numbers_free();
	l->web_user = web_user;
	l->web_group = web_group;
	if (join(mysql_dir, sizeof(mysql_dir), l->dir, "mysql"))
		l->db_user = pick_db_user(mysql_dir);
}

/* --- folders and files ------------------------------------------- */

static enum err own(const struct ctl_layout *l, const char *path,
    const char *user)
{
	const struct passwd *pw;
	const struct group *gr;
	uid_t uid = (uid_t)-1; /* stays as it is */

	if (!l->drop)
		return ERR_OK;
	if (strcmp(user, "-") != 0) {
		if ((pw = getpwnam(user)) == NULL) {
			log_error("run: no such user: %s", user);
			return ERR_NOTFOUND;
		}
		uid = pw->pw_uid;
	}
	gr = getgrnam(l->web_group);
	if (chown(path, uid, gr == NULL ? (gid_t)-1 : gr->gr_gid) == -1)
		return said(ERR_IO, path, "");
	return ERR_OK;
}

/* jobd erases recordings whose term is over, so it writes in their folders;
 * their one group is nginx's, which reads them. */
static void let_jobd_erase(const struct ctl_layout *l)
{
	const struct passwd *pw = getpwnam(l->web_user);
	char path[PATH_MAX];
	uid_t jobd = pw != NULL ? pw->pw_uid : (uid_t)-1;

	for (size_t i = 0; l->apart && i < RT_ARRAY_LEN(web_programs); i++)
		if (strcmp(web_programs[i].program, "jobd") == 0)
			jobd = (uid_t)(UID_FIRST + i);
	if (!join(path, sizeof(path), l->dir, "recordings") ||
	    ctl_acl_share(path, jobd) != ERR_OK)
		log_warn(
		    "run: no access list for %s (%s), so recordings"
		    " cannot be erased when their term is over",
		    path, strerror(errno));
}

static enum err make_dirs(const struct ctl_layout *l)
{
	char path[PATH_MAX];
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(dirs) && e == ERR_OK; i++) {
		const char *user = "-";

		if (!join(path, sizeof(path), l->dir, dirs[i].name))
			return ERR_TOOBIG;
		if (mkdir(path, 0700) == -1 && errno != EEXIST)
			return said(ERR_IO, path, "");
		switch (dirs[i].owner) {
		case OWNER_SELF:
			break;
		case OWNER_DB:
			user = l->db_user;
			break;
		case OWNER_SIP:
			user = l->drop ? l->settings.user : "-";
			break;
		}
		e = own(l, path, user);
		/* After chown, which clears the set-group bit. */
		if (e == ERR_OK && chmod(path, l->drop ? dirs[i].drop_mode
						       : dirs[i].mode) == -1)
			e = said(ERR_IO, path, "");
	}
	if (e == ERR_OK && l->drop)
		let_jobd_erase(l);
	/* What another run left there may belong to users of its choice, whose
	 * files no program of ours can open; the lock says it is over. */
	if (e == ERR_OK && join(path, sizeof(path), l->dir, "run"))
		e = ctl_file_clear(path);
	return e;
}

enum err ctl_layout_write(const struct ctl_layout *l, const char *name,
    mode_t mode, struct slice text)
{
	char path[PATH_MAX];

	return join(path, sizeof(path), l->dir, name)
		   ? ctl_file_replace(path, mode, text)
		   : ERR_TOOBIG;
}

/* A file of the secret folder. mode and group are set anew, so that an older
 * run's choice does not stay. */
static enum err own_secret(const struct ctl_layout *l, const char *name,
    uid_t uid, gid_t gid, mode_t mode)
{
	char path[PATH_MAX];

	if (!join(path, sizeof(path), l->settings.secret_dir, name))
		return ERR_TOOBIG;
	if (chmod(path, 0600) == -1 || chown(path, uid, gid) == -1 ||
	    chmod(path, mode) == -1)
		return said(ERR_IO, path, "");
	return ERR_OK;
}

/* A file that web program i alone reads. */
static enum err own_by(const struct ctl_layout *l, size_t i, const char *name)
{
	const struct passwd *pw = getpwnam(l->web_user);

	return pw == NULL ? ERR_NOTFOUND
			  : own_secret(l, name,
				l->apart ? (uid_t)(UID_FIRST + i) : pw->pw_uid,
				0, 0600);
}

static enum err own_password(const struct ctl_layout *l, size_t i)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "db_%s.pw", web_programs[i].program);
	return own_by(l, i, name);
}

/* The operator puts it there, as who they are, and jobd signs in by it. */
static enum err own_mail_password(const struct ctl_layout *l)
{
	char path[PATH_MAX];
	size_t i = 0;

	if (!join(path, sizeof(path), l->settings.secret_dir, "smtp.pw"))
		return ERR_TOOBIG;
	if (access(path, F_OK) == -1)
		return ERR_OK; /* mail without a name */
	while (strcmp(web_programs[i].program, "jobd") != 0)
		i++;
	return own_by(l, i, "smtp.pw");
}

/* sipworker's store reads its own before it drops root. */
enum err ctl_layout_own_secrets(const struct ctl_layout *l)
{
	const struct passwd *pw;
	enum err e = ERR_OK;

	if (!l->drop)
		return ERR_OK;
	for (size_t i = 0; i < RT_ARRAY_LEN(web_programs) && e == ERR_OK; i++)
		e = own_password(l, i);
	if (e == ERR_OK)
		e = own_mail_password(l);
	if (e != ERR_OK)
		return e;
	if (l->apart)
		return own_secret(l, "seal.key", 0, GID_SEAL, 0640);
	pw = getpwnam(l->web_user);
	return pw == NULL ? ERR_NOTFOUND
			  : own_secret(l, "seal.key", pw->pw_uid, 0, 0600);
}

/* --- settings ---------------------------------------------------- */

static bool set_path(char *out, const char *dir, const char *name)
{
	return join(out, SETTINGS_PATH_MAX + 1, dir, name);
}

/* Everything that run decides by the folder alone. */
static bool place(struct ctl_layout *l)
{
	struct settings *s = &l->settings;

	return set_path(s->run_dir, l->dir, "run") &&
	       set_path(s->secret_dir, l->dir, "secret") &&
	       set_path(s->recordings_dir, l->dir, "recordings") &&
	       set_path(s->journal_dir, l->dir, "journal") &&
	       set_path(s->db_socket, l->dir, "run/my.sock");
}

static bool set_text(char *out, size_t cap, const char *text)
{
	return text == NULL || slice_to_cstr(slice_from(text), out, cap);
}

static void keep_u64(uint64_t *out, uint64_t v)
{
	if (v != 0)
		*out = v;
}

/* Is this where browsers find us? */
static bool is_own_machine(const struct settings *s)
{
	return slice_starts(slice_from(s->public_url), SLICE("http://127."));
}

static enum err apply(struct ctl_layout *l, const struct ctl_layout_want *want)
{
	struct settings *s = &l->settings;
	const bool was_own = is_own_machine(s);

	if (!set_text(s->sip_address, sizeof(s->sip_address), want->address) ||
	    !set_text(s->share_dir, sizeof(s->share_dir), want->share_dir) ||
	    !set_text(s->log_level, sizeof(s->log_level), want->log_level) ||
	    !set_text(s->smtp_url, sizeof(s->smtp_url), want->smtp_url) ||
	    !set_text(s->dns_servers, sizeof(s->dns_servers),
		want->dns_servers) ||
	    !set_text(s->trusted_fronts, sizeof(s->trusted_fronts),
		want->trusted_fronts) ||
	    ctl_want_http(s, want) != ERR_OK ||
	    !set_text(s->public_url, sizeof(s->public_url), want->public_url)) {
		log_error("run: an option's value is too long");
		return ERR_RANGE;
	}
	/* Nobody else reaches it, and the demonstration's site lies here.
	 * Behind a TLS server nginx listens on loopback, too, and strangers
	 * sign in. */
	if (is_own_machine(s))
		s->check_private = 1;
	else if (was_own)
		s->check_private = 0;
	keep_u64(&s->sip_port, want->sip_port);
	keep_u64(&s->rtp_port_min, want->rtp_port_min);
	keep_u64(&s->rtp_port_max, want->rtp_port_max);
	keep_u64(&s->max_calls, want->max_calls);
	return ctl_want_check(s, want);
}

/* Where the tree lies that this program was built in (build/<variant>/), or
 * the installed place. */
static void default_share(struct ctl_layout *l)
{
	char path[PATH_MAX], found[PATH_MAX];

	if (join(path, sizeof(path), l->bin_dir, "../..") &&
	    realpath(path, found) != NULL &&
	    join(path, sizeof(path), found, "nginx/site.conf.in") &&
	    access(path, R_OK) == 0)
		(void)set_text(l->settings.share_dir,
		    sizeof(l->settings.share_dir), found);
}

static enum err load_settings(struct ctl_layout *l,
    const struct ctl_layout_want *want)
{
	enum err e;

	settings_defaults(&l->settings);
	default_share(l);
	if (access(l->conf, F_OK) == 0) {
		e = settings_load(l->conf, &l->settings);
		if (e != ERR_OK)
			return ERR_SYNTAX; /* what is wrong was said */
		/* The tree may have been moved since. */
		default_share(l);
	}
	if (!place(l)) {
		log_error("run: the folder's path is too long");
		return ERR_TOOBIG;
	}
	return apply(l, want);
}

/* Rewrites the settings file only when something changed, so that a person's
 * comments in it live as long as they can. */
static enum err save_settings(const struct ctl_layout *l)
{
	struct settings *before = malloc(sizeof(*before)); /* it is large */
	struct buf text, old;
	enum err e = ERR_OK;

	if (before == NULL)
		return ERR_NOMEM;
	buf_init(&text, CONF_MAX_BYTES);
	buf_init(&old, CONF_MAX_BYTES);
	settings_write(&l->settings, &text);
	if (access(l->conf, F_OK) == 0 &&
	    settings_load(l->conf, before) == ERR_OK)
		settings_write(before, &old);
	if (!slice_eq(buf_slice(&text), buf_slice(&old)))
		e = ctl_layout_write(l, "ringtrace.conf", 0644,
		    buf_slice(&text));
	buf_fini(&old);
	buf_fini(&text);
	free(before);
	return e;
}

/* --- opening ----------------------------------------------------- */

static enum err find_self(struct ctl_layout *l)
{
	ssize_t n = readlink("/proc/self/exe", l->self, sizeof(l->self) - 1);
	const char *slash;

	if (n <= 0 || (size_t)n == sizeof(l->self) - 1)
		return said(ERR_IO, "find this program",
		    " (is /proc mounted?)");
	l->self[n] = '\0';
	slash = strrchr(l->self, '/');
	if (slash == NULL ||
	    !slice_to_cstr(slice_of(l->self, (size_t)(slash - l->self)),
		l->bin_dir, sizeof(l->bin_dir)))
		return ERR_INTERNAL;
	return ERR_OK;
}

static enum err check_dir(const char *found)
{
	if (strlen(found) <= DIR_MAX)
		return ERR_OK;
	log_error(
	    "run: %s is longer than %d bytes, too long for Unix sockets" ELSEWHERE,
	    found, DIR_MAX);
	return ERR_TOOBIG;
}

/* What ends a word for mariadb-install-db's shell or for nginx. */
static enum err check_words(const char *dir)
{
	if (strpbrk(dir, DIR_NOT) == NULL)
		return ERR_OK;
	log_error(
	    "run: \"%s\" has a space or a sign that MariaDB or nginx "
	    "would misread: use another folder",
	    dir);
	return ERR_SYNTAX;
}

static enum err find_dir(struct ctl_layout *l, const char *dir)
{
	char found[PATH_MAX];
	enum err e;

	if ((mkdir(dir, 0755) == -1 && errno != EEXIST) ||
	    realpath(dir, found) == NULL)
		return said(ERR_IO, dir, ELSEWHERE);
	if ((e = check_dir(found)) != ERR_OK ||
	    (e = check_words(found)) != ERR_OK ||
	    (e = check_words(l->bin_dir)) != ERR_OK)
		return e;
	if (!set_text(l->dir, sizeof(l->dir), found) ||
	    !set_path(l->conf, l->dir, "ringtrace.conf"))
		return ERR_TOOBIG;
	return ERR_OK;
}

static enum err take_lock(struct ctl_layout *l)
{
	char path[PATH_MAX];

	if (!join(path, sizeof(path), l->dir, "lock"))
		return ERR_TOOBIG;
	l->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->lock_fd == -1)
		return said(ERR_IO, path, ELSEWHERE);
	if (flock(l->lock_fd, LOCK_EX | LOCK_NB) == -1) {
		log_error(
		    "run: another `ringtrace run` is using %s: stop it "
		    "(Ctrl-C in its terminal) or choose another --dir",
		    l->dir);
		return ERR_BUSY;
	}
	return ERR_OK;
}

enum err ctl_layout_open(struct ctl_layout *l,
    const struct ctl_layout_want *want)
{
	char log_dir[PATH_MAX];
	enum err e;

	*l = (struct ctl_layout){ .log_dirfd = -1, .lock_fd = -1 };
	if ((e = find_self(l)) != ERR_OK ||
	    (e = find_dir(l, want->dir)) != ERR_OK ||
	    (e = take_lock(l)) != ERR_OK ||
	    (e = ctl_room_disk(l->dir)) != ERR_OK ||
	    (e = load_settings(l, want)) != ERR_OK)
		goto fail;
	pick_users(l);
	if ((e = make_dirs(l)) != ERR_OK || (e = save_settings(l)) != ERR_OK)
		goto fail;
	e = ERR_TOOBIG;
	if (!join(log_dir, sizeof(log_dir), l->dir, "log"))
		goto fail;
	l->log_dirfd = open(log_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->log_dirfd != -1)
		return ERR_OK;
	e = said(ERR_IO, log_dir, "");
fail:
	ctl_layout_close(l);
	return e;
}

void ctl_layout_close(struct ctl_layout *l)
{
	if (l == NULL)
		return;
	if (l->log_dirfd != -1)
		(void)close(l->log_dirfd);
	if (l->lock_fd != -1)
		(void)close(l->lock_fd);
	l->log_dirfd = l->lock_fd = -1;
}
