/*
 * saysnum.h - whether a text that somebody typed says a telephone number.
 *
 * For the erasure of a person: filters that were kept and addresses that were
 * noted name a number in whatever way it was written. What counts are the
 * digits (numtext.h): "(212) 555-0155", "+1 212 555 0155", "0044 20 …",
 * "555-0155".
 */
#ifndef RT_CORE_SAYSNUM_H
#define RT_CORE_SAYSNUM_H

#include "lib/base/slice.h"

#define SAYSNUM_LEAST 6 /* digits; fewer are anybody's */

/* Digits in a row, with what numtext_is_between() them, that e164 ends with
 * (SAYSNUM_LEAST and more, without leading zeros) or that end with all of it.
 */
bool saysnum_text(struct slice text, struct slice e164);
/* A parameter's value in the query of an address, percent-encoded, does. */
bool saysnum_query(struct slice query, struct slice e164);

#endif
