/* Tests of lib/db/db_candidate: which visits had been used before the call, by
 * what the tag told of them. */
#include "lib/db/db_candidate.h"
#include "lib/db/db_visit.h"
#include "tests/support/attrib_rig.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb_attrib.h"

#define NOW       TESTDB_NOW_US
#define did(call) assert_int_equal(call, ERR_OK)
#define ok(call)  FAIL_STMT_OK(call)

static struct candidate_call call_of(int64_t at_us)
{
	return (struct candidate_call){
		.number = rig.t->company[0].pooled[0],
		.at_us = at_us,
		.caller_e164 = SLICE("+14155559999"),
		.caller_country = SLICE("US"),
		.caller_place = SLICE("San Francisco, CA"),
	};
}

static void read(const struct candidate_call *call, struct candidates *out)
{
	ok(db_candidate_read(rig.store, attrib_rig_ours(), call, &rig.mem,
	    out));
	assert_int_equal(out->n, 1);
}

/* What the tag told of use before the call; of a tag of before, nothing. */
static void test_used(void **state)
{
	const int64_t at_us = NOW + 72 * RT_DAY_US;
	const struct visit_id v =
	    testdb_attrib_visit(rig.t, rig.dni, "used", at_us);
	struct candidate_call call = call_of(at_us + RT_MIN_US);
	const struct visit_about about = { .visit = v,
		.browser_zone = SLICE(""),
		.ga_client_id = SLICE(""),
		.ga_session_id = SLICE(""),
		.fbc = SLICE(""),
		.fbp = SLICE(""),
		.tells_use = true };
	const struct visit_progress p = { .id = v,
		.seen_us = at_us,
		.used_us = at_us + 30 * RT_SEC_US };
	const struct visit_progress *progress[] = { &p };
	struct candidates c;

	(void)state;
	read(&call, &c);
	assert_int_equal(c.c[0].use, ATTRIB_USE_UNKNOWN);
	did(db_visit_about(rig.dni, attrib_rig_ours(), &about));
	read(&call, &c);
	assert_int_equal(c.c[0].use, ATTRIB_UNUSED);
	did(db_visit_progress(rig.dni, attrib_rig_ours(), progress, 1));
	read(&call, &c);
	assert_int_equal(c.c[0].use, ATTRIB_USED);
	call.at_us = at_us + 20 * RT_SEC_US; /* what came after says nothing */
	read(&call, &c);
	assert_int_equal(c.c[0].use, ATTRIB_UNUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used),
	};

	return cmocka_run_group_tests_name("db_use", tests, attrib_rig_start,
	    attrib_rig_stop);
}
