#include "sipworker/sip/sip_hdr.h"

struct row {
	struct slice name;
	char compact;
	bool list;
};

#define ROW(id, name, compact, list) { SLICE_INIT(name), compact, list },
static const struct row rows[SIP_HDR_OTHER] = { SIP_HDRS(ROW) };
#undef ROW

#define ROW(id) SLICE_INIT(#id),
static const struct slice methods[SIP_METHOD_OTHER] = { SIP_METHODS(ROW) };
#undef ROW

static enum sip_hdr find_compact(char c)
{
	const char lower = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;

	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (rows[i].compact != 0 && rows[i].compact == lower)
			return (enum sip_hdr)i;
	return SIP_HDR_OTHER;
}

enum sip_hdr sip_hdr_find(struct slice name)
{
	size_t lo = 0, hi = RT_ARRAY_LEN(rows);

	if (name.n == 1)
		return find_compact(name.p[0]);
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c = slice_cmp_case(name, rows[mid].name);

		if (c == 0)
			return (enum sip_hdr)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return SIP_HDR_OTHER;
}

struct slice sip_hdr_name(enum sip_hdr id)
{
	return id < SIP_HDR_OTHER ? rows[id].name : SLICE("");
}

bool sip_hdr_is_list(enum sip_hdr id)
{
	return id < SIP_HDR_OTHER && rows[id].list;
}

enum sip_method sip_hdr_method(struct slice name)
{
	size_t lo = 0, hi = RT_ARRAY_LEN(methods);

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c = slice_cmp(name, methods[mid]);

		if (c == 0)
			return (enum sip_method)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return SIP_METHOD_OTHER;
}

struct slice sip_hdr_method_name(enum sip_method m)
{
	return m < SIP_METHOD_OTHER ? methods[m] : SLICE("");
}
