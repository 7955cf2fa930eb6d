/*
 * page_pool_facts.h - what is known of a pool, read once for its pages: how
 * full it was by the hour, what visits were given, how long numbers are held.
 */
#ifndef RT_CGI_PAGE_PAGE_POOL_FACTS_H
#define RT_CGI_PAGE_PAGE_POOL_FACTS_H

#include "cgi/web/req.h"
#include "lib/core/pool_size.h"
#include "lib/db/db_pool_use.h"

#define PAGE_POOL_FACTS_DAYS  POOL_USE_DAYS_MAX /* of the trend */
#define PAGE_POOL_FACTS_WEEK  (7 * 24)
#define PAGE_POOL_FACTS_HOURS (PAGE_POOL_FACTS_DAYS * 24)

struct page_pool_hour {
	int64_t at_us;
	bool known;       /* jobd has made it, or it is one of the last two */
	uint32_t numbers; /* there were then */
	uint32_t span_s;  /* of it that is known */
	uint32_t leases;
	uint32_t peak;
	bool other_rest; /* that peak goes by: as the pool had it then */
	uint64_t held_s;
	struct pool_given given; /* of the last nine days */
};

struct page_pool_facts {
	struct pool_use_row pool;
	/* UTC hours, the one that runs last. */
	struct page_pool_hour hours[PAGE_POOL_FACTS_HOURS];
	struct pool_use_trend trend;
	struct pool_given week; /* sums of seven days */
	uint32_t week_peak;
	/* Before the latest leases: rest between two visitors of a number. */
	double gap_s; /* half of them longer; -1: none yet */
	double short_gap_s;
	bool held_known; /* load.hold_s is measured, not the usual 180 s */
	/* For lib/core/pool_size, at a busy hour of the week: the 19th of 20 in
	 * order, of those with a visit. visits_h 0: no traffic yet. law is left
	 * to the caller. */
	struct pool_size_load load;
	double usual_h; /* visits of a usual hour: the middle one */
};

/* *out is in the request's arena. ERR_NOTFOUND: no such pool here. */
RT_MUST_USE enum err page_pool_facts(const struct req *r, struct pool_id pool,
    struct page_pool_facts **out);

/* The trend alone, for a list. */
RT_MUST_USE enum err page_pool_facts_trend(const struct req *r,
    const struct pool_use_row *pool, struct page_pool_facts *out);

/* "Full in about 5 days" and the style's word for it: good bad warn none. */
#define PAGE_POOL_FACTS_WORDS_MAX 64
void page_pool_facts_words(const struct pool_use_trend *t,
    char out[PAGE_POOL_FACTS_WORDS_MAX]);
const char *page_pool_facts_tone(const struct pool_use_trend *t);

#endif
