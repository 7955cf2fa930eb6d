#include "lib/core/clickid.h"

#include <assert.h>
#include <string.h>

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

static bool is_sign(char c)
{
	return c > ' ' && c < 0x7f && strchr("\"'<>`\\&;", c) == NULL;
}

bool clickid_is_signs(struct slice value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_sign(value.p[i]))
			return false;
	return true;
}
