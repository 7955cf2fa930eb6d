/*
 * phone_lpn.h - the C face of libphonenumber; only phone.c calls it.
 *
 * Every function is thread-safe, lets no exception out and returns false
 * instead. Text is a pointer and a length; outputs are C strings that are
 * written only when they fit.
 */
#ifndef RT_PHONE_PHONE_LPN_H
#define RT_PHONE_PHONE_LPN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Order of libphonenumber's PhoneNumberType, which starts at 0. */
#define PHONE_LPN_TYPE_UNKNOWN 11

bool phone_lpn_parse(const char *text, size_t n, const char *home, char *e164,
    size_t e164_cap, char country[3], int *type, bool *valid, bool *local);
bool phone_lpn_format(const char *e164, size_t n, bool national, char *out,
    size_t cap);
/* ISO country of a number, even when it is valid in none of a shared code. */
bool phone_lpn_country(const char *e164, size_t n, char country[3]);
/* The place; "" when the library knows none. */
bool phone_lpn_place(const char *e164, size_t n, char *out, size_t cap);
/* English name of an ISO country. */
bool phone_lpn_country_name(const char *country, char *out, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
