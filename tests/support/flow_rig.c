#include "tests/support/flow_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/flow_say.h"
#include "lib/core/hours.h"
#include "lib/core/snap_write.h"
#include "lib/flow/flowsnap.h"

struct flow_step flow_rig_step(enum flow_type type, const char *key)
{
	struct flow_step s;

	flow_step_init(&s, type);
	s.key = slice_from(key);
	if (type == FLOW_FORWARD)
		s.text[FLOW_FORWARD_TO] = SLICE("+13035559000");
	if (type == FLOW_NOTICE || type == FLOW_MESSAGE)
		s.num[FLOW_PLAY_PROMPT] = 5;
	return s;
}

void flow_rig_open(struct flow_rig *r, const struct flow_step *s, size_t n,
    enum flow_record record)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->bytes, 4 << 20);
	assert_int_equal(flow_write(s, n, 0, &r->bytes), ERR_OK);
	assert_int_equal(flow_open(buf_slice(&r->bytes), &r->flow), ERR_OK);
	r->env.flow = &r->flow;
	r->env.facts = &r->facts;
	r->env.caller = &r->caller;
	r->env.record = record;
	r->env.notice_prompt = FLOW_RIG_NOTICE;
	r->env.zone = FLOW_NO_ROW;
	r->env.now_us = FLOW_RIG_NOW;
	flow_run_init(&r->state, &r->flow);
}

void flow_rig_event(struct flow_rig *r, enum flow_event_kind kind,
    uint32_t ticket, uint32_t value)
{
	const struct flow_event ev = { .kind = kind,
		.ticket = ticket,
		.value = value };

	flow_run(&r->env, &r->state, &ev, &r->out);
}

void flow_rig_start(struct flow_rig *r, const struct flow_step *s, size_t n,
    enum flow_record record)
{
	flow_rig_open(r, s, n, record);
	flow_rig_event(r, FLOW_EV_START, 0, 0);
}

const struct flow_do *flow_rig_did(const struct flow_rig *r,
    enum flow_do_kind kind)
{
	for (size_t i = r->out.n; i-- > 0;)
		if (r->out.item[i].kind == kind)
			return &r->out.item[i];
	fail_msg("there was no action %d", (int)kind);
	return NULL;
}

void flow_rig_expect(const struct flow_rig *r, const char *want)
{
	static const char letters[FLOW_DO_KIND_COUNT] = {
		[FLOW_DO_ANSWER] = 'A',
		[FLOW_DO_PLAY] = 'P',
		[FLOW_DO_RECORD] = 'R',
		[FLOW_DO_DIAL] = 'D',
		[FLOW_DO_NOTICE] = 'N',
		[FLOW_DO_HANGUP] = 'H',
		[FLOW_DO_BUSY] = 'B',
		[FLOW_DO_REJECT] = 'X',
		[FLOW_DO_STOP] = 'S',
		[FLOW_DO_RINGBACK] = 'M',
		[FLOW_DO_CANCEL] = 'C',
		[FLOW_DO_BRIDGE] = 'U',
		[FLOW_DO_ASK] = 'Q',
		[FLOW_DO_RELEASE] = '-',
		[FLOW_DO_CONFIRM] = '+',
		[FLOW_DO_LEAVE] = '!',
		[FLOW_DO_VOICEMAIL] = 'V',
		[FLOW_DO_KEEP] = 'K',
		[FLOW_DO_DROP] = 'Z',
		[FLOW_DO_TAG] = 'T',
		[FLOW_DO_OUTCOME] = 'O',
		[FLOW_DO_STORE] = 'W',
	};
	char got[FLOW_OUT_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < r->out.n; i++)
		if (letters[r->out.item[i].kind] != '\0')
			got[n++] = letters[r->out.item[i].kind];
	got[n] = '\0';
	assert_string_equal(got, want);
}

void flow_rig_traces(const struct flow_rig *r, const char *want)
{
	static const char *const words[] = { "enter", "done", "loop", "ring",
		"lost", "won", "goto", "wrong", "silent", "local" };
	char got[4096] = "";
	size_t n = 0;

	for (size_t i = 0; i < r->out.n; i++) {
		const struct flow_do *d = &r->out.item[i];

		if (d->kind != FLOW_DO_TRACE)
			continue;
		if (d->branch >= FLOW_TRACE_ENTER)
			n += (size_t)snprintf(got + n, sizeof(got) - n,
			    "%s %u:%u; ", words[d->branch - FLOW_TRACE_ENTER],
			    d->step, d->value);
		else
			n += (size_t)snprintf(got + n, sizeof(got) - n,
			    "%u by %u; ", d->step, d->branch);
	}
	if (n >= 2)
		got[n - 2] = '\0';
	assert_string_equal(got, want);
}

void flow_rig_end(struct flow_rig *r)
{
	buf_fini(&r->bytes);
}

/* --- random flows ----------------------------------------------------------*/

static uint32_t any_num(struct rnd_dice *d, const struct flow_param *p)
{
	static const char keys[] = "0123456789*#";
	const uint64_t range = (uint64_t)p->max - p->min;

	switch (p->kind) {
	case FLOW_PARAM_KEY:
		return (unsigned char)keys[rnd_below(d, 12)];
	case FLOW_PARAM_PROMPT:
		return rnd_below(d, 3) == 0 ? FLOW_NO_PROMPT
					    : (uint32_t)rnd_below(d, 4);
	case FLOW_PARAM_TARGET:
	case FLOW_PARAM_TRUNK:
	case FLOW_PARAM_FLOW:
	case FLOW_PARAM_ZONE:
		return FLOW_NO_ROW;
	case FLOW_PARAM_TEXT:
		return 0;
	case FLOW_PARAM_NUMBER:
	case FLOW_PARAM_CHOICE:
	case FLOW_PARAM_DAYS:
	case FLOW_PARAM_CLOCK:
	case FLOW_PARAM_DATE:
	case FLOW_PARAM_PLACE:
	case FLOW_PARAM_KIND_COUNT:
		break;
	}
	return p->min + (uint32_t)rnd_below(d, range + 1);
}

static struct slice any_text(struct rnd_dice *d, const struct flow_param *p)
{
	static const struct slice texts[] = { SLICE_INIT("80*"),
		SLICE_INIT("google"), SLICE_INIT("CO,303"), SLICE_INIT("Call"),
		SLICE_INIT("B,none") };

	if (p->kind == FLOW_PARAM_TARGET)
		return SLICE("+13035559000");
	if (p->kind == FLOW_PARAM_TEXT || p->required)
		return texts[rnd_below(d, RT_ARRAY_LEN(texts))];
	return SLICE("");
}

static uint16_t any_way(struct rnd_dice *d, size_t n)
{
	const uint64_t k = rnd_below(d, 8);

	if (k == 0)
		return FLOW_END;
	if (k == 1)
		return FLOW_BACK;
	return (uint16_t)rnd_below(d, n);
}

static void any_items(struct rnd_dice *d, struct flow_step *s, size_t l,
    struct flow_item *items, size_t n_steps)
{
	const struct flow_list *list = &flow_type_row(s->type)->lists[l];
	const size_t most =
	    list->max < FLOW_RIG_ITEMS ? list->max : FLOW_RIG_ITEMS;
	const size_t n = list->min + rnd_below(d, most - list->min + 1);

	for (size_t i = 0; i < n; i++) {
		flow_item_init(&items[i], s->type, l);
		if (list->leads)
			items[i].branch = any_way(d, n_steps);
		for (size_t k = 0; k < list->n_fields; k++) {
			items[i].num[k] = any_num(d, &list->fields[k]);
			items[i].text[k] = any_text(d, &list->fields[k]);
		}
	}
	s->item[l] = items;
	s->n_items[l] = (uint8_t)n;
}

void flow_rig_random(struct rnd_dice *d, struct flow_step *s, size_t n,
    struct flow_item *items)
{
	for (size_t i = 0; i < n; i++) {
		const enum flow_type type =
		    (enum flow_type)rnd_below(d, FLOW_TYPE_COUNT);
		const struct flow_type_row *row = flow_type_row(type);

		flow_step_init(&s[i], type);
		s[i].key = SLICE("s");
		for (size_t k = 0; k < row->n_branches; k++)
			s[i].branch[k] = any_way(d, n);
		for (size_t k = 0; k < row->n_params; k++) {
			s[i].num[k] = any_num(d, &row->params[k]);
			s[i].text[k] = any_text(d, &row->params[k]);
		}
		for (size_t l = 0; l < row->n_lists;
		     l++, items += FLOW_RIG_ITEMS)
			any_items(d, &s[i], l, items, n);
	}
}

/* --- reading ---------------------------------------------------------------*/

static size_t weigh(struct slice s)
{
	size_t sum = s.n;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

static size_t read_list(const struct flow_view *v, size_t l)
{
	const struct flow_list *list = &v->row->lists[l];
	size_t sum = 0;

	for (size_t i = 0; i < flow_view_items(v, l); i++) {
		if (l == 0)
			sum += flow_view_branch(v, (uint16_t)(FLOW_ITEM + i));
		for (size_t k = 0; k < list->n_fields; k++) {
			sum += flow_view_item_num(v, l, i, k);
			if (flow_type_has_text(list->fields[k].kind))
				sum += weigh(flow_view_item_text(v, l, i, k));
		}
	}
	return sum;
}

size_t flow_rig_read(const struct flow *f)
{
	struct flow_view v;
	size_t sum = 0;

	for (uint16_t i = 0; i < f->n_steps; i++) {
		flow_view(f, i, &v);
		sum += weigh(flow_view_key(&v));
		for (uint16_t b = 0; b < v.row->n_branches; b++)
			sum += flow_view_branch(&v, b);
		for (size_t k = 0; k < v.row->n_params; k++) {
			sum += flow_view_num(&v, k);
			if (flow_type_has_text(v.row->params[k].kind))
				sum += weigh(flow_view_text(&v, k));
		}
		for (size_t l = 0; l < v.row->n_lists; l++)
			sum += read_list(&v, l);
	}
	return sum;
}

/* --- a snapshot ------------------------------------------------------------*/

#define PROMPTS 18

static void make_zones(struct snap_zone zones[FLOW_RIG_ZONES],
    struct buf bytes[FLOW_RIG_ZONES])
{
	static const struct slice names[FLOW_RIG_ZONES] = {
		SLICE_INIT("America/New_York"), SLICE_INIT("Europe/London"),
		SLICE_INIT("Australia/Sydney"), SLICE_INIT("America/Phoenix")
	};

	for (size_t i = 0; i < FLOW_RIG_ZONES; i++) {
		buf_init(&bytes[i], 1 << 16);
		assert_true(flowsnap_zone(names[i], &bytes[i]));
		zones[i] = (struct snap_zone){ .name = names[i],
			.bytes = buf_slice(&bytes[i]) };
	}
}

static void make_destinations(struct snap_destination d[FLOW_RIG_DESTINATIONS],
    struct buf *hours)
{
	struct flow_json_errors errors;

	buf_init(hours, HOURS_BYTES_MAX);
	assert_int_equal(
	    flow_json_hours(SLICE("{\"weekly\":[{\"days\":\"mon-fri\","
				  "\"from\":\"09:00\",\"to\":\"17:00\"}]}"),
		hours, &errors),
	    ERR_OK);
	for (size_t i = 0; i < FLOW_RIG_DESTINATIONS; i++)
		d[i] =
		    (struct snap_destination){ .id = { { (uint8_t)(i + 1) } },
			    .name = SLICE("desk"),
			    .address = SLICE("sip:desk@10.0.0.3"),
			    .trunk = SNAP_NO_ROW,
			    .zone = FLOW_RIG_NEW_YORK };
	d[FLOW_RIG_LIMITED].capacity = 2;
	d[FLOW_RIG_OFFICE].hours = buf_slice(hours);
	d[FLOW_RIG_LOCAL].regions = SLICE("CO, 212");
}

static void make_prompts(struct snap_prompt p[PROMPTS],
    char keys[PROMPTS][FLOW_SAY_KEY_MAX])
{
	static const char *const said[] = { "Call from", "google", "on",
		"Spring Sale" };
	size_t n = 0;

	(void)snprintf(keys[n++], FLOW_SAY_KEY_MAX, "hello");
	(void)snprintf(keys[n++], FLOW_SAY_KEY_MAX, "whisper");
	for (unsigned int i = 0; i < 10; i++)
		(void)snprintf(keys[n++], FLOW_SAY_KEY_MAX, "digit.en.%u", i);
	for (size_t i = 0; i < RT_ARRAY_LEN(said); i++)
		flow_say_key(slice_from(said[i]), SLICE("en-US"), keys[n++]);
	flow_say_key(SLICE("Llamada de"), SLICE("es-419"), keys[n++]);
	flow_say_key(SLICE("google"), SLICE("es-419"), keys[n++]);
	while (n < PROMPTS) {
		(void)snprintf(keys[n], FLOW_SAY_KEY_MAX, "more%zu", n);
		n++;
	}
	for (size_t i = 0; i < PROMPTS; i++)
		p[i] = (struct snap_prompt){ .key = slice_from(keys[i]),
			.language = SLICE("en"),
			.samples = 8000 };
}

const struct snap *flow_rig_snap(void)
{
	static struct snap snap;
	static struct buf bytes;
	char keys[PROMPTS][FLOW_SAY_KEY_MAX];
	struct snap_destination destinations[FLOW_RIG_DESTINATIONS];
	struct snap_prompt rows[PROMPTS];
	struct snap_zone zones[FLOW_RIG_ZONES];
	struct buf zone_bytes[FLOW_RIG_ZONES], hours;
	const struct snap_source src = { .destinations = destinations,
		.n_destinations = FLOW_RIG_DESTINATIONS,
		.prompts = rows,
		.n_prompts = PROMPTS,
		.zones = zones,
		.n_zones = FLOW_RIG_ZONES };

	if (bytes.n > 0)
		return &snap;
	make_zones(zones, zone_bytes);
	make_destinations(destinations, &hours);
	make_prompts(rows, keys);
	buf_init(&bytes, 1 << 20);
	assert_int_equal(snap_write(&src, &bytes), ERR_OK);
	assert_int_equal(snap_open(buf_slice(&bytes), &snap), ERR_OK);
	for (size_t i = 0; i < FLOW_RIG_ZONES; i++)
		buf_fini(&zone_bytes[i]);
	buf_fini(&hours);
	return &snap;
}

void flow_rig_to(uint32_t row, uint32_t *num, struct slice *text)
{
	static const struct slice ids[FLOW_RIG_DESTINATIONS] = { SLICE_INIT(
								     "dst_0"),
		SLICE_INIT("dst_1"), SLICE_INIT("dst_2"), SLICE_INIT("dst_3") };

	*num = row;
	*text = ids[row];
}
