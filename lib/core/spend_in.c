#include "lib/core/spend_in.h"

#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"
#include "lib/core/money.h"

#define NONE      SIZE_MAX
#define COUNT_MAX UINT64_C(1000000000000)

static const struct {
	const char *name;
	enum spend_in_column column;
} names[] = {
	{ "day", SPEND_IN_DAY },
	{ "date", SPEND_IN_DAY },
	{ "cost", SPEND_IN_COST },
	{ "amount", SPEND_IN_COST },
	{ "spend", SPEND_IN_COST },
	{ "source", SPEND_IN_SOURCE },
	{ "medium", SPEND_IN_MEDIUM },
	{ "campaign", SPEND_IN_CAMPAIGN },
	{ "campaign name", SPEND_IN_CAMPAIGN },
	{ "ad group", SPEND_IN_AD_GROUP },
	{ "ad_group", SPEND_IN_AD_GROUP },
	{ "ad group id", SPEND_IN_AD_GROUP },
	{ "keyword", SPEND_IN_KEYWORD },
	{ "search keyword", SPEND_IN_KEYWORD },
	{ "clicks", SPEND_IN_CLICKS },
	{ "impressions", SPEND_IN_IMPRESSIONS },
	{ "impr.", SPEND_IN_IMPRESSIONS },
};

/* The first column of a name counts. */
static void name_columns(struct spend_in *s)
{
	for (size_t i = 0; i < SPEND_IN_COLUMNS; i++)
		s->at[i] = NONE;
	for (size_t i = 0; i < s->csv.n; i++)
		for (size_t k = 0; k < RT_ARRAY_LEN(names); k++)
			if (slice_eq_case(slice_trim(s->csv.cell[i]),
				slice_from(names[k].name)) &&
			    s->at[names[k].column] == NONE)
				s->at[names[k].column] = i;
}

static enum err said(struct spend_in *s, enum err e, const char *why)
{
	s->why = why;
	return e;
}

enum err spend_in_begin(struct spend_in *s, struct slice text)
{
	s->why = "";
	csv_in_init(&s->csv, text);
	if (csv_in_row(&s->csv) != ERR_OK)
		return said(s, ERR_SYNTAX, "This is no CSV file.");
	name_columns(s);
	if (s->at[SPEND_IN_DAY] == NONE)
		return said(s, ERR_SYNTAX,
		    "The first row names no column \"day\".");
	if (s->at[SPEND_IN_COST] == NONE)
		return said(s, ERR_SYNTAX,
		    "The first row names no column \"cost\".");
	return ERR_OK;
}

static struct slice cell(const struct spend_in *s, enum spend_in_column c)
{
	if (s->at[c] == NONE || s->at[c] >= s->csv.n)
		return SLICE("");
	return slice_trim(s->csv.cell[s->at[c]]);
}

static bool is_leap(uint32_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static bool is_day(struct slice s)
{
	static const uint32_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	uint32_t y, m, d;

	if (s.n != 10 || scan_u32(&s, &y) != ERR_OK ||
	    scan_byte(&s, '-') != ERR_OK || scan_u32(&s, &m) != ERR_OK ||
	    scan_byte(&s, '-') != ERR_OK || scan_u32(&s, &d) != ERR_OK ||
	    s.n != 0)
		return false;
	if (y < 1000 || m < 1 || m > 12 || d < 1)
		return false;
	return d <= lengths[m - 1] + (m == 2 && is_leap(y) ? 1 : 0);
}

static enum err texts(struct spend_in *s, struct spend_in_row *r)
{
	r->source = cell(s, SPEND_IN_SOURCE);
	r->medium = cell(s, SPEND_IN_MEDIUM);
	r->campaign = cell(s, SPEND_IN_CAMPAIGN);
	r->ad_group = cell(s, SPEND_IN_AD_GROUP);
	r->keyword = cell(s, SPEND_IN_KEYWORD);
	if (utf8_count(r->source) > SPEND_IN_SOURCE_MAX ||
	    utf8_count(r->medium) > SPEND_IN_SOURCE_MAX ||
	    utf8_count(r->campaign) > SPEND_IN_NAME_MAX ||
	    utf8_count(r->ad_group) > SPEND_IN_GROUP_MAX ||
	    utf8_count(r->keyword) > SPEND_IN_NAME_MAX)
		return said(s, ERR_RANGE, "A text is too long.");
	return ERR_OK;
}

static enum err count(struct spend_in *s, enum spend_in_column c, uint64_t *out)
{
	const struct slice text = cell(s, c);
	int64_t micros = 0;

	*out = 0;
	if (text.n == 0)
		return ERR_OK;
	/* "1,204" as ad platforms write it. */
	if (money_parse(text, &micros) != ERR_OK || micros < 0 ||
	    micros % MONEY_MICROS != 0)
		return said(s, ERR_SYNTAX, "A count is no number.");
	*out = (uint64_t)(micros / MONEY_MICROS);
	return *out > COUNT_MAX ? said(s, ERR_RANGE, "A count is too large.")
				: ERR_OK;
}

/* The next row's cells. */
static enum err cells(struct spend_in *s)
{
	const enum err e = csv_in_row(&s->csv);

	s->why = "";
	return e == ERR_OK || e == ERR_NOTFOUND
		   ? e
		   : said(s, e, "The row is no CSV.");
}

static enum err values(struct spend_in *s, struct spend_in_row *out)
{
	struct spend_in_row r;
	enum err e;

	r.day = cell(s, SPEND_IN_DAY);
	if (!is_day(r.day))
		return said(s, ERR_SYNTAX,
		    "The day is not written like 2026-10-31.");
	if (money_parse(cell(s, SPEND_IN_COST), &r.amount_micros) != ERR_OK ||
	    r.amount_micros < 0)
		return said(s, ERR_SYNTAX,
		    "The cost is no amount like 1250.50.");
	if ((e = texts(s, &r)) != ERR_OK ||
	    (e = count(s, SPEND_IN_CLICKS, &r.clicks)) != ERR_OK ||
	    (e = count(s, SPEND_IN_IMPRESSIONS, &r.impressions)) != ERR_OK)
		return e;
	*out = r;
	return ERR_OK;
}

enum err spend_in_next(struct spend_in *s, struct spend_in_row *out)
{
	const enum err e = cells(s);

	return e == ERR_OK ? values(s, out) : e;
}

bool spend_in_day_near(struct slice day, int64_t now_us)
{
	const struct clk_civil last = clk_to_civil(now_us + 366 * RT_DAY_US);
	char mem[sizeof("2026-10-31")];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "%04d-%02d-%02d", last.year, last.month, last.day);
	return slice_cmp(day, SLICE("2000-01-01")) >= 0 &&
	       slice_cmp(day, buf_slice(&b)) <= 0;
}

size_t spend_in_wrongs(struct spend_in *s, struct slice text, int64_t now_us,
    struct spend_in_wrong *out, size_t max)
{
	struct spend_in_row row;
	enum err e = spend_in_begin(s, text);
	size_t n = 0;

	/* Behind a row that is no CSV nobody knows where the next begins. */
	while (n < max && e == ERR_OK && (e = cells(s)) == ERR_OK) {
		if (values(s, &row) == ERR_OK &&
		    !spend_in_day_near(row.day, now_us))
			s->why = SPEND_IN_FAR;
		if (s->why[0] != '\0')
			out[n++] =
			    (struct spend_in_wrong){ s->csv.row, s->why };
	}
	if (n < max && e != ERR_OK && e != ERR_NOTFOUND)
		out[n++] = (struct spend_in_wrong){ s->csv.row, s->why };
	return n;
}
