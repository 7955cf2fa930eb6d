#include "lib/db/db_attrib_span.h"

#include <math.h>
#include <string.h>

#include "lib/db/stmt.h"

/* A day and a half each, of the period a fit has. */
#define PARTS 60
/* Of each part, to see how many visits there are. */
#define FIRST_SHARE (1.0 / 128.0)
#define GOLDEN      0.6180339887498949
/* An hour of the day of which less was read than this of the mean has what its
 * neighbours have, too. */
#define HOUR_LEAST 0.5

struct sums {
	double visits; /* with a number or without */
	double touched;
	double leases;
	double on_page_s;
	double begun[ATTRIB_LAW_HOURS];
};

static enum err add_visits(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct sums *sums)
{
	static const char sql[] =
	    "SELECT HOUR(started_at), COUNT(*), COUNT(tel_clicked_at)"
	    " FROM visit FORCE INDEX (visit_started)"
	    " WHERE company_id = ? AND started_at >= ? AND started_at < ?"
	    " GROUP BY HOUR(started_at)";
	uint32_t hour = 0;
	uint64_t n = 0, touched = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_u32(st, &hour);
	stmt_out_u64(st, &n);
	stmt_out_u64(st, &touched);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		sums->visits += (double)n;
		sums->touched += (double)touched;
		if (hour < ATTRIB_LAW_HOURS)
			sums->begun[hour] += (double)n;
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* From the visits, as only they can be found by time for all pools at once. */
static enum err add_leases(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct sums *sums)
{
	static const char sql[] =
	    "SELECT STRAIGHT_JOIN COUNT(*), CAST(COALESCE(SUM(GREATEST("
	    "TIMESTAMPDIFF(SECOND, l.started_at, LEAST(l.beat_at, COALESCE(l.released_at,"
	    " l.beat_at))), 0)), 0) AS UNSIGNED)"
	    " FROM visit v FORCE INDEX (visit_started)"
	    " JOIN lease l FORCE INDEX (lease_visit)"
	    " ON l.company_id = v.company_id AND l.visit_id = v.id"
	    " WHERE v.company_id = ? AND v.started_at >= ?"
	    " AND v.started_at < ?";
	uint64_t n = 0, on_page_s = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_out_u64(st, &n);
	stmt_out_u64(st, &on_page_s);
	e = stmt_one(st);
	sums->leases += (double)n;
	sums->on_page_s += (double)on_page_s;
	return e;
}

struct period {
	int64_t from_us;
	int64_t to_us;
};

/* A piece of the i-th part, each time somewhere else in it. */
static struct period piece(const struct period *whole, int i, double share)
{
	const double part = (double)(whole->to_us - whole->from_us) / PARTS;
	const double at = fmod(i * GOLDEN, 1.0) * (1.0 - share);
	const int64_t from_us =
	    whole->from_us + (int64_t)(part * ((double)i + at));

	return (struct period){ from_us, from_us + (int64_t)(part * share) };
}

/* How long each hour of the day was, within p. */
static void add_hours(const struct period *p, double s[ATTRIB_LAW_HOURS])
{
	int64_t at_us = p->from_us;

	while (at_us < p->to_us) {
		const int64_t next_us = (at_us / RT_HOUR_US + 1) * RT_HOUR_US;
		const int64_t end_us = next_us < p->to_us ? next_us : p->to_us;

		s[attrib_law_hour(at_us)] +=
		    (double)(end_us - at_us) / (double)RT_SEC_US;
		at_us = end_us;
	}
}

/* Of what was found in read_s of each hour, what is in all of the period:
 * pieces hit some hours of the day thrice and others never, which is no hour
 * of the visits. */
static void of_whole(const struct period *whole,
    const double read_s[ATTRIB_LAW_HOURS], double begun[ATTRIB_LAW_HOURS])
{
	double found[ATTRIB_LAW_HOURS], whole_s[ATTRIB_LAW_HOURS] = { 0.0 };
	double least_s = 0.0;

	memcpy(found, begun, sizeof(found));
	add_hours(whole, whole_s);
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		least_s += HOUR_LEAST * read_s[h] / ATTRIB_LAW_HOURS;
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++) {
		double n = found[h], s = read_s[h];

		for (size_t k = 1; k < ATTRIB_LAW_HOURS / 2 && s < least_s;
		     k++) {
			const size_t after = (h + k) % ATTRIB_LAW_HOURS;
			const size_t before =
			    (h + ATTRIB_LAW_HOURS - k) % ATTRIB_LAW_HOURS;

			n += found[after] + found[before];
			s += read_s[after] + read_s[before];
		}
		begun[h] = s > 0.0 ? n / s * whole_s[h] : 0.0;
	}
}

/* Of all of the period, by a share of it. */
static enum err sample(struct db *db, struct company_id company,
    const struct period *whole, double share, struct sums *out)
{
	struct sums s = { .visits = 0.0 };
	double read_s[ATTRIB_LAW_HOURS] = { 0.0 };
	enum err e = ERR_OK;

	for (int i = 0; i < PARTS && e == ERR_OK; i++) {
		const struct period p = piece(whole, i, share);

		add_hours(&p, read_s);
		e = add_visits(db, company, p.from_us, p.to_us, &s);
		if (e == ERR_OK)
			e = add_leases(db, company, p.from_us, p.to_us, &s);
	}
	*out = s;
	out->visits /= share;
	out->touched /= share;
	out->leases /= share;
	out->on_page_s /= share;
	of_whole(whole, read_s, out->begun);
	return e;
}

static enum err is_long(struct db *db, struct company_id company,
    const struct period *whole, bool *out)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT 1 FROM visit FORCE INDEX (visit_started)"
	    " WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ? LIMIT ?) x";
	uint64_t n = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, whole->from_us);
	stmt_in_time_us(st, whole->to_us);
	stmt_in_u64(st, DB_ATTRIB_SPAN_VISITS + 1);
	stmt_out_u64(st, &n);
	e = stmt_one(st);
	*out = n > DB_ATTRIB_SPAN_VISITS;
	return e;
}

static enum err sum_parts(struct db *db, struct company_id company,
    const struct period *whole, struct sums *out)
{
	struct sums s;
	const enum err e = sample(db, company, whole, FIRST_SHARE, &s);

	return e != ERR_OK
		   ? e
		   : sample(db, company, whole,
			 fmin(1.0, DB_ATTRIB_SPAN_VISITS / fmax(s.visits, 1.0)),
			 out);
}

static enum err sum_all(struct db *db, struct company_id company,
    const struct period *whole, struct sums *out)
{
	enum err e;

	*out = (struct sums){ .visits = 0.0 };
	e = add_visits(db, company, whole->from_us, whole->to_us, out);
	return e != ERR_OK
		   ? e
		   : add_leases(db, company, whole->from_us, whole->to_us, out);
}

/* The first time within the period that the number x was shown. */
#define FIRST_SHOWN                                                        \
	"(SELECT l.started_at FROM lease l FORCE INDEX (lease_number)"     \
	" WHERE l.company_id = x.company_id AND l.number_id = x.number_id" \
	" AND l.started_at >= ? AND l.started_at < ?"                      \
	" ORDER BY l.started_at LIMIT 1)"

/* How long numbers were there to be called: from when they came into a pool, or
 * were shown, if that was before they came into it again, up to when they left
 * it. Of those that left it is not kept when they came. */
static enum err numbers(struct db *db, struct company_id company,
    const struct period *p, double *out)
{
	static const char sql[] =
	    "SELECT CAST(COALESCE(SUM(GREATEST(TIMESTAMPDIFF(SECOND,"
	    " GREATEST(y.begun_at, ?), LEAST(y.left_at, ?)), 0)), 0)"
	    " AS UNSIGNED) FROM (SELECT LEAST(x.added_at, COALESCE(" FIRST_SHOWN
	    ", x.added_at)) AS begun_at, ? AS left_at FROM pool_number x"
	    " WHERE x.company_id = ? UNION ALL SELECT " FIRST_SHOWN
	    ", x.left_at FROM (SELECT o.company_id, o.number_id,"
	    " MAX(o.left_at) AS left_at FROM pool_number_left o"
	    " WHERE o.company_id = ? AND NOT EXISTS (SELECT 1"
	    " FROM pool_number n WHERE n.company_id = o.company_id"
	    " AND n.number_id = o.number_id)"
	    " GROUP BY o.company_id, o.number_id) x) y"
	    " WHERE y.begun_at IS NOT NULL";
	uint64_t s = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, p->from_us);
	stmt_in_time_us(st, p->to_us);
	stmt_in_time_us(st, p->from_us);
	stmt_in_time_us(st, p->to_us);
	stmt_in_time_us(st, p->to_us);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, p->from_us);
	stmt_in_time_us(st, p->to_us);
	stmt_in_id(st, company.v);
	stmt_out_u64(st, &s);
	e = stmt_one(st);
	*out = (double)s;
	return e;
}

enum err db_attrib_span(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct attrib_fit_span *out)
{
	const struct period whole = { from_us, to_us };
	double number_s = 0.0;
	struct sums s;
	bool parts = false;
	enum err e = is_long(db, company, &whole, &parts);

	if (e == ERR_OK)
		e = parts ? sum_parts(db, company, &whole, &s)
			  : sum_all(db, company, &whole, &s);
	if (e == ERR_OK)
		e = numbers(db, company, &whole, &number_s);
	if (e != ERR_OK)
		return e;
	*out = (struct attrib_fit_span){
		.visits = s.leases,
		.on_page_s = s.on_page_s,
		.touches = s.touched,
		.number_s = number_s,
	};
	memcpy(out->begun, s.begun, sizeof(out->begun));
	return ERR_OK;
}
