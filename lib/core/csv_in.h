/*
 * csv_in.h - reads CSV (RFC 4180) as people's spreadsheets write it.
 *
 * Pure. Lines end with LF or CR LF; the separator is a comma, a semicolon or a
 * tab, whichever the first line has; a byte order mark in front is skipped. A
 * quoted cell may hold separators, line ends and doubled quotes. Cells come
 * out unquoted in the caller's memory.
 */
#ifndef RT_CORE_CSV_IN_H
#define RT_CORE_CSV_IN_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define CSV_IN_CELLS_MAX 64
#define CSV_IN_ROW_MAX   ((size_t)16384) /* bytes of one row's cells */

struct csv_in {
	struct slice rest;
	char separator;
	unsigned int row; /* of the last one read, from 1 */
	struct slice cell[CSV_IN_CELLS_MAX];
	size_t n;
	char mem[CSV_IN_ROW_MAX];
};

/* text is borrowed. */
void csv_in_init(struct csv_in *c, struct slice text);
/* The next row that is not empty; its cells stand until the next call.
 * ERR_NOTFOUND: the end. ERR_SYNTAX: a quote that does not end, or text after
 * it; ERR_TOOBIG: too many cells or too long a row. */
RT_MUST_USE enum err csv_in_row(struct csv_in *c);

#endif
