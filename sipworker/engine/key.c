#include "sipworker/engine/key.h"

#include "lib/base/scan.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

#define NO_EVENTS    255
#define DURATION_MAX 10000 /* ms; more is not believed */

void key_listen(struct engine *e, struct leg *l, bool on)
{
	const bool in_band =
	    on && l->has_remote && l->remote.dtmf_pt == NO_EVENTS;

	l->listening = on;
	if (in_band == l->in_band || l->stream == 0 || l->closing)
		return;
	l->in_band = in_band;
	stream_cmd(e, l, ENGINE_MEDIA_LISTEN)->listen = in_band;
}

void key_pressed(struct engine *e, struct leg *l, char key, enum press_way way,
    int64_t at_us)
{
	if (!press_is_new(&l->presses, key, way, at_us))
		return;
	trace_event(e, l->call, CALLREC_EV_DIGIT, l->number, key, SLICE(""));
	drive_key(e, l, key);
}

/* "Signal=5" (application/dtmf-relay) or the bare character
 * (application/dtmf); "Duration=160" in milliseconds. */
static char read_info(struct slice body, uint32_t *duration_ms)
{
	struct slice line, value;
	char key = '\0';

	*duration_ms = 0;
	while (body.n > 0) {
		(void)slice_cut(&body, '\n', &line);
		line = slice_trim(line);
		value =
		    slice_trim(slice_skip(line, slice_find(line, '=', 0) + 1));
		if (slice_starts_case(line, SLICE("Duration"))) {
			if (scan_u32(&value, duration_ms) != ERR_OK ||
			    *duration_ms > DURATION_MAX)
				*duration_ms = 0;
			continue;
		}
		if (slice_starts_case(line, SLICE("Signal")))
			line = value;
		if (line.n == 1 &&
		    slice_find(SLICE("0123456789*#ABCD"), line.p[0], 0) < 16)
			key = line.p[0];
	}
	return key;
}

void key_info(struct engine *e, struct leg *l, const struct sip_msg *m)
{
	const struct slice type = sip_msg_value(m, SIP_HDR_CONTENT_TYPE);
	uint32_t duration_ms;
	char key;

	if (!slice_starts_case(type, SLICE("application/dtmf")))
		return;
	key = read_info(m->body, &duration_ms);
	/* It is sent when the key is let go. */
	if (key != '\0')
		key_pressed(e, l, key, PRESS_INFO,
		    e->now.mono_us - duration_ms * INT64_C(1000));
}
