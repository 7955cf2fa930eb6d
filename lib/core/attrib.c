#include "lib/core/attrib.h"

#include <math.h>
#include <string.h>

/* Another person than the one whom earlier calls were credited to: a phone
 * that is shared, a second browser, cookies that were cleared. */
#define OTHER_CALLER 0.05
/* The same person in the same browser: the caller's number is then no
 * coincidence. */
#define SAME_CALLER 20.0

/* A caller who has dialled this number before: from his list of calls, at
 * this rate, against visits that would have to come from the same telephone
 * by chance. */
#define AGAIN_HZ    1.0e-4
#define AGAIN_OTHER 0.02

/* Of a candidate in the evidence, with the end of the list: source and medium
 * of 100 characters and a campaign of 255, each of which may be escaped. */
#define CANDIDATE_TEXT_MAX 4096

static const char *const known_names[] = {
	[ATTRIB_UNKNOWN] = "unknown",
	[ATTRIB_SAME] = "same",
	[ATTRIB_OTHER] = "other",
};

static const char *const use_names[] = {
	[ATTRIB_USE_UNKNOWN] = "unknown",
	[ATTRIB_USED] = "used",
	[ATTRIB_UNUSED] = "unused",
};

/* Of the largest share, before it is rounded: ten thousand times the sum of all
 * fits in 64 bits. */
#define WHOLE_PARTS 0x1p44

static double seconds(int64_t us)
{
	return us > 0 ? (double)us / (double)RT_SEC_US : 0.0;
}

uint16_t attrib_shared_bp(size_t calls, size_t visitors)
{
	size_t others;

	if (visitors < 2 || calls < visitors)
		return 0;
	others = visitors - 1;
	return (uint16_t)(others * others * ATTRIB_WHOLE_BP /
			  ((calls - 1) * others + 1));
}

enum attrib_use attrib_use(int64_t began_us, bool tells, int64_t used_us,
    int64_t call_us)
{
	if (used_us > 0 && used_us <= call_us)
		return tells ? ATTRIB_USED : ATTRIB_USE_UNKNOWN;
	return tells && call_us - began_us >= ATTRIB_USE_TOLD_US
		   ? ATTRIB_UNUSED
		   : ATTRIB_USE_UNKNOWN;
}

/* shared: the share of the telephone's calls that are of somebody new. */
static double caller_factor(const struct attrib_candidate *c, double shared)
{
	const double sure = (double)c->caller_bp / ATTRIB_WHOLE_BP;

	switch (c->caller) {
	case ATTRIB_SAME:
		return 1.0 - sure +
		       sure * (SAME_CALLER * (1.0 - shared) + shared);
	case ATTRIB_OTHER:
		return 1.0 - sure + sure * fmax(OTHER_CALLER, shared);
	case ATTRIB_UNKNOWN:
		break;
	}
	return 1.0;
}

static struct attrib_law_fact weigh_place(const struct attrib_law *law,
    const struct attrib_candidate *c, size_t n)
{
	size_t same = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		same += c[i].place == ATTRIB_SAME;
		known += c[i].place != ATTRIB_UNKNOWN;
	}
	return attrib_law_fact(law->place_agrees, same, known);
}

static struct attrib_law_fact weigh_use(const struct attrib_law *law,
    const struct attrib_candidate *c, size_t n)
{
	size_t used = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		used += c[i].use == ATTRIB_USED;
		known += c[i].use != ATTRIB_USE_UNKNOWN;
	}
	return attrib_law_fact(law->used, used, known);
}

static double place_factor(const struct attrib_law_fact *p,
    enum attrib_known known)
{
	return known == ATTRIB_SAME    ? p->with
	       : known == ATTRIB_OTHER ? p->without
				       : 1.0;
}

static double use_factor(const struct attrib_law_fact *u, enum attrib_use use)
{
	return use == ATTRIB_USED     ? u->with
	       : use == ATTRIB_UNUSED ? u->without
				      : 1.0;
}

/* One that is told just after the call came was before it. */
static bool is_touched(const struct attrib_candidate *c, int64_t at_us)
{
	return c->tel_clicked_us > 0 &&
	       c->tel_clicked_us <= at_us + ATTRIB_TOUCH_SKEW_US;
}

/* As of a moment. use: what its use makes of those who touch no link. */
static double rate_at(const struct attrib_law *law,
    const struct attrib_candidate *c, int64_t at_us, double use)
{
	const bool first = c->shown_us > at_us && c->first_shown_us > 0;
	const int64_t shown_us = first ? c->first_shown_us : c->shown_us;
	const int64_t seen_us = first ? c->first_seen_us : c->seen_us;
	const double late = law->late[attrib_law_hour(at_us)];
	double hz;

	if (shown_us > at_us)
		return 0.0;
	hz = use * (attrib_law_seen(law, seconds(at_us - seen_us), late) +
		       attrib_law_shown(law, seconds(at_us - shown_us), late));
	if (is_touched(c, at_us))
		hz += attrib_law_touch(law, seconds(at_us - c->tel_clicked_us));
	return hz;
}

struct weights {
	double each[ATTRIB_CANDIDATES_MAX];
	double older;
	double none;
};

/* Added smallest first: what rounding takes is then the same in whatever order
 * they are listed. */
static double total(const struct weights *w, size_t n)
{
	double hz[ATTRIB_CANDIDATES_MAX], sum = w->none + w->older;

	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && hz[at - 1] > w->each[i]; at--)
			hz[at] = hz[at - 1];
		hz[at] = w->each[i];
	}
	for (size_t i = 0; i < n; i++)
		sum += hz[i];
	return sum;
}

/* use: NULL of an earlier moment, when it may not have been so. */
static void weigh_at(const struct attrib_law *law,
    const struct attrib_candidate *c, size_t n,
    const struct attrib_older *older, int64_t at_us,
    const struct attrib_law_fact *use, struct weights *w)
{
	for (size_t i = 0; i < n; i++)
		w->each[i] = rate_at(law, &c[i], at_us,
		    use == NULL ? 1.0 : use_factor(use, c[i].use));
	w->older =
	    older->n * attrib_law_mean(law, seconds(at_us - older->to_us),
			   seconds(at_us - older->from_us),
			   law->late[attrib_law_hour(at_us)]);
	w->none = law->stray_hz;
}

/* A repeated dialling is shared out as the first one was. */
static void weigh_again(const struct attrib_law *law,
    const struct attrib_candidate *c, size_t n, const struct attrib_ask *ask,
    struct weights *w)
{
	struct weights first;
	const double shared = (double)ask->shared_bp / ATTRIB_WHOLE_BP;
	const double other = fmax(AGAIN_OTHER, shared);
	double sum, again_hz;

	weigh_at(law, c, n, &ask->older_first, ask->dialled_us, NULL, &first);
	sum = total(&first, n);
	if (sum <= 0.0)
		return;
	again_hz = AGAIN_HZ * (1.0 - shared) / sum;
	for (size_t i = 0; i < n; i++)
		w->each[i] = w->each[i] * other + again_hz * first.each[i];
	w->older = w->older * other + again_hz * first.older;
	w->none = w->none * other + again_hz * first.none;
}

static void weigh(const struct attrib_candidate *c, size_t n,
    const struct attrib_ask *ask, const struct attrib_law *law,
    struct weights *w)
{
	const struct attrib_law_fact place = weigh_place(law, c, n);
	const struct attrib_law_fact use = weigh_use(law, c, n);
	const double shared = (double)ask->shared_bp / ATTRIB_WHOLE_BP;

	weigh_at(law, c, n, &ask->older, ask->call_us, &use, w);
	for (size_t i = 0; i < n; i++)
		w->each[i] *= caller_factor(&c[i], shared) *
			      place_factor(&place, c[i].place);
	if (ask->dialled_us > 0 && ask->dialled_us < ask->call_us)
		weigh_again(law, c, n, ask, w);
}

/* One order of all: two leases of one visit may have begun at once, too. */
static bool is_shown_later(const struct attrib_candidate *a,
    const struct attrib_candidate *b)
{
	const int visit = memcmp(a->visit.v, b->visit.v, ID_BYTES);

	if (a->shown_us != b->shown_us)
		return a->shown_us > b->shown_us;
	return visit != 0 ? visit > 0
			  : memcmp(a->lease.v, b->lease.v, ID_BYTES) > 0;
}

/* Of two as likely, who saw the number later: the same one in whatever order
 * they are listed. */
static bool is_later(const struct attrib_candidate *a,
    const struct attrib_candidate *b)
{
	return a->seen_us != b->seen_us ? a->seen_us > b->seen_us
					: is_shown_later(a, b);
}

/* Of one person's visits the latest made the call: of those before it is kept
 * what they add to it, as somebody may call for what he saw a week ago. */
static void join_visits(const struct attrib_candidate *c, size_t n,
    int64_t call_us, uint64_t *part)
{
	for (size_t i = 0; i < n; i++) {
		size_t latest = i;

		for (size_t k = 0; k < n && !id_is_nil(c[i].visitor.v); k++)
			if (id_eq(c[k].visitor.v, c[i].visitor.v) &&
			    c[k].shown_us <= call_us &&
			    is_shown_later(&c[k], &c[latest]))
				latest = k;
		if (latest != i) {
			part[latest] += part[i];
			part[i] = 0;
		}
	}
}

static double heaviest(const struct weights *w, size_t n)
{
	double most = fmax(w->none, w->older);

	for (size_t i = 0; i < n; i++)
		most = fmax(most, w->each[i]);
	return most;
}

/* A share in whole bp; *part keeps the rest. */
static uint16_t round_down(uint64_t *part, uint64_t all)
{
	const uint16_t bp = (uint16_t)(*part * ATTRIB_WHOLE_BP / all);

	*part = *part * ATTRIB_WHOLE_BP % all;
	return bp;
}

/* The one whose rounding took most. */
static size_t most_left(const struct attrib_candidate *c, size_t n,
    const uint64_t *rest)
{
	size_t most = 0;

	for (size_t i = 1; i < n + 2; i++)
		if (rest[i] > rest[most] || (rest[i] == rest[most] && i < n &&
						is_later(&c[i], &c[most])))
			most = i;
	return most;
}

/* Shares in 1/10,000 that add up exactly: what rounding down leaves over goes
 * to the largest remainders, one each. In whole numbers, so that the order in
 * which the candidates came is no matter. */
static void share(const struct attrib_candidate *c, size_t n, int64_t call_us,
    const struct weights *w, struct attrib_verdict *v)
{
	const double most_hz = heaviest(w, n);
	uint64_t part[ATTRIB_CANDIDATES_MAX + 2], all = 0;
	uint16_t bp[ATTRIB_CANDIDATES_MAX + 2], left = ATTRIB_WHOLE_BP;

	for (size_t i = 0; i < n + 2; i++) {
		const double hz = i < n    ? w->each[i]
				  : i == n ? w->older
					   : w->none;

		part[i] = (uint64_t)(hz / most_hz * WHOLE_PARTS);
		all += part[i];
	}
	join_visits(c, n, call_us, part);
	for (size_t i = 0; i < n + 2; i++) {
		bp[i] = round_down(&part[i], all);
		left = (uint16_t)(left - bp[i]);
	}
	for (; left > 0; left--) {
		const size_t i = most_left(c, n, part);

		bp[i]++;
		part[i] = 0;
	}
	memcpy(v->each_bp, bp, n * sizeof(bp[0]));
	v->older_bp = bp[n];
	v->none_bp = bp[n + 1];
}

static bool same_source(const struct attrib_candidate *a,
    const struct attrib_candidate *b, bool campaign_too)
{
	return slice_eq(a->source, b->source) &&
	       slice_eq(a->medium, b->medium) &&
	       (!campaign_too || slice_eq(a->campaign, b->campaign));
}

/* The likelier one. */
static bool precedes(const struct attrib_candidate *c,
    const struct attrib_verdict *v, size_t a, size_t b)
{
	return v->each_bp[a] != v->each_bp[b] ? v->each_bp[a] > v->each_bp[b]
					      : is_later(&c[a], &c[b]);
}

/* All n of them, likeliest first. */
static void rank(const struct attrib_candidate *c, size_t n,
    const struct attrib_verdict *v, size_t out[ATTRIB_CANDIDATES_MAX])
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && precedes(c, v, i, out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = i;
	}
}

struct source_share {
	size_t best; /* the likeliest of its candidates */
	unsigned int bp;
};

/* Each source, or each campaign of each, with what it has, most first; of two
 * as likely the one with the likelier visit. Returns how many there are. */
static size_t rank_sources(const struct attrib_candidate *c, size_t n,
    const struct attrib_verdict *v, bool campaigns,
    struct source_share out[ATTRIB_CANDIDATES_MAX])
{
	size_t order[ATTRIB_CANDIDATES_MAX], found = 0;

	rank(c, n, v, order);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < found &&
		       !same_source(&c[out[k].best], &c[order[i]], campaigns))
			k++;
		if (k == found)
			out[found++] = (struct source_share){ order[i], 0 };
		out[k].bp += v->each_bp[order[i]];
	}
	for (size_t i = 1; i < found; i++) {
		const struct source_share s = out[i];
		size_t at = i;

		for (; at > 0 && out[at - 1].bp < s.bp; at--)
			out[at] = out[at - 1];
		out[at] = s;
	}
	return found;
}

/* The source that most of the probability agrees on. */
static void decide_source(const struct attrib_candidate *c, size_t n,
    uint16_t threshold_bp, struct attrib_verdict *v)
{
	struct source_share sources[ATTRIB_CANDIDATES_MAX];

	if (rank_sources(c, n, v, true, sources) > 0 &&
	    sources[0].bp >= threshold_bp) {
		v->level = ATTRIB_SOURCE;
		v->best = sources[0].best;
		v->probability_bp = (uint16_t)sources[0].bp;
	} else {
		v->level = ATTRIB_NONE;
		v->probability_bp = v->none_bp;
	}
}

enum err attrib_decide(const struct attrib_candidate *c, size_t n,
    const struct attrib_ask *ask, struct attrib_verdict *out)
{
	const struct attrib_law *law =
	    ask->law == NULL ? attrib_law_prior() : ask->law;
	struct weights w;
	struct attrib_verdict v;

	if (n > ATTRIB_CANDIDATES_MAX)
		return ERR_TOOBIG;
	if (ask->threshold_bp == 0 || ask->threshold_bp > ATTRIB_WHOLE_BP)
		return ERR_RANGE;
	memset(&v, 0, sizeof(v));
	v.rule_version = ATTRIB_RULE_VERSION;
	v.law_version = law->version;
	weigh(c, n, ask, law, &w);
	if (total(&w, n) > 0.0)
		share(c, n, ask->call_us, &w, &v);
	else
		v.none_bp = ATTRIB_WHOLE_BP;
	for (size_t i = 1; i < n; i++)
		if (precedes(c, &v, i, v.best))
			v.best = i;
	if (n > 0 && v.each_bp[v.best] >= ask->threshold_bp) {
		v.level = ATTRIB_VISIT;
		v.probability_bp = v.each_bp[v.best];
	} else {
		decide_source(c, n, ask->threshold_bp, &v);
	}
	*out = v;
	return ERR_OK;
}

void attrib_older_reach(struct attrib_older *o, int64_t first_us)
{
	const double counted = seconds(o->to_us - o->from_us);
	const double whole = seconds(o->to_us - first_us);
	double n = o->n;

	if (first_us >= o->from_us)
		return;
	if (counted > 0.0)
		n *= whole / counted;
	o->n = n < (double)UINT32_MAX ? (uint32_t)n : UINT32_MAX;
	o->from_us = first_us;
	o->about = true;
}

void attrib_older_crowd(struct attrib_older *o, uint32_t late, int64_t since_us)
{
	const double wide = (double)(o->to_us - since_us) * o->n / late;

	if (wide > 0.0 && wide < (double)(o->to_us - o->from_us))
		o->from_us = o->to_us - (int64_t)wide;
}

/* --- evidence -------------------------------------------------------------*/

static void put_text(struct buf *out, const char *key, struct slice s)
{
	buf_printf(out, ",\"%s\":\"", key);
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if ((unsigned char)c < ' ' || c == '"' || c == '\\')
			buf_printf(out, "\\u%04x", (unsigned int)(uint8_t)c);
		else
			buf_char(out, c);
	}
	buf_char(out, '"');
}

static void put_candidate(struct buf *out, const struct attrib_candidate *c,
    uint16_t bp, int64_t call_us)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_visit, c->visit.v, id);
	buf_printf(out, "{\"visit\":\"%s\",", id);
	if (id_is_nil(c->lease.v)) {
		buf_cstr(out, "\"overflow_s\":");
		buf_i64(out, (call_us - c->shown_us) / RT_SEC_US);
	} else {
		id_text(ID_KIND_lease, c->lease.v, id);
		buf_printf(out, "\"lease\":\"%s\"", id);
	}
	buf_printf(out, ",\"bp\":%u,\"seen_s\":", (unsigned int)bp);
	buf_i64(out, (call_us - c->seen_us) / RT_SEC_US);
	buf_cstr(out, ",\"tel_click_s\":");
	if (is_touched(c, call_us))
		buf_i64(out, c->tel_clicked_us > call_us
				 ? 0
				 : (call_us - c->tel_clicked_us) / RT_SEC_US);
	else
		buf_cstr(out, "null");
	buf_printf(out,
	    ",\"caller\":\"%s\",\"caller_bp\":%u,\"place\":\"%s\""
	    ",\"use\":\"%s\"",
	    known_names[c->caller], (unsigned int)c->caller_bp,
	    known_names[c->place], use_names[c->use]);
	put_text(out, "source", c->source);
	put_text(out, "medium", c->medium);
	put_text(out, "campaign", c->campaign);
	buf_char(out, '}');
}

/* What each source has of the probability, most first. */
static void put_sources(struct buf *out, const struct attrib_candidate *c,
    size_t n, const struct attrib_verdict *v)
{
	struct source_share sources[ATTRIB_CANDIDATES_MAX];
	const size_t found = rank_sources(c, n, v, false, sources);

	buf_cstr(out, "\"sources\":[");
	for (size_t i = 0; i < found && i < ATTRIB_EVIDENCE_SOURCES; i++) {
		const struct attrib_candidate *of = &c[sources[i].best];

		if (sources[i].bp == 0)
			break;
		if (i > 0)
			buf_char(out, ',');
		buf_printf(out, "{\"bp\":%u", sources[i].bp);
		put_text(out, "source", of->source);
		put_text(out, "medium", of->medium);
		buf_char(out, '}');
	}
	buf_cstr(out, "],");
}

static void put_head(struct buf *out, const struct attrib_ask *ask,
    const struct attrib_verdict *v)
{
	buf_printf(out,
	    "\"rule\":%u,\"law\":%u,\"none_bp\":%u,\"older\":%u,"
	    "\"older_bp\":%u%s",
	    (unsigned int)v->rule_version, (unsigned int)v->law_version,
	    (unsigned int)v->none_bp, (unsigned int)ask->older.n,
	    (unsigned int)v->older_bp,
	    ask->older.about ? ",\"older_about\":true" : "");
	if (ask->shared_bp > 0)
		buf_printf(out, ",\"shared_bp\":%u",
		    (unsigned int)ask->shared_bp);
	buf_cstr(out, ",\"dialled_s\":");
	if (ask->dialled_us > 0)
		buf_i64(out, (ask->call_us - ask->dialled_us) / RT_SEC_US);
	else
		buf_cstr(out, "null");
	buf_cstr(out, ",\"candidates\":[");
}

void attrib_evidence(const struct attrib_candidate *c, size_t n,
    const struct attrib_ask *ask, const struct attrib_verdict *v,
    struct buf *out)
{
	size_t order[ATTRIB_CANDIDATES_MAX];
	const size_t listed = n <= ATTRIB_CANDIDATES_MAX ? n : 0;

	rank(c, listed, v, order);
	buf_char(out, '{');
	put_sources(out, c, listed, v);
	put_head(out, ask, v);
	for (size_t i = 0; i < listed; i++) {
		/* The least likely are left out sooner than the whole. */
		if (out->n + CANDIDATE_TEXT_MAX > out->max)
			break;
		if (i > 0)
			buf_char(out, ',');
		put_candidate(out, &c[order[i]], v->each_bp[order[i]],
		    ask->call_us);
	}
	buf_cstr(out, "]}");
}
