/*
 * db_filter.h - which calls a list, a report or an export is about.
 *
 * One filter for all of them, over the narrow rows of closed calls (call_fact,
 * called f in the statements). Empty but for the period, it lets every call
 * through. Values are borrowed. db_filter_in() is for lib/db.
 */
#ifndef RT_DB_FILTER_H
#define RT_DB_FILTER_H

#include "lib/db/db.h"

/* Compared as they are; "" is a value too: calls without one. */
enum filter_text {
	FILTER_CHANNEL,
	FILTER_SOURCE,
	FILTER_MEDIUM,
	FILTER_CAMPAIGN,
	FILTER_AD_GROUP,
	FILTER_AD,
	FILTER_KEYWORD,
	FILTER_MATCH,
	FILTER_DEVICE,
	FILTER_LANDING,
	FILTER_REFERRER,
	FILTER_PLACE,
	FILTER_COUNTRY,
	FILTER_OUTCOME,
	FILTER_CLASS,
	FILTER_TEXT_COUNT
};

/* Nil is a value too: calls without one. */
enum filter_id {
	FILTER_NUMBER,
	FILTER_POOL,
	FILTER_DESTINATION,
	FILTER_LOCATION,
	FILTER_ID_COUNT
};

/* Both ends count. */
enum filter_range {
	FILTER_TALK_MS,
	FILTER_RING_MS,
	FILTER_RISK,
	FILTER_VALUE, /* micro-units; calls without a value never match */
	FILTER_RANGE_COUNT
};

enum filter_flag {
	FILTER_FIRST_TIME,
	FILTER_QUALIFIED,
	FILTER_FLAG_COUNT
};

enum filter_want {
	FILTER_ANY,
	FILTER_YES,
	FILTER_NO
};

struct db_filter {
	int64_t from_us; /* started_at in [from_us, to_us) */
	int64_t to_us;
	/* A callresult word, "unanswered" (missed, abandoned or failed), or ""
	 * for all. */
	struct slice result;
	bool by_text[FILTER_TEXT_COUNT];
	struct slice text[FILTER_TEXT_COUNT];
	bool by_id[FILTER_ID_COUNT];
	uint8_t id[FILTER_ID_COUNT][ID_BYTES];
	bool by_tag;
	struct tag_id tag;
	bool by_range[FILTER_RANGE_COUNT];
	int64_t min[FILTER_RANGE_COUNT];
	int64_t max[FILTER_RANGE_COUNT];
	enum filter_want want[FILTER_FLAG_COUNT];
};

/* Nothing but the period, and perhaps the result, is asked for. */
bool db_filter_plain(const struct db_filter *f);

/* --- for lib/db ----------------------------------------------------------- */

#define DB_FILTER_TEXT(column)  " AND (? = 0 OR f." column " = ?)"
#define DB_FILTER_RANGE(column) " AND (? = 0 OR f." column " BETWEEN ? AND ?)"
#define DB_FILTER_FLAG(column)  " AND (? = 0 OR f." column " = ?)"

/* After FROM call_fact f …; takes company and all of db_filter_in_keys(): what
 * a roll-up can tell calls apart by. */
#define DB_FILTER_KEYS                                                          \
	" WHERE f.company_id = ? AND f.started_at >= ? AND f.started_at < ?"    \
	" AND (? = '' OR f.result = ? OR (? = 'unanswered'"                     \
	"  AND f.result IN ('missed', 'abandoned', 'failed')))" DB_FILTER_TEXT( \
	    "channel") DB_FILTER_TEXT("source") DB_FILTER_TEXT("medium")        \
	    DB_FILTER_TEXT("campaign") DB_FILTER_TEXT("ad_group")               \
		DB_FILTER_TEXT("ad") DB_FILTER_TEXT("keyword") DB_FILTER_TEXT(  \
		    "match_type") DB_FILTER_TEXT("device")                      \
		    DB_FILTER_TEXT("landing_page") DB_FILTER_TEXT(              \
			"referrer_host") DB_FILTER_TEXT("place")                \
			DB_FILTER_TEXT("country") DB_FILTER_TEXT("outcome")     \
			    DB_FILTER_TEXT("class") DB_FILTER_TEXT(             \
				"number_id") DB_FILTER_TEXT("pool_id")          \
				DB_FILTER_TEXT("destination_id")                \
				    DB_FILTER_TEXT("location_id")               \
					DB_FILTER_FLAG("first_time")            \
					    DB_FILTER_FLAG("qualified")
/* The same with all of db_filter_in(). */
#define DB_FILTER_WHERE \
	DB_FILTER_KEYS  \
	" AND (? = 0 OR EXISTS (SELECT 1 FROM interaction_tag x" \
	"  WHERE x.company_id = f.company_id"                    \
	"  AND x.interaction_id = f.call_id AND x.tag_id = ?))"  \
	DB_FILTER_RANGE("talk_ms") DB_FILTER_RANGE("ring_ms")    \
	    DB_FILTER_RANGE("risk")                              \
	" AND (? = 0 OR (f.has_value = 1"                        \
	"  AND f.value_micros BETWEEN ? AND ?))"

struct stmt;
/* company and f are borrowed until the execution. */
void db_filter_in_keys(struct stmt *st, const struct company_id *company,
    const struct db_filter *f);
void db_filter_in(struct stmt *st, const struct company_id *company,
    const struct db_filter *f);

#endif
