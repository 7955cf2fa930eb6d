/*
 * orphan.h - what outlives its engine.
 *
 * An engine that dies leaves two people in a call that nobody carries any more,
 * telephones that ring for nobody, and carriers that wait for an answer. So
 * what each leg would leave is told to the shell (ENGINE_DIALOG), which keeps
 * it where the next engine finds it. That one ends a dialog with a BYE: in the
 * dialog, through its route set, with the trunk's credentials when they are
 * asked for; an INVITE of ours with its CANCEL (and with ACK and BYE when it is
 * answered all the same); one of theirs with 503, by which a carrier knows to
 * try again or elsewhere.
 */
#ifndef RT_ENGINE_ORPHAN_H
#define RT_ENGINE_ORPHAN_H

#include "sipworker/engine/leg.h"

/* Of a kept INVITE; a larger one is not kept. */
#define ORPHAN_INVITE_MAX 3584

/* Tells the shell how l stands now; after each of its events. */
void orphan_tell(struct engine *e, struct leg *l);
/* Ends what an engine that died has left. As engine_orphan(). */
RT_MUST_USE enum err orphan_end(struct engine *e,
    const struct engine_dialog *d);

#endif
