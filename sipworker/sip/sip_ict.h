/*
 * sip_ict.h - INVITE client transaction: RFC 3261 17.1.1 with RFC 6026 7.2.
 */
#ifndef RT_SIP_ICT_H
#define RT_SIP_ICT_H

enum sip_ict_state {
	SIP_ICT_CALLING,
	SIP_ICT_PROCEEDING,
	SIP_ICT_COMPLETED, /* non-2xx: re-ACKing repeated ones */
	SIP_ICT_ACCEPTED,  /* 2xx: handing further ones up (RFC 6026) */
	SIP_ICT_TERMINATED,
	SIP_ICT_STATES
};

enum sip_ict_event {
	SIP_ICT_1XX,
	SIP_ICT_2XX,
	SIP_ICT_FAIL, /* 3xx to 6xx */
	SIP_ICT_TIMER_A,
	SIP_ICT_TIMER_B,
	SIP_ICT_TIMER_D,
	SIP_ICT_TIMER_M,
	/* 64 * T1 after our CANCEL without a final (RFC 3261 9.1). */
	SIP_ICT_TIMER_CANCEL,
	SIP_ICT_EVENTS
};

enum {
	SIP_ICT_DO_RESEND = 1 << 0, /* the INVITE, and double A */
	SIP_ICT_DO_STOP_AB = 1 << 1,
	SIP_ICT_DO_TELL = 1 << 2, /* hand the response up */
	SIP_ICT_DO_ACK = 1 << 3,
	SIP_ICT_DO_START_D = 1 << 4,
	SIP_ICT_DO_START_M = 1 << 5,
	SIP_ICT_DO_TELL_TIMEOUT = 1 << 6,
	SIP_ICT_DO_END = 1 << 7
};

unsigned int sip_ict_step(enum sip_ict_state *s, enum sip_ict_event ev);

#endif
