/*
 * ctl_seed.h - the demonstration company of `ringtrace run`.
 *
 * A plumber in San Francisco with a web site (served at /demo/), a pool of
 * eight numbers, four source trackers, a simulated carrier that may call in
 * from our own address, and a business phone at its port 5080. Made once, in
 * one transaction; what a person changes afterwards stays. Only the carrier and
 * the phone follow us to another address (ctl_seed_move.h).
 */
#ifndef RT_CTL_SEED_H
#define RT_CTL_SEED_H

#include "lib/base/settings.h"
#include "lib/db/db.h"

#define CTL_SEED_EMAIL        "demo@example.com"
#define CTL_SEED_SITE_KEY     "demo"
#define CTL_SEED_CARRIER_PORT 5070
#define CTL_SEED_PHONE_PORT   5080
#define CTL_SEED_PASSWORD     24 /* characters */

struct ctl_seed {
	char password[CTL_SEED_PASSWORD + 1];
	bool called; /* it had a call before this run */
};

/* Makes what is missing. The password is generated once and kept, with what
 * scripts need to know, in <secret_dir>/demo.txt. Failures are said. */
RT_MUST_USE enum err ctl_seed(struct db *db, const struct settings *s,
    struct ctl_seed *out);

#endif
