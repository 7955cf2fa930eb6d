#include "cgi/page/page_pool_days.h"

#include <string.h>

#include "lib/base/clk.h"

bool page_pool_days_full(const struct page_pool_hour *h)
{
	return h->numbers > 0 && h->peak >= h->numbers;
}

static void add(struct page_pool_day *d, const struct page_pool_hour *h)
{
	d->hours++;
	d->visits += h->leases;
	d->turned_away += h->given.full;
	d->held_s += h->held_s;
	d->span_s += h->span_s;
	d->full = d->full || page_pool_days_full(h);
	d->peak = h->peak > d->peak ? h->peak : d->peak;
}

enum err page_pool_days(struct tz *z, const struct page_pool_hour *hours,
    size_t n, struct page_pool_day out[PAGE_POOL_DAYS], size_t *n_days)
{
	struct page_pool_day d;
	struct tz_date date;
	size_t done = 0;
	enum err e;

	memset(&d, 0, sizeof(d));
	for (size_t i = n; i > 0 && done < PAGE_POOL_DAYS; i--) {
		e = tz_day_of(z, hours[i - 1].at_us, &date);
		if (e != ERR_OK)
			return e;
		if (d.hours > 0 && tz_date_diff(date, d.date) != 0) {
			out[done++] = d;
			memset(&d, 0, sizeof(d));
		}
		d.date = date;
		d.from_us = hours[i - 1].at_us;
		d.whole = true;
		add(&d, &hours[i - 1]);
	}
	if (d.hours > 0 && done < PAGE_POOL_DAYS) {
		e = tz_day_of(z, hours[0].at_us - RT_HOUR_US, &date);
		if (e != ERR_OK)
			return e;
		d.whole = tz_date_diff(date, d.date) != 0;
		out[done++] = d;
	}
	*n_days = done;
	return ERR_OK;
}
