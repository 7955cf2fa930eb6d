/*
 * geo_table.h - area codes, ZIP prefixes and calling codes. See geo.h.
 */
#ifndef RT_CORE_GEO_TABLE_H
#define RT_CORE_GEO_TABLE_H

#include "lib/base/slice.h"

struct geo_table_area {
	uint16_t code;
	char state[3];
	char country[3];
	int16_t lat; /* hundredths of a degree */
	int16_t lon;
};

struct geo_table_zip {
	uint16_t from; /* three digits: prefixes from .. to */
	uint16_t to;
	char state[3];
	int16_t lat;
	int16_t lon;
};

/* NULL: not in the table. */
const struct geo_table_area *geo_table_area(unsigned int code);
const struct geo_table_zip *geo_table_zip(unsigned int prefix);
/* The country of the longest calling code that the digits begin with; NULL. */
const char *geo_table_country(struct slice digits);
/* Is it a state, district or territory of the US, or a province of Canada? */
bool geo_table_state(struct slice state, const char **country);

#endif
