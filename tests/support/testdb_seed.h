/*
 * testdb_seed.h - the two companies of testdb, made by the verbs themselves.
 */
#ifndef RT_TESTS_SUPPORT_TESTDB_SEED_H
#define RT_TESTS_SUPPORT_TESTDB_SEED_H

#include "tests/support/testdb.h"

/* Makes both; ends the program when a verb fails. */
void testdb_seed(struct db *db, struct testdb_company out[2]);
/* Their ids beside the template, and back. */
void testdb_seed_save(const char *dir, const struct testdb_company c[2]);
void testdb_seed_load(const char *dir, struct testdb_company c[2]);

#endif
