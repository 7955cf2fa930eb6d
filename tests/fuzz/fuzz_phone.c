/*
 * Fuzz target: numbers and days as people write them. Invariants: what is
 * understood is E.164 and parses to itself; shown numbers are text; a day that
 * parses is written the same way.
 */
#include <assert.h>

#include "lib/base/utf8.h"
#include "lib/phone/phone.h"
#include "lib/phone/tz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_day(struct slice input)
{
	char text[TZ_TEXT_MAX];
	struct tz_date day;

	if (tz_date_parse(input, &day) != ERR_OK)
		return;
	tz_date_iso(day, text);
	assert(slice_eq_cstr(input, text));
	assert(tz_date_diff(day, tz_date_add(day, 1)) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const homes[] = { "", "US", "GB", "BR", "IN" };
	const struct slice input = slice_of(data, size);
	char shown[PHONE_TEXT_MAX];

	check_day(input);
	for (size_t i = 0; i < RT_ARRAY_LEN(homes); i++) {
		struct phone phone, again;

		phone_show(input, homes[i], shown);
		assert(utf8_valid(slice_from(shown)));
		if (phone_parse(input, homes[i], &phone) != ERR_OK)
			continue;
		assert(phone_is_e164(slice_from(phone.e164)));
		assert(
		    phone_parse(slice_from(phone.e164), "", &again) == ERR_OK);
		assert(slice_eq_cstr(slice_from(phone.e164), again.e164));
	}
	return 0;
}
