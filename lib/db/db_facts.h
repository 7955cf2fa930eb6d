/*
 * db_facts.h - what a flow may ask about a call that has just come in
 * (lib/core/flow_run.h): the visit behind it, the number's own source, and the
 * caller's history. Each verb fills its part of the facts and leaves the rest;
 * texts that are too long for them are cut at a character.
 */
#ifndef RT_DB_FACTS_H
#define RT_DB_FACTS_H

#include "lib/core/flow_run.h"
#include "lib/db/db.h"

/* visit, channel, source, medium, campaign, keyword, landing, referrer, click.
 * ERR_NOTFOUND: no such visit of this company. */
RT_MUST_USE enum err db_facts_visit(struct db *db, struct company_id company,
    struct visit_id visit, struct flow_facts *out);
/* channel, source, medium, campaign of the number's tracker, which is the
 * source of all its calls. ERR_NOTFOUND: it has none. */
RT_MUST_USE enum err db_facts_tracker(struct db *db, struct company_id company,
    struct number_id number, struct flow_facts *out);
/* known_caller, last_outcome, answered, tags, lists; `call` itself does not
 * count, whether it is in the database already or not. */
RT_MUST_USE enum err db_facts_caller(struct db *db, struct company_id company,
    struct slice e164, struct call_id call, struct flow_facts *out);

#endif
