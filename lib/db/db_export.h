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

#define DB_EXPORT_BLOCK_MAX ((size_t)5000)

/* Texts are borrowed until the row's function returns. */
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
	struct slice number_e164;
	struct slice caller;
	struct slice caller_name;
	struct slice place;
	struct slice country;
	struct slice result;
	struct slice hangup_by;
	struct slice channel;
	struct slice source;
	struct slice medium;
	struct slice campaign;
	struct slice ad_group;
	struct slice ad;
	struct slice keyword;
	struct slice match_type;
	struct slice device;
	struct slice landing_page;
	struct slice referrer_host;
	struct slice outcome; /* code */
	struct slice class;
	struct slice tags; /* names with ", " between */
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
 * f->key, or the newest with DB_REPORT_CALLS_NEWEST, while the server reads on:
 * row() asks the database nothing. *n: how many; less than max at the end.
 * *last: the key of the last, when n > 0. Ended calls only. */
RT_MUST_USE enum err db_export_block(struct db *db, struct company_id company,
    const struct db_report_calls_filter *f, size_t max,
    void (*row)(void *ctx, const struct db_export_row *row), void *ctx,
    struct db_report_calls_key *last, size_t *n);

#endif
