#include "sipworker/store/prompts.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/db/db_prompt.h"

#define MEM_MAX_BYTES ((size_t)256 << 20)

struct builtin {
	struct slice key;
	struct slice language;
	uint32_t version;
	const char *file;
};

static const struct builtin builtins[] = {
	{ SLICE_INIT("notice.en"), SLICE_INIT("en"), 1, "notice.en.ul" },
	{ SLICE_INIT("sorry.en"), SLICE_INIT("en"), 1, "sorry.en.ul" },
};

/* Whose a row is; both nil: built in. */
struct prompts_owner {
	struct company_id company;
	struct prompt_id id;
};

/* --- those that come with the product --------------------------------------*/

static enum err append_file(int dirfd, const char *name, struct buf *out)
{
	char block[4096];
	ssize_t n;
	int fd;

	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		log_sys("prompts: open %s", name);
		return ERR_IO;
	}
	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_bytes(out, block, (size_t)n);
	if (n < 0)
		log_sys("prompts: read %s", name);
	(void)close(fd); /* read only: nothing can be lost */
	return n < 0 ? ERR_IO : buf_err(out);
}

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
	struct prompts p;
	enum err e;

	init(&p);
	e = rows(&p, RT_ARRAY_LEN(builtins));
	for (size_t i = 0; i < RT_ARRAY_LEN(builtins) && e == ERR_OK; i++) {
		const size_t at = p.image.n;

		e = append_file(dirfd, builtins[i].file, &p.image);
		p.row[p.n++] = (struct snap_prompt){ .key = builtins[i].key,
			.language = builtins[i].language,
			.version = builtins[i].version,
			.offset_bytes = at,
			.samples = (uint32_t)(p.image.n - at) };
		if (e == ERR_OK && p.image.n == at) {
			log_error("prompts: empty file=%s", builtins[i].file);
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

/* --- those of the companies ------------------------------------------------*/

static bool same(const struct prompts *p, const struct prompt_live *live,
    size_t n)
{
	if (p->n - p->n_builtin != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const size_t at = p->n_builtin + i;

		if (!id_eq(p->owner[at].company.v, live[i].company.v) ||
		    !id_eq(p->owner[at].id.v, live[i].id.v) ||
		    p->row[at].version != live[i].version)
			return false;
	}
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

static enum err add(struct prompts *p, struct db *db,
    const struct prompt_live *live, struct arena *scratch)
{
	struct snap_prompt *row = &p->row[p->n];
	char id[ID_TEXT_MAX];
	struct slice ulaw;
	enum err e;

	e = db_prompt_audio(db, live->company, live->id, live->version, scratch,
	    &ulaw);
	if (e == ERR_NOTFOUND)
		return ERR_OK; /* archived meanwhile */
	if (e != ERR_OK)
		return e;
	if (ulaw.n > PROMPTS_BYTES_MAX - p->image.n) {
		id_text(ID_KIND_prompt, live->id.v, id);
		log_error("prompts: no room left for prompt=%s", id);
		ulaw.n = 0; /* silence of no length; the row stays in order */
	}
	row->offset_bytes = p->image.n;
	row->samples = (uint32_t)ulaw.n;
	row->version = live->version;
	buf_put(&p->image, ulaw);
	if (!arena_copy(&p->mem, slice_from(live->key), &row->key) ||
	    !arena_copy(&p->mem, slice_from(live->language), &row->language))
		return ERR_NOMEM;
	p->owner[p->n].company = live->company;
	p->owner[p->n].id = live->id;
	p->n++;
	return buf_err(&p->image);
}

static enum err build(const struct prompts *old, struct db *db,
    const struct prompt_live *live, size_t n, struct prompts *out)
{
	struct arena scratch;
	enum err e;

	if ((e = rows(out, old->n_builtin + n)) != ERR_OK ||
	    (e = copy_builtins(old, out)) != ERR_OK)
		return e;
	arena_init(&scratch, 2 * DB_PROMPT_ULAW_MAX);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		e = add(out, db, &live[i], &scratch);
		arena_reset(&scratch);
	}
	arena_fini(&scratch);
	return e;
}

enum err prompts_refresh(struct prompts *p, struct db *db, bool *changed)
{
	struct prompt_live *live = NULL;
	struct prompts fresh;
	struct arena mem;
	size_t n = 0;
	enum err e;

	arena_init(&mem, MEM_MAX_BYTES);
	e = db_prompt_live(db, &mem, &live, &n);
	if (e == ERR_OK && n > PROMPTS_ROWS_MAX) {
		log_error("prompts: only %d of %zu are used", PROMPTS_ROWS_MAX,
		    n);
		n = PROMPTS_ROWS_MAX;
	}
	if (e != ERR_OK || same(p, live, n)) {
		*changed = false;
		arena_fini(&mem);
		return e;
	}
	init(&fresh);
	e = build(p, db, live, n, &fresh);
	arena_fini(&mem);
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
	size_t from = p->n_builtin, to = p->n;

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
