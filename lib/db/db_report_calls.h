/*
 * db_report_calls.h - the call log, a page at a time, newest first.
 *
 * Pages are cut by key (started_at, id), never by offset: a page costs the
 * same however deep it lies, and new calls move nothing. Filters are read
 * along that order in the narrow rows (db_filter.h), which ended calls alone
 * have: calls that are going on are in the list when nothing is filtered, or
 * when "live" is. Errors: db.h; ERR_NOMEM: the arena is full.
 */
#ifndef RT_DB_DB_REPORT_CALLS_H
#define RT_DB_DB_REPORT_CALLS_H

#include "lib/base/arena.h"
#include "lib/db/db_filter.h"
#include "lib/db/db_report.h"

#define DB_REPORT_CALLS_PAGE_MAX ((size_t)100)
/* Characters of a search, and the bytes of as many; longer is ERR_TOOBIG. */
#define DB_REPORT_CALLS_SEARCH_CHARS 64
#define DB_REPORT_CALLS_SEARCH_MAX   (4 * DB_REPORT_CALLS_SEARCH_CHARS)

/* A place between two calls. */
struct db_report_calls_key {
	int64_t started_us;
	struct call_id id;
};

enum db_report_calls_way {
	DB_REPORT_CALLS_NEWEST, /* the newest of the period; key is ignored */
	DB_REPORT_CALLS_OLDER,  /* the page right below the key */
	DB_REPORT_CALLS_NEWER   /* the page right above it */
};

struct db_report_calls_filter {
	struct db_filter f;  /* result may also be "live" (not ended) */
	struct slice caller; /* E.164; "": any */
	/* Text in the caller's number or name, campaign or keyword; "" for
	 * none. */
	struct slice search;
	enum db_report_calls_way way;
	struct db_report_calls_key key;
};

struct db_report_calls_row {
	struct call_id id;
	bool open;
	char result[17];
	int64_t started_us;
	uint64_t duration_ms;
	uint64_t ring_ms;
	uint64_t talk_ms;
	char reason[DB_REPORT_TEXT(255)];
	char number[17];
	char number_label[DB_REPORT_TEXT(100)];
	char pool[DB_REPORT_TEXT(100)];
	char caller[17]; /* E.164; "" anonymous or unknown form */
	char caller_raw[DB_REPORT_TEXT(64)];
	char caller_name[DB_REPORT_TEXT(128)];
	char caller_place[DB_REPORT_TEXT(100)];
	bool first_time;
	char source[DB_REPORT_TEXT(100)];
	char medium[DB_REPORT_TEXT(100)];
	char campaign[DB_REPORT_TEXT(255)];
	char keyword[DB_REPORT_TEXT(255)];
	char channel[DB_REPORT_TEXT(32)];
	char outcome[DB_REPORT_TEXT(64)]; /* its name; "" not marked */
	bool qualified;
	char class[17]; /* of lib/core/verdict, a person's word over it */
	uint32_t risk;  /* 0 to 100 */
	bool has_value;
	int64_t value_micros;
	char tags[DB_REPORT_TEXT(255)]; /* names, with ", " between; cut */
	char destination[DB_REPORT_TEXT(100)];
	char location[DB_REPORT_TEXT(100)];
	bool playable; /* a recording is ready */
};

struct db_report_calls {
	struct db_report_calls_row *rows; /* newest first */
	size_t n;
	bool newer; /* there are calls above the first row */
	bool older; /* and below the last one */
};

/* At most max rows (1 to DB_REPORT_CALLS_PAGE_MAX). */
RT_MUST_USE enum err db_report_calls(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max, struct arena *mem,
    struct db_report_calls *out);

/* Earlier and later calls of the same caller, newest first, without `but`. */
RT_MUST_USE enum err db_report_calls_history(struct db *db,
    struct company_id company, struct slice caller_e164, struct call_id but,
    size_t max, struct arena *mem, struct db_report_calls_row **rows,
    size_t *n);

#endif
