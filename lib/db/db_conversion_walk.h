/*
 * db_conversion_walk.h - the calls that a rule of conversions is compared with,
 * in the order of their last change, and what platforms are told of them.
 *
 * A walk goes on where the one before it ended: calls that did not change since
 * are not read again. Whoever walks holds the rule, so two never tell the same.
 */
#ifndef RT_DB_DB_CONVERSION_WALK_H
#define RT_DB_DB_CONVERSION_WALK_H

#include "lib/db/db_conversion.h"

/* Behind this call everything is still to be compared. */
struct conversion_walk {
	int64_t at_us; /* of its change, by the database's clock; 0: all are */
	struct call_id call;
	int64_t whole_us; /* when a walk over all calls began; 0: one is due */
};

/* Holds the rule until the end of the transaction. ERR_NOTFOUND: none, or
 * archived. */
RT_MUST_USE enum err db_conversion_walk_hold(struct db *db,
    struct company_id company, struct conversion_id rule,
    struct conversion_walk *out);
/* In the same transaction. */
RT_MUST_USE enum err db_conversion_walk_keep(struct db *db,
    struct company_id company, struct conversion_id rule,
    const struct conversion_walk *walk);

struct conversion_candidate {
	struct call_id call;
	int64_t changed_us;
	bool ripe; /* over, began in time, and not erased after it was told;
		      else there is nothing to say */
	int64_t started_us;
	char outcome[129];
	bool is_spam;
	bool tagged;
	uint64_t talk_ms;
	bool has_value;
	int64_t value_micros;
	char currency[4];
	bool clicked; /* it has a click of the rule's platform now */
	bool moved;   /* and that is not the one told */
	char click_id[DB_CONVERSION_CLICK]; /* that one; of what was told, the
					       one told */
	char last[9]; /* conversion_name() of the last row; "" none */
	int64_t last_value_micros;
	uint32_t turn; /* of the last row; 0 none */
};

/* The next calls that changed until until_us; ripe: those that began at from_us
 * or later. */
RT_MUST_USE enum err db_conversion_walk_next(struct db *db,
    struct company_id company, const struct conversion_rule_row *rule,
    const struct conversion_walk *walk, int64_t until_us, int64_t from_us,
    uint32_t max, struct arena *mem, struct conversion_candidate **rows,
    size_t *n);
/* The click that a call is credited to now; "" none. */
RT_MUST_USE enum err db_conversion_walk_click(struct db *db,
    struct company_id company, const struct conversion_rule_row *rule,
    struct call_id call, char click[DB_CONVERSION_CLICK]);
RT_MUST_USE enum err db_conversion_walk_tell(struct db *db,
    struct company_id company, struct conversion_id rule,
    const struct conversion_candidate *c, enum conversion_kind kind,
    int64_t value_micros, int64_t now_us);

#endif
