#include "lib/core/snap_write.h"

#include <string.h>

#include "lib/core/hours.h"

static const uint32_t row_bytes[SNAP_SECTION_COUNT] = {
	[SNAP_TRUNKS] = SNAP_TRUNK_BYTES,
	[SNAP_ACLS] = SNAP_ACL_BYTES,
	[SNAP_NUMBERS] = SNAP_NUMBER_BYTES,
	[SNAP_FLOWS] = SNAP_FLOW_BYTES,
	[SNAP_DESTINATIONS] = SNAP_DESTINATION_BYTES,
	[SNAP_PROMPTS] = SNAP_PROMPT_BYTES,
	[SNAP_ZONES] = SNAP_ZONE_BYTES,
	[SNAP_PROMPT_INDEX] = SNAP_PROMPT_INDEX_BYTES,
};

struct writer {
	struct buf *b;
	size_t start;
	uint32_t heap;  /* offset of the next text */
	bool heap_pass; /* false: rows are written; true: texts are */
};

static void put_u8(struct writer *w, unsigned int v)
{
	if (!w->heap_pass)
		buf_char(w->b, (char)(uint8_t)v);
}

static void put_be16(struct writer *w, uint16_t v)
{
	if (!w->heap_pass)
		buf_be16(w->b, v);
}

static void put_be32(struct writer *w, uint32_t v)
{
	if (!w->heap_pass)
		buf_be32(w->b, v);
}

static void put_be64(struct writer *w, uint64_t v)
{
	if (!w->heap_pass)
		buf_be64(w->b, v);
}

static void put_id(struct writer *w, const uint8_t id[ID_BYTES])
{
	if (!w->heap_pass)
		buf_bytes(w->b, id, ID_BYTES);
}

/* The same walk over the rows is done twice: for the references, then for what
 * they refer to. */
static void put_blob(struct writer *w, struct slice s, size_t max)
{
	if (s.n > max || s.n > SNAP_BYTES_MAX - w->heap) {
		buf_fail(w->b, ERR_TOOBIG);
		return;
	}
	if (w->heap_pass) {
		buf_put(w->b, s);
		return;
	}
	buf_be32(w->b, w->heap);
	buf_be32(w->b, (uint32_t)s.n);
	w->heap += (uint32_t)s.n;
}

static void put_text(struct writer *w, struct slice s)
{
	put_blob(w, s, SNAP_TEXT_MAX);
}

static void put_trunks(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_trunks; i++) {
		const struct snap_trunk *t = &src->trunks[i];

		put_id(w, t->id.v);
		put_id(w, t->account.v);
		put_text(w, t->name);
		put_text(w, t->country);
		put_u8(w, t->dialled);
		put_be32(w, t->codecs);
		put_u8(w, t->identity_in);
		put_u8(w, t->outgoing);
		put_text(w, t->tech_prefix);
		put_text(w, t->uri_host);
		put_be32(w, t->next_hop_ip);
		put_be16(w, t->next_hop_port);
		put_text(w, t->next_hop_name);
		put_text(w, t->auth_user);
		put_text(w, t->auth_password);
		put_text(w, t->from_user);
		put_be32(w, t->no_reply_ms);
		put_be32(w, t->max_calls);
		put_be32(w, t->calls_per_s);
		put_be32(w, t->register_s);
	}
}

static void put_acls(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_acls; i++) {
		put_be32(w, src->acls[i].net);
		put_u8(w, src->acls[i].bits);
		put_u8(w, src->acls[i].media);
		put_be32(w, src->acls[i].trunk);
	}
}

static void put_numbers(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_numbers; i++) {
		const struct snap_number *n = &src->numbers[i];

		put_text(w, n->e164);
		put_id(w, n->id.v);
		put_id(w, n->company.v);
		put_id(w, n->account.v);
		put_id(w, n->trunk.v);
		put_text(w, n->name);
		put_be32(w, n->flow);
		put_u8(w, n->record);
		put_be32(w, n->notice_prompt);
		put_be32(w, n->zone);
	}
}

static void put_flows(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_flows; i++) {
		put_id(w, src->flows[i].id.v);
		put_id(w, src->flows[i].company.v);
		put_be32(w, src->flows[i].version);
		put_blob(w, src->flows[i].flow.bytes, SNAP_BYTES_MAX);
	}
}

static void put_destinations(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_destinations; i++) {
		const struct snap_destination *d = &src->destinations[i];

		put_id(w, d->id.v);
		put_id(w, d->company.v);
		put_text(w, d->name);
		put_text(w, d->address);
		put_be32(w, d->trunk);
		put_be32(w, d->capacity);
		put_be32(w, d->cap_hour);
		put_be32(w, d->cap_day);
		put_be32(w, d->cap_month);
		put_be32(w, d->zone);
		put_blob(w, d->hours, HOURS_BYTES_MAX);
		put_text(w, d->regions);
	}
}

static void put_prompts(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_prompts; i++) {
		const struct snap_prompt *p = &src->prompts[i];

		put_text(w, p->key);
		put_text(w, p->language);
		put_be32(w, p->version);
		put_be64(w, p->offset_bytes);
		put_be32(w, p->samples);
	}
}

static void put_zones(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_zones; i++) {
		put_text(w, src->zones[i].name);
		put_blob(w, src->zones[i].bytes, SNAP_ZONE_MAX);
	}
}

/* Rows by number; sort_prompts() puts them in order. */
static void put_prompt_index(struct writer *w, const struct snap_source *src)
{
	for (size_t i = 0; i < src->n_prompts; i++)
		put_be32(w, (uint32_t)i);
}

static void (*const put_section[SNAP_SECTION_COUNT])(struct writer *w,
    const struct snap_source *src) = {
	[SNAP_TRUNKS] = put_trunks,
	[SNAP_ACLS] = put_acls,
	[SNAP_NUMBERS] = put_numbers,
	[SNAP_FLOWS] = put_flows,
	[SNAP_DESTINATIONS] = put_destinations,
	[SNAP_PROMPTS] = put_prompts,
	[SNAP_ZONES] = put_zones,
	[SNAP_PROMPT_INDEX] = put_prompt_index,
};

/* The index as it lies in the block. */
struct index {
	const struct snap_source *src;
	char *p;
};

static uint32_t index_get(const struct index *x, size_t i)
{
	const unsigned char *p = (const unsigned char *)x->p + 4 * i;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void index_set(const struct index *x, size_t i, uint32_t row)
{
	for (size_t k = 0; k < 4; k++)
		x->p[4 * i + k] = (char)(uint8_t)(row >> (24 - 8 * k));
}

static bool before(const struct index *x, uint32_t a, uint32_t b)
{
	return slice_cmp(x->src->prompts[a].key, x->src->prompts[b].key) < 0;
}

static void sift(const struct index *x, size_t at, size_t n)
{
	const uint32_t row = index_get(x, at);

	for (size_t kid = 2 * at + 1; kid < n; kid = 2 * at + 1) {
		if (kid + 1 < n &&
		    before(x, index_get(x, kid), index_get(x, kid + 1)))
			kid++;
		if (!before(x, row, index_get(x, kid)))
			break;
		index_set(x, at, index_get(x, kid));
		at = kid;
	}
	index_set(x, at, row);
}

/* Heapsort in place: nothing is allocated here. */
static void sort_prompts(const struct index *x, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(x, i, n);
	for (size_t i = n; i-- > 1;) {
		const uint32_t last = index_get(x, i);

		index_set(x, i, index_get(x, 0));
		index_set(x, 0, last);
		sift(x, 0, i);
	}
}

static enum err check_order(const struct snap_source *src)
{
	for (size_t i = 1; i < src->n_numbers; i++)
		if (slice_cmp(src->numbers[i - 1].e164, src->numbers[i].e164) >=
		    0)
			return ERR_CONFLICT;
	for (size_t i = 1; i < src->n_destinations; i++)
		if (memcmp(src->destinations[i - 1].id.v,
			src->destinations[i].id.v, ID_BYTES) >= 0)
			return ERR_CONFLICT;
	return ERR_OK;
}

enum err snap_write(const struct snap_source *src, struct buf *out)
{
	const size_t counts[SNAP_SECTION_COUNT] = {
		[SNAP_TRUNKS] = src->n_trunks,
		[SNAP_ACLS] = src->n_acls,
		[SNAP_NUMBERS] = src->n_numbers,
		[SNAP_FLOWS] = src->n_flows,
		[SNAP_DESTINATIONS] = src->n_destinations,
		[SNAP_PROMPTS] = src->n_prompts,
		[SNAP_ZONES] = src->n_zones,
		[SNAP_PROMPT_INDEX] = src->n_prompts,
	};
	struct writer w = { .b = out, .start = out->n };
	struct index index = { .src = src };
	uint64_t at = SNAP_HEAD_BYTES;
	struct snap check;
	enum err e;

	if ((e = check_order(src)) != ERR_OK)
		return e;
	buf_bytes(out, SNAP_MAGIC, 8);
	buf_be32(out, SNAP_VERSION);
	buf_be64(out, src->config_version);
	for (size_t i = 0; i < SNAP_SECTION_COUNT; i++) {
		if (counts[i] > SNAP_ROWS_MAX)
			return ERR_TOOBIG;
		buf_be32(out, (uint32_t)at);
		buf_be32(out, (uint32_t)counts[i]);
		at += counts[i] * row_bytes[i];
	}
	if (at > SNAP_BYTES_MAX)
		return ERR_TOOBIG;
	w.heap = (uint32_t)at;
	for (int pass = 0; pass < 2; pass++) {
		w.heap_pass = pass == 1;
		for (size_t i = 0; i < SNAP_SECTION_COUNT; i++)
			put_section[i](&w, src);
	}
	if ((e = buf_err(out)) != ERR_OK)
		return e;
	/* The last section of all. */
	index.p =
	    out->p + w.start + at - src->n_prompts * SNAP_PROMPT_INDEX_BYTES;
	sort_prompts(&index, src->n_prompts);
	e = snap_open(slice_skip(buf_slice(out), w.start), &check);
	return e == ERR_SYNTAX ? ERR_RANGE : e;
}
