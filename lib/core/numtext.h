/*
 * numtext.h - telephone numbers in texts that people typed or pasted.
 *
 * "(415) 555-0100", "+1 415.555.0100", "0049 (0)30 901820", blanks that do not
 * break, full-width digits, marks of direction that telephones copy along: what
 * counts are the digits. Every search for a number and the erasure of one read
 * texts by this.
 */
#ifndef RT_CORE_NUMTEXT_H
#define RT_CORE_NUMTEXT_H

#include "lib/base/slice.h"

#define NUMTEXT_DIGITS_MAX 20 /* more are no number: 011 and 15 are */
#define NUMTEXT_DIGITS_MIN 3  /* fewer are no part of one */
#define NUMTEXT_PARTS_MAX  5

/* Takes the first character off s, which has one, as the ASCII character that
 * it stands for: digits of any script here as '0' to '9', blanks and what is
 * not seen as ' ', dashes as '-', other marks as ',', letters as they are or
 * 'a'. */
char numtext_next(struct slice *s);
/* What stands between the digits of one number: blanks, ( ) + - . / */
bool numtext_is_between(char c);
/* Takes "(0)" off the front of s. Amid a number it is for those who dial at
 * home, and no digit of it: "+49 (0)30". */
bool numtext_skip_zero(struct slice *s);

/* The digits of a text that looks like a number or a part of one: it has no
 * letters, but "tel:" in front. "" of any other text. */
struct slice numtext_digits(struct slice text, char mem[NUMTEXT_DIGITS_MAX]);

/* Where an E.164 number has the digits. */
struct numtext_part {
	struct slice digits;
	bool first; /* behind the plus, country and `code` others; else
		     * anywhere */
	uint8_t code;
	struct slice country; /* its code, when that is known; "" */
};

/* What numbers have in them when the digits are sought: themselves and, as they
 * are dialled at home (0221 55: behind a country's code of one to three
 * digits; 8 495 in Russia, 06 1 in Hungary, 01 55 in Mexico: behind theirs) and
 * abroad (0049 221, 011 49 221), without what is dialled ahead. How many; 0:
 * fewer than NUMTEXT_DIGITS_MIN. */
size_t numtext_parts(struct slice digits,
    struct numtext_part out[NUMTEXT_PARTS_MAX]);

#endif
