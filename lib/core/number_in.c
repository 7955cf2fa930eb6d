#include "lib/core/number_in.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/scan.h"

#define DIGITS_MAX 15 /* ITU-T E.164 6.2.1 */
#define DIGITS_MIN 7  /* shorter: a service or an extension */
#define WORK_MAX   64

/* Sorted by country. National numbers: digits after the trunk prefix. */
static const struct plan {
	const char *country;
	const char *calling_code;
	const char *international; /* what dials abroad */
	const char *trunk;         /* what dials another area; "" none */
	uint8_t national_min;
	uint8_t national_max;
} plans[] = {
	{ "AU", "61", "0011", "0", 9, 9 },
	{ "BR", "55", "00", "0", 10, 11 },
	{ "CA", "1", "011", "1", 10, 10 },
	{ "DE", "49", "00", "0", 6, 13 },
	{ "FR", "33", "00", "0", 9, 9 },
	{ "GB", "44", "00", "0", 9, 10 },
	{ "IN", "91", "00", "0", 10, 10 },
	{ "US", "1", "011", "1", 10, 10 },
};

/* What carriers write when the caller withholds the number. */
static const char *const hidden[] = {
	"anonymous",
	"private",
	"restricted",
	"unavailable",
	"unknown",
	"withheld",
};

static const struct plan *plan_of(struct slice country)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(plans); i++)
		if (slice_eq_case(country, slice_from(plans[i].country)))
			return &plans[i];
	return NULL;
}

/* A text at work: %xx decoded, never longer than WORK_MAX. */
struct work {
	char p[WORK_MAX];
	size_t n;
};

static bool decode(struct slice in, struct work *w)
{
	w->n = 0;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];

		if (w->n == sizeof(w->p))
			return false;
		if (c == '%') {
			if (in.n - i < 3 || hex_value(in.p[i + 1]) < 0 ||
			    hex_value(in.p[i + 2]) < 0)
				return false;
			c = (char)(hex_value(in.p[i + 1]) * 16 +
				   hex_value(in.p[i + 2]));
			i += 2;
		}
		w->p[w->n++] = c;
	}
	return true;
}

/* Takes out what only people need, RFC 3966 5.1.1. */
static void drop_separators(struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (strchr("-.() ", w->p[i]) == NULL || w->p[i] == '\0')
			w->p[n++] = w->p[i];
	w->n = n;
}

/* `digits*` or `digits#` in front says which customer of the carrier. */
static struct slice drop_tech(struct slice s, struct slice tech_prefix)
{
	size_t i = 0;

	if (tech_prefix.n > 0 && slice_starts(s, tech_prefix))
		return slice_skip(s, tech_prefix.n);
	while (i < s.n && scan_is_digit(s.p[i]))
		i++;
	if (i > 0 && i + 1 < s.n && (s.p[i] == '*' || s.p[i] == '#'))
		return slice_skip(s, i + 1);
	return s;
}

static bool all_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!scan_is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

/* cc and rest together are a number of a plausible length. */
static bool accept(struct slice cc, struct slice rest, struct number_in *out)
{
	const size_t n = cc.n + rest.n;
	const char first = cc.n > 0 ? cc.p[0] : rest.n > 0 ? rest.p[0] : '0';

	/* No country's code begins with 0. */
	if (n < DIGITS_MIN || n > DIGITS_MAX || first == '0')
		return false;
	out->kind = NUMBER_IN_E164;
	out->e164[0] = '+';
	if (cc.n > 0)
		memcpy(out->e164 + 1, cc.p, cc.n);
	if (rest.n > 0)
		memcpy(out->e164 + 1 + cc.n, rest.p, rest.n);
	out->e164[1 + n] = '\0';
	return true;
}

static bool national_length(const struct plan *p, size_t n)
{
	return n >= p->national_min && n <= p->national_max;
}

/* Digits without '+', as the country writes them. */
static bool by_plan(const struct plan *p, struct slice d, struct number_in *out)
{
	const struct slice cc = slice_from(p->calling_code);
	const struct slice intl = slice_from(p->international);
	const struct slice trunk = slice_from(p->trunk);

	if (slice_starts(d, intl))
		return accept(SLICE(""), slice_skip(d, intl.n), out);
	if (trunk.n > 0 && slice_starts(d, trunk) &&
	    national_length(p, d.n - trunk.n))
		return accept(cc, slice_skip(d, trunk.n), out);
	if (slice_starts(d, cc) && national_length(p, d.n - cc.n))
		return accept(SLICE(""), d, out);
	if (!slice_starts(d, SLICE("0")) && national_length(p, d.n))
		return accept(cc, d, out);
	/* Another country's number without its '+'. */
	return d.n > 10 && accept(SLICE(""), d, out);
}

static bool is_hidden(struct slice s)
{
	if (s.n == 0)
		return true;
	for (size_t i = 0; i < RT_ARRAY_LEN(hidden); i++)
		if (slice_eq_case(s, slice_from(hidden[i])))
			return true;
	return false;
}

void number_in_parse(struct slice user, struct slice country,
    struct slice tech_prefix, struct number_in *out)
{
	const struct plan *p = plan_of(country);
	struct slice part, d;
	struct work w;

	out->kind = NUMBER_IN_RAW;
	out->e164[0] = '\0';
	if (slice_starts_case(user, SLICE("tel:")))
		user = slice_skip(user, 4);
	(void)slice_cut(&user, ';', &part); /* phone-context, npdi, rn, ext */
	if (!decode(slice_trim(part), &w))
		return;
	if (is_hidden(slice_of(w.p, w.n))) {
		out->kind = NUMBER_IN_ANONYMOUS;
		return;
	}
	drop_separators(&w);
	d = drop_tech(slice_of(w.p, w.n), tech_prefix);
	if (slice_starts(d, SLICE("+"))) {
		d = slice_skip(d, 1);
		if (all_digits(d))
			(void)accept(SLICE(""), d, out);
		return;
	}
	if (p != NULL && all_digits(d))
		(void)by_plan(p, d, out);
}
