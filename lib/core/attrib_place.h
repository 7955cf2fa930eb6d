/*
 * attrib_place.h - do a caller's area and a browser's time zone agree?
 *
 * In North America by the zones of the state or province that the telephone
 * number belongs to, elsewhere by country. Tables of the IANA zones where most
 * telephones are; what is not in them is unknown, never a guess. Pure.
 */
#ifndef RT_CORE_ATTRIB_PLACE_H
#define RT_CORE_ATTRIB_PLACE_H

#include "lib/core/attrib.h"

/* country: ISO 3166 of the caller's number, "" unknown. place: as lib/phone
 * says it ("San Francisco, CA", "California", "London"). zone: IANA name, as
 * the browser said it: any text. */
enum attrib_known attrib_place(struct slice country, struct slice place,
    struct slice zone);

#endif
