#include "lib/core/snap_write.h"

#include <string.h>

static const uint32_t row_bytes[SNAP_SECTION_COUNT] = {
	[SNAP_TRUNKS] = SNAP_TRUNK_BYTES,
	[SNAP_ACLS] = SNAP_ACL_BYTES,
	[SNAP_NUMBERS] = SNAP_NUMBER_BYTES,
	[SNAP_FLOWS] = SNAP_FLOW_BYTES,
	[SNAP_DESTINATIONS] = SNAP_DESTINATION_BYTES,
	[SNAP_PROMPTS] = SNAP_PROMPT_BYTES,
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
		put_text(w, t->auth_user);
		put_text(w, t->auth_password);
		put_text(w, t->from_user);
		put_be32(w, t->no_reply_ms);
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
		put_text(w, n->name);
		put_be32(w, n->flow);
		put_u8(w, n->record);
		put_be32(w, n->notice_prompt);
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

static void (*const put_section[SNAP_SECTION_COUNT])(struct writer *w,
    const struct snap_source *src) = {
	[SNAP_TRUNKS] = put_trunks,
	[SNAP_ACLS] = put_acls,
	[SNAP_NUMBERS] = put_numbers,
	[SNAP_FLOWS] = put_flows,
	[SNAP_DESTINATIONS] = put_destinations,
	[SNAP_PROMPTS] = put_prompts,
};

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
	};
	struct writer w = { .b = out, .start = out->n };
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
	e = snap_open(slice_skip(buf_slice(out), w.start), &check);
	return e == ERR_SYNTAX ? ERR_RANGE : e;
}
