/*
 * db_filter.h - which calls a list, a report or an export is about.
 *
 * One filter for all of them, over the narrow rows of closed calls (call_fact,
 * or of those with a tag, call_fact_tag; called f in the statements). Empty but
 * for the period, it lets every call through. Values are borrowed.
 * db_filter_in() is for lib/db.
 */
#ifndef RT_DB_FILTER_H
#define RT_DB_FILTER_H

#include "lib/core/geo_state.h"
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
	FILTER_REGION, /* "US-CA", of the place: geo_state.h */
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

struct buf;
struct stmt;
/* Where reading begins: with the narrow rows in the order of time; with one
 * caller's calls; or with what a key on time has of all callers, their numbers
 * and names. */
enum db_filter_way {
	DB_FILTER_BY_TIME,
	DB_FILTER_BY_CALLER,
	DB_FILTER_BY_CALLERS
};

/* The calls of an index, as phone_call c. */
#define DB_FILTER_CALLERS " FROM phone_call c FORCE INDEX (phone_call_search)"

/* " FROM call_fact f", or the rows of f's tag, and phone_call c when it is
 * asked for or begins; for a SELECT STRAIGHT_JOIN. */
void db_filter_from(struct buf *sql, const struct db_filter *f,
    enum db_filter_way way, bool with_call);
/* Behind it: the company, the period and each condition of f, and no other: a
 * column that a statement names is read of every row. */
void db_filter_where(struct buf *sql, const struct db_filter *f);
/* The values of that; company and f are borrowed until the execution. */
void db_filter_in(struct stmt *st, const struct company_id *company,
    const struct db_filter *f);

/* The region of a place and its country: what stands behind the town, or all of
 * a place that is a state; "" where the place does not tell. */
#define DB_FILTER_BEFORE_REGION(country) "IF(" country " = 'BR', ' - ', ', ')"
#define DB_FILTER_STATE(region, name)    ", '" name "'"
#define DB_FILTER_STATE_IS(region, name) ", '" region "'"
#define DB_FILTER_REGION_OF(place, country)                                     \
	"IF(LOCATE(" DB_FILTER_BEFORE_REGION(                                   \
	    country) ", " place ") > 0, CONCAT(" country                        \
		     ", '-', SUBSTRING_INDEX(" place                            \
		     ", " DB_FILTER_BEFORE_REGION(                              \
			 country) ", -1)), IF(" country                         \
				  " IN ('US', 'CA'), COALESCE(ELT(FIELD(" place \
				  GEO_STATES(DB_FILTER_STATE) ")" GEO_STATES(   \
				      DB_FILTER_STATE_IS) "), ''), ''))"

/* A text or an id as a column of f: "f.source", or made of some. */
const char *db_filter_text_column(enum filter_text t);
const char *db_filter_id_column(enum filter_id i);

#endif
