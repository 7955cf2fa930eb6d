/*
 * leg_fsm.h - the states of one leg as tables: what may happen when, and what
 * is to be done then. Pure; leg.c does it.
 *
 * RFC 3261 13-15 for both sides, RFC 5407 for the races: a 2xx that crosses
 * our CANCEL is ACKed and ended; a BYE of ours waits for the ACK (15); crossed
 * BYEs end both.
 */
#ifndef RT_ENGINE_LEG_FSM_H
#define RT_ENGINE_LEG_FSM_H

enum leg_side {
	LEG_CALLER, /* they invited us */
	LEG_CALLED, /* we invited them */
	LEG_SIDES
};

enum leg_state {
	LEG_NEW,
	LEG_CALLING,    /* INVITE, no answer above 100 */
	LEG_RINGING,    /* 18x */
	LEG_ANSWERED,   /* caller: our 2xx, no ACK yet */
	LEG_UP,         /* 2xx and ACK */
	LEG_CANCELLING, /* called: CANCEL sent or waiting for a 1xx */
	LEG_BYE_HELD,   /* caller: to be ended as soon as the ACK is there */
	LEG_LEAVING,    /* our BYE is out */
	LEG_GONE,
	LEG_STATES
};

enum leg_event {
	LEG_EV_INVITE,   /* sent or received */
	LEG_EV_PROGRESS, /* 18x sent or received */
	LEG_EV_ANSWER,   /* 2xx sent or received */
	LEG_EV_ACK,      /* caller: the ACK of our 2xx */
	LEG_EV_NO_ACK,   /* caller: none for 64 * T1 */
	LEG_EV_REFUSED,  /* called: final non-2xx, time-out, not sendable */
	LEG_EV_DROP,     /* we want it ended */
	LEG_EV_CANCEL,   /* caller: theirs */
	LEG_EV_BYE,      /* theirs, 200 was sent */
	LEG_EV_BYE_DONE, /* ours was answered, or not in time */
	LEG_EVENTS
};

enum {
	LEG_DO_ACK = 1 << 0,
	LEG_DO_BYE = 1 << 1,
	LEG_DO_CANCEL = 1 << 2,
	LEG_DO_REFUSE = 1 << 3, /* the final answer to the caller's INVITE */
	LEG_TELL_RINGING = 1 << 4,
	LEG_TELL_ANSWERED = 1 << 5,
	LEG_TELL_REFUSED = 1 << 6,
	LEG_TELL_LEFT = 1 << 7 /* the other side ended it */
};

/* Returns what to do; 0 when the event means nothing here. */
unsigned int leg_fsm_step(enum leg_side side, enum leg_state *s,
    enum leg_event ev);
const char *leg_fsm_name(enum leg_state s);

#endif
