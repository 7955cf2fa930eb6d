/*
 * touch.h - one call, several touches: how models share out the credit.
 *
 * A touch is a visit of the person who called, in the order of time; the last
 * one is the visit that the call is credited to. Every model gives away exactly
 * TOUCH_WHOLE_BP. They differ in what they believe:
 *
 *   first      what brought the person here at all
 *   last       what brought the person here now
 *   last paid  the last touch that was paid for, else the last
 *   linear     all touches alike
 *   position   40 % to the first, 40 % to the last, the rest to those between;
 *              two touches: half each
 *
 * A sixth model, by probability, is no matter of touches: the call is shared
 * among the visits that may have made it, as lib/core/attrib says. Pure.
 */
#ifndef RT_CORE_TOUCH_H
#define RT_CORE_TOUCH_H

#include "lib/base/err.h"

#include <stddef.h>

#define TOUCH_WHOLE_BP 10000
#define TOUCH_MAX      50 /* of one call; the first and the latest of more */

enum touch_model {
	TOUCH_FIRST,
	TOUCH_LAST,
	TOUCH_LAST_PAID,
	TOUCH_LINEAR,
	TOUCH_POSITION,
	TOUCH_PROBABILITY, /* not touch_share()'s */
	TOUCH_MODEL_COUNT
};

/* "First touch". */
const char *touch_name(enum touch_model m);

/* paid: of n touches, 1 to TOUCH_MAX, in order. Writes each one's share; they
 * add up to TOUCH_WHOLE_BP. ERR_RANGE: no touch or too many, or a model that
 * has nothing to do with touches. */
RT_MUST_USE enum err touch_share(enum touch_model m, const bool *paid, size_t n,
    uint16_t share_bp[TOUCH_MAX]);

#endif
