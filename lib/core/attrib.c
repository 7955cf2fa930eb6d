#include "lib/core/attrib.h"

#include <math.h>
#include <string.h>

/* The prior of attrib.h. */
#define SOON_SHARE     0.85
#define SOON_MEAN_S    240.0
#define LATER_SHARE    0.15
#define LATER_MEDIAN_S 21600.0
#define LATER_SIGMA    1.2
#define SQRT_2PI       2.5066282746310002

/* "None of them", as a density per second like the others: about one stray
 * call per number and year where 3 % of visits call. Against it a lone visit
 * weighs 99.9 % while the page is open, 82 % after an hour, 23 % after a day.
 */
#define NONE_WEIGHT 1.0e-6

/* A click on the link opens the dialler: the call follows in seconds, so
 * nearly all of a clicker's weight lies in the next two minutes. */
#define CLICK_FACTOR 60.0
#define CLICK_FADE_S 60.0
/* The page may be told of the click after the call has arrived. */
#define CLICK_SKEW_US (5 * RT_SEC_US)

static const double caller_factor[] = {
	[ATTRIB_UNKNOWN] = 1.0,
	[ATTRIB_SAME] = 20.0,
	[ATTRIB_OTHER] = 0.2,
};

static const double place_factor[] = {
	[ATTRIB_UNKNOWN] = 1.0,
	[ATTRIB_SAME] = 1.5,
	[ATTRIB_OTHER] = 0.5,
};

static const char *const known_names[] = {
	[ATTRIB_UNKNOWN] = "unknown",
	[ATTRIB_SAME] = "same",
	[ATTRIB_OTHER] = "other",
};

double attrib_density(int64_t delay_us)
{
	const double d =
	    delay_us > 0 ? (double)delay_us / (double)RT_SEC_US : 0.0;
	double soon = SOON_SHARE / SOON_MEAN_S * exp(-d / SOON_MEAN_S);
	double z;

	if (d < 1.0)
		return soon; /* the log-normal part is 0 at 0 */
	z = log(d / LATER_MEDIAN_S) / LATER_SIGMA;
	return soon +
	       LATER_SHARE / (d * LATER_SIGMA * SQRT_2PI) * exp(-0.5 * z * z);
}

static double weight(const struct attrib_candidate *c, int64_t call_us)
{
	double w;

	if (c->shown_us > call_us)
		return 0.0;
	w = attrib_density(call_us - c->seen_us);
	w *= caller_factor[c->caller] * place_factor[c->place];
	if (c->tel_clicked_us > 0 &&
	    c->tel_clicked_us <= call_us + CLICK_SKEW_US) {
		const double ago =
		    (double)(call_us - c->tel_clicked_us) / (double)RT_SEC_US;

		w *= 1.0 + CLICK_FACTOR *
			       exp(-(ago > 0.0 ? ago : 0.0) / CLICK_FADE_S);
	}
	return w;
}

/* Shares in 1/10,000 that add up exactly: each is rounded down and what is
 * left over goes to the largest (hundredths of a percent, at most n). */
static void share(const double *w, size_t n, double none,
    struct attrib_verdict *v)
{
	double sum = none;
	uint16_t left = ATTRIB_WHOLE_BP;
	size_t best = 0;

	for (size_t i = 0; i < n; i++)
		sum += w[i];
	for (size_t i = 0; i < n; i++) {
		v->each_bp[i] = (uint16_t)(w[i] / sum * ATTRIB_WHOLE_BP);
		left = (uint16_t)(left - v->each_bp[i]);
		if (w[i] > w[best])
			best = i;
	}
	v->none_bp = (uint16_t)(none / sum * ATTRIB_WHOLE_BP);
	left = (uint16_t)(left - v->none_bp);
	if (n > 0 && w[best] >= none)
		v->each_bp[best] = (uint16_t)(v->each_bp[best] + left);
	else
		v->none_bp = (uint16_t)(v->none_bp + left);
	v->best = best;
}

static bool same_source(const struct attrib_candidate *a,
    const struct attrib_candidate *b)
{
	return slice_eq(a->source, b->source) &&
	       slice_eq(a->medium, b->medium) &&
	       slice_eq(a->campaign, b->campaign);
}

/* The source that most of the probability agrees on. */
static void decide_source(const struct attrib_candidate *c, size_t n,
    struct attrib_verdict *v)
{
	unsigned int best_sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned int sum = 0;
		size_t likeliest = i;

		for (size_t k = 0; k < n; k++) {
			if (!same_source(&c[i], &c[k]))
				continue;
			sum += v->each_bp[k];
			if (v->each_bp[k] > v->each_bp[likeliest])
				likeliest = k;
		}
		if (sum > best_sum) {
			best_sum = sum;
			v->best = likeliest;
		}
	}
	if (best_sum > v->none_bp) {
		v->level = ATTRIB_SOURCE;
		v->probability_bp = (uint16_t)best_sum;
	} else {
		v->level = ATTRIB_NONE;
		v->probability_bp = v->none_bp;
	}
}

enum err attrib_decide(const struct attrib_candidate *c, size_t n,
    int64_t call_us, uint16_t threshold_bp, struct attrib_verdict *out)
{
	double w[ATTRIB_CANDIDATES_MAX];
	struct attrib_verdict v;

	if (n > ATTRIB_CANDIDATES_MAX)
		return ERR_TOOBIG;
	if (threshold_bp == 0 || threshold_bp > ATTRIB_WHOLE_BP)
		return ERR_RANGE;
	memset(&v, 0, sizeof(v));
	v.rule_version = ATTRIB_RULE_VERSION;
	for (size_t i = 0; i < n; i++)
		w[i] = weight(&c[i], call_us);
	share(w, n, NONE_WEIGHT, &v);
	if (n > 0 && v.each_bp[v.best] >= threshold_bp) {
		v.level = ATTRIB_VISIT;
		v.probability_bp = v.each_bp[v.best];
	} else {
		decide_source(c, n, &v);
	}
	*out = v;
	return ERR_OK;
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
	char visit[ID_TEXT_MAX], lease[ID_TEXT_MAX];

	id_text(ID_KIND_visit, c->visit.v, visit);
	id_text(ID_KIND_lease, c->lease.v, lease);
	buf_printf(out, "{\"visit\":\"%s\",\"lease\":\"%s\",\"bp\":%u", visit,
	    lease, (unsigned int)bp);
	buf_cstr(out, ",\"seen_s\":");
	buf_i64(out, (call_us - c->seen_us) / RT_SEC_US);
	buf_cstr(out, ",\"tel_click_s\":");
	if (c->tel_clicked_us > 0)
		buf_i64(out, (call_us - c->tel_clicked_us) / RT_SEC_US);
	else
		buf_cstr(out, "null");
	buf_printf(out, ",\"caller\":\"%s\",\"place\":\"%s\"",
	    known_names[c->caller], known_names[c->place]);
	put_text(out, "source", c->source);
	put_text(out, "medium", c->medium);
	put_text(out, "campaign", c->campaign);
	buf_char(out, '}');
}

void attrib_evidence(const struct attrib_candidate *c, size_t n,
    int64_t call_us, const struct attrib_verdict *v, struct buf *out)
{
	bool done[ATTRIB_CANDIDATES_MAX] = { false };

	buf_printf(out, "{\"rule\":%u,\"none_bp\":%u,\"candidates\":[",
	    (unsigned int)v->rule_version, (unsigned int)v->none_bp);
	for (size_t i = 0; i < n && i < ATTRIB_CANDIDATES_MAX; i++) {
		size_t next = ATTRIB_CANDIDATES_MAX;

		for (size_t k = 0; k < n && k < ATTRIB_CANDIDATES_MAX; k++)
			if (!done[k] && (next == ATTRIB_CANDIDATES_MAX ||
					    v->each_bp[k] > v->each_bp[next]))
				next = k;
		if (i > 0)
			buf_char(out, ',');
		put_candidate(out, &c[next], v->each_bp[next], call_us);
		done[next] = true;
	}
	buf_cstr(out, "]}");
}
