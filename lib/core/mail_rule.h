/*
 * mail_rule.h - which mails there are, and when one may be sent.
 */
#ifndef RT_CORE_MAIL_RULE_H
#define RT_CORE_MAIL_RULE_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

/* The names are stored and shown: only ever append. */
#define MAIL_RULES(X)                                                      \
	X(MISSED, "missed", "A call nobody answered, at once")             \
	X(VOICEMAIL, "voicemail", "A voice message, at once")              \
	X(TAG_SILENT, "tag_silent", "A site's tag was not seen for a day") \
	X(TRUNK_DOWN, "trunk_down", "A trunk's calls fail")                \
	X(DAILY, "daily", "The day before, each morning")                  \
	X(WEEKLY, "weekly", "The week before, on Monday")                  \
	X(MONTHLY, "monthly", "The month before, on its first day")        \
	X(POOL_FULL, "pool_full", "A pool is full, or will be soon")

#define MAIL_RULE_ENUM(kind, name, what) MAIL_RULE_##kind,
enum mail_rule_kind {
	MAIL_RULES(MAIL_RULE_ENUM) MAIL_RULE_COUNT
};
#undef MAIL_RULE_ENUM

#define MAIL_RULE_DAY_MIN 1440

const char *mail_rule_name(enum mail_rule_kind kind);
const char *mail_rule_what(enum mail_rule_kind kind);
/* False: no such kind. */
bool mail_rule_parse(struct slice s, enum mail_rule_kind *out);

/* Minutes to wait at minute_of_day until the quiet hours [from, to) are over;
 * 0: send now. They may go over midnight; from equal to to: none. */
uint32_t mail_rule_wait_min(uint32_t from, uint32_t to, uint32_t minute_of_day);

/* What a call that ended so is told as. False: nothing. result: a callresult
 * word. */
bool mail_rule_of_result(struct slice result, enum mail_rule_kind *out);

#endif
