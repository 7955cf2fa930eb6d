/*
 * db_company.h - companies: the tenants. Their id scopes everything else.
 */
#ifndef RT_DB_COMPANY_H
#define RT_DB_COMPANY_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct company_row {
	struct company_id id;
	struct account_id account;
	char name[DB_NAME_BYTES];
	char time_zone[DB_ZONE_BYTES]; /* IANA */
	char country[3];               /* ISO 3166 */
	char currency[4];              /* ISO 4217 */
	uint32_t billable_s;           /* 0: no threshold set */
	uint16_t credit_min_bp;        /* 1 to 10000; attribution's threshold */
	int64_t created_us;
};

/* Also gives it the usual outcomes (db_mark.h). */
RT_MUST_USE enum err db_company_add(struct db *db,
    const struct company_row *row);
RT_MUST_USE enum err db_company_get(struct db *db, struct company_id company,
    struct company_row *out);
/* Name, zone, country, currency, threshold, credit; not id, account, created.
 * A currency can only change while no value is recorded: ERR_CONFLICT. */
RT_MUST_USE enum err db_company_update(struct db *db,
    const struct company_row *row);
/* The account's companies that are not archived, by name. */
RT_MUST_USE enum err db_company_list(struct db *db, struct account_id account,
    struct arena *mem, struct company_row **rows, size_t *n);

/* Out of every list; its calls stay. ERR_CONFLICT: it has numbers in use;
 * ERR_NOTFOUND: not the account's. */
RT_MUST_USE enum err db_company_archive(struct db *db,
    struct account_id account, struct company_id company, int64_t now_us);

#endif
