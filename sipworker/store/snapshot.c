#include "sipworker/store/snapshot.h"

#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/base/log.h"
#include "lib/flow/flowsnap.h"

#define MEM_MAX_BYTES ((size_t)512 << 20)

/* Everything of one building. */
struct job {
	struct arena mem;
	const struct seal_key *key;
	struct db_snap in;
};

/* What a trunk's sealed password is bound to (lib/hash/seal). */
static struct slice about_trunk(const struct snap_trunk *t, char *mem,
    size_t cap)
{
	char id[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_trunk, t->id.v, id);
	buf_over(&b, mem, cap);
	buf_cstr(&b, "trunk:");
	buf_cstr(&b, id);
	return buf_slice(&b);
}

static enum err unseal(struct job *j)
{
	for (size_t i = 0; i < j->in.n_trunks; i++) {
		struct snap_trunk *t = &j->in.trunks[i];
		char mem[64], id[ID_TEXT_MAX];
		struct buf plain;
		enum err e;

		if (j->in.sealed[i].n == 0)
			continue;
		buf_init(&plain, SEAL_PLAIN_MAX);
		e = seal_open(j->key, about_trunk(t, mem, sizeof(mem)),
		    j->in.sealed[i], &plain);
		if (e == ERR_OK &&
		    !arena_copy(&j->mem, buf_slice(&plain), &t->auth_password))
			e = ERR_NOMEM;
		buf_fini(&plain);
		if (e == ERR_NOMEM)
			return e;
		if (e != ERR_OK) {
			id_text(ID_KIND_trunk, t->id.v, id);
			log_error(
			    "snapshot: password not opened trunk=%s "
			    "err=%s",
			    id, err_name(e));
		}
	}
	return ERR_OK;
}

static bool find_prompt(const void *arg, struct company_id company,
    struct slice key, uint32_t *row)
{
	return prompts_find(arg, company, key, row);
}

enum err snapshot_build(struct db *db, const struct seal_key *key,
    const struct prompts *prompts, struct flowkeep *keep, struct buf *out,
    uint64_t *version)
{
	const struct flowsnap_prompts found = { .row = prompts->row,
		.n = prompts->n,
		.find = find_prompt,
		.arg = prompts };
	struct job j = { .key = key };
	enum err e;

	arena_init(&j.mem, MEM_MAX_BYTES);
	e = db_snap_read(db, &j.mem, flowkeep_has, keep, &j.in);
	if (e == ERR_OK)
		e = unseal(&j);
	if (e == ERR_OK)
		e = flowsnap_build(&j.in, &found, keep, &j.mem, out);
	if (e == ERR_OK)
		*version = j.in.config_version;
	arena_fini(&j.mem);
	return e;
}
