#include "cgi/page/page_why.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_words.h"
#include "lib/core/bp.h"
#include "lib/json/evidence.h"

#define SHOWN_MAX   5
#define LINE_MAX_B  2200
#define WHOLE_BP    10000
#define SECONDS_MAX INT64_C(100000000)

/* What is told of it, and its texts cut to what the page shows. */
struct candidate {
	struct evidence_one told;
	char source[DB_REPORT_TEXT(100)];
	char medium[DB_REPORT_TEXT(100)];
	char campaign[DB_REPORT_TEXT(255)];
};

static enum err cut(struct slice s, char *out, size_t cap)
{
	return slice_to_cstr(slice_head(s, cap - 1), out, cap) ? ERR_OK
							       : ERR_SYNTAX;
}

static enum err read_candidate(const struct json_node *n, struct candidate *c)
{
	enum err e = evidence_read_one(n, &c->told);

	if (e == ERR_OK)
		e = cut(c->told.source, c->source, sizeof(c->source));
	if (e == ERR_OK)
		e = cut(c->told.medium, c->medium, sizeof(c->medium));
	if (e == ERR_OK)
		e = cut(c->told.campaign, c->campaign, sizeof(c->campaign));
	return e;
}

static void say(struct view *item, const char *before, int64_t s,
    const char *after)
{
	struct view *line = view_item(item, "evidence");
	char text[PAGE_WORDS_MAX], mem[200];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, before);
	if (s >= 0) {
		page_words_duration((s > SECONDS_MAX ? SECONDS_MAX : s) * 1000,
		    text);
		buf_cstr(&b, text);
	}
	buf_cstr(&b, after);
	view_slice(line, "sentence", buf_slice(&b));
}

static void evidence(const struct candidate *c, struct view *item)
{
	view_list(item, "evidence");
	if (c->told.tel_s >= 0)
		say(item, "touched the phone link ", c->told.tel_s,
		    " before the call");
	if (c->told.overflow_s >= 0)
		say(item,
		    "was shown the pool’s overflow number, which many share, ",
		    c->told.overflow_s, " before the call");
	if (c->told.seen_s <= 0)
		say(item, "had the number on screen when the call came", -1,
		    "");
	else
		say(item, "last had the number on screen ", c->told.seen_s,
		    " before the call");
	if (slice_eq(c->told.caller, SLICE("same")))
		say(item,
		    "an earlier call of this caller was credited to"
		    " this visitor",
		    -1, "");
	else if (slice_eq(c->told.caller, SLICE("other")))
		say(item,
		    "this caller’s earlier calls were credited to"
		    " somebody else",
		    -1, "");
	if (slice_eq(c->told.place, SLICE("same")))
		say(item,
		    "the caller’s area and the browser’s time zone"
		    " agree",
		    -1, "");
	else if (slice_eq(c->told.place, SLICE("other")))
		say(item,
		    "the caller’s area and the browser’s time zone"
		    " differ",
		    -1, "");
	/* Who touched the link has used the page. */
	if (c->told.tel_s < 0 && slice_eq(c->told.use, SLICE("used")))
		say(item, "the page was used before the call", -1, "");
	else if (c->told.tel_s < 0 && slice_eq(c->told.use, SLICE("unused")))
		say(item,
		    "nobody had moved, scrolled, typed or tapped on the page"
		    " before the call",
		    -1, "");
}

/* The bars in turn: told_bp is the sum of those before. Each is rounded to
 * where its end is, so that what stands on the page adds up to a hundred. */
static void percent_in_turn(int64_t bp, int64_t *told_bp,
    char out[BP_PERCENT_MAX])
{
	const int64_t from = (*told_bp + 50) / 100;
	const int64_t to = (*told_bp + bp + 50) / 100;
	const int64_t n = to > from ? to - from : 1;

	*told_bp += bp;
	if (bp < 50 || bp >= 9950)
		bp_percent(bp, out);
	else
		bp_percent((n < 99 ? n : 99) * 100, out);
}

static struct view *bar(int64_t bp, int64_t *told_bp, const char *channel,
    struct slice name, struct view *v)
{
	struct view *item = view_item(v, "candidates");
	char percent[BP_PERCENT_MAX];

	percent_in_turn(bp, told_bp, percent);
	view_cstr(item, "percent", percent);
	view_i64(item, "width", bp > 0 && bp < 100 ? 1 : bp / 100);
	view_cstr(item, "channel", channel);
	view_slice(item, "candidate", name);
	return item;
}

/* What this candidate was given: "credited", "source credited" or nothing. */
static const char *chosen_word(const struct db_report_call *call,
    const struct candidate *c)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_visit, call->visit.v, id);
	if (strcmp(call->attributed_by, "visit") == 0)
		return slice_eq_cstr(c->told.visit, id) ? "credited" : "";
	if (strcmp(call->attributed_by, "source") == 0 &&
	    strcmp(call->source, c->source) == 0 &&
	    strcmp(call->medium, c->medium) == 0 &&
	    strcmp(call->campaign, c->campaign) == 0)
		return "source credited";
	return "";
}

/* The whole in one sentence: who it was, by the strongest of the signs. */
static void say_lead(const struct candidate *c, struct buf *b)
{
	const int64_t s = c->told.tel_s >= 0 ? c->told.tel_s : c->told.seen_s;
	char text[PAGE_WORDS_MAX];

	page_words_duration((s < 0                ? 0
				: s > SECONDS_MAX ? SECONDS_MAX
						  : s) *
				1000,
	    text);
	if (strcmp(page_words_channel("", c->source, c->medium), "direct") ==
	    0) {
		buf_cstr(b, "A visitor who came directly");
	} else {
		buf_cstr(b, "A visitor from ");
		page_words_source(c->source, c->medium, b);
	}
	if (c->told.tel_s >= 0)
		buf_cstr(b, " touched the phone link ");
	else if (c->told.seen_s > 0)
		buf_cstr(b, " had this number on screen until ");
	else
		buf_cstr(b, " had this number on screen when the call came.");
	if (c->told.tel_s >= 0 || c->told.seen_s > 0) {
		buf_cstr(b, text);
		buf_cstr(b, " before the call.");
	}
}

static void show_candidate(const struct db_report_call *call,
    const struct candidate *c, int64_t *told_bp, struct buf *lead,
    struct view *v)
{
	const char *chosen = chosen_word(call, c);
	struct view *item;
	char mem[LINE_MAX_B];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_words_source(c->source, c->medium, &b);
	if (c->campaign[0] != '\0') {
		buf_cstr(&b, " · ");
		buf_cstr(&b, c->campaign);
	}
	item = bar(c->told.bp, told_bp,
	    page_words_channel("", c->source, c->medium), buf_slice(&b), v);
	view_flag(item, "is_chosen", chosen[0] != '\0');
	view_cstr(item, "chosen_word", chosen);
	if (strcmp(chosen, "credited") == 0)
		say_lead(c, lead);
	evidence(c, item);
}

/* A bar that is no visit, with one sentence. */
static void show_other(int64_t bp, int64_t *told_bp, const char *name,
    const char *sentence, bool chosen, const char *channel, struct view *v)
{
	struct view *item = bar(bp, told_bp, channel, slice_from(name), v);

	view_flag(item, "is_chosen", chosen);
	view_cstr(item, "chosen_word", "credited");
	view_list(item, "evidence");
	if (sentence[0] != '\0')
		say(item, sentence, -1, "");
}

static void say_seen(int64_t n, const struct evidence *w, struct view *v)
{
	char text[PAGE_WORDS_MAX], mem[200];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_words_count(n, text);
	buf_cstr(&b, w->older_about ? "About " : "");
	buf_cstr(&b, text);
	buf_cstr(&b, n == 1 ? " visit" : " visits");
	buf_cstr(&b, " saw this number");
	if (w->dialled_s > 0) {
		page_words_duration((w->dialled_s > SECONDS_MAX
					    ? SECONDS_MAX
					    : w->dialled_s) *
					1000,
		    text);
		buf_cstr(&b, "; the caller first dialled it ");
		buf_cstr(&b, text);
		buf_cstr(&b, " before");
	}
	view_slice(v, "why_line", buf_slice(&b));
}

/* Likeliest first, as attrib_evidence() writes them; the rest in one bar. */
static void show_all(const struct db_report_call *call,
    const struct evidence *w, struct buf *lead, struct view *v)
{
	const struct json_node *list = w->candidates;
	const size_t n = json_in_count(list);
	const size_t shown = n < SHOWN_MAX ? n : SHOWN_MAX;
	const int64_t rest = (int64_t)(n - shown) + w->older;
	int64_t rest_bp = w->older_bp, told_bp = 0;
	char name[PAGE_WORDS_MAX + 24], text[PAGE_WORDS_MAX];

	for (size_t i = 0; i < n; i++) {
		struct candidate c;

		if (read_candidate(json_in_at(list, i), &c) != ERR_OK)
			continue;
		if (i < SHOWN_MAX)
			show_candidate(call, &c, &told_bp, lead, v);
		else
			rest_bp += c.told.bp;
	}
	if (rest > 0) {
		page_words_count(rest, text);
		(void)snprintf(name, sizeof(name), "%s%s more %s",
		    w->older_about ? "About " : "", text,
		    rest == 1 ? "visit" : "visits");
		show_other(rest_bp, &told_bp, name, "", false, "none", v);
	}
	if (n > 0)
		show_other(w->none_bp, &told_bp, "None of these visits",
		    "dialled from paper, from memory or by mistake", false,
		    "none", v);
	say_seen((int64_t)n + w->older, w, v);
}

static const char *none_words(const struct db_report_call *call)
{
	if (call->open)
		return "The source is settled when the call ends.";
	if (strcmp(call->attributed_by, "source") == 0)
		return "The visits that saw this number agree on the source"
		       " only.";
	return "No visit was shown this number in the 30 days before the"
	       " call, and the number stands for no source of its own.";
}

/* Of visits that are shown, none credited: that it is meant so. */
static const char *spread_words(const struct db_report_call *call)
{
	if (strcmp(call->attributed_by, "source") == 0)
		return "The source is sure enough to be credited, no single"
		       " visit is.";
	return strcmp(call->attributed_by, "none") == 0
		   ? "None of these is likely enough to be credited."
		   : "";
}

static enum err show_bars(const struct db_report_call *call, struct buf *lead,
    struct view *v)
{
	const struct slice text = slice_from(call->evidence);
	struct json_in *in = NULL;
	struct evidence w;
	int64_t told_bp = 0;
	enum err e = ERR_NOTFOUND;

	view_list(v, "candidates");
	view_cstr(v, "why_none", none_words(call));
	if (strcmp(call->attributed_by, "tracker") == 0) {
		show_other(WHOLE_BP, &told_bp, call->tracker,
		    "this number stands for this one source", true,
		    page_words_channel(call->channel, call->source,
			call->medium),
		    v);
		view_cstr(v, "why_line", "source tracker");
		return ERR_OK;
	}
	if (text.n > 0)
		e = json_in_parse(text, DB_REPORT_CALL_EVIDENCE_MAX,
		    EVIDENCE_DEPTH, &in, NULL);
	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_OK && evidence_read(json_in_root(in), &w) == ERR_OK) {
		if (json_in_count(w.candidates) > 0)
			buf_cstr(lead, spread_words(call));
		show_all(call, &w, lead, v);
	} else {
		view_cstr(v, "why_line", "");
	}
	json_in_free(in);
	return ERR_OK;
}

enum err page_why_view(const struct db_report_call *call, struct view *v)
{
	char mem[LINE_MAX_B];
	struct buf lead;
	enum err e;

	buf_over(&lead, mem, sizeof(mem));
	e = show_bars(call, &lead, v);
	view_slice(v, "why_lead", buf_slice(&lead));
	view_flag(v, "has_why_lead", lead.n > 0);
	return e;
}
