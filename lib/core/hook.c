#include "lib/core/hook.h"

static const char *const names[HOOK_KIND_COUNT] = {
#define HOOK_NAME(kind, name) [HOOK_##kind] = (name),
	HOOK_KINDS(HOOK_NAME)
#undef HOOK_NAME
};

const char *hook_name(enum hook_kind kind)
{
	return kind < HOOK_KIND_COUNT ? names[kind] : "";
}

bool hook_parse(struct slice s, enum hook_kind *out)
{
	for (unsigned int i = 0; i < HOOK_KIND_COUNT; i++) {
		if (slice_eq_cstr(s, names[i])) {
			*out = (enum hook_kind)i;
			return true;
		}
	}
	return false;
}

bool hook_encrypted(struct slice url)
{
	static const char scheme[] = "https://";

	return slice_eq_case(slice_head(url, sizeof(scheme) - 1),
	    slice_from(scheme));
}

bool hook_pause_us(uint32_t attempts, uint32_t retry_after_s, int64_t *out)
{
	static const int64_t pauses[] = { 10 * RT_SEC_US, RT_MIN_US,
		5 * RT_MIN_US, 15 * RT_MIN_US, RT_HOUR_US, 3 * RT_HOUR_US,
		6 * RT_HOUR_US, 12 * RT_HOUR_US, RT_DAY_US };
	const int64_t asked_us = (int64_t)retry_after_s * RT_SEC_US;
	int64_t pause;

	if (attempts == 0 || attempts > RT_ARRAY_LEN(pauses))
		return false;
	pause = pauses[attempts - 1];
	if (asked_us > pause)
		pause = asked_us > RT_DAY_US ? RT_DAY_US : asked_us;
	*out = pause;
	return true;
}
