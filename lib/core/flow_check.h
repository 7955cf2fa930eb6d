/*
 * flow_check.h - what is wrong with a flow as a whole.
 *
 * flow_write() keeps a flow from being broken; this tells whoever drew it that
 * it is not what was meant: steps nothing leads to, decisions with a way that
 * leads nowhere, loops in which the caller is asked nothing, rules that can
 * never hold. Errors keep a version from being saved, warnings do not.
 */
#ifndef RT_CORE_FLOW_CHECK_H
#define RT_CORE_FLOW_CHECK_H

#include "lib/core/flow.h"

#define FLOW_CHECK_TEXT_MAX 120

struct flow_check_sink {
	void (*tell)(void *arg, uint16_t step, bool warning, const char *what);
	void *arg;
};

/* Every branch of the steps must be below n, FLOW_END or FLOW_BACK, and first
 * below n. Needs 3 * n bytes of stack at most. */
void flow_check(const struct flow_step *steps, size_t n, uint16_t first,
    const struct flow_check_sink *sink);

#endif
