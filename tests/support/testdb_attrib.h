/*
 * testdb_attrib.h - visits that were shown a number, and calls after them, for
 * tests of what calls are credited to. Everything is company 0's.
 */
#ifndef RT_TESTS_SUPPORT_TESTDB_ATTRIB_H
#define RT_TESTS_SUPPORT_TESTDB_ATTRIB_H

#include "tests/support/testdb.h"

/* A visit of a new browser from source, cpc, that is shown the first number of
 * the pool at that moment. dni: the connection of that program. */
struct visit_id testdb_attrib_visit(const struct testdb *t, struct db *dni,
    const char *source, int64_t at_us);

/* A closed call to that number, credited to nothing, by caller n. */
struct call_id testdb_attrib_call(const struct testdb *t, int64_t at_us, int n);
/* The telephone of caller n. */
void testdb_attrib_caller(int n, char out[24]);

#endif
