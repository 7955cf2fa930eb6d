/*
 * flownames.h - names that a flow's steps hold as text: lists of callers, tags
 * and outcomes.
 *
 * A flow may name them before they are there (a flow makes its tags itself), so
 * one that is not there is a warning; as a slip of the pen it would make a rule
 * that never holds.
 */
#ifndef RT_FLOW_FLOWNAMES_H
#define RT_FLOW_FLOWNAMES_H

#include "lib/flow/flowworld.h"

/* Adds a warning to *errors for each name in f that w's company does not have.
 * Errors as db.h. */
RT_MUST_USE enum err flownames_check(const struct flowworld *w,
    const struct flow *f, struct flow_json_errors *errors);

#endif
