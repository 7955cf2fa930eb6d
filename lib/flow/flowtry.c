#include "lib/flow/flowtry.h"

#include <stdlib.h>
#include <string.h>

#include "lib/core/builtin.h"
#include "lib/db/db_company.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_spoken.h"
#include "lib/flow/flowneed.h"

#define NAMED_MAX       4000 /* prompts that a file names */
#define SNAP_BYTES_HERE ((size_t)64 << 20)
#define WORLD_MEM_MAX   ((size_t)64 << 20) /* until the block is made of it */

/* Of cases tried in one world, with room for their reports. */
#define CASES_TOGETHER 50
#define CASES_MEM_MAX  ((size_t)128 << 20)

static const char *const what_names[FLOWTRY_WHAT_COUNT] = { "enters", "leaves",
	"says", "answers", "hears", "stops", "whispers", "rings", "cancels",
	"talks", "records", "keys", "message", "kept", "tags", "outcome",
	"stores", "ends" };

/* --- prompts ---------------------------------------------------------------*/

/* The rows that a world has; in a file's world they grow as they are named. */
struct rows {
	struct snap_prompt *row;
	size_t n, max;
	bool grows;
	struct arena *mem;
};

static bool add_row(struct rows *r, struct slice key, struct slice language,
    uint32_t samples)
{
	if (r->n == r->max)
		return false;
	r->row[r->n++] = (struct snap_prompt){ .key = key,
		.language = language,
		.samples = samples };
	return true;
}

/* The last of a key counts: a company's own come after the built-in ones. */
static bool find_row(const void *arg, struct company_id company,
    struct slice key, uint32_t *row)
{
	/* The world's own rows: const only for those who look. */
	union {
		const void *in;
		struct rows *out;
	} r = { .in = arg };
	struct slice kept;

	(void)company;
	for (size_t i = r.out->n; i-- > 0;)
		if (slice_eq(r.out->row[i].key, key)) {
			*row = (uint32_t)i;
			return true;
		}
	if (!r.out->grows || !arena_copy(r.out->mem, key, &kept) ||
	    !add_row(r.out, kept, SLICE("en"), 0))
		return false;
	*row = (uint32_t)r.out->n - 1;
	return true;
}

/* With room for more others. */
static enum err builtin_rows(struct rows *r, size_t more, struct arena *mem)
{
	size_t n;
	const struct builtin *all = builtin_all(&n);

	r->mem = mem;
	r->max = n + more;
	r->row = arena_array(mem, r->max, sizeof(*r->row));
	if (r->row == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		(void)add_row(r, slice_from(all[i].key),
		    slice_from(all[i].language), 0);
	return ERR_OK;
}

static enum err company_rows(struct rows *r, struct db *db,
    struct company_id company, struct arena *mem)
{
	struct spoken_live *spoken;
	struct prompt_sound *own;
	size_t n, n_spoken;
	enum err e;

	if ((e = db_prompt_sounds(db, company, mem, &own, &n)) != ERR_OK ||
	    (e = db_spoken_live(db, mem, &spoken, &n_spoken)) != ERR_OK ||
	    (e = builtin_rows(r, n + n_spoken, mem)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		(void)add_row(r, slice_from(own[i].key),
		    slice_from(own[i].language), own[i].samples);
	for (size_t i = 0; i < n_spoken; i++)
		(void)add_row(r, slice_from(spoken[i].key), SLICE("en"),
		    spoken[i].samples);
	return ERR_OK;
}

/* --- worlds ----------------------------------------------------------------*/

/* Two numbers, which nobody can call: they bring the zones of the clock and of
 * the company into the snapshot. */
static enum err put_zones(struct db_snap *in, struct slice zone,
    struct slice home, struct arena *mem)
{
	const struct slice names[] = { SLICE(""), SLICE("!") };
	const struct slice zones[] = { zone, home };

	in->n_numbers = RT_ARRAY_LEN(zones);
	in->numbers = arena_array(mem, in->n_numbers, sizeof(*in->numbers));
	if (in->numbers == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < in->n_numbers; i++) {
		in->numbers[i].row.e164 = names[i];
		in->numbers[i].row.name = SLICE("");
		in->numbers[i].notice_key = SLICE("");
		in->numbers[i].zone = zones[i];
	}
	return ERR_OK;
}

/* mem: for what is not needed any more when the block is made. */
static enum err build(struct flowtry *t, struct db_snap *in, struct rows *r,
    const struct db_snap_flow *draft, struct arena *mem,
    struct flow_json_errors *errors)
{
	struct flowsnap_prompts prompts = { .row = r->row,
		.n = r->n,
		.find = find_row,
		.arg = r };
	struct snap_flow f;
	enum err e;

	if ((e = flow_titles_read(draft->document, t->mem, &t->titles)) !=
		ERR_OK ||
	    (e = put_zones(in, t->zone, t->home, mem)) != ERR_OK)
		return e;
	buf_init(&t->bytes, SNAP_BYTES_HERE);
	e = flowsnap_try(in, &prompts, draft->id, mem, &t->bytes, errors);
	if (r->grows && e != ERR_SYNTAX && e != ERR_NOMEM) {
		/* The first time told which prompts the file names. */
		buf_reset(&t->bytes);
		prompts.n = r->n;
		e = flowsnap_try(in, &prompts, draft->id, mem, &t->bytes,
		    errors);
	}
	if (e == ERR_OK)
		e = snap_open(buf_slice(&t->bytes), &t->snap);
	if (e != ERR_OK)
		return e;
	for (t->flow = 0; t->flow < t->snap.section[SNAP_FLOWS].count;
	     t->flow++) {
		snap_flow_at(&t->snap, t->flow, &f);
		if (id_eq(f.id.v, draft->id.v))
			return ERR_OK;
	}
	return ERR_INTERNAL;
}

static enum err build_company(struct flowtry *t, struct db *db,
    const struct db_snap_flow *draft, struct arena *mem,
    struct flow_json_errors *errors)
{
	struct rows r = { .grows = false };
	struct db_snap in;
	enum err e;

	if ((e = company_rows(&r, db, draft->company, mem)) != ERR_OK ||
	    (e = flowneed_read(db, draft, mem, &in)) != ERR_OK)
		return e;
	return build(t, &in, &r, draft, mem, errors);
}

enum err flowtry_company(struct flowtry *t, struct db *db,
    struct company_id company, struct flow_id id, struct slice document,
    struct slice zone, struct arena *mem, struct flow_json_errors *errors)
{
	struct db_snap_flow draft = { .id = id,
		.company = company,
		.document = document };
	struct company_row row;
	struct arena world;
	enum err e;

	*t = (struct flowtry){ .mem = mem, .zone = zone };
	memset(errors, 0, sizeof(*errors));
	if ((e = db_company_get(db, company, &row)) != ERR_OK)
		return e;
	draft.account = row.account;
	if (!arena_copy(mem, slice_from(row.time_zone), &t->home))
		return ERR_NOMEM;
	if (zone.n == 0)
		t->zone = t->home;
	arena_init(&world, WORLD_MEM_MAX);
	e = build_company(t, db, &draft, &world, errors);
	arena_fini(&world);
	return e;
}

enum err flowtry_file(struct flowtry *t, struct slice document,
    struct slice zone, struct arena *mem, struct flow_json_errors *errors)
{
	struct db_snap_flow draft = { .document = document };
	struct db_snap in = { .flows = &draft, .n_flows = 1 };
	struct rows r = { .grows = true };
	enum err e;

	*t = (struct flowtry){ .mem = mem, .zone = zone };
	memset(errors, 0, sizeof(*errors));
	if ((e = builtin_rows(&r, NAMED_MAX, mem)) != ERR_OK)
		return e;
	return build(t, &in, &r, &draft, mem, errors);
}

void flowtry_close(struct flowtry *t)
{
	buf_fini(&t->bytes);
}

/* A world of its own memory: cases may be many, and worlds are large. */
static enum err cases_of_zone(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, const struct flow_case *cases,
    size_t n, const struct flowtry_each *each, struct flow_json_errors *errors)
{
	struct flowtry_report *report;
	struct arena mem;
	struct flowtry t;
	enum err e;

	arena_init(&mem, CASES_MEM_MAX);
	report = arena_alloc(&mem, sizeof(*report));
	e = flowtry_company(&t, db, company, id, document, cases[0].zone, &mem,
	    errors);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		if (report == NULL)
			e = ERR_NOMEM;
		else if ((e = flowtry_run(&t, &cases[i], NULL, report)) ==
			 ERR_OK)
			e = each->each(each->arg, &cases[i], report);
		else if (e == ERR_NOTFOUND)
			e = each->each(each->arg, &cases[i], NULL);
	}
	flowtry_close(&t);
	arena_fini(&mem);
	return e;
}

enum err flowtry_cases(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, const struct flow_case *cases,
    size_t n, const struct flowtry_each *each, struct flow_json_errors *errors)
{
	enum err e = ERR_OK;

	for (size_t from = 0, to; from < n && e == ERR_OK; from = to) {
		to = from + 1;
		while (to < n && to - from < CASES_TOGETHER &&
		       slice_eq(cases[to].zone, cases[from].zone))
			to++;
		e = cases_of_zone(db, company, id, document, cases + from,
		    to - from, each, errors);
	}
	return e;
}

const char *flowtry_what_name(enum flowtry_what what)
{
	return what_names[what];
}
