#include "sipworker/store/lookup.h"

#include "lib/base/arena.h"
#include "lib/base/utf8.h"
#include "lib/core/attrib.h"
#include "lib/db/db_call.h"
#include "lib/db/db_lease.h"
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
	struct attrib_candidate c[ATTRIB_CANDIDATES_MAX];
	struct attrib_verdict v;
	struct arena mem;
	size_t n = 0;
	enum err e;

	*out = (struct flow_facts){ .known_caller = false };
	arena_init(&mem, MEM_MAX_BYTES);
	e = db_lease_candidates(db, in->company, in->number, in->at_us,
	    in->caller, in->call, &mem, c, &n);
	if (e == ERR_OK)
		e = attrib_decide(c, n, in->at_us, ATTRIB_THRESHOLD_BP, &v);
	if (e == ERR_OK && v.level != ATTRIB_NONE)
		e = fill(db, in, &c[v.best], out);
	if (e == ERR_OK && in->caller.n > 0)
		e = db_call_known(db, in->company, in->caller,
		    &out->known_caller);
	arena_fini(&mem);
	return e;
}
