/*
 * db_conversion.h - rules of what is a conversion, and what platforms are told.
 */
#ifndef RT_DB_DB_CONVERSION_H
#define RT_DB_DB_CONVERSION_H

#include "lib/base/arena.h"
#include "lib/core/conversion.h"
#include "lib/db/db.h"

#define DB_CONVERSION_SECRET 44 /* with NUL */
#define DB_CONVERSION_CLICK  2049

struct conversion_rule_row {
	struct conversion_id id;
	struct company_id company;
	char name[DB_NAME_BYTES];
	char platform[13]; /* google microsoft */
	char outcome[129];
	struct tag_id tag; /* nil: any */
	uint64_t min_talk_s;
	bool has_value;
	int64_t value_micros;
	char secret[DB_CONVERSION_SECRET];
	int64_t created_us;
};

/* ERR_RANGE: another platform, or tag or outcome are not the company's. */
RT_MUST_USE enum err db_conversion_add(struct db *db, struct company_id company,
    const struct conversion_rule_row *row);
RT_MUST_USE enum err db_conversion_get(struct db *db, struct company_id company,
    struct conversion_id id, struct conversion_rule_row *out);
RT_MUST_USE enum err db_conversion_list(struct db *db,
    struct company_id company, struct arena *mem,
    struct conversion_rule_row **rows, size_t *n);
/* Everything but id, platform, secret, created: all calls are compared with it
 * again. */
RT_MUST_USE enum err db_conversion_update(struct db *db,
    struct company_id company, const struct conversion_rule_row *row);
RT_MUST_USE enum err db_conversion_archive(struct db *db,
    struct company_id company, struct conversion_id id, int64_t now_us);
/* Whose file is it? For a platform, which knows the secret alone. */
RT_MUST_USE enum err db_conversion_by_secret(struct db *db, struct slice secret,
    struct conversion_rule_row *out);
/* Of all companies, for jobd; by id, after `after`. */
RT_MUST_USE enum err db_conversion_all(struct db *db,
    struct conversion_id after, uint32_t max, struct arena *mem,
    struct conversion_rule_row **rows, size_t *n);

struct conversion_row {
	uint64_t seq;
	struct call_id call;
	char kind[9];
	uint32_t turn;
	char click_id[DB_CONVERSION_CLICK];
	int64_t converted_us;
	int64_t value_micros;
	char currency[4];
	int64_t created_us;
};
/* For the files, by seq after `after`: adjustments false: new ones that were
 * not taken back; true: restatements and retractions. */
RT_MUST_USE enum err db_conversion_rows(struct db *db,
    struct company_id company, struct conversion_id rule, bool adjustments,
    int64_t since_us, uint64_t after, uint32_t max, struct arena *mem,
    struct conversion_row **rows, size_t *n);

#endif
