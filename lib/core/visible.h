/*
 * visible.h - has a text something to see? A name of blanks that look like none
 * makes a row that nobody can pick or find again.
 */
#ifndef RT_CORE_VISIBLE_H
#define RT_CORE_VISIBLE_H

#include "lib/base/slice.h"

/* True when s has a character that leaves a mark: none of Unicode's blanks,
 * controls, format characters, fillers and variation selectors. An ill-formed
 * byte leaves one, as it is shown as U+FFFD. */
bool visible_any(struct slice s);

#endif
