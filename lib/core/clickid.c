#include "lib/core/clickid.h"

#include <assert.h>

static const struct clickid rows[CLICKID_COUNT] = {
	[CLICKID_GCLID] = { "gclid", "google", "cpc", true },
	[CLICKID_GBRAID] = { "gbraid", "google", "cpc", true },
	[CLICKID_WBRAID] = { "wbraid", "google", "cpc", true },
	[CLICKID_DCLID] = { "dclid", "google", "display", true },
	[CLICKID_FBCLID] = { "fbclid", "facebook", "social", false },
	[CLICKID_MSCLKID] = { "msclkid", "bing", "cpc", true },
	[CLICKID_TTCLID] = { "ttclid", "tiktok", "paid_social", true },
	[CLICKID_LI_FAT_ID] = { "li_fat_id", "linkedin", "paid_social", true },
};

const struct clickid *clickid_of(enum clickid_kind kind)
{
	assert(kind < CLICKID_COUNT);
	return &rows[kind];
}

bool clickid_find(struct slice param, enum clickid_kind *out)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		if (slice_eq_case(param, slice_from(rows[i].param))) {
			*out = (enum clickid_kind)i;
			return true;
		}
	}
	return false;
}
