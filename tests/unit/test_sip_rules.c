/* The four transaction tables: every pair of state and event. What is not
 * listed here must mean nothing: no action and the same state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/rt.h"
#include "sipworker/sip/sip_ict.h"
#include "sipworker/sip/sip_ist.h"
#include "sipworker/sip/sip_nict.h"
#include "sipworker/sip/sip_nist.h"

struct want {
	unsigned int from, ev, to, actions;
};

static const struct want *lookup(const struct want *w, size_t n,
    unsigned int from, unsigned int ev)
{
	for (size_t i = 0; i < n; i++)
		if (w[i].from == from && w[i].ev == ev)
			return &w[i];
	return NULL;
}

/* Says what differs, with the pair that did. */
static void compare(const char *table, const struct want *w, unsigned int from,
    unsigned int ev, unsigned int to, unsigned int actions)
{
	const unsigned int want_to = w == NULL ? from : w->to;
	const unsigned int want_do = w == NULL ? 0 : w->actions;

	if (to != want_to || actions != want_do)
		fail_msg("%s: state %u event %u gave state %u actions %#x",
		    table, from, ev, to, actions);
}

#define WALK(table, prefix, wants)                                          \
	do {                                                                \
		for (unsigned int i = 0;                                    \
		     i < prefix##_STATES * prefix##_EVENTS; i++) {          \
			const unsigned int s = i / prefix##_EVENTS;         \
			const unsigned int v = i % prefix##_EVENTS;         \
			enum table##_state st = (enum table##_state)s;      \
			const unsigned int todo =                           \
			    table##_step(&st, (enum table##_event)v);       \
			compare(#table,                                     \
			    lookup(wants, RT_ARRAY_LEN(wants), s, v), s, v, \
			    (unsigned int)st, todo);                        \
		}                                                           \
	} while (0)

static void test_ist(void **state)
{
	static const struct want wants[] = {
		{ SIP_IST_PROCEEDING, SIP_IST_INVITE, SIP_IST_PROCEEDING,
		    SIP_IST_DO_RESEND },
		{ SIP_IST_PROCEEDING, SIP_IST_SEND_1XX, SIP_IST_PROCEEDING,
		    SIP_IST_DO_SEND },
		{ SIP_IST_PROCEEDING, SIP_IST_SEND_2XX, SIP_IST_ACCEPTED,
		    SIP_IST_DO_SEND | SIP_IST_DO_START_L },
		{ SIP_IST_PROCEEDING, SIP_IST_SEND_FAIL, SIP_IST_COMPLETED,
		    SIP_IST_DO_SEND | SIP_IST_DO_START_G | SIP_IST_DO_START_H },
		{ SIP_IST_COMPLETED, SIP_IST_INVITE, SIP_IST_COMPLETED,
		    SIP_IST_DO_RESEND },
		{ SIP_IST_COMPLETED, SIP_IST_ACK, SIP_IST_CONFIRMED,
		    SIP_IST_DO_STOP_G | SIP_IST_DO_START_I },
		{ SIP_IST_COMPLETED, SIP_IST_TIMER_G, SIP_IST_COMPLETED,
		    SIP_IST_DO_RESEND | SIP_IST_DO_START_G },
		{ SIP_IST_COMPLETED, SIP_IST_TIMER_H, SIP_IST_TERMINATED,
		    SIP_IST_DO_TELL_NO_ACK | SIP_IST_DO_END },
		{ SIP_IST_CONFIRMED, SIP_IST_TIMER_I, SIP_IST_TERMINATED,
		    SIP_IST_DO_END },
		{ SIP_IST_ACCEPTED, SIP_IST_SEND_2XX, SIP_IST_ACCEPTED,
		    SIP_IST_DO_SEND },
		{ SIP_IST_ACCEPTED, SIP_IST_TIMER_L, SIP_IST_TERMINATED,
		    SIP_IST_DO_END },
	};

	(void)state;
	WALK(sip_ist, SIP_IST, wants);
}

static void test_nist(void **state)
{
	static const struct want wants[] = {
		{ SIP_NIST_TRYING, SIP_NIST_SEND_1XX, SIP_NIST_PROCEEDING,
		    SIP_NIST_DO_SEND },
		{ SIP_NIST_TRYING, SIP_NIST_SEND_FINAL, SIP_NIST_COMPLETED,
		    SIP_NIST_DO_SEND | SIP_NIST_DO_START_J },
		{ SIP_NIST_TRYING, SIP_NIST_TIMER_LATE, SIP_NIST_TERMINATED,
		    SIP_NIST_DO_END },
		{ SIP_NIST_PROCEEDING, SIP_NIST_REQUEST, SIP_NIST_PROCEEDING,
		    SIP_NIST_DO_RESEND },
		{ SIP_NIST_PROCEEDING, SIP_NIST_SEND_1XX, SIP_NIST_PROCEEDING,
		    SIP_NIST_DO_SEND },
		{ SIP_NIST_PROCEEDING, SIP_NIST_SEND_FINAL, SIP_NIST_COMPLETED,
		    SIP_NIST_DO_SEND | SIP_NIST_DO_START_J },
		{ SIP_NIST_PROCEEDING, SIP_NIST_TIMER_LATE, SIP_NIST_TERMINATED,
		    SIP_NIST_DO_END },
		{ SIP_NIST_COMPLETED, SIP_NIST_REQUEST, SIP_NIST_COMPLETED,
		    SIP_NIST_DO_RESEND },
		{ SIP_NIST_COMPLETED, SIP_NIST_TIMER_J, SIP_NIST_TERMINATED,
		    SIP_NIST_DO_END },
	};

	(void)state;
	WALK(sip_nist, SIP_NIST, wants);
}

static void test_ict(void **state)
{
	const unsigned int ok =
	    SIP_ICT_DO_STOP_AB | SIP_ICT_DO_TELL | SIP_ICT_DO_START_M;
	const unsigned int fail = SIP_ICT_DO_STOP_AB | SIP_ICT_DO_TELL |
				  SIP_ICT_DO_ACK | SIP_ICT_DO_START_D;
	const struct want wants[] = {
		{ SIP_ICT_CALLING, SIP_ICT_1XX, SIP_ICT_PROCEEDING,
		    SIP_ICT_DO_STOP_AB | SIP_ICT_DO_TELL },
		{ SIP_ICT_CALLING, SIP_ICT_2XX, SIP_ICT_ACCEPTED, ok },
		{ SIP_ICT_CALLING, SIP_ICT_FAIL, SIP_ICT_COMPLETED, fail },
		{ SIP_ICT_CALLING, SIP_ICT_TIMER_A, SIP_ICT_CALLING,
		    SIP_ICT_DO_RESEND },
		{ SIP_ICT_CALLING, SIP_ICT_TIMER_B, SIP_ICT_TERMINATED,
		    SIP_ICT_DO_TELL_TIMEOUT | SIP_ICT_DO_END },
		{ SIP_ICT_PROCEEDING, SIP_ICT_1XX, SIP_ICT_PROCEEDING,
		    SIP_ICT_DO_TELL },
		{ SIP_ICT_PROCEEDING, SIP_ICT_2XX, SIP_ICT_ACCEPTED, ok },
		{ SIP_ICT_PROCEEDING, SIP_ICT_FAIL, SIP_ICT_COMPLETED, fail },
		{ SIP_ICT_PROCEEDING, SIP_ICT_TIMER_CANCEL, SIP_ICT_TERMINATED,
		    SIP_ICT_DO_TELL_TIMEOUT | SIP_ICT_DO_END },
		{ SIP_ICT_COMPLETED, SIP_ICT_FAIL, SIP_ICT_COMPLETED,
		    SIP_ICT_DO_ACK },
		{ SIP_ICT_COMPLETED, SIP_ICT_TIMER_D, SIP_ICT_TERMINATED,
		    SIP_ICT_DO_END },
		{ SIP_ICT_ACCEPTED, SIP_ICT_2XX, SIP_ICT_ACCEPTED,
		    SIP_ICT_DO_TELL },
		{ SIP_ICT_ACCEPTED, SIP_ICT_TIMER_M, SIP_ICT_TERMINATED,
		    SIP_ICT_DO_END },
	};

	(void)state;
	WALK(sip_ict, SIP_ICT, wants);
}

static void test_nict(void **state)
{
	static const struct want wants[] = {
		{ SIP_NICT_TRYING, SIP_NICT_1XX, SIP_NICT_PROCEEDING,
		    SIP_NICT_DO_SLOW | SIP_NICT_DO_TELL },
		{ SIP_NICT_TRYING, SIP_NICT_FINAL, SIP_NICT_COMPLETED,
		    SIP_NICT_DO_TELL | SIP_NICT_DO_START_K },
		{ SIP_NICT_TRYING, SIP_NICT_TIMER_E, SIP_NICT_TRYING,
		    SIP_NICT_DO_RESEND },
		{ SIP_NICT_TRYING, SIP_NICT_TIMER_F, SIP_NICT_TERMINATED,
		    SIP_NICT_DO_TELL_TIMEOUT | SIP_NICT_DO_END },
		{ SIP_NICT_PROCEEDING, SIP_NICT_1XX, SIP_NICT_PROCEEDING,
		    SIP_NICT_DO_TELL },
		{ SIP_NICT_PROCEEDING, SIP_NICT_FINAL, SIP_NICT_COMPLETED,
		    SIP_NICT_DO_TELL | SIP_NICT_DO_START_K },
		{ SIP_NICT_PROCEEDING, SIP_NICT_TIMER_E, SIP_NICT_PROCEEDING,
		    SIP_NICT_DO_RESEND | SIP_NICT_DO_SLOW },
		{ SIP_NICT_PROCEEDING, SIP_NICT_TIMER_F, SIP_NICT_TERMINATED,
		    SIP_NICT_DO_TELL_TIMEOUT | SIP_NICT_DO_END },
		{ SIP_NICT_COMPLETED, SIP_NICT_TIMER_K, SIP_NICT_TERMINATED,
		    SIP_NICT_DO_END },
	};

	(void)state;
	WALK(sip_nict, SIP_NICT, wants);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ist),
		cmocka_unit_test(test_nist),
		cmocka_unit_test(test_ict),
		cmocka_unit_test(test_nict),
	};

	return cmocka_run_group_tests_name("sip_rules", tests, NULL, NULL);
}
