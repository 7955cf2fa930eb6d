/*
 * db_number.h - tracking numbers.
 *
 * A number belongs to one company at a time; released rows stay, because calls
 * point at them.
 */
#ifndef RT_DB_NUMBER_H
#define RT_DB_NUMBER_H

#include "lib/base/arena.h"
#include "lib/core/flow_run.h"
#include "lib/db/db.h"

struct number_row {
	struct number_id id;
	char e164[DB_E164_BYTES];
	char label[DB_NAME_BYTES];
	char kind[17]; /* local tollfree mobile other */
	char country[3];
	char place[DB_NAME_BYTES];
	struct trunk_id trunk;             /* nil: any of the account */
	struct flow_id flow;               /* nil: none */
	struct destination_id destination; /* plain forward; nil: none */
	struct location_id location;       /* nil: none */
	enum flow_record record;
	struct user_id record_confirmed_by; /* for FLOW_RECORD_SILENT */
	char notice_key[65];                /* prompt; "" the built-in one */
	int64_t added_us;
	int64_t released_us; /* 0: in use */
};

/* "off", "notice", "silent", as stored. ERR_RANGE: none of them. */
const char *db_number_record_name(enum flow_record record);
RT_MUST_USE enum err db_number_record_parse(struct slice s,
    enum flow_record *out);

/* ERR_CONFLICT: somebody has that number. Silent recording without the owner
 * who confirmed it is ERR_DENIED. */
RT_MUST_USE enum err db_number_add(struct db *db, struct company_id company,
    const struct number_row *row);
RT_MUST_USE enum err db_number_get(struct db *db, struct company_id company,
    struct number_id id, struct number_row *out);
/* In use, of this company. */
RT_MUST_USE enum err db_number_by_e164(struct db *db, struct company_id company,
    struct slice e164, struct number_row *out);
/* Whose is it? For calls, which know nothing but the number. */
RT_MUST_USE enum err db_number_find(struct db *db, struct slice e164,
    struct company_id *company, struct number_id *id);
/* In use, by number, from after `after` (""), at most max. */
RT_MUST_USE enum err db_number_list(struct db *db, struct company_id company,
    struct slice after, uint32_t max, struct arena *mem,
    struct number_row **rows, size_t *n);
/* Everything a form may change: label, trunk, flow, destination, location,
 * recording, notice. ERR_RANGE: one of them is not the company's. */
RT_MUST_USE enum err db_number_update(struct db *db, struct company_id company,
    const struct number_row *row);
/* In a transaction: locks the number and makes sure that neither a pool nor a
 * tracker has it and that it does not rest. ERR_CONFLICT: one of these;
 * ERR_RANGE: not the company's, or released. */
RT_MUST_USE enum err db_number_hold(struct db *db, struct company_id company,
    struct number_id id);
/* The number rests: calls to it are taken, but neither pool nor tracker may
 * have it, so that late calls are not credited to a new source. ERR_CONFLICT:
 * one has it, or it rests already; ERR_NOTFOUND. */
RT_MUST_USE enum err db_number_quarantine(struct db *db,
    struct company_id company, struct number_id id, int64_t now_us);
/* ERR_NOTFOUND: it does not rest. */
RT_MUST_USE enum err db_number_lift(struct db *db, struct company_id company,
    struct number_id id);
/* Whether it is in quarantine. */
RT_MUST_USE enum err db_number_rests(struct db *db, struct company_id company,
    struct number_id id, bool *out);
/* ERR_CONFLICT: a pool or a tracker still uses it. */
RT_MUST_USE enum err db_number_release(struct db *db, struct company_id company,
    struct number_id id, int64_t now_us);

/* E.164 of every number that the site's tag may show: those in the company's
 * pools and for when these are used up, and those of the site's sources; in
 * order, at most 100,000. */
RT_MUST_USE enum err db_number_shown(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n);

#endif
