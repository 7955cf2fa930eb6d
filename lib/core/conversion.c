#include "lib/core/conversion.h"

#include "lib/base/scan.h"

#define CLICK_MAX 512

static const char *const names[] = {
	[CONVERSION_NONE] = "",
	[CONVERSION_NEW] = "new",
	[CONVERSION_RESTATE] = "restate",
	[CONVERSION_RETRACT] = "retract",
};

const char *conversion_name(enum conversion_kind kind)
{
	return (size_t)kind < RT_ARRAY_LEN(names) ? names[kind] : "";
}

bool conversion_parse(struct slice s, enum conversion_kind *out)
{
	for (unsigned int i = 0; i < RT_ARRAY_LEN(names); i++) {
		if (slice_eq_cstr(s, names[i])) {
			*out = (enum conversion_kind)i;
			return true;
		}
	}
	return false;
}

bool conversion_is(const struct conversion_rule *rule,
    const struct conversion_call *call, int64_t *value_micros)
{
	if (call->is_spam ||
	    (rule->outcome.n > 0 && !slice_eq(rule->outcome, call->outcome)) ||
	    (rule->by_tag && !call->tagged) ||
	    call->talk_ms < rule->min_talk_s * 1000)
		return false;
	*value_micros = rule->has_value   ? rule->value_micros
			: call->has_value ? call->value_micros
					  : 0;
	return true;
}

enum conversion_kind conversion_next(bool is, bool moved, int64_t value_micros,
    enum conversion_kind last, int64_t last_value_micros)
{
	const bool told = last == CONVERSION_NEW || last == CONVERSION_RESTATE;

	if (told && (!is || moved))
		return CONVERSION_RETRACT;
	if (!is)
		return CONVERSION_NONE;
	if (!told)
		return CONVERSION_NEW;
	return value_micros == last_value_micros ? CONVERSION_NONE
						 : CONVERSION_RESTATE;
}

bool conversion_click_ok(struct slice click_id)
{
	for (size_t i = 0; i < click_id.n; i++) {
		const char c = click_id.p[i];

		if (!scan_is_alnum(c) && c != '-' && c != '_' && c != '.')
			return false;
	}
	return click_id.n > 0 && click_id.n <= CLICK_MAX;
}

void conversion_cell(struct slice s, struct buf *out)
{
	bool plain = true;

	for (size_t i = 0; i < s.n; i++)
		plain = plain && s.p[i] != ',' && s.p[i] != '"' &&
			(unsigned char)s.p[i] >= ' ';
	if (plain) {
		buf_put(out, s);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(out, '"');
		buf_char(out, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
	}
	buf_char(out, '"');
}
