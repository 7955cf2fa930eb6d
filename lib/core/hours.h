/*
 * hours.h - is a business open now: weekly grid, special days, holidays.
 *
 * Works on local time (zone.h); what a clock on the wall of the place shows is
 * what counts, so a grid of 09:00 to 17:00 holds on both sides of a change to
 * summer time, an hour that is skipped is nobody's, and one that comes twice is
 * open twice.
 *
 * Order: the special day of this date, if there is one, decides alone (its
 * spans are open, the rest of the day is closed; none at all: closed); then a
 * holiday closes; then the weekly grid. A span whose end is not later than its
 * beginning runs into the next day, and belongs to the day it began: the night
 * after a holiday's eve stays open to its end.
 *
 * The rows are those of a compiled hours step (flow_view_rows): be32 numbers in
 * rows of `stride` bytes from byte `skip` on. Weekly: days (bit 0 Monday),
 * from, to in minutes, to at most 1440. Special: date (yyyymmdd, or mmdd for
 * every year), from, to; from = to says closed.
 */
#ifndef RT_CORE_HOURS_H
#define RT_CORE_HOURS_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define HOURS_DAY_MIN   1440
#define HOURS_ROWS_MAX  106
#define HOURS_BYTES_MAX (2 + HOURS_ROWS_MAX * 12)

/* In snapshots: append only. */
enum hours_holidays {
	HOURS_HOLIDAYS_NONE,
	HOURS_HOLIDAYS_US, /* federal, with the days they are observed on */
	HOURS_HOLIDAYS_CA, /* of federally regulated employers */
	HOURS_HOLIDAYS_GB, /* bank holidays of England and Wales */
	HOURS_HOLIDAYS_COUNT
};

enum hours_state {
	HOURS_OPEN,
	HOURS_CLOSED,
	HOURS_HOLIDAY /* closed by a special day or holiday */
};

struct hours_rows {
	const unsigned char *p;
	size_t n;
	size_t stride;
	size_t skip;
};

struct hours {
	struct hours_rows weekly; /* n 0: never open by the week */
	struct hours_rows special;
	enum hours_holidays holidays;
};

/* local_s: seconds since 1970 on the local clock (UTC + offset). */
enum hours_state hours_at(const struct hours *h, int64_t local_s);
/* The holiday's name on that local day, or NULL. */
const char *hours_holiday(enum hours_holidays which, int64_t local_s);

/* A destination's hours as bytes: u8 holidays, u8 weekly rows, then rows of
 * three be32, weekly and special. ERR_SYNTAX: not such bytes. Empty bytes are
 * "always open" and not for here. */
RT_MUST_USE enum err hours_open(struct slice bytes, struct hours *out);

#endif
