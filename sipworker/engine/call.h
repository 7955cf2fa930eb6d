/*
 * call.h - one call: from the caller's INVITE to its CLOSED record.
 *
 * call_open() checks and records, drive.c runs the flow, call_end() begins the
 * end and call_settle() finishes it when every leg is reported and the
 * recorder has answered, or had 5 s for it.
 */
#ifndef RT_ENGINE_CALL_H
#define RT_ENGINE_CALL_H

#include "lib/core/recname.h"
#include "sipworker/engine/engine.h"
#include "sipworker/engine/leg.h"
#include "sipworker/sip/sip_replaces.h"

#define CALL_NAME_MAX  128
#define CALL_OFFER_MAX 3072
/* Attempts at a time. */
#define CALL_TRIES_MAX 10
/* Events that an action's failure left for the flow while it ran. */
#define CALL_PENDING_MAX   24
#define CALL_QUESTIONS_MAX 12

enum call_phase {
	CALL_OPENING, /* waits for the journal, the look-up and the stream */
	CALL_FLOW,
	CALL_CLOSING
};

/* Timers of a call. */
enum call_timer {
	CALL_T_OPEN,     /* the journal is too slow */
	CALL_T_LOOKUP,   /* 150 ms */
	CALL_T_RINGING,  /* own 180 after 1 s */
	CALL_T_FLOW,     /* of the flow: patience, longest talk */
	CALL_T_QUESTION, /* the store did not answer */
	CALL_T_MESSAGE,  /* a message may be no longer */
	CALL_T_LONGEST,  /* longest call */
	CALL_T_CLOSE,    /* recorder and media had their time */
	CALL_TIMERS
};

/* A message that the caller leaves (message.h). */
struct call_message {
	uint32_t ticket; /* the flow's; 0: none */
	bool beeping;
	bool heard; /* somebody spoke */
	char stop;  /* the key that ends it, or '\0' */
	uint32_t max_s;
	uint32_t silence_s;
	int64_t from_us; /* end of the beep */
};

/* A question to the store (question.h). */
struct call_question {
	uint64_t number; /* 0: unused */
	uint32_t ticket; /* the flow's */
	enum flow_ask kind;
	bool told;         /* the flow has its answer, or wants none */
	uint64_t counter;  /* NEXT: as turns.h knows it */
	struct slice text; /* borrowed from the snapshot */
	int64_t due_us;
};

/* A transfer under way (transfer.h). */
struct call_transfer {
	struct leg *from; /* NULL: it has hung up */
	struct leg *to;   /* NULL: there is none */
	uint32_t ticket;  /* of the flow's destination */
	uint8_t by;       /* number of the leg that it began with */
	bool pickup;      /* nobody asked for it by REFER (pickup.h) */
	char replaces[SIP_REPLACES_MAX + 1]; /* for the INVITE; "" none */
};

struct call {
	uint32_t index;
	uint32_t next_free;
	bool used;
	uint32_t generation;
	struct call_id id;
	struct company_id company;
	uint32_t snap; /* slot of the snapshot it runs on */
	uint32_t trunk;
	struct snap_number number;
	struct snap_flow flow;
	bool has_flow;
	enum call_phase phase;
	struct timer timer[CALL_TIMERS];

	/* Opening */
	bool journalled;
	bool looked_up;
	bool needs_facts; /* its flow reads what the look-up brings */
	bool lookup_late;
	uint64_t open_seq; /* the journal's number of OPENED */
	struct call *next_waiting;
	uint64_t ticket;

	/* Caller */
	char caller[20]; /* E.164 or "" */
	char display[CALL_NAME_MAX];
	bool anonymous;
	unsigned int max_forwards;
	unsigned int diversions; /* before it came here */
	size_t offer_n;
	char offer[CALL_OFFER_MAX]; /* the caller's description */
	struct flow_facts facts;
	struct flow_caller who; /* as the flow sees the caller */

	/* Legs */
	struct leg *a;
	struct leg *b;     /* whom the caller talks to, or NULL; one of tries */
	struct leg *early; /* whose early media the caller hears, or NULL */
	struct leg *tries[CALL_TRIES_MAX]; /* attempts, answered ones too */
	uint8_t n_tries;
	uint8_t n_ringing;
	uint8_t transfers;
	uint8_t refers; /* asked for, refused ones too */
	struct call_transfer transfer;
	uint64_t leg_ref[CALLREC_LEGS_MAX];
	uint8_t n_legs;
	uint8_t unreported;
	bool ending; /* call_end() is at work */
	/* Of the attempts that failed since the last that all began anew: what
	 * the caller is told if it comes to that (cause_is_better()). */
	uint16_t best_code;
	uint8_t best_q850;

	/* Flow */
	struct flow_state flow_state;
	/* To be run after the actions at hand. */
	struct flow_event pending[CALL_PENDING_MAX];
	uint8_t n_pending;
	bool running;
	struct call_question question[CALL_QUESTIONS_MAX];

	uint32_t flow_timer; /* its ticket */
	int64_t event_at_us; /* when what runs now happened: for anchors */

	/* Recording */
	bool rec_on;      /* the recorder runs */
	bool rec_all;     /* all that is said, not only a message */
	bool rec_kept;    /* a message in it was kept */
	bool rec_discard; /* nothing in it is wanted */
	bool rec_waiting;
	struct call_message message;
	int64_t rec_until_us; /* end of what is wanted, unless rec_all */
	enum callrec_recording rec_state;
	int64_t rec_start_us; /* monotonic */
	uint64_t rec_bytes;
	uint64_t rec_samples;
	uint8_t rec_sha256[32];
	char rec_name[RECNAME_MAX + 1];

	/* Notice */
	int64_t notice_ended_us; /* since the call began */
	uint32_t notice_prompt;

	/* Report */
	uint32_t seq;           /* of the next record */
	uint16_t n_peer_events; /* trace.h */
	int64_t opened_mono_us;
	int64_t opened_wall_us;
	unsigned int result_facts;
	int64_t bridged_us;
	int64_t talk_from_us;
	int64_t talk_us;
	int64_t ring_us;
	int64_t ring_from_us; /* while n_ringing > 0 */
	uint8_t answered_leg;
	int64_t ended_us;
	enum callrec_by ended_by;
	uint16_t sip_code;
	uint8_t q850;
	char reason[LEG_REASON_MAX];
};

/* A new INVITE from a trunk; answers it itself when it opens no call. */
void call_open(struct engine *e, const struct sip_txn_event *ev);
/* The journal has everything up to seq. */
void call_journalled(struct engine *e, uint64_t seq);
/* Starts the flow if nothing is missing any more. */
void call_ready(struct engine *e, struct call *c);
/* The beginning of the end. code: what an unanswered caller is told. */
void call_end(struct engine *e, struct call *c, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason);
/* Writes CLOSED and frees the slot when everything is in. */
void call_settle(struct engine *e, struct call *c);
void call_on_timer(struct engine *e, struct call *c, enum call_timer t);

#endif
