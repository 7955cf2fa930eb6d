#include "lib/flow/flowsnap.h"

#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/core/hours.h"
#include "lib/phone/tz.h"

#define FLOW_MAX_BYTES ((size_t)1 << 20)
#define ZONES_MAX      700
#define FROM_US        (INT64_C(946684800) * RT_SEC_US)  /* 2000 */
#define TO_US          (INT64_C(2524608000) * RT_SEC_US) /* 2050 */

/* Everything of one building. */
struct job {
	const struct db_snap *in;
	const struct flowsnap_prompts *prompts;
	struct flowkeep *keep;
	struct arena *mem;
	struct snap_flow *flows; /* of in->flows, then of plain numbers */
	bool *broken;            /* of in->flows */
	size_t n_flows;
	struct snap_number *numbers;
	struct snap_destination *destinations;
	struct snap_zone zones[ZONES_MAX];
	size_t n_zones;
	bool no_memory;
	/* The flow to be strict about, or NULL. */
	const struct flow_id *strict;
	struct flow_json_errors *errors;
	bool refused;
};

/* --- zones -----------------------------------------------------------------*/

static void put_change(void *arg, int64_t at_s, int32_t offset_s)
{
	zone_put(arg, at_s, offset_s);
}

static bool zone_of(const struct tz_file_all *all, struct slice name,
    struct buf *out)
{
	char mem[SNAP_ZONE_MAX];
	struct buf rows;
	int32_t first_s;
	struct tz *tz;
	enum err e;

	if (tz_open_of(all, name, &tz) != ERR_OK)
		return false;
	buf_over(&rows, mem, sizeof(mem));
	e = tz_changes(tz, FROM_US, TO_US, &first_s, put_change, &rows);
	tz_close(tz);
	if (e != ERR_OK || buf_err(&rows) != ERR_OK)
		return false;
	zone_put_first(out, first_s);
	buf_put(out, buf_slice(&rows));
	return true;
}

bool flowsnap_zone(struct slice name, struct buf *out)
{
	return zone_of(NULL, name, out);
}

/* The zone's row, made when it is first met; SNAP_NO_ROW: none. */
static uint32_t zone_row(struct job *j, struct slice name)
{
	char mem[SNAP_ZONE_MAX];
	struct snap_zone *z;
	struct buf b;

	for (size_t i = 0; i < j->n_zones; i++)
		if (slice_eq(j->zones[i].name, name))
			return (uint32_t)i;
	buf_over(&b, mem, sizeof(mem));
	if (name.n == 0 || j->n_zones == ZONES_MAX ||
	    !zone_of(flowkeep_zones(j->keep), name, &b))
		return SNAP_NO_ROW;
	z = &j->zones[j->n_zones];
	if (!arena_copy(j->mem, name, &z->name) ||
	    !arena_copy(j->mem, buf_slice(&b), &z->bytes)) {
		j->no_memory = true;
		return SNAP_NO_ROW;
	}
	return (uint32_t)j->n_zones++;
}

/* --- destinations ----------------------------------------------------------*/

/* Hours that cannot be read: always open is kinder than never. */
static struct slice own_hours(struct job *j,
    const struct db_snap_destination *d)
{
	struct flow_json_errors errors;
	char mem[HOURS_BYTES_MAX], id[ID_TEXT_MAX];
	struct slice out = SLICE("");
	struct buf b;

	if (d->hours.n == 0)
		return out;
	buf_over(&b, mem, sizeof(mem));
	if (flow_json_hours(d->hours, &b, &errors) != ERR_OK) {
		id_text(ID_KIND_destination, d->row.id.v, id);
		log_error("snapshot: hours left out destination=%s why=%s", id,
		    errors.n > 0 ? errors.item[0].what : "");
		return out;
	}
	if (!arena_copy(j->mem, buf_slice(&b), &out))
		j->no_memory = true;
	return out;
}

static void take_destinations(struct job *j)
{
	const size_t n = j->in->n_destinations;

	j->destinations = arena_array(j->mem, n, sizeof(*j->destinations));
	if (j->destinations == NULL) {
		j->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct db_snap_destination *d = &j->in->destinations[i];

		j->destinations[i] = d->row;
		j->destinations[i].zone = zone_row(j, d->zone);
		j->destinations[i].hours = own_hours(j, d);
	}
}

static uint32_t destination_row(const struct job *j, struct destination_id id,
    struct company_id company)
{
	size_t lo = 0, hi = j->in->n_destinations;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const struct snap_destination *d =
		    &j->in->destinations[mid].row;
		const int c = memcmp(d->id.v, id.v, ID_BYTES);

		if (c == 0)
			return id_eq(d->company.v, company.v) ? (uint32_t)mid
							      : SNAP_NO_ROW;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SNAP_NO_ROW;
}

/* --- flows -----------------------------------------------------------------*/

/* Whose flow is compiled, for the resolver. */
struct scope {
	struct job *j;
	struct company_id company;
	struct account_id account;
};

static uint32_t flow_row(const struct job *j, struct company_id company,
    struct flow_id id)
{
	size_t lo = 0, hi = j->in->n_flows;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const struct db_snap_flow *f = &j->in->flows[mid];
		int c = memcmp(f->company.v, company.v, ID_BYTES);

		if (c == 0)
			c = memcmp(f->id.v, id.v, ID_BYTES);
		if (c == 0)
			return (uint32_t)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SNAP_NO_ROW;
}

static bool find_prompt(void *arg, struct slice key, uint32_t *row)
{
	const struct scope *s = arg;

	return s->j->prompts->find(s->j->prompts->arg, s->company, key, row);
}

static bool find_destination(void *arg, struct slice text, uint32_t *row)
{
	const struct scope *s = arg;
	struct destination_id id;

	if (id_parse(ID_KIND_destination, text, id.v) != ERR_OK)
		return false;
	/* One that was archived since: nobody answers there, the rest of the
	 * flow goes on. */
	*row = destination_row(s->j, id, s->company);
	return true;
}

static bool find_trunk(void *arg, struct slice text, uint32_t *row)
{
	const struct scope *s = arg;
	const struct db_snap *in = s->j->in;
	struct trunk_id id;

	if (id_parse(ID_KIND_trunk, text, id.v) != ERR_OK)
		return false;
	*row = SNAP_TRUNK_OFF;
	for (size_t i = 0; i < in->n_trunks; i++)
		if (id_eq(in->trunks[i].id.v, id.v) &&
		    id_eq(in->trunks[i].account.v, s->account.v))
			*row = (uint32_t)i;
	return true;
}

static bool find_zone(void *arg, struct slice name, uint32_t *row)
{
	const struct scope *s = arg;

	*row = zone_row(s->j, name);
	return *row != SNAP_NO_ROW;
}

static bool find_flow(void *arg, struct slice text, uint32_t *row)
{
	const struct scope *s = arg;
	struct flow_id id;

	if (id_parse(ID_KIND_flow, text, id.v) != ERR_OK)
		return false;
	*row = flow_row(s->j, s->company, id);
	return true; /* archived since: the interpreter hangs up */
}

static void keep_flow(struct job *j, const struct db_snap_flow *f,
    struct slice compiled)
{
	struct snap_flow *out = &j->flows[j->n_flows++];

	*out = (struct snap_flow){ .id = f->id,
		.company = f->company,
		.version = f->version };
	if (!arena_copy(j->mem, compiled, &out->flow.bytes))
		j->no_memory = true;
}

/* Holds the row of a flow that is none. */
static void keep_nothing(struct job *j, const struct db_snap_flow *f)
{
	struct flow_step step;
	char mem[128];
	struct buf b;

	flow_step_init(&step, FLOW_HANGUP);
	buf_over(&b, mem, sizeof(mem));
	if (flow_write(&step, 1, 0, &b) == ERR_OK)
		keep_flow(j, f, buf_slice(&b));
}

/* The flow that somebody tries: what is wrong with it is to be known. */
static enum err compile_strict(struct job *j, const struct db_snap_flow *f)
{
	struct scope scope = { j, f->company, f->account };
	const struct flow_json_resolver resolver = { .prompt = find_prompt,
		.destination = find_destination,
		.trunk = find_trunk,
		.zone = find_zone,
		.flow = find_flow,
		.arg = &scope };
	struct buf b;
	enum err e;

	buf_init(&b, FLOW_MAX_BYTES);
	e = flow_json_compile(f->document, &resolver, &b, j->errors);
	j->refused = e != ERR_OK;
	if (e == ERR_OK)
		keep_flow(j, f, buf_slice(&b));
	buf_fini(&b);
	return e;
}

/* The row that a name means here. */
static bool find_row(struct scope *s, enum flow_param_kind kind,
    struct slice text, uint32_t *row)
{
	switch (kind) {
	case FLOW_PARAM_PROMPT:
		return find_prompt(s, text, row);
	case FLOW_PARAM_TARGET:
		return find_destination(s, text, row);
	case FLOW_PARAM_TRUNK:
		return find_trunk(s, text, row);
	case FLOW_PARAM_ZONE:
		return find_zone(s, text, row);
	case FLOW_PARAM_FLOW:
		return find_flow(s, text, row);
	case FLOW_PARAM_NUMBER:
	case FLOW_PARAM_CHOICE:
	case FLOW_PARAM_TEXT:
	case FLOW_PARAM_KEY:
	case FLOW_PARAM_DAYS:
	case FLOW_PARAM_CLOCK:
	case FLOW_PARAM_DATE:
	case FLOW_PARAM_PLACE:
	case FLOW_PARAM_KIND_COUNT:
		break;
	}
	return false;
}

static void put_row(char *at, uint32_t row)
{
	for (unsigned int i = 0; i < 4; i++)
		at[i] = (char)(uint8_t)(row >> (24 - 8 * i));
}

static void say_missing(const struct db_snap_flow *f, struct slice compiled,
    const struct flow_ref *r)
{
	struct flow_view v;
	struct flow flow;
	char id[ID_TEXT_MAX];

	flow_reopen(compiled, &flow);
	flow_view(&flow, r->step, &v);
	id_text(ID_KIND_flow, f->id.v, id);
	log_error(
	    "snapshot: flow left out flow=%s version=%u step=%.*s "
	    "why=there is no %.*s",
	    id, f->version, SLICE_FMT(flow_view_key(&v)), (int)r->text_n,
	    compiled.p + r->text_at);
}

/* A copy of what is kept, with the rows of this snapshot. ERR_NOTFOUND: a name
 * means nothing any more. */
static enum err link_flow(struct job *j, const struct db_snap_flow *f,
    const struct flowkeep_flow *kept)
{
	struct scope scope = { j, f->company, f->account };
	char *copy = arena_alloc(j->mem, kept->compiled.n);

	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, kept->compiled.p, kept->compiled.n);
	for (size_t i = 0; i < kept->n_refs; i++) {
		const struct flow_ref *r = &kept->refs[i];
		uint32_t row = SNAP_NO_ROW;

		if (!find_row(&scope, r->kind,
			slice_of(copy + r->text_at, r->text_n), &row)) {
			say_missing(f, kept->compiled, r);
			return ERR_NOTFOUND;
		}
		put_row(copy + r->num_at, row);
	}
	j->flows[j->n_flows++] = (struct snap_flow){ .id = f->id,
		.company = f->company,
		.version = f->version,
		.flow.bytes = slice_of(copy, kept->compiled.n) };
	return ERR_OK;
}

static void compile_flow(struct job *j, size_t i)
{
	const struct db_snap_flow *f = &j->in->flows[i];
	struct flowkeep_flow kept;
	enum err e;

	if (j->strict != NULL && id_eq(j->strict->v, f->id.v)) {
		e = compile_strict(j, f);
	} else {
		e = flowkeep_get(j->keep, f, &kept);
		if (e == ERR_OK)
			e = link_flow(j, f, &kept);
	}
	if (e == ERR_NOMEM) {
		j->no_memory = true;
	} else if (e != ERR_OK) {
		j->broken[i] = true;
		keep_nothing(j, f);
	}
}

static void compile_flows(struct job *j)
{
	const size_t n = j->in->n_flows;

	/* Every number may need a flow of its own. */
	j->flows = arena_array(j->mem, n + j->in->n_numbers, sizeof(*j->flows));
	j->broken = arena_array(j->mem, n, sizeof(*j->broken));
	if (j->flows == NULL || j->broken == NULL)
		j->no_memory = true;
	for (size_t i = 0; i < n && !j->no_memory; i++)
		compile_flow(j, i);
}

/* --- numbers ---------------------------------------------------------------*/

/* The one-step flow of a number that simply forwards. */
static void forward_flow(struct job *j, const struct db_snap_number *n)
{
	const struct db_snap_flow plain = { .company = n->row.company };
	char compiled[1024], target[ID_TEXT_MAX];
	struct flow_step step;
	struct buf b;

	id_text(ID_KIND_destination, n->destination.v, target);
	flow_step_init(&step, FLOW_FORWARD);
	step.key = SLICE("forward");
	step.text[FLOW_FORWARD_TO] = slice_from(target);
	step.num[FLOW_FORWARD_TO] =
	    destination_row(j, n->destination, n->row.company);
	buf_over(&b, compiled, sizeof(compiled));
	if (flow_write(&step, 1, 0, &b) == ERR_OK)
		keep_flow(j, &plain, buf_slice(&b));
}

static void route_number(struct job *j, const struct db_snap_number *n,
    struct snap_number *out)
{
	const struct flowsnap_prompts *p = j->prompts;

	*out = n->row;
	out->flow = SNAP_NO_ROW;
	out->notice_prompt = FLOW_NO_PROMPT;
	out->zone = zone_row(j, n->zone);
	if (n->notice_key.n > 0 && !p->find(p->arg, n->row.company,
				       n->notice_key, &out->notice_prompt))
		log_warn("snapshot: no such notice key=%.*s",
		    SLICE_FMT(n->notice_key));
	if (!id_is_nil(n->flow.v)) {
		const uint32_t row = flow_row(j, n->row.company, n->flow);

		if (row != SNAP_NO_ROW && !j->broken[row])
			out->flow = row;
	} else if (!id_is_nil(n->destination.v)) {
		out->flow = (uint32_t)j->n_flows;
		forward_flow(j, n);
	}
}

static void route_numbers(struct job *j)
{
	const size_t n = j->in->n_numbers;

	j->numbers = arena_array(j->mem, n, sizeof(*j->numbers));
	if (j->numbers == NULL)
		j->no_memory = true;
	for (size_t i = 0; i < n && !j->no_memory; i++)
		route_number(j, &j->in->numbers[i], &j->numbers[i]);
}

static enum err build(struct job *j, struct buf *out)
{
	const struct flowsnap_prompts *prompts = j->prompts;
	const struct db_snap *in = j->in;
	struct snap_source src = { .config_version = in->config_version };

	take_destinations(j);
	if (!j->no_memory)
		compile_flows(j);
	if (!j->no_memory)
		route_numbers(j);
	if (j->no_memory)
		return ERR_NOMEM;
	if (j->refused)
		return ERR_SYNTAX;
	src.trunks = in->trunks;
	src.n_trunks = in->n_trunks;
	src.acls = in->acls;
	src.n_acls = in->n_acls;
	src.numbers = j->numbers;
	src.n_numbers = in->n_numbers;
	src.flows = j->flows;
	src.n_flows = j->n_flows;
	src.destinations = j->destinations;
	src.n_destinations = in->n_destinations;
	src.prompts = prompts->row;
	src.n_prompts = prompts->n;
	src.zones = j->zones;
	src.n_zones = j->n_zones;
	return snap_write(&src, out);
}

static struct job *new_job(const struct db_snap *in,
    const struct flowsnap_prompts *prompts, struct flowkeep *keep,
    struct arena *mem)
{
	struct job *j = arena_alloc(mem, sizeof(*j)); /* large for a stack */

	if (j != NULL) {
		j->in = in;
		j->prompts = prompts;
		j->keep = keep;
		j->mem = mem;
	}
	return j;
}

enum err flowsnap_build(const struct db_snap *in,
    const struct flowsnap_prompts *prompts, struct flowkeep *keep,
    struct arena *mem, struct buf *out)
{
	struct job *j = new_job(in, prompts, keep, mem);
	enum err e;

	if (j == NULL)
		return ERR_NOMEM;
	e = build(j, out);
	if (e == ERR_OK)
		flowkeep_sweep(keep);
	return e;
}

enum err flowsnap_try(const struct db_snap *in,
    const struct flowsnap_prompts *prompts, struct flow_id strict,
    struct arena *mem, struct buf *out, struct flow_json_errors *errors)
{
	struct flowkeep *keep;
	struct job *j;
	enum err e;

	if ((e = flowkeep_new(&keep)) != ERR_OK)
		return e;
	j = new_job(in, prompts, keep, mem);
	e = ERR_NOMEM;
	if (j != NULL) {
		j->strict = &strict;
		j->errors = errors;
		e = build(j, out);
	}
	flowkeep_free(keep);
	return e;
}
