#include "cgi/page/page_story.h"

#include <string.h>

#include "cgi/page/page_row.h"
#include "cgi/page/page_words.h"
#include "lib/base/clk.h"
#include "lib/phone/phone.h"

#define ENTRIES_MAX 400
#define WHAT_MAX    1100
#define MORE_MAX    2200

/* One dot on the line. Texts are in the arena. */
struct entry {
	int64_t at_us;
	size_t order; /* of equal times */
	const char *tone;
	const char *icon;
	struct slice what;
	struct slice more;
};

struct line {
	const struct page_story *s;
	struct arena *mem;
	struct entry *entries;
	size_t n;
	bool full; /* out of memory */
};

/* A new entry, the last one again when the line is full. */
static struct entry *add(struct line *l, int64_t at_us, const char *tone,
    const char *icon)
{
	struct entry *e = &l->entries[l->n];

	if (l->n < ENTRIES_MAX - 1)
		l->n++;
	*e = (struct entry){ .at_us = at_us,
		.order = l->n,
		.tone = tone,
		.icon = icon };
	return e;
}

static void keep(struct line *l, const struct buf *b, struct slice *out)
{
	if (!arena_copy(l->mem, buf_slice(b), out))
		l->full = true;
}

static void duration(struct buf *b, int64_t ms)
{
	char text[PAGE_WORDS_MAX];

	page_words_duration(ms, text);
	buf_cstr(b, text);
}

static void number(const struct line *l, const char *e164, struct buf *b)
{
	char text[PHONE_TEXT_MAX];

	phone_show(slice_from(e164), l->s->country, text);
	buf_cstr(b, text);
}

/* "#/pricing", "#!/pricing": a page of an application, not a place on one. */
static bool is_route(struct slice fragment)
{
	return (slice_starts(fragment, SLICE("#/")) && fragment.n > 2) ||
	       (slice_starts(fragment, SLICE("#!/")) && fragment.n > 3);
}

struct slice page_story_path(struct slice url)
{
	const size_t scheme = slice_find_slice(url, SLICE("://"));
	const bool whole = scheme < url.n;
	struct slice fragment;
	size_t end;

	if (whole)
		url = slice_skip(url, scheme + 3);
	end = slice_find(url, '#', 0);
	fragment = slice_skip(url, end);
	url = slice_head(url, end);
	if (is_route(fragment))
		return slice_head(fragment, slice_find(fragment, '?', 0));
	url = slice_head(url, slice_find(url, '?', 0));
	if (whole)
		url = slice_skip(url, slice_find(url, '/', 0));
	return whole && url.n == 0 ? SLICE("/") : url;
}

void page_story_leg_name(const struct page_story *s, uint32_t seq,
    struct buf *out)
{
	if (seq == 0) {
		buf_cstr(out, "Caller");
		return;
	}
	for (size_t i = 0; i < s->n_legs; i++) {
		const struct db_report_call_leg *leg = &s->legs[i];

		if (leg->seq != seq)
			continue;
		if (leg->destination[0] != '\0') {
			buf_cstr(out, leg->destination);
		} else {
			char text[PHONE_TEXT_MAX];

			phone_show(slice_from(leg->target), s->country, text);
			buf_cstr(out, text);
		}
		return;
	}
	buf_cstr(out, "The destination");
}

/* --- the visit -------------------------------------------------------------*/

static void arrival(struct line *l)
{
	const struct db_report_call_visit *v = l->s->visit;
	const char *channel =
	    page_words_channel(v->channel, v->source, v->medium);
	char what[WHAT_MAX], more[MORE_MAX];
	struct entry *e = add(l, v->started_us, "click", "click");
	struct buf b;

	buf_over(&b, what, sizeof(what));
	if (page_words_paid(v->channel, v->medium)) {
		buf_cstr(&b, "Clicked an ad on ");
		buf_cstr(&b, v->source);
	} else if (strcmp(channel, "direct") == 0) {
		buf_cstr(&b, "Came to the site directly");
	} else {
		buf_cstr(&b, "Came from ");
		page_words_source(v->source, v->medium, &b);
	}
	keep(l, &b, &e->what);
	buf_over(&b, more, sizeof(more));
	buf_cstr(&b, v->campaign);
	if (v->keyword[0] != '\0') {
		buf_cstr(&b, v->campaign[0] != '\0' ? " · “" : "“");
		buf_cstr(&b, v->keyword);
		buf_cstr(&b, "”");
	}
	keep(l, &b, &e->more);
}

static void pages(struct line *l)
{
	for (size_t i = 0; i < l->s->n_pages; i++) {
		const struct db_report_call_page *p = &l->s->pages[i];
		struct entry *e = add(l, p->at_us, "page", "doc");
		char what[WHAT_MAX];
		struct buf b;

		buf_over(&b, what, sizeof(what));
		buf_cstr(&b, i == 0 ? "Landed on " : "Viewed ");
		buf_put(&b, slice_head(page_story_path(slice_from(p->url)),
				WHAT_MAX - 20));
		keep(l, &b, &e->what);
		e->more = slice_from(p->title);
	}
}

static const struct {
	const char *kind;
	const char *what;
	const char *icon;
} click_words[] = {
	{ "tel_click", "Touched the phone link", "link" },
	{ "consent_given", "Agreed to be measured", "answered" },
	{ "consent_withdrawn", "Took the consent back", "blocked" },
};

static void clicks(struct line *l)
{
	for (size_t i = 0; i < l->s->n_clicks; i++) {
		const struct db_report_call_click *c = &l->s->clicks[i];

		for (size_t k = 0; k < RT_ARRAY_LEN(click_words); k++) {
			char mem[PHONE_TEXT_MAX];
			struct entry *e;
			struct buf b;

			if (strcmp(c->kind, click_words[k].kind) != 0)
				continue;
			e = add(l, c->at_us, "click", click_words[k].icon);
			e->what = slice_from(click_words[k].what);
			buf_over(&b, mem, sizeof(mem));
			number(l, c->number, &b);
			keep(l, &b, &e->more);
		}
	}
}

/* --- what came of a visit --------------------------------------------------*/

static void deed_words(const struct line *l, const struct visit_log_deed *d,
    struct buf *what, struct buf *more)
{
	switch (d->came) {
	case VISIT_CAME_SHOWN:
		buf_cstr(what, "Was shown ");
		number(l, d->number, what);
		if (d->detail[0] != '\0')
			buf_cstr(more, "the pool’s overflow number, ");
		buf_cstr(more, "for ");
		duration(more, (d->until_us - d->at_us) / 1000);
		break;
	case VISIT_CAME_CALLED:
		buf_cstr(what, "Called ");
		number(l, d->number, what);
		buf_cstr(more, page_words_result(
				   page_words_result_key(d->detail[0] == '\0',
				       d->detail)));
		break;
	default:
		buf_cstr(what, "Sent a form");
		buf_cstr(more, d->detail);
		break;
	}
}

static void deed(struct line *l, const struct visit_log_deed *d)
{
	static const struct {
		const char *tone;
		const char *icon;
	} looks[VISIT_CAME_COUNT] = {
		[VISIT_CAME_SHOWN] = { "step", "pool" },
		[VISIT_CAME_CALLED] = { "dial", "calls" },
		[VISIT_CAME_WROTE] = { "answer", "doc" },
	};
	struct entry *e =
	    add(l, d->at_us, looks[d->came].tone, looks[d->came].icon);
	char what_mem[WHAT_MAX], more_mem[MORE_MAX];
	struct buf what, more;

	buf_over(&what, what_mem, sizeof(what_mem));
	buf_over(&more, more_mem, sizeof(more_mem));
	deed_words(l, d, &what, &more);
	keep(l, &what, &e->what);
	keep(l, &more, &e->more);
}

/* --- the call --------------------------------------------------------------*/

/* The last click on the phone link before the call; 0 for none. */
static int64_t last_touch(const struct page_story *s)
{
	int64_t at = 0;

	for (size_t i = 0; i < s->n_clicks; i++)
		if (strcmp(s->clicks[i].kind, "tel_click") == 0 &&
		    s->clicks[i].at_us <= s->call->started_us)
			at = s->clicks[i].at_us;
	return at;
}

static void dialled(struct line *l)
{
	const struct db_report_call *c = l->s->call;
	const int64_t touch = last_touch(l->s);
	struct entry *e = add(l, c->started_us, "dial", "calls");
	char mem[MORE_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "Called ");
	number(l, c->number, &b);
	keep(l, &b, &e->what);
	buf_reset(&b);
	if (touch != 0) {
		/* Whole seconds, as the evidence has them. */
		duration(&b, (c->started_us - touch) / RT_SEC_US * 1000);
		buf_cstr(&b, " after the phone link was touched");
	} else if (c->pool[0] != '\0') {
		buf_cstr(&b, c->pool);
	} else {
		buf_cstr(&b, c->number_label);
	}
	keep(l, &b, &e->more);
}

/* What an event means to a person. Kinds that are not here are for the raw
 * record: they repeat another one or are of the wire. */
static const struct {
	const char *kind;
	const char *tone;
	const char *icon;
	const char *before; /* the leg's name stands between, when leg is set */
	const char *after;
	bool leg;
	bool detail; /* its value is a character worth showing, if any */
} event_words[] = {
	{ "notice", "step", "voice", "Heard the recording notice", "", false,
	    false },
	{ "ringing", "step", "ring", "", " rang", true, false },
	{ "rec-start", "step", "rec", "Recording began", "", false, false },
	{ "hold", "step", "pause", "", " put the call on hold", true, false },
	{ "resume", "step", "play", "", " took it up again", true, false },
	{ "digit", "step", "keys", "Pressed a key", "", false, true },
	{ "media-lost", "miss", "failed", "No sound from ", " for 60 s", true,
	    false },
	{ "repeat", "step", "calls", "Dialled again at once: one call", "",
	    false, false },
};

/* A transfer was asked for (value 0), came about (200), or did not: then its
 * value is the status, and it was refused at once when it names nobody. */
static void transfer(struct line *l, const struct db_report_call_event *ev)
{
	struct entry *e = add(l, ev->at_us, "step", "calls");
	const bool failed = ev->value != 0 && ev->value != 200;
	char mem[MORE_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_story_leg_name(l->s, ev->leg, &b);
	buf_cstr(&b, ev->value == 200 ? " handed the caller on"
		     : !failed        ? " began to hand the caller on"
		     : ev->detail[0] != '\0'
			 ? " could not hand the caller on, and took it back"
			 : " asked to hand the caller on, and was refused");
	keep(l, &b, &e->what);
	if (!failed)
		return;
	buf_reset(&b);
	buf_cstr(&b, "SIP ");
	buf_i64(&b, ev->value);
	keep(l, &b, &e->more);
}

/* A message of so many seconds was kept; of 0 it was thrown away. */
static void message(struct line *l, const struct db_report_call_event *ev)
{
	struct entry *e = add(l, ev->at_us, "step", "voice");
	char mem[MORE_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, ev->value > 0 ? "Left a message"
				   : "Said nothing long enough to keep");
	keep(l, &b, &e->what);
	if (ev->value <= 0)
		return;
	buf_reset(&b);
	duration(&b, ev->value * 1000);
	keep(l, &b, &e->more);
}

static void event(struct line *l, const struct db_report_call_event *ev)
{
	if (strcmp(ev->kind, "message") == 0) {
		message(l, ev);
		return;
	}
	if (strcmp(ev->kind, "transfer") == 0) {
		transfer(l, ev);
		return;
	}
	for (size_t k = 0; k < RT_ARRAY_LEN(event_words); k++) {
		char mem[MORE_MAX];
		struct entry *e;
		struct buf b;

		if (strcmp(ev->kind, event_words[k].kind) != 0)
			continue;
		e = add(l, ev->at_us, event_words[k].tone, event_words[k].icon);
		buf_over(&b, mem, sizeof(mem));
		buf_cstr(&b, event_words[k].before);
		if (event_words[k].leg)
			page_story_leg_name(l->s, ev->leg, &b);
		buf_cstr(&b, event_words[k].after);
		keep(l, &b, &e->what);
		if (event_words[k].detail && ev->value > ' ' &&
		    ev->value < 0x7f) {
			buf_reset(&b);
			buf_char(&b, (char)ev->value);
			keep(l, &b, &e->more);
		}
		return;
	}
}

static void events(struct line *l)
{
	for (size_t i = 0; i < l->s->n_events; i++)
		event(l, &l->s->events[i]);
}

static void answered(struct line *l)
{
	const struct db_report_call *c = l->s->call;
	char mem[MORE_MAX];
	struct entry *e;
	struct buf b;

	if (c->bridged_us == 0)
		return;
	e = add(l, c->bridged_us, "answer", "answered");
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b,
	    c->destination[0] != '\0' ? c->destination : "The destination");
	buf_cstr(&b, " answered");
	keep(l, &b, &e->what);
	buf_reset(&b);
	if (c->ring_ms > 0) {
		buf_cstr(&b, "after ringing for ");
		duration(&b, (int64_t)c->ring_ms);
	}
	keep(l, &b, &e->more);
}

static const struct {
	const char *by;
	const char *what;
} end_words[] = {
	{ "caller", "The caller hung up" },
	{ "flow", "The flow ended the call" },
	{ "system", "The system ended the call" },
	{ "crash", "The call was cut off by a failure of ours" },
};

static void ended(struct line *l)
{
	const struct db_report_call *c = l->s->call;
	const char *key = page_words_result_key(c->open, c->result);
	const bool good =
	    strcmp(key, "answered") == 0 || strcmp(key, "voicemail") == 0;
	char mem[MORE_MAX];
	const char *why;
	struct entry *e;
	struct buf b;

	if (c->ended_us == 0)
		return;
	e = add(l, c->ended_us, good ? "end" : "miss", good ? "end" : key);
	buf_over(&b, mem, sizeof(mem));
	for (size_t i = 0; i < RT_ARRAY_LEN(end_words); i++)
		if (strcmp(c->hangup_by, end_words[i].by) == 0)
			buf_cstr(&b, end_words[i].what);
	if (b.n == 0) {
		buf_cstr(&b, c->destination[0] != '\0' ? c->destination
						       : "The other side");
		buf_cstr(&b, " hung up");
	}
	keep(l, &b, &e->what);
	buf_reset(&b);
	if (c->talk_ms > 0) {
		buf_cstr(&b, "after ");
		duration(&b, (int64_t)c->talk_ms);
		buf_cstr(&b, " of talk");
	}
	why = page_words_reason(c->hangup_by, c->reason);
	if (why[0] != '\0') {
		buf_cstr(&b, b.n > 0 ? " · " : "");
		buf_cstr(&b, why);
	}
	keep(l, &b, &e->more);
}

/* --- the line --------------------------------------------------------------*/

/* By time, then in the order they were told: few and nearly sorted. */
static void sort(struct line *l)
{
	for (size_t i = 1; i < l->n; i++) {
		const struct entry e = l->entries[i];
		size_t k = i;

		while (k > 0 && l->entries[k - 1].at_us > e.at_us) {
			l->entries[k] = l->entries[k - 1];
			k--;
		}
		l->entries[k] = e;
	}
}

static void show(const struct line *l, struct view *v)
{
	struct tz_date last = { 0, 0, 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct entry *e = &l->entries[i];
		struct view *item = view_item(v, "story");
		char text[TZ_TEXT_MAX], iso[CLK_RFC3339_MAX];
		struct tz_date day = last;
		bool fresh;

		if (tz_day_of(l->s->z, e->at_us, &day) != ERR_OK)
			day = last;
		fresh = day.day != last.day || day.month != last.month ||
			day.year != last.year;
		last = day;
		tz_date_long(day, text);
		view_flag(item, "day", fresh);
		view_cstr(item, "day_name", text);
		tz_text_clock_s(l->s->z, e->at_us, text);
		view_cstr(item, "at", text);
		tz_text_long(l->s->z, e->at_us, text);
		view_cstr(item, "at_long", text);
		clk_rfc3339(e->at_us, iso);
		view_cstr(item, "at_iso", iso);
		view_cstr(item, "tone", e->tone);
		view_cstr(item, "icon", e->icon);
		view_slice(item, "what", e->what);
		view_slice(item, "more", e->more);
		view_flag(item, "detail", e->more.n > 0);
	}
}

static const char *no_journey_words(const struct db_report_call *c)
{
	if (c->open)
		return "Whose visit this was is settled when the call ends.";
	if (strcmp(c->attributed_by, "tracker") == 0)
		return "This number stands for a source, not for single"
		       " visits.";
	return "No web visit is credited with this call.";
}

static enum err begin(struct line *l)
{
	l->entries = arena_array(l->mem, ENTRIES_MAX, sizeof(*l->entries));
	if (l->entries == NULL)
		return ERR_NOMEM;
	if (l->s->visit != NULL) {
		arrival(l);
		pages(l);
		clicks(l);
	}
	return ERR_OK;
}

static enum err end(struct line *l, struct view *v)
{
	if (l->full)
		return ERR_NOMEM;
	sort(l);
	view_list(v, "story");
	show(l, v);
	return ERR_OK;
}

enum err page_story_view(const struct page_story *s, struct arena *mem,
    struct view *v)
{
	struct line l = { .s = s, .mem = mem };
	enum err e = begin(&l);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < s->n_deeds; i++)
		if (s->deeds[i].came == VISIT_CAME_WROTE)
			deed(&l, &s->deeds[i]);
	dialled(&l);
	events(&l);
	answered(&l);
	ended(&l);
	view_flag(v, "no_journey", s->visit == NULL);
	view_cstr(v, "no_journey_text", no_journey_words(s->call));
	return end(&l, v);
}

enum err page_story_visit(const struct page_story *s, struct arena *mem,
    struct view *v)
{
	struct line l = { .s = s, .mem = mem };
	const enum err e = begin(&l);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < s->n_deeds; i++)
		deed(&l, &s->deeds[i]);
	return end(&l, v);
}
