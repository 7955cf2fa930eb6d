/*
 * utf16.h - text of two bytes a unit, as a few old editors write pages.
 */
#ifndef RT_BASE_UTF16_H
#define RT_BASE_UTF16_H

#include "lib/base/buf.h"

/* Does it begin with the mark of that encoding (U+FEFF, either way round)? */
bool utf16_marked(struct slice s);
/* Appends such a text to out as UTF-8, without its mark; half a pair, and what
 * is left of a last unit, as U+FFFD. At most 3 bytes for 2. */
void utf16_to_utf8(struct slice s, struct buf *out);

#endif
