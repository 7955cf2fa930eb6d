#include "sipworker/store/lookup.h"

#include "lib/base/arena.h"
#include "lib/base/utf8.h"
#include "lib/db/db_call.h"
#include "lib/db/db_judge.h"
#include "lib/db/db_visit.h"

#define MEM_MAX_BYTES ((size_t)256 * 1024)

/* A cut text is better than none: it is for whispers and routing rules. */
static void copy(struct slice s, char *out, size_t cap)
{
	if (!slice_to_cstr(utf8_head(s, cap - 1), out, cap))
		out[0] = '\0';
}

static enum err fill(struct db *db, const struct lookup *in,
    const struct attrib_candidate *c, struct flow_facts *out)
{
	char keyword[DB_TEXT_BYTES];
	enum err e;

	out->visit = c->visit;
	copy(c->source, out->source, sizeof(out->source));
	copy(c->medium, out->medium, sizeof(out->medium));
	copy(c->campaign, out->campaign, sizeof(out->campaign));
	e = db_visit_keyword(db, in->company, c->visit, keyword,
	    sizeof(keyword));
	if (e == ERR_OK)
		copy(slice_from(keyword), out->keyword, sizeof(out->keyword));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

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
		e = fill(db, in, &j.found.c[j.verdict.best], out);
	if (e == ERR_OK && in->caller.n > 0)
		e = db_call_known(db, in->company, in->caller,
		    &out->known_caller);
	arena_fini(&mem);
	return e;
}
