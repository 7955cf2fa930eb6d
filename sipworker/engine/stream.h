/*
 * stream.h - the RTP stream of a leg: its port, and commands to the media side.
 */
#ifndef RT_ENGINE_STREAM_H
#define RT_ENGINE_STREAM_H

#include "sipworker/engine/slots.h"

/* Takes a port and asks for its sockets. False: no port is left. */
bool stream_open(struct engine *e, struct leg *l);
/* A command for the leg's stream, to be filled by the caller. The leg must
 * have one. */
struct engine_media *stream_cmd(struct engine *e, struct leg *l,
    enum engine_media_op op);
/* Tells where to send and what, by the leg's remote description. */
void stream_target(struct engine *e, struct leg *l, bool relearn);
/* Are they on hold by their description? Then silence is expected, and what
 * the flow says waits. */
void stream_hold(struct engine *e, struct leg *l);
/* A description of ours that names its port goes out. */
void stream_told(struct engine *e, const struct leg *l);
/* Asks for the end of the stream; its statistics come later. */
void stream_close(struct engine *e, struct leg *l);
/* What the media side reports. */
void stream_event(struct engine *e, const struct engine_media_event *ev);

#endif
