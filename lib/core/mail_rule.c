#include "lib/core/mail_rule.h"

static const struct {
	const char *name;
	const char *what;
} kinds[MAIL_RULE_COUNT] = {
#define MAIL_RULE_ROW(kind, name, what) [MAIL_RULE_##kind] = { (name), (what) },
	MAIL_RULES(MAIL_RULE_ROW)
#undef MAIL_RULE_ROW
};

const char *mail_rule_name(enum mail_rule_kind kind)
{
	return kind < MAIL_RULE_COUNT ? kinds[kind].name : "";
}

const char *mail_rule_what(enum mail_rule_kind kind)
{
	return kind < MAIL_RULE_COUNT ? kinds[kind].what : "";
}

bool mail_rule_parse(struct slice s, enum mail_rule_kind *out)
{
	for (unsigned int i = 0; i < MAIL_RULE_COUNT; i++) {
		if (slice_eq_cstr(s, kinds[i].name)) {
			*out = (enum mail_rule_kind)i;
			return true;
		}
	}
	return false;
}

uint32_t mail_rule_wait_min(uint32_t from, uint32_t to, uint32_t minute_of_day)
{
	const uint32_t m = minute_of_day % MAIL_RULE_DAY_MIN;
	const bool quiet = from < to ? m >= from && m < to
				     : from > to && (m >= from || m < to);

	if (!quiet)
		return 0;
	return to > m ? to - m : MAIL_RULE_DAY_MIN - m + to;
}

bool mail_rule_of_result(struct slice result, enum mail_rule_kind *out)
{
	static const struct {
		const char *result;
		enum mail_rule_kind kind;
	} rows[] = {
		{ "missed", MAIL_RULE_MISSED },
		{ "abandoned", MAIL_RULE_MISSED },
		{ "failed", MAIL_RULE_MISSED },
		{ "voicemail", MAIL_RULE_VOICEMAIL },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		if (slice_eq_cstr(result, rows[i].result)) {
			*out = rows[i].kind;
			return true;
		}
	}
	return false;
}
