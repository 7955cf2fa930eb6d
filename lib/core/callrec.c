#include <string.h>

#include "lib/base/take.h"
#include "lib/base/utf8.h"
#include "lib/core/callrec.h"

/* --- writing ---------------------------------------------------------------*/

static void put_text(struct buf *b, struct slice s)
{
	const struct slice cut = utf8_head(s, CALLREC_TEXT_MAX);

	buf_be16(b, (uint16_t)cut.n);
	buf_put(b, cut);
}

static void put_u8(struct buf *b, unsigned int v)
{
	buf_char(b, (char)(uint8_t)v);
}

static void put_i64(struct buf *b, int64_t v)
{
	buf_be64(b, (uint64_t)v);
}

static void put_opened(const struct callrec_opened *o, struct buf *b)
{
	put_i64(b, o->wall_us);
	buf_bytes(b, o->number.v, ID_BYTES);
	buf_bytes(b, o->trunk.v, ID_BYTES);
	buf_bytes(b, o->flow.v, ID_BYTES);
	buf_be32(b, o->flow_version);
	put_u8(b, o->record);
	buf_be32(b, o->source_ip);
	buf_be16(b, o->source_port);
	put_u8(b, o->anonymous);
	put_text(b, o->dialled);
	put_text(b, o->caller);
	put_text(b, o->caller_raw);
	put_text(b, o->display_name);
	put_text(b, o->asserted);
	put_text(b, o->privacy);
	put_text(b, o->attestation);
	put_text(b, o->sip_call_id);
	put_text(b, o->user_agent);
}

static void put_media(const struct callrec_media *m, struct buf *b)
{
	buf_be64(b, m->packets_in);
	buf_be64(b, m->packets_out);
	buf_be64(b, m->lost);
	buf_be64(b, m->dropped);
	buf_be32(b, m->jitter_us);
	buf_be32(b, m->rtt_us);
	put_u8(b, m->pt);
}

static void put_leg(const struct callrec_leg *l, struct buf *b)
{
	put_u8(b, l->number);
	buf_bytes(b, l->destination.v, ID_BYTES);
	buf_bytes(b, l->trunk.v, ID_BYTES);
	put_i64(b, l->invited_us);
	put_i64(b, l->ringing_us);
	put_i64(b, l->early_media_us);
	put_i64(b, l->answered_us);
	put_i64(b, l->ended_us);
	buf_be16(b, l->sip_code);
	put_u8(b, l->q850);
	put_u8(b, l->ended_by);
	put_media(&l->media, b);
	put_text(b, l->target);
	put_text(b, l->reason);
	put_text(b, l->sip_call_id);
}

static void put_event(const struct callrec_event *ev, struct buf *b)
{
	put_u8(b, ev->what);
	put_u8(b, ev->leg);
	buf_be16(b, ev->step);
	buf_be16(b, ev->branch);
	put_i64(b, ev->value);
	put_text(b, ev->text);
	if (ev->what == CALLREC_EV_DIAL) {
		buf_bytes(b, ev->destination.v, ID_BYTES);
		buf_bytes(b, ev->trunk.v, ID_BYTES);
	}
}

static void put_closed(const struct callrec_closed *c, struct buf *b)
{
	put_u8(b, c->result);
	put_u8(b, c->ended_by);
	buf_be16(b, c->sip_code);
	put_u8(b, c->q850);
	put_u8(b, c->lookup_late);
	put_i64(b, c->answered_us);
	put_i64(b, c->bridged_us);
	put_i64(b, c->ring_us);
	put_i64(b, c->talk_us);
	put_i64(b, c->ended_us);
	put_u8(b, c->answered_leg);
	buf_be32(b, c->flow_version);
	buf_bytes(b, c->flow.v, ID_BYTES);
	put_u8(b, c->recording);
	put_i64(b, c->rec_start_us);
	buf_be64(b, c->rec_bytes);
	buf_be64(b, c->rec_samples);
	buf_bytes(b, c->rec_sha256, sizeof(c->rec_sha256));
	put_text(b, c->rec_name);
	put_i64(b, c->notice_ended_us);
	buf_be32(b, c->notice_version);
	put_text(b, c->notice_key);
	put_text(b, c->reason);
}

void callrec_encode(const struct callrec *r, struct buf *out)
{
	put_u8(out, CALLREC_VERSION);
	put_u8(out, r->head.kind);
	buf_bytes(out, r->head.call.v, ID_BYTES);
	buf_bytes(out, r->head.company.v, ID_BYTES);
	buf_be32(out, r->head.seq);
	put_i64(out, r->head.at_us);
	switch (r->head.kind) {
	case CALLREC_OPENED:
		put_opened(&r->u.opened, out);
		break;
	case CALLREC_LEG:
		put_leg(&r->u.leg, out);
		break;
	case CALLREC_EVENT:
		put_event(&r->u.event, out);
		break;
	case CALLREC_CLOSED:
		put_closed(&r->u.closed, out);
		break;
	}
}

/* --- reading ---------------------------------------------------------------*/

/* A byte that must be below n. */
static unsigned int take_enum(struct take *t, unsigned int n)
{
	const unsigned int v = take_u8(t);

	if (v < n)
		return v;
	t->failed = true;
	return 0;
}

static bool take_bool(struct take *t)
{
	return take_enum(t, 2) == 1;
}

static struct slice text(struct take *t)
{
	return take_text(t, CALLREC_TEXT_MAX);
}

static void take_opened(struct take *t, struct callrec_opened *o)
{
	o->wall_us = take_i64(t);
	take_copy(t, o->number.v, ID_BYTES);
	take_copy(t, o->trunk.v, ID_BYTES);
	take_copy(t, o->flow.v, ID_BYTES);
	o->flow_version = take_be32(t);
	o->record = (enum flow_record)take_enum(t, FLOW_RECORD_COUNT);
	o->source_ip = take_be32(t);
	o->source_port = take_be16(t);
	o->anonymous = take_bool(t);
	o->dialled = text(t);
	o->caller = text(t);
	o->caller_raw = text(t);
	o->display_name = text(t);
	o->asserted = text(t);
	o->privacy = text(t);
	o->attestation = text(t);
	o->sip_call_id = text(t);
	o->user_agent = text(t);
}

static void take_media(struct take *t, struct callrec_media *m)
{
	m->packets_in = take_be64(t);
	m->packets_out = take_be64(t);
	m->lost = take_be64(t);
	m->dropped = take_be64(t);
	m->jitter_us = take_be32(t);
	m->rtt_us = take_be32(t);
	m->pt = take_u8(t);
}

static void take_leg(struct take *t, struct callrec_leg *l)
{
	l->number = take_u8(t);
	take_copy(t, l->destination.v, ID_BYTES);
	take_copy(t, l->trunk.v, ID_BYTES);
	l->invited_us = take_i64(t);
	l->ringing_us = take_i64(t);
	l->early_media_us = take_i64(t);
	l->answered_us = take_i64(t);
	l->ended_us = take_i64(t);
	l->sip_code = take_be16(t);
	l->q850 = take_u8(t);
	l->ended_by = (enum callrec_by)take_enum(t, CALLREC_BY_COUNT);
	take_media(t, &l->media);
	l->target = text(t);
	l->reason = text(t);
	l->sip_call_id = text(t);
}

static void take_event(struct take *t, unsigned int version,
    struct callrec_event *ev)
{
	ev->what = (enum callrec_event_what)take_enum(t, CALLREC_EV_COUNT);
	ev->leg = take_u8(t);
	ev->step = take_be16(t);
	ev->branch = take_be16(t);
	ev->value = take_i64(t);
	ev->text = text(t);
	if (version >= 2 && ev->what == CALLREC_EV_DIAL) {
		take_copy(t, ev->destination.v, ID_BYTES);
		take_copy(t, ev->trunk.v, ID_BYTES);
	}
}

static void take_closed(struct take *t, struct callrec_closed *c)
{
	c->result = (enum callresult)take_enum(t, CALLRESULT_COUNT);
	c->ended_by = (enum callrec_by)take_enum(t, CALLREC_BY_COUNT);
	c->sip_code = take_be16(t);
	c->q850 = take_u8(t);
	c->lookup_late = take_bool(t);
	c->answered_us = take_i64(t);
	c->bridged_us = take_i64(t);
	c->ring_us = take_i64(t);
	c->talk_us = take_i64(t);
	c->ended_us = take_i64(t);
	c->answered_leg = take_u8(t);
	c->flow_version = take_be32(t);
	take_copy(t, c->flow.v, ID_BYTES);
	c->recording = (enum callrec_recording)take_enum(t, CALLREC_REC_COUNT);
	c->rec_start_us = take_i64(t);
	c->rec_bytes = take_be64(t);
	c->rec_samples = take_be64(t);
	take_copy(t, c->rec_sha256, sizeof(c->rec_sha256));
	c->rec_name = text(t);
	c->notice_ended_us = take_i64(t);
	c->notice_version = take_be32(t);
	c->notice_key = text(t);
	c->reason = text(t);
}

enum err callrec_decode(struct slice bytes, struct callrec *out)
{
	unsigned int version;
	struct callrec r;
	struct take t;
	enum err e;

	memset(&r, 0, sizeof(r));
	take_init(&t, bytes);
	version = take_u8(&t);
	if (bytes.n > 0 && (version == 0 || version > CALLREC_VERSION))
		return ERR_UNSUPPORTED;
	r.head.kind = (enum callrec_kind)take_u8(&t);
	take_copy(&t, r.head.call.v, ID_BYTES);
	take_copy(&t, r.head.company.v, ID_BYTES);
	r.head.seq = take_be32(&t);
	r.head.at_us = take_i64(&t);
	switch (r.head.kind) {
	case CALLREC_OPENED:
		take_opened(&t, &r.u.opened);
		break;
	case CALLREC_LEG:
		take_leg(&t, &r.u.leg);
		break;
	case CALLREC_EVENT:
		take_event(&t, version, &r.u.event);
		break;
	case CALLREC_CLOSED:
		take_closed(&t, &r.u.closed);
		break;
	default: /* a byte from outside, not an enum value of ours */
		return ERR_SYNTAX;
	}
	if ((e = take_end(&t)) != ERR_OK)
		return e;

	*out = r;
	return ERR_OK;
}

/* --- the rest --------------------------------------------------------------*/

void callrec_interrupted(const struct callrec *opened, uint32_t seq,
    int64_t at_us, struct callrec *out)
{
	struct callrec_closed *c = &out->u.closed;

	memset(out, 0, sizeof(*out));
	out->head = opened->head;
	out->head.kind = CALLREC_CLOSED;
	out->head.seq = seq;
	out->head.at_us = at_us;
	c->result = callresult_of(CALLRESULT_WAS_CUT);
	c->ended_by = CALLREC_BY_CRASH;
	c->answered_us = CALLREC_NEVER;
	c->bridged_us = CALLREC_NEVER;
	c->rec_start_us = CALLREC_NEVER;
	c->notice_ended_us = CALLREC_NEVER;
	c->ended_us = at_us;
	c->flow = opened->u.opened.flow;
	c->flow_version = opened->u.opened.flow_version;
	c->reason = SLICE("the telephone server stopped during the call");
}

static const char *const by_names[CALLREC_BY_COUNT] = {
	"nobody",
	"caller",
	"called",
	"flow",
	"system",
	"crash",
};

static const char *const event_names[CALLREC_EV_COUNT] = {
	"step",
	"notice",
	"rec-start",
	"rec-stop",
	"dial",
	"ringing",
	"early-media",
	"answered",
	"bridged",
	"hold",
	"resume",
	"digit",
	"source",
	"media-lost",
	"repeat",
	"auth",
	"message",
	"tag",
	"outcome",
	"stored",
	"transfer",
};

const char *callrec_by_name(enum callrec_by by)
{
	return (size_t)by < CALLREC_BY_COUNT ? by_names[by] : "nobody";
}

const char *callrec_event_name(enum callrec_event_what what)
{
	return (size_t)what < CALLREC_EV_COUNT ? event_names[what] : "step";
}
