/*
 * db_attrib.h - attribution as a company's own affair: the delay law fitted
 * from its calls, and its calls again under the rules of today.
 */
#ifndef RT_DB_DB_ATTRIB_H
#define RT_DB_DB_ATTRIB_H

#include "lib/base/arena.h"
#include "lib/core/attrib_fit.h"
#include "lib/db/db.h"
#include "lib/db/db_call.h"

/* The law that holds now: the newest fitted one, else the prior (whose version
 * is 0). A law that cannot be read counts as none. */
RT_MUST_USE enum err db_attrib_law(struct db *db, struct company_id company,
    struct attrib_law *out);

/* A fitted law as it is kept. */
struct attrib_law_row {
	struct attrib_law law;
	uint64_t calls;
	uint64_t visits;
	uint16_t stray_bp; /* of the calls, of nobody */
	int64_t from_us;
	int64_t to_us;
	int64_t fitted_us;
};
/* Stores it as the next version, which is written to row->law. ERR_CONFLICT:
 * another writer was quicker. */
RT_MUST_USE enum err db_attrib_law_add(struct db *db, struct company_id company,
    struct attrib_law_row *row);
/* The newest. ERR_NOTFOUND: the company has none of its own. */
RT_MUST_USE enum err db_attrib_law_newest(struct db *db,
    struct company_id company, struct attrib_law_row *out);

/* Any version it ever had, 0 the prior. ERR_NOTFOUND. */
RT_MUST_USE enum err db_attrib_law_of(struct db *db, struct company_id company,
    uint32_t version, struct attrib_law *out);
/* Newest first, at most DB_ATTRIB_LAWS_MAX; the laws themselves are not read.
 */
#define DB_ATTRIB_LAWS_MAX 100
RT_MUST_USE enum err db_attrib_laws(struct db *db, struct company_id company,
    struct arena *mem, struct attrib_law_row **rows, size_t *n);

/* Visits of a company are removed some days after they were last seen, those
 * that nothing is credited to first of all: of an older call only the one that
 * it is credited to is left, which then looks certain. Calls that began before
 * *out may have lost others they are to be weighed against; 0: none has. Those
 * that were seen DB_ATTRIB_RIVALS_US before a call, or half the term where that
 * is less, weigh next to nothing (docs/decisions/0358). */
#define DB_ATTRIB_RIVALS_US (5 * RT_DAY_US)
RT_MUST_USE enum err db_attrib_whole_from(struct db *db,
    struct company_id company, int64_t now_us, int64_t *out);

/* A closed call as it is credited now. */
struct attrib_call {
	struct call_id id;
	struct number_id number;
	int64_t started_us;
	bool pooled;    /* its number was a pool's when it came */
	bool judged;    /* it is, or was credited as if it were */
	bool forgotten; /* who called is kept no more */
	bool known;     /* the caller had called before, when it was judged */
	char caller_e164[DB_E164_BYTES];
	char caller_country[9];
	char caller_place[DB_NAME_BYTES];
	char attributed_by[9]; /* visit tracker source none */
	struct visit_id visit;
	uint16_t probability_bp;
	uint32_t rule_version;
	char law[13]; /* that judged it; "" none did */
	char source[DB_NAME_BYTES];
	char medium[DB_NAME_BYTES];
	char campaign[DB_TEXT_BYTES];
};

#define DB_ATTRIB_CALLS_MAX 500 /* of one page */

/* Closed calls from from_us to before to_us in the order of their time; those
 * after `after` (nil: from the begin), of the time after_us. */
RT_MUST_USE enum err db_attrib_calls(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, int64_t after_us, struct call_id after,
    struct arena *mem, struct attrib_call **rows, size_t *n);
/* Those of them that are `judged`. */
RT_MUST_USE enum err db_attrib_calls_judged(struct db *db,
    struct company_id company, int64_t from_us, int64_t to_us, uint64_t *n);

#endif
