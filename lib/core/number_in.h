/*
 * number_in.h - one spelling for the numbers that carriers send us.
 *
 * Carriers write the same number as +13035550100, 13035550100, 3035550100,
 * 0113035550100, tel:+1-303-555-0100 or 12345678*13035550100, and hide it as
 * "anonymous". One function and one table of countries make E.164 of them.
 * Whether such a number exists is not asked here: lib/phone knows that.
 */
#ifndef RT_CORE_NUMBER_IN_H
#define RT_CORE_NUMBER_IN_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* '+', 15 digits (ITU-T E.164 6.2) and NUL. */
#define NUMBER_IN_E164_MAX 17

enum number_in_kind {
	NUMBER_IN_E164,
	NUMBER_IN_ANONYMOUS, /* withheld: anonymous, Restricted, empty */
	NUMBER_IN_RAW        /* a name, an extension, a short code: as it is */
};

struct number_in {
	enum number_in_kind kind;
	char e164[NUMBER_IN_E164_MAX]; /* "" unless NUMBER_IN_E164 */
};

/* user: the user part of a SIP URI still with its escapes and parameters
 * (";npdi;rn=...", ";ext="), or a whole "tel:" URI. country: ISO 3166 of
 * numbers without '+'; unknown: such numbers stay raw. tech_prefix: taken off
 * the front when there; a `digits*` or `digits#` prefix always is. Cannot
 * fail: what is not understood is NUMBER_IN_RAW. */
void number_in_parse(struct slice user, struct slice country,
    struct slice tech_prefix, struct number_in *out);

#endif
