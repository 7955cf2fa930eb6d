/*
 * sip_nict.h - client transaction of every other method: RFC 3261 17.1.2.
 */
#ifndef RT_SIP_NICT_H
#define RT_SIP_NICT_H

enum sip_nict_state {
	SIP_NICT_TRYING,
	SIP_NICT_PROCEEDING,
	SIP_NICT_COMPLETED,
	SIP_NICT_TERMINATED,
	SIP_NICT_STATES
};

enum sip_nict_event {
	SIP_NICT_1XX,
	SIP_NICT_FINAL,
	SIP_NICT_TIMER_E,
	SIP_NICT_TIMER_F,
	SIP_NICT_TIMER_K,
	SIP_NICT_EVENTS
};

enum {
	SIP_NICT_DO_RESEND = 1 << 0,
	SIP_NICT_DO_SLOW = 1 << 1, /* E is T2 from now on */
	SIP_NICT_DO_TELL = 1 << 2,
	SIP_NICT_DO_START_K = 1 << 3,
	SIP_NICT_DO_TELL_TIMEOUT = 1 << 4,
	SIP_NICT_DO_END = 1 << 5
};

unsigned int sip_nict_step(enum sip_nict_state *s, enum sip_nict_event ev);

#endif
