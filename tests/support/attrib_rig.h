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

#endif
