/*
 * spend_in.h - a file of advertising spend, row by row.
 *
 * Pure. CSV (csv_in.h) whose first row names the columns, in any order and
 * case: day (or date), cost (amount, spend), and any of source, medium,
 * campaign, ad group, keyword, clicks, impressions (impr.). Others are
 * skipped, so that what an ad platform exports can be read as it is.
 */
#ifndef RT_CORE_SPEND_IN_H
#define RT_CORE_SPEND_IN_H

#include "lib/core/csv_in.h"

enum spend_in_column {
	SPEND_IN_DAY,
	SPEND_IN_COST,
	SPEND_IN_SOURCE,
	SPEND_IN_MEDIUM,
	SPEND_IN_CAMPAIGN,
	SPEND_IN_AD_GROUP,
	SPEND_IN_KEYWORD,
	SPEND_IN_CLICKS,
	SPEND_IN_IMPRESSIONS,
	SPEND_IN_COLUMNS
};

struct spend_in {
	struct csv_in csv;
	size_t at[SPEND_IN_COLUMNS]; /* cell of the column; SIZE_MAX: none */
	const char *why;             /* of the last error, for people */
};

/* Texts stand until the next row. */
struct spend_in_row {
	struct slice day; /* "2026-10-31", a day that exists */
	struct slice source;
	struct slice medium;
	struct slice campaign;
	struct slice ad_group;
	struct slice keyword;
	int64_t amount_micros; /* not below zero */
	uint64_t clicks;
	uint64_t impressions;
};

/* Characters, as the columns of calls have them. */
#define SPEND_IN_SOURCE_MAX 100 /* of a medium, too */
#define SPEND_IN_GROUP_MAX  64
#define SPEND_IN_NAME_MAX   255 /* of campaign and keyword */

#define SPEND_IN_FAR "This day is too far away."
/* Neither before 2000 nor more than a year ahead: a day that somebody can have
 * meant. day: "2026-10-31". */
bool spend_in_day_near(struct slice day, int64_t now_us);

/* Reads the first row. ERR_SYNTAX with s->why: no CSV, or day or cost is
 * missing. */
RT_MUST_USE enum err spend_in_begin(struct spend_in *s, struct slice text);
/* ERR_NOTFOUND: the end. ERR_SYNTAX, ERR_RANGE with s->why; the row's number
 * is s->csv.row. */
RT_MUST_USE enum err spend_in_next(struct spend_in *s,
    struct spend_in_row *out);

struct spend_in_wrong {
	unsigned int row;
	const char *why;
};

/* What is wrong in the file, row by row, at most max of it: people mend a file
 * once, not row after row. Days are near now_us. The number of them. */
size_t spend_in_wrongs(struct spend_in *s, struct slice text, int64_t now_us,
    struct spend_in_wrong *out, size_t max);

#endif
