#include "lib/base/settings.h"

#include <fcntl.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cfg_is.h"
#include "lib/base/file.h"
#include "lib/base/log.h"

#define FILE_MAX_BYTES 65536

#define TEXT_THAT(key, min, is, form)                                  \
	{                                                              \
#key, CFG_TEXT, offsetof(struct settings, key), (min), \
		    sizeof(((struct settings *)0)->key) - 1, is, form  \
	}
#define TEXT(key, min) TEXT_THAT(key, min, NULL, NULL)
#define NUMBER(key, min, max)                                                \
	{                                                                    \
#key, CFG_U64, offsetof(struct settings, key), (min), (max), \
		    NULL, NULL                                               \
	}

static const struct cfg_row rows[] = {
	TEXT(run_dir, 1),
	TEXT(secret_dir, 1),
	TEXT(recordings_dir, 1),
	TEXT(journal_dir, 1),
	TEXT(share_dir, 1),
	TEXT(db_socket, 1),
	TEXT_THAT(db_name, 1, cfg_is_name,
	    "not a name of letters, digits, _ and -"),
	TEXT_THAT(http_listen, 1, cfg_is_listen,
	    "not an IPv4 address and port, as in 127.0.0.1:8080"),
	TEXT_THAT(public_url, 1, cfg_is_web_url,
	    "not http(s)://host[:port] with nothing behind it"),
	TEXT_THAT(trusted_fronts, 0, cfg_is_nets,
	    "not up to 16 networks, as in 198.51.100.0/24,2001:db8::/32"),
	TEXT_THAT(sip_address, 7, cfg_is_ip4, "not an IPv4 address"),
	TEXT_THAT(sip_advertised, 0, cfg_is_ip4_or_none, "not an IPv4 address"),
	NUMBER(sip_port, 1, 65535),
	NUMBER(rtp_port_min, 1024, 65534),
	NUMBER(rtp_port_max, 1025, 65535),
	NUMBER(max_calls, 1, 20000),
	TEXT_THAT(dns_servers, 0, cfg_is_servers,
	    "not IPv4 addresses, as in 192.0.2.53,192.0.2.54:5353"),
	NUMBER(sip_messages_per_s, 0, 1000000),
	NUMBER(sip_calls_per_s, 0, 1000000),
	NUMBER(dni_threads, 1, 512),
	NUMBER(dni_visits_per_min, 0, 100000),
	NUMBER(pages_keep_days, 0, 36500),
	NUMBER(check_private, 0, 1),
	NUMBER(hooks_plain, 0, 1),
	NUMBER(web_threads, 1, 512),
	NUMBER(admin_threads, 1, 512),
	NUMBER(api_threads, 1, 512),
	TEXT_THAT(smtp_url, 0, cfg_is_smtp_url,
	    "not smtp://host[:port] or smtps://host[:port]"),
	TEXT_THAT(smtp_from, 0, cfg_is_sender,
	    "not address@host or Name <address@host>"),
	TEXT(smtp_user, 0),
	TEXT(ca_file, 0),
	TEXT(user, 1),
	TEXT_THAT(log_level, 4, cfg_is_level, "not debug, info, warn or error"),
};

void settings_defaults(struct settings *s)
{
	*s = (struct settings){
		.run_dir = "/run/ringtrace",
		.secret_dir = "/etc/ringtrace/secret",
		.recordings_dir = "/var/lib/ringtrace/recordings",
		.journal_dir = "/var/lib/ringtrace/journal",
		.share_dir = "/usr/share/ringtrace",
		.db_socket = "/run/mysqld/mysqld.sock",
		.db_name = "ringtrace",
		.http_listen = "127.0.0.1:8080",
		.public_url = "http://127.0.0.1:8080",
		.sip_address = "127.0.0.1",
		.sip_port = 5060,
		.rtp_port_min = 20000,
		.rtp_port_max = 23999,
		.max_calls = 1000,
		.sip_messages_per_s = 40000,
		.sip_calls_per_s = 2000,
		.dni_threads = 2,
		.dni_visits_per_min = 60,
		.web_threads = 32,
		.admin_threads = 24,
		.api_threads = 24,
		.smtp_from = "ringtrace <ringtrace@localhost>",
		.user = "nobody",
		.log_level = "info",
	};
}

/* Once a thread served one connection, and every file that `ringtrace run`
 * wrote says 96; now one serves 512. */
static void modernise(struct settings *s)
{
	struct settings now;

	settings_defaults(&now);
	if (s->dni_threads > SETTINGS_DNI_THREADS_MAX)
		s->dni_threads = now.dni_threads;
}

enum err settings_parse(struct slice text, struct settings *out,
    struct cfg_error *why)
{
	struct settings s;
	enum err e;

	settings_defaults(&s);
	e = cfg_parse(text, rows, RT_ARRAY_LEN(rows), &s, why);
	if (e == ERR_OK) {
		modernise(&s);
		*out = s;
	}
	return e;
}

enum err settings_load(const char *path, struct settings *out)
{
	struct cfg_error why;
	struct buf text;
	enum err e;

	buf_init(&text, FILE_MAX_BYTES);
	e = file_read(AT_FDCWD, path, &text);
	if (e != ERR_OK && e != ERR_IO)
		log_error("settings: %s: %s", path, err_name(e));
	if (e == ERR_OK) {
		e = settings_parse(buf_slice(&text), out, &why);
		if (e != ERR_OK)
			log_error("settings: %s line %u: %s%s", path, why.line,
			    why.what,
			    e == ERR_NOTFOUND
				? " (mistyped; or a newer version has written "
				  "it, and its data need that version)"
				: "");
	}
	buf_fini(&text);
	return e;
}

void settings_write(const struct settings *s, struct buf *out)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const char *at = (const char *)s + rows[i].offset;
		uint64_t v;

		buf_cstr(out, rows[i].key);
		buf_char(out, ' ');
		if (rows[i].type == CFG_U64) {
			memcpy(&v, at, sizeof(v));
			buf_u64(out, v);
		} else {
			buf_cstr(out, at);
		}
		buf_char(out, '\n');
	}
}
