#include "cgi/page/page_usage.h"

#include <stdio.h>

#include "cgi/page/page_audit.h"
#include "cgi/page/page_range.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/base/buf.h"
#include "lib/db/db_usage.h"
#include "lib/text/csv_out.h"
#include "lib/text/json_out.h"

#define MONTHS   13
#define TEXT_MAX ((size_t)16384)
#define KIB      1024

static const struct {
	const char *key;
	const char *name;
	enum usage_kind kind;
	uint64_t per; /* what one unit shown is */
} columns[] = {
	{ "number_days", "Number-days", USAGE_NUMBER_DAYS, 1 },
	{ "calls", "Calls", USAGE_CALLS, 1 },
	{ "inbound_minutes", "Minutes in", USAGE_INBOUND_S, 60 },
	{ "outbound_minutes", "Minutes out", USAGE_OUTBOUND_S, 60 },
	{ "recorded_minutes", "Minutes recorded", USAGE_RECORDED_S, 60 },
	{ "recorded_mib", "Recordings, MiB", USAGE_RECORDED_BYTES,
	    (uint64_t)KIB *KIB },
};

struct month {
	char name[16]; /* 2026-10 */
	struct tz_date first;
	struct usage_sum sum;
};

/* This month and those before, newest first. Usage is counted by UTC days. */
static enum err read_months(const struct req *r, struct month out[MONTHS])
{
	struct tz_date first;
	struct tz *utc;
	int64_t to_us = r->now_us;
	enum err e;

	if ((e = tz_open(SLICE("UTC"), &utc)) != ERR_OK)
		return e;
	if ((e = tz_day_of(utc, r->now_us, &first)) == ERR_OK)
		e = tz_day_start(utc, tz_date_add(first, 1), &to_us);
	first.day = 1;
	for (int i = 0; i < MONTHS && e == ERR_OK; i++) {
		int64_t from_us;

		(void)snprintf(out[i].name, sizeof(out[i].name), "%04d-%02d",
		    first.year % 10000, first.month % 100);
		out[i].first = first;
		e = tz_day_start(utc, first, &from_us);
		if (e == ERR_OK)
			e = db_usage_read(r->db, r->company, from_us, to_us,
			    &out[i].sum);
		to_us = from_us;
		first = tz_date_add(first, -1);
		first.day = 1;
	}
	tz_close(utc);
	return e;
}

/* Rounded up: a begun minute is a minute. */
static uint64_t shown(const struct month *m, size_t column)
{
	return (m->sum.amount[columns[column].kind] + columns[column].per - 1) /
	       columns[column].per;
}

enum err page_usage(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "usage.html");
	struct month months[MONTHS];
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_REPORTS, "Usage", SLICE(""), v)) !=
		ERR_OK ||
	    (e = read_months(r, months)) != ERR_OK)
		return e;
	view_flag(v, "can_export", r->role >= ROUTE_ANALYST);
	view_list(v, "columns");
	for (size_t i = 0; i < RT_ARRAY_LEN(columns); i++)
		view_cstr(view_item(v, "columns"), "column", columns[i].name);
	view_list(v, "months");
	for (size_t i = 0; i < MONTHS; i++) {
		struct view *item = view_item(v, "months");
		char name[TZ_TEXT_MAX];

		tz_date_month(months[i].first, name);
		view_cstr(item, "month", name);
		view_flag(item, "so_far", i == 0);
		view_list(item, "cells");
		for (size_t k = 0; k < RT_ARRAY_LEN(columns); k++) {
			char text[PAGE_WORDS_MAX];

			page_words_count((int64_t)shown(&months[i], k), text);
			view_cstr(view_item(item, "cells"), "cell", text);
		}
	}
	return resp_view(out, v);
}

static void write_csv(const struct month months[MONTHS], struct buf *b)
{
	struct csv_out c;

	csv_out_init(&c, b);
	csv_out_cstr(&c, "month");
	for (size_t k = 0; k < RT_ARRAY_LEN(columns); k++)
		csv_out_cstr(&c, columns[k].key);
	csv_out_end(&c);
	for (size_t i = 0; i < MONTHS; i++) {
		csv_out_cstr(&c, months[i].name);
		for (size_t k = 0; k < RT_ARRAY_LEN(columns); k++)
			csv_out_u64(&c, shown(&months[i], k));
		csv_out_end(&c);
	}
}

static void write_json(const struct month months[MONTHS], struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "months");
	json_out_array(j);
	for (size_t i = 0; i < MONTHS; i++) {
		json_out_object(j);
		json_out_key(j, "month");
		json_out_cstr(j, months[i].name);
		for (size_t k = 0; k < RT_ARRAY_LEN(columns); k++) {
			json_out_key(j, columns[k].key);
			json_out_u64(j, shown(&months[i], k));
		}
		json_out_end(j);
	}
	json_out_end(j);
	json_out_end(j);
}

/* Whoever takes them out is written down. */
static enum err take_months(const struct req *r, struct month out[MONTHS])
{
	const enum err e = read_months(r, out);

	return e != ERR_OK || r->head ? e
				      : page_audit(r, "usage.export", "usage",
					    NULL, SLICE(""), SLICE(""));
}

enum err page_usage_json(const struct req *r, struct resp *out)
{
	struct month months[MONTHS];
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = take_months(r, months)) != ERR_OK)
		return e;
	buf_init(&b, TEXT_MAX);
	json_out_init(&j, &b);
	write_json(months, &j);
	if ((e = json_out_done(&j)) == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err page_usage_csv(const struct req *r, struct resp *out)
{
	struct month months[MONTHS];
	struct buf b;
	enum err e;

	if ((e = take_months(r, months)) != ERR_OK)
		return e;
	buf_init(&b, TEXT_MAX);
	write_csv(months, &b);
	resp_header(out, "Content-Disposition",
	    SLICE("attachment; filename=\"usage.csv\""));
	if ((e = buf_err(&b)) == ERR_OK)
		e = resp_bytes(out, "text/csv; charset=utf-8", buf_slice(&b));
	buf_fini(&b);
	return e;
}
