/*
 * db_form_log.h - forms as a list: filtered, newest first, a page at a time.
 *
 * Pages are cut by key, as the log of calls is. Rows live in the caller's
 * arena. Errors: db.h; ERR_NOMEM: the arena is full.
 */
#ifndef RT_DB_FORM_LOG_H
#define RT_DB_FORM_LOG_H

#include "lib/db/db_filter.h"
#include "lib/db/db_form.h"

/* A row of the log, with what its visit came from and what was put on it. */
struct form_log_row {
	struct form_row form;
	char source[DB_NAME_BYTES];
	char medium[DB_NAME_BYTES];
	char campaign[DB_TEXT_BYTES];
	char keyword[DB_TEXT_BYTES];
	char channel[DB_NAME_BYTES];
	char outcome[DB_NAME_BYTES]; /* its name; "" not marked */
	bool has_value;
	int64_t value_micros;
	struct slice tags; /* names with ", " between */
	struct slice note;
};

/* Which forms: of db_filter.h the period, the texts that a form has of its
 * visit (channel to keyword, landing page, referrer) and the outcome, the tag
 * and the value; and a text in the name of the form or of who sent it, in the
 * address or number. */
struct form_filter {
	struct db_filter f;
	struct slice search; /* "" none; to DB_REPORT_CALLS_SEARCH_CHARS */
};
/* ERR_RANGE: something else is asked for, which no form has. */
RT_MUST_USE enum err db_form_log_can(const struct db_filter *f);

struct form_place {
	int64_t submitted_us;
	struct form_id id;
};
#define DB_FORM_LOG_MAX 500
/* Newest first, those right below the place (NULL: the newest); at most max. */
RT_MUST_USE enum err db_form_log_page(struct db *db, struct company_id company,
    const struct form_filter *filter, const struct form_place *below,
    uint32_t max, struct arena *mem, struct form_log_row **rows, size_t *n);
/* ERR_NOTFOUND. */
RT_MUST_USE enum err db_form_log_one(struct db *db, struct company_id company,
    struct form_id id, struct arena *mem, struct form_log_row *out);

#endif
