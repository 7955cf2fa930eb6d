#include "sipworker/sip/sip_ict.h"

#include "lib/base/rt.h"

struct rule {
	enum sip_ict_state from;
	enum sip_ict_event ev;
	enum sip_ict_state to;
	unsigned int actions;
};

#define FINAL_FAIL                                               \
	(SIP_ICT_DO_STOP_AB | SIP_ICT_DO_ACK | SIP_ICT_DO_TELL | \
	    SIP_ICT_DO_START_D)
#define FINAL_OK (SIP_ICT_DO_STOP_AB | SIP_ICT_DO_TELL | SIP_ICT_DO_START_M)

static const struct rule rules[] = {
	{ SIP_ICT_CALLING, SIP_ICT_TIMER_A, SIP_ICT_CALLING,
	    SIP_ICT_DO_RESEND },
	{ SIP_ICT_CALLING, SIP_ICT_TIMER_B, SIP_ICT_TERMINATED,
	    SIP_ICT_DO_TELL_TIMEOUT | SIP_ICT_DO_END },
	{ SIP_ICT_CALLING, SIP_ICT_1XX, SIP_ICT_PROCEEDING,
	    SIP_ICT_DO_STOP_AB | SIP_ICT_DO_TELL },
	{ SIP_ICT_CALLING, SIP_ICT_2XX, SIP_ICT_ACCEPTED, FINAL_OK },
	{ SIP_ICT_CALLING, SIP_ICT_FAIL, SIP_ICT_COMPLETED, FINAL_FAIL },
	{ SIP_ICT_PROCEEDING, SIP_ICT_1XX, SIP_ICT_PROCEEDING,
	    SIP_ICT_DO_TELL },
	{ SIP_ICT_PROCEEDING, SIP_ICT_2XX, SIP_ICT_ACCEPTED, FINAL_OK },
	{ SIP_ICT_PROCEEDING, SIP_ICT_FAIL, SIP_ICT_COMPLETED, FINAL_FAIL },
	{ SIP_ICT_PROCEEDING, SIP_ICT_TIMER_CANCEL, SIP_ICT_TERMINATED,
	    SIP_ICT_DO_TELL_TIMEOUT | SIP_ICT_DO_END },
	{ SIP_ICT_COMPLETED, SIP_ICT_FAIL, SIP_ICT_COMPLETED, SIP_ICT_DO_ACK },
	{ SIP_ICT_COMPLETED, SIP_ICT_TIMER_D, SIP_ICT_TERMINATED,
	    SIP_ICT_DO_END },
	{ SIP_ICT_ACCEPTED, SIP_ICT_2XX, SIP_ICT_ACCEPTED, SIP_ICT_DO_TELL },
	{ SIP_ICT_ACCEPTED, SIP_ICT_TIMER_M, SIP_ICT_TERMINATED,
	    SIP_ICT_DO_END },
};

unsigned int sip_ict_step(enum sip_ict_state *s, enum sip_ict_event ev)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rules); i++)
		if (rules[i].from == *s && rules[i].ev == ev) {
			*s = rules[i].to;
			return rules[i].actions;
		}
	return 0;
}
