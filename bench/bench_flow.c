/*
 * bench_flow.c - how fast flows run, and what a large installation's flows
 * cost: steps of the interpreter a second on one core, and the snapshot of
 * 1,000 companies with 20 flows of 30 steps.
 *
 *   bench_flow [COMPANIES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/scan.h"
#include "lib/flow/flowsnap.h"

#define COMPANIES    1000
#define FLOWS        20
#define STEPS        30
#define DESTINATIONS 5
#define NUMBERS      10
#define RUNS         5
#define RUN_US       (INT64_C(600) * 1000)
#define PROMPTS      4

static int64_t cpu_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		abort();
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* limit 0: there is none (docs/PERFORMANCE.md). */
static void report(const char *name, double *values, size_t n, const char *unit,
    double limit, const char *note)
{
	double v;

	qsort(values, n, sizeof(*values), by_value);
	v = values[n / 2];
	(void)printf(
	    "bench %s value=%.0f unit=%s limit=%.0f ratio=%.3f "
	    "note=\"%s; %zu runs, %.0f to %.0f\"\n",
	    name, v, unit, limit, limit / v, note, n, values[0], values[n - 1]);
}

/* --- steps a second --------------------------------------------------------*/

/* Decisions, then a menu, then a group of three that answers: what a call of
 * an agency's client runs through. */
static const char call_doc[] =
    "{\"version\":1,\"first\":\"hours\",\"steps\":{"
    "\"hours\":{\"type\":\"hours\",\"weekly\":[{\"days\":\"mon-fri\",\"from\":"
    "\"08:00\",\"to\":\"12:00\"},{\"days\":\"mon-sun\",\"from\":\"00:00\","
    "\"to\":\"24:00\"}],\"special\":[{\"date\":\"12-25\"}],\"open\":\"geo\","
    "\"closed\":\"mail\"},"
    "\"geo\":{\"type\":\"geography\",\"rules\":[{\"what\":\"state\",\"value\":"
    "\"NY,NJ\",\"next\":\"mail\"},{\"what\":\"area_code\",\"value\":"
    "\"720,970\",\"next\":\"mail\"}],\"otherwise\":\"source\"},"
    "\"source\":{\"type\":\"source\",\"rules\":[{\"what\":\"campaign\","
    "\"value\":\"brand,spring\",\"next\":\"mail\"},{\"what\":\"medium\","
    "\"value\":\"email\",\"next\":\"mail\"}],\"otherwise\":\"caller\"},"
    "\"caller\":{\"type\":\"caller\",\"rules\":[{\"is\":\"anonymous\","
    "\"next\":\"mail\"},{\"is\":\"tag\",\"value\":\"blocked\",\"next\":"
    "\"mail\"}],\"otherwise\":\"split\"},"
    "\"split\":{\"type\":\"split\",\"shares\":[{\"percent\":50,\"next\":"
    "\"tag\"}],\"otherwise\":\"tag\"},"
    "\"tag\":{\"type\":\"tag\",\"tag\":\"tested\",\"next\":\"menu\"},"
    "\"menu\":{\"type\":\"menu\",\"prompt\":\"a\",\"keys\":[{\"key\":\"1\","
    "\"next\":\"sales\"},{\"key\":\"2\",\"next\":\"mail\"}],\"invalid\":"
    "\"mail\",\"silence\":\"mail\"},"
    "\"sales\":{\"type\":\"group\",\"mode\":\"simultaneous\",\"members\":["
    "{\"to\":\"+13035550101\"},{\"to\":\"+13035550102\"},"
    "{\"to\":\"+13035550103\"}],\"otherwise\":\"mail\"},"
    "\"mail\":{\"type\":\"voicemail\",\"prompt\":\"b\"}}}";

struct count {
	uint64_t steps;
	uint64_t events;
};

static void send(const struct flow_env *env, struct flow_state *s,
    struct flow_out *out, struct flow_event ev, struct count *c)
{
	flow_run(env, s, &ev, out);
	c->events++;
	for (size_t i = 0; i < out->n; i++)
		c->steps += out->item[i].kind == FLOW_DO_TRACE &&
			    out->item[i].branch == FLOW_TRACE_ENTER;
}

static void one_call(struct flow_env *env, struct flow_out *out,
    struct count *c)
{
	struct flow_state s;

	flow_run_init(&s, env->flow);
	send(env, &s, out, (struct flow_event){ .kind = FLOW_EV_START }, c);
	send(env, &s, out,
	    (struct flow_event){ .kind = FLOW_EV_DIGIT, .value = '1' }, c);
	send(env, &s, out,
	    (struct flow_event){ .kind = FLOW_EV_ANSWERED,
		.ticket = s.leg[1].ticket },
	    c);
	send(env, &s, out,
	    (struct flow_event){ .kind = FLOW_EV_CALLEE_LEFT,
		.ticket = s.leg[0].ticket },
	    c);
	if (!s.finished)
		abort();
}

static void steps_per_second(void)
{
	static struct flow_out out;
	const struct flow_facts facts = { .campaign = "Summer",
		.medium = "cpc" };
	const struct flow_caller caller = { .e164 = "+13035550100" };
	double steps[RUNS], events[RUNS];
	struct flow_json_errors errors;
	struct flow flow;
	struct buf b;
	struct flow_env env = { .flow = &flow,
		.facts = &facts,
		.caller = &caller,
		.zone = FLOW_NO_ROW,
		.notice_prompt = FLOW_NO_PROMPT,
		.now_us = INT64_C(1764600000000000) };

	buf_init(&b, 1 << 20);
	if (flow_json_compile(slice_from(call_doc), NULL, &b, &errors) !=
		ERR_OK ||
	    flow_open(buf_slice(&b), &flow) != ERR_OK)
		abort();
	for (size_t run = 0; run < RUNS; run++) {
		const int64_t start = cpu_us();
		struct count c = { 0, 0 };
		int64_t us;

		do {
			for (int i = 0; i < 1000; i++)
				one_call(&env, &out, &c);
			us = cpu_us() - start;
		} while (us < RUN_US);
		steps[run] = (double)c.steps * 1e6 / (double)us;
		events[run] = (double)c.events * 1e6 / (double)us;
	}
	report("flow-steps", steps, RUNS, "steps/s", 0,
	    "steps entered, one core, 8 of them and 4 events a call; must "
	    "1000000 aim 10000000");
	report("flow-events", events, RUNS, "events/s", 0,
	    "the same runs, events taken");
	buf_fini(&b);
}

/* --- the snapshot ----------------------------------------------------------*/

static void put_step(struct buf *b, unsigned int i)
{
	const unsigned int next = i + 1;

	switch (i % 6) {
	case 0:
		buf_printf(b,
		    "\"s%u\":{\"type\":\"hours\",\"weekly\":[{"
		    "\"days\":\"mon-fri\",\"from\":\"09:00\",\"to\":"
		    "\"12:00\"},{\"days\":\"mon-fri\",\"from\":"
		    "\"13:00\",\"to\":\"17:30\"}],\"open\":\"s%u\","
		    "\"closed\":\"end\"},",
		    i, next);
		break;
	case 1:
		buf_printf(b,
		    "\"s%u\":{\"type\":\"menu\",\"prompt\":\"a\","
		    "\"keys\":[{\"key\":\"1\",\"title\":\"Sales\","
		    "\"next\":\"s%u\"},{\"key\":\"2\",\"next\":"
		    "\"end\"},{\"key\":\"3\",\"next\":\"end\"}],"
		    "\"invalid\":\"end\",\"silence\":\"end\"},",
		    i, next);
		break;
	case 2:
		buf_printf(b,
		    "\"s%u\":{\"type\":\"source\",\"rules\":[{"
		    "\"what\":\"campaign\",\"value\":\"spring sale\","
		    "\"next\":\"end\"}],\"otherwise\":\"s%u\"},",
		    i, next);
		break;
	case 3:
		buf_printf(b,
		    "\"s%u\":{\"type\":\"message\",\"prompt\":\"b\","
		    "\"title\":\"Hello\",\"at\":[10,20],\"next\":"
		    "\"s%u\"},",
		    i, next);
		break;
	case 4:
		buf_printf(b,
		    "\"s%u\":{\"type\":\"geography\",\"rules\":[{"
		    "\"what\":\"state\",\"value\":\"CO,WY\",\"next\":"
		    "\"end\"}],\"otherwise\":\"s%u\"},",
		    i, next);
		break;
	default:
		buf_printf(b,
		    "\"s%u\":{\"type\":\"group\",\"mode\":"
		    "\"round_robin\",\"members\":[{\"to\":"
		    "\"+13035550101\"},{\"to\":\"+13035550102\"},"
		    "{\"to\":\"+13035550103\"}],\"otherwise\":"
		    "\"s%u\"},",
		    i, next);
		break;
	}
}

/* None is like another. */
static struct slice large_document(struct arena *mem, uint32_t serial)
{
	struct slice out;
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_printf(&b,
	    "{\"version\":1,\"name\":\"Line %lu\",\"first\":\"s0\","
	    "\"steps\":{",
	    (unsigned long)serial);
	for (unsigned int i = 0; i < STEPS - 1; i++)
		put_step(&b, i);
	buf_printf(&b,
	    "\"s%d\":{\"type\":\"message\",\"prompt\":\"c\","
	    "\"next\":\"end\"},\"end\":{\"type\":\"hangup\"}}}",
	    STEPS - 1);
	if (buf_err(&b) != ERR_OK || !arena_copy(mem, buf_slice(&b), &out))
		abort();
	buf_fini(&b);
	return out;
}

static bool find_prompt(const void *arg, struct company_id company,
    struct slice key, uint32_t *row)
{
	(void)arg;
	(void)company;
	*row = (uint32_t)(key.p[0] - 'a');
	return *row < PROMPTS;
}

static void number_id(uint8_t id[ID_BYTES], uint8_t kind, uint32_t n)
{
	memset(id, 0, ID_BYTES);
	for (size_t i = 0; i < 4; i++)
		id[i] = (uint8_t)(n >> (24 - 8 * i));
	id[15] = kind;
}

static void *need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void make_company(struct db_snap *in, struct arena *mem, uint32_t c)
{
	struct company_id company;

	number_id(company.v, 1, c);
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct db_snap_flow *f = &in->flows[in->n_flows];

		f->company = company;
		f->version = 1;
		f->document = large_document(mem, (uint32_t)in->n_flows);
		number_id(f->id.v, 2, (uint32_t)in->n_flows++);
	}
	for (uint32_t i = 0; i < DESTINATIONS; i++) {
		struct db_snap_destination *d =
		    &in->destinations[in->n_destinations];

		d->row.company = company;
		d->row.name = SLICE("Front desk");
		d->row.address = SLICE("+13035550100");
		d->row.trunk = SNAP_NO_ROW;
		d->zone = SLICE("America/Denver");
		number_id(d->row.id.v, 3, (uint32_t)in->n_destinations++);
	}
	for (uint32_t i = 0; i < NUMBERS; i++) {
		struct db_snap_number *n = &in->numbers[in->n_numbers];
		char e164[24];

		(void)snprintf(e164, sizeof(e164), "+1%010u",
		    2000000000U + (unsigned int)in->n_numbers);
		n->row.company = company;
		n->row.name = SLICE("Main line");
		n->row.e164 =
		    slice_from(need(arena_cstr(mem, slice_from(e164))));
		n->zone = SLICE("America/Denver");
		n->flow = in->flows[in->n_flows - 1 - i % FLOWS].id;
		in->n_numbers++;
	}
}

static void make_all(struct db_snap *in, struct arena *mem, uint32_t n)
{
	*in = (struct db_snap){ .config_version = 1 };
	in->flows = need(arena_array(mem, n * FLOWS, sizeof(*in->flows)));
	in->destinations =
	    need(arena_array(mem, n * DESTINATIONS, sizeof(*in->destinations)));
	in->numbers = need(arena_array(mem, n * NUMBERS, sizeof(*in->numbers)));
	for (uint32_t c = 0; c < n; c++)
		make_company(in, mem, c);
}

struct cost {
	double build_ms;
	double publish_ms;
	double load_ms;
	double bytes;
};

static struct cost snapshot(uint32_t companies)
{
	static const struct snap_prompt rows[PROMPTS] = {
		{ .key = SLICE_INIT("a"), .language = SLICE_INIT("en") },
		{ .key = SLICE_INIT("b"), .language = SLICE_INIT("en") },
		{ .key = SLICE_INIT("c"), .language = SLICE_INIT("en") },
		{ .key = SLICE_INIT("d"), .language = SLICE_INIT("en") },
	};
	const struct flowsnap_prompts prompts = { .row = rows,
		.n = PROMPTS,
		.find = find_prompt };
	struct flowkeep *keep;
	struct cost cost;
	struct db_snap in;
	struct arena mem;
	struct snap s;
	struct buf b;
	int64_t at;

	arena_init(&mem, (size_t)1 << 30);
	make_all(&in, &mem, companies);
	buf_init(&b, (size_t)1 << 30);
	if (flowkeep_new(&keep) != ERR_OK)
		abort();
	at = cpu_us();
	if (flowsnap_build(&in, &prompts, keep, &mem, &b) != ERR_OK)
		abort();
	cost.build_ms = (double)(cpu_us() - at) / 1e3;
	/* A new version of one flow, and a destination before all others, so
	 * that every row has moved. */
	in.flows[in.n_flows / 2].version++;
	number_id(in.destinations[0].row.id.v, 0, 0);
	buf_reset(&b);
	at = cpu_us();
	if (flowsnap_build(&in, &prompts, keep, &mem, &b) != ERR_OK)
		abort();
	cost.publish_ms = (double)(cpu_us() - at) / 1e3;
	flowkeep_free(keep);
	at = cpu_us();
	if (snap_open(buf_slice(&b), &s) != ERR_OK)
		abort();
	cost.load_ms = (double)(cpu_us() - at) / 1e3;
	cost.bytes = (double)b.n;
	buf_fini(&b);
	arena_fini(&mem);
	return cost;
}

static void snapshots(uint32_t companies)
{
	double load[3], build[3], publish[3], bytes[3], small[3];
	char note[128];

	for (size_t i = 0; i < 3; i++) {
		const struct cost big = snapshot(companies);
		const struct cost tenth =
		    snapshot(companies >= 10 ? companies / 10 : 1);

		load[i] = big.load_ms;
		build[i] = big.build_ms;
		publish[i] = big.publish_ms;
		bytes[i] = big.bytes / 1048576;
		small[i] = tenth.load_ms * 10;
	}
	(void)snprintf(note, sizeof(note),
	    "%u companies, %d flows of %d steps each, CPU of the engine's "
	    "check; limit is ten times a tenth",
	    companies, FLOWS, STEPS);
	qsort(small, 3, sizeof(*small), by_value);
	report("flow-snapshot-load", load, 3, "ms", small[1], note);
	report("flow-snapshot-build", build, 3, "ms", 0,
	    "at the store's start, every document compiled");
	report("flow-snapshot-publish", publish, 3, "ms", 0,
	    "one flow is published: what the store compiles and links; must "
	    "2000 with reading and the engine's check");
	report("flow-snapshot-memory", bytes, 3, "MiB", 0,
	    "shared by all calls");
}

int main(int argc, char **argv)
{
	struct slice arg = slice_from(argc > 1 ? argv[1] : "");
	uint32_t companies = COMPANIES;

	if (argc > 2 ||
	    (argc == 2 && (scan_u32(&arg, &companies) != ERR_OK ||
			      companies == 0 || companies > 10000))) {
		(void)fprintf(stderr, "usage: bench_flow [COMPANIES]\n");
		return 2;
	}
	steps_per_second();
	snapshots(companies);
	return 0;
}
