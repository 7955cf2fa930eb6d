/*
 * clickid.h - the click ids that advertising platforms put on landing pages.
 *
 * One row per id: its query parameter, who sets it and what it proves. fbclid
 * is put on organic links too, so it proves the source but not that a click
 * was paid for. Values are case-sensitive and kept as they are.
 */
#ifndef RT_CORE_CLICKID_H
#define RT_CORE_CLICKID_H

#include "lib/base/slice.h"

#define CLICKID_MAX 512 /* bytes of a value that we keep */

/* The order is that of the columns of the visit table. */
enum clickid_kind {
	CLICKID_GCLID,
	CLICKID_GBRAID,
	CLICKID_WBRAID,
	CLICKID_DCLID,
	CLICKID_FBCLID,
	CLICKID_MSCLKID,
	CLICKID_TTCLID,
	CLICKID_LI_FAT_ID,
	CLICKID_COUNT
};

struct clickid {
	const char *param;
	const char *source;
	const char *medium;
	bool paid;
};

/* Ids of clicks and browsers are of signs that need no quoting anywhere: what
 * has others is none. */
bool clickid_is_signs(struct slice value);

/* Never NULL; kind is below CLICKID_COUNT. */
const struct clickid *clickid_of(enum clickid_kind kind);

#endif
