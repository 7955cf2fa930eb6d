/*
 * page_pool_days.h - a pool's hours, which are UTC's, as days of a zone.
 *
 * An hour belongs to the day in which it begins, so the day on which clocks
 * change has 23 or 25 of them; in zones that are some minutes off the hour, a
 * day begins with the first full hour of UTC within it.
 */
#ifndef RT_CGI_PAGE_PAGE_POOL_DAYS_H
#define RT_CGI_PAGE_PAGE_POOL_DAYS_H

#include "cgi/page/page_pool_facts.h"
#include "lib/phone/tz.h"

#define PAGE_POOL_DAYS 7

struct page_pool_day {
	struct tz_date date;
	uint32_t hours; /* of it that are in the list */
	uint64_t visits;
	uint64_t turned_away;
	uint64_t held_s;
	uint64_t span_s; /* of it that is known */
	uint32_t peak;
	bool full;
};

/* All numbers of then were in use at once. */
bool page_pool_days_full(const struct page_pool_hour *h);

/* hours: n in order, at least PAGE_POOL_DAYS + 1 days of them for as many days.
 * Latest day first; a day of which earlier hours may be missing is left out. */
RT_MUST_USE enum err page_pool_days(struct tz *z,
    const struct page_pool_hour *hours, size_t n,
    struct page_pool_day out[PAGE_POOL_DAYS], size_t *n_days);

#endif
