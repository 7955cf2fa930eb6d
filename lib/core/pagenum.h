/*
 * pagenum.h - telephone numbers in the texts of a page, found as the tag finds
 * them (static/dni/swap.js, parts(), spaced() and hits(): change all).
 *
 * A number is its digits, whatever stands between: with its country's code (and
 * "+", "00" or "011" before that) or the trunk prefix of home, or with neither
 * where it is long enough or its country has no prefix; letters may stand for
 * those behind the first three ("1-800-FLOWERS"), full-width and Arabic digits
 * for any. What is part of something else (a longer number, a price, an id, a
 * name of a site, a number of another country) is none.
 *
 * Pure; hostile input is read in one pass.
 */
#ifndef RT_CORE_PAGENUM_H
#define RT_CORE_PAGENUM_H

#include "lib/base/slice.h"

#define PAGENUM_DIGITS_MAX 15
#define PAGENUM_TEXT       1024

struct pagenum_number {
	char cc[PAGENUM_DIGITS_MAX + 1];  /* code of its country */
	char trunk[8];                    /* dialled before the rest at home */
	char nsn[PAGENUM_DIGITS_MAX + 1]; /* the rest; "": found nowhere */
};

/* national: the number as people at home write it. */
void pagenum_number(struct slice e164, struct slice national,
    struct pagenum_number *out);

/* One of the same range and length as another. */
void pagenum_like(struct slice e164, const struct pagenum_number *other,
    struct pagenum_number *out);

/* So that many are looked up in no time (pagenum_list.sorted). */
void pagenum_sort(struct pagenum_number *numbers, size_t n);

/* What is looked for, and what was found of it. */
struct pagenum_list {
	const struct pagenum_number *numbers;
	size_t n;
	bool sorted;
	bool *stand; /* which of them; NULL: nobody asks */
	unsigned int places;
};

/* A text, sign by sign; zeroed but for the lists. */
struct pagenum {
	struct pagenum_list *lists; /* a place is the first one's */
	size_t n_lists;
	bool link; /* the number of a link: it is all there is */
	char text[PAGENUM_TEXT];
	size_t n;
	size_t from; /* what stands before it was looked at */
};

/* A sign of the text: a byte of ASCII, or a character beyond. */
void pagenum_feed(struct pagenum *s, uint32_t sign);
/* An element within the line begins or ends: a number may be split there. */
void pagenum_break(struct pagenum *s);
/* What has no words stands there, a line's end or a drawing: it ends a number,
 * but behind a bracket or a dash. */
void pagenum_line(struct pagenum *s);
void pagenum_end(struct pagenum *s);

#endif
