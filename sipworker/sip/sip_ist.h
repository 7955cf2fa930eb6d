/*
 * sip_ist.h - INVITE server transaction: RFC 3261 17.2.1 with RFC 6026 7.1.
 *
 * A table of rules; the step is pure and returns what to do.
 */
#ifndef RT_SIP_IST_H
#define RT_SIP_IST_H

enum sip_ist_state {
	SIP_IST_PROCEEDING,
	SIP_IST_COMPLETED, /* non-2xx sent, waiting for its ACK */
	SIP_IST_CONFIRMED, /* ACK seen, absorbing more of them */
	SIP_IST_ACCEPTED,  /* 2xx sent: absorbing INVITEs (RFC 6026) */
	SIP_IST_TERMINATED,
	SIP_IST_STATES
};

enum sip_ist_event {
	SIP_IST_INVITE, /* a repeated one */
	SIP_IST_ACK,    /* to a non-2xx: same branch */
	SIP_IST_SEND_1XX,
	SIP_IST_SEND_2XX,
	SIP_IST_SEND_FAIL, /* 3xx to 6xx */
	SIP_IST_TIMER_G,
	SIP_IST_TIMER_H,
	SIP_IST_TIMER_I,
	SIP_IST_TIMER_L,
	SIP_IST_EVENTS
};

enum {
	SIP_IST_DO_SEND = 1 << 0,   /* send the response at hand and keep it */
	SIP_IST_DO_RESEND = 1 << 1, /* send the kept response again */
	SIP_IST_DO_START_G = 1 << 2,
	SIP_IST_DO_START_H = 1 << 3,
	SIP_IST_DO_START_I = 1 << 4,
	SIP_IST_DO_START_L = 1 << 5,
	SIP_IST_DO_STOP_G = 1 << 6,
	SIP_IST_DO_TELL_NO_ACK = 1 << 7,
	SIP_IST_DO_END = 1 << 8
};

/* Returns the actions to run; 0 when the event means nothing here. */
unsigned int sip_ist_step(enum sip_ist_state *s, enum sip_ist_event ev);

#endif
