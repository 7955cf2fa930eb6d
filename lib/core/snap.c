#include "lib/core/snap.h"

#include <string.h>

#include "lib/base/take.h"
#include "lib/core/hours.h"
#include "lib/core/nexthop.h"

#define HEAD_BYTES SNAP_HEAD_BYTES
#define TEXT_BYTES SNAP_TEXT_REF_BYTES

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

/* --- reading ---------------------------------------------------------------*/

/* Rows were checked by snap_open(), so here nothing can fail. */
static struct take row_at(const struct snap *s, enum snap_section section,
    uint32_t row)
{
	const size_t at =
	    s->section[section].at + (size_t)row * row_bytes[section];
	struct take t;

	take_init(&t, slice_head(slice_skip(s->bytes, at), row_bytes[section]));
	return t;
}

static struct slice text(const struct snap *s, struct take *t)
{
	const uint32_t at = take_be32(t);

	return slice_head(slice_skip(s->bytes, at), take_be32(t));
}

void snap_trunk_at(const struct snap *s, uint32_t row, struct snap_trunk *out)
{
	struct take t = row_at(s, SNAP_TRUNKS, row);

	take_copy(&t, out->id.v, ID_BYTES);
	take_copy(&t, out->account.v, ID_BYTES);
	out->name = text(s, &t);
	out->country = text(s, &t);
	out->dialled = (enum snap_dialled)take_u8(&t);
	out->codecs = take_be32(&t);
	out->identity_in = take_u8(&t) != 0;
	out->outgoing = take_u8(&t) != 0;
	out->tech_prefix = text(s, &t);
	out->uri_host = text(s, &t);
	out->next_hop_ip = take_be32(&t);
	out->next_hop_port = take_be16(&t);
	out->next_hop_name = text(s, &t);
	out->auth_user = text(s, &t);
	out->auth_password = text(s, &t);
	out->from_user = text(s, &t);
	out->no_reply_ms = take_be32(&t);
	out->max_calls = take_be32(&t);
	out->calls_per_s = take_be32(&t);
	out->register_s = take_be32(&t);
}

static void acl_at(const struct snap *s, uint32_t row, struct snap_acl *out)
{
	struct take t = row_at(s, SNAP_ACLS, row);

	out->net = take_be32(&t);
	out->bits = take_u8(&t);
	out->media = take_u8(&t) != 0;
	out->trunk = take_be32(&t);
}

void snap_number_at(const struct snap *s, uint32_t row, struct snap_number *out)
{
	struct take t = row_at(s, SNAP_NUMBERS, row);

	out->e164 = text(s, &t);
	take_copy(&t, out->id.v, ID_BYTES);
	take_copy(&t, out->company.v, ID_BYTES);
	take_copy(&t, out->account.v, ID_BYTES);
	take_copy(&t, out->trunk.v, ID_BYTES);
	out->name = text(s, &t);
	out->flow = take_be32(&t);
	out->record = (enum flow_record)take_u8(&t);
	out->notice_prompt = take_be32(&t);
	out->zone = take_be32(&t);
}

/* Everything of a flow's row but the flow, whose bytes are returned. */
static struct slice flow_row(const struct snap *s, uint32_t row,
    struct snap_flow *out)
{
	struct take t = row_at(s, SNAP_FLOWS, row);

	take_copy(&t, out->id.v, ID_BYTES);
	take_copy(&t, out->company.v, ID_BYTES);
	out->version = take_be32(&t);
	return text(s, &t);
}

void snap_flow_at(const struct snap *s, uint32_t row, struct snap_flow *out)
{
	/* Checked whole by snap_open(): only the head is read again. */
	flow_reopen(flow_row(s, row, out), &out->flow);
}

void snap_destination_at(const struct snap *s, uint32_t row,
    struct snap_destination *out)
{
	struct take t = row_at(s, SNAP_DESTINATIONS, row);

	take_copy(&t, out->id.v, ID_BYTES);
	take_copy(&t, out->company.v, ID_BYTES);
	out->name = text(s, &t);
	out->address = text(s, &t);
	out->trunk = take_be32(&t);
	out->capacity = take_be32(&t);
	out->cap_hour = take_be32(&t);
	out->cap_day = take_be32(&t);
	out->cap_month = take_be32(&t);
	out->zone = take_be32(&t);
	out->hours = text(s, &t);
	out->regions = text(s, &t);
}

void snap_prompt_at(const struct snap *s, uint32_t row, struct snap_prompt *out)
{
	struct take t = row_at(s, SNAP_PROMPTS, row);

	out->key = text(s, &t);
	out->language = text(s, &t);
	out->version = take_be32(&t);
	out->offset_bytes = take_be64(&t);
	out->samples = take_be32(&t);
}

void snap_zone_at(const struct snap *s, uint32_t row, struct snap_zone *out)
{
	struct take t = row_at(s, SNAP_ZONES, row);

	out->name = text(s, &t);
	out->bytes = text(s, &t);
	zone_reopen(out->bytes, &out->zone);
}

/* Which prompt is at this place of the order of keys. */
static uint32_t indexed(const struct snap *s, uint32_t place)
{
	struct take t = row_at(s, SNAP_PROMPT_INDEX, place);

	return take_be32(&t);
}

/* --- checking --------------------------------------------------------------*/

struct check {
	struct snap s;
	uint32_t texts_at; /* where the rows end */
};

/* Every text of a row lies behind the rows and inside the block. */
static bool texts_ok(const struct check *c, struct take t, size_t skip,
    size_t n, size_t max)
{
	(void)take_bytes(&t, skip);
	for (size_t i = 0; i < n; i++) {
		const uint32_t at = take_be32(&t);
		const uint32_t len = take_be32(&t);

		if (at < c->texts_at || len > max || at > c->s.bytes.n ||
		    len > c->s.bytes.n - at)
			return false;
	}
	return true;
}

static bool row_ok(const struct check *c, enum snap_section to, uint32_t row)
{
	return row == SNAP_NO_ROW || row < c->s.section[to].count;
}

static bool named_trunk_ok(const struct check *c, uint32_t row)
{
	return row == SNAP_TRUNK_OFF || row_ok(c, SNAP_TRUNKS, row);
}

static bool trunk_ok(const struct check *c, uint32_t row)
{
	const struct take t = row_at(&c->s, SNAP_TRUNKS, row);
	const size_t flags = 2 * ID_BYTES + 2 * TEXT_BYTES;
	struct snap_trunk trunk;

	if (!texts_ok(c, t, 2 * ID_BYTES, 2, SNAP_TEXT_MAX) ||
	    !texts_ok(c, t, flags + 7, 2, SNAP_TEXT_MAX) ||
	    !texts_ok(c, t, flags + 7 + 2 * TEXT_BYTES + 6, 4, SNAP_TEXT_MAX))
		return false;
	snap_trunk_at(&c->s, row, &trunk);
	return (size_t)trunk.dialled < SNAP_DIALLED_COUNT &&
	       (trunk.codecs & (SNAP_CODEC_PCMU | SNAP_CODEC_PCMA)) ==
		   trunk.codecs &&
	       trunk.codecs != 0 &&
	       (trunk.next_hop_name.n == 0 ||
		   nexthop_is_name(trunk.next_hop_name));
}

static bool acl_ok(const struct check *c, uint32_t row)
{
	struct snap_acl acl;

	acl_at(&c->s, row, &acl);
	return acl.bits <= 32 && acl.trunk < c->s.section[SNAP_TRUNKS].count;
}

static bool number_ok(const struct check *c, uint32_t row)
{
	const struct take t = row_at(&c->s, SNAP_NUMBERS, row);
	struct snap_number n, before;

	if (!texts_ok(c, t, 0, 1, SNAP_TEXT_MAX) ||
	    !texts_ok(c, t, TEXT_BYTES + 4 * ID_BYTES, 1, SNAP_TEXT_MAX))
		return false;
	snap_number_at(&c->s, row, &n);
	if (row > 0) {
		snap_number_at(&c->s, row - 1, &before);
		if (slice_cmp(before.e164, n.e164) >= 0)
			return false;
	}
	return row_ok(c, SNAP_FLOWS, n.flow) &&
	       (size_t)n.record < FLOW_RECORD_COUNT &&
	       row_ok(c, SNAP_PROMPTS, n.notice_prompt) &&
	       row_ok(c, SNAP_ZONES, n.zone);
}

/* Does what a parameter points at exist, and belong to the flow's company? */
static bool ref_ok(const struct check *c, const struct snap_flow *f,
    enum flow_param_kind kind, uint32_t row)
{
	struct snap_destination d;
	struct snap_flow other;

	if (kind == FLOW_PARAM_PROMPT)
		return row_ok(c, SNAP_PROMPTS, row);
	if (kind == FLOW_PARAM_TRUNK)
		return named_trunk_ok(c, row);
	if (kind == FLOW_PARAM_ZONE)
		return row_ok(c, SNAP_ZONES, row);
	if (row == SNAP_NO_ROW)
		return true;
	if (kind == FLOW_PARAM_TARGET) {
		if (row >= c->s.section[SNAP_DESTINATIONS].count)
			return false;
		snap_destination_at(&c->s, row, &d);
		return id_eq(d.company.v, f->company.v);
	}
	if (kind == FLOW_PARAM_FLOW) {
		if (row >= c->s.section[SNAP_FLOWS].count)
			return false;
		(void)flow_row(&c->s, row, &other);
		return id_eq(other.company.v, f->company.v);
	}
	return true;
}

static bool step_refs_ok(const struct check *c, const struct snap_flow *f,
    const struct flow_view *v)
{
	for (size_t k = 0; k < v->row->n_params; k++)
		if (!ref_ok(c, f, v->row->params[k].kind, flow_view_num(v, k)))
			return false;
	for (size_t l = 0; l < v->row->n_lists; l++) {
		const struct flow_list *list = &v->row->lists[l];

		for (size_t i = 0; i < flow_view_items(v, l); i++)
			for (size_t k = 0; k < list->n_fields; k++)
				if (!ref_ok(c, f, list->fields[k].kind,
					flow_view_item_num(v, l, i, k)))
					return false;
	}
	return true;
}

static bool flow_refs_ok(const struct check *c, const struct snap_flow *f)
{
	for (uint16_t i = 0; i < f->flow.n_steps; i++) {
		struct flow_view v;

		flow_view(&f->flow, i, &v);
		if (!step_refs_ok(c, f, &v))
			return false;
	}
	return true;
}

static bool flow_ok(const struct check *c, uint32_t row)
{
	const struct take t = row_at(&c->s, SNAP_FLOWS, row);
	struct snap_flow f;

	if (!texts_ok(c, t, 2 * ID_BYTES + 4, 1, SNAP_BYTES_MAX))
		return false;
	return flow_open(flow_row(&c->s, row, &f), &f.flow) == ERR_OK &&
	       flow_refs_ok(c, &f);
}

static bool destination_ok(const struct check *c, uint32_t row)
{
	const struct take t = row_at(&c->s, SNAP_DESTINATIONS, row);
	struct snap_destination d, before;
	struct hours h;

	if (!texts_ok(c, t, 2 * ID_BYTES, 2, SNAP_TEXT_MAX) ||
	    !texts_ok(c, t, 2 * ID_BYTES + 2 * TEXT_BYTES + 6 * 4, 2,
		HOURS_BYTES_MAX))
		return false;
	snap_destination_at(&c->s, row, &d);
	if (d.hours.n > 0 && hours_open(d.hours, &h) != ERR_OK)
		return false;
	if (row > 0) {
		snap_destination_at(&c->s, row - 1, &before);
		if (memcmp(before.id.v, d.id.v, ID_BYTES) >= 0)
			return false;
	}
	return named_trunk_ok(c, d.trunk) && row_ok(c, SNAP_ZONES, d.zone);
}

static bool prompt_ok(const struct check *c, uint32_t row)
{
	return texts_ok(c, row_at(&c->s, SNAP_PROMPTS, row), 0, 2,
	    SNAP_TEXT_MAX);
}

static bool zone_ok(const struct check *c, uint32_t row)
{
	const struct take t = row_at(&c->s, SNAP_ZONES, row);
	struct snap_zone z;

	if (!texts_ok(c, t, 0, 1, SNAP_TEXT_MAX) ||
	    !texts_ok(c, t, TEXT_BYTES, 1, SNAP_ZONE_MAX))
		return false;
	snap_zone_at(&c->s, row, &z);
	return zone_open(z.bytes, &z.zone) == ERR_OK;
}

/* As many as prompts, and in the order of their keys. */
static bool prompt_index_ok(const struct check *c, uint32_t place)
{
	const uint32_t n = c->s.section[SNAP_PROMPTS].count;
	struct snap_prompt p, before;

	if (c->s.section[SNAP_PROMPT_INDEX].count != n ||
	    indexed(&c->s, place) >= n)
		return false;
	if (place == 0)
		return true;
	snap_prompt_at(&c->s, indexed(&c->s, place), &p);
	snap_prompt_at(&c->s, indexed(&c->s, place - 1), &before);
	return slice_cmp(before.key, p.key) <= 0;
}

static bool (*const section_ok[SNAP_SECTION_COUNT])(const struct check *c,
    uint32_t row) = {
	[SNAP_TRUNKS] = trunk_ok,
	[SNAP_ACLS] = acl_ok,
	[SNAP_NUMBERS] = number_ok,
	[SNAP_FLOWS] = flow_ok,
	[SNAP_DESTINATIONS] = destination_ok,
	[SNAP_PROMPTS] = prompt_ok,
	[SNAP_ZONES] = zone_ok,
	[SNAP_PROMPT_INDEX] = prompt_index_ok,
};

enum err snap_open(struct slice bytes, struct snap *out)
{
	struct check c = { .s = { .bytes = bytes }, .texts_at = HEAD_BYTES };
	struct take t;

	take_init(&t, bytes);
	if (bytes.n > SNAP_BYTES_MAX || bytes.n < HEAD_BYTES ||
	    memcmp(take_bytes(&t, 8).p, SNAP_MAGIC, 8) != 0 ||
	    take_be32(&t) != SNAP_VERSION)
		return ERR_SYNTAX;
	c.s.config_version = take_be64(&t);
	for (size_t i = 0; i < SNAP_SECTION_COUNT; i++) {
		const uint32_t at = take_be32(&t), count = take_be32(&t);

		/* Sections follow each other without gaps. */
		if (at != c.texts_at || count > (bytes.n - at) / row_bytes[i])
			return ERR_SYNTAX;
		c.s.section[i].at = at;
		c.s.section[i].count = count;
		c.texts_at = at + count * row_bytes[i];
	}
	for (size_t i = 0; i < SNAP_SECTION_COUNT; i++)
		for (uint32_t row = 0; row < c.s.section[i].count; row++)
			if (!section_ok[i](&c, row))
				return ERR_SYNTAX;

	*out = c.s;
	return ERR_OK;
}

/* --- finding ---------------------------------------------------------------*/

/* Binary search over the first field of the rows: a text or an id. */
uint32_t snap_find_number(const struct snap *s, struct slice e164)
{
	uint32_t lo = 0, hi = s->section[SNAP_NUMBERS].count;

	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2;
		struct take t = row_at(s, SNAP_NUMBERS, mid);
		const int c = slice_cmp(text(s, &t), e164);

		if (c == 0)
			return mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SNAP_NO_ROW;
}

uint32_t snap_find_destination(const struct snap *s, struct destination_id id)
{
	uint32_t lo = 0, hi = s->section[SNAP_DESTINATIONS].count;

	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2;
		struct take t = row_at(s, SNAP_DESTINATIONS, mid);
		const int c =
		    memcmp(take_bytes(&t, ID_BYTES).p, id.v, ID_BYTES);

		if (c == 0)
			return mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SNAP_NO_ROW;
}

uint32_t snap_find_prompt(const struct snap *s, struct slice key)
{
	uint32_t lo = 0, hi = s->section[SNAP_PROMPT_INDEX].count;

	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2, row = indexed(s, mid);
		struct take t = row_at(s, SNAP_PROMPTS, row);
		const int c = slice_cmp(text(s, &t), key);

		if (c == 0)
			return row;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SNAP_NO_ROW;
}

static bool acl_holds(const struct snap_acl *a, uint32_t ip)
{
	const uint32_t mask = a->bits == 0 ? 0 : UINT32_MAX << (32 - a->bits);

	return ((ip ^ a->net) & mask) == 0;
}

bool snap_next_source(const struct snap *s, uint32_t ip, uint32_t *at,
    struct snap_acl *out)
{
	while (*at < s->section[SNAP_ACLS].count) {
		acl_at(s, (*at)++, out);
		if (!out->media && acl_holds(out, ip))
			return true;
	}
	return false;
}

uint32_t snap_find_source(const struct snap *s, uint32_t ip)
{
	uint32_t best = SNAP_NO_ROW, at = 0;
	int best_bits = -1;
	struct snap_acl a;

	while (snap_next_source(s, ip, &at, &a))
		if (a.bits > best_bits) {
			best = a.trunk;
			best_bits = a.bits;
		}
	return best;
}

bool snap_media_refused(const struct snap *s, uint32_t trunk, uint32_t ip)
{
	bool refused = false;

	for (uint32_t i = 0; i < s->section[SNAP_ACLS].count; i++) {
		struct snap_acl a;

		acl_at(s, i, &a);
		if (!a.media || a.trunk != trunk)
			continue;
		if (acl_holds(&a, ip))
			return false;
		refused = true;
	}
	return refused;
}

uint32_t snap_find_outgoing(const struct snap *s, struct account_id account)
{
	for (uint32_t i = 0; i < s->section[SNAP_TRUNKS].count; i++) {
		struct snap_trunk t;

		snap_trunk_at(s, i, &t);
		if (t.outgoing && id_eq(t.account.v, account.v))
			return i;
	}
	return SNAP_NO_ROW;
}
