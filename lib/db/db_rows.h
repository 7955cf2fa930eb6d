/*
 * db_rows.h - inserting many rows with constant text.
 *
 * A statement is prepared for 16, 8, 4, 2 and 1 rows; a writer takes the
 * largest that the rows fill, or nearly: the last row is then repeated in the
 * places left, which every statement here must allow. One round trip then
 * carries up to 16 rows, which on a busy machine is what a batch costs. Only
 * lib/db includes this file.
 */
#ifndef RT_DB_DB_ROWS_H
#define RT_DB_DB_ROWS_H

#include <stddef.h>

#define DB_ROWS_2(row)  row ", " row
#define DB_ROWS_4(row)  DB_ROWS_2(row) ", " DB_ROWS_2(row)
#define DB_ROWS_8(row)  DB_ROWS_4(row) ", " DB_ROWS_4(row)
#define DB_ROWS_16(row) DB_ROWS_8(row) ", " DB_ROWS_8(row)

/* The texts for 16, 8, 4, 2 and 1 rows of an UPDATE, made of
 * DB_ROWS_WHEN_n, "WHEN id THEN value" for each row, and DB_ROWS_n("?"). */
#define DB_ROWS_WHEN_1  " WHEN ? THEN ?"
#define DB_ROWS_WHEN_2  DB_ROWS_WHEN_1 DB_ROWS_WHEN_1
#define DB_ROWS_WHEN_4  DB_ROWS_WHEN_2 DB_ROWS_WHEN_2
#define DB_ROWS_WHEN_8  DB_ROWS_WHEN_4 DB_ROWS_WHEN_4
#define DB_ROWS_WHEN_16 DB_ROWS_WHEN_8 DB_ROWS_WHEN_8
#define DB_ROWS_UPDATES(text)                             \
	{                                                 \
		text(DB_ROWS_WHEN_16, DB_ROWS_16("?")),   \
		    text(DB_ROWS_WHEN_8, DB_ROWS_8("?")), \
		    text(DB_ROWS_WHEN_4, DB_ROWS_4("?")), \
		    text(DB_ROWS_WHEN_2, DB_ROWS_2("?")), \
		    text(DB_ROWS_WHEN_1, "?")             \
	}

/* The texts for 16, 8, 4, 2 and 1 rows. */
#define DB_ROWS_TEXTS(head, row, tail)                                  \
	{                                                               \
		head DB_ROWS_16(row) tail, head DB_ROWS_8(row) tail,    \
		    head DB_ROWS_4(row) tail, head DB_ROWS_2(row) tail, \
		    head row tail                                       \
	}
#define DB_ROWS_SIZES 5

/* How many rows the next statement takes of n that are left, n > 0; which of
 * the texts it is; and how many places for rows that has. */
size_t db_rows_next(size_t n, size_t *text, size_t *places);

#endif
