/*
 * ctl_seed_move.h - the demonstration follows `ringtrace run` to its address.
 *
 * The simulated carrier and the business phone are on this machine's own
 * address. When --addr is another than when they were made, the carrier would
 * be a stranger and the phone nowhere.
 */
#ifndef RT_CTL_CTL_SEED_MOVE_H
#define RT_CTL_CTL_SEED_MOVE_H

#include "lib/base/settings.h"
#include "lib/db/db_trunk.h"

#define CTL_SEED_CARRIER_NAME "Simulated carrier"
#define CTL_SEED_PHONE_NAME   "Front desk"

/* "<our address>:port", of the carrier and of the phone. */
void ctl_seed_move_hop(const struct settings *s, char out[DB_TEXT_BYTES]);
void ctl_seed_move_phone(const struct settings *s, char out[DB_TEXT_BYTES]);
/* Calls from our address alone. */
void ctl_seed_move_acl(const struct settings *s, struct trunk_acl_row *out);

/* Changes the carrier and the phone of the demonstration company to our
 * address. What a person renamed is a person's and stays. */
RT_MUST_USE enum err ctl_seed_move(struct db *db, const struct settings *s,
    struct company_id company);

#endif
