/*
 * mail_text.h - the plain text of a mail, made from its HTML.
 *
 * One template serves both parts. Not for foreign HTML: it knows what our
 * templates write, and the five entities that the engine makes.
 */
#ifndef RT_JOBS_MAIL_TEXT_H
#define RT_JOBS_MAIL_TEXT_H

#include "lib/base/buf.h"

/* Appends the text: head and tags are dropped, blocks begin a line, cells have
 * two blanks between, and a link is followed by its address in brackets. */
void mail_text(struct slice html, struct buf *out);

#endif
