/*
 * geo.h - where a caller is: from the number, or a ZIP code keyed in.
 *
 * Covers: every geographic area code of the United States and Canada in use in
 * 2026 (state or province, coordinates of its main city), the three-digit ZIP
 * prefixes of the United States (state, coordinates of the sectional centre's
 * city), and the country of any E.164 number by its calling code. Tables:
 * geo_table.c, public facts written down by us. An area code is
 * where a number was given out, not where its owner stands; mobile numbers
 * travel, so a flow that must be right asks for the ZIP code.
 *
 * Coordinates are packed into 32 bits at a hundredth of a degree (1.1 km).
 */
#ifndef RT_CORE_GEO_H
#define RT_CORE_GEO_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define GEO_NOWHERE UINT32_C(0xffffffff)

struct geo_place {
	char country[3];    /* ISO 3166-1: "US"; "" unknown */
	char state[3];      /* "CO", "ON"; "" unknown */
	char zip[6];        /* when it came from one */
	uint16_t area_code; /* 0 none */
	uint32_t at;        /* geo_pack(), or GEO_NOWHERE */
};

/* Hundredths of a degree, north and east positive: -9000 to 9000, -18000 to
 * 18000; clamped to these. */
uint32_t geo_pack(int lat, int lon);
void geo_unpack(uint32_t at, int *lat, int *lon);
/* Great-circle distance, within 1 % up to 2,000 km and 3 % beyond. */
uint32_t geo_km(uint32_t a, uint32_t b);

/* False, leaving a place of nothing: not a number of a known country. */
bool geo_of_number(struct slice e164, struct geo_place *out);
/* Five digits. False: no such prefix. */
bool geo_of_zip(struct slice zip, struct geo_place *out);
/* "80202" or "39.75,-104.99". ERR_SYNTAX, ERR_NOTFOUND (no such ZIP prefix). */
RT_MUST_USE enum err geo_parse(struct slice s, uint32_t *at);

/* Is the place in the list "CO, WY, 303, GB"? An entry is an area code, a state
 * of the United States or province of Canada, a country (two letters that are
 * no state), or "USA" or "CAN". An empty list holds everything. */
bool geo_in(const struct geo_place *p, struct slice list);
/* Is every entry of the list one of these? */
bool geo_list_ok(struct slice list);

#endif
