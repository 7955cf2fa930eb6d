#include "tests/support/testdb_call.h"

#include <string.h>

#include "lib/db/db_call.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"

#define ok(call) assert_int_equal((call), ERR_OK)

const struct call_place testdb_call_place = { SLICE_INIT("US"),
	SLICE_INIT("New York, NY") };

struct call_id testdb_call_id(void)
{
	struct call_id id;

	testdb_id(TESTDB_NOW_US, id.v);
	return id;
}

struct callrec testdb_call_opened(const struct testdb *t, int who,
    struct call_id id, struct number_id number, const char *caller,
    int64_t wall_us)
{
	return (struct callrec){
		.head = { .kind = CALLREC_OPENED,
		    .call = id,
		    .company = t->company[who].id },
		.u.opened = { .wall_us = wall_us,
		    .number = number,
		    .trunk = t->company[who].trunk,
		    .flow = t->company[who].flow,
		    .flow_version = 1,
		    .record = FLOW_RECORD_NOTICE,
		    .source_ip = 0x7f000001,
		    .source_port = 5070,
		    .dialled = SLICE("+14155550100"),
		    .caller = slice_from(caller),
		    .caller_raw = slice_from(caller),
		    .display_name = SLICE("Jo \xff\x01 <b>"),
		    .attestation = SLICE("A"),
		    .sip_call_id = SLICE("abc@127.0.0.1"),
		    .user_agent = SLICE("carrier") },
	};
}

struct callrec testdb_call_leg(const struct testdb *t, int who,
    struct call_id id, uint32_t seq, uint8_t number, int64_t answered_us,
    int64_t ended_us)
{
	struct callrec r = {
		.head = { .kind = CALLREC_LEG,
		    .call = id,
		    .company = t->company[who].id,
		    .seq = seq,
		    .at_us = ended_us },
		.u.leg = { .number = number,
		    .trunk = t->company[who].trunk,
		    .invited_us = 0,
		    .ringing_us = RT_SEC_US,
		    .early_media_us = CALLREC_NEVER,
		    .answered_us = answered_us,
		    .ended_us = ended_us,
		    .sip_code = 200,
		    .ended_by = CALLREC_BY_CALLER,
		    .media = { .packets_in = 100, .pt = 0 },
		    .target = SLICE("+12125550100"),
		    .sip_call_id = SLICE("b@127.0.0.1") },
	};

	if (number > 0)
		r.u.leg.destination = t->company[who].destination;
	return r;
}

struct callrec testdb_call_event(const struct testdb *t, int who,
    struct call_id id, uint32_t seq)
{
	return (struct callrec){
		.head = { .kind = CALLREC_EVENT,
		    .call = id,
		    .company = t->company[who].id,
		    .seq = seq,
		    .at_us = RT_SEC_US },
		.u.event = { .what = CALLREC_EV_STEP,
		    .step = 0,
		    .branch = FLOW_TRACE_ENTER,
		    .text = SLICE("ring") },
	};
}

struct callrec testdb_call_closed(const struct testdb *t, int who,
    struct call_id id, uint32_t seq, enum callresult result, int64_t talk_us)
{
	return (struct callrec){
		.head = { .kind = CALLREC_CLOSED,
		    .call = id,
		    .company = t->company[who].id,
		    .seq = seq,
		    .at_us = talk_us + 5 * RT_SEC_US },
		.u.closed = { .result = result,
		    .ended_by = CALLREC_BY_CALLER,
		    .sip_code = 200,
		    .q850 = 16,
		    .answered_us = 2 * RT_SEC_US,
		    .bridged_us = talk_us > 0 ? 5 * RT_SEC_US : CALLREC_NEVER,
		    .ring_us = 3 * RT_SEC_US,
		    .talk_us = talk_us,
		    .ended_us = talk_us + 5 * RT_SEC_US,
		    .answered_leg = talk_us > 0 ? 1 : 0,
		    .recording = CALLREC_REC_NONE,
		    .rec_start_us = CALLREC_NEVER,
		    .notice_ended_us = CALLREC_NEVER,
		    .reason = SLICE("caller hung up") },
	};
}

void testdb_call_recording(struct callrec *r, enum callrec_recording how,
    const char *name)
{
	r->u.closed.recording = how;
	r->u.closed.rec_start_us = 4 * RT_SEC_US;
	r->u.closed.rec_bytes = 16000;
	r->u.closed.rec_samples = 8000;
	memset(r->u.closed.rec_sha256, 0xab, 32);
	r->u.closed.rec_name = slice_from(name);
}

/* A whole answered call, drained by the store's account. */
struct call_id testdb_call_drain(const struct testdb *t, struct db *store,
    int who, struct number_id number, const char *caller,
    const struct call_credit *credit, int64_t talk_us)
{
	const struct call_id id = testdb_call_id();
	const struct company_id co = t->company[who].id;
	const struct callrec a = testdb_call_opened(t, who, id, number, caller,
	    TESTDB_NOW_US + RT_SEC_US);
	const struct callrec b = testdb_call_leg(t, who, id, 1, 1,
	    5 * RT_SEC_US, 5 * RT_SEC_US + talk_us);
	const struct callrec c = testdb_call_leg(t, who, id, 2, 0,
	    2 * RT_SEC_US, 5 * RT_SEC_US + talk_us);
	const struct callrec d =
	    testdb_call_closed(t, who, id, 3, CALLRESULT_ANSWERED, talk_us);

	ok(db_call_opened(store, co, &a, &testdb_call_place));
	ok(db_call_leg(store, co, &b));
	ok(db_call_leg(store, co, &c));
	ok(db_call_closed(store, co, &d, credit, TESTDB_NOW_US));
	return id;
}

struct interaction_id testdb_call_itn(struct call_id call)
{
	struct interaction_id i;

	memcpy(i.v, call.v, sizeof(i.v));
	return i;
}

uint64_t testdb_call_wrong(const struct testdb *t, int who)
{
	uint64_t n = 99;

	ok(db_stat_verify(t->db, t->company[who].id, TESTDB_NOW_US - RT_DAY_US,
	    TESTDB_NOW_US + 10 * RT_DAY_US, &n));
	return n;
}

void testdb_exec(const struct testdb *t, const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	ok(stmt_exec(st, NULL));
}

void testdb_call_empty(const struct testdb *t)
{
	static const char *const sql[] = {
		"DELETE FROM phone_call",
		"DELETE FROM interaction",
		"DELETE FROM interaction_tag",
		"DELETE FROM call_leg",
		"DELETE FROM call_event",
		"DELETE FROM call_rollup",
		"DELETE FROM call_fact",
		"DELETE FROM call_fact_tag",
		"DELETE FROM call_verdict",
		"DELETE FROM caller",
		"DELETE FROM recording",
		"DELETE FROM usage_day",
		"DELETE FROM job",
		"DELETE FROM visit",
		"UPDATE company SET billable_s = NULL",
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(sql); i++)
		testdb_exec(t, sql[i]);
}
