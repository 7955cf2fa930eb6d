#include "cgi/form/hours_grid.h"

#include <stdio.h>

#include "cgi/form/lines.h"

#define DAYS           7
#define NAME_MAX_BYTES 64
#define SHOWN          2 /* spans of a day that are there to be filled */

static const struct {
	const char *key;
	const char *name;
} days[DAYS] = {
	{ "mon", "Monday" },
	{ "tue", "Tuesday" },
	{ "wed", "Wednesday" },
	{ "thu", "Thursday" },
	{ "fri", "Friday" },
	{ "sat", "Saturday" },
	{ "sun", "Sunday" },
};

/* --- from a form ---------------------------------------------------------- */

static bool sent(const struct req *r, const char *name, const char *part,
    struct slice *out)
{
	char key[NAME_MAX_BYTES];
	struct slice s;

	(void)snprintf(key, sizeof(key), "%s_%s", name, part);
	if (req_form(r, key, &s) != ERR_OK)
		return false;
	*out = s;
	return true;
}

bool hours_grid_sent(const struct req *r, const char *name,
    struct hours_grid *out)
{
	struct slice same = SLICE("");
	bool any = false;

	*out = (struct hours_grid){ .days = SLICE("") };
	for (size_t d = 0; d < DAYS; d++)
		for (unsigned int s = 0; s < HOURS_GRID_SPANS; s++) {
			struct hours_grid_day *day = &out->day[d];
			char part[16];

			(void)snprintf(part, sizeof(part), "%s_%ua",
			    days[d].key, s + 1);
			any = sent(r, name, part, &day->from[s]) || any;
			(void)snprintf(part, sizeof(part), "%s_%ub",
			    days[d].key, s + 1);
			any = sent(r, name, part, &day->to[s]) || any;
		}
	any = sent(r, name, "days", &out->days) || any;
	if (sent(r, name, "same", &same) && same.n > 0)
		for (size_t d = 1; d < DAYS; d++)
			out->day[d] = out->day[0];
	return any;
}

/* --- to lines ------------------------------------------------------------- */

static bool digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == 1 || s.n == 2;
}

/* "9", "9:00" and "09:00" are the same time. */
static bool put_time(struct slice s, struct buf *out)
{
	struct slice minute = slice_trim(s), hour;

	if (!slice_cut(&minute, ':', &hour)) {
		hour = slice_trim(s);
		minute = SLICE("00");
	}
	if (!digits(hour) || !digits(minute) || minute.n != 2)
		return false;
	if (hour.n == 1)
		buf_char(out, '0');
	buf_put(out, hour);
	buf_char(out, ':');
	buf_put(out, minute);
	return true;
}

static bool same_span(const struct hours_grid *g, size_t d, size_t s, size_t e,
    size_t t)
{
	const struct hours_grid_day *a = &g->day[d], *b = &g->day[e];

	return slice_eq(slice_trim(a->from[s]), slice_trim(b->from[t])) &&
	       slice_eq(slice_trim(a->to[s]), slice_trim(b->to[t]));
}

/* The days that have this span anywhere, as bits. */
static unsigned int days_with(const struct hours_grid *g, size_t d, size_t s)
{
	unsigned int mask = 0;

	for (size_t e = 0; e < DAYS; e++)
		for (size_t t = 0; t < HOURS_GRID_SPANS; t++)
			if (same_span(g, d, s, e, t))
				mask |= 1U << e;
	return mask;
}

/* "mon-fri,sun" */
static void put_days(unsigned int mask, struct buf *out)
{
	const char *comma = "";

	for (size_t d = 0; d < DAYS; d++) {
		size_t to = d;

		if ((mask >> d & 1U) == 0)
			continue;
		while (to + 1 < DAYS && (mask >> (to + 1) & 1U) != 0)
			to++;
		buf_cstr(out, comma);
		buf_cstr(out, days[d].key);
		if (to > d)
			buf_printf(out, "%c%s", to > d + 1 ? '-' : ',',
			    days[to].key);
		comma = ",";
		d = to;
	}
}

/* Whether an earlier cell wrote the line of this one. */
static bool is_written(const struct hours_grid *g, size_t d, size_t s)
{
	for (size_t e = 0; e <= d; e++)
		for (size_t t = 0; t < HOURS_GRID_SPANS; t++)
			if ((e < d || t < s) && same_span(g, d, s, e, t))
				return true;
	return false;
}

static bool put_cell(const struct hours_grid *g, size_t d, size_t s,
    struct buf *out)
{
	const struct hours_grid_day *day = &g->day[d];
	bool good;

	if ((slice_trim(day->from[s]).n == 0 &&
		slice_trim(day->to[s]).n == 0) ||
	    is_written(g, d, s))
		return true;
	put_days(days_with(g, d, s), out);
	buf_char(out, ' ');
	good = put_time(day->from[s], out);
	buf_char(out, '-');
	good = put_time(day->to[s], out) && good;
	buf_char(out, '\n');
	return good;
}

bool hours_grid_lines(const struct hours_grid *g, struct buf *out)
{
	bool good = true;

	for (size_t d = 0; d < DAYS; d++)
		for (size_t s = 0; s < HOURS_GRID_SPANS; s++)
			good = put_cell(g, d, s, out) && good;
	buf_put(out, slice_trim(g->days));
	return good && buf_err(out) == ERR_OK;
}

/* --- from lines ----------------------------------------------------------- */

static bool day_of(struct slice s, size_t *out)
{
	for (size_t d = 0; d < DAYS; d++)
		if (slice_eq_cstr(slice_trim(s), days[d].key)) {
			*out = d;
			return true;
		}
	return false;
}

/* "mon-fri", "fri-mon" */
static bool mask_of(struct slice part, unsigned int *mask)
{
	struct slice from, to = part;
	size_t a, b;

	if (!slice_cut(&to, '-', &from))
		to = from;
	if (!day_of(from, &a) || !day_of(to, &b))
		return false;
	for (;; a = (a + 1) % DAYS) {
		*mask |= 1U << a;
		if (a == b)
			return true;
	}
}

static bool add_span(struct hours_grid_day *day, struct slice from,
    struct slice to)
{
	for (size_t s = 0; s < HOURS_GRID_SPANS; s++)
		if (day->from[s].n == 0) {
			day->from[s] = from;
			day->to[s] = to;
			return true;
		}
	return false;
}

static bool take_line(struct slice line, struct hours_grid *g)
{
	struct slice to = line, list, part, from;
	unsigned int mask = 0;
	bool more = true;

	if (!slice_cut(&to, ' ', &list) || !slice_cut(&to, '-', &from))
		return false;
	from = slice_trim(from);
	to = slice_trim(to);
	if (from.n == 0 || to.n == 0)
		return false;
	while (more) {
		more = slice_cut(&list, ',', &part);
		if (!mask_of(part, &mask))
			return false;
	}
	for (size_t d = 0; d < DAYS; d++)
		if ((mask >> d & 1U) != 0 && !add_span(&g->day[d], from, to))
			return false;
	return true;
}

bool hours_grid_split(struct slice lines, struct arena *mem,
    struct hours_grid *out)
{
	struct lines l;
	struct buf b;
	bool good = true;

	*out = (struct hours_grid){ .days = SLICE("") };
	if (lines_read(lines, &l) != ERR_OK)
		return false;
	buf_init(&b, lines.n + 1);
	for (size_t i = 0; i < l.n; i++) {
		if (l.v[i].p[0] < '0' || l.v[i].p[0] > '9') {
			good = take_line(l.v[i], out) && good;
			continue;
		}
		buf_put(&b, l.v[i]);
		buf_char(&b, '\n');
	}
	good = buf_err(&b) == ERR_OK &&
	       arena_copy(mem, slice_trim(buf_slice(&b)), &out->days) && good;
	buf_fini(&b);
	return good;
}

/* --- in the page ---------------------------------------------------------- */

static unsigned int spans_used(const struct hours_grid *g)
{
	unsigned int n = 0;

	for (size_t d = 0; d < DAYS; d++)
		for (unsigned int s = 0; s < HOURS_GRID_SPANS; s++)
			if (g->day[d].from[s].n + g->day[d].to[s].n > 0 &&
			    s >= n)
				n = s + 1;
	return n;
}

void hours_grid_show(const struct hours_grid *g, bool more, struct view *v)
{
	unsigned int n = spans_used(g) + (more ? 1 : 0);

	if (n < SHOWN)
		n = SHOWN;
	if (n > HOURS_GRID_SPANS)
		n = HOURS_GRID_SPANS;
	view_slice(v, "h_single", g->days);
	view_list(v, "h_days");
	for (size_t d = 0; d < DAYS; d++) {
		struct view *row = view_item(v, "h_days");

		view_cstr(row, "h_key", days[d].key);
		view_cstr(row, "h_day", days[d].name);
		view_list(row, "h_spans");
		for (unsigned int s = 0; s < n; s++) {
			struct view *item = view_item(row, "h_spans");

			view_u64(item, "h_n", s + 1);
			view_slice(item, "h_from", g->day[d].from[s]);
			view_slice(item, "h_to", g->day[d].to[s]);
		}
	}
}
