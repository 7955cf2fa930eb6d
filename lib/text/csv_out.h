/*
 * csv_out.h - writes CSV (RFC 4180) that a spreadsheet opens without harm.
 *
 * A text that begins with = + - @ or a tab, carriage return or line feed is a
 * formula to a spreadsheet; it gets an apostrophe in front, which spreadsheets
 * take for "this is text". That includes telephone numbers: +1415… would lose
 * its plus otherwise. Numbers of ours are written by csv_out_i64() as they are.
 */
#ifndef RT_LIB_TEXT_CSV_OUT_H
#define RT_LIB_TEXT_CSV_OUT_H

#include "lib/base/buf.h"

struct csv_out {
	struct buf *b;
	bool begun; /* a cell of this row is there */
};

void csv_out_init(struct csv_out *c, struct buf *b);
/* UTF-8; quoted when needed. */
void csv_out_text(struct csv_out *c, struct slice s);
void csv_out_cstr(struct csv_out *c, const char *s);
void csv_out_i64(struct csv_out *c, int64_t v);
void csv_out_u64(struct csv_out *c, uint64_t v);
/* Micro-units as a decimal: 1250000 is 1.25. */
void csv_out_micros(struct csv_out *c, int64_t v);
/* CR LF. */
void csv_out_end(struct csv_out *c);

#endif
