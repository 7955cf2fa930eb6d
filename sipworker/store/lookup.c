#include "sipworker/store/lookup.h"

#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_company.h"
#include "lib/db/db_facts.h"
#include "lib/db/db_judge.h"

#define MEM_MAX_BYTES ((size_t)256 * 1024)

void lookup_where(struct slice caller, struct lookup_where *out)
{
	struct phone phone;

	*out = (struct lookup_where){ .country = "" };
	if (phone_parse(caller, "", &phone) != ERR_OK)
		return;
	memcpy(out->country, phone.country, sizeof(out->country));
	phone_place(caller, out->place);
}

static enum err judge(struct db *db, const struct lookup *in, struct arena *mem,
    struct judged *out)
{
	struct lookup_where where;
	struct candidate_call call;
	struct company_row company;
	const enum err e = db_company_get(db, in->company, &company);

	if (e != ERR_OK)
		return e;
	lookup_where(in->caller, &where);
	call = (struct candidate_call){ .id = in->call,
		.number = in->number,
		.at_us = in->at_us,
		.caller_e164 = in->caller,
		.caller_country = slice_from(where.country),
		.caller_place = slice_from(where.place) };
	return db_judge(db, in->company, &call, company.credit_min_bp, NULL,
	    mem, out);
}

enum err lookup_facts(struct db *db, const struct lookup *in,
    struct flow_facts *out)
{
	struct judged j;
	struct arena mem;
	enum err e;

	*out = (struct flow_facts){ .known_caller = false };
	arena_init(&mem, MEM_MAX_BYTES);
	e = judge(db, in, &mem, &j);
	if (e == ERR_OK && j.verdict.level != ATTRIB_NONE)
		e = db_facts_visit(db, in->company,
		    j.found.c[j.verdict.best].visit, out);
	/* A number that stands for one source has it of every call. */
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = db_facts_tracker(db, in->company, in->number, out);
	if (e == ERR_NOTFOUND)
		e = ERR_OK;
	if (e == ERR_OK && in->caller.n > 0)
		e = db_facts_caller(db, in->company, in->caller, in->call, out);
	arena_fini(&mem);
	return e;
}
