/*
 * Fuzz target: the engine as a whole. The input is a script: a byte says what
 * comes next (a datagram from the trunk or the phone, a step of the clock, an
 * answer of a neighbour), be16 and the bytes follow. At the end everything is
 * stopped and lingers out, and nothing may be left.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/take.h"
#include "lib/core/snap_write.h"
#include "sipworker/engine/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct addr4 trunk = { 0x0a000002, 5060 };
static const struct addr4 phone = { 0x0a000003, 5080 };
static const struct addr4 stranger = { 0x0a000009, 5060 };

#define STREAMS 64

struct rig {
	struct engine *engine;
	struct engine_now now;
	uint64_t journal;
	uint64_t ticket;
	uint32_t open[STREAMS]; /* that owe us CLOSED */
	size_t n_open;
	uint32_t play;
	uint32_t play_stream;
	struct call_id rec;
	uint32_t rec_key;
	bool rec_waiting;
	uint64_t name; /* ticket */
};

static enum err make_snap(struct buf *out)
{
	static const struct snap_trunk trunks[] = {
		{ .codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
		    .country = SLICE_INIT("US"),
		    .identity_in = true,
		    .outgoing = true,
		    .next_hop_ip = 0x0a000003,
		    .next_hop_port = 5080,
		    .auth_user = SLICE_INIT("u"),
		    .auth_password = SLICE_INIT("p") },
	};
	static const struct snap_acl acls[] = { { .net = 0x0a000002,
	    .bits = 32 } };
	static const struct snap_prompt prompts[] = { { .samples = 800 } };
	struct snap_number number = { .e164 = SLICE("+13035550100"),
		.record = FLOW_RECORD_NOTICE,
		.notice_prompt = 0,
		.zone = SNAP_NO_ROW };
	struct snap_flow flow = { .version = 1 };
	const struct snap_source src = { .trunks = trunks,
		.n_trunks = 1,
		.acls = acls,
		.n_acls = 1,
		.numbers = &number,
		.n_numbers = 1,
		.flows = &flow,
		.n_flows = 1,
		.prompts = prompts,
		.n_prompts = 1 };
	struct flow_step step;
	char mem[512];
	struct buf b;
	enum err e;

	flow_step_init(&step, FLOW_FORWARD);
	step.text[FLOW_FORWARD_TO] = SLICE("+13035559000");
	buf_over(&b, mem, sizeof(mem));
	if ((e = flow_write(&step, 1, 0, &b)) != ERR_OK)
		return e;
	flow.flow.bytes = buf_slice(&b);
	return snap_write(&src, out);
}

static void on_media(struct rig *r, const struct engine_media *m)
{
	if (m->op == ENGINE_MEDIA_OPEN) {
		if (r->n_open == STREAMS)
			abort();
		r->open[r->n_open++] = m->stream;
	} else if (m->op == ENGINE_MEDIA_PLAY) {
		r->play = m->play;
		r->play_stream = m->stream;
	}
}

static void pump(struct rig *r)
{
	struct engine_action a;

	while (engine_pop(r->engine, &a)) {
		if (a.what == ENGINE_JOURNAL)
			r->journal = a.u.journal.seq;
		else if (a.what == ENGINE_LOOKUP)
			r->ticket = a.u.lookup.ticket;
		else if (a.what == ENGINE_RESOLVE)
			r->name = a.u.resolve.ticket;
		else if (a.what == ENGINE_MEDIA)
			on_media(r, &a.u.media);
		else if (a.what == ENGINE_REC) {
			r->rec = a.u.rec.call;
			r->rec_key = a.u.rec.call_key;
			r->rec_waiting = a.u.rec.op == ENGINE_REC_STOP;
		}
	}
}

static void media(struct rig *r, enum engine_media_what what, uint32_t stream)
{
	const struct engine_media_event ev = { .what = what,
		.stream = stream,
		.play = r->play,
		.digit = '1',
		.at_mono_us = r->now.mono_us };

	engine_media_event(r->engine, r->now, &ev);
	pump(r);
}

/* Closes what was asked to be closed; harmless for what was not. */
static void answer_closed(struct rig *r)
{
	const size_t n = r->n_open;
	uint32_t ids[STREAMS];

	memcpy(ids, r->open, sizeof(ids));
	r->n_open = 0;
	for (size_t i = 0; i < n; i++)
		media(r, ENGINE_MEDIA_CLOSED, ids[i]);
}

static void neighbour(struct rig *r, unsigned int which)
{
	const struct addr4 hops[] = { stranger, phone };
	const struct flow_facts facts = { .known_caller = true };
	const struct engine_rec_event rec = { .what = ENGINE_REC_DONE,
		.call = r->rec,
		.call_key = r->rec_key };

	switch (which % 8) {
	case 0:
		engine_journal_done(r->engine, r->now, r->journal);
		break;
	case 1:
		engine_lookup_done(r->engine, r->now, r->ticket, &facts);
		break;
	case 2:
		for (size_t i = 0; i < r->n_open; i++)
			media(r, ENGINE_MEDIA_OPENED, r->open[i]);
		break;
	case 3:
		media(r, ENGINE_MEDIA_PLAYED, r->play_stream);
		break;
	case 4:
		engine_rec_event(r->engine, r->now, &rec);
		break;
	case 5:
		engine_resolved(r->engine, r->now, r->name, hops,
		    1 + which % 2);
		break;
	case 6:
		if (r->n_open > 0)
			media(r, ENGINE_MEDIA_SILENT, r->open[0]);
		break;
	default:
		if (r->n_open > 0)
			media(r, ENGINE_MEDIA_DIGIT, r->open[r->n_open - 1]);
		break;
	}
	pump(r);
}

static void pass_time(struct rig *r, int64_t us)
{
	r->now.mono_us += us;
	r->now.wall_us += us;
	for (int i = 0;
	     i < 1000 && engine_deadline(r->engine) <= r->now.mono_us; i++) {
		engine_tick(r->engine, r->now);
		pump(r);
	}
}

static void check_idle(struct rig *r)
{
	struct engine_stats s;

	engine_stop(r->engine, r->now);
	pump(r);
	for (int i = 0; i < 200; i++) {
		pass_time(r, RT_SEC_US);
		answer_closed(r);
	}
	engine_tick(r->engine, r->now);
	pump(r);
	engine_get_stats(r->engine, &s);
	if (s.calls != 0 || s.legs != 0 || s.transactions != 0 ||
	    s.streams != 0 || s.timers != 0 || s.queue_lost != 0 ||
	    s.calls_opened != s.calls_closed)
		abort();
}

static void run(struct rig *r, struct slice script)
{
	struct take t;

	take_init(&t, script);
	while (!t.failed && t.rest.n > 0) {
		const unsigned int what = take_u8(&t);
		const uint16_t n = take_be16(&t);

		if (what % 8 < 5) {
			const struct addr4 from = what % 8 == 4   ? stranger
						  : what % 2 == 0 ? trunk
								  : phone;

			engine_datagram(r->engine, r->now, from,
			    take_bytes(&t, n));
			pump(r);
		} else if (what % 8 == 5) {
			pass_time(r, n * INT64_C(1000));
		} else {
			neighbour(r, n);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct engine_cfg cfg = { .sip = { 0x0a000001, 5060 },
		.media_ip = 0x0a000001,
		.rtp_port_min = 20000,
		.rtp_port_max = 20039,
		.max_calls = 4,
		.agent = "x",
		.secret = { 1 } };
	struct rig r = { .now = { RT_HOUR_US, RT_HOUR_US } };
	struct snap snap;
	struct buf b;

	buf_init(&b, 1 << 16);
	if (make_snap(&b) != ERR_OK ||
	    snap_open(buf_slice(&b), &snap) != ERR_OK ||
	    engine_new(&cfg, &r.engine) != ERR_OK)
		abort();
	engine_snapshot(r.engine, r.now, &snap, 1);
	pump(&r);
	run(&r, slice_of(data, size));
	check_idle(&r);
	engine_free(r.engine);
	buf_fini(&b);
	return 0;
}
