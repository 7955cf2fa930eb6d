/*
 * attrib_world.h - a world whose truth is known: visits arrive, are shown the
 * numbers of a pool, and some of them call, now or much later. For
 * bench_attribution.
 */
#ifndef RT_BENCH_ATTRIB_WORLD_H
#define RT_BENCH_ATTRIB_WORLD_H

#include "lib/base/rnd.h"
#include "lib/core/attrib.h"
#include "lib/core/attrib_fit.h"

#define ATTRIB_WORLD_VISIT_S 180.0 /* mean of an exponential */
#define ATTRIB_WORLD_SOURCES 12
#define ATTRIB_WORLD_OFFICES 20
/* DELAYS_TEST: the share of calls from the page and their mean delay, median
 * and spread of the others'. */
#define ATTRIB_WORLD_CALLS      0.03
#define ATTRIB_WORLD_SOON       0.85
#define ATTRIB_WORLD_LATE_SOON  0.5 /* the share with DELAYS_LATE */
#define ATTRIB_WORLD_SOON_S     240.0
#define ATTRIB_WORLD_LATE_S     21600.0
#define ATTRIB_WORLD_LATE_SIGMA 1.2
/* Of each source. */
#define ATTRIB_WORLD_CAMPAIGNS 5
/* From the touch of the phone link to the call: at least. */
#define ATTRIB_WORLD_DIAL_S 3.0
/* Of the visits, have a tag that says whether they are used. */
#define ATTRIB_WORLD_TELLS    0.95
#define ATTRIB_WORLD_OVERFLOW UINT32_MAX
#define ATTRIB_WORLD_NOBODY   UINT32_MAX

/* How long after the begin of the visit the call comes. */
enum delays {
	DELAYS_TEST,  /* 85 % exponential 240 s, 15 % log-normal 6 h, 1.2 */
	DELAYS_QUICK, /* 75 % exponential 150 s, 25 % log-normal 2 h, 1.6 */
	DELAYS_SLOW,  /* 80 % Weibull 0.6 of 300 s, 20 % log-normal 10 h, 1 */
	DELAYS_LATE   /* as TEST, but half of the calls come late */
};

/* How visits come; the mean is the setting's. */
enum arrivals {
	ARRIVALS_EVEN,
	ARRIVALS_DAYS, /* none at night, twice as many at noon */
	ARRIVALS_SPOTS /* a third of them in 20 minutes of six hours */
};

struct setting {
	const char *name;
	double visits_h;
	uint32_t numbers;
	bool random;   /* which free number is given */
	double touch;  /* of the callers, touch the phone link to call */
	double idle;   /* of all visits, touch it and do not call */
	double dial_s; /* from the touch to the call: the mean of what is more
			  than DIAL_S */
	double place;  /* of the callers, have a number with a known area */
	double again;  /* of the calls, followed by one from the call list */
	double robots; /* of all visits, never call and use nothing */
	double used;   /* of the other visits, are used; 0: nobody can say */
	double calls_used; /* ... of those who call, before they do */
	double stray_h;    /* calls of nobody per number and hour */
	enum arrivals arrivals;
	bool grows;     /* half of the numbers come half-way */
	double cut_h;   /* leases end every so many hours, pages stay open */
	double moves_h; /* numbers go from a busy pool to a quiet one and back
			 */
	double phones;  /* of the callers, call from a second one soon after */
	double offices; /* of all visits, from one of OFFICES with one phone */
	bool closed;    /* at night: who calls late waits for the morning */
	bool ported;    /* a telephone's area says nothing of where it is */
	enum delays law;
	uint64_t seed;
	double hours;
};

struct visit {
	double at_s;
	double end_s;
	double touch_s; /* < 0: never */
	double used_s;  /* first; < 0: never */
	uint32_t number;
	uint8_t source;
	uint8_t campaign; /* of the source */
	uint8_t zone;     /* of the browser */
	uint8_t area;     /* of the telephone, 0: not known */
	uint32_t phone;   /* whose: a visit, itself or its office's first */
	bool robot;
	bool tells; /* whether it is used */
};

struct call {
	double at_s;
	uint32_t number;
	uint32_t visit; /* NOBODY: a stray */
	uint8_t area;   /* of the caller's telephone, 0: not known */
	bool first;
	bool strange; /* from a telephone that nobody knows */
};

struct world {
	struct visit *visits;
	size_t n_visits;
	struct call *calls;
	size_t n_calls;
	uint32_t **shown; /* of each number, its visits in order */
	uint32_t *n_shown;
	uint32_t numbers;
	double end_s;
	size_t touches;
	uint32_t office[ATTRIB_WORLD_OFFICES]; /* its first visit */
};

/* Ends the program when memory runs out. */
void *attrib_world_take(size_t n, size_t size);

void attrib_world_build(const struct setting *s, struct world *w);
void attrib_world_forget(struct world *w);

/* The candidates of a call as lib/db/db_lease reads them, and which visits they
 * are. first_s: when the caller first dialled this number before; < 0: never.
 */
size_t attrib_world_candidates(const struct world *w, const struct call *c,
    double first_s, struct attrib_candidate *out, uint32_t *visits,
    struct attrib_ask *ask);
/* Microseconds of a second of the world. */
int64_t attrib_world_us(double s);
struct slice attrib_world_source(const struct world *w, uint32_t visit);

/* How many of the number's visits began by then: the first so many of shown. */
uint32_t attrib_world_begun(const struct world *w, uint32_t number,
    double at_s);

/* The visit that was last shown the number by then; NOBODY: none. */
uint32_t attrib_world_last(const struct world *w, const struct call *c);

/* The law of the calls between two moments. */
enum err attrib_world_fit(const struct world *w, double from_s, double to_s,
    const struct attrib_law *prior, struct attrib_fit_result *out);

#endif
