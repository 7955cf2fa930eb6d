/*
 * attrib_score.h - the calls of a world, credited by someone, and how right
 * that was. For bench_attribution.
 */
#ifndef RT_BENCH_ATTRIB_SCORE_H
#define RT_BENCH_ATTRIB_SCORE_H

#include "bench/attrib_world.h"

#define ATTRIB_SCORE_BINS 10 /* of the reliability table */

struct guess {
	double p;
	bool right;
};

struct score {
	size_t calls;
	size_t overflowed;
	size_t answered; /* calls of a number of the pool */
	size_t right;    /* credited to a visit */
	size_t wrong;
	size_t named; /* the likeliest visit is right, however likely */
	size_t sources;
	size_t sources_right;
	double brier;
	size_t nobodys;        /* of the answered, made by no visitor */
	double nobody;         /* as many were said to be */
	double error;          /* of calibration: mean distance over the bins */
	struct guess *guesses; /* likeliest first; the caller frees them */
};

/* What the calls stated to be about this likely came to. */
struct attrib_score_bin {
	size_t n;
	double stated; /* mean */
	double right;  /* share */
};

/* Calls before from_s teach and are not counted. */

/* As peers do: the last visit that was shown the number. No guesses. */
void attrib_score_last(const struct world *w, double from_s, struct score *out);
/* As lib/core/attrib says, by this law. */
void attrib_score_ours(const struct world *w, double from_s,
    const struct attrib_law *law, struct score *out);
/* As one says who knows how the world was made (attrib_limit.h). */
void attrib_score_limit(const struct setting *how, const struct world *w,
    double from_s, struct score *out);

/* Percent; 0 of nothing. */
double attrib_score_of(size_t part, size_t all);
/* Percent wrong among the likeliest share of the calls. */
double attrib_score_wrong_at(const struct score *s, double coverage);
void attrib_score_bins(const struct score *s,
    struct attrib_score_bin out[ATTRIB_SCORE_BINS]);

#endif
