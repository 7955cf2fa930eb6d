/*
 * db_rows.h - inserting and changing many rows with constant text.
 *
 * One round trip carries many rows, and round trips, each two awakenings, are
 * what a batch costs on a busy machine. Where the server takes many rows for a
 * text of one (stmt_rows_begin()), an INSERT is sent so. Else, and for an
 * UPDATE, a statement is prepared for each of DB_ROWS_SIZES numbers of rows, up
 * to 32; a writer takes the largest that the rows fill, or nearly: the last row
 * is then repeated in the places left, which every statement here must allow.
 * Only lib/db includes this file.
 */
#ifndef RT_DB_DB_ROWS_H
#define RT_DB_DB_ROWS_H

#include "lib/db/stmt.h"

#define DB_ROWS_2(row)  row ", " row
#define DB_ROWS_3(row)  DB_ROWS_2(row) ", " row
#define DB_ROWS_4(row)  DB_ROWS_2(row) ", " DB_ROWS_2(row)
#define DB_ROWS_6(row)  DB_ROWS_3(row) ", " DB_ROWS_3(row)
#define DB_ROWS_8(row)  DB_ROWS_4(row) ", " DB_ROWS_4(row)
#define DB_ROWS_12(row) DB_ROWS_6(row) ", " DB_ROWS_6(row)
#define DB_ROWS_16(row) DB_ROWS_8(row) ", " DB_ROWS_8(row)
#define DB_ROWS_24(row) DB_ROWS_12(row) ", " DB_ROWS_12(row)
#define DB_ROWS_32(row) DB_ROWS_16(row) ", " DB_ROWS_16(row)

/* "WHEN id THEN value" for each row of an UPDATE. */
#define DB_ROWS_WHEN_1  " WHEN ? THEN ?"
#define DB_ROWS_WHEN_2  DB_ROWS_WHEN_1 DB_ROWS_WHEN_1
#define DB_ROWS_WHEN_3  DB_ROWS_WHEN_2 DB_ROWS_WHEN_1
#define DB_ROWS_WHEN_4  DB_ROWS_WHEN_2 DB_ROWS_WHEN_2
#define DB_ROWS_WHEN_6  DB_ROWS_WHEN_3 DB_ROWS_WHEN_3
#define DB_ROWS_WHEN_8  DB_ROWS_WHEN_4 DB_ROWS_WHEN_4
#define DB_ROWS_WHEN_12 DB_ROWS_WHEN_6 DB_ROWS_WHEN_6
#define DB_ROWS_WHEN_16 DB_ROWS_WHEN_8 DB_ROWS_WHEN_8
#define DB_ROWS_WHEN_24 DB_ROWS_WHEN_12 DB_ROWS_WHEN_12
#define DB_ROWS_WHEN_32 DB_ROWS_WHEN_16 DB_ROWS_WHEN_16

/* The texts of an UPDATE for 32, 24 … 1 rows, made of the above and of
 * DB_ROWS_n("?"). */
#define DB_ROWS_UPDATES(text)                               \
	{                                                   \
		text(DB_ROWS_WHEN_32, DB_ROWS_32("?")),     \
		    text(DB_ROWS_WHEN_24, DB_ROWS_24("?")), \
		    text(DB_ROWS_WHEN_16, DB_ROWS_16("?")), \
		    text(DB_ROWS_WHEN_12, DB_ROWS_12("?")), \
		    text(DB_ROWS_WHEN_8, DB_ROWS_8("?")),   \
		    text(DB_ROWS_WHEN_6, DB_ROWS_6("?")),   \
		    text(DB_ROWS_WHEN_4, DB_ROWS_4("?")),   \
		    text(DB_ROWS_WHEN_3, DB_ROWS_3("?")),   \
		    text(DB_ROWS_WHEN_2, DB_ROWS_2("?")),   \
		    text(DB_ROWS_WHEN_1, "?")               \
	}

/* The texts of an INSERT for 32, 24 … 1 rows. */
#define DB_ROWS_TEXTS(head, row, tail)                                    \
	{                                                                 \
		head DB_ROWS_32(row) tail, head DB_ROWS_24(row) tail,     \
		    head DB_ROWS_16(row) tail, head DB_ROWS_12(row) tail, \
		    head DB_ROWS_8(row) tail, head DB_ROWS_6(row) tail,   \
		    head DB_ROWS_4(row) tail, head DB_ROWS_3(row) tail,   \
		    head DB_ROWS_2(row) tail, head row tail               \
	}
#define DB_ROWS_SIZES 10

/* Some of the rows on their way into one statement. */
struct db_rows_part {
	size_t first; /* of the rows */
	size_t n;
	size_t places; /* of the text, n or a few more */
};

/* The row of the place i. */
size_t db_rows_at(const struct db_rows_part *p, size_t i);

/* Binds all the places of one part; what it binds is borrowed until the
 * execution. */
typedef void db_rows_in(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part);

/* Executes the texts of DB_ROWS_TEXTS for n rows, which are the caller's array
 * and only given on; in() binds a place after the other. n may be 0. */
RT_MUST_USE enum err db_rows_add(struct db *db, const char *const *texts,
    struct company_id company, const void *rows, size_t n, db_rows_in *in);
/* The same for texts of DB_ROWS_UPDATES, in the order of their marks. */
RT_MUST_USE enum err db_rows_run(struct db *db, const char *const *texts,
    struct company_id company, const void *rows, size_t n, db_rows_in *in);

#endif
