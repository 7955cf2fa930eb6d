/*
 * db_report.h - the figures of the overview, read from the roll-ups.
 *
 * Periods are half open, [from_us, to_us), and both ends lie on quarters of an
 * hour, as the days of every zone do. Open calls are in no roll-up: they are
 * counted by db_report_live(). Rows live in the caller's arena. Errors: db.h;
 * ERR_NOMEM: the arena is full.
 */
#ifndef RT_DB_DB_REPORT_H
#define RT_DB_DB_REPORT_H

#include <stddef.h>

#include "lib/base/arena.h"
#include "lib/db/db_user.h"

/* Longest period: 400 days of quarters; longer is ERR_TOOBIG. */
#define DB_REPORT_BUCKETS_MAX ((size_t)400 * 96)
#define DB_REPORT_TOP_MAX     ((size_t)100)
/* Sizes of UTF-8 columns with their NUL: four bytes a character. */
#define DB_REPORT_TEXT(chars) ((chars)*4 + 1)

/* Counts and sums of calls, of one bucket or of many. */
struct db_report_sums {
	int64_t calls;
	int64_t answered;
	int64_t voicemail;
	int64_t abandoned;
	int64_t missed;
	int64_t blocked;
	int64_t failed;
	int64_t interrupted;
	int64_t first_time;
	int64_t qualified;
	int64_t leads;
	int64_t sales;
	int64_t spam;
	int64_t value_micros;
	int64_t talk_ms;
	int64_t ring_ms;
	int64_t talk_60; /* calls with talk time of 60 s and more */
	int64_t talk_90;
	int64_t talk_120;
	int64_t answer_ms; /* ring time of answered calls */
	/* Of db_report_group.h alone: */
	int64_t over;        /* calls with the asked talk time; else 0 */
	int64_t cost_micros; /* spend, by whoever adds it: db_spend.h */
	int64_t costed;      /* 1: there is spend */
};

/* A field of them as a bit, to say which are asked for. */
#define DB_REPORT_SUM(field)                                      \
	(UINT32_C(1) << (offsetof(struct db_report_sums, field) / \
			 sizeof(int64_t)))

/* What a caller did not get: missed, abandoned and failed calls. */
int64_t db_report_unanswered(const struct db_report_sums *s);
/* *to += more */
void db_report_add(struct db_report_sums *to,
    const struct db_report_sums *more);

struct db_report_bucket {
	int64_t at_us; /* begin of its quarter of an hour */
	struct db_report_sums sums;
};

/* All calls of the period by quarter, earliest first; quarters without a call
 * have no row. only: the DB_REPORT_SUM()s that are read, 0 for all. *rows is
 * NULL when there is none. */
RT_MUST_USE enum err db_report_buckets(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint32_t only, struct arena *mem,
    struct db_report_bucket **rows, size_t *n);

/* A dimension of call_rollup by its word there. */
enum db_report_dimension {
	DB_REPORT_SOURCE, /* value: source, value2: medium */
	DB_REPORT_CAMPAIGN,
	DB_REPORT_KEYWORD
};

struct db_report_top {
	char value[DB_REPORT_TEXT(255)];
	char value2[DB_REPORT_TEXT(100)];
	struct db_report_sums sums; /* calls, answered, first_time; else 0 */
};

/* The values with the most calls in the period, at most max of them (to
 * DB_REPORT_TOP_MAX). Calls without a value ("" in both) are left out of all
 * dimensions but the source. */
RT_MUST_USE enum err db_report_top(struct db *db, struct company_id company,
    enum db_report_dimension dimension, int64_t from_us, int64_t to_us,
    size_t max, struct arena *mem, struct db_report_top **rows, size_t *n);

struct db_report_live {
	uint64_t live;  /* calls that are open now */
	uint64_t since; /* calls that began after since_us; counts to 100 */
};
RT_MUST_USE enum err db_report_live(struct db *db, struct company_id company,
    int64_t since_us, struct db_report_live *out);

/* What the pages must know of the company beside its name and zone. */
struct db_report_company {
	char country[3];     /* ISO 3166: whose national numbers are short */
	char currency[4];    /* ISO 4217 */
	uint64_t billable_s; /* a call is qualified from this; 0: not set */
};
RT_MUST_USE enum err db_report_company(struct db *db, struct company_id company,
    struct db_report_company *out);

struct db_report_member {
	struct company_id id;
	char name[DB_REPORT_TEXT(100)];
	bool favourite;
	int64_t logo_us;     /* when its logo was set; 0: it has none */
	enum user_role role; /* of the user, there */
};
/* The companies a user may look at, favourites first, then by name; at most one
 * more than this, which says that there are others. */
#define DB_REPORT_MEMBERS_MAX ((size_t)5000)
RT_MUST_USE enum err db_report_members(struct db *db, struct user_id user,
    struct arena *mem, struct db_report_member **rows, size_t *n);

/* One of them, however many there are. ERR_NOTFOUND: the user may not look at
 * it. */
RT_MUST_USE enum err db_report_member(struct db *db, struct user_id user,
    struct company_id company, struct db_report_member *out);

/* Did a call ever come in? */
RT_MUST_USE enum err db_report_called(struct db *db, struct company_id company,
    bool *out);

#endif
