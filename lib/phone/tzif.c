#include "lib/phone/tzif.h"

#include "lib/base/take.h"

#define UNUSED_BYTES 15
#define TIME_BYTES   8
#define TYPE_BYTES   6
#define LEAP_BYTES   12
#define COUNT_MAX    65536
#define DAY_S        86400

/* How many of each the file has, in the order of its head. */
struct counts {
	uint32_t isut;
	uint32_t isstd;
	uint32_t leap;
	uint32_t time;
	uint32_t type;
	uint32_t chars;
};

static enum err take_head(struct take *t, struct counts *c)
{
	uint8_t version;

	if (!slice_eq(take_bytes(t, 4), SLICE("TZif")))
		return ERR_SYNTAX;
	version = take_u8(t);
	(void)take_bytes(t, UNUSED_BYTES);
	c->isut = take_be32(t);
	c->isstd = take_be32(t);
	c->leap = take_be32(t);
	c->time = take_be32(t);
	c->type = take_be32(t);
	c->chars = take_be32(t);
	return t->failed || version < '2' || c->isut > COUNT_MAX ||
		       c->isstd > COUNT_MAX || c->leap > COUNT_MAX ||
		       c->time > COUNT_MAX || c->type > COUNT_MAX ||
		       c->chars > COUNT_MAX
		   ? ERR_SYNTAX
		   : ERR_OK;
}

/* The file begins with the same once more, in 32 bits, for old readers. */
static void skip_old(struct take *t, const struct counts *c)
{
	(void)take_bytes(t, (size_t)c->time * 5 + (size_t)c->type * TYPE_BYTES +
				c->chars + (size_t)c->leap * 8 + c->isstd +
				c->isut);
}

static int64_t time_at(const struct tzif *z, size_t i)
{
	struct take t;

	take_init(&t, slice_skip(z->times, i * TIME_BYTES));
	return take_i64(&t);
}

static int32_t type_at(const struct tzif *z, size_t i)
{
	struct take t;

	take_init(&t, slice_skip(z->types, i * TYPE_BYTES));
	return (int32_t)take_be32(&t);
}

static enum err check(const struct tzif *z)
{
	for (size_t i = 0; i < z->which.n; i++)
		if ((uint8_t)z->which.p[i] >= z->types.n / TYPE_BYTES ||
		    (i > 0 && time_at(z, i) <= time_at(z, i - 1)))
			return ERR_SYNTAX;
	for (size_t i = 0; i < z->types.n / TYPE_BYTES; i++)
		if (type_at(z, i) <= -DAY_S || type_at(z, i) >= DAY_S)
			return ERR_RANGE;
	return ERR_OK;
}

/* "\nEST5EDT,M3.2.0,M11.1.0\n", or nothing between the two. */
static enum err take_rule(struct take *t, struct tzif *z)
{
	struct slice rest = t->rest;

	if (t->failed || !slice_starts(rest, SLICE("\n")) || rest.n < 2 ||
	    rest.p[rest.n - 1] != '\n')
		return ERR_SYNTAX;
	rest = slice_skip(slice_head(rest, rest.n - 1), 1);
	z->ruled = rest.n > 0;
	return z->ruled ? tzrule_parse(rest, &z->rule) : ERR_OK;
}

void tzif_utc(struct tzif *out)
{
	*out = (struct tzif){ .ruled = true };
}

enum err tzif_open(struct slice bytes, struct tzif *out)
{
	struct tzif z = { .ruled = false };
	struct counts c;
	struct take t;
	enum err e;

	take_init(&t, bytes);
	if (bytes.n > TZIF_BYTES_MAX || (e = take_head(&t, &c)) != ERR_OK)
		return ERR_SYNTAX;
	skip_old(&t, &c);
	if ((e = take_head(&t, &c)) != ERR_OK || c.type == 0)
		return ERR_SYNTAX;
	z.times = take_bytes(&t, (size_t)c.time * TIME_BYTES);
	z.which = take_bytes(&t, c.time);
	z.types = take_bytes(&t, (size_t)c.type * TYPE_BYTES);
	(void)take_bytes(&t,
	    c.chars + (size_t)c.leap * LEAP_BYTES + c.isstd + c.isut);
	if ((e = take_rule(&t, &z)) != ERR_OK || (e = check(&z)) != ERR_OK)
		return e;
	*out = z;
	return ERR_OK;
}

int32_t tzif_at(const struct tzif *z, int64_t utc_s, int64_t *until_s)
{
	const size_t n = z->which.n;
	size_t lo = 0, hi = n; /* the first time after the instant */

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (time_at(z, mid) <= utc_s)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == n && z->ruled)
		return tzrule_at(&z->rule, utc_s, until_s);
	*until_s = lo == n ? INT64_MAX : time_at(z, lo);
	return type_at(z, lo == 0 ? 0 : (uint8_t)z->which.p[lo - 1]);
}
