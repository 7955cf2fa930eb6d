/*
 * phone.h - telephone numbers: E.164 in, people's formats out.
 *
 * A number is kept as E.164 ("+" and 2 to 15 digits, ITU-T E.164 6) wherever
 * it is understood, and raw where it is not ("anonymous", an extension, a
 * number of a plan nobody knows): nothing a caller sent is thrown away.
 * Metadata and places come from libphonenumber (lib/phone/phone_lpn.cc); its
 * first use costs some milliseconds, later ones about 35 us. Thread-safe. No
 * state but the library's.
 */
#ifndef RT_PHONE_PHONE_H
#define RT_PHONE_PHONE_H

#include "lib/base/buf.h"

#define PHONE_E164_MAX  17 /* '+', 15 digits and NUL */
#define PHONE_TEXT_MAX  64 /* any form for people, with its NUL */
#define PHONE_PLACE_MAX 96 /* "San Francisco, CA", UTF-8, with its NUL */

/* NANP cannot tell fixed from mobile (PHONE_FIXED_OR_MOBILE). */
enum phone_type {
	PHONE_UNKNOWN,
	PHONE_FIXED,
	PHONE_MOBILE,
	PHONE_FIXED_OR_MOBILE,
	PHONE_TOLL_FREE,
	PHONE_PREMIUM,
	PHONE_SHARED_COST,
	PHONE_VOIP,
	PHONE_PERSONAL,
	PHONE_PAGER,
	PHONE_UAN,
	PHONE_VOICEMAIL
};

struct phone {
	char e164[PHONE_E164_MAX]; /* "+14155550100" */
	char country[3];           /* ISO 3166-1, "US"; "" when unknown */
	enum phone_type type;
	bool valid; /* in an assigned range; false: only its length fits */
	bool local; /* as it is dialled within its town only: "555 0101" */
};

/* Reads a number as people and SIP peers write it: E.164, national with the
 * trunk prefix, "00" or "011" in front, "tel:" URI, punctuation. home is the
 * ISO country that national forms belong to ("US"); "" allows international
 * forms only. ERR_SYNTAX: not a telephone number; ERR_TOOBIG: longer than
 * PHONE_TEXT_MAX. */
RT_MUST_USE enum err phone_parse(struct slice text, const char *home,
    struct phone *out);

/* The same for a number that is to be reached from anywhere. ERR_SYNTAX also: a
 * local one, which nobody reaches with its country in front. */
RT_MUST_USE enum err phone_parse_whole(struct slice text, const char *home,
    struct phone *out);

/* True for "+", 2 to 15 digits, the first not 0. Looks at nothing else: no
 * library call. */
bool phone_is_e164(struct slice text);

/* It is in an assigned range, with its area: more than a telephone that many
 * make up ("+15555555555"). */
bool phone_is_assigned(struct slice e164);

/* "(415) 555-0100", "020 7946 0018", "030 901820". Text that is no number is
 * copied, cleaned (utf8_clean) and cut to fit. Never fails. */
void phone_national(struct slice e164, char out[PHONE_TEXT_MAX]);
/* "+1 415-555-0100", "+44 20 7946 0018". As above otherwise. */
void phone_international(struct slice e164, char out[PHONE_TEXT_MAX]);
/* How a person in country home wants to read it: national at home,
 * international from abroad, raw when it is no number. */
void phone_show(struct slice e164, const char *home, char out[PHONE_TEXT_MAX]);

/* Where its range is assigned, in English: "San Francisco, CA", "London", a
 * country when no more is known, "" for toll-free numbers, mobiles without a
 * place and text that is no number. */
void phone_place(struct slice e164, char out[PHONE_PLACE_MAX]);

/* "toll-free", "mobile" ...; "" for PHONE_UNKNOWN. Never NULL. */
const char *phone_type_name(enum phone_type t);
/* "United States" for "US"; "" when there is no such country. */
void phone_country_name(const char *country, char out[PHONE_PLACE_MAX]);

#endif
