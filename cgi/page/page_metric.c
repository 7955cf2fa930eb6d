#include "cgi/page/page_metric.h"

#include <stdio.h>
#include <string.h>

#define OF(field)                                                  \
	static int64_t get_##field(const struct db_report_sums *s) \
	{                                                          \
		return s->field;                                   \
	}
OF(calls)
OF(answered)
OF(voicemail)
OF(abandoned)
OF(missed)
OF(blocked)
OF(first_time)
OF(qualified)
OF(leads)
OF(sales)
OF(spam)
OF(value_micros)
OF(talk_ms)
OF(answer_ms)
OF(talk_60)
OF(talk_90)
OF(talk_120)
OF(over)
OF(cost_micros)
#undef OF

static int64_t get_repeat(const struct db_report_sums *s)
{
	return s->calls - s->first_time;
}

static const struct page_metric metrics[] = {
	{ "calls", "Calls",
	    "Calls that began in the period and have ended, whatever came of"
	    " them.",
	    METRIC_COUNT, get_calls, NULL, false, false, false },
	{ "answered", "Answered", "Calls that were connected to a person.",
	    METRIC_COUNT, get_answered, NULL, false, false, false },
	{ "answered_rate", "Answered, share",
	    "Calls that were connected to a person, of all calls.",
	    METRIC_SHARE, get_answered, get_calls, false, false, false },
	{ "unanswered", "Not answered",
	    "Missed (rang, nobody answered), abandoned (the caller left before"
	    " anything rang) and failed calls.",
	    METRIC_COUNT, db_report_unanswered, NULL, false, false, true },
	{ "unanswered_rate", "Not answered, share",
	    "Missed, abandoned and failed calls, of all calls.", METRIC_SHARE,
	    db_report_unanswered, get_calls, false, false, true },
	{ "missed", "Missed", "Calls that rang and nobody answered.",
	    METRIC_COUNT, get_missed, NULL, false, false, true },
	{ "abandoned", "Abandoned",
	    "Calls whose caller left before anything rang.", METRIC_COUNT,
	    get_abandoned, NULL, false, false, true },
	{ "voicemail", "Voicemail",
	    "Calls that ended with a message from the caller.", METRIC_COUNT,
	    get_voicemail, NULL, false, false, false },
	{ "blocked", "Blocked", "Calls refused by a list or a rule.",
	    METRIC_COUNT, get_blocked, NULL, false, false, false },
	{ "first_time", "First-time callers",
	    "Calls from numbers that had never called this company before.",
	    METRIC_COUNT, get_first_time, NULL, false, false, false },
	{ "first_rate", "First-time, share",
	    "Calls from numbers that had never called before, of all calls.",
	    METRIC_SHARE, get_first_time, get_calls, false, false, false },
	{ "repeat", "Repeat callers",
	    "All other calls than those of first-time callers: from numbers"
	    " that called before, and from callers who show no number.",
	    METRIC_COUNT, get_repeat, NULL, false, false, false },
	{ "qualified", "Qualified",
	    "Calls that the verdict, or a person, says count: answered, as"
	    " long as the company’s limit, no duplicate.",
	    METRIC_COUNT, get_qualified, NULL, false, false, false },
	{ "qualified_rate", "Qualified, share", "Qualified calls, of all.",
	    METRIC_SHARE, get_qualified, get_calls, false, false, false },
	{ "talk_60", "60 s and more", "Calls with at least 60 s of talk.",
	    METRIC_COUNT, get_talk_60, NULL, false, false, false },
	{ "talk_90", "90 s and more", "Calls with at least 90 s of talk.",
	    METRIC_COUNT, get_talk_90, NULL, false, false, false },
	{ "talk_120", "120 s and more", "Calls with at least 120 s of talk.",
	    METRIC_COUNT, get_talk_120, NULL, false, false, false },
	{ "own", "Own limit and more",
	    "Calls with at least the talk time of your own limit.",
	    METRIC_COUNT, get_over, NULL, true, false, false },
	{ "leads", "Leads", "Calls whose outcome counts as a lead.",
	    METRIC_COUNT, get_leads, NULL, false, false, false },
	{ "lead_rate", "Leads, share", "Leads, of all calls.", METRIC_SHARE,
	    get_leads, get_calls, false, false, false },
	{ "sales", "Sales", "Calls whose outcome counts as a sale.",
	    METRIC_COUNT, get_sales, NULL, false, false, false },
	{ "sale_rate", "Sales, share", "Sales, of all calls.", METRIC_SHARE,
	    get_sales, get_calls, false, false, false },
	{ "spam", "Spam", "Calls whose outcome says spam.", METRIC_COUNT,
	    get_spam, NULL, false, false, true },
	{ "value", "Value", "The values put on calls, added up.", METRIC_MONEY,
	    get_value_micros, NULL, false, false, false },
	{ "value_mean", "Value per call", "Value over all calls.", METRIC_MONEY,
	    get_value_micros, get_calls, false, false, false },
	{ "talk", "Talk time, mean",
	    "Minutes and seconds from answer to end, over answered calls.",
	    METRIC_MS, get_talk_ms, get_answered, false, false, false },
	{ "answer", "Time to answer",
	    "How long it rang until a person answered, over answered calls:"
	    " also at those that were tried before.",
	    METRIC_MS, get_answer_ms, get_answered, true, false, true },
	{ "cost", "Cost",
	    "What was entered as spend for these days, up to today: imported,"
	    " and monthly per tracker.",
	    METRIC_MONEY, get_cost_micros, NULL, false, true, true },
	{ "cost_call", "Cost per call", "Spend over all calls.", METRIC_MONEY,
	    get_cost_micros, get_calls, false, true, true },
	{ "cost_lead", "Cost per lead", "Spend over leads.", METRIC_MONEY,
	    get_cost_micros, get_leads, false, true, true },
	{ "cost_sale", "Cost per acquisition", "Spend over sales.",
	    METRIC_MONEY, get_cost_micros, get_sales, false, true, true },
	{ "roas", "Return on ad spend", "Value over spend.", METRIC_RATIO,
	    get_value_micros, get_cost_micros, false, true, false },
};

size_t page_metric_count(void)
{
	return RT_ARRAY_LEN(metrics);
}

const struct page_metric *page_metric_at(size_t i)
{
	return &metrics[i];
}

const struct page_metric *page_metric_find(struct slice key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(metrics); i++)
		if (slice_eq_cstr(key, metrics[i].key))
			return &metrics[i];
	return NULL;
}

uint32_t page_metric_sums(const struct page_metric *m)
{
	uint32_t sums = DB_REPORT_SUM(calls);

	/* Each of them alone: those that it is made of make a difference. */
	for (size_t i = 0; i < sizeof(struct db_report_sums) / sizeof(int64_t);
	     i++) {
		struct db_report_sums one = { .calls = 0 };

		((int64_t *)&one)[i] = 1;
		if (m->part(&one) != 0 ||
		    (m->whole != NULL && m->whole(&one) != 0))
			sums |= UINT32_C(1) << i;
	}
	return sums;
}

bool page_metric_number(const struct page_metric *m,
    const struct db_report_sums *s, int64_t *out)
{
	const int64_t part = m->part(s);
	const int64_t whole = m->whole == NULL ? 1 : m->whole(s);

	if (whole <= 0 || (m->cost && s->costed == 0))
		return false;
	if (m->unit == METRIC_SHARE)
		*out = page_words_nearest(part, whole, 10000);
	else if (m->unit == METRIC_RATIO)
		*out = (int64_t)((double)part / (double)whole * 100 + 0.5);
	else
		*out = part / whole;
	return true;
}

/* What people are shown of a number: of a share the tenths of a per cent. */
static bool shown(const struct page_metric *m, const struct db_report_sums *s,
    int64_t *out)
{
	if (!page_metric_number(m, s, out))
		return false;
	if (m->unit == METRIC_SHARE)
		*out = page_words_nearest(m->part(s), m->whole(s), 1000);
	return true;
}

static void say(const struct page_metric *m, int64_t n,
    char out[PAGE_WORDS_MAX])
{
	switch (m->unit) {
	case METRIC_COUNT:
		page_words_count(n, out);
		break;
	case METRIC_SHARE:
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld.%lld %%",
		    (long long)(n / 10), (long long)(n % 10));
		break;
	case METRIC_MS:
		page_words_clock(n, out);
		break;
	case METRIC_MONEY:
		page_words_money(n, out);
		break;
	case METRIC_RATIO:
		(void)snprintf(out, PAGE_WORDS_MAX, "%lld.%02lld×",
		    (long long)(n / 100), (long long)(n % 100));
		break;
	}
}

void page_metric_text(const struct page_metric *m,
    const struct db_report_sums *s, char out[PAGE_WORDS_MAX])
{
	int64_t n;

	if (shown(m, s, &n))
		say(m, n, out);
	else
		(void)snprintf(out, PAGE_WORDS_MAX, "–");
}

int page_metric_moved(enum metric_unit unit, int64_t a, int64_t b,
    char out[PAGE_WORDS_MAX])
{
	const char *const arrow = a > b ? "▲" : "▼";
	const int64_t size = a > b ? a - b : b - a;
	const int64_t whole = b < 0 ? -b : b;

	if (size == 0)
		(void)snprintf(out, PAGE_WORDS_MAX, "=");
	else if (unit == METRIC_SHARE)
		(void)snprintf(out, PAGE_WORDS_MAX, "%s %lld.%lld pt", arrow,
		    (long long)(size / 10), (long long)(size % 10));
	else if (b == 0)
		(void)snprintf(out, PAGE_WORDS_MAX, "▲ new");
	else
		(void)snprintf(out, PAGE_WORDS_MAX, "%s %lld %%", arrow,
		    (long long)((size * 100 + whole / 2) / whole));
	return a > b ? 1 : a < b ? -1 : 0;
}

void page_metric_change(const struct page_metric *m,
    const struct db_report_sums *now, const struct db_report_sums *before,
    char out[PAGE_WORDS_MAX], int *sign)
{
	int64_t a, b;

	out[0] = '\0';
	*sign = 0;
	if (shown(m, now, &a) && shown(m, before, &b))
		*sign = page_metric_moved(m->unit, a, b, out);
}

bool page_metric_few(const struct page_metric *m,
    const struct db_report_sums *s)
{
	if (m->whole == NULL)
		return false;
	/* Of a return on spend the calls, which brought it. */
	return (m->whole == get_cost_micros ? s->calls : m->whole(s)) <
	       PAGE_METRIC_FEW;
}
