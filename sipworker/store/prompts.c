#include "sipworker/store/prompts.h"

#include <string.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/core/builtin.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_spoken.h"

#define MEM_MAX_BYTES ((size_t)256 << 20)

/* Whose a row is; both nil: built in. */
struct prompts_owner {
	struct company_id company;
	struct prompt_id id;
};

/* --- those that come with the product --------------------------------------*/

static enum err rows(struct prompts *p, size_t n)
{
	p->row = arena_array(&p->mem, n, sizeof(*p->row));
	p->owner = arena_array(&p->mem, n, sizeof(*p->owner));
	return p->row == NULL || p->owner == NULL ? ERR_NOMEM : ERR_OK;
}

static void init(struct prompts *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->image, PROMPTS_BYTES_MAX);
	arena_init(&p->mem, MEM_MAX_BYTES);
}

enum err prompts_load(int dirfd, struct prompts *out)
{
	const struct builtin *all;
	struct prompts p;
	size_t n;
	enum err e;

	all = builtin_all(&n);
	init(&p);
	e = rows(&p, n);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		const size_t at = p.image.n;

		e = file_read(dirfd, all[i].file, &p.image);
		p.row[p.n++] = (struct snap_prompt){
			.key = slice_from(all[i].key),
			.language = slice_from(all[i].language),
			.version = all[i].version,
			.offset_bytes = at,
			.samples = (uint32_t)(p.image.n - at),
		};
		if (e == ERR_OK && p.image.n == at) {
			log_error("prompts: empty file=%s", all[i].file);
			e = ERR_IO;
		}
	}
	p.n_builtin = p.n;
	p.builtin_bytes = p.image.n;
	if (e == ERR_OK)
		*out = p;
	else
		prompts_fini(&p);
	return e;
}

void prompts_fini(struct prompts *p)
{
	if (p == NULL)
		return;
	buf_fini(&p->image);
	arena_fini(&p->mem);
}

/* --- those of the companies, and the parts of whispers ---------------------*/

/* What the database has now. */
struct wanted {
	struct arena mem;
	struct prompt_live *own;
	size_t n_own;
	struct spoken_live *spoken;
	size_t n_spoken;
};

static enum err read_wanted(struct db *db, struct wanted *w)
{
	size_t n;
	enum err e;

	if ((e = db_prompt_live(db, &w->mem, &w->own, &w->n_own)) != ERR_OK ||
	    (e = db_spoken_live(db, &w->mem, &w->spoken, &w->n_spoken)) !=
		ERR_OK)
		return e;
	n = w->n_own + w->n_spoken;
	if (w->n_own > PROMPTS_ROWS_MAX)
		w->n_own = PROMPTS_ROWS_MAX;
	if (w->n_spoken > PROMPTS_ROWS_MAX - w->n_own)
		w->n_spoken = PROMPTS_ROWS_MAX - w->n_own;
	if (n > PROMPTS_ROWS_MAX)
		log_error("prompts: only %d of %zu are used", PROMPTS_ROWS_MAX,
		    n);
	return ERR_OK;
}

static bool same(const struct prompts *p, const struct wanted *w)
{
	const size_t spoken = p->n_builtin + p->n_own;

	if (p->n_own != w->n_own || p->n - spoken != w->n_spoken)
		return false;
	for (size_t i = 0; i < w->n_own; i++) {
		const size_t at = p->n_builtin + i;

		if (!id_eq(p->owner[at].company.v, w->own[i].company.v) ||
		    !id_eq(p->owner[at].id.v, w->own[i].id.v) ||
		    p->row[at].version != w->own[i].version)
			return false;
	}
	for (size_t i = 0; i < w->n_spoken; i++)
		if (!slice_eq_cstr(p->row[spoken + i].key, w->spoken[i].key))
			return false;
	return true;
}

static enum err copy_builtins(const struct prompts *from, struct prompts *to)
{
	buf_put(&to->image,
	    slice_head(buf_slice(&from->image), from->builtin_bytes));
	memcpy(to->row, from->row, from->n_builtin * sizeof(*to->row));
	to->n = to->n_builtin = from->n_builtin;
	to->builtin_bytes = from->builtin_bytes;
	return buf_err(&to->image);
}

/* Appends a row; audio for which there is no room becomes silence of no
 * length, so that the rows stay in order. */
static enum err add(struct prompts *p, struct slice key, struct slice language,
    uint32_t version, struct slice ulaw)
{
	struct snap_prompt *row = &p->row[p->n];

	if (ulaw.n > PROMPTS_BYTES_MAX - p->image.n) {
		log_error("prompts: no room left for key=%.*s", SLICE_FMT(key));
		ulaw.n = 0;
	}
	row->offset_bytes = p->image.n;
	row->samples = (uint32_t)ulaw.n;
	row->version = version;
	buf_put(&p->image, ulaw);
	if (!arena_copy(&p->mem, key, &row->key) ||
	    !arena_copy(&p->mem, language, &row->language))
		return ERR_NOMEM;
	p->n++;
	return buf_err(&p->image);
}

static enum err add_own(struct prompts *p, struct db *db,
    const struct prompt_live *live, struct arena *scratch)
{
	struct slice language = slice_from(live->language), base;
	struct slice ulaw = SLICE("");
	enum err e;

	e = db_prompt_audio(db, live->company, live->id, live->version, scratch,
	    &ulaw);
	if (e != ERR_OK && e != ERR_NOTFOUND) /* archived meanwhile */
		return e;
	/* Digits and the like are found by language alone: "en-US" is "en". */
	(void)slice_cut(&language, '-', &base);
	p->owner[p->n].company = live->company;
	p->owner[p->n].id = live->id;
	return add(p, slice_from(live->key), base, live->version, ulaw);
}

static enum err add_spoken(struct prompts *p, struct db *db,
    const struct spoken_live *row, struct arena *scratch)
{
	const struct slice key = slice_from(row->key);
	struct slice ulaw = SLICE("");
	const enum err e = db_spoken_audio(db, key, scratch, &ulaw);

	if (e != ERR_OK && e != ERR_NOTFOUND) /* swept meanwhile */
		return e;
	return add(p, key, SLICE("en"), 1, ulaw);
}

static enum err build(const struct prompts *old, struct db *db,
    const struct wanted *w, struct prompts *out)
{
	struct arena scratch;
	enum err e;

	if ((e = rows(out, old->n_builtin + w->n_own + w->n_spoken)) !=
		ERR_OK ||
	    (e = copy_builtins(old, out)) != ERR_OK)
		return e;
	arena_init(&scratch, 2 * DB_PROMPT_ULAW_MAX);
	for (size_t i = 0; i < w->n_own && e == ERR_OK; i++) {
		e = add_own(out, db, &w->own[i], &scratch);
		arena_reset(&scratch);
	}
	out->n_own = w->n_own;
	for (size_t i = 0; i < w->n_spoken && e == ERR_OK; i++) {
		e = add_spoken(out, db, &w->spoken[i], &scratch);
		arena_reset(&scratch);
	}
	arena_fini(&scratch);
	return e;
}

enum err prompts_refresh(struct prompts *p, struct db *db, bool *changed)
{
	struct wanted w = { .n_own = 0 };
	struct prompts fresh;
	enum err e;

	arena_init(&w.mem, MEM_MAX_BYTES);
	e = read_wanted(db, &w);
	if (e != ERR_OK || same(p, &w)) {
		*changed = false;
		arena_fini(&w.mem);
		return e;
	}
	init(&fresh);
	e = build(p, db, &w, &fresh);
	arena_fini(&w.mem);
	if (e != ERR_OK) {
		prompts_fini(&fresh);
		return e;
	}
	prompts_fini(p);
	*p = fresh;
	*changed = true;
	return ERR_OK;
}

static int compare(const struct prompts *p, size_t i, struct company_id company,
    struct slice key)
{
	const int by_company =
	    memcmp(p->owner[i].company.v, company.v, ID_BYTES);

	return by_company != 0 ? by_company : slice_cmp(p->row[i].key, key);
}

bool prompts_find(const struct prompts *p, struct company_id company,
    struct slice key, uint32_t *row)
{
	size_t from = p->n_builtin, to = p->n_builtin + p->n_own;

	while (from < to) {
		const size_t mid = from + (to - from) / 2;
		const int c = compare(p, mid, company, key);

		if (c == 0) {
			*row = (uint32_t)mid;
			return true;
		}
		if (c < 0)
			from = mid + 1;
		else
			to = mid;
	}
	for (size_t i = 0; i < p->n_builtin; i++)
		if (slice_eq(p->row[i].key, key)) {
			*row = (uint32_t)i;
			return true;
		}
	return false;
}
