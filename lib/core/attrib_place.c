#include "lib/core/attrib_place.h"

#include "lib/base/rt.h"

/* Sorted by zone. group: which North American time it keeps, as in areas. */
static const struct zone {
	const char *name;
	char country[3];
	char group; /* 0: elsewhere */
} zones[] = {
	{ "Africa/Accra", "GH", 0 },
	{ "Africa/Cairo", "EG", 0 },
	{ "Africa/Casablanca", "MA", 0 },
	{ "Africa/Ceuta", "ES", 0 },
	{ "Africa/Johannesburg", "ZA", 0 },
	{ "Africa/Lagos", "NG", 0 },
	{ "Africa/Nairobi", "KE", 0 },
	{ "America/Anchorage", "US", 'K' },
	{ "America/Argentina/Buenos_Aires", "AR", 0 },
	{ "America/Argentina/Cordoba", "AR", 0 },
	{ "America/Bahia", "BR", 0 },
	{ "America/Belem", "BR", 0 },
	{ "America/Bogota", "CO", 0 },
	{ "America/Boise", "US", 'M' },
	{ "America/Buenos_Aires", "AR", 0 },
	{ "America/Calgary", "CA", 'M' },
	{ "America/Cancun", "MX", 0 },
	{ "America/Chicago", "US", 'C' },
	{ "America/Chihuahua", "MX", 0 },
	{ "America/Cuiaba", "BR", 0 },
	{ "America/Denver", "US", 'M' },
	{ "America/Detroit", "US", 'E' },
	{ "America/Edmonton", "CA", 'M' },
	{ "America/Fortaleza", "BR", 0 },
	{ "America/Glace_Bay", "CA", 'A' },
	{ "America/Halifax", "CA", 'A' },
	{ "America/Hermosillo", "MX", 0 },
	{ "America/Indiana/Indianapolis", "US", 'E' },
	{ "America/Indiana/Knox", "US", 'C' },
	{ "America/Indianapolis", "US", 'E' },
	{ "America/Iqaluit", "CA", 'E' },
	{ "America/Jamaica", "JM", 0 },
	{ "America/Juneau", "US", 'K' },
	{ "America/Kentucky/Louisville", "US", 'E' },
	{ "America/Lima", "PE", 0 },
	{ "America/Los_Angeles", "US", 'P' },
	{ "America/Louisville", "US", 'E' },
	{ "America/Manaus", "BR", 0 },
	{ "America/Menominee", "US", 'C' },
	{ "America/Merida", "MX", 0 },
	{ "America/Mexico_City", "MX", 0 },
	{ "America/Moncton", "CA", 'A' },
	{ "America/Monterrey", "MX", 0 },
	{ "America/Montreal", "CA", 'E' },
	{ "America/New_York", "US", 'E' },
	{ "America/Nipigon", "CA", 'E' },
	{ "America/Nome", "US", 'K' },
	{ "America/North_Dakota/Center", "US", 'C' },
	{ "America/Phoenix", "US", 'M' },
	{ "America/Puerto_Rico", "PR", 0 },
	{ "America/Rainy_River", "CA", 'C' },
	{ "America/Recife", "BR", 0 },
	{ "America/Regina", "CA", 'C' },
	{ "America/Santiago", "CL", 0 },
	{ "America/Santo_Domingo", "DO", 0 },
	{ "America/Sao_Paulo", "BR", 0 },
	{ "America/Sitka", "US", 'K' },
	{ "America/St_Johns", "CA", 'N' },
	{ "America/Thunder_Bay", "CA", 'E' },
	{ "America/Tijuana", "MX", 0 },
	{ "America/Toronto", "CA", 'E' },
	{ "America/Vancouver", "CA", 'P' },
	{ "America/Whitehorse", "CA", 'P' },
	{ "America/Winnipeg", "CA", 'C' },
	{ "America/Yellowknife", "CA", 'M' },
	{ "Asia/Bangkok", "TH", 0 },
	{ "Asia/Calcutta", "IN", 0 },
	{ "Asia/Colombo", "LK", 0 },
	{ "Asia/Dhaka", "BD", 0 },
	{ "Asia/Dubai", "AE", 0 },
	{ "Asia/Ho_Chi_Minh", "VN", 0 },
	{ "Asia/Hong_Kong", "HK", 0 },
	{ "Asia/Jakarta", "ID", 0 },
	{ "Asia/Jayapura", "ID", 0 },
	{ "Asia/Jerusalem", "IL", 0 },
	{ "Asia/Karachi", "PK", 0 },
	{ "Asia/Kolkata", "IN", 0 },
	{ "Asia/Kuala_Lumpur", "MY", 0 },
	{ "Asia/Kuwait", "KW", 0 },
	{ "Asia/Makassar", "ID", 0 },
	{ "Asia/Manila", "PH", 0 },
	{ "Asia/Nicosia", "CY", 0 },
	{ "Asia/Qatar", "QA", 0 },
	{ "Asia/Riyadh", "SA", 0 },
	{ "Asia/Saigon", "VN", 0 },
	{ "Asia/Seoul", "KR", 0 },
	{ "Asia/Shanghai", "CN", 0 },
	{ "Asia/Singapore", "SG", 0 },
	{ "Asia/Taipei", "TW", 0 },
	{ "Asia/Tokyo", "JP", 0 },
	{ "Asia/Urumqi", "CN", 0 },
	{ "Atlantic/Azores", "PT", 0 },
	{ "Atlantic/Canary", "ES", 0 },
	{ "Atlantic/Madeira", "PT", 0 },
	{ "Atlantic/Reykjavik", "IS", 0 },
	{ "Australia/Adelaide", "AU", 0 },
	{ "Australia/Brisbane", "AU", 0 },
	{ "Australia/Darwin", "AU", 0 },
	{ "Australia/Hobart", "AU", 0 },
	{ "Australia/Melbourne", "AU", 0 },
	{ "Australia/Perth", "AU", 0 },
	{ "Australia/Sydney", "AU", 0 },
	{ "Europe/Amsterdam", "NL", 0 },
	{ "Europe/Athens", "GR", 0 },
	{ "Europe/Belfast", "GB", 0 },
	{ "Europe/Belgrade", "RS", 0 },
	{ "Europe/Berlin", "DE", 0 },
	{ "Europe/Bratislava", "SK", 0 },
	{ "Europe/Brussels", "BE", 0 },
	{ "Europe/Bucharest", "RO", 0 },
	{ "Europe/Budapest", "HU", 0 },
	{ "Europe/Busingen", "DE", 0 },
	{ "Europe/Copenhagen", "DK", 0 },
	{ "Europe/Dublin", "IE", 0 },
	{ "Europe/Helsinki", "FI", 0 },
	{ "Europe/Istanbul", "TR", 0 },
	{ "Europe/Kiev", "UA", 0 },
	{ "Europe/Kyiv", "UA", 0 },
	{ "Europe/Lisbon", "PT", 0 },
	{ "Europe/Ljubljana", "SI", 0 },
	{ "Europe/London", "GB", 0 },
	{ "Europe/Luxembourg", "LU", 0 },
	{ "Europe/Madrid", "ES", 0 },
	{ "Europe/Malta", "MT", 0 },
	{ "Europe/Oslo", "NO", 0 },
	{ "Europe/Paris", "FR", 0 },
	{ "Europe/Prague", "CZ", 0 },
	{ "Europe/Riga", "LV", 0 },
	{ "Europe/Rome", "IT", 0 },
	{ "Europe/Sofia", "BG", 0 },
	{ "Europe/Stockholm", "SE", 0 },
	{ "Europe/Tallinn", "EE", 0 },
	{ "Europe/Vienna", "AT", 0 },
	{ "Europe/Vilnius", "LT", 0 },
	{ "Europe/Warsaw", "PL", 0 },
	{ "Europe/Zagreb", "HR", 0 },
	{ "Europe/Zurich", "CH", 0 },
	{ "Pacific/Auckland", "NZ", 0 },
	{ "Pacific/Honolulu", "US", 'H' },
	{ "US/Alaska", "US", 'K' },
	{ "US/Arizona", "US", 'M' },
	{ "US/Central", "US", 'C' },
	{ "US/Eastern", "US", 'E' },
	{ "US/Hawaii", "US", 'H' },
	{ "US/Mountain", "US", 'M' },
	{ "US/Pacific", "US", 'P' },
};

/* States and provinces, and the times that are kept there, most people's
 * first: Eastern, Central, Mountain, Pacific, Alaska (K), Hawaii, Atlantic,
 * Newfoundland. */
static const struct area {
	const char *code;
	const char *name;
	const char *groups;
} areas[] = {
	{ "AB", "Alberta", "M" },
	{ "AK", "Alaska", "K" },
	{ "AL", "Alabama", "C" },
	{ "AR", "Arkansas", "C" },
	{ "AZ", "Arizona", "M" },
	{ "BC", "British Columbia", "PM" },
	{ "CA", "California", "P" },
	{ "CO", "Colorado", "M" },
	{ "CT", "Connecticut", "E" },
	{ "DC", "Washington D.C.", "E" },
	{ "DE", "Delaware", "E" },
	{ "FL", "Florida", "EC" },
	{ "GA", "Georgia", "E" },
	{ "HI", "Hawaii", "H" },
	{ "IA", "Iowa", "C" },
	{ "ID", "Idaho", "MP" },
	{ "IL", "Illinois", "C" },
	{ "IN", "Indiana", "EC" },
	{ "KS", "Kansas", "CM" },
	{ "KY", "Kentucky", "EC" },
	{ "LA", "Louisiana", "C" },
	{ "MA", "Massachusetts", "E" },
	{ "MB", "Manitoba", "C" },
	{ "MD", "Maryland", "E" },
	{ "ME", "Maine", "E" },
	{ "MI", "Michigan", "EC" },
	{ "MN", "Minnesota", "C" },
	{ "MO", "Missouri", "C" },
	{ "MS", "Mississippi", "C" },
	{ "MT", "Montana", "M" },
	{ "NB", "New Brunswick", "A" },
	{ "NC", "North Carolina", "E" },
	{ "ND", "North Dakota", "CM" },
	{ "NE", "Nebraska", "CM" },
	{ "NH", "New Hampshire", "E" },
	{ "NJ", "New Jersey", "E" },
	{ "NL", "Newfoundland and Labrador", "NA" },
	{ "NM", "New Mexico", "M" },
	{ "NS", "Nova Scotia", "A" },
	{ "NV", "Nevada", "PM" },
	{ "NY", "New York", "E" },
	{ "OH", "Ohio", "E" },
	{ "OK", "Oklahoma", "C" },
	{ "ON", "Ontario", "EC" },
	{ "OR", "Oregon", "PM" },
	{ "PA", "Pennsylvania", "E" },
	{ "PE", "Prince Edward Island", "A" },
	{ "QC", "Quebec", "EA" },
	{ "RI", "Rhode Island", "E" },
	{ "SC", "South Carolina", "E" },
	{ "SD", "South Dakota", "CM" },
	{ "SK", "Saskatchewan", "CM" },
	{ "TN", "Tennessee", "CE" },
	{ "TX", "Texas", "CM" },
	{ "UT", "Utah", "M" },
	{ "VA", "Virginia", "E" },
	{ "VT", "Vermont", "E" },
	{ "WA", "Washington State", "P" },
	{ "WI", "Wisconsin", "C" },
	{ "WV", "West Virginia", "E" },
	{ "WY", "Wyoming", "M" },
	{ "YT", "Yukon", "PM" },
};

static const struct zone *zone_of(struct slice name)
{
	size_t lo = 0, hi = RT_ARRAY_LEN(zones);

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c = slice_cmp(slice_from(zones[mid].name), name);

		if (c == 0)
			return &zones[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* "San Francisco, CA" by its end, "California" by its name. */
static const struct area *area_of(struct slice place)
{
	struct slice code = SLICE("");

	if (place.n > 4 &&
	    slice_eq(slice_of(place.p + place.n - 4, 2), SLICE(", ")))
		code = slice_of(place.p + place.n - 2, 2);
	for (size_t i = 0; i < RT_ARRAY_LEN(areas); i++)
		if (slice_eq_cstr(code, areas[i].code) ||
		    slice_eq_cstr(place, areas[i].name))
			return &areas[i];
	return NULL;
}

static bool keeps(const struct area *a, char group)
{
	for (const char *g = a->groups; *g != '\0'; g++)
		if (*g == group)
			return true;
	return false;
}

enum attrib_known attrib_place(struct slice country, struct slice place,
    struct slice zone)
{
	const struct zone *z = zone_of(zone);
	const struct area *a;

	if (z == NULL || country.n == 0)
		return ATTRIB_UNKNOWN;
	a = z->group == 0 ? NULL : area_of(place);
	/* Canada and the United States share their times and their plan. */
	if (a != NULL)
		return keeps(a, z->group) ? ATTRIB_SAME : ATTRIB_OTHER;
	return slice_eq_cstr(country, z->country) ? ATTRIB_SAME : ATTRIB_OTHER;
}
