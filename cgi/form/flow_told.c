#include "cgi/form/flow_told.h"

#include <stdio.h>

#include "cgi/form/flow_sound.h"
#include "lib/base/clk.h"

#define SAYS_MAX 400

struct slice flow_told_phone(struct flowworld *w, struct slice to)
{
	const struct flowworld_thing *t =
	    flowworld_find(w, DB_CHOICE_DESTINATION, to);

	return t != NULL ? t->name : to;
}

/* Words around who and what; NULL: the line's own text says it all. */
static const struct {
	const char *before; /* who */
	const char *between;
	const char *after;
} words[FLOWTRY_WHAT_COUNT] = {
	[FLOWTRY_ENTERS] = { NULL, NULL, NULL },
	[FLOWTRY_LEAVES] = { NULL, NULL, NULL },
	[FLOWTRY_SAYS] = { NULL, NULL, NULL },
	[FLOWTRY_ANSWERS] = { NULL, "the caller is answered", NULL },
	[FLOWTRY_HEARS] = { NULL, "the caller hears \xe2\x80\x9c",
	    "\xe2\x80\x9d" },
	[FLOWTRY_STOPS] = { NULL, "the prompt is cut short", NULL },
	[FLOWTRY_WHISPERS] = { "", " hears \xe2\x80\x9c", "\xe2\x80\x9d" },
	[FLOWTRY_RINGS] = { "", " is rung", NULL },
	[FLOWTRY_CANCELS] = { "", " stops ringing", NULL },
	[FLOWTRY_TALKS] = { "the caller talks with ", "", NULL },
	[FLOWTRY_RECORDS] = { NULL, "the recording begins", NULL },
	[FLOWTRY_KEYS] = { NULL, "the caller presses ", "" },
	[FLOWTRY_MESSAGE] = { NULL, "beep: the caller speaks a message", NULL },
	[FLOWTRY_KEPT] = { NULL, "the message: ", "" },
	[FLOWTRY_TAGS] = { NULL, "tagged \xe2\x80\x9c", "\xe2\x80\x9d" },
	[FLOWTRY_OUTCOME] = { NULL, "outcome \xe2\x80\x9c", "\xe2\x80\x9d" },
	[FLOWTRY_STORES] = { NULL, "stored: ", "" },
	[FLOWTRY_ENDS] = { NULL, "the end: ", "" },
};

static bool is_sound(const struct flowtry_line *l)
{
	return l->what == FLOWTRY_WHISPERS ||
	       (l->what == FLOWTRY_HEARS &&
		   !slice_eq_cstr(l->text, "ringback"));
}

static void says(struct flowworld *w, const struct flowtry_line *l,
    struct buf *b)
{
	if (l->what == FLOWTRY_HEARS && !is_sound(l)) {
		buf_cstr(b, "the caller hears it ring");
		return;
	}
	if (words[l->what].between == NULL) {
		buf_put(b, l->text);
		return;
	}
	if (words[l->what].before != NULL) {
		buf_cstr(b, words[l->what].before);
		buf_put(b, flow_told_phone(w, l->to));
	}
	buf_cstr(b, words[l->what].between);
	if (words[l->what].after != NULL) {
		buf_put(b, is_sound(l) ? flow_sound_name(w, l->text) : l->text);
		buf_cstr(b, words[l->what].after);
	}
}

/* "1:04" */
static void clock_text(int64_t us, char out[24])
{
	const int64_t s = us / RT_SEC_US;

	(void)snprintf(out, 24, "%lld:%02lld", (long long)(s / 60),
	    (long long)(s % 60));
}

static void view_line(struct flowworld *w, const struct flowtry_line *l,
    struct flow_titles *titles, struct view *v)
{
	char text[SAYS_MAX], url[FLOW_SOUND_URL_MAX] = "", at[24];
	struct slice step = SLICE("");
	struct buf b;

	buf_over(&b, text, sizeof(text));
	says(w, l, &b);
	if (l->what == FLOWTRY_ENTERS) {
		step = flow_titles_of(titles, l->step);
		step = step.n > 0 ? step : l->step;
	}
	if (is_sound(l))
		flow_sound_url(w, l->text, url);
	clock_text(l->at_us, at);
	view_cstr(v, "at", at);
	view_flag(v, "enters", l->what == FLOWTRY_ENTERS);
	view_slice(v, "step", step);
	view_slice(v, "says", buf_err(&b) == ERR_OK ? buf_slice(&b) : l->text);
	view_flag(v, "has_sound", url[0] != '\0');
	view_cstr(v, "sound", url);
}

void flow_told_view(struct flowworld *w, const struct flowtry_report *report,
    struct flow_titles *titles, struct view *v)
{
	char lasted[24];

	clock_text(report->sim.lasted_us, lasted);
	view_cstr(v, "result", callresult_name(report->sim.result));
	view_cstr(v, "lasted", lasted);
	view_slice(v, "words", report->words);
	view_list(v, "lines");
	for (size_t i = 0; i < report->n_lines; i++)
		/* Steps of another flow have no name here. */
		if (report->lines[i].what != FLOWTRY_ENTERS ||
		    report->lines[i].step.n > 0)
			view_line(w, &report->lines[i], titles,
			    view_item(v, "lines"));
}
