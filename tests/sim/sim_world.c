#include "tests/sim/sim_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/scan.h"
#include "tests/sim/sim_config.h"
#include "tests/sim/sim_side.h"

#define WALL_US INT64_C(1795000000000000)

void sim_world_fail(struct sim_world *w, const char *fmt, ...)
{
	va_list ap;

	if (w->failure[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(w->failure, sizeof(w->failure), fmt, ap);
	va_end(ap);
}

struct engine_now sim_world_now(const struct sim_world *w)
{
	return (struct engine_now){ .mono_us = w->clock.now_us,
		.wall_us = WALL_US + w->clock.now_us };
}

/* --- the network -----------------------------------------------------------*/

static void deliver(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	const struct addr4 from = { (uint32_t)(ev->a >> 16), (uint16_t)ev->a };
	const uint32_t to = (uint32_t)(ev->b >> 16);
	const struct slice bytes = slice_of(ev->bytes, ev->n);

	if (to == SIM_ENGINE.ip) {
		engine_datagram(w->engine, sim_world_now(w), from, bytes);
		sim_world_pump(w);
	} else if (to == SIM_CARRIER.ip) {
		sim_peer_input(w->carrier, from, bytes);
	} else if (to == SIM_PHONE.ip) {
		sim_peer_input(w->phone, from, bytes);
	} else if (to == SIM_DEAD.ip) {
		w->passed_over++;
	} else {
		sim_world_fail(w, "a datagram to nobody: %08x", to);
	}
}

static void send_one(struct sim_world *w, struct addr4 from, struct addr4 to,
    struct slice bytes)
{
	struct sim_event *ev = sim_clock_after(&w->clock,
	    sim_clock_between(&w->clock, 50, 100 + w->faults.delay_us), deliver,
	    w);

	ev->a = (uint64_t)from.ip << 16 | from.port;
	ev->b = (uint64_t)to.ip << 16 | to.port;
	sim_clock_bytes(ev, bytes);
}

static void net_send(void *arg, struct addr4 from, struct addr4 to,
    struct slice bytes)
{
	struct sim_world *w = arg;

	/* Only a REFER names it, and nobody may be handed there. */
	if (slice_starts(bytes, SLICE("INVITE sip:+1900")))
		sim_world_fail(w, "a call to a number that a phone named");

	if (!sim_clock_chance(&w->clock, w->faults.loss))
		send_one(w, from, to, bytes);
	if (sim_clock_chance(&w->clock, w->faults.repeat))
		send_one(w, from, to, bytes);
}

/* A description of the engine's names a port. What was said before, of a stream
 * that is gone, may come again. */
static void note_port(struct sim_world *w, struct slice bytes)
{
	struct slice s =
	    slice_skip(bytes, slice_find_slice(bytes, SLICE("o=")));
	struct slice origin;
	struct sim_port *p;
	char text[sizeof(p->origin)];
	uint16_t port;

	if (scan_until(&s, '\r', &origin) != ERR_OK ||
	    !slice_to_cstr(origin, text, sizeof(text)))
		return;
	s = slice_skip(s, slice_find_slice(s, SLICE("m=audio ")));
	if (scan_lit(&s, SLICE("m=audio ")) != ERR_OK ||
	    scan_u16(&s, &port) != ERR_OK || port < SIM_PORT_MIN ||
	    port > SIM_PORT_MAX)
		return;
	p = &w->ports[(port - SIM_PORT_MIN) / 2];
	if (strcmp(p->origin, text) == 0)
		return;
	memcpy(p->origin, text, sizeof(text));
	p->told = true;
}

/* --- the engine's clock and actions ----------------------------------------*/

static void engine_time(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;

	if (ev->at_us == w->engine_timer_us)
		w->engine_timer_us = 0;
	engine_tick(w->engine, sim_world_now(w));
	sim_world_pump(w);
}

static void set_engine_timer(struct sim_world *w)
{
	int64_t at = engine_deadline(w->engine);

	if (at == INT64_MAX ||
	    (w->engine_timer_us != 0 && w->engine_timer_us <= at))
		return;
	if (at < w->clock.now_us)
		at = w->clock.now_us;
	w->engine_timer_us = at;
	(void)sim_clock_after(&w->clock, at - w->clock.now_us, engine_time, w);
}

/* What is kept is a dialog or an INVITE, and goes when it is over. */
static void note_dialog(struct sim_world *w, const struct engine_dialog *d)
{
	const uint8_t up = d->bytes.n > 0;
	struct sip_dlg dlg;

	if (up != (d->what != ENGINE_LEFT_NOTHING))
		sim_world_fail(w, "%u is left without a word", d->slot);
	if (d->slot >= SIM_DIALOGS)
		sim_world_fail(w, "a dialog in slot %u", d->slot);
	if (d->what == ENGINE_LEFT_DIALOG &&
	    sip_dlg_restore(&dlg, d->bytes) != ERR_OK)
		sim_world_fail(w, "a dialog that is none");
	w->dialogs += (uint32_t)up - w->dialog[d->slot];
	w->dialog[d->slot] = up;
}

void sim_world_pump(struct sim_world *w)
{
	struct engine_action a;

	while (engine_pop(w->engine, &a)) {
		switch (a.what) {
		case ENGINE_SEND:
			note_port(w, a.u.send.bytes);
			net_send(w, SIM_ENGINE, a.u.send.to, a.u.send.bytes);
			break;
		case ENGINE_JOURNAL:
			sim_side_journal(w, &a.u.journal);
			break;
		case ENGINE_LOOKUP:
			sim_side_lookup(w, &a.u.lookup);
			break;
		case ENGINE_ASK:
			sim_side_ask(w, &a.u.ask);
			break;
		case ENGINE_MEDIA:
			sim_side_media(w, &a.u.media);
			break;
		case ENGINE_REC:
			sim_side_rec(w, &a.u.rec);
			break;
		case ENGINE_RESOLVE:
			sim_side_resolve(w, &a.u.resolve);
			break;
		case ENGINE_SNAP_FREE:
			w->snap_freed++;
			break;
		case ENGINE_DIALOG:
			note_dialog(w, &a.u.dialog);
			break;
		case ENGINE_DO_COUNT:
			sim_world_fail(w, "an action of no kind");
			break;
		}
	}
	set_engine_timer(w);
}

/* --- life ------------------------------------------------------------------*/

static struct sim_peer *make_peer(struct sim_world *w, struct addr4 at)
{
	struct sim_peer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		abort();
	sim_peer_init(p, &w->clock, at, SIM_ENGINE);
	p->send = net_send;
	p->arg = w;
	return p;
}

void sim_world_init(struct sim_world *w, uint64_t seed,
    const struct sim_faults *faults, uint32_t max_calls)
{
	struct engine_cfg cfg = { .sip = SIM_ENGINE,
		.media_ip = SIM_ENGINE.ip,
		.rtp_port_min = SIM_PORT_MIN,
		.rtp_port_max = SIM_PORT_MAX,
		.max_calls = max_calls,
		.agent = "ringtrace" };

	memset(w, 0, sizeof(*w));
	w->faults = *faults;
	sim_clock_init(&w->clock, seed);
	for (size_t i = 0; i < sizeof(cfg.secret); i++)
		cfg.secret[i] = (uint8_t)sim_clock_below(&w->clock, 256);
	w->records = calloc(SIM_RECORDS, sizeof(w->records[0]));
	buf_init(&w->snap_bytes, 1 << 20);
	if (w->records == NULL || engine_new(&cfg, &w->engine) != ERR_OK ||
	    sim_config_write(&w->snap_bytes) != ERR_OK ||
	    snap_open(buf_slice(&w->snap_bytes), &w->snap) != ERR_OK)
		abort();
	w->carrier = make_peer(w, SIM_CARRIER);
	w->phone = make_peer(w, SIM_PHONE);
	engine_snapshot(w->engine, sim_world_now(w), &w->snap, 1);
	sim_world_pump(w);
}

void sim_world_fini(struct sim_world *w)
{
	engine_free(w->engine);
	sim_peer_fini(w->carrier);
	sim_peer_fini(w->phone);
	free(w->carrier);
	free(w->phone);
	free(w->records);
	buf_fini(&w->snap_bytes);
	sim_clock_fini(&w->clock);
}

static void check_step(struct sim_world *w)
{
	struct engine_stats s;

	w->steps++;
	if (w->steps % 64 != 0)
		return;
	engine_get_stats(w->engine, &s);
	if (s.queue_lost != 0)
		sim_world_fail(w, "the queue lost an action");
	if (s.legs < s.calls)
		sim_world_fail(w, "%u calls with %u legs", s.calls, s.legs);
	if (w->opened < w->closed)
		sim_world_fail(w, "more calls closed than opened");
}

void sim_world_run(struct sim_world *w, int64_t until_us)
{
	while (
	    w->failure[0] == '\0' && sim_clock_next_us(&w->clock) <= until_us) {
		sim_clock_step(&w->clock);
		check_step(w);
	}
}

static void place_call(struct sim_event *ev)
{
	struct sim_world *w = ev->obj;
	const struct sim_script s = sim_peer_caller_script(&w->clock);
	const uint64_t number = sim_clock_below(&w->clock, 31);
	char caller[20], dialled[20];

	(void)snprintf(caller, sizeof(caller), "+1720555%04u",
	    (unsigned int)(ev->a % 10000));
	(void)snprintf(dialled, sizeof(dialled), "+130355501%02u",
	    (unsigned int)(number < 30 ? number % SIM_CONFIG_NUMBERS : 99));
	(void)sim_peer_call(w->carrier, caller, dialled, &s);
	/* A carrier that tries again by another way. */
	if (sim_clock_chance(&w->clock, 2))
		(void)sim_peer_call(w->carrier, caller, dialled, &s);
}

void sim_world_load(struct sim_world *w, uint32_t calls, int64_t span_us)
{
	for (uint32_t i = 0; i < calls; i++)
		sim_clock_after(&w->clock, span_us * i / calls, place_call, w)
		    ->a = i;
}

void sim_world_check_idle(struct sim_world *w)
{
	struct engine_stats s;

	engine_get_stats(w->engine, &s);
	for (uint32_t i = 0; i < SIM_RECORDS; i++)
		if (w->records[i].used && w->records[i].place)
			sim_world_fail(w, "a place that nobody gave back");
	if (w->dialogs != 0)
		sim_world_fail(w, "%u dialogs are still kept", w->dialogs);
	if (s.calls != 0 || s.legs != 0 || s.transactions != 0 ||
	    s.ports != 0 || s.timers != 0 || s.streams != 0)
		sim_world_fail(w,
		    "not idle: calls=%u legs=%u transactions=%u ports=%u "
		    "timers=%u streams=%u",
		    s.calls, s.legs, s.transactions, s.ports, s.timers,
		    s.streams);
	if (w->phone->wrong_pracks > 0)
		sim_world_fail(w, "a PRACK that confirms nothing");
	if (w->faults.loss == 0 && w->phone->unconfirmed > 0)
		sim_world_fail(w, "%llu ringings without PRACK",
		    (unsigned long long)w->phone->unconfirmed);
	if (w->opened != w->closed || s.calls_opened != w->opened ||
	    s.calls_closed != w->closed)
		sim_world_fail(w, "opened=%llu closed=%llu",
		    (unsigned long long)w->opened,
		    (unsigned long long)w->closed);
	if (w->faults.loss == 0 && (w->carrier->live > 0 || w->phone->live > 0))
		sim_world_fail(w, "left hanging: carrier=%u phone=%u",
		    w->carrier->live, w->phone->live);
}
