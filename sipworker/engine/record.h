/*
 * record.h - the recording of a call: one file, the caller on the left.
 *
 * What the flow asked for (the notice has ended, or none is needed) is
 * recorded from there to the end of the call, on both sides, when they are
 * bridged. A message is recorded in any case, because the caller is asked to
 * leave one: then the file has the caller between beep and end, and nothing
 * else, and it is deleted again when the message was too short. One file may
 * hold both.
 */
#ifndef RT_ENGINE_RECORD_H
#define RT_ENGINE_RECORD_H

#include "sipworker/engine/slots.h"

/* All that is said, from at_us on. */
void record_start(struct engine *e, struct call *c, int64_t at_us);
/* A leg that is put aside: what it says is not recorded. */
void record_leg_end(struct engine *e, struct leg *l);
/* A leg that is now heard by the other: recorded if all is. */
void record_leg(struct engine *e, struct call *c, struct leg *l);
/* A message of the caller, which began at at_us. */
void record_message(struct engine *e, struct call *c, int64_t at_us);
void record_message_end(struct engine *e, struct call *c, int64_t at_us);
/* The flow has judged it. */
void record_message_keep(struct call *c, bool keep);
/* The call ends. */
void record_end(struct engine *e, struct call *c);

#endif
