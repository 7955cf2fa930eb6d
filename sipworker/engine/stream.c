#include "sipworker/engine/stream.h"

#include "sipworker/engine/drive.h"
#include "sipworker/engine/pickup.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/trace.h"

#define OPEN_TRIES 3

bool stream_open(struct engine *e, struct leg *l)
{
	struct port *p =
	    port_take(&e->ports, l->ref, l->call->index, e->now.mono_us);

	if (p == NULL)
		return false;
	l->stream = p->id;
	l->stream_open = false;
	l->open_tries++;
	e->stats.streams++;
	stream_cmd(e, l, ENGINE_MEDIA_OPEN)->port = p->number;
	return true;
}

struct engine_media *stream_cmd(struct engine *e, struct leg *l,
    enum engine_media_op op)
{
	struct engine_media *m = &out_add(&e->out, ENGINE_MEDIA)->u.media;
	const struct port *p = port_find(&e->ports, l->stream);

	m->op = op;
	m->stream = l->stream;
	m->call_key = p == NULL ? 0 : p->call_key;
	m->trunk = l->trunk;
	if (l->call != NULL) {
		m->call = l->call->id;
		m->snap_key = e->snaps[l->call->snap].key;
	}
	return m;
}

static enum engine_dir our_dir(const struct sdp_audio *a)
{
	static const enum engine_dir ours[] = {
		[SDP_SENDRECV] = ENGINE_DIR_SENDRECV,
		[SDP_SENDONLY] = ENGINE_DIR_RECVONLY,
		[SDP_RECVONLY] = ENGINE_DIR_SENDONLY,
		[SDP_INACTIVE] = ENGINE_DIR_INACTIVE,
	};

	/* c=0.0.0.0, the hold of RFC 2543: nowhere to send to. */
	if (a->rtp.ip == 0)
		return ENGINE_DIR_RECVONLY;
	return ours[a->dir];
}

void stream_target(struct engine *e, struct leg *l, bool relearn)
{
	struct engine_media *m = stream_cmd(e, l, ENGINE_MEDIA_TARGET);

	m->remote = l->remote.rtp;
	m->rtcp = l->remote.rtcp;
	m->pt = l->remote.codec == SDP_PCMU ? 0 : 8;
	if (l->remote.pt[l->remote.codec] != m->pt)
		m->own_pt = l->remote.pt[l->remote.codec];
	m->dtmf_pt = l->remote.dtmf_pt;
	m->ptime_ms =
	    (uint8_t)(l->remote.ptime_ms > 200 ? 200 : l->remote.ptime_ms);
	m->dir = our_dir(&l->remote);
	m->relearn = relearn;
	l->has_media = true;
}

void stream_hold(struct engine *e, struct leg *l)
{
	const bool held = l->remote.dir == SDP_SENDONLY ||
			  l->remote.dir == SDP_INACTIVE ||
			  l->remote.rtp.ip == 0;

	if (held != l->held)
		trace_event(e, l->call,
		    held ? CALLREC_EV_HOLD : CALLREC_EV_RESUME, l->number, 0,
		    SLICE(""));
	l->held = held;
	play_hold(e, l);
}

void stream_told(struct engine *e, const struct leg *l)
{
	struct port *p = port_find(&e->ports, l->stream);

	if (p != NULL)
		p->rests = true;
}

void stream_close(struct engine *e, struct leg *l)
{
	struct port *p = port_find(&e->ports, l->stream);

	if (p == NULL || l->closing)
		return;
	if (l->rec_on)
		(void)stream_cmd(e, l, ENGINE_MEDIA_REC_OFF);
	l->rec_on = false;
	l->closing = true;
	p->state = PORT_CLOSING;
	(void)stream_cmd(e, l, ENGINE_MEDIA_CLOSE);
}

/* The port goes back whether or not its leg is still there. */
static void free_port(struct engine *e, struct port *p)
{
	port_give(&e->ports, p, e->now.mono_us);
	e->stats.streams--;
}

static void on_opened(struct engine *e, struct leg *l, struct port *p)
{
	if (p->state != PORT_OPENING)
		return;
	p->state = PORT_OPEN;
	l->stream_open = true;
	if (l->side == LEG_CALLER)
		call_ready(e, l->call);
	else if (l->invited)
		pickup_stream_open(e, l);
	else
		ring_stream_open(e, l);
}

static void on_closed(struct engine *e, struct leg *l, struct port *p,
    const struct engine_media_event *ev)
{
	struct call *c = l->call;

	free_port(e, p);
	l->stats = ev->stats;
	l->stream = 0;
	if (c != NULL) {
		if (l->over)
			trace_leg(e, c, l);
		call_settle(e, c);
	}
	leg_collect(e, l);
}

static void on_open_failed(struct engine *e, struct leg *l, struct port *p,
    const struct engine_media_event *ev)
{
	if (p->state == PORT_CLOSING) {
		/* Our CLOSE crossed it: there is nothing to be closed. */
		on_closed(e, l, p, ev);
		return;
	}
	free_port(e, p);
	l->stream = 0;
	if (l->open_tries < OPEN_TRIES && stream_open(e, l))
		return;
	l->media_failed = true;
	if (l->side == LEG_CALLER)
		call_end(e, l->call, CALLREC_BY_SYSTEM, 503, 41,
		    "no port for the audio");
	else
		ring_failed(e, l, 503, "no port for the audio");
}

void stream_event(struct engine *e, const struct engine_media_event *ev)
{
	struct port *p = port_find(&e->ports, ev->stream);
	struct leg *l;

	if (p == NULL)
		return;
	if (ev->what == ENGINE_MEDIA_OPEN_FAILED)
		p->rests = true; /* or it would be tried again at once */
	l = leg_by_ref(e, p->leg);
	if (l == NULL || l->stream != ev->stream) {
		if (ev->what == ENGINE_MEDIA_CLOSED ||
		    ev->what == ENGINE_MEDIA_OPEN_FAILED)
			free_port(e, p);
		return;
	}
	switch (ev->what) {
	case ENGINE_MEDIA_OPENED:
		if (l->call != NULL)
			on_opened(e, l, p);
		break;
	case ENGINE_MEDIA_OPEN_FAILED:
		on_open_failed(e, l, p, ev);
		break;
	case ENGINE_MEDIA_CLOSED:
		on_closed(e, l, p, ev);
		break;
	case ENGINE_MEDIA_PLAYED:
	case ENGINE_MEDIA_DIGIT:
	case ENGINE_MEDIA_FLOWING:
	case ENGINE_MEDIA_SILENT:
	case ENGINE_MEDIA_VOICE:
	case ENGINE_MEDIA_QUIET:
	case ENGINE_MEDIA_WHAT_COUNT:
		if (l->call != NULL && !l->over)
			drive_media(e, l, ev);
		break;
	}
}
