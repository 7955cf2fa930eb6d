/*
 * attrib_rig.h - what the tests of attribution in the database work with: a
 * database, connections of the programs that do it, memory for what is read.
 */
#ifndef RT_TESTS_SUPPORT_ATTRIB_RIG_H
#define RT_TESTS_SUPPORT_ATTRIB_RIG_H

#include "lib/base/arena.h"
#include "tests/support/testdb.h"

struct attrib_rig {
	struct testdb *t;
	struct db *dni, *store, *jobd;
	struct arena mem;
};

/* The one of this test program. */
extern struct attrib_rig rig;

/* For cmocka: before the first test of the program, and after the last. */
int attrib_rig_start(void **state);
int attrib_rig_stop(void **state);

/* Company 0, and company 1, which must see nothing of it. */
struct company_id attrib_rig_ours(void);
struct company_id attrib_rig_theirs(void);

/* Entries of indexes that t->db has read so far. */
int64_t attrib_rig_reads(void);

/* ATTRIB_RIG_PIECE numbers from 0 on as x.n, for many rows in one statement. */
#define ATTRIB_RIG_PIECE 1296
#define ATTRIB_RIG_DIGITS(name)                                \
	"(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2" \
	" UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) AS " name
#define ATTRIB_RIG_PIECE_ROWS                                                         \
	"(SELECT a.d + 6 * (b.d + 6 * (c.d + 6 * d.d)) AS n FROM " ATTRIB_RIG_DIGITS( \
	    "a") ", " ATTRIB_RIG_DIGITS("b") ", " ATTRIB_RIG_DIGITS("c") ", " ATTRIB_RIG_DIGITS("d") ") x"

#endif
