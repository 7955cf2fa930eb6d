#include "tests/support/testdb_calls.h"

#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb_dice.h"

/* Ids differ in few bits, as they may. */
#define ID   "UNHEX(CONCAT(LEFT(HEX(k.id), 24), LPAD(HEX(s.seq), 8, '0')))"
#define AT   DICE_AT("2026-07-01 00:00:00", TESTDB_CALLS_DAYS)
#define EACH DICE_EACH(TESTDB_CALLS_EACH)

/* The second company's calls are others, under the same tags. Some sources end
 * in a blank. */
static const char *const made_sql[] = {
	"SET FOREIGN_KEY_CHECKS = 0",
	"INSERT INTO phone_call (company_id, id, state, result, number_id,"
	" number_e164, caller_e164, location_id, started_at, talk_ms, ring_ms,"
	" first_time, qualified) SELECT k.id, " ID
	", 'closed', ELT(1 + " DICE("r") " % 8, 'answered', 'missed',"
	" 'voicemail', 'abandoned', 'failed', 'blocked', 'interrupted',"
	" 'answered'), RPAD(" DICE("n") " % 4, 16, '0'), '+1', '+4922155',"
	" IF(" DICE("l") " % 3 = 0, NULL, RPAD(" DICE("l") " % 3, 16, '1')),"
	" " AT ", " DICE("t") " * 2500, " DICE("w") " * 700, " DICE("f")
	" % 2, " DICE("q") " % 2" EACH,
	"INSERT INTO interaction (company_id, id, kind, happened_at,"
	" attributed_by, source, medium, campaign, keyword, outcome,"
	" value_micros) SELECT k.id, " ID ", 'call', " AT
	", 'tracker', ELT(1 + " DICE("s") " % 5, 'google', 'bing', '', 'news',"
	" 'news '), 'cpc', CONCAT('c', " DICE("c") " % 9),"
	" CONCAT('k', " DICE("k") "), ELT(1 + " DICE("o") " % 4, '', 'lead',"
	" 'sold', 'spam'), IF(" DICE("v") " % 3 = 0, " DICE("v")
	" * 1000000000000 + 1, NULL)" EACH,
	"INSERT INTO interaction_tag (company_id, interaction_id, tag_id,"
	" added_at) SELECT k.id, " ID ", REPEAT('a', 16), " AT EACH
	" WHERE " DICE("g") " % 3 = 0",
	"INSERT INTO interaction_tag (company_id, interaction_id, tag_id,"
	" added_at) SELECT k.id, " ID ", REPEAT('b', 16), " AT EACH
	" WHERE " DICE("h") " < 5",
	"SET FOREIGN_KEY_CHECKS = 1",
};

void testdb_calls_made(struct testdb *t)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(made_sql); i++)
		assert_int_equal(stmt_exec(stmt_begin(t->db, made_sql[i]),
				     NULL),
		    ERR_OK);
}
