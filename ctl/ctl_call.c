#include "ctl/ctl_call.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "ctl/ctl_opt.h"
#include "ctl/ua.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/scan.h"

#define CALLS_MAX      1000000
#define AT_ONCE_MAX    5000
#define AT_ONCE        100
#define PER_MINUTE_MAX 600000
#define PER_MINUTE     60
#define TURN_US        (20 * INT64_C(1000))
#define DRAIN_US       (6 * RT_SEC_US)
#define NUMBER_MAX     32
#define KEYS           "0123456789*#ABCD"

struct options {
	const char *listen;
	const char *target;
	const char *number;
	const char *caller;
	const char *name;
	const char *keys;
	const char *keys_by;
	uint64_t keys_after_ms;
	const char *play;
	const char *save;
	const char *answer;
	uint64_t calls;
	uint64_t per_minute;
	uint64_t at_once;
	uint64_t talk_ms;
	uint64_t ring_ms;
	uint64_t give_up_ms;
	uint64_t rtp_min;
	uint64_t rtp_max;
	bool no_180;
};

#define TEXT(field, opt, value, help)                                         \
	{                                                                     \
		opt, CTL_OPT_TEXT, offsetof(struct options, field), 0, value, \
		    help                                                      \
	}
#define NUMBER(field, opt, max, value, help)                                   \
	{                                                                      \
		opt, CTL_OPT_U64, offsetof(struct options, field), max, value, \
		    help                                                       \
	}

#define COUNT(field, opt, max, value, help)                               \
	{                                                                 \
		opt, CTL_OPT_COUNT, offsetof(struct options, field), max, \
		    value, help                                           \
	}

static const struct ctl_opt rows[] = {
	TEXT(listen, "listen", "ADDR:PORT", "own SIP address"),
	TEXT(target, "target", "ADDR:PORT", "where calls are sent"),
	TEXT(number, "number", "NUMBER", "whom to call"),
	TEXT(caller, "caller", "NUMBER", "who calls; load counts it up"),
	TEXT(name, "name", "TEXT", "display name of the caller"),
	TEXT(keys, "keys", "DIGITS",
	    "keys to press after the answer; ',' waits a second"),
	TEXT(keys_by, "keys-by", "HOW", "event, tones, info or both"),
	NUMBER(keys_after_ms, "keys-after-ms", 600000, "MS",
	    "the first so long after the answer"),
	TEXT(play, "play", "SOUND",
	    "silence, tone:HZ, clicks:MS, file:PATH, measure"),
	TEXT(save, "save", "PATH",
	    "keep what is heard: carrier a file, phone a folder"),
	TEXT(answer, "answer", "HOW",
	    "yes, busy, reject, ring, silent or a SIP status"),
	NUMBER(calls, "calls", CALLS_MAX, "N",
	    "how many (1, or --at-once); a phone: 0 is no end"),
	COUNT(per_minute, "per-minute", PER_MINUTE_MAX, "N",
	    "set-ups a minute (60, or --at-once each second)"),
	COUNT(at_once, "at-once", AT_ONCE_MAX, "N",
	    "calls at a time (100); more: a phone says 486"),
	NUMBER(talk_ms, "talk-ms", 86400000, "MS",
	    "hang up this long after the answer (0: never)"),
	NUMBER(ring_ms, "ring-ms", 600000, "MS", "ring this long"),
	NUMBER(give_up_ms, "give-up-ms", 600000, "MS",
	    "cancel when not answered by then (0: never)"),
	COUNT(rtp_min, "rtp-min", 65534, "PORT", "first RTP port, even"),
	COUNT(rtp_max, "rtp-max", 65535, "PORT", "last RTP port"),
	{ "no-180", CTL_OPT_FLAG, offsetof(struct options, no_180), 0, NULL,
	    "answer without ringing first" },
};

enum hist {
	TO_18X,
	TO_200,
	THROUGH,
	TO_AUDIO,
	LATENCY,
	JITTER,
	HISTS
};

/* In the summary: <name>_p50_us, _p99_us and _max_us. */
static const char *const hist_names[HISTS] = { "to_18x", "to_200", "through",
	"to_audio", "rtp", "rtp_jitter" };

#define STATUS_MAX 700

struct totals {
	uint64_t placed;
	uint64_t ended;
	uint64_t answered; /* of the outgoing calls, or of all for a phone */
	uint64_t failed;
	uint64_t tx, rx, lost;
	uint64_t gaps; /* calls with a pause of more than 100 ms in what came */
	uint64_t status[STATUS_MAX]; /* of the failed; 0: no answer */
};

struct run {
	struct options opt;
	bool dials;
	bool answers;
	bool quiet; /* load: no line for each call */
	struct totals sum;
	struct ua_hist *hist[HISTS];
	struct ua_sound *sound;
	struct addr4 target;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static const char *by_name(enum ua_by by)
{
	static const char *const names[] = { "nobody", "us", "them" };

	return names[by];
}

/* -1: it never came to that. */
static void add(struct ua_hist *h, int64_t us)
{
	if (us >= 0)
		ua_hist_add(h, us);
}

static void count(struct run *r, const struct ua_report *p)
{
	const bool ours = p->outgoing || !r->dials;

	if (p->what != UA_ENDED)
		return;
	r->sum.tx += p->tx;
	r->sum.rx += p->rx;
	r->sum.lost += p->lost;
	r->sum.gaps += p->gap_max_us > 100000;
	add(r->hist[THROUGH], p->through_us);
	if (p->outgoing)
		add(r->hist[TO_AUDIO], p->to_audio_us);
	if (!ours)
		return;
	r->sum.ended++;
	if (p->status == 200) {
		r->sum.answered++;
	} else {
		r->sum.failed++;
		r->sum.status[p->status < STATUS_MAX ? p->status : 0]++;
	}
	if (!p->outgoing)
		return;
	add(r->hist[TO_18X], p->to_18x_us);
	add(r->hist[TO_200], p->to_200_us);
}

static void print_ended(const struct ua_report *p, const char *dir)
{
	(void)printf(
	    "ended call=%u dir=%s status=%u by=%s cancelled=%s "
	    "talk_ms=%lld tx=%llu rx=%llu lost=%llu jitter_us=%lld "
	    "ssrcs=%llu gap_max_ms=%lld ear_ms=%lld keys=%s dialled=%.*s "
	    "peer=%.*s call_id=%.*s\n",
	    p->call, dir, p->status, by_name(p->ended_by),
	    p->cancelled ? "yes" : "no", (long long)(p->talk_us / 1000),
	    (unsigned long long)p->tx, (unsigned long long)p->rx,
	    (unsigned long long)p->lost, (long long)p->jitter_us,
	    (unsigned long long)p->ssrc_changes + (p->rx > 0),
	    (long long)(p->gap_max_us / 1000), (long long)(p->ear_us / 1000),
	    p->pressed, SLICE_FMT(p->dialled), SLICE_FMT(p->peer),
	    SLICE_FMT(p->call_id));
}

static void on_report(void *arg, const struct ua_report *p)
{
	struct run *r = arg;
	const char *dir = p->outgoing ? "out" : "in";

	count(r, p);
	if (r->quiet)
		return;
	switch (p->what) {
	case UA_RINGING:
		(void)printf("ringing call=%u dir=%s after_ms=%lld\n", p->call,
		    dir, (long long)(p->to_18x_us / 1000));
		return;
	case UA_ANSWERED:
		(void)printf("answered call=%u dir=%s after_ms=%lld\n", p->call,
		    dir, (long long)(p->to_200_us / 1000));
		return;
	case UA_ENDED:
		print_ended(p, dir);
		return;
	}
}

static void print_hist(const char *name, const struct ua_hist *h)
{
	if (h->n > 0)
		(void)printf(" %s_p50_us=%lld %s_p99_us=%lld %s_max_us=%lld",
		    name, (long long)ua_hist_at_us(h, 500), name,
		    (long long)ua_hist_at_us(h, 990), name,
		    (long long)h->max_us);
}

static void print_summary(const struct run *r)
{
	const struct totals *t = &r->sum;

	(void)printf(
	    "summary calls=%llu answered=%llu failed=%llu tx=%llu "
	    "rx=%llu lost=%llu gaps=%llu",
	    (unsigned long long)t->ended, (unsigned long long)t->answered,
	    (unsigned long long)t->failed, (unsigned long long)t->tx,
	    (unsigned long long)t->rx, (unsigned long long)t->lost,
	    (unsigned long long)t->gaps);
	for (size_t i = 0; i < HISTS; i++)
		print_hist(hist_names[i], r->hist[i]);
	for (unsigned int i = 0; i < STATUS_MAX; i++)
		if (t->status[i] > 0)
			(void)printf(" status_%u=%llu", i,
			    (unsigned long long)t->status[i]);
	(void)printf("\n");
}

static bool set_manner(const char *how, struct ua_answering *a)
{
	static const struct {
		const char *name;
		enum ua_manner manner;
		unsigned int status;
	} names[] = {
		{ "yes", UA_ANSWER, 200 },
		{ "busy", UA_REFUSE, 486 },
		{ "reject", UA_REFUSE, 603 },
		{ "ring", UA_RING, 0 },
		{ "silent", UA_SILENT, 0 },
	};
	uint64_t v;

	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		if (strcmp(how, names[i].name) == 0) {
			a->manner = names[i].manner;
			a->status = names[i].status;
			return true;
		}
	}
	if (scan_whole_u64(slice_from(how), 699, &v) != ERR_OK || v < 400)
		return false;
	a->manner = UA_REFUSE;
	a->status = (unsigned int)v;
	return true;
}

/* The caller's number with n added to its digits, so that no two calls of a
 * load look like one caller trying again. */
static void nth_caller(const char *base, uint64_t n, char out[NUMBER_MAX])
{
	size_t i = strlen(base);

	(void)snprintf(out, NUMBER_MAX, "%s", base);
	if (i >= NUMBER_MAX)
		i = NUMBER_MAX - 1;
	for (; n > 0 && i > 0; i--) {
		if (!scan_is_digit(out[i - 1]))
			continue;
		n += (uint64_t)(out[i - 1] - '0');
		out[i - 1] = (char)('0' + n % 10);
		n /= 10;
	}
}

static enum err dial_next(struct run *r, struct ua *u)
{
	char caller[NUMBER_MAX];
	struct ua_dial d = { .target = r->target,
		.number = slice_from(r->opt.number),
		.display = slice_from(r->opt.name),
		.talk_us = (int64_t)r->opt.talk_ms * 1000,
		.give_up_us = (int64_t)r->opt.give_up_ms * 1000,
		.sound = r->sound,
		.save_path = r->answers ? NULL : r->opt.save };
	enum err e;

	nth_caller(r->opt.caller, r->sum.placed, caller);
	d.caller = slice_from(caller);
	e = ua_dial(u, &d);
	r->sum.placed++;
	if (e != ERR_OK) {
		r->sum.ended++;
		r->sum.failed++;
		log_error("call: not placed err=%s", err_name(e));
	}
	return e;
}

static bool done(const struct run *r)
{
	return stop != 0 || (r->opt.calls != 0 && r->sum.ended >= r->opt.calls);
}

/* Places the calls that are due, keeping the rate also when a turn was late.
 */
static void dial_due(struct run *r, struct ua *u, int64_t begun_us)
{
	const uint64_t passed_us = (uint64_t)(clk_mono_us() - begun_us);
	const uint64_t due = 1 + passed_us * r->opt.per_minute / 60000000;

	while (r->sum.placed < due && r->sum.placed < r->opt.calls &&
	       r->sum.placed - r->sum.ended < r->opt.at_once)
		if (dial_next(r, u) != ERR_OK)
			return;
}

static int serve(struct run *r, struct ua *u)
{
	const int64_t begun_us = clk_mono_us();
	int64_t end_us;

	(void)printf("ready listen=%s\n", r->opt.listen);
	while (!done(r)) {
		if (r->dials)
			dial_due(r, u, begun_us);
		ua_run(u, r->dials && r->opt.per_minute > 600 ? 1000 : TURN_US);
	}
	if (stop != 0)
		ua_hang_up_all(u);
	end_us = clk_mono_us() + DRAIN_US;
	while (ua_calls(u) > 0 && clk_mono_us() < end_us)
		ua_run(u, TURN_US);
	/* Repeated requests of the last call still want their answers. */
	ua_run(u, RT_SEC_US / 2);
	print_summary(r);
	return r->dials && r->sum.failed > 0 ? 1 : 0;
}

static int wrong(const char *what)
{
	(void)fprintf(stderr, "ringtrace call: %s\n", what);
	return 2;
}

static int usage(void)
{
	(void)printf(
	    "usage: ringtrace call carrier|phone|load [OPTION...]\n\n"
	    "  carrier  places calls to --number at --target\n"
	    "  phone    answers calls until stopped\n"
	    "  load     both, and prints percentiles only\n\n");
	ctl_opt_help(rows, RT_ARRAY_LEN(rows));
	return 0;
}

static bool set_role(struct run *r, const struct ctl_opt_rest *rest)
{
	const char *role = rest->n == 1 ? rest->arg[0] : "";

	r->quiet = strcmp(role, "load") == 0;
	r->dials = r->quiet || strcmp(role, "carrier") == 0;
	r->answers = r->quiet || strcmp(role, "phone") == 0;
	return r->dials || r->answers;
}

/* What nobody said follows from what somebody did: who wants ten calls at once
 * means ten, and not one after the other. */
static void set_rate(struct options *o, bool dials)
{
	const bool said = o->at_once != 0;

	if (o->calls == 0 && dials)
		o->calls = said ? o->at_once : 1;
	if (o->per_minute == 0)
		o->per_minute = said ? PER_MINUTE * o->at_once : PER_MINUTE;
	if (!said)
		o->at_once = AT_ONCE;
}

/* Each call has a socket; a shell allows 1,024 at first, and what it would
 * allow is up to us. */
static void raise_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		return;
	l.rlim_cur = l.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &l) == -1)
		log_sys("call: raise the limit of open files");
}

static int go(struct run *r, const struct ua_conf *conf)
{
	struct sigaction sa;
	struct ua *u;
	int status;

	raise_files();
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (ua_open(conf, &u) != ERR_OK) {
		log_error("call: cannot begin");
		return 1;
	}
	status = serve(r, u);
	ua_close(u);
	return status;
}

static bool set_keys(const struct options *o, struct ua_keys *k)
{
	static const struct {
		const char *name;
		enum ua_press how;
	} names[] = { { "event", UA_PRESS_EVENT }, { "tones", UA_PRESS_TONES },
		{ "info", UA_PRESS_INFO }, { "both", UA_PRESS_BOTH } };

	if (o->keys != NULL && o->keys[strspn(o->keys, KEYS ",")] != '\0')
		return false;
	k->keys = slice_from(o->keys);
	k->after_us = (int64_t)o->keys_after_ms * 1000;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		if (strcmp(o->keys_by, names[i].name) == 0) {
			k->how = names[i].how;
			return true;
		}
	return false;
}

static int configure(struct run *r, struct ua_conf *conf)
{
	enum err e;

	*conf = (struct ua_conf){ .rtp_port_min = (uint16_t)r->opt.rtp_min,
		.rtp_port_max = (uint16_t)r->opt.rtp_max,
		/* A load answers its own calls. */
		.max_calls = (uint32_t)(r->opt.at_once * (r->quiet ? 2 : 1) +
					(r->dials ? 16 : 0)),
		.report = on_report,
		.arg = r };
	if (addr4_parse(slice_from(r->opt.listen), 5070, &conf->listen) !=
	    ERR_OK)
		return wrong("--listen is not ADDRESS:PORT");
	if (r->dials && (r->opt.target == NULL || r->opt.number == NULL ||
			    r->opt.number[0] == '\0'))
		return wrong("--target and --number say whom to call");
	if (r->dials && (addr4_parse(slice_from(r->opt.target), 5060,
			     &r->target) != ERR_OK ||
			    r->target.port == 0))
		return wrong("--target is not ADDRESS:PORT");
	if (r->opt.rtp_min % 2 != 0 || r->opt.rtp_min + 1 > r->opt.rtp_max)
		return wrong("--rtp-min is even and below --rtp-max");
	if (!set_manner(r->opt.answer, &conf->answering))
		return wrong(
		    "--answer is yes, busy, reject, ring, silent or "
		    "400 to 699");
	if (!set_keys(&r->opt, &conf->keys))
		return wrong("--keys are " KEYS
			     " and ','; --keys-by is event, "
			     "tones, info or both");
	e = ua_sound_open(slice_from(r->opt.play), &r->sound);
	if (e != ERR_OK)
		return wrong("--play: no such sound");
	conf->answering.ring_us = (int64_t)r->opt.ring_ms * 1000;
	conf->answering.talk_us = r->dials ? 0 : (int64_t)r->opt.talk_ms * 1000;
	conf->answering.sound = r->sound;
	conf->answering.save_dir = r->quiet ? NULL : r->opt.save;
	conf->answering.no_180 = r->opt.no_180;
	conf->latency = r->hist[LATENCY];
	conf->jitter = r->hist[JITTER];
	return 0;
}

/* They are large, and only written where something is counted. */
static bool make_hists(struct run *r)
{
	for (size_t i = 0; i < HISTS; i++)
		if ((r->hist[i] = calloc(1, sizeof(*r->hist[i]))) == NULL)
			return false;
	return true;
}

int ctl_call(int argc, char *const *argv)
{
	struct run r = { .opt = { .listen = "127.0.0.1:5070",
			     .caller = "+12125550100",
			     .play = "tone:440",
			     .answer = "yes",
			     .keys_by = "event",
			     .keys_after_ms = 2000,
			     .rtp_min = 24000,
			     .rtp_max = 32767 } };
	struct ctl_opt_rest rest = { .n = 0 };
	struct ua_conf conf;
	int status = 2;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage();
	if (ctl_opt_parse(rows, RT_ARRAY_LEN(rows), argc, argv, &r.opt,
		&rest) != ERR_OK)
		return 2;
	if (!set_role(&r, &rest))
		return wrong("say carrier, phone or load; see --help");
	set_rate(&r.opt, r.dials);
	if (make_hists(&r))
		status = configure(&r, &conf);
	else
		log_error("call: no memory");
	if (status == 0)
		status = go(&r, &conf);
	ua_sound_free(r.sound);
	for (size_t i = 0; i < HISTS; i++)
		free(r.hist[i]);
	return status;
}
