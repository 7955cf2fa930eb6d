#include "cgi/page/page_call_parts.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_why.h"
#include "cgi/page/page_words.h"
#include "lib/base/clk.h"
#include "lib/core/bp.h"
#include "lib/core/taghealth.h"
#include "lib/db/db_recording.h"
#include "lib/phone/phone.h"

#define TEXT_MAX 1200

/* --- facts -----------------------------------------------------------------*/

/* why: what stands below the value leads to its reasons. */
static void fact_of(struct view *v, const char *name, struct slice value,
    struct slice more, bool why)
{
	struct view *item = view_item(v, "facts");

	view_cstr(item, "fact_name", name);
	view_slice(item, "fact_value", value.n > 0 ? value : SLICE("–"));
	view_slice(item, "more", more);
	view_flag(item, "fact_more", more.n > 0);
	view_flag(item, "fact_why", why);
}

static void fact(struct view *v, const char *name, struct slice value,
    struct slice more)
{
	fact_of(v, name, value, more, false);
}

static void source_fact(const struct db_report_call *c, struct view *v)
{
	char percent[BP_PERCENT_MAX], sure[48], mem[TEXT_MAX];
	struct buf b;

	bp_percent(c->probability_bp, percent);
	(void)snprintf(sure, sizeof(sure), "%s %% sure", percent);
	buf_over(&b, mem, sizeof(mem));
	page_words_source(c->source, c->medium, &b);
	if (strcmp(c->attributed_by, "tracker") == 0)
		fact(v, "Source", buf_slice(&b), SLICE("by the number itself"));
	else
		fact_of(v, "Source", buf_slice(&b),
		    c->probability_bp > 0 ? slice_from(sure) : SLICE(""), true);
}

static void campaign_fact(const struct db_report_call *c, struct view *v)
{
	char mem[TEXT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (c->keyword[0] != '\0') {
		buf_cstr(&b, "keyword ");
		buf_cstr(&b, c->keyword);
	}
	fact(v, "Campaign", slice_from(c->campaign), buf_slice(&b));
}

static void talk_fact(const struct db_report_call *c, struct view *v)
{
	char talk[PAGE_WORDS_MAX], ring[PAGE_WORDS_MAX];
	char mem[TEXT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_words_duration((int64_t)c->talk_ms, talk);
	page_words_duration((int64_t)c->ring_ms, ring);
	if (c->ring_ms > 0) {
		buf_cstr(&b, "rang ");
		buf_cstr(&b, ring);
	}
	if (c->qualified)
		buf_cstr(&b, b.n > 0 ? " · qualified" : "qualified");
	fact(v, "Talk time", c->talk_ms > 0 ? slice_from(talk) : SLICE(""),
	    buf_slice(&b));
}

/* What has no name of its own is called as it is reached: once is enough. */
static struct slice unlike(const char *target, struct slice name)
{
	return slice_eq_cstr(name, target) ? SLICE("") : slice_from(target);
}

static void person_fact(const struct page_story *s, struct view *v)
{
	const struct db_report_call *c = s->call;
	char target[PHONE_TEXT_MAX];

	phone_show(slice_from(c->destination_target), s->country, target);
	fact(v, c->bridged_us != 0 ? "Answered by" : "Rang at",
	    slice_from(c->destination),
	    unlike(target, slice_from(c->destination)));
}

static void number_fact(const struct page_story *s, struct view *v)
{
	const struct db_report_call *c = s->call;
	char number[PHONE_TEXT_MAX];

	phone_show(slice_from(c->number), s->country, number);
	fact(v, "Number dialled", slice_from(number),
	    slice_from(c->pool[0] != '\0' ? c->pool : c->number_label));
}

static const struct {
	const char *by;
	const char *word;
} by_words[] = {
	{ "caller", "Caller" },
	{ "called", "Answering side" },
	{ "destination", "Answering side" },
	{ "flow", "Call flow" },
	{ "system", "System" },
	{ "crash", "A failure of ours" },
};

static const char *by_word(const char *by)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(by_words); i++)
		if (strcmp(by, by_words[i].by) == 0)
			return by_words[i].word;
	return "";
}

void page_call_parts_facts(const struct page_story *s, struct view *v)
{
	const struct db_report_call *c = s->call;

	view_list(v, "facts");
	source_fact(c, v);
	campaign_fact(c, v);
	talk_fact(c, v);
	person_fact(s, v);
	number_fact(s, v);
	fact(v, "Ended by",
	    c->open ? SLICE("still going on")
		    : slice_from(by_word(c->hangup_by)),
	    slice_from(page_words_reason(c->hangup_by, c->reason)));
}

/* --- legs ------------------------------------------------------------------*/

static void leg_time(struct view *item, const char *key, int64_t from_us,
    int64_t to_us)
{
	char text[PAGE_WORDS_MAX];

	page_words_duration((to_us - from_us) / 1000, text);
	view_cstr(item, key, from_us != 0 && to_us > from_us ? text : "–");
}

static void leg_ms(struct view *item, const char *key, uint64_t us, bool known)
{
	char text[48];

	(void)snprintf(text, sizeof(text), "%llu.%llu ms",
	    (unsigned long long)(us / 1000),
	    (unsigned long long)(us % 1000 / 100));
	view_cstr(item, key, known ? text : "–");
}

static void leg_quality(const struct db_report_call_leg *leg, struct view *item)
{
	const uint64_t whole = leg->packets_in + leg->packets_lost;
	const uint64_t bp = whole > 0 ? leg->packets_lost * 10000 / whole : 0;
	char text[48];

	(void)snprintf(text, sizeof(text), "%llu.%02llu %%",
	    (unsigned long long)(bp / 100), (unsigned long long)(bp % 100));
	view_cstr(item, "leg_loss", leg->packets_in > 0 ? text : "–");
	(void)snprintf(text, sizeof(text), "%llu",
	    (unsigned long long)leg->packets_dropped);
	view_cstr(item, "leg_dropped",
	    leg->packets_in > 0 || leg->packets_dropped > 0 ? text : "–");
	leg_ms(item, "leg_jitter", leg->jitter_us, leg->packets_in > 0);
	leg_ms(item, "leg_rtt", leg->rtt_us, leg->rtt_us > 0);
	view_cstr(item, "leg_codec", leg->codec[0] != '\0' ? leg->codec : "–");
}

static void leg_end(const struct db_report_call_leg *leg, struct view *item)
{
	const char *by = by_word(leg->hangup_by);
	char text[96];

	if (leg->sip_status >= 300)
		(void)snprintf(text, sizeof(text), "SIP %u %.60s",
		    leg->sip_status, leg->reason);
	else
		(void)snprintf(text, sizeof(text), "%s",
		    by[0] != '\0' ? by : "–");
	view_cstr(item, "leg_end", text);
}

void page_call_parts_legs(const struct page_story *s, struct view *v)
{
	view_list(v, "legs");
	for (size_t i = 0; i < s->n_legs; i++) {
		const struct db_report_call_leg *leg = &s->legs[i];
		struct view *item = view_item(v, "legs");
		const int64_t rang_until =
		    leg->answered_us != 0 ? leg->answered_us : leg->ended_us;
		char mem[TEXT_MAX], text[TZ_TEXT_MAX];
		char target[PHONE_TEXT_MAX];
		struct slice name;
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		page_story_leg_name(s, leg->seq, &b);
		name = buf_slice(&b);
		view_slice(item, "leg_name", name);
		phone_show(slice_from(
			       leg->seq == 0 ? s->call->caller : leg->target),
		    s->country, target);
		view_slice(item, "leg_target", unlike(target, name));
		tz_text_clock_s(s->z, leg->started_us, text);
		view_cstr(item, "leg_started", text);
		leg_time(item, "leg_rang", leg->ringing_us, rang_until);
		leg_time(item, "leg_talked", leg->answered_us, leg->ended_us);
		leg_end(leg, item);
		leg_quality(leg, item);
	}
}

/* --- visit -----------------------------------------------------------------*/

static void session(struct view *v, const char *name, const char *value)
{
	struct view *item;

	if (value[0] == '\0')
		return;
	item = view_item(v, "session");
	view_cstr(item, "session_name", name);
	view_cstr(item, "session_value", value);
	view_flag(item, "session_visit", false);
}

static void time_on_site(const struct db_report_call_visit *t, struct view *v)
{
	char text[PAGE_WORDS_MAX], line[PAGE_WORDS_MAX + 48];

	(void)snprintf(line, sizeof(line), "%llu %s",
	    (unsigned long long)t->page_views,
	    t->page_views == 1 ? "page" : "pages");
	page_words_duration((int64_t)t->engaged_s * 1000, text);
	if (t->engaged_s > 0) /* else nothing was told of it */
		(void)snprintf(line, sizeof(line), "%s on %llu %s", text,
		    (unsigned long long)t->page_views,
		    t->page_views == 1 ? "page" : "pages");
	session(v, t->engaged_s > 0 ? "Time on site" : "Seen", line);
	if (t->visits > 1) {
		(void)snprintf(line, sizeof(line), "%llu",
		    (unsigned long long)t->visits);
		session(v, "Visits so far", line);
	}
}

static void ad_ids(const struct db_report_call_visit *t, struct view *v)
{
	session(v, t->click_kind, t->click_id);
	session(v, "Campaign id", t->campaign_id);
	session(v, "Ad group id", t->ad_group_id);
	session(v, "Ad id", t->ad_id);
	session(v, "Match type", t->match_type);
	session(v, "Network", t->network);
	session(v, "Device", t->device);
	session(v, "utm_content", t->utm_content);
	session(v, "utm_id", t->utm_id);
}

/* Why a visit that does not look paid may have been. */
static void causes(const struct db_report_call_visit *t, struct view *v)
{
	static const char *const words[TAGHEALTH_KEPT_BITS] = {
		[TAGHEALTH_TWICE] = "two copies of the tag were on its page",
		[TAGHEALTH_OTHER_TAG] =
		    "another vendor’s tag swaps numbers, too",
		[TAGHEALTH_URL_CHANGED] =
		    "the site took the click id off its address",
		[TAGHEALTH_CLICK_LOST] =
		    "a redirect lost the click id of an ad",
		[TAGHEALTH_FORGOTTEN] =
		    "the browser had not kept who it was a page before",
		[TAGHEALTH_KEPT_LATE] = "the tag began late",
	};
	char line[TEXT_MAX];
	struct buf b;

	if (page_words_paid(t->channel, t->medium))
		return;
	buf_over(&b, line, sizeof(line) - 1);
	for (unsigned int i = 0; i < TAGHEALTH_KEPT_BITS; i++) {
		if ((t->causes >> i & 1U) == 0 || words[i] == NULL)
			continue;
		buf_cstr(&b, buf_slice(&b).n > 0 ? "; " : "");
		buf_cstr(&b, words[i]);
	}
	line[buf_slice(&b).n] = '\0';
	session(v, "May have been paid", line);
}

void page_call_parts_session(const struct page_story *s, struct view *v)
{
	const struct db_report_call_visit *t = s->visit;
	char id[ID_TEXT_MAX];
	struct view *item;

	view_list(v, "session");
	if (t == NULL)
		return;
	session(v, "Site", t->site);
	session(v, "Landing page", t->landing_url);
	session(v, "Referrer", t->referrer);
	time_on_site(t, v);
	causes(t, v);
	session(v, "Campaign", t->campaign);
	session(v, "Keyword", t->keyword);
	ad_ids(t, v);
	session(v, "Browser’s time zone", t->browser_zone);
	id_text(ID_KIND_visit, t->id.v, id);
	item = view_item(v, "session");
	view_cstr(item, "session_name", "Visit");
	view_cstr(item, "session_value", id);
	view_flag(item, "session_visit", true);
}

/* --- recording -------------------------------------------------------------*/

/* The first that fits; why NULL: any. */
static const struct {
	const char *state;
	const char *why;
	const char *words;
} recording_words[] = {
	{ "pending", NULL,
	    "The recording is being finished. Look again in a"
	    " moment." },
	{ "failed", RECORDING_MISSING,
	    "There is no recording: its file was never written, most"
	    " likely because the recorder was stopped with the call." },
	{ "failed", RECORDING_UNFINISHED,
	    "The recording was not finished. What was written is kept"
	    " on the machine and can be played once the recorder has"
	    " mended it." },
	{ "failed", RECORDING_DAMAGED,
	    "The recording cannot be played: its file is damaged. It"
	    " is kept on the machine." },
	{ "failed", NULL,
	    "The recording could not be written to the disk. What was"
	    " written is kept on the machine; the operator’s log says"
	    " more." },
	{ "erased", NULL, "The recording was erased." },
	{ "erasing", NULL, "The recording was erased." },
};

static const char *no_recording(const struct page_story *s,
    const struct db_report_call_recording *rec)
{
	if (rec == NULL)
		return s->call->open ? "The recording can be played when the"
				       " call has ended."
				     : "This call was not recorded. Whether"
				       " calls are is set for each number.";
	for (size_t i = 0; i < RT_ARRAY_LEN(recording_words); i++)
		if (strcmp(rec->state, recording_words[i].state) == 0 &&
		    (recording_words[i].why == NULL ||
			strcmp(rec->why, recording_words[i].why) == 0))
			return recording_words[i].words;
	return "The recording cannot be played.";
}

void page_call_parts_recording(const struct page_story *s,
    const struct db_report_call_recording *rec, struct view *v)
{
	const bool ready = rec != NULL && strcmp(rec->state, "ready") == 0;
	char length[PAGE_WORDS_MAX], line[PAGE_WORDS_MAX + 32];
	char mem[TEXT_MAX];
	struct buf b;

	view_flag(v, "recording", ready);
	view_cstr(v, "no_recording", no_recording(s, rec));
	view_u64(v, "recording_ms", ready ? rec->duration_ms : 0);
	page_words_clock(ready ? (int64_t)rec->duration_ms : 0, length);
	view_cstr(v, "recording_length", length);
	page_words_duration(ready ? (int64_t)rec->duration_ms : 0, length);
	(void)snprintf(line, sizeof(line), "%s · %s", length,
	    ready && rec->channels == 2 ? "both sides apart" : "mono");
	view_cstr(v, "recording_line", ready ? line : "");
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, s->call->destination[0] != '\0' ? s->call->destination
						     : "Answering side");
	view_slice(v, "answerer", buf_slice(&b));
}

/* --- raw record ------------------------------------------------------------*/

static void event_item(const struct page_story *s,
    const struct db_report_call_event *ev, struct view *v)
{
	struct view *item = view_item(v, "events");
	char clock[TZ_TEXT_MAX], text[TZ_TEXT_MAX + 8], mem[TEXT_MAX];
	struct buf b;

	view_u64(item, "event_seq", ev->seq);
	tz_text_clock_s(s->z, ev->at_us, clock);
	(void)snprintf(text, sizeof(text), "%s.%03d", clock,
	    (int)(ev->at_us / 1000 % 1000));
	view_cstr(item, "event_at", text);
	buf_over(&b, mem, sizeof(mem));
	if (ev->has_leg)
		page_story_leg_name(s, ev->leg, &b);
	view_slice(item, "event_leg", buf_slice(&b));
	view_cstr(item, "event_kind", ev->kind);
	view_cstr(item, "event_detail", ev->detail);
}

static void raw(struct view *v, const char *name, const char *value)
{
	struct view *item;

	if (value[0] == '\0')
		return;
	item = view_item(v, "raw");
	view_cstr(item, "raw_name", name);
	view_cstr(item, "raw_value", value);
}

static void raw_number(struct view *v, const char *name, uint32_t n)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%lu", (unsigned long)n);
	raw(v, name, n > 0 ? text : "");
}

/* Capital: the trunk's word; small: claimed, nobody has checked it. */
static const char *attestation_words(char level)
{
	static const struct {
		char level;
		const char *words;
	} rows[] = {
		{ 'A', "A: the number is the caller's" },
		{ 'B', "B: a known customer, the number is not checked" },
		{ 'C', "C: only where the call came in is known" },
		{ 'a', "A, claimed and not verified" },
		{ 'b', "B, claimed and not verified" },
		{ 'c', "C, claimed and not verified" },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (rows[i].level == level)
			return rows[i].words;
	return "";
}

void page_call_parts_raw(const struct page_story *s, struct view *v)
{
	const struct db_report_call *c = s->call;
	char id[ID_TEXT_MAX], time[CLK_RFC3339_MAX];

	view_list(v, "events");
	for (size_t i = 0; i < s->n_events; i++)
		event_item(s, &s->events[i], v);
	view_list(v, "raw");
	id_text(ID_KIND_call, c->id.v, id);
	raw(v, "Call", id);
	clk_rfc3339(c->started_us, time);
	raw(v, "Started, UTC", time);
	raw(v, "Caller as it came", c->caller_raw);
	raw(v, "Attestation", attestation_words(c->attestation[0]));
	raw(v, "Asked not to be shown", c->anonymous ? "yes" : "");
	raw(v, "Came from", c->source_address);
	raw(v, "User agent", c->user_agent);
	raw(v, "Recording rule", c->record);
	if (c->notice_ended_us != 0) {
		clk_rfc3339(c->notice_ended_us, time);
		raw(v, "Notice heard to its end, UTC", time);
		raw(v, "Notice", c->notice_key);
		raw_number(v, "Version of the notice", c->notice_version);
		raw(v, "Language of the notice", c->notice_language);
	}
	raw(v, "Flow", c->flow);
	raw_number(v, "Flow version", c->flow_version);
	raw(v, "Location", c->location);
	raw_number(v, "Final SIP status", c->sip_status);
	raw_number(v, "Q.850 cause", c->cause);
	raw(v, "SIP Call-ID", c->sip_call_id);
	raw(v, "Credited by", c->attributed_by);
	raw_number(v, "Rule version", c->rule_version);
}
