#include "lib/core/tracker.h"

#include "lib/base/buf.h"
#include "lib/core/urlq.h"

static const char *const names[TRACKER_KIND_COUNT] = {
	[TRACKER_PARAM] = "param",
	[TRACKER_URL] = "url",
	[TRACKER_REFERRER] = "referrer",
	[TRACKER_GROUP] = "group",
	[TRACKER_ALWAYS] = "always",
};

bool tracker_kind_of(struct slice word, enum tracker_kind *out)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		if (slice_eq_cstr(word, names[i])) {
			*out = (enum tracker_kind)i;
			return true;
		}
	}
	return false;
}

static bool param_fits(struct slice want, struct slice query)
{
	struct slice name, value, want_name;
	const bool any = !slice_cut(&want, '=', &want_name);

	while (urlq_next(&query, &name, &value)) {
		char mem[URLQ_MAX];
		struct buf text;

		if (!slice_eq_case(name, want_name))
			continue;
		if (any)
			return true;
		buf_over(&text, mem, sizeof(mem));
		urlq_decode(value, &text);
		if (buf_err(&text) == ERR_OK &&
		    slice_eq_case(buf_slice(&text), want))
			return true;
	}
	return false;
}

/* want: "/path", "host/path" or "host"; page: "host/path". */
static bool url_fits(struct slice want, struct slice page)
{
	const bool prefix = slice_ends(want, SLICE("*"));

	if (prefix)
		want = slice_head(want, want.n - 1);
	if (slice_starts(want, SLICE("/")))
		page = slice_skip(page, slice_find(page, '/', 0));
	else
		page = urlq_host_bare(page);
	want = urlq_host_bare(want);
	return prefix ? slice_starts_case(page, want)
		      : slice_eq_case(page, want);
}

static bool fits(const struct tracker_rule *r, const struct urlq *landing,
    const struct source *s)
{
	switch (r->kind) {
	case TRACKER_PARAM:
		return param_fits(r->value, landing->query);
	case TRACKER_URL:
		return url_fits(r->value, s->landing_page);
	case TRACKER_REFERRER:
		return s->referrer_host.n > 0 &&
		       urlq_host_is(s->referrer_host, urlq_host_bare(r->value));
	case TRACKER_GROUP:
		return slice_eq_case(r->value, s->group);
	case TRACKER_ALWAYS:
		return true;
	case TRACKER_KIND_COUNT:
		break;
	}
	return false;
}

size_t tracker_pick(const struct tracker_rule *rules, size_t n,
    struct slice landing, const struct source *s)
{
	struct urlq u;
	size_t best = n;

	if (urlq_split(landing, &u) != ERR_OK)
		return n;
	for (size_t i = 0; i < n; i++) {
		if (best < n &&
		    (rules[i].kind > rules[best].kind ||
			(rules[i].kind == rules[best].kind &&
			    rules[i].value.n <= rules[best].value.n)))
			continue;
		if (fits(&rules[i], &u, s))
			best = i;
	}
	return best;
}

bool tracker_beats_pool(enum tracker_kind kind)
{
	return kind < TRACKER_GROUP;
}
