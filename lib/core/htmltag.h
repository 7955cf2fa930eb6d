/*
 * htmltag.h - the pieces of HTML as a server sends it: tags, their attributes,
 * characters that are written by their names. Not a tree.
 *
 * Pure; hostile input is read in one pass. What is given is borrowed.
 */
#ifndef RT_CORE_HTMLTAG_H
#define RT_CORE_HTMLTAG_H

#include "lib/base/slice.h"

bool htmltag_is_blank(char c);
struct slice htmltag_skip_blanks(struct slice s);

/* Is it an element of this name, from behind its "<" (and "/")? */
bool htmltag_is(struct slice tag, struct slice name);
/* The name it begins with. */
struct slice htmltag_name(struct slice tag);
/* How long a tag is that begins at s: its ">" is none in a value. */
size_t htmltag_end(struct slice s);

/* The next attribute; without a value it has an empty one. */
bool htmltag_attr(struct slice *rest, struct slice *name, struct slice *value);
/* Whether the tag has it, and its value. */
bool htmltag_find(struct slice tag, struct slice name, struct slice *value);
/* A value, up to the quote that it begins with, or else to a blank. */
struct slice htmltag_value(struct slice *rest);

/* To the end tag of an element whose text has no tags: a script, a style. */
struct slice htmltag_skip_raw(struct slice s, struct slice name);
/* Behind a comment, from behind its "<". */
struct slice htmltag_skip_comment(struct slice s);

/* The next character of a text, as browsers read it: "&nbsp;", "&#8209;",
 * UTF-8, and bytes that are none as they are in Windows-1252, but for letters.
 * s is not empty. */
uint32_t htmltag_char(struct slice *s);

#endif
