/*
 * question.h - what a running call asks about the state that all workers
 * share: a place at a destination with limits, whose turn it is.
 *
 * The store answers (lib/core/ask.h); after QUESTION_US the flow is told that
 * nobody could be asked, and a place that is granted later is given back. Turns
 * then go on with this worker's own count, and one that is told later is the
 * next call's (turns.h).
 */
#ifndef RT_ENGINE_QUESTION_H
#define RT_ENGINE_QUESTION_H

#include "lib/core/ask.h"
#include "sipworker/engine/slots.h"

#define QUESTION_US (150 * INT64_C(1000))

/* The flow's ASK, RELEASE, CONFIRM and LEAVE. A place that is released while
 * its question is still open is given back when it is granted. */
void question_ask(struct engine *e, struct call *c, const struct flow_do *d);
void question_release(struct engine *e, struct call *c,
    const struct flow_do *d);
void question_confirm(struct engine *e, struct call *c,
    const struct flow_do *d);
void question_leave(struct engine *e, struct call *c, const struct flow_do *d);

void question_answered(struct engine *e, struct call *c, uint64_t number,
    const struct ask_reply *r);
/* The time of the oldest is over. */
void question_timeout(struct engine *e, struct call *c);

#endif
