/*
 * pagemove.h - where the programs of a page send browsers on before anything
 * of it is shown: location = "/there", location.href = ..., .replace(...),
 * .assign(...).
 *
 * Only what surely runs is found: a statement of its own in a script of the
 * page itself, below no condition, function or timer, with the address as one
 * text. Pure; hostile input is read in one pass.
 */
#ifndef RT_CORE_PAGEMOVE_H
#define RT_CORE_PAGEMOVE_H

#include "lib/base/slice.h"

struct pagemove {
	struct slice to;  /* as it is written there; "" nowhere. Borrowed. */
	bool keeps_query; /* ... + location.search */
};

struct pagemove pagemove(struct slice html);

#endif
