/*
 * saysname.h - whether a text that somebody typed says a person's name or mail
 * address.
 *
 * For the erasure of a person, as saysnum.h is for their telephones. Case,
 * accents of Latin letters and what stands between words do not count: "DOE,
 * José" says "Jose Doe". A search says a name that it would find.
 */
#ifndef RT_CORE_SAYSNAME_H
#define RT_CORE_SAYSNAME_H

#include "lib/base/slice.h"

#define SAYSNAME_LEAST 3   /* bytes; less names nobody */
#define SAYSNAME_MAX   512 /* bytes of a name and of a text that count */

/* One of the two has all words of the other, in whatever order. */
bool saysname_text(struct slice text, struct slice name);
/* What somebody else wrote, which is lost where it does: all words of a name of
 * two and more, or nothing but words of a name; a mail address as a whole. */
bool saysname_answer(struct slice text, struct slice name);
/* A parameter of the query of an address does, percent-encoded: what is
 * searched ("q", "search") when it is a part of name or has all its words, any
 * other when it has all words of a name of two and more. */
bool saysname_query(struct slice query, struct slice name);

#endif
