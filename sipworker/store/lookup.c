#include "sipworker/store/lookup.h"

#include "lib/base/arena.h"
#include "lib/db/db_facts.h"
#include "lib/db/db_judge.h"

#define MEM_MAX_BYTES ((size_t)256 * 1024)

enum err lookup_facts(struct db *db, const struct lookup *in,
    struct flow_facts *out)
{
	const struct candidate_call call = { .id = in->call,
		.number = in->number,
		.at_us = in->at_us,
		.caller_e164 = in->caller };
	struct judged j;
	struct arena mem;
	enum err e;

	*out = (struct flow_facts){ .known_caller = false };
	arena_init(&mem, MEM_MAX_BYTES);
	e = db_judge(db, in->company, &call, ATTRIB_THRESHOLD_BP, NULL, &mem,
	    &j);
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
