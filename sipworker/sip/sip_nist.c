#include "sipworker/sip/sip_nist.h"

#include "lib/base/rt.h"

struct rule {
	enum sip_nist_state from;
	enum sip_nist_event ev;
	enum sip_nist_state to;
	unsigned int actions;
};

static const struct rule rules[] = {
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

unsigned int sip_nist_step(enum sip_nist_state *s, enum sip_nist_event ev)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rules); i++)
		if (rules[i].from == *s && rules[i].ev == ev) {
			*s = rules[i].to;
			return rules[i].actions;
		}
	return 0;
}
