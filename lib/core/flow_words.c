#include "lib/core/flow_words.h"

#define ARROW " \xe2\x86\x92 "

struct say {
	const struct flow_view *v;
	const struct flow_words_trace *t;
	const struct flow_words_names *names;
	struct buf *out;
};

static const char *const ordinals[] = { "first", "second", "third", "fourth",
	"fifth", "sixth", "seventh", "eighth", "ninth", "tenth" };
static const char *const numbers[] = { "one", "two", "three", "four", "five",
	"six", "seven", "eight", "nine", "ten" };

void flow_words_ordinal(unsigned int n, struct buf *out)
{
	static const char *const ends[] = { "th", "st", "nd", "rd" };
	const unsigned int last = n % 10;

	if (n >= 1 && n <= RT_ARRAY_LEN(ordinals))
		buf_cstr(out, ordinals[n - 1]);
	else
		buf_printf(out, "%u%s", n,
		    last > 3 || (n / 10) % 10 == 1 ? "th" : ends[last]);
}

static void number(unsigned int n, struct buf *out)
{
	if (n >= 1 && n <= RT_ARRAY_LEN(numbers))
		buf_cstr(out, numbers[n - 1]);
	else
		buf_printf(out, "%u", n);
}

static struct slice title(const struct say *s)
{
	const struct slice key = flow_view_key(s->v);
	struct slice t = SLICE("");

	if (s->names != NULL && s->names->step != NULL)
		t = s->names->step(s->names->arg, key);
	return t.n > 0 ? t : key;
}

static void put_title(const struct say *s)
{
	buf_put(s->out, title(s));
}

static void put_item_text(const struct say *s, size_t field, const char *other)
{
	const size_t i = (size_t)s->t->branch - FLOW_ITEM;
	const struct slice t = flow_view_item_text(s->v, 0, i, field);

	if (t.n > 0)
		buf_put(s->out, t);
	else
		buf_cstr(s->out, other);
}

static bool is_item(const struct say *s)
{
	return s->t->branch >= FLOW_ITEM &&
	       (size_t)s->t->branch - FLOW_ITEM < flow_view_items(s->v, 0);
}

static const char *choice(const struct flow_param *p, uint32_t v)
{
	return v <= p->max ? p->choices[v] : "?";
}

/* --- dialling --------------------------------------------------------------*/

static void put_member_name(const struct say *s, uint32_t member)
{
	struct slice to, name = SLICE("");

	if (s->v->type == FLOW_FORWARD)
		to = flow_view_text(s->v, FLOW_FORWARD_TO);
	else if (member < flow_view_items(s->v, 0))
		to = flow_view_item_text(s->v, 0, member, FLOW_MEMBER_TO);
	else
		return;
	if (s->names != NULL && s->names->destination != NULL)
		name = s->names->destination(s->names->arg, to);
	if (name.n > 0) {
		buf_cstr(s->out, " (");
		buf_put(s->out, name);
		buf_char(s->out, ')');
	}
}

/* "second of three" */
static void put_member(const struct say *s, uint32_t member)
{
	flow_words_ordinal(member + 1, s->out);
	buf_cstr(s->out, " of ");
	number((unsigned int)flow_view_items(s->v, 0), s->out);
	put_member_name(s, member);
}

static void put_ring(const struct say *s)
{
	static const char *const modes[FLOW_MODE_COUNT] = { "all at once",
		"round robin", "by weight", "in order", "ring tree" };
	uint32_t mode;

	put_title(s);
	if (s->v->type == FLOW_FORWARD) {
		put_member_name(s, 0);
		buf_cstr(s->out, " rings");
		return;
	}
	mode = flow_view_num(s->v, FLOW_GROUP_MODE);
	buf_printf(s->out, ", %s, ", modes[mode]);
	put_member(s, s->t->value);
}

static void put_lost(const struct say *s)
{
	static const char *const words[FLOW_LOST_COUNT] = { "busy",
		"nobody answered", "could not be reached", "refused the call",
		"picked up and pressed nothing", "has no place free",
		"is closed now", "does not take callers from there",
		"stopped ringing: another was faster",
		"stopped ringing: the caller hung up" };
	const uint32_t why = s->t->value >> 8, member = s->t->value & 0xff;

	if (s->v->type == FLOW_GROUP) {
		flow_words_ordinal(member + 1, s->out);
		buf_cstr(s->out, ": ");
	}
	buf_cstr(s->out, why < FLOW_LOST_COUNT ? words[why] : "ended");
}

static bool dial_way(const struct say *s)
{
	static const char *const words[FLOW_DIAL_BRANCHES] = { "was busy",
		"nobody answered", "could not be reached", "refused",
		"had no place", "went on" };

	if (s->t->branch >= FLOW_DIAL_BRANCHES || s->v->type == FLOW_FORWARD)
		return false; /* said by the attempt */
	put_title(s);
	buf_printf(s->out, ": %s", words[s->t->branch]);
	return true;
}

/* --- ways out, by type -----------------------------------------------------*/

static bool play_way(const struct say *s)
{
	buf_cstr(s->out,
	    s->v->type == FLOW_NOTICE ? "heard the notice " : "heard ");
	put_title(s);
	return true;
}

static bool menu_way(const struct say *s)
{
	put_title(s);
	if (!is_item(s)) {
		buf_cstr(s->out, s->t->branch == FLOW_MENU_INVALID
				     ? ": no valid key"
				     : ": pressed nothing");
		return true;
	}
	buf_printf(s->out, ": pressed %c",
	    (int)flow_view_item_num(s->v, 0, (size_t)s->t->branch - FLOW_ITEM,
		FLOW_KEY_KEY));
	if (flow_view_item_text(s->v, 0, (size_t)s->t->branch - FLOW_ITEM,
		FLOW_KEY_TITLE)
		.n > 0) {
		buf_cstr(s->out, ", ");
		put_item_text(s, FLOW_KEY_TITLE, "");
	}
	return true;
}

static bool gather_way(const struct say *s)
{
	put_title(s);
	if (is_item(s)) {
		buf_cstr(s->out, ": keyed in ");
		put_item_text(s, FLOW_MATCH_DIGITS, "digits");
	} else {
		buf_cstr(s->out, s->t->branch == FLOW_GATHER_NEXT
				     ? ": keyed in digits"
				 : s->t->branch == FLOW_GATHER_INVALID
				     ? ": no valid digits"
				     : ": keyed in nothing");
	}
	return true;
}

static bool hours_way(const struct say *s)
{
	if (s->t->branch == FLOW_HOURS_HOLIDAY) {
		put_title(s);
		buf_cstr(s->out, ": a day off");
		return true;
	}
	buf_cstr(s->out,
	    s->t->branch == FLOW_HOURS_OPEN ? "inside " : "outside ");
	put_title(s);
	return true;
}

static bool geography_way(const struct say *s)
{
	put_title(s);
	buf_cstr(s->out, ": ");
	if (is_item(s))
		put_item_text(s, FLOW_REGION_VALUE, "");
	else
		buf_cstr(s->out, s->t->branch == FLOW_UNKNOWN
				     ? "place not known"
				     : "from elsewhere");
	return true;
}

static bool nearest_way(const struct say *s)
{
	put_title(s);
	buf_cstr(s->out, ": ");
	if (!is_item(s)) {
		buf_cstr(s->out, s->t->branch == FLOW_NEAREST_FAR
				     ? "none is near"
				     : "place not known");
		return true;
	}
	buf_cstr(s->out, "nearest is ");
	if (flow_view_item_text(s->v, 0, (size_t)s->t->branch - FLOW_ITEM,
		FLOW_PLACE_TITLE)
		.n > 0)
		put_item_text(s, FLOW_PLACE_TITLE, "");
	else
		put_item_text(s, FLOW_PLACE_AT, "");
	return true;
}

/* source and caller: "campaign equal spring", "first_time". */
static bool rule_way(const struct say *s)
{
	const struct flow_list *list = &s->v->row->lists[0];
	const size_t i = (size_t)s->t->branch - FLOW_ITEM;

	put_title(s);
	buf_cstr(s->out, ": ");
	if (!is_item(s)) {
		buf_cstr(s->out, "no rule holds");
		return true;
	}
	for (size_t k = 0; k < list->n_fields; k++) {
		const struct flow_param *p = &list->fields[k];
		const struct slice text =
		    flow_type_has_text(p->kind)
			? flow_view_item_text(s->v, 0, i, k)
			: slice_from(
			      choice(p, flow_view_item_num(s->v, 0, i, k)));

		if (text.n > 0 && k > 0)
			buf_char(s->out, ' ');
		for (size_t c = 0; c < text.n; c++)
			buf_char(s->out,
			    p->kind == FLOW_PARAM_CHOICE && text.p[c] == '_'
				? ' '
				: text.p[c]);
	}
	return true;
}

static bool split_way(const struct say *s)
{
	put_title(s);
	buf_cstr(s->out, ": ");
	if (!is_item(s)) {
		buf_cstr(s->out, "the rest");
		return true;
	}
	put_item_text(s, FLOW_SHARE_TITLE, "share");
	buf_printf(s->out, " (%u %%)",
	    flow_view_item_num(s->v, 0, (size_t)s->t->branch - FLOW_ITEM,
		FLOW_SHARE_PERCENT));
	return true;
}

static bool mail_way(const struct say *s)
{
	put_title(s);
	buf_cstr(s->out, s->t->branch == FLOW_VOICEMAIL_SHORT
			     ? ": too short to keep"
			     : ": left a message");
	return true;
}

static bool challenge_way(const struct say *s)
{
	static const char *const words[FLOW_CHALLENGE_BRANCHES] = { "passed",
		"failed", "silent" };

	if (s->t->branch >= FLOW_CHALLENGE_BRANCHES)
		return false;
	put_title(s);
	buf_printf(s->out, ": %s", words[s->t->branch]);
	return true;
}

static bool word_way(const struct say *s)
{
	buf_cstr(s->out, s->v->type == FLOW_TAG ? "tagged " : "outcome ");
	buf_put(s->out, flow_view_text(s->v, FLOW_WORD_WORD));
	return true;
}

static bool (*const ways[FLOW_TYPE_COUNT])(const struct say *s) = {
	[FLOW_NOTICE] = play_way,
	[FLOW_MESSAGE] = play_way,
	[FLOW_FORWARD] = dial_way,
	[FLOW_MENU] = menu_way,
	[FLOW_GATHER] = gather_way,
	[FLOW_HOURS] = hours_way,
	[FLOW_GEOGRAPHY] = geography_way,
	[FLOW_NEAREST] = nearest_way,
	[FLOW_SOURCE] = rule_way,
	[FLOW_CALLER] = rule_way,
	[FLOW_SPLIT] = split_way,
	[FLOW_GROUP] = dial_way,
	[FLOW_VOICEMAIL] = mail_way,
	[FLOW_CHALLENGE] = challenge_way,
	[FLOW_TAG] = word_way,
	[FLOW_OUTCOME] = word_way,
};

static bool done(const struct say *s)
{
	static const char *const words[FLOW_TYPE_COUNT] = {
		[FLOW_HANGUP] = "hung up",
		[FLOW_BUSY] = "told busy",
		[FLOW_REJECT] = "refused",
	};

	if (words[s->v->type] == NULL)
		return false;
	buf_cstr(s->out, words[s->v->type]);
	return true;
}

static bool wrong(const struct say *s)
{
	const uint32_t key = s->t->value;

	put_title(s);
	if (key > ' ' && key < 0x7f)
		buf_printf(s->out, ": %c is no valid key", (int)key);
	else
		buf_cstr(s->out, ": no valid digits");
	return true;
}

bool flow_words_one(const struct flow *f, const struct flow_words_trace *t,
    const struct flow_words_names *names, struct buf *out)
{
	struct flow_view v;
	const struct say s = { &v, t, names, out };

	if (t->step >= f->n_steps)
		return false;
	flow_view(f, t->step, &v);
	switch (t->branch) {
	case FLOW_TRACE_ENTER:
	case FLOW_TRACE_SILENT:
	case FLOW_TRACE_LOCAL:
		return false;
	case FLOW_TRACE_DONE:
		return done(&s);
	case FLOW_TRACE_LOOP:
		buf_cstr(out, "went round too often: hung up");
		return true;
	case FLOW_TRACE_GOTO:
		buf_cstr(out, "goes on in another flow");
		return true;
	case FLOW_TRACE_WRONG:
		return wrong(&s);
	default:
		break;
	}
	if (v.type == FLOW_FORWARD || v.type == FLOW_GROUP) {
		if (t->branch == FLOW_TRACE_RING)
			put_ring(&s);
		else if (t->branch == FLOW_TRACE_LOST)
			put_lost(&s);
		else if (t->branch == FLOW_TRACE_WON)
			buf_cstr(out, "answered");
		else
			return dial_way(&s);
		return true;
	}
	if (t->branch >= FLOW_TRACE_ENTER || ways[v.type] == NULL)
		return false;
	return ways[v.type](&s);
}

void flow_words(const struct flow *f, const struct flow_words_trace *t,
    size_t n, const struct flow_words_names *names, struct buf *out)
{
	const size_t start = out->n;

	for (size_t i = 0; i < n; i++) {
		const size_t before = out->n;

		if (before > start)
			buf_cstr(out, ARROW);
		if (!flow_words_one(f, &t[i], names, out))
			out->n = before;
	}
}
