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

/* The hours of seven days lie in as many: the first and the last are parts. */
#define PAGE_POOL_DAYS 8

struct page_pool_day {
	struct tz_date date;
	int64_t
	    from_us; /* where its hours begin; of a whole day, where it does */
	bool whole;  /* none of its hours is before the list */
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

/* hours: n in order, one after the other. Latest day first. All hours are in
 * some day, so that the days have what the hours have together; but of a list
 * that lies in more days than PAGE_POOL_DAYS the earliest are left out. */
RT_MUST_USE enum err page_pool_days(struct tz *z,
    const struct page_pool_hour *hours, size_t n,
    struct page_pool_day out[PAGE_POOL_DAYS], size_t *n_days);

#endif
