#include "sipworker/engine_keep.h"

#include <stdlib.h>
#include <string.h>

enum err engine_keep_init(struct engine_keep *k, uint32_t calls)
{
	*k = (struct engine_keep){ .max_recs = calls };
	k->last = &k->first;
	k->rec = calloc(calls, sizeof(*k->rec));
	return k->rec == NULL ? ERR_NOMEM : ERR_OK;
}

void engine_keep_fini(struct engine_keep *k)
{
	engine_keep_durable(k, UINT64_MAX);
	free(k->rec);
	k->rec = NULL;
}

enum err engine_keep_record(struct engine_keep *k, uint64_t seq,
    struct slice bytes)
{
	struct engine_kept_record *r;

	if (k->bytes + bytes.n > ENGINE_KEEP_BYTES_MAX)
		return ERR_BUSY;
	if ((r = malloc(sizeof(*r) + bytes.n)) == NULL)
		return ERR_NOMEM;
	r->next = NULL;
	r->seq = seq;
	r->n = bytes.n;
	memcpy(r->bytes, bytes.p, bytes.n);
	*k->last = r;
	k->last = &r->next;
	k->bytes += bytes.n;
	return ERR_OK;
}

void engine_keep_durable(struct engine_keep *k, uint64_t seq)
{
	while (k->first != NULL && k->first->seq <= seq) {
		struct engine_kept_record *r = k->first;

		k->first = r->next;
		k->bytes -= r->n;
		free(r);
	}
	if (k->first == NULL)
		k->last = &k->first;
}

struct engine_kept_rec *engine_keep_rec(struct engine_keep *k,
    struct call_id call, uint32_t key, int64_t anchor_us, struct slice name)
{
	for (uint32_t i = 0; i < k->max_recs; i++) {
		struct engine_kept_rec *r = &k->rec[i];

		if (r->used)
			continue;
		*r = (struct engine_kept_rec){ .call = call,
			.key = key,
			.anchor_us = anchor_us };
		r->used = slice_to_cstr(name, r->name, sizeof(r->name));
		return r->used ? r : NULL;
	}
	return NULL;
}

struct engine_kept_rec *engine_keep_find(struct engine_keep *k,
    struct call_id call)
{
	for (uint32_t i = 0; i < k->max_recs; i++)
		if (k->rec[i].used && id_eq(k->rec[i].call.v, call.v))
			return &k->rec[i];
	return NULL;
}
