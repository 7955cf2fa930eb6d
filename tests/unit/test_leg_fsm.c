/* Tests of sipworker/engine/leg_fsm: every pair of state and event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/base/rt.h"
#include "sipworker/engine/leg_fsm.h"

/* Rules of RFC 3261 and 5407 that the tables must keep. */
static void check_pair(enum leg_side side, enum leg_state from,
    enum leg_event ev)
{
	enum leg_state to = from;
	const unsigned int what = leg_fsm_step(side, &to, ev);
	const char *name = leg_fsm_name(from);

	if (what != 0 && from == LEG_GONE)
		fail_msg("%s: something after the end", name);
	if (side == LEG_CALLER && (what & (LEG_DO_CANCEL | LEG_DO_ACK)) != 0)
		fail_msg("%s: a caller's leg sent ACK or CANCEL", name);
	if (side == LEG_CALLED && (what & LEG_DO_REFUSE) != 0)
		fail_msg("%s: a called leg refused", name);
	/* 15: the called party of a dialog waits for the ACK. */
	if (side == LEG_CALLER && (what & LEG_DO_BYE) != 0 &&
	    from == LEG_ANSWERED && ev != LEG_EV_NO_ACK)
		fail_msg("%s: BYE before the ACK", name);
	/* A BYE is answered for, so the leg stays until then. */
	if ((what & LEG_DO_BYE) != 0 && to != LEG_LEAVING)
		fail_msg("%s: BYE but state %s", name, leg_fsm_name(to));
	if ((what & LEG_DO_CANCEL) != 0 && to != LEG_CANCELLING)
		fail_msg("%s: CANCEL but state %s", name, leg_fsm_name(to));
	/* 2xx of an INVITE is always ACKed. */
	if (side == LEG_CALLED && ev == LEG_EV_ANSWER && to != from &&
	    (what & LEG_DO_ACK) == 0)
		fail_msg("%s: a 2xx without ACK", name);
	/* What is dropped ends, at once or later. */
	if (ev == LEG_EV_DROP && from != LEG_GONE && from != LEG_LEAVING &&
	    from != LEG_CANCELLING && from != LEG_BYE_HELD && to == from)
		if (!(side == LEG_CALLED && from == LEG_ANSWERED))
			fail_msg("%s: cannot be dropped", name);
}

static void test_all_pairs(void **state)
{
	(void)state;
	for (int side = 0; side < LEG_SIDES; side++)
		for (int s = 0; s < LEG_STATES; s++)
			for (int ev = 0; ev < LEG_EVENTS; ev++)
				check_pair((enum leg_side)side,
				    (enum leg_state)s, (enum leg_event)ev);
}

/* From everywhere the end can be reached by what the peer and time do. */
static void test_always_ends(void **state)
{
	static const enum leg_event ends[] = { LEG_EV_DROP, LEG_EV_REFUSED,
		LEG_EV_NO_ACK, LEG_EV_BYE_DONE };

	(void)state;
	for (int side = 0; side < LEG_SIDES; side++)
		for (int s = 0; s < LEG_STATES; s++) {
			enum leg_state st = (enum leg_state)s;

			/* ANSWERED and BYE_HELD are the caller's only. */
			if (side == LEG_CALLED &&
			    (st == LEG_ANSWERED || st == LEG_BYE_HELD))
				continue;
			if (side == LEG_CALLER && st == LEG_CANCELLING)
				continue;
			for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++)
				(void)leg_fsm_step((enum leg_side)side, &st,
				    ends[i]);
			if (st != LEG_GONE)
				fail_msg("side %d stays %s", side,
				    leg_fsm_name(st));
		}
}

static const struct {
	const char *why;
	enum leg_side side;
	enum leg_state from;
	enum leg_event ev;
	enum leg_state to;
	unsigned int what;
} cases[] = {
	{ "200 crosses our CANCEL (RFC 5407 3.1.2)", LEG_CALLED, LEG_CANCELLING,
	    LEG_EV_ANSWER, LEG_LEAVING, LEG_DO_ACK | LEG_DO_BYE },
	{ "CANCEL after our 200 means nothing", LEG_CALLER, LEG_ANSWERED,
	    LEG_EV_CANCEL, LEG_ANSWERED, 0 },
	{ "crossed BYEs", LEG_CALLER, LEG_LEAVING, LEG_EV_BYE, LEG_LEAVING, 0 },
	{ "held BYE goes with the ACK", LEG_CALLER, LEG_BYE_HELD, LEG_EV_ACK,
	    LEG_LEAVING, LEG_DO_BYE },
	{ "no ACK ends the call", LEG_CALLER, LEG_ANSWERED, LEG_EV_NO_ACK,
	    LEG_LEAVING, LEG_DO_BYE | LEG_TELL_LEFT },
	{ "CANCEL answers the INVITE", LEG_CALLER, LEG_RINGING, LEG_EV_CANCEL,
	    LEG_GONE, LEG_DO_REFUSE | LEG_TELL_LEFT },
	{ "BYE of an early dialog", LEG_CALLER, LEG_RINGING, LEG_EV_BYE,
	    LEG_GONE, LEG_DO_REFUSE | LEG_TELL_LEFT },
	{ "BYE before the ACK", LEG_CALLER, LEG_ANSWERED, LEG_EV_BYE, LEG_GONE,
	    LEG_TELL_LEFT },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		enum leg_state st = cases[i].from;
		const unsigned int what =
		    leg_fsm_step(cases[i].side, &st, cases[i].ev);

		if (st != cases[i].to || what != cases[i].what)
			fail_msg("%s: %s, %x", cases[i].why, leg_fsm_name(st),
			    what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_always_ends),
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
