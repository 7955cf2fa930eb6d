/*
 * sip_nist.h - server transaction of every other method: RFC 3261 17.2.2 with
 * RFC 4320.
 */
#ifndef RT_SIP_NIST_H
#define RT_SIP_NIST_H

enum sip_nist_state {
	SIP_NIST_TRYING,
	SIP_NIST_PROCEEDING,
	SIP_NIST_COMPLETED,
	SIP_NIST_TERMINATED,
	SIP_NIST_STATES
};

enum sip_nist_event {
	SIP_NIST_REQUEST, /* a repeated one */
	SIP_NIST_SEND_1XX,
	SIP_NIST_SEND_FINAL,
	SIP_NIST_TIMER_J,
	/* 64 * T1 without an answer of ours: RFC 4320 4.2 forbids a late one.
	 */
	SIP_NIST_TIMER_LATE,
	SIP_NIST_EVENTS
};

enum {
	SIP_NIST_DO_SEND = 1 << 0,
	SIP_NIST_DO_RESEND = 1 << 1,
	SIP_NIST_DO_START_J = 1 << 2,
	SIP_NIST_DO_END = 1 << 3
};

unsigned int sip_nist_step(enum sip_nist_state *s, enum sip_nist_event ev);

#endif
