#include "ctl/ctl_run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_db.h"
#include "ctl/ctl_demo.h"
#include "ctl/ctl_layout.h"
#include "ctl/ctl_mariadb.h"
#include "ctl/ctl_nginx.h"
#include "ctl/ctl_opt.h"
#include "ctl/ctl_room.h"
#include "ctl/ctl_say.h"
#include "ctl/ctl_seed.h"
#include "ctl/ctl_sup.h"
#include "ctl/ctl_want.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"

#define READY_US       (60 * RT_SEC_US)
#define STOP_US        (15 * RT_SEC_US)
#define HANG_US        (10 * RT_SEC_US)
#define HOUSEKEEP_US   (10 * RT_SEC_US)
#define ACCESS_LOG_MAX ((off_t)64 * 1024 * 1024)

struct run_opts {
	const char *dir;
	const char *address;
	const char *http_address;
	const char *public_url;
	const char *trusted_fronts;
	const char *share;
	const char *smtp_url;
	const char *dns_servers;
	const char *without;
	const char *log_level;
	uint64_t http_port;
	uint64_t sip_port;
	uint64_t rtp_min;
	uint64_t rtp_max;
	uint64_t max_calls;
	uint64_t web_rate;
	uint64_t dni_rate;
	bool quiet;
	bool no_demo;
	bool demo_call;
	bool help;
};

#define AT(member) offsetof(struct run_opts, member)

static const struct ctl_opt options[] = {
	{ "dir", CTL_OPT_TEXT, AT(dir), 0, "DIR",
	    "where everything lives (var)" },
	{ "addr", CTL_OPT_TEXT, AT(address), 0, "IPV4",
	    "address of everything that listens (127.0.0.1)" },
	{ "http-addr", CTL_OPT_TEXT, AT(http_address), 0, "IPV4",
	    "of the web side alone" },
	{ "public-url", CTL_OPT_TEXT, AT(public_url), 0, "URL",
	    "how browsers reach the web side" },
	{ "trusted-fronts", CTL_OPT_TEXT, AT(trusted_fronts), 0, "LIST",
	    "networks of balancers that say who is there (none)" },
	{ "http-port", CTL_OPT_COUNT, AT(http_port), 65535, "PORT",
	    "of the web side (8080)" },
	{ "sip-port", CTL_OPT_COUNT, AT(sip_port), 65535, "PORT",
	    "of SIP over UDP (5060)" },
	{ "rtp-min", CTL_OPT_COUNT, AT(rtp_min), 65534, "PORT",
	    "first RTP port, even (20000)" },
	{ "rtp-max", CTL_OPT_COUNT, AT(rtp_max), 65535, "PORT",
	    "last RTP port (23999)" },
	{ "max-calls", CTL_OPT_COUNT, AT(max_calls), 20000, "N",
	    "calls at the same time (1000)" },
	{ "web-rate", CTL_OPT_COUNT, AT(web_rate), 1000000, "N",
	    "dashboard requests a second of one address (100)" },
	{ "dni-rate", CTL_OPT_COUNT, AT(dni_rate), 1000000, "N",
	    "tag requests a second of one address (200)" },
	{ "share", CTL_OPT_TEXT, AT(share), 0, "DIR",
	    "where templates/ static/ sql/ nginx/ lie" },
	{ "dns-servers", CTL_OPT_TEXT, AT(dns_servers), 0, "LIST",
	    "where the names of trunks are looked up (the system's)" },
	{ "smtp-url", CTL_OPT_TEXT, AT(smtp_url), 0, "URL",
	    "where mails go, like smtp://127.0.0.1:25 (nowhere)" },
	{ "without", CTL_OPT_TEXT, AT(without), 0, "NAMES",
	    "leave these programs out: jobd,sipworker" },
	{ "log-level", CTL_OPT_TEXT, AT(log_level), 0, "LEVEL",
	    "debug, info, warn or error (info)" },
	{ "quiet", CTL_OPT_FLAG, AT(quiet), 0, NULL,
	    "show only warnings; programs say more in DIR/log" },
	{ "no-demo", CTL_OPT_FLAG, AT(no_demo), 0, NULL,
	    "no demonstration company" },
	{ "demo-call", CTL_OPT_FLAG, AT(demo_call), 0, NULL,
	    "a business phone that answers, and one call the first time" },
	{ "help", CTL_OPT_FLAG, AT(help), 0, NULL, "this text" },
};

struct run {
	struct run_opts opts;
	struct ctl_layout layout;
	struct ctl_mariadb mariadb;
	struct ctl_nginx nginx;
	struct ctl_sup sup;
	struct ctl_seed seed;
	size_t index[CTL_SUP_PARTS_MAX]; /* of what waits to be ready */
	size_t waiting;
	int64_t housekept_us;
	bool disk_was_low;
};

/* --- our own programs -------------------------------------------- */

enum run_as {
	AS_SELF,
	AS_WEB
};

static const struct {
	const char *name;    /* what --without calls it */
	const char *program; /* in the folder of this program */
	enum run_as as;
	enum ctl_probe_kind ready;
	int64_t hang_us; /* 0: it may stand still */
	int64_t loop_us; /* 0: not watched for that */
} own[] = {
	{ "dashboard", "dashboard.fcgi", AS_WEB, CTL_PROBE_UNIX, HANG_US,
	    CTL_PULSE_US },
	{ "admin", "admin.fcgi", AS_WEB, CTL_PROBE_UNIX, HANG_US,
	    CTL_PULSE_US },
	/* Stopped, another lease server takes its pools over, and it finds its
	 * way back; a single one is no worse than before. A thread of it that
	 * loops beside others it finds itself (lib/base/hang_thread.h). */
	{ "dni", "dni.fcgi", AS_WEB, CTL_PROBE_UNIX, 0, CTL_PULSE_US },
	{ "api", "api.fcgi", AS_WEB, CTL_PROBE_UNIX, HANG_US, CTL_PULSE_US },
	{ "jobd", "jobd", AS_WEB, CTL_PROBE_NONE, HANG_US, CTL_PULSE_US },
	/* Drops its rights by itself, process by process. */
	{ "sipworker", "sipworker", AS_SELF, CTL_PROBE_UDP, HANG_US, 0 },
};

struct own_paths {
	char program[SETTINGS_PATH_MAX + 32];
	char ready[SETTINGS_PATH_MAX + 32];
	char user[CTL_LAYOUT_USER_MAX];
	char groups[CTL_LAYOUT_USER_MAX];
};

static bool left_out(const struct run_opts *o, const char *name)
{
	struct slice rest = slice_from(o->without);
	struct slice part;
	bool more = rest.n > 0;

	while (more) {
		more = slice_cut(&rest, ',', &part);
		if (slice_eq_cstr(part, name))
			return true;
	}
	return false;
}

/* Every word of --without is a program's name. */
static bool without_known(const struct run_opts *o)
{
	struct slice rest = slice_from(o->without);
	struct slice part;
	bool more = rest.n > 0;

	while (more) {
		bool known;

		more = slice_cut(&rest, ',', &part);
		known = slice_eq_cstr(part, "nginx");
		for (size_t i = 0; i < RT_ARRAY_LEN(own); i++)
			known = known || slice_eq_cstr(part, own[i].name);
		if (!known) {
			log_error("run: --without: there is no program %.*s",
			    SLICE_FMT(part));
			return false;
		}
	}
	return true;
}

static void own_ready(const struct run *r, size_t i, char *out, size_t cap)
{
	const struct settings *s = &r->layout.settings;

	switch (own[i].ready) {
	case CTL_PROBE_UNIX:
		(void)snprintf(out, cap, "%s/%s.sock", s->run_dir, own[i].name);
		return;
	case CTL_PROBE_UDP:
		(void)snprintf(out, cap, "%s:%hu", s->sip_address,
		    (unsigned short)s->sip_port);
		return;
	case CTL_PROBE_NONE:
	case CTL_PROBE_TCP:
		out[0] = '\0';
		return;
	}
}

static void own_program(const struct run *r, size_t i, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%s/%s", r->layout.bin_dir, own[i].program);
}

static enum err start_own(struct run *r, size_t i)
{
	static struct own_paths paths[RT_ARRAY_LEN(own)]; /* outlive the run */
	const struct ctl_layout *l = &r->layout;
	struct own_paths *p = &paths[i];
	struct ctl_part part = { .name = own[i].name,
		.user = p->user,
		.group = p->groups,
		.stop_signal = SIGTERM,
		.stop_us = STOP_US,
		.hang_us = own[i].hang_us,
		.loop_us = own[i].loop_us,
		.run_dir = l->settings.run_dir,
		.show_all = !r->opts.quiet };
	enum err e;

	(void)snprintf(p->user, sizeof(p->user), "-");
	(void)snprintf(p->groups, sizeof(p->groups), "-");
	if (own[i].as == AS_WEB)
		ctl_layout_user(l, own[i].name, p->user, p->groups);
	(void)snprintf(p->program, sizeof(p->program), "%s/%s", l->bin_dir,
	    own[i].program);
	if (access(p->program, X_OK) == -1) {
		log_error(
		    "run: %s is missing: build it with `make`, or leave "
		    "it out with --without %s",
		    p->program, own[i].name);
		return ERR_UNAVAILABLE;
	}
	own_ready(r, i, p->ready, sizeof(p->ready));
	part.ready = (struct ctl_probe){ own[i].ready, p->ready };

	const char *const argv[] = { p->program, "-c", l->conf, NULL };

	memcpy(part.argv, argv, sizeof(argv));
	e = ctl_sup_start(&r->sup, &part, &r->index[r->waiting]);
	if (e == ERR_OK)
		r->waiting++;
	return e;
}

/* --- before anything starts -------------------------------------- */

static enum err check_ports(const struct run *r)
{
	const struct settings *s = &r->layout.settings;
	char sip[SETTINGS_ADDR_MAX + 8];
	enum err e = ERR_OK;

	(void)snprintf(sip, sizeof(sip), "%s:%hu", s->sip_address,
	    (unsigned short)s->sip_port);
	if (!left_out(&r->opts, "nginx"))
		e = ctl_room_port(s->http_listen, true, "http-port");
	if (e == ERR_OK && !left_out(&r->opts, "sipworker"))
		e = ctl_room_port(sip, false, "sip-port");
	return e;
}

static enum err check_programs(const struct run *r)
{
	char path[SETTINGS_PATH_MAX + 32];

	for (size_t i = 0; i < RT_ARRAY_LEN(own); i++) {
		own_program(r, i, path, sizeof(path));
		if (left_out(&r->opts, own[i].name) || access(path, X_OK) == 0)
			continue;
		log_error(
		    "run: %s is missing: build it with `make`, or leave "
		    "it out with --without %s",
		    path, own[i].name);
		return ERR_UNAVAILABLE;
	}
	return ERR_OK;
}

/* --- the order of things ----------------------------------------- */

static enum err wait_ready(struct run *r)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < r->waiting && e == ERR_OK; i++)
		e = ctl_sup_ready(&r->sup, r->index[i], READY_US);
	r->waiting = 0;
	return e;
}

static enum err start_database(struct run *r)
{
	struct ctl_part part;
	enum err e = ctl_mariadb_prepare(&r->mariadb, &r->layout, &r->sup);

	if (e != ERR_OK)
		return e;
	part = ctl_mariadb_part(&r->mariadb, &r->layout);
	e = ctl_sup_start(&r->sup, &part, &r->index[r->waiting++]);
	if (e == ERR_OK)
		e = wait_ready(r);
	if (e == ERR_OK)
		e = ctl_db_prepare(&r->layout.settings, r->mariadb.admin, "");
	return e == ERR_OK ? ctl_layout_own_secrets(&r->layout) : e;
}

static enum err start_demo(struct run *r)
{
	struct db *db;
	enum err e;

	if (r->opts.no_demo)
		return ERR_OK;
	e = ctl_db_open(&r->layout.settings, &db);
	if (e != ERR_OK)
		return e;
	e = ctl_seed(db, &r->layout.settings, &r->seed);
	db_close(db);
	return e;
}

static enum err start_programs(struct run *r)
{
	struct ctl_part part;
	enum err e = ERR_OK;

	for (size_t i = 0; i < RT_ARRAY_LEN(own) && e == ERR_OK; i++)
		if (!left_out(&r->opts, own[i].name))
			e = start_own(r, i);
	if (e == ERR_OK)
		e = wait_ready(r);
	if (e != ERR_OK || left_out(&r->opts, "nginx"))
		return e;
	if ((e = ctl_nginx_prepare(&r->nginx, &r->layout)) != ERR_OK)
		return e;
	part = ctl_nginx_part(&r->nginx, &r->layout);
	e = ctl_sup_start(&r->sup, &part, &r->index[r->waiting++]);
	return e == ERR_OK ? wait_ready(r) : e;
}

static enum err bring_up(struct run *r)
{
	enum err e;

	if ((e = check_programs(r)) != ERR_OK ||
	    (e = check_ports(r)) != ERR_OK ||
	    (e = start_database(r)) != ERR_OK || (e = start_demo(r)) != ERR_OK)
		return e;
	return start_programs(r);
}

/* --- while it runs ----------------------------------------------- */

/* nginx reopens its log at SIGUSR1. */
static void rotate_access_log(const struct run *r)
{
	const struct ctl_sup *s = &r->sup;
	struct stat st;

	if (fstatat(r->layout.log_dirfd, "access.log", &st, 0) == -1 ||
	    st.st_size < ACCESS_LOG_MAX)
		return;
	if (renameat(r->layout.log_dirfd, "access.log", r->layout.log_dirfd,
		"access.log.1") == -1)
		log_sys("run: rename access.log");
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->child[i].part.name, "nginx") == 0 &&
		    s->child[i].pid != 0)
			(void)kill(s->child[i].pid, SIGUSR1);
}

static void housekeep(void *arg)
{
	struct run *r = arg;
	const int64_t now = clk_mono_us();

	if (now - r->housekept_us < HOUSEKEEP_US)
		return;
	r->housekept_us = now;
	ctl_room_watch(r->layout.dir, &r->disk_was_low);
	rotate_access_log(r);
}

static void say_ready(const struct run *r)
{
	const struct settings *s = &r->layout.settings;

	if (!r->opts.no_demo)
		(void)printf(
		    "\n  dashboard   %s\n"
		    "  sign in as  %s\n"
		    "  password    %s\n"
		    "  demo page   %s/demo/?utm_source=google"
		    "&utm_medium=cpc&utm_campaign=spring"
		    "&utm_term=emergency+plumber&gclid=demo-click\n"
		    "\n",
		    s->public_url, CTL_SEED_EMAIL, r->seed.password,
		    s->public_url);
	(void)printf("ready %s\n", s->public_url);
	(void)fflush(stdout);
	log_info("run: ready sip=%s:%hu; Ctrl-C stops everything",
	    s->sip_address, (unsigned short)s->sip_port);
}

static int run(struct run *r)
{
	enum err e = bring_up(r);

	if (e == ERR_OK) {
		say_ready(r);
		if (r->opts.demo_call && !r->opts.no_demo)
			ctl_demo(&r->sup, &r->layout, &r->seed);
		ctl_sup_loop(&r->sup, housekeep, r);
	}
	/* Asked to stop while starting is a good end, too. */
	if (r->sup.stop_asked)
		e = ERR_OK;
	ctl_sup_stop(&r->sup);
	log_info("run: stopped");
	return e == ERR_OK ? 0 : 1;
}

int ctl_run(int argc, char *const *argv)
{
	static struct run r; /* large, one a process */
	struct ctl_layout_want want;
	int status = 1;
	enum err e;

	r.opts =
	    (struct run_opts){ .dir = "var", .web_rate = 100, .dni_rate = 200 };
	if (ctl_opt_parse(options, RT_ARRAY_LEN(options), argc, argv, &r.opts,
		NULL) != ERR_OK)
		return 2;
	if (r.opts.help) {
		ctl_opt_usage("run", options, RT_ARRAY_LEN(options));
		return 0;
	}
	if (!without_known(&r.opts))
		return 2;
	ctl_say_open(r.opts.quiet ? LOG_WARN : LOG_INFO);
	want = (struct ctl_layout_want){ .dir = r.opts.dir,
		.address = r.opts.address,
		.http_address = r.opts.http_address,
		.public_url = r.opts.public_url,
		.trusted_fronts = r.opts.trusted_fronts,
		.share_dir = r.opts.share,
		.smtp_url = r.opts.smtp_url,
		.dns_servers = r.opts.dns_servers,
		.http_port = r.opts.http_port,
		.sip_port = r.opts.sip_port,
		.rtp_port_min = r.opts.rtp_min,
		.rtp_port_max = r.opts.rtp_max,
		.max_calls = r.opts.max_calls,
		.log_level = r.opts.log_level };
	r.nginx.web_rate = r.opts.web_rate;
	r.nginx.dni_rate = r.opts.dni_rate;
	if (ctl_want_words(&want) != ERR_OK)
		return 2;
	if ((e = ctl_layout_open(&r.layout, &want)) != ERR_OK)
		return e == ERR_RANGE ? 2 : 1;
	if (ctl_sup_init(&r.sup, r.layout.self, r.layout.log_dirfd) == ERR_OK)
		status = run(&r);
	ctl_sup_fini(&r.sup);
	ctl_layout_close(&r.layout);
	return status;
}
