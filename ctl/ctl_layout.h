/*
 * ctl_layout.h - where things lie in the folder of `ringtrace run` (var/), who
 * may read them, and as whom each program runs.
 *
 *   ringtrace.conf  settings of every program (kept; docs/SETTINGS.md)
 *   run/            sockets and locks
 *   secret/         passwords and keys, one file each
 *   mysql/          the private MariaDB
 *   recordings/ journal/ log/ nginx/
 *
 * As an ordinary user everything belongs to that user. As root each program
 * becomes a user of its own (docs/ARCHITECTURE.md), unless the folder or the
 * programs lie where other users cannot reach them (below /root): then all
 * stay root, and a warning says so.
 */
#ifndef RT_CTL_LAYOUT_H
#define RT_CTL_LAYOUT_H

#include <sys/types.h>

#include "lib/base/settings.h"

#define CTL_LAYOUT_USER_MAX 48

struct ctl_layout {
	char dir[SETTINGS_PATH_MAX + 1];     /* absolute */
	char conf[SETTINGS_PATH_MAX + 1];    /* <dir>/ringtrace.conf */
	char bin_dir[SETTINGS_PATH_MAX + 1]; /* of our programs, absolute */
	char self[SETTINGS_PATH_MAX + 1];    /* this program */
	struct settings settings;
	int log_dirfd;
	int lock_fd;          /* one supervisor a folder */
	bool drop;            /* programs become other users */
	const char *db_user;  /* "-": stay as we are */
	const char *web_user; /* what has no secret of its own: nginx's peers */
	bool apart;           /* web programs are users without a name */
	const char *web_group; /* who may read recordings and sockets */
};

/* What the command line says over what the settings file says; NULL and 0:
 * nothing. */
struct ctl_layout_want {
	const char *dir;
	const char *address;
	const char *http_address; /* when not address */
	const char *public_url;
	const char *trusted_fronts;
	const char *share_dir;
	const char *smtp_url;
	const char *dns_servers;
	uint64_t http_port;
	uint64_t sip_port;
	uint64_t rtp_port_min; /* with max */
	uint64_t rtp_port_max;
	uint64_t max_calls;
	const char *log_level;
};

/* Creates what is missing, takes the lock, looks for room on the disk, reads
 * the settings file, lays the wishes over it and writes it back. Everything
 * that fails is said here. ERR_BUSY: another supervisor runs there; ERR_RANGE:
 * it is the wishes that cannot be. Ended with ctl_layout_close(). */
RT_MUST_USE enum err ctl_layout_open(struct ctl_layout *l,
    const struct ctl_layout_want *want);
/* NULL is allowed; files stay. */
void ctl_layout_close(struct ctl_layout *l);

/* As whom a web program runs, for ctl_guard: a user of its own, so that none
 * reads another's database password, and the groups that it needs. Numbers
 * without names, because nothing is added to the machine's users; see
 * docs/decisions/0020. */
void ctl_layout_user(const struct ctl_layout *l, const char *program,
    char user[CTL_LAYOUT_USER_MAX], char groups[CTL_LAYOUT_USER_MAX]);

/* Gives each file of the secret folder to the program that reads it. */
RT_MUST_USE enum err ctl_layout_own_secrets(const struct ctl_layout *l);

/* Writes a whole file under <dir>, atomically. */
RT_MUST_USE enum err ctl_layout_write(const struct ctl_layout *l,
    const char *name, mode_t mode, struct slice text);

#endif
