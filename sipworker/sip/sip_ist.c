#include "sipworker/sip/sip_ist.h"

#include "lib/base/rt.h"

struct rule {
	enum sip_ist_state from;
	enum sip_ist_event ev;
	enum sip_ist_state to;
	unsigned int actions;
};

static const struct rule rules[] = {
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
	{ SIP_IST_COMPLETED, SIP_IST_TIMER_G, SIP_IST_COMPLETED,
	    SIP_IST_DO_RESEND | SIP_IST_DO_START_G },
	{ SIP_IST_COMPLETED, SIP_IST_TIMER_H, SIP_IST_TERMINATED,
	    SIP_IST_DO_TELL_NO_ACK | SIP_IST_DO_END },
	{ SIP_IST_COMPLETED, SIP_IST_ACK, SIP_IST_CONFIRMED,
	    SIP_IST_DO_STOP_G | SIP_IST_DO_START_I },
	{ SIP_IST_CONFIRMED, SIP_IST_TIMER_I, SIP_IST_TERMINATED,
	    SIP_IST_DO_END },
	{ SIP_IST_ACCEPTED, SIP_IST_SEND_2XX, SIP_IST_ACCEPTED,
	    SIP_IST_DO_SEND },
	{ SIP_IST_ACCEPTED, SIP_IST_TIMER_L, SIP_IST_TERMINATED,
	    SIP_IST_DO_END },
};

unsigned int sip_ist_step(enum sip_ist_state *s, enum sip_ist_event ev)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(rules); i++)
		if (rules[i].from == *s && rules[i].ev == ev) {
			*s = rules[i].to;
			return rules[i].actions;
		}
	return 0;
}
