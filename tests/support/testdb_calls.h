/*
 * testdb_calls.h - hundreds of calls of two companies, made from dice: what is
 * read of them in one way is what another way reads.
 */
#ifndef RT_TESTS_SUPPORT_TESTDB_CALLS_H
#define RT_TESTS_SUPPORT_TESTDB_CALLS_H

#include "tests/support/testdb.h"

#define TESTDB_CALLS_EACH 900 /* of each company */
#define TESTDB_CALLS_DAYS 40
#define TESTDB_CALLS_FROM_US                            \
	(INT64_C(1782864000) * RT_SEC_US) /* 2026-07-01 \
					   */

/* Calls, what they are credited to, and their tags: REPEAT('a', 16) has many of
 * them, 'b' few. No roll-up yet. */
void testdb_calls_made(struct testdb *t);

#endif
