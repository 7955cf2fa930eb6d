/*
 * db_visit_log.h - visits as a list, and what came of one of them.
 *
 * Pages are cut by key, as the log of calls is. Rows live in the caller's
 * arena. Errors: db.h; ERR_NOMEM: the arena is full.
 */
#ifndef RT_DB_VISIT_LOG_H
#define RT_DB_VISIT_LOG_H

#include "lib/base/arena.h"
#include "lib/db/db_filter.h"

/* What came of a visit. A call that is credited to a source only came of no
 * visit. */
enum visit_came {
	VISIT_CAME_ANY,     /* whatever came of it */
	VISIT_CAME_SHOWN,   /* it had a number of its own on the screen */
	VISIT_CAME_TOUCHED, /* somebody touched a phone link */
	VISIT_CAME_CALLED,
	VISIT_CAME_WROTE, /* a form was sent */
	VISIT_CAME_COUNT
};

struct visit_log_row {
	struct visit_id id;
	struct visitor_id visitor;
	char site[DB_NAME_BYTES];
	int64_t started_us;
	int64_t seen_us; /* last sign of life */
	uint32_t engaged_s;
	uint32_t page_views;
	bool touched;
	bool returning; /* the browser had been here before */
	bool withdrawn; /* its consent: nothing is heard of it any more */
	char landing_page[DB_TEXT_BYTES];
	char source[DB_NAME_BYTES];
	char medium[DB_NAME_BYTES];
	char campaign[DB_TEXT_BYTES];
	char keyword[DB_TEXT_BYTES];
	char channel[DB_NAME_BYTES];
	char device[DB_NAME_BYTES];
	char number[DB_E164_BYTES]; /* the last of its own; "" none */
	uint64_t calls;
	uint64_t forms;
};

/* Of db_filter.h the period and the texts that a visit has: channel to
 * campaign, keyword, match type, device, landing page, referrer. */
struct visit_log_filter {
	struct db_filter f;
	enum visit_came came;
};
/* ERR_RANGE: something else is asked for, which no visit has. */
RT_MUST_USE enum err db_visit_log_can(const struct db_filter *f);

struct visit_log_place {
	int64_t started_us;
	struct visit_id id;
};
#define DB_VISIT_LOG_MAX 500
/* Newest first, those right below the place (NULL: the newest); at most max. */
RT_MUST_USE enum err db_visit_log_page(struct db *db, struct company_id company,
    const struct visit_log_filter *filter, const struct visit_log_place *below,
    uint32_t max, struct arena *mem, struct visit_log_row **rows, size_t *n);
/* ERR_NOTFOUND. */
RT_MUST_USE enum err db_visit_log_one(struct db *db, struct company_id company,
    struct visit_id id, struct visit_log_row *out);

/* One thing that came of a visit: a number of its own (until when), or that of
 * a pool's overflow ("overflow"), a call (its result), a form (its name). */
struct visit_log_deed {
	uint32_t came;        /* enum visit_came: SHOWN, CALLED or WROTE */
	uint8_t id[ID_BYTES]; /* of the lease, call or form; else the visit's */
	int64_t at_us;
	int64_t until_us;           /* of a number; else 0 */
	char number[DB_E164_BYTES]; /* that was shown or dialled; or "" */
	char detail[DB_TEXT_BYTES]; /* result, name of the form, overflow; "" */
};
#define DB_VISIT_LOG_DEEDS_MAX 100 /* of each kind, the first ones */
/* In order of time. */
RT_MUST_USE enum err db_visit_log_deeds(struct db *db,
    struct company_id company, struct visit_id visit, struct arena *mem,
    struct visit_log_deed **rows, size_t *n);

#endif
