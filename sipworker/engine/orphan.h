/*
 * orphan.h - dialogs that outlive their engine.
 *
 * An engine that dies leaves two people in a call that nobody carries any more,
 * and their phones would wait for hours. So each dialog that is up is told to
 * the shell (ENGINE_DIALOG), which keeps it where the next engine finds it, and
 * that one ends it with a BYE: in the dialog, through its route set, with the
 * trunk's credentials when they are asked for.
 */
#ifndef RT_ENGINE_ORPHAN_H
#define RT_ENGINE_ORPHAN_H

#include "sipworker/engine/leg.h"

/* Tells the shell how l's dialog stands now; after each of its events. */
void orphan_tell(struct engine *e, struct leg *l);
/* Ends a dialog of an engine that died. As engine_orphan(). */
RT_MUST_USE enum err orphan_end(struct engine *e, struct slice dialog,
    struct trunk_id trunk);

#endif
