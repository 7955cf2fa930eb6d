/*
 * flow_run.h - the interpreter of call flows.
 *
 * flow_run() is pure: (flow, state, event, now, dice) -> (state, actions). The
 * engine carries the actions out on a live call, the simulator (flow_sim.h)
 * pretends to, tests read them; all three run this code. State is a small
 * struct without pointers; nothing is allocated.
 *
 * Every decision is made here: who rings, who wins, what a digit means, when
 * patience ends. Whoever runs the actions only has primitives:
 *
 *  - the caller's leg is leg 0; a called leg is named by its dial's ticket
 *  - tickets are given by the interpreter and never used twice in a call
 *  - what takes time is an action with a ticket, and an event with the same
 *  - an event that means nothing here (another ticket, a finished flow)
 *    changes nothing and gives no action
 *
 * What needs state shared by several workers is a question (FLOW_DO_ASK), only
 * put when there is something to ask: a limit on the destination, a round
 * robin. Database away: the answer is FLOW_ANSWER_AWAY; limits then count as
 * reached, and round robin goes on with the engine's own count (value).
 *
 * Reservations: RESERVE granted -> the destination is dialled -> either CONFIRM
 * (bridged: counted against its hourly, daily and monthly caps, the place is
 * free again when the call ends) or RELEASE (it came to nothing).
 *
 * Recording: FLOW_RECORD_NOTICE means that no sample is recorded before a
 * notice has ended. A flow that reaches a forward or group without having
 * played one plays env->notice_prompt first, by itself.
 */
#ifndef RT_CORE_FLOW_RUN_H
#define RT_CORE_FLOW_RUN_H

#include "lib/core/callresult.h"
#include "lib/core/flow.h"

#define FLOW_HOPS_MAX   64 /* steps taken without the caller doing anything */
#define FLOW_LEGS_MAX   10 /* rung at once */
#define FLOW_MENUS_MAX  8  /* remembered for FLOW_BACK */
#define FLOW_OUT_MAX    192
#define FLOW_CALLER_LEG UINT32_C(0)
#define FLOW_RUN_E164   20
#define FLOW_FACT_NAME  64
#define FLOW_FACT_TEXT  128

struct snap; /* snap.h */

enum flow_record {
	FLOW_RECORD_OFF,
	FLOW_RECORD_NOTICE, /* only after a notice has ended */
	FLOW_RECORD_SILENT, /* from the answer on, without a notice */
	FLOW_RECORD_COUNT
};

/* --- what steps read -------------------------------------------------------*/

/* What the store knows about the caller; all may be empty. The visit is the
 * likeliest one now; attribution is settled at the end of the call. */
struct flow_facts {
	bool known_caller; /* an earlier call from this number */
	bool has_outcome;
	enum callresult last_outcome;   /* of the call before */
	struct destination_id answered; /* who bridged it last; nil: nobody */
	struct visit_id visit;
	char channel[32]; /* "paid search" */
	char source[FLOW_FACT_NAME];
	char medium[FLOW_FACT_NAME];
	char campaign[FLOW_FACT_TEXT];
	char keyword[FLOW_FACT_TEXT];
	char landing[FLOW_FACT_TEXT];  /* path: "/offers/summer" */
	char referrer[FLOW_FACT_NAME]; /* host: "www.google.com" */
	char click[16];                /* kind of click id: "gclid"; "" none */
	char tags[FLOW_FACT_TEXT];     /* of earlier calls: "vip,quote" */
	char lists[FLOW_FACT_TEXT];    /* that hold the number: "staff" */
};

/* What the engine knows about the call. */
struct flow_caller {
	char e164[FLOW_RUN_E164]; /* "" withheld or no number */
	bool anonymous;
	char attestation; /* STIR: 'A', 'B', 'C'; anything else is none */
};

struct flow_env {
	const struct flow *flow;
	const struct snap *snap;          /* NULL: no rows to look up */
	const struct flow_facts *facts;   /* never NULL; zeros when unknown */
	const struct flow_caller *caller; /* never NULL */
	struct slice number_name; /* of the tracking number, for whispers */
	uint32_t zone;            /* the company's, snapshot row */
	enum flow_record record;
	uint32_t notice_prompt; /* the number's notice, or FLOW_NO_PROMPT */
	int64_t now_us;         /* wall time; never goes back within a call */
	uint64_t dice;          /* fresh random bits for this event */
};

/* --- state -----------------------------------------------------------------*/

/* One destination being rung, asked for, or spoken to. */
struct flow_leg {
	uint32_t ticket; /* of its dial; before that, of its question */
	uint32_t play;   /* of the prompt it hears, 0 none */
	int64_t due_us;  /* its patience; INT64_MAX none */
	uint8_t phase;
	uint8_t member; /* item of the group, 0 of a forward */
	uint8_t part;   /* of the whisper */
	bool reserved;
};

/* One run. Zeroed by flow_run_init(). No pointers: may be copied, compared. */
struct flow_state {
	uint32_t flow; /* snapshot row after a goto; FLOW_NO_ROW: env->flow */
	uint16_t step;
	uint16_t hops; /* counted against FLOW_HOPS_MAX */
	uint8_t phase;
	bool started;
	bool answered;     /* the caller's leg, by us */
	bool notice_ended; /* of any notice */
	bool recording;    /* asked for */
	bool ringback;     /* the caller hears it */
	bool attempted;    /* a destination was called in vain */
	bool finished;
	uint32_t ticket; /* the last one given */
	uint32_t wait;  /* for the caller's side: prompt, question, voicemail */
	uint32_t timer; /* of the timer that runs, 0 none */
	int64_t timer_us;     /* when it ends */
	int64_t due_us;       /* patience with the caller; INT64_MAX none */
	unsigned int results; /* bits of enum callresult_fact */

	/* Keys */
	uint8_t invalid;
	uint8_t silent;
	char expected; /* the challenge's digit */
	uint8_t n_digits;
	char digits[FLOW_DIGITS_MAX + 1]; /* gathered last */

	/* Menus passed, for FLOW_BACK */
	uint8_t n_menus;
	uint16_t menu[FLOW_MENUS_MAX];

	/* The whisper step passed last */
	bool whisper;
	uint32_t whisper_flow;
	uint16_t whisper_step;

	/* Dialling */
	uint8_t n_legs;
	uint8_t rung;     /* members tried so far */
	uint8_t ended;    /* bits: how attempts ended */
	uint8_t turn;     /* round robin: who is first */
	uint32_t members; /* bits: tried, or not to be tried */
	struct flow_leg leg[FLOW_LEGS_MAX];
};

/* --- events ----------------------------------------------------------------*/

enum flow_event_kind {
	FLOW_EV_START,
	FLOW_EV_PLAYED,      /* ticket: the prompt's last sample was sent */
	FLOW_EV_ANSWERED,    /* ticket: the destination picked up */
	FLOW_EV_BUSY,        /* ticket */
	FLOW_EV_NO_ANSWER,   /* ticket: ring time over, or 408/480 */
	FLOW_EV_FAILED,      /* ticket: any other refusal, or no media */
	FLOW_EV_CALLEE_LEFT, /* ticket: hung up after ANSWERED, bridged or not
			      */
	FLOW_EV_RINGING,     /* ticket: the destination rings */
	FLOW_EV_DIGIT,  /* ticket: the leg (0 the caller); value: character */
	FLOW_EV_TIMER,  /* ticket */
	FLOW_EV_ANSWER, /* ticket of ASK; answer; value */
	FLOW_EV_VOICEMAIL,   /* ticket: it ended; value: seconds kept */
	FLOW_EV_CALLER_LEFT, /* value: seconds, if a voicemail was running */
	FLOW_EV_KIND_COUNT
};

enum flow_answer {
	FLOW_ANSWER_GRANTED, /* RESERVE */
	FLOW_ANSWER_FULL,    /* RESERVE: a limit is reached */
	FLOW_ANSWER_INDEX,   /* NEXT: value counts calls, from 0 */
	FLOW_ANSWER_AWAY     /* nobody to ask; NEXT: value is our own count */
};

struct flow_event {
	enum flow_event_kind kind;
	uint32_t ticket; /* of the action this answers */
	enum flow_answer answer;
	uint32_t value;
};

/* --- actions ---------------------------------------------------------------*/

enum flow_do_kind {
	FLOW_DO_ANSWER, /* answer the caller, before anything that follows */
	/* leg hears `prompt` once -> PLAYED. Replaces what it hears now. */
	FLOW_DO_PLAY,
	FLOW_DO_RECORD, /* record from now on (the notice has ended) */
	/* text, trunk, ring_s, show, early, ticket -> RINGING, then ANSWERED,
	 * BUSY, NO_ANSWER or FAILED. early: the caller may hear its early
	 * media. Not answered yet, the caller gets 180 while one rings. */
	FLOW_DO_DIAL,
	FLOW_DO_NOTICE, /* the notice `prompt` has just ended: the proof */
	FLOW_DO_TRACE,  /* step, branch (FLOW_TRACE_*), value */
	FLOW_DO_HANGUP, /* the flow is over; value: enum flow_why */
	FLOW_DO_BUSY,   /* over: 486, or hang up once answered */
	FLOW_DO_REJECT, /* over: 603, or hang up once answered */
	/* leg hears nothing of ours any more; no PLAYED comes. */
	FLOW_DO_STOP,
	/* the caller (answered) hears `prompt` again and again, or a ringing
	 * tone (FLOW_NO_PROMPT), until PLAY, STOP or BRIDGE. */
	FLOW_DO_RINGBACK,
	/* Ends the dial `ticket`: CANCEL, or BYE when it was answered. value:
	 * enum flow_lost. No event of this ticket means anything after it. */
	FLOW_DO_CANCEL,
	FLOW_DO_BRIDGE, /* ticket: caller and this leg talk -> CALLEE_LEFT */
	/* -> TIMER after value ms. One for each call: replaces the last. */
	FLOW_DO_TIMER,
	/* ask, text (destination or name of the counter), ticket -> ANSWER
	 * within 150 ms. */
	FLOW_DO_ASK,
	FLOW_DO_RELEASE, /* text: the destination's reservation */
	FLOW_DO_CONFIRM, /* text: the destination has got this call */
	FLOW_DO_LEAVE,   /* text: and talks no more, so its place is free */
	/* Beep, then record the caller: max_s, silence_s (0 never), stop
	 * (character or 0), ticket -> VOICEMAIL. */
	FLOW_DO_VOICEMAIL,
	FLOW_DO_KEEP,    /* the voicemail that has just ended */
	FLOW_DO_DROP,    /* too short: throw it away */
	FLOW_DO_TAG,     /* text */
	FLOW_DO_OUTCOME, /* text */
	/* text: name, u.digits: what the caller keyed in; value 1: the call is
	 * tagged "name digits" too. */
	FLOW_DO_STORE,
	FLOW_DO_KIND_COUNT
};

enum flow_ask {
	FLOW_ASK_RESERVE,
	FLOW_ASK_NEXT
};

enum flow_why {
	FLOW_WHY_END, /* the flow came to its end */
	FLOW_WHY_CALLEE_LEFT,
	FLOW_WHY_TALK_TIME, /* the longest talk is over */
	FLOW_WHY_LOOP       /* FLOW_HOPS_MAX */
};

/* How an attempt came to nothing. In traces: append only. */
enum flow_lost {
	FLOW_LOST_BUSY,
	FLOW_LOST_NO_ANSWER,
	FLOW_LOST_FAILED,
	FLOW_LOST_REFUSED, /* hung up, or keyed 2, before accepting */
	FLOW_LOST_SILENT,  /* answered, but accepted nothing in time */
	FLOW_LOST_FULL,    /* a limit is reached, or nobody could be asked */
	FLOW_LOST_CLOSED,  /* outside its own hours */
	FLOW_LOST_REGION,  /* not for callers from here */
	FLOW_LOST_RACE,    /* another was faster */
	FLOW_LOST_CALLER,  /* the caller gave up */
	FLOW_LOST_COUNT
};

/* Branch numbers of traces that are no branch of the step's type. */
#define FLOW_TRACE_ENTER  UINT16_C(0xfff0) /* the step began */
#define FLOW_TRACE_DONE   UINT16_C(0xfff1) /* the call ended in it */
#define FLOW_TRACE_LOOP   UINT16_C(0xfff2) /* FLOW_HOPS_MAX reached */
#define FLOW_TRACE_RING   UINT16_C(0xfff3) /* value: member */
#define FLOW_TRACE_LOST   UINT16_C(0xfff4) /* member + 256 * flow_lost */
#define FLOW_TRACE_WON    UINT16_C(0xfff5) /* value: member */
#define FLOW_TRACE_GOTO   UINT16_C(0xfff6) /* value: flow row */
#define FLOW_TRACE_WRONG  UINT16_C(0xfff7) /* value: the wrong key, or 0 */
#define FLOW_TRACE_SILENT UINT16_C(0xfff8) /* nothing was keyed in */
#define FLOW_TRACE_LOCAL  UINT16_C(0xfff9) /* round robin by our own count */

struct flow_do {
	enum flow_do_kind kind;
	uint32_t ticket;
	uint32_t leg; /* PLAY, STOP: dial ticket, or FLOW_CALLER_LEG */
	uint32_t prompt;
	uint32_t flow; /* TRACE: snapshot row, FLOW_NO_ROW the call's own */
	uint16_t step;
	uint16_t branch;
	uint32_t value;
	struct slice text; /* borrowed from the compiled flow */
	union {
		struct {
			/* Snapshot row, or SNAP_TRUNK_OFF; FLOW_NO_ROW:
			 * any. */
			uint32_t trunk;
			uint16_t ring_s;
			uint8_t show; /* enum flow_show */
			bool early;
		} dial;
		struct {
			uint16_t max_s;
			uint16_t silence_s;
			char stop;
		} mail;
		enum flow_ask ask;
		const char
		    *digits; /* STORE: in the state, until the next run */
	} u;
};

struct flow_out {
	struct flow_do item[FLOW_OUT_MAX];
	size_t n;
};

/* --- running ---------------------------------------------------------------*/

void flow_run_init(struct flow_state *s, const struct flow *f);
/* Steps the flow with one event. */
void flow_run(const struct flow_env *env, struct flow_state *s,
    const struct flow_event *ev, struct flow_out *out);
/* The flow that the state is in. row: s->flow, or an action's flow. */
void flow_run_flow(const struct flow_env *env, uint32_t row, struct flow *out);
/* How the call went, once it is over. */
enum callresult flow_run_result(const struct flow_state *s);

#endif
