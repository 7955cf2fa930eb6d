#include "sipworker/engine/bridge.h"

#include <string.h>

#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/record.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

static void connect(struct engine *e, struct call *c, const struct leg *b,
    bool early)
{
	struct engine_media *m = stream_cmd(e, c->a, ENGINE_MEDIA_BRIDGE);

	m->peer = b->stream;
	m->early = early;
}

void bridge_early(struct engine *e, struct call *c, struct leg *b)
{
	if (b->early_us == CALLREC_NEVER) {
		b->early_us = trace_at(e, c);
		trace_event(e, c, CALLREC_EV_EARLY, b->number, 0, SLICE(""));
	}
	bridge_match_codecs(e, c, b);
	stream_target(e, b, false);
	if (c->early != NULL || c->a->stream == 0 || c->a->closing)
		return; /* a later 18x only moved the far end */
	c->early = b;
	play_stop(e, c->a);
	leg_out_progress(e, c->a, true);
	/* A late offer's answer comes with the ACK: only 180 was sent. */
	c->a->answer_fixed = !c->a->offered_late;
	connect(e, c, b, true);
}

void bridge_early_end(struct engine *e, struct call *c)
{
	if (c->early == NULL)
		return;
	c->early = NULL;
	if (c->a->stream != 0 && !c->a->closing)
		(void)stream_cmd(e, c->a, ENGINE_MEDIA_UNBRIDGE);
}

void bridge_match_codecs(struct engine *e, struct call *c, const struct leg *b)
{
	struct leg *a = c->a;

	if (a->answer_fixed || a->answered_us != CALLREC_NEVER ||
	    !a->has_remote || !a->remote.has[b->remote.codec] ||
	    a->remote.codec == b->remote.codec)
		return;
	a->remote.codec = b->remote.codec;
	stream_target(e, a, false);
}

void bridge_up(struct engine *e, struct call *c, struct leg *b)
{
	if (c->b != NULL)
		return;
	play_stop(e, c->a);
	play_stop(e, b);
	connect(e, c, b, false);
	c->b = b;
	c->early = NULL;
	c->result_facts |= CALLRESULT_WAS_BRIDGED;
	c->answered_leg = b->number;
	c->talk_from_us = trace_at(e, c);
	if (c->bridged_us == CALLREC_NEVER)
		c->bridged_us = c->talk_from_us;
	trace_event(e, c, CALLREC_EV_BRIDGED, b->number, 0, SLICE(""));
	record_leg(e, c, b);
}

void bridge_down(struct engine *e, struct call *c)
{
	if (c->b == NULL)
		return;
	c->talk_us += trace_at(e, c) - c->talk_from_us;
	c->b = NULL;
	if (c->a->stream != 0 && !c->a->closing)
		(void)stream_cmd(e, c->a, ENGINE_MEDIA_UNBRIDGE);
}
