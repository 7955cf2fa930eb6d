/*
 * db_export.h - the calls of a filter, all of them, block by block.
 *
 * Newest first as in the log. Each block is a query of its own, cut by key, so
 * that an export of a million calls holds no transaction, no result and no
 * memory beyond one block; a call that closes meanwhile is in it or not.
 */
#ifndef RT_DB_EXPORT_H
#define RT_DB_EXPORT_H

#include "lib/db/db_report_calls.h"

#define DB_EXPORT_BLOCK_MAX ((size_t)500)

struct db_export_row {
	struct call_id id;
	int64_t started_us;
	int64_t answered_us; /* by a prompt or a person; 0: never */
	int64_t bridged_us;  /* to a person; 0: never */
	int64_t ended_us;
	struct number_id number;
	struct pool_id pool;
	struct destination_id destination;
	struct location_id location;
	char number_e164[DB_E164_BYTES];
	char caller[DB_E164_BYTES];
	char caller_name[DB_REPORT_TEXT(128)];
	char place[DB_REPORT_TEXT(100)];
	char country[9];
	char result[17];
	char hangup_by[13];
	char channel[DB_REPORT_TEXT(32)];
	char source[DB_REPORT_TEXT(100)];
	char medium[DB_REPORT_TEXT(100)];
	char campaign[DB_REPORT_TEXT(255)];
	char ad_group[DB_REPORT_TEXT(64)];
	char ad[DB_REPORT_TEXT(64)];
	char keyword[DB_REPORT_TEXT(255)];
	char match_type[DB_REPORT_TEXT(16)];
	char device[DB_REPORT_TEXT(16)];
	char landing_page[DB_REPORT_TEXT(255)];
	char referrer_host[DB_REPORT_TEXT(255)];
	char outcome[DB_REPORT_TEXT(32)]; /* code */
	char class[17];
	uint32_t risk;
	bool first_time;
	bool qualified;
	bool has_value;
	int64_t value_micros;
	uint32_t duration_ms;
	uint32_t ring_ms;
	uint32_t talk_ms;
};

/* Calls row() for at most max calls (1 to DB_EXPORT_BLOCK_MAX) right below
 * f->key, or the newest with DB_REPORT_CALLS_NEWEST. *n: how many; 0 at the
 * end. Ended calls only. */
RT_MUST_USE enum err db_export_block(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max,
    void (*row)(void *ctx, const struct db_export_row *row), void *ctx,
    size_t *n);

/* The tags of the calls of a block: ids between the two, both included. */
struct db_export_tag {
	struct call_id call;
	char name[DB_REPORT_TEXT(64)];
};
/* The first max of them into rows; *n: how many. */
RT_MUST_USE enum err db_export_tags(struct db *db, struct company_id company,
    struct call_id lowest, struct call_id highest, size_t max,
    struct db_export_tag *rows, size_t *n);

#endif
