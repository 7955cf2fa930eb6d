#include "tests/sim/sim_config.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/snap_write.h"

/* Ours, a second account whose carrier has networks of its own, and a third one
 * that has ours; a fourth one has limits there. */
#define OURS   4
#define SECOND 5
#define THIRD  6
#define FOURTH 7
/* Rows of what SIM_CONFIG_OFF comes to. */
#define OFF_FLOW        8
#define TURNS_FLOW      9
#define OFF_DESTINATION 4
#define ANY_DESTINATION 5

static const struct snap_trunk trunks[] = {
	{ .id = { { 1 } },
	    .account = { { OURS } },
	    .name = SLICE_INIT("carrier"),
	    .country = SLICE_INIT("US"),
	    .codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
	    .identity_in = true,
	    .tech_prefix = SLICE_INIT(""),
	    .uri_host = SLICE_INIT("") },
	{ .id = { { 20 } },
	    .account = { { SECOND } },
	    .name = SLICE_INIT("theirs"),
	    .country = SLICE_INIT("US"),
	    .codecs = SNAP_CODEC_PCMU,
	    .outgoing = true,
	    .tech_prefix = SLICE_INIT(""),
	    .uri_host = SLICE_INIT(""),
	    .next_hop_ip = 0x0a000007,
	    .next_hop_port = 5060 },
	{ .id = { { 2 } },
	    .account = { { OURS } },
	    .name = SLICE_INIT("out"),
	    .country = SLICE_INIT("US"),
	    .codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
	    .outgoing = true,
	    .tech_prefix = SLICE_INIT(""),
	    .uri_host = SLICE_INIT("business.example"),
	    .next_hop_ip = 0x0a000003,
	    .next_hop_port = 5080,
	    .auth_user = SLICE_INIT("worker"),
	    .auth_password = SLICE_INIT("secret"),
	    .no_reply_ms = 3000 },
	[SIM_CONFIG_NAMED] = { .id = { { 3 } },
	    .account = { { OURS } },
	    .name = SLICE_INIT("named"),
	    .country = SLICE_INIT("US"),
	    .codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
	    .outgoing = true,
	    .tech_prefix = SLICE_INIT(""),
	    .uri_host = SLICE_INIT(""),
	    .next_hop_name = SLICE_INIT("trunk.example"),
	    .auth_user = SLICE_INIT("worker"),
	    .auth_password = SLICE_INIT("secret") },
	{ .id = { { 30 } },
	    .account = { { THIRD } },
	    .name = SLICE_INIT("the same carrier"),
	    .country = SLICE_INIT("US"),
	    .codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
	    .tech_prefix = SLICE_INIT(""),
	    .uri_host = SLICE_INIT("") },
	{ .id = { { 40 } },
	    .account = { { FOURTH } },
	    .name = SLICE_INIT("with limits"),
	    .country = SLICE_INIT("US"),
	    .codecs = SNAP_CODEC_PCMU | SNAP_CODEC_PCMA,
	    .outgoing = true,
	    .tech_prefix = SLICE_INIT(""),
	    .uri_host = SLICE_INIT(""),
	    .next_hop_ip = 0x0a000003,
	    .next_hop_port = 5080,
	    .max_calls = 2,
	    .calls_per_s = 3 },
};

static const struct snap_acl acls[] = {
	{ .net = 0x0a000002, .bits = 32, .trunk = 0 },
	{ .net = 0x0a000007, .bits = 32, .trunk = 1 },
	{ .net = 0x0a000002, .bits = 32, .trunk = 4 },
	{ .net = 0x0a000002, .bits = 32, .trunk = 5 },
};

static const struct snap_prompt prompts[] = {
	{ .key = SLICE_INIT("notice.en"),
	    .language = SLICE_INIT("en"),
	    .version = 3,
	    .samples = SIM_CONFIG_PROMPT_SAMPLES },
	{ .key = SLICE_INIT("sorry.en"),
	    .language = SLICE_INIT("en"),
	    .version = 1,
	    .offset_bytes = SIM_CONFIG_PROMPT_SAMPLES,
	    .samples = SIM_CONFIG_PROMPT_SAMPLES },
};

/* The second is another company's, the third has limits. */
static const struct snap_destination destinations[] = {
	{ .id = { { 7 } },
	    .company = { { 9 } },
	    .name = SLICE_INIT("desk"),
	    .address = SLICE_INIT("sip:desk@10.0.0.3:5080"),
	    .trunk = SNAP_NO_ROW,
	    .zone = SNAP_NO_ROW },
	{ .id = { { 8 } },
	    .company = { { 10 } },
	    .name = SLICE_INIT("theirs"),
	    .address = SLICE_INIT("sip:theirs@10.0.0.3:5080"),
	    .trunk = SNAP_NO_ROW,
	    .zone = SNAP_NO_ROW },
	[SIM_CONFIG_LIMITED] = { .id = { { 9 } },
	    .company = { { 9 } },
	    .name = SLICE_INIT("few"),
	    .address = SLICE_INIT("sip:few@10.0.0.3:5080"),
	    .trunk = SNAP_NO_ROW,
	    .capacity = 2,
	    .cap_day = 100,
	    .zone = SNAP_NO_ROW },
	{ .id = { { 10 } },
	    .company = { { 9 } },
	    .name = SLICE_INIT("shop"),
	    .address = SLICE_INIT("sip:shop@10.0.0.3"),
	    .trunk = SNAP_NO_ROW,
	    .zone = SNAP_NO_ROW },
	[OFF_DESTINATION] = { .id = { { 11 } },
	    .company = { { 9 } },
	    .name = SLICE_INIT("far away"),
	    .address = SLICE_INIT("+13035559003"),
	    .trunk = SNAP_TRUNK_OFF,
	    .zone = SNAP_NO_ROW },
	[ANY_DESTINATION] = { .id = { { 12 } },
	    .company = { { 9 } },
	    .name = SLICE_INIT("anyhow"),
	    .address = SLICE_INIT("+13035559005"),
	    .trunk = SNAP_NO_ROW,
	    .zone = SNAP_NO_ROW },
};

/* 3: to another company's destination, which must not be reached. */
static enum err write_foreign(struct buf *out)
{
	char target[ID_TEXT_MAX];
	struct flow_step s;

	flow_step_init(&s, FLOW_FORWARD);
	s.key = SLICE("theirs");
	id_text(ID_KIND_destination, destinations[1].id.v, target);
	s.text[FLOW_FORWARD_TO] = slice_from(target);
	return flow_write(&s, 1, 0, out);
}

static enum err write_off(struct buf *out)
{
	char target[ID_TEXT_MAX], any[ID_TEXT_MAX], desk[ID_TEXT_MAX];
	struct flow_step s[4];

	id_text(ID_KIND_destination, destinations[OFF_DESTINATION].id.v,
	    target);
	id_text(ID_KIND_destination, destinations[ANY_DESTINATION].id.v, any);
	id_text(ID_KIND_destination, destinations[0].id.v, desk);
	for (size_t i = 0; i < RT_ARRAY_LEN(s); i++) {
		flow_step_init(&s[i], FLOW_FORWARD);
		s[i].num[FLOW_DIAL_RING_S] = 10;
		s[i].branch[FLOW_DIAL_FAILED] = (uint16_t)(i + 1);
	}
	s[0].key = SLICE("far");
	s[0].text[FLOW_FORWARD_TO] = slice_from(target);
	s[1].key = SLICE("further");
	s[1].text[FLOW_FORWARD_TO] = SLICE("+13035559004");
	s[1].num[FLOW_FORWARD_TRUNK] = SNAP_TRUNK_OFF;
	s[2].key = SLICE("anyhow");
	s[2].text[FLOW_FORWARD_TO] = slice_from(any);
	s[2].num[FLOW_FORWARD_TRUNK] = SNAP_TRUNK_OFF;
	s[3].key = SLICE("near");
	s[3].text[FLOW_FORWARD_TO] = slice_from(desk);
	s[3].branch[FLOW_DIAL_FAILED] = FLOW_END;
	return flow_write(s, RT_ARRAY_LEN(s), 0, out);
}

/* --- larger flows ----------------------------------------------------------*/

struct maker {
	struct flow_step step[12];
	struct flow_item member[10];
	struct flow_item key[2];
	struct flow_item rule[1];
	char target[10][48];
};

static struct flow_step *step(struct maker *m, size_t i, enum flow_type type,
    const char *key)
{
	flow_step_init(&m->step[i], type);
	m->step[i].key = slice_from(key);
	return &m->step[i];
}

void sim_config_phone(size_t i, char out[SIM_CONFIG_PHONE_MAX])
{
	(void)snprintf(out, SIM_CONFIG_PHONE_MAX, "sip:p%zu@%s:5080", i % 100,
	    i % 4 == 2 ? "pbx.example" : "10.0.0.3");
}

/* n members: phones, of which the first may be a destination with limits. */
static struct flow_step *group(struct maker *m, size_t i, enum flow_mode mode,
    size_t n, bool limited)
{
	struct flow_step *s = step(m, i, FLOW_GROUP, "group");

	for (size_t k = 0; k < n; k++) {
		flow_item_init(&m->member[k], FLOW_GROUP, 0);
		sim_config_phone(k, m->target[k]);
		if (limited && k == 0) {
			id_text(ID_KIND_destination,
			    destinations[SIM_CONFIG_LIMITED].id.v,
			    m->target[k]);
			m->member[k].num[FLOW_MEMBER_TO] = SIM_CONFIG_LIMITED;
		}
		m->member[k].text[FLOW_MEMBER_TO] = slice_from(m->target[k]);
		m->member[k].num[FLOW_MEMBER_TIER] = (uint32_t)(1 + k / 3);
		m->member[k].num[FLOW_MEMBER_WEIGHT] = (uint32_t)(k + 1);
	}
	s->num[FLOW_GROUP_MODE] = mode;
	s->num[FLOW_DIAL_RING_S] = 12;
	s->item[0] = m->member;
	s->n_items[0] = (uint8_t)n;
	return s;
}

static void voicemail(struct maker *m, size_t i)
{
	struct flow_step *s = step(m, i, FLOW_VOICEMAIL, "mail");

	s->num[FLOW_VOICEMAIL_PROMPT] = 1;
	s->num[FLOW_VOICEMAIL_MAX_S] = 30;
	s->num[FLOW_VOICEMAIL_MIN_S] = 2;
	s->num[FLOW_VOICEMAIL_SILENCE_S] = 4;
}

/* Ten phones at once, else a message. */
static enum err write_ten(struct maker *m, struct buf *out)
{
	group(m, 0, FLOW_MODE_SIMULTANEOUS, 10, false)
	    ->branch[FLOW_DIAL_OTHERWISE] = 1;
	voicemail(m, 1);
	return flow_write(m->step, 2, 0, out);
}

/* Facts, a menu; 1: round robin with whisper and acceptance; 2: a message. */
static enum err write_menu(struct maker *m, struct buf *out)
{
	struct flow_step *s = step(m, 0, FLOW_CALLER, "who");

	flow_item_init(&m->rule[0], FLOW_CALLER, 0);
	m->rule[0].num[FLOW_CALLER_IS] = FLOW_CALLER_ANONYMOUS;
	m->rule[0].branch = 3;
	s->item[0] = m->rule;
	s->n_items[0] = 1;
	s->branch[FLOW_OTHERWISE] = 1;

	s = step(m, 1, FLOW_MENU, "menu");
	for (size_t k = 0; k < 2; k++) {
		flow_item_init(&m->key[k], FLOW_MENU, 0);
		m->key[k].num[FLOW_KEY_KEY] = (uint32_t)('1' + k);
		m->key[k].branch = (uint16_t)(2 + k);
	}
	s->num[FLOW_MENU_PROMPT] = 1;
	s->item[0] = m->key;
	s->n_items[0] = 2;
	s->branch[FLOW_MENU_SILENCE] = 2;

	s = group(m, 2, FLOW_MODE_ROUND_ROBIN, 3, false);
	s->num[FLOW_DIAL_WHISPER] = 1;
	s->num[FLOW_DIAL_ACCEPT] = FLOW_ACCEPT_KEY;
	s->num[FLOW_DIAL_MUSIC] = 1;
	s->branch[FLOW_DIAL_OTHERWISE] = 3;
	voicemail(m, 3);
	return flow_write(m->step, 4, 0, out);
}

/* Limits in a ring tree, then one after the other. */
static enum err write_tree(struct maker *m, struct buf *out)
{
	group(m, 0, FLOW_MODE_TREE, 7, true)->branch[FLOW_DIAL_OTHERWISE] = 1;
	group(m, 1, FLOW_MODE_PRIORITY, 7, true)->branch[FLOW_DIAL_OTHERWISE] =
	    2;
	(void)step(m, 2, FLOW_BUSY, "busy");
	return flow_write(m->step, 3, 0, out);
}

/* Digits, tags, a challenge, then a forward. */
static enum err write_digits(struct maker *m, struct buf *out)
{
	struct flow_step *s = step(m, 0, FLOW_GATHER, "digits");

	s->num[FLOW_GATHER_PROMPT] = 1;
	s->num[FLOW_GATHER_MAX] = 3;
	s->text[FLOW_GATHER_NAME] = SLICE("extension");
	s->num[FLOW_GATHER_TAG] = 1;
	for (size_t i = 0; i < 3; i++)
		s->branch[i] = 1;
	s = step(m, 1, FLOW_TAG, "tag");
	s->text[FLOW_WORD_WORD] = SLICE("keyed");
	s->branch[FLOW_NEXT] = 2;
	s = step(m, 2, FLOW_OUTCOME, "outcome");
	s->text[FLOW_WORD_WORD] = SLICE("routed");
	s->branch[FLOW_NEXT] = 3;
	s = step(m, 3, FLOW_CHALLENGE, "guard");
	s->num[FLOW_CHALLENGE_PROMPT] = 1;
	s->branch[FLOW_CHALLENGE_PASS] = 4;
	s->branch[FLOW_CHALLENGE_SILENCE] = 5;
	s = step(m, 4, FLOW_FORWARD, "desk");
	s->text[FLOW_FORWARD_TO] = SLICE("sip:desk@10.0.0.3:5080");
	s->branch[FLOW_DIAL_OTHERWISE] = 5;
	voicemail(m, 5);
	return flow_write(m->step, 6, 0, out);
}

static enum err write_turns(struct buf *out)
{
	static struct maker m; /* large for a stack */

	memset(&m, 0, sizeof(m));
	(void)group(&m, 0, FLOW_MODE_ROUND_ROBIN, 3, false);
	return flow_write(m.step, 1, 0, out);
}

static enum err write_large(struct buf *out)
{
	static enum err (*const write[])(struct maker * m,
	    struct buf * out) = { write_ten, write_menu, write_tree,
		write_digits };
	static struct maker m; /* large for a stack */

	for (size_t i = 0; i < RT_ARRAY_LEN(write); i++) {
		enum err e;

		memset(&m, 0, sizeof(m));
		if ((e = write[i](&m, &out[i])) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* 0: straight to the phone. 1: notice, phone, then a second try, then sorry. */
static enum err write_flows(struct buf *one, struct buf *two, struct buf *three)
{
	char target[ID_TEXT_MAX];
	struct flow_step s[4];
	enum err e;

	flow_step_init(&s[0], FLOW_FORWARD);
	s[0].key = SLICE("sales");
	s[0].text[FLOW_FORWARD_TO] = SLICE("+13035559000");
	s[0].num[FLOW_DIAL_RING_S] = 20;
	if ((e = flow_write(s, 1, 0, one)) != ERR_OK)
		return e;

	flow_step_init(&s[0], FLOW_NOTICE);
	s[0].key = SLICE("notice");
	s[0].num[FLOW_PLAY_PROMPT] = 0;
	s[0].branch[FLOW_NEXT] = 1;
	flow_step_init(&s[1], FLOW_FORWARD);
	s[1].key = SLICE("first");
	id_text(ID_KIND_destination, destinations[0].id.v, target);
	s[1].text[FLOW_FORWARD_TO] = slice_from(target);
	s[1].num[FLOW_DIAL_RING_S] = 10;
	s[1].branch[FLOW_DIAL_BUSY] = 2;
	s[1].branch[FLOW_DIAL_NO_ANSWER] = 2;
	s[1].branch[FLOW_DIAL_FAILED] = 2;
	flow_step_init(&s[2], FLOW_FORWARD);
	s[2].key = SLICE("second");
	s[2].text[FLOW_FORWARD_TO] = SLICE("+13035559001");
	s[2].num[FLOW_DIAL_RING_S] = 10;
	s[2].num[FLOW_DIAL_SHOW] = FLOW_SHOW_TRACKING;
	s[2].num[FLOW_FORWARD_TRUNK] = SIM_CONFIG_NAMED;
	s[2].branch[FLOW_DIAL_NO_ANSWER] = 3;
	flow_step_init(&s[3], FLOW_MESSAGE);
	s[3].key = SLICE("sorry");
	s[3].num[FLOW_PLAY_PROMPT] = 1;
	if ((e = flow_write(s, 4, 0, two)) != ERR_OK)
		return e;

	flow_step_init(&s[0], FLOW_REJECT);
	s[0].key = SLICE("no");
	return flow_write(s, 1, 0, three);
}

/* Beyond those that are called at random: see sim_config.h. */
static void add_foreign(struct snap_number n[SIM_CONFIG_FOREIGN])
{
	static const uint8_t account[SIM_CONFIG_FOREIGN] = { SECOND, THIRD,
		OURS, FOURTH, OURS, OURS };
	static const struct trunk_id tied = { { 2 } };
	static const char *const e164[SIM_CONFIG_FOREIGN] = {
		SIM_CONFIG_SECONDS, SIM_CONFIG_THIRDS, SIM_CONFIG_TIED,
		SIM_CONFIG_FOURTHS, SIM_CONFIG_OFF, SIM_CONFIG_TURNS
	};

	for (size_t i = 0; i < SIM_CONFIG_FOREIGN; i++)
		n[i] = (struct snap_number){ .e164 = slice_from(e164[i]),
			.id = { { (uint8_t)(100 + i) } },
			.company = { { (uint8_t)(i == 2 ? 9 : 20 + i) } },
			.account = { { account[i] } },
			.name = SLICE("number"),
			.notice_prompt = FLOW_NO_PROMPT,
			.zone = SNAP_NO_ROW };
	n[2].trunk = tied;
	n[4].company.v[0] = 9;
	n[4].flow = OFF_FLOW;
	n[5].company.v[0] = 9;
	n[5].flow = TURNS_FLOW;
}

enum err sim_config_write(struct buf *out)
{
	static const enum flow_record records[SIM_CONFIG_NUMBERS] = {
		FLOW_RECORD_OFF, FLOW_RECORD_SILENT, FLOW_RECORD_NOTICE,
		FLOW_RECORD_NOTICE, FLOW_RECORD_SILENT, FLOW_RECORD_OFF,
		FLOW_RECORD_OFF, FLOW_RECORD_NOTICE, FLOW_RECORD_NOTICE,
		FLOW_RECORD_OFF, FLOW_RECORD_SILENT, FLOW_RECORD_OFF
	};
	static const uint32_t flow_of[SIM_CONFIG_NUMBERS] = { 0, 0, 0, 1, 1, 2,
		3, 4, 5, 6, 7, 4 };
	struct snap_number numbers[SIM_CONFIG_NUMBERS + SIM_CONFIG_FOREIGN];
	char e164[SIM_CONFIG_NUMBERS][16];
	struct snap_flow flows[10];
	struct buf b[10];
	enum err e;

	memset(flows, 0, sizeof(flows));
	memset(numbers, 0, sizeof(numbers));
	for (size_t i = 0; i < RT_ARRAY_LEN(b); i++)
		buf_init(&b[i], 4096);
	e = write_flows(&b[0], &b[1], &b[2]);
	if (e == ERR_OK)
		e = write_foreign(&b[3]);
	if (e == ERR_OK)
		e = write_large(&b[4]);
	if (e == ERR_OK)
		e = write_off(&b[OFF_FLOW]);
	if (e == ERR_OK)
		e = write_turns(&b[TURNS_FLOW]);
	for (size_t i = 0; i < RT_ARRAY_LEN(b); i++) {
		flows[i].id.v[0] = (uint8_t)(i + 1);
		flows[i].company.v[0] = 9;
		flows[i].version = 7;
		flows[i].flow.bytes = buf_slice(&b[i]);
	}
	for (size_t i = 0; i < SIM_CONFIG_NUMBERS; i++) {
		(void)snprintf(e164[i], sizeof(e164[i]), "+130355501%02zu", i);
		numbers[i].e164 = slice_from(e164[i]);
		numbers[i].id.v[0] = (uint8_t)(i + 1);
		numbers[i].company.v[0] = 9;
		numbers[i].account = trunks[0].account;
		numbers[i].name = SLICE("number");
		numbers[i].flow = flow_of[i];
		numbers[i].record = records[i];
		numbers[i].notice_prompt = FLOW_NO_PROMPT;
		numbers[i].zone = SNAP_NO_ROW;
	}
	add_foreign(&numbers[SIM_CONFIG_NUMBERS]);
	if (e == ERR_OK) {
		const struct snap_source src = { .config_version = 1,
			.trunks = trunks,
			.n_trunks = RT_ARRAY_LEN(trunks),
			.acls = acls,
			.n_acls = RT_ARRAY_LEN(acls),
			.numbers = numbers,
			.n_numbers = RT_ARRAY_LEN(numbers),
			.flows = flows,
			.n_flows = RT_ARRAY_LEN(flows),
			.destinations = destinations,
			.n_destinations = RT_ARRAY_LEN(destinations),
			.prompts = prompts,
			.n_prompts = RT_ARRAY_LEN(prompts) };

		e = snap_write(&src, out);
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(b); i++)
		buf_fini(&b[i]);
	return e;
}
