#include "sipworker/sip/sip_nict.h"

#include "lib/base/rt.h"

struct rule {
	enum sip_nict_state from;
	enum sip_nict_event ev;
	enum sip_nict_state to;
	unsigned int actions;
};

static const struct rule rules[] = {
	{ SIP_NICT_TRYING, SIP_NICT_TIMER_E, SIP_NICT_TRYING,
	    SIP_NICT_DO_RESEND },
	{ SIP_NICT_TRYING, SIP_NICT_TIMER_F, SIP_NICT_TERMINATED,
	    SIP_NICT_DO_TELL_TIMEOUT | SIP_NICT_DO_END },
	{ SIP_NICT_TRYING, SIP_NICT_1XX, SIP_NICT_PROCEEDING,
	    SIP_NICT_DO_SLOW | SIP_NICT_DO_TELL },
	{ SIP_NICT_TRYING, SIP_NICT_FINAL, SIP_NICT_COMPLETED,
	    SIP_NICT_DO_TELL | SIP_NICT_DO_START_K },
	{ SIP_NICT_PROCEEDING, SIP_NICT_TIMER_E, SIP_NICT_PROCEEDING,
	    SIP_NICT_DO_RESEND | SIP_NICT_DO_SLOW },
	{ SIP_NICT_PROCEEDING, SIP_NICT_TIMER_F, SIP_NICT_TERMINATED,
	    SIP_NICT_DO_TELL_TIMEOUT | SIP_NICT_DO_END },
	{ SIP_NICT_PROCEEDING, SIP_NICT_1XX, SIP_NICT_PROCEEDING,
	    SIP_NICT_DO_TELL },
	{ SIP_NICT_PROCEEDING, SIP_NICT_FINAL, SIP_NICT_COMPLETED,
	    SIP_NICT_DO_TELL | SIP_NICT_DO_START_K },
	{ SIP_NICT_COMPLETED, SIP_NICT_TIMER_K, SIP_NICT_TERMINATED,
	    SIP_NICT_DO_END },
};

unsigned int sip_nict_step(enum sip_nict_state *s, enum sip_nict_event ev)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rules); i++)
		if (rules[i].from == *s && rules[i].ev == ev) {
			*s = rules[i].to;
			return rules[i].actions;
		}
	return 0;
}
