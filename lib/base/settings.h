/*
 * settings.h - the one settings file that every program reads.
 *
 * `key value` lines (cfg.h); docs/SETTINGS.md is its manual. Each program gets
 * the file's name as `-c FILE` and calls settings_load(). Paths are absolute
 * or relative to the working directory of the program.
 */
#ifndef RT_BASE_SETTINGS_H
#define RT_BASE_SETTINGS_H

#include "lib/base/cfg.h"

#define SETTINGS_PATH_MAX 200
#define SETTINGS_ADDR_MAX 63
#define SETTINGS_NETS_MAX 2999 /* cfg_is_nets(), with some blanks */

/* Open files of sipworker: of a call with two sides, their ports and a socket
 * of each side's own (sipworker/media/media_sock.h), and of all else. */
#define SETTINGS_CALL_FILES 6
#define SETTINGS_SIP_FILES  256

/* Of dni.fcgi; more are read as the default. */
#define SETTINGS_DNI_THREADS_MAX 16

struct settings {
	char run_dir[SETTINGS_PATH_MAX + 1];        /* sockets, pid files */
	char secret_dir[SETTINGS_PATH_MAX + 1];     /* 0700: keys, passwords */
	char recordings_dir[SETTINGS_PATH_MAX + 1]; /* WAV files */
	char journal_dir[SETTINGS_PATH_MAX + 1];    /* call journal */
	char share_dir[SETTINGS_PATH_MAX + 1]; /* templates/ static/ sql/ */
	char db_socket[SETTINGS_PATH_MAX + 1];
	char db_name[SETTINGS_ADDR_MAX + 1];
	char http_listen[SETTINGS_ADDR_MAX + 1];    /* address:port of nginx */
	char public_url[SETTINGS_PATH_MAX + 1];     /* no slash at the end */
	char trusted_fronts[SETTINGS_NETS_MAX + 1]; /* of nginx; "": none */
	char sip_address[SETTINGS_ADDR_MAX + 1];    /* IPv4 of SIP and RTP */
	char sip_advertised[SETTINGS_ADDR_MAX + 1]; /* "" means sip_address */
	uint64_t sip_port;
	uint64_t rtp_port_min; /* even */
	uint64_t rtp_port_max;
	uint64_t max_calls;
	char dns_servers[SETTINGS_PATH_MAX + 1]; /* "": the system's */
	uint64_t sip_messages_per_s; /* of one address; 0: any number */
	uint64_t sip_calls_per_s;    /* new, of one address; 0: any number */
	uint64_t dni_threads;
	uint64_t pages_keep_days;    /* page views and events; 0: for ever */
	uint64_t dni_visits_per_min; /* new, of one address; 0: any number */
	uint64_t check_private;      /* 1: pages in private networks are, too */
	uint64_t hooks_plain;        /* 1: webhooks to http:// may be set up */
	uint64_t web_threads;        /* of dashboard.fcgi */
	uint64_t admin_threads;
	uint64_t api_threads;
	char smtp_url[SETTINGS_PATH_MAX + 1]; /* smtp://host[:port]; "": none */
	char smtp_from[SETTINGS_PATH_MAX + 1]; /* Name <address> */
	char smtp_user[SETTINGS_ADDR_MAX + 1]; /* "": no sign-in */
	char ca_file[SETTINGS_PATH_MAX + 1];   /* PEM; "": the system's */
	char user[SETTINGS_ADDR_MAX + 1];      /* of sipworker, when root */
	char log_level[SETTINGS_ADDR_MAX + 1]; /* debug info warn error */
};

/* The settings that hold when the file says nothing. */
void settings_defaults(struct settings *s);
/* Defaults overlaid with text. Errors as cfg_parse(). */
RT_MUST_USE enum err settings_parse(struct slice text, struct settings *out,
    struct cfg_error *why);
/* Reads and parses a file of at most 64 KiB; what is wrong is logged. */
RT_MUST_USE enum err settings_load(const char *path, struct settings *out);
/* Appends s as a settings file. */
struct buf;
void settings_write(const struct settings *s, struct buf *out);

#endif
