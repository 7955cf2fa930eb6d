#include "lib/core/sitecheck.h"

#define PROBE "gclid=ringtrace-check"

const char *sitecheck_word(unsigned int finding)
{
	static const char *const words[SITECHECK_FINDING_COUNT] = {
		[SITECHECK_NO_ANSWER] = "no_answer",
		[SITECHECK_BAD_STATUS] = "bad_status",
		[SITECHECK_LOOPS] = "loops",
		[SITECHECK_LEAVES] = "leaves",
		[SITECHECK_LOSES_CLICK] = "loses_click",
		[SITECHECK_NO_TAG] = "no_tag",
		[SITECHECK_TWICE] = "twice",
		[SITECHECK_OTHER_TAG] = "other_tag",
		[SITECHECK_NO_TARGETS] = "no_targets",
		[SITECHECK_KEPT_SWAPPED] = "kept_swapped",
		[SITECHECK_ROBOTS] = "robots",
		[SITECHECK_BY_MANAGER] = "by_manager",
		[SITECHECK_CUT] = "cut",
		[SITECHECK_DRAWN] = "drawn",
		[SITECHECK_BAD_DOMAIN] = "bad_domain",
	};

	return finding < SITECHECK_FINDING_COUNT ? words[finding] : NULL;
}

bool sitecheck_is_on(struct slice url, const struct slice *origins, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct slice o = origins[i];

		/* What follows the origin begins the path, or is not there. */
		if (o.n > 0 && url.n >= o.n &&
		    slice_eq_case(slice_head(url, o.n), o) &&
		    (url.n == o.n || url.p[o.n] == '/' || url.p[o.n] == '?'))
			return true;
	}
	return false;
}

void sitecheck_plain(struct slice url, struct buf *out)
{
	const struct slice port = slice_starts_case(url, SLICE("https://"))
				      ? SLICE(":443")
				      : SLICE(":80");
	const size_t host = slice_find(url, ':', 0) + 3;
	size_t end = host;
	struct slice origin;

	while (end < url.n && url.p[end] != '/' && url.p[end] != '?' &&
	       url.p[end] != '#')
		end++;
	origin = slice_head(url, end);
	if (origin.n > host + port.n && slice_ends(origin, port))
		origin = slice_head(origin, origin.n - port.n);
	buf_put(out, origin);
	buf_put(out, slice_skip(url, end));
}

void sitecheck_probe(struct slice url, struct buf *out)
{
	buf_put(out, url);
	buf_char(out, slice_find(url, '?', 0) < url.n ? '&' : '?');
	buf_cstr(out, PROBE);
}

/* Where it stands, with the sign before it; url.n: nowhere. */
static size_t find_probe(struct slice url)
{
	const struct slice p = SLICE(PROBE);

	for (size_t i = 1; i + p.n <= url.n; i++) {
		const size_t end = i + p.n;

		if ((url.p[i - 1] == '?' || url.p[i - 1] == '&') &&
		    slice_starts(slice_skip(url, i), p) &&
		    (end == url.n || url.p[end] == '&'))
			return i - 1;
	}
	return url.n;
}

bool sitecheck_has_probe(struct slice url)
{
	return find_probe(url) < url.n;
}

void sitecheck_unprobe(struct slice url, struct buf *out)
{
	const size_t at = find_probe(url);
	struct slice rest;

	if (at == url.n) {
		buf_put(out, url);
		return;
	}
	rest = slice_skip(url, at + sizeof(PROBE));
	buf_put(out, slice_head(url, at));
	if (rest.n > 1) {
		buf_char(out, url.p[at]);
		buf_put(out, slice_skip(rest, 1));
	}
}

static unsigned int bit(enum sitecheck_finding f, bool on)
{
	return on ? 1U << f : 0;
}

unsigned int sitecheck_judge(const struct sitecheck *c)
{
	const bool managed =
	    c->page.tags == 0 && c->page.manager && c->seen_lately;
	const bool no_tag = c->page.tags == 0 && !managed;
	const bool none = c->page.targets == 0 && c->page.ours == 0;
	const bool drawn = none && c->page.drawn && c->seen_lately;
	const bool no_targets = none && !drawn;
	unsigned int found;

	if (c->refused)
		return bit(SITECHECK_ROBOTS, true);
	if (!c->answered)
		return bit(SITECHECK_NO_ANSWER, true);
	found = bit(SITECHECK_LOOPS, c->too_many_hops) |
		bit(SITECHECK_LEAVES,
		    !sitecheck_is_on(c->final_url, c->origins, c->n_origins)) |
		bit(SITECHECK_LOSES_CLICK,
		    c->hops > 0 && !sitecheck_has_probe(c->final_url));
	if (c->too_many_hops)
		return found;
	if (c->status < 200 || c->status > 299)
		return found | bit(SITECHECK_BAD_STATUS, true);
	return found | bit(SITECHECK_NO_TAG, no_tag && !c->cut) |
	       bit(SITECHECK_BY_MANAGER, managed) |
	       bit(SITECHECK_DRAWN, drawn) |
	       bit(SITECHECK_TWICE, c->page.tags > 1) |
	       bit(SITECHECK_OTHER_TAG, c->page.others > 0) |
	       bit(SITECHECK_NO_TARGETS, no_targets && !c->cut) |
	       bit(SITECHECK_KEPT_SWAPPED, c->page.ours > 0) |
	       bit(SITECHECK_BAD_DOMAIN, c->page.bad_domain) |
	       bit(SITECHECK_CUT, c->cut && (no_tag || no_targets));
}

bool sitecheck_is_fault(unsigned int found)
{
	return (found & ~(bit(SITECHECK_BY_MANAGER, true) |
			    bit(SITECHECK_DRAWN, true))) != 0;
}
