/*
 * testdb_call.h - the records of a call, as the store reads them from the
 * journal, for tests of what becomes of them in the database.
 */
#ifndef RT_TESTS_SUPPORT_TESTDB_CALL_H
#define RT_TESTS_SUPPORT_TESTDB_CALL_H

#include "lib/core/callrec.h"
#include "lib/db/db_call.h"
#include "tests/support/testdb.h"

extern const struct call_place testdb_call_place; /* of every caller */

/* Another one each time, made at TESTDB_NOW_US. */
struct call_id testdb_call_id(void);

/* who: which of the two companies. Times are since the call began. */
struct callrec testdb_call_opened(const struct testdb *t, int who,
    struct call_id id, struct number_id number, const char *caller,
    int64_t wall_us);
struct callrec testdb_call_leg(const struct testdb *t, int who,
    struct call_id id, uint32_t seq, uint8_t number, int64_t answered_us,
    int64_t ended_us);
struct callrec testdb_call_event(const struct testdb *t, int who,
    struct call_id id, uint32_t seq);
struct callrec testdb_call_closed(const struct testdb *t, int who,
    struct call_id id, uint32_t seq, enum callresult result, int64_t talk_us);
/* Puts a recording into the closed record r. */
void testdb_call_recording(struct callrec *r, enum callrec_recording how,
    const char *name);

/* A whole answered call, drained by the store's account. */
struct call_id testdb_call_drain(const struct testdb *t, struct db *store,
    int who, struct number_id number, const char *caller,
    const struct call_credit *credit, int64_t talk_us);

/* Marks hang on it. */
struct interaction_id testdb_call_itn(struct call_id call);

/* Sums that are not what the calls say, of all days. */
uint64_t testdb_call_wrong(const struct testdb *t, int who);

void testdb_exec(const struct testdb *t, const char *sql);
/* Deletes all calls, and what was made of them. */
void testdb_call_empty(const struct testdb *t);

#endif
