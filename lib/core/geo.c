#include "lib/core/geo.h"

#include <string.h>

#include "lib/core/geo_table.h"
#include "lib/core/listed.h"

#define LAT_MAX 9000
#define LON_MAX 18000

/* --- coordinates -----------------------------------------------------------*/

static int clamp(int v, int max)
{
	return v < -max ? -max : v > max ? max : v;
}

uint32_t geo_pack(int lat, int lon)
{
	return (uint32_t)(clamp(lat, LAT_MAX) + LAT_MAX) << 16 |
	       (uint32_t)(clamp(lon, LON_MAX) + LON_MAX);
}

void geo_unpack(uint32_t at, int *lat, int *lon)
{
	*lat = clamp((int)(at >> 16) - LAT_MAX, LAT_MAX);
	*lon = clamp((int)(at & 0xffff) - LON_MAX, LON_MAX);
}

/* sin(x) * 32768 of x hundredths of a degree, 0 to 9000: Bhaskara's formula,
 * within 0.2 %. */
static int64_t sine(int x)
{
	const int64_t p = (int64_t)x * (18000 - x);

	return 32768 * 4 * p / (INT64_C(405000000) - p);
}

static int64_t cosine(int lat)
{
	return sine(LAT_MAX - (lat < 0 ? -lat : lat));
}

/* The angle whose half has this squared sine (over 2^30), in km on a globe of
 * 6,371 km: by halving the angle, since the sine rises to 90 degrees. */
static uint32_t angle_km(int64_t squared)
{
	int lo = 0, hi = LAT_MAX;

	while (lo < hi) {
		const int mid = lo + (hi - lo) / 2;

		if (sine(mid) * sine(mid) < squared)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* Twice the half; 111.19 km a degree. */
	return (uint32_t)((int64_t)lo * 2 * 11119 / 10000);
}

/* Close by, the sphere is a plane and whole hundredths are too coarse. */
static uint32_t plane_km(int64_t dlat, int64_t dlon, int64_t cos)
{
	const int64_t y = dlat * 11119 / 100; /* tens of metres */
	const int64_t x = dlon * cos / 32768 * 11119 / 100;
	const uint64_t d = (uint64_t)(x * x + y * y);
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
		if ((root + bit) * (root + bit) <= d)
			root += bit;
	return (uint32_t)((root + 50) / 100);
}

uint32_t geo_km(uint32_t a, uint32_t b)
{
	int lat1, lon1, lat2, lon2, dlat, dlon;
	int64_t s1, s2;

	geo_unpack(a, &lat1, &lon1);
	geo_unpack(b, &lat2, &lon2);
	dlat = lat1 < lat2 ? lat2 - lat1 : lat1 - lat2;
	dlon = lon1 < lon2 ? lon2 - lon1 : lon1 - lon2;
	if (dlon > LON_MAX)
		dlon = 2 * LON_MAX - dlon;
	if (dlat < 1000 && dlon < 1000)
		return plane_km(dlat, dlon, cosine((lat1 + lat2) / 2));
	/* Haversine. */
	s1 = sine(dlat / 2);
	s2 = sine(dlon / 2);
	return angle_km(
	    s1 * s1 + cosine(lat1) * cosine(lat2) / 32768 * s2 / 32768 * s2);
}

/* --- places ----------------------------------------------------------------*/

static unsigned int three_digits(const char *p)
{
	unsigned int v = 0;

	for (size_t i = 0; i < 3; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 0;
		v = v * 10 + (unsigned int)(p[i] - '0');
	}
	return v;
}

static void nowhere(struct geo_place *p)
{
	memset(p, 0, sizeof(*p));
	p->at = GEO_NOWHERE;
}

bool geo_of_number(struct slice e164, struct geo_place *out)
{
	const struct slice digits = slice_skip(e164, 1);
	const struct geo_table_area *a;
	const char *country;

	nowhere(out);
	if (!slice_starts(e164, SLICE("+")))
		return false;
	if (slice_starts(digits, SLICE("1"))) {
		if (digits.n < 4)
			return false;
		out->area_code = (uint16_t)three_digits(digits.p + 1);
		a = geo_table_area(out->area_code);
		if (a == NULL)
			return false; /* toll-free, or nobody's */
		memcpy(out->country, a->country, sizeof(out->country));
		memcpy(out->state, a->state, sizeof(out->state));
		if (a->lat != INT16_MIN)
			out->at = geo_pack(a->lat, a->lon);
		return true;
	}
	country = geo_table_country(digits);
	return country != NULL && slice_to_cstr(slice_from(country),
				      out->country, sizeof(out->country));
}

bool geo_of_zip(struct slice zip, struct geo_place *out)
{
	const struct geo_table_zip *z = NULL;

	nowhere(out);
	if (zip.n != 5)
		return false;
	for (size_t i = 0; i < zip.n; i++)
		if (zip.p[i] < '0' || zip.p[i] > '9')
			return false;
	z = geo_table_zip(three_digits(zip.p));
	if (z == NULL)
		return false;
	memcpy(out->country, "US", sizeof(out->country));
	memcpy(out->state, z->state, sizeof(out->state));
	memcpy(out->zip, zip.p, 5);
	out->at = geo_pack(z->lat, z->lon);
	return true;
}

/* "-104.9903": hundredths, what follows is cut. */
static bool degrees(struct slice s, int max, int *out)
{
	const bool minus = slice_starts(s, SLICE("-"));
	int v = 0, places = -1;

	if (minus)
		s = slice_skip(s, 1);
	if (s.n == 0 || s.n > 12)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && places < 0 && i > 0) {
			places = 0;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (places >= 2)
			continue;
		v = v * 10 + (s.p[i] - '0');
		if (places >= 0)
			places++;
		if (v > 100 * LON_MAX)
			return false;
	}
	for (; places < 2; places = places < 0 ? 1 : places + 1)
		v *= 10;
	if (v > max)
		return false;
	*out = minus ? -v : v;
	return true;
}

enum err geo_parse(struct slice s, uint32_t *at)
{
	struct geo_place p;
	struct slice first;
	int lat, lon;

	if (slice_find(s, ',', 0) == s.n) {
		if (s.n != 5)
			return ERR_SYNTAX;
		if (!geo_of_zip(s, &p))
			return ERR_NOTFOUND;
		*at = p.at;
		return ERR_OK;
	}
	(void)slice_cut(&s, ',', &first);
	if (!degrees(slice_trim(first), LAT_MAX, &lat) ||
	    !degrees(slice_trim(s), LON_MAX, &lon))
		return ERR_SYNTAX;
	*at = geo_pack(lat, lon);
	return ERR_OK;
}

/* --- lists of regions ------------------------------------------------------*/

enum region {
	REGION_NONE,
	REGION_AREA,
	REGION_STATE,
	REGION_COUNTRY
};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum region region_of(struct slice s)
{
	const char *country;

	if (s.n == 3 && three_digits(s.p) >= 200)
		return REGION_AREA;
	if (slice_eq_case(s, SLICE("USA")) || slice_eq_case(s, SLICE("CAN")))
		return REGION_COUNTRY;
	if (s.n != 2 || !is_letter(s.p[0]) || !is_letter(s.p[1]))
		return REGION_NONE;
	return geo_table_state(s, &country) ? REGION_STATE : REGION_COUNTRY;
}

bool geo_list_ok(struct slice list)
{
	struct slice s;

	while (listed_next(&list, &s))
		if (region_of(s) == REGION_NONE)
			return false;
	return true;
}

static bool one_holds(const struct geo_place *p, struct slice s)
{
	switch (region_of(s)) {
	case REGION_AREA:
		return three_digits(s.p) == p->area_code;
	case REGION_STATE:
		return slice_eq_case(s, slice_from(p->state));
	case REGION_COUNTRY:
		return slice_eq_case(slice_head(s, 2), slice_from(p->country));
	case REGION_NONE:
		break;
	}
	return false;
}

bool geo_in(const struct geo_place *p, struct slice list)
{
	struct slice s;
	bool any = false;

	while (listed_next(&list, &s)) {
		if (one_holds(p, s))
			return true;
		any = true;
	}
	return !any;
}
