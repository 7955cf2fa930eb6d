#include "ctl/ctl_nginx.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ctl/ctl_fill.h"
#include "lib/base/buf.h"
#include "lib/base/cfg_is.h"
#include "lib/base/log.h"
#include "lib/base/net.h"

#define CONF_MAX_BYTES (128 * 1024)
#define WORKERS_MAX    4
/* Threads that a FastCGI program keeps over what nginx may hold open
 * (docs/ARCHITECTURE.md: threads >= workers x keepalive + 16). */
#define SPARE_THREADS 16
#define STOP_US       (10 * RT_SEC_US)
#define DNI_KEEPALIVE 64 /* its connections are no threads */
#define FRONTS_MAX    8192
/* Of a worker: who sends the head of a request slowly has no address yet that
 * could be limited, so there have to be more than few can take. */
#define CONNECTIONS_MAX 8192
#define UNDER_WAY_MAX   65535 /* nginx knows no more */

static const char *const paths[] = { "/usr/sbin/nginx", "/usr/local/sbin/nginx",
	"/usr/bin/nginx" };

static const char *program(void)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

static uint64_t workers(void)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1                       ? 1
	       : (uint64_t)cores > WORKERS_MAX ? WORKERS_MAX
					       : (uint64_t)cores;
}

static uint64_t keepalive(uint64_t threads)
{
	const uint64_t n =
	    threads > SPARE_THREADS ? (threads - SPARE_THREADS) / workers() : 0;

	return n == 0 ? 1 : n;
}

/* Each may have a file open beside it. */
static uint64_t connections(void)
{
	struct rlimit r;

	return getrlimit(RLIMIT_NOFILE, &r) != 0 ||
		       r.rlim_max / 2 > CONNECTIONS_MAX
		   ? CONNECTIONS_MAX
		   : r.rlim_max / 2;
}

/* An address may have as many under way as it may ask for at once. */
static uint64_t under_way(const struct ctl_nginx *n)
{
	const uint64_t rate =
	    n->dni_rate > n->web_rate ? n->dni_rate : n->web_rate;

	return 2 * rate > UNDER_WAY_MAX ? UNDER_WAY_MAX : 2 * rate;
}

static void user_line(const struct ctl_layout *l, char *out, size_t cap)
{
	if (geteuid() != 0)
		(void)snprintf(out, cap, "# runs as the user who started it");
	else if (l->drop)
		(void)snprintf(out, cap, "user %s;", l->web_group);
	else
		(void)snprintf(out, cap, "user root;");
}

/* The networks of the setting, each once, and without what the template says
 * by itself: nginx warns of what it is told twice. */
static size_t read_fronts(const char *list, struct net nets[CFG_IS_NETS_MAX])
{
	static const struct net here = { .ip = { 127, 0, 0, 1 }, .bits = 32 };
	struct slice rest = slice_from(list), part;
	bool more = rest.n > 0;
	size_t n = 0;

	while (more && n < CFG_IS_NETS_MAX) {
		size_t i = 0;

		more = slice_cut(&rest, ',', &part);
		/* The settings' own rule has looked at it. */
		if (net_parse(slice_trim(part), &nets[n]) != ERR_OK ||
		    net_eq(&nets[n], &here))
			continue;
		while (i < n && !net_eq(&nets[i], &nets[n]))
			i++;
		if (i == n)
			n++;
	}
	return n;
}

/* One line of nginx's for each front, and a NUL. */
static enum err front_lines(const char *list, const char *before,
    const char *after, struct buf *out)
{
	struct net nets[CFG_IS_NETS_MAX];
	const size_t n = read_fronts(list, nets);

	buf_cstr(out, n == 0 ? "# no fronts elsewhere" : "");
	for (size_t i = 0; i < n; i++) {
		buf_cstr(out, i == 0 ? "" : "\n\t");
		buf_cstr(out, before);
		net_put(out, &nets[i]);
		buf_cstr(out, after);
	}
	buf_char(out, '\0');
	return buf_err(out);
}

static enum err write_conf(struct ctl_nginx *n, const struct ctl_layout *l,
    const char *trust, const char *names)
{
	const struct settings *s = &l->settings;
	char user[64], nginx_dir[SETTINGS_PATH_MAX + 32];
	char log_dir[SETTINGS_PATH_MAX + 32];
	struct buf conf;
	enum err e;

	user_line(l, user, sizeof(user));
	(void)snprintf(nginx_dir, sizeof(nginx_dir), "%s/nginx", l->dir);
	(void)snprintf(log_dir, sizeof(log_dir), "%s/log", l->dir);
	(void)snprintf(n->conf, sizeof(n->conf), "%s/nginx/nginx.conf", l->dir);
	(void)snprintf(n->prefix, sizeof(n->prefix), "%s/nginx/", l->dir);

	const struct ctl_fill_word words[] = {
		{ "user_line", user, 0 },
		{ "workers", NULL, workers() },
		{ "connections", NULL, connections() },
		{ "files", NULL, 2 * connections() },
		{ "under_way", NULL, under_way(n) },
		{ "nginx_dir", nginx_dir, 0 },
		{ "log_dir", log_dir, 0 },
		{ "share_dir", s->share_dir, 0 },
		{ "run_dir", s->run_dir, 0 },
		{ "recordings_dir", s->recordings_dir, 0 },
		{ "http_listen", s->http_listen, 0 },
		{ "trust_fronts", trust, 0 },
		{ "name_fronts", names, 0 },
		{ "dashboard_keepalive", NULL, keepalive(s->web_threads) },
		{ "admin_keepalive", NULL, keepalive(s->admin_threads) },
		{ "api_keepalive", NULL, keepalive(s->api_threads) },
		{ "dni_keepalive", NULL, DNI_KEEPALIVE },
		{ "web_rate", NULL, n->web_rate },
		{ "web_burst", NULL, 2 * n->web_rate },
		{ "dni_rate", NULL, n->dni_rate },
		{ "dni_burst", NULL, 2 * n->dni_rate },
	};

	buf_init(&conf, CONF_MAX_BYTES);
	e = ctl_fill(s->share_dir, "nginx/site.conf.in", words,
	    RT_ARRAY_LEN(words), &conf);
	if (e == ERR_OK)
		e = ctl_layout_write(l, "nginx/nginx.conf", 0644,
		    buf_slice(&conf));
	buf_fini(&conf);
	return e;
}

enum err ctl_nginx_prepare(struct ctl_nginx *n, const struct ctl_layout *l)
{
	const char *fronts = l->settings.trusted_fronts;
	struct buf trust, names;
	enum err e;

	if (program() == NULL) {
		log_error(
		    "run: nginx is not installed: run `make deps` "
		    "(Debian package nginx-light)");
		return ERR_UNAVAILABLE;
	}
	buf_init(&trust, FRONTS_MAX);
	buf_init(&names, FRONTS_MAX);
	e = front_lines(fronts, "set_real_ip_from ", ";", &trust);
	if (e == ERR_OK)
		e = front_lines(fronts, "", " away;", &names);
	if (e == ERR_OK)
		e = write_conf(n, l, trust.p, names.p);
	buf_fini(&trust);
	buf_fini(&names);
	return e;
}

struct ctl_part ctl_nginx_part(const struct ctl_nginx *n,
    const struct ctl_layout *l)
{
	struct ctl_part part = { .name = "nginx",
		.user = "-",
		.group = "-",
		.stop_signal = SIGTERM,
		.stop_us = STOP_US,
		.ready = { CTL_PROBE_TCP, l->settings.http_listen } };
	const char *const argv[] = { program(), "-e", "stderr", "-p", n->prefix,
		"-c", n->conf, NULL };

	memcpy(part.argv, argv, sizeof(argv));
	return part;
}
