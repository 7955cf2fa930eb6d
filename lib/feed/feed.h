/*
 * feed.h - rows of sheets as JSON: the same object in the endpoints, in
 * webhooks and in exports.
 *
 * Ids are their public text, times RFC 3339 in UTC, money a decimal text such
 * as "12.50" (never a float), lists arrays, and what is not known null.
 */
#ifndef RT_FEED_FEED_H
#define RT_FEED_FEED_H

#include "lib/db/db_sheet.h"
#include "lib/text/json_out.h"

/* Which columns are wanted: bit by bit in the sheet's order. */
struct feed_fields {
	bool on[DB_SHEET_COLUMNS_MAX];
};

void feed_fields_all(const struct db_sheet *sheet, struct feed_fields *out);
/* Names with commas between; id is always on. ERR_SYNTAX: an unknown one. */
RT_MUST_USE enum err feed_fields_parse(const struct db_sheet *sheet,
    struct slice list, struct feed_fields *out);

/* One object, where a value is expected. */
void feed_row_write(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, const struct feed_fields *fields,
    struct json_out *j);

/* "12.50", "0.000001", "-3.00": at least two decimals, no more than needed. */
void feed_money_put(int64_t micros, struct buf *out);
/* An optional minus, up to 12 digits, up to 6 decimals. ERR_SYNTAX. */
RT_MUST_USE enum err feed_money_parse(struct slice s, int64_t *micros);

#endif
