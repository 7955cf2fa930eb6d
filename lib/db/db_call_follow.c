#include "lib/db/db_call_follow.h"

#include "lib/db/db_hook_out.h"
#include "lib/db/db_mail.h"

enum err db_call_follow_opened(struct db *db, struct company_id company,
    const struct callrec *r)
{
	return db_hook_out_emit(db, company, HOOK_CALL_STARTED, r->head.call.v,
	    r->u.opened.wall_us);
}

enum err db_call_follow_event(struct db *db, struct company_id company,
    const struct callrec *r, int64_t started_us)
{
	if (r->u.event.what != CALLREC_EV_BRIDGED)
		return ERR_OK;
	return db_hook_out_emit(db, company, HOOK_CALL_ANSWERED, r->head.call.v,
	    started_us + r->head.at_us);
}

enum err db_call_follow_closed(struct db *db, struct company_id company,
    struct call_id call, int64_t now_us)
{
	const enum err e =
	    db_hook_out_emit(db, company, HOOK_CALL_ENDED, call.v, now_us);

	return e == ERR_OK ? db_mail_call_closed(db, company, call, now_us) : e;
}
