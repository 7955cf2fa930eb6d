#include "sipworker/store/reserve.h"

#include "lib/base/log.h"
#include "lib/db/db_reserve.h"

bool reserve_wants_reply(enum ask_kind kind)
{
	return kind == ASK_RESERVE || kind == ASK_NEXT;
}

static enum err ask(struct db *db, struct company_id company,
    struct call_id call, const struct ask *a, int64_t now_us,
    struct ask_reply *out)
{
	bool granted = false;
	enum err e = ERR_OK;

	switch (a->kind) {
	case ASK_RESERVE:
		e = db_reserve_take(db, company, call, a, now_us, &granted);
		out->answer = granted ? ASK_YES : ASK_FULL;
		break;
	case ASK_CONFIRM:
		e = db_reserve_confirm(db, company, call, a->key);
		break;
	case ASK_RELEASE:
		e = db_reserve_give(db, company, call, a->key);
		break;
	case ASK_LEAVE:
		e = db_reserve_leave(db, company, call, a->key);
		break;
	case ASK_NEXT:
		e = db_reserve_turn(db, company, a->key, &out->turn);
		out->answer = ASK_YES;
		break;
	case ASK_KIND_COUNT:
		e = ERR_INTERNAL;
		break;
	}
	return e;
}

void reserve_ask(struct db *db, struct company_id company, struct call_id call,
    const struct ask *a, int64_t now_us, struct ask_reply *out)
{
	struct ask_reply reply = { ASK_AWAY, 0 };
	enum err e;

	/* Two calls that want the same place may meet: once more, then. */
	e = ask(db, company, call, a, now_us, &reply);
	if (e == ERR_BUSY)
		e = ask(db, company, call, a, now_us, &reply);
	if (e != ERR_OK)
		reply = (struct ask_reply){ ASK_AWAY, 0 };
	/* A confirmation of what the call's end has taken away is too late;
	 * everything else that fails is a database in trouble, said once by
	 * its own room. */
	if (e != ERR_OK && e != ERR_NOTFOUND && e != ERR_UNAVAILABLE)
		log_warn("reserve: not done kind=%u: %s", (unsigned int)a->kind,
		    err_name(e));
	*out = reply;
}
