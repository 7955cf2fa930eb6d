#include "lib/core/robots.h"

struct line {
	struct slice name;
	struct slice value;
};

/* Does the pattern fit from the path's begin? '*' is any bytes, '$' at its
 * end is the path's end (RFC 9309 2.2.3). */
static bool fits(struct slice p, struct slice path)
{
	const bool whole = p.n > 0 && p.p[p.n - 1] == '$';
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	if (whole)
		p.n--;
	for (;;) {
		if (i < p.n && p.p[i] == '*') {
			star = ++i;
			from = k;
		} else if (i == p.n && (!whole || k == path.n)) {
			return true;
		} else if (i < p.n && k < path.n && p.p[i] == path.p[k]) {
			i++;
			k++;
		} else if (star != SIZE_MAX && from < path.n) {
			i = star;
			k = ++from;
		} else {
			return false;
		}
	}
}

/* The next line that says something. False: there is none. */
static bool next_line(struct slice *text, struct line *out)
{
	while (text->n > 0) {
		size_t end = 0, colon;
		struct slice s;

		while (end < text->n && text->p[end] != '\n' &&
		       text->p[end] != '\r')
			end++;
		s = slice_head(*text, end);
		*text = slice_skip(*text, end < text->n ? end + 1 : end);
		s = slice_head(s, slice_find(s, '#', 0));
		colon = slice_find(s, ':', 0);
		if (colon == s.n)
			continue;
		out->name = slice_trim(slice_head(s, colon));
		out->value = slice_trim(slice_skip(s, colon + 1));
		return true;
	}
	return false;
}

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == '_';
}

/* What follows the token, such as a version, does not count. */
static bool names(struct slice value, struct slice agent)
{
	return slice_starts_case(value, agent) &&
	       (value.n == agent.n || !is_token(value.p[agent.n]));
}

/* The best rule of one kind of groups so far. */
struct best {
	bool group; /* there was one */
	bool allow;
	size_t n; /* bytes of its pattern; 0: no rule fits */
};

static void rule(struct best *b, bool allow, struct slice pattern,
    struct slice path)
{
	if (pattern.n == 0 || pattern.n > ROBOTS_PATTERN_MAX ||
	    pattern.n < b->n || (pattern.n == b->n && !allow) ||
	    !fits(pattern, path))
		return;
	b->n = pattern.n;
	b->allow = allow;
}

bool robots_may(struct slice text, struct slice agent, struct slice path)
{
	struct best own = { .group = false }, all = own;
	bool in_own = false, in_all = false, rules = false;
	const struct best *b;
	struct line l;
	size_t n = 0;

	/* A byte order mark, which editors leave there. */
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		text = slice_skip(text, 3);
	while (n < ROBOTS_RULES_MAX && next_line(&text, &l)) {
		const bool allow = slice_eq_case(l.name, SLICE("allow"));

		if (slice_eq_case(l.name, SLICE("user-agent"))) {
			if (rules) /* a new group begins */
				in_own = in_all = false;
			rules = false;
			in_own = in_own || names(l.value, agent);
			in_all = in_all || slice_eq(l.value, SLICE("*"));
			own.group = own.group || in_own;
		} else if (allow || slice_eq_case(l.name, SLICE("disallow"))) {
			rules = true;
			n++;
			if (in_own)
				rule(&own, allow, l.value, path);
			if (in_all)
				rule(&all, allow, l.value, path);
		}
	}
	b = own.group ? &own : &all;
	return b->n == 0 || b->allow;
}
