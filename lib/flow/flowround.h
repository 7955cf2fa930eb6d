/*
 * flowround.h - flows that lead round to each other without the caller doing
 * anything: such a call would be led about until the interpreter gives up.
 *
 * The document at hand is looked at together with what is live now of the
 * company's other flows, as far as it leads to them.
 */
#ifndef RT_FLOW_FLOWROUND_H
#define RT_FLOW_FLOWROUND_H

#include "lib/flow/flowworld.h"

/* Adds an error to *errors for each goto step of f, a flow of w's company (w's
 * self, or one that is not saved), that leads into such a round. Errors as
 * db.h. */
RT_MUST_USE enum err flowround_check(struct flowworld *w, const struct flow *f,
    struct flow_json_errors *errors);

#endif
