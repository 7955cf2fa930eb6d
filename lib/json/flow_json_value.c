#include "lib/json/flow_json_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/scan.h"
#include "lib/core/geo.h"
#include "lib/core/id.h"

static bool refuse(struct flow_json_value *v, const char *fmt, ...)
    RT_PRINTF(2, 3);

static bool refuse(struct flow_json_value *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(v->why, sizeof(v->why), fmt, ap);
	va_end(ap);
	return false;
}

/* --- kinds whose value is a text -------------------------------------------*/

static bool all_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool read_address(struct flow_json_value *v)
{
	const struct flow_json_resolver *r = v->resolver;
	const struct slice s = v->text;
	bool ok = false;

	if (slice_starts(s, SLICE("sip:")))
		ok = s.n > 4;
	else if (slice_starts(s, SLICE("+")))
		ok = s.n >= 8 && s.n <= 16 && all_digits(slice_skip(s, 1));
	if (!ok)
		return refuse(v,
		    "neither a destination, +number nor sip: address");
	if (r != NULL && r->address != NULL && !r->address(r->arg, s))
		return refuse(v, "calls may not be sent to %.*s",
		    SLICE_FMT(slice_head(s, 40)));
	return true;
}

static bool read_target(struct flow_json_value *v)
{
	const struct flow_json_resolver *r = v->resolver;
	uint8_t id[ID_BYTES];

	if (!slice_starts(v->text, SLICE("dst_")))
		return read_address(v);
	if (id_parse(ID_KIND_destination, v->text, id) != ERR_OK ||
	    (r != NULL && r->destination != NULL &&
		!r->destination(r->arg, v->text, &v->num)))
		return refuse(v, "there is no destination %.*s",
		    SLICE_FMT(slice_head(v->text, 40)));
	return true;
}

static bool read_prompt(struct flow_json_value *v)
{
	const struct flow_json_resolver *r = v->resolver;

	v->num = 0;
	if (r != NULL && r->prompt != NULL &&
	    !r->prompt(r->arg, v->text, &v->num))
		return refuse(v, "there is no prompt called %.*s",
		    SLICE_FMT(slice_head(v->text, 60)));
	return true;
}

static bool read_trunk(struct flow_json_value *v)
{
	const struct flow_json_resolver *r = v->resolver;
	uint8_t id[ID_BYTES];

	if (id_parse(ID_KIND_trunk, v->text, id) != ERR_OK ||
	    (r != NULL && r->trunk != NULL &&
		!r->trunk(r->arg, v->text, &v->num)))
		return refuse(v, "there is no trunk %.*s",
		    SLICE_FMT(slice_head(v->text, 40)));
	return true;
}

static bool read_flow(struct flow_json_value *v)
{
	const struct flow_json_resolver *r = v->resolver;
	uint8_t id[ID_BYTES];

	if (id_parse(ID_KIND_flow, v->text, id) != ERR_OK ||
	    (r != NULL && r->flow != NULL &&
		!r->flow(r->arg, v->text, &v->num)))
		return refuse(v, "there is no published flow %.*s",
		    SLICE_FMT(slice_head(v->text, 40)));
	return true;
}

static bool read_zone(struct flow_json_value *v)
{
	const struct flow_json_resolver *r = v->resolver;

	if (r != NULL && r->zone != NULL && !r->zone(r->arg, v->text, &v->num))
		return refuse(v, "there is no time zone %.*s",
		    SLICE_FMT(slice_head(v->text, 40)));
	return true;
}

static bool read_place(struct flow_json_value *v)
{
	const enum err e = geo_parse(v->text, &v->num);

	if (e == ERR_NOTFOUND)
		return refuse(v, "there is no ZIP code %.*s",
		    SLICE_FMT(slice_head(v->text, 10)));
	return e == ERR_OK ? true
			   : refuse(v, "a ZIP code, or latitude,longitude");
}

static bool read_text(struct flow_json_value *v)
{
	const struct flow_param *p = v->param;

	if (v->text.n < p->min || v->text.n > p->max)
		return refuse(v, "a text of %u to %u bytes",
		    (unsigned int)p->min, (unsigned int)p->max);
	return true;
}

static bool read_choice(struct flow_json_value *v)
{
	const char *const *choices = v->param->choices;

	for (uint32_t k = 0; choices[k] != NULL; k++)
		if (slice_eq_cstr(v->text, choices[k])) {
			v->num = k;
			v->text = SLICE("");
			return true;
		}
	return refuse(v, "cannot be %.*s", SLICE_FMT(slice_head(v->text, 40)));
}

static bool read_key(struct flow_json_value *v)
{
	const char c = v->text.p[0];

	if (v->text.n != 1 || ((c < '0' || c > '9') && c != '*' && c != '#'))
		return refuse(v, "one of 0 to 9, * and #");
	v->num = (unsigned char)c;
	v->text = SLICE("");
	return true;
}

/* --- days, times, dates ----------------------------------------------------*/

static bool day_of(struct slice s, unsigned int *day)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri",
		"sat", "sun" };

	s = slice_trim(s);
	for (unsigned int i = 0; i < RT_ARRAY_LEN(names); i++)
		if (slice_eq_cstr(s, names[i])) {
			*day = i;
			return true;
		}
	return false;
}

/* "mon-fri", "fri-mon", "sat", parted by commas. */
static bool read_days(struct flow_json_value *v)
{
	struct slice rest = v->text, part, from;
	uint32_t mask = 0;

	while (rest.n > 0) {
		unsigned int a, b;

		(void)slice_cut(&rest, ',', &part);
		if (slice_find(part, '-', 0) == part.n) {
			if (!day_of(part, &a))
				break;
			b = a;
		} else {
			(void)slice_cut(&part, '-', &from);
			if (!day_of(from, &a) || !day_of(part, &b))
				break;
		}
		for (unsigned int d = a;; d = (d + 1) % 7) {
			mask |= UINT32_C(1) << d;
			if (d == b)
				break;
		}
		v->num = mask;
		if (rest.n == 0) {
			v->text = SLICE("");
			return true;
		}
	}
	return refuse(v, "days as \"mon-fri\" or \"sat,sun\"");
}

/* Digits of exactly this length, front of *s, then the separator if any. */
static bool number(struct slice *s, size_t digits, char separator,
    uint32_t *out)
{
	struct slice part = slice_head(*s, digits);

	if (part.n != digits || !all_digits(part) ||
	    scan_u32(&part, out) != ERR_OK)
		return false;
	*s = slice_skip(*s, digits);
	if (separator == '\0')
		return s->n == 0;
	if (s->n == 0 || s->p[0] != separator)
		return false;
	*s = slice_skip(*s, 1);
	return true;
}

static bool read_clock(struct flow_json_value *v)
{
	struct slice s = v->text;
	uint32_t h, m;

	if (!number(&s, 2, ':', &h) || !number(&s, 2, '\0', &m) || m > 59 ||
	    h * 60 + m > 1440)
		return refuse(v, "a time from 00:00 to 24:00");
	v->num = h * 60 + m;
	v->text = SLICE("");
	return true;
}

static bool read_date(struct flow_json_value *v)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	struct slice s = v->text;
	uint32_t y = 0, m = 0, d = 0;

	if ((s.n == 10 && !number(&s, 4, '-', &y)) || !number(&s, 2, '-', &m) ||
	    !number(&s, 2, '\0', &d) || m < 1 || m > 12 || d < 1 ||
	    d > days[m - 1])
		return refuse(v, "a date as 2026-12-24, or 12-24 every year");
	v->num = y * 10000 + m * 100 + d;
	v->text = SLICE("");
	return true;
}

/* --- all kinds -------------------------------------------------------------*/

static bool (*const of_kind[FLOW_PARAM_KIND_COUNT])(
    struct flow_json_value *v) = {
	[FLOW_PARAM_CHOICE] = read_choice,
	[FLOW_PARAM_PROMPT] = read_prompt,
	[FLOW_PARAM_TARGET] = read_target,
	[FLOW_PARAM_TEXT] = read_text,
	[FLOW_PARAM_KEY] = read_key,
	[FLOW_PARAM_DAYS] = read_days,
	[FLOW_PARAM_CLOCK] = read_clock,
	[FLOW_PARAM_DATE] = read_date,
	[FLOW_PARAM_ZONE] = read_zone,
	[FLOW_PARAM_PLACE] = read_place,
	[FLOW_PARAM_TRUNK] = read_trunk,
	[FLOW_PARAM_FLOW] = read_flow,
};

static bool read_number(const struct json_node *n, struct flow_json_value *v)
{
	const struct flow_param *p = v->param;
	int64_t i;

	if (json_in_i64(n, (int64_t)p->min, (int64_t)p->max, &i) != ERR_OK)
		return refuse(v, "a whole number from %lu to %lu",
		    (unsigned long)p->min, (unsigned long)p->max);
	v->num = (uint32_t)i;
	return true;
}

bool flow_json_value_read(const struct json_node *n, struct flow_json_value *v)
{
	if (v->param->kind == FLOW_PARAM_NUMBER)
		return read_number(n, v);
	if (json_in_text(n, FLOW_TEXT_MAX, &v->text) != ERR_OK)
		return refuse(v, "a text of at most %d bytes", FLOW_TEXT_MAX);
	if (v->text.n == 0) {
		/* An empty field of a form is one left out. */
		return v->param->required ? refuse(v, "is missing") : true;
	}
	return of_kind[v->param->kind](v);
}
