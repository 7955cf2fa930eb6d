/*
 * conversion.h - is this call a conversion, and what must a platform be told?
 */
#ifndef RT_CORE_CONVERSION_H
#define RT_CORE_CONVERSION_H

#include "lib/base/buf.h"

/* Platforms take conversions this long after the click. */
#define CONVERSION_WINDOW_US (90 * RT_DAY_US)

struct conversion_rule {
	struct slice outcome; /* a code; "": any */
	bool by_tag;
	uint64_t min_talk_s;
	bool has_value; /* a fixed one; else the call's own, or 0 */
	int64_t value_micros;
};

/* What is known of a call. */
struct conversion_call {
	struct slice outcome;
	bool is_spam; /* of its outcome: never a conversion */
	bool tagged;  /* with the rule's tag */
	uint64_t talk_ms;
	bool has_value;
	int64_t value_micros;
};

/* Numbers are stored by name. */
enum conversion_kind {
	CONVERSION_NONE,
	CONVERSION_NEW,
	CONVERSION_RESTATE, /* another value */
	CONVERSION_RETRACT
};

const char *conversion_name(enum conversion_kind kind);
/* "" is CONVERSION_NONE. False: no such word. */
bool conversion_parse(struct slice s, enum conversion_kind *out);

/* *value_micros: what it is worth by the rule. */
bool conversion_is(const struct conversion_rule *rule,
    const struct conversion_call *call, int64_t *value_micros);

/* What is to be told now; last and last_value: what was told last of this
 * call; moved: under another click than it is credited to now, so that it is
 * taken back, and new after that. CONVERSION_NONE: nothing. */
enum conversion_kind conversion_next(bool is, bool moved, int64_t value_micros,
    enum conversion_kind last, int64_t last_value_micros);

/* A click id that can be told: 1 to 512 characters of base64url and dots. */
bool conversion_click_ok(struct slice click_id);
/* A cell of a CSV file (RFC 4180). */
void conversion_cell(struct slice s, struct buf *out);

#endif
