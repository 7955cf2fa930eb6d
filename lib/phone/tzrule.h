/*
 * tzrule.h - what a time zone does in the years to come: the TZ string of POSIX
 * with the additions of RFC 9636 3.3.1, as the last line of a zone's file has
 * it: "EST5EDT,M3.2.0,M11.1.0", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0".
 */
#ifndef RT_PHONE_TZRULE_H
#define RT_PHONE_TZRULE_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

enum tzrule_form {
	TZRULE_WEEKDAY, /* Mm.w.d: the w-th such weekday of a month, 5 the last
			 */
	TZRULE_JULIAN,  /* Jn: 1 to 365, 29 February is not counted */
	TZRULE_DAY      /* n: 0 to 365, it is */
};

struct tzrule_day {
	enum tzrule_form form;
	int month;
	int week;
	int weekday; /* 0 Sunday to 6 Saturday */
	int day;
	int32_t time_s; /* of the wall clock until then; may be negative */
};

struct tzrule {
	int32_t plain_s; /* local minus UTC */
	int32_t summer_s;
	bool summer; /* false: plain_s always */
	struct tzrule_day begin;
	struct tzrule_day end;
};

/* The whole of s. ERR_SYNTAX; ERR_RANGE: a number larger than its place allows,
 * or an offset of a day and more. */
RT_MUST_USE enum err tzrule_parse(struct slice s, struct tzrule *out);

/* The offset at an instant of the years 1 to 9999 (others count as the nearest
 * of them); *until_s: the instant of the next change, INT64_MAX when there is
 * none. */
int32_t tzrule_at(const struct tzrule *r, int64_t utc_s, int64_t *until_s);

#endif
