/*
 * db_rows.h - inserting many rows with constant text.
 *
 * A statement is prepared for 16, for 4 and for 1 row; a writer takes the
 * largest that still fills. One round trip then carries up to 16 rows, which
 * on a busy machine is what a batch costs. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_ROWS_H
#define RT_DB_DB_ROWS_H

#include <stddef.h>

#define DB_ROWS_4(row) row ", " row ", " row ", " row
#define DB_ROWS_16(row) \
	DB_ROWS_4(row)  \
	", " DB_ROWS_4(row) ", " DB_ROWS_4(row) ", " DB_ROWS_4(row)

/* The texts for 16, 4 and 1 rows. */
#define DB_ROWS_TEXTS(head, row, tail)                               \
	{                                                            \
		head DB_ROWS_16(row) tail, head DB_ROWS_4(row) tail, \
		    head row tail                                    \
	}
#define DB_ROWS_SIZES 3

/* How many rows the next statement takes of n that are left, n > 0, and which
 * of the texts it is. */
size_t db_rows_next(size_t n, size_t *text);

#endif
