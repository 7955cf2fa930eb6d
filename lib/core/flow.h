/*
 * flow.h - the call flow: a graph of steps and its interpreter.
 *
 * flow_run() is pure: (flow, state, event, now, dice) -> (state, actions). The
 * engine carries the actions out on a live call, the simulator pretends to,
 * and a test reads them; all three run this code. State is a small struct
 * without pointers; nothing is allocated.
 *
 * A step type is a row: its name, its parameters, its branches (flow_type_row)
 * and two functions (entered, event). lib/json/flow_json and the builder's
 * forms read the same rows, so a new type is one row and its functions. Time,
 * dice and facts about the caller come in `env`; what needs state shared by
 * several workers (caps, round robin) is asked with an action and answered
 * with an event, like everything else that takes time.
 *
 * The compiled form (flow_write/flow_open) lies in the configuration snapshot
 * (lib/core/snap) and is checked whole before use: every branch names a step
 * or FLOW_END, every number is in its range.
 *
 * Recording: FLOW_RECORD_NOTICE means that no sample is recorded
 * before a notice has ended. A flow that reaches a forward step without having
 * played one plays env->notice_prompt first, by itself.
 */
#ifndef RT_CORE_FLOW_H
#define RT_CORE_FLOW_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/id.h"

#define FLOW_VERSION    1
#define FLOW_STEPS_MAX  500
#define FLOW_PARAMS_MAX 8
#define FLOW_BRANCH_MAX 16
#define FLOW_KEY_MAX    40  /* bytes of a step's key */
#define FLOW_TEXT_MAX   255 /* bytes of a text parameter */
#define FLOW_HOPS_MAX   64  /* steps taken without input from the caller */
#define FLOW_OUT_MAX    (2 * FLOW_HOPS_MAX + 16)

/* "the flow ends here": hang up. */
#define FLOW_END UINT16_C(0xffff)
/* No prompt. Others are rows of the snapshot's prompt index. */
#define FLOW_NO_PROMPT UINT32_C(0xffffffff)

/* The numbers are in snapshots and journals: append only. */
enum flow_type {
	FLOW_NOTICE,  /* disclosure: answer, play, recording may start */
	FLOW_MESSAGE, /* answer, play */
	FLOW_FORWARD, /* ring a destination, bridge */
	FLOW_HANGUP,
	FLOW_BUSY,   /* 486 before, hang up after the answer */
	FLOW_REJECT, /* 603: the call counts as blocked */
	FLOW_TYPE_COUNT
};

/* What a parameter is, in the compiled form and in a document. */
enum flow_param_kind {
	FLOW_PARAM_NUMBER, /* num: min to max */
	FLOW_PARAM_CHOICE, /* num: index into choices */
	FLOW_PARAM_PROMPT, /* num: prompt row; text: its key in documents */
	FLOW_PARAM_TARGET, /* text: "+15551230000", "sip:x@y" or "dst_..." */
	FLOW_PARAM_KIND_COUNT
};

struct flow_param {
	const char *name;
	enum flow_param_kind kind;
	bool required;
	uint32_t min;
	uint32_t max;
	uint32_t fallback;          /* when the document does not say */
	const char *const *choices; /* NULL-terminated */
};

/* Where each type keeps its parameters: index into num[] and text[]. */
enum flow_play_param {
	FLOW_PLAY_PROMPT, /* notice and message */
	FLOW_PLAY_PARAMS
};

enum flow_forward_param {
	FLOW_FORWARD_TO,
	FLOW_FORWARD_RING_S, /* 5 to 300, default 30 */
	FLOW_FORWARD_SHOW,   /* enum flow_show */
	FLOW_FORWARD_TALK_S, /* longest talk, 60 to 14400 */
	FLOW_FORWARD_PARAMS
};

/* Whose number the destination sees. */
enum flow_show {
	FLOW_SHOW_CALLER,
	FLOW_SHOW_TRACKING
};

enum flow_next_branch {
	FLOW_NEXT /* of notice and message */
};

enum flow_forward_branch {
	FLOW_FORWARD_BUSY,
	FLOW_FORWARD_NO_ANSWER,
	FLOW_FORWARD_FAILED,
	FLOW_FORWARD_BRANCHES
};

struct flow_type_row {
	const char *name; /* in documents: "forward" */
	const struct flow_param *params;
	size_t n_params;
	const char *const *branches; /* names in documents: "no_answer" */
	size_t n_branches;
	bool reads_facts; /* its functions look at env->facts */
};
/* Never NULL for a type below FLOW_TYPE_COUNT. */
const struct flow_type_row *flow_type_row(enum flow_type type);
/* False: no type is called so. */
bool flow_type_from_name(struct slice name, enum flow_type *out);

/* --- the compiled flow -----------------------------------------------------*/

struct flow_step {
	enum flow_type type;
	struct slice key; /* its name in the document, for traces */
	uint16_t branch[FLOW_BRANCH_MAX];
	uint32_t num[FLOW_PARAMS_MAX];
	struct slice text[FLOW_PARAMS_MAX];
};

/* Borrows the compiled bytes. */
struct flow {
	struct slice bytes;
	uint16_t n_steps;
	uint16_t first;
};

/* Sets every parameter of step to its default, every branch to FLOW_END. */
void flow_step_init(struct flow_step *step, enum flow_type type);
/* Appends the compiled form. Checks like flow_open(). */
RT_MUST_USE enum err flow_write(const struct flow_step *steps, size_t n,
    uint16_t first, struct buf *out);
/* ERR_SYNTAX, ERR_RANGE: not a compiled flow of this version. */
RT_MUST_USE enum err flow_open(struct slice bytes, struct flow *out);
/* i must be below f->n_steps. Slices point into the compiled bytes. */
void flow_step_at(const struct flow *f, uint16_t i, struct flow_step *out);

/* Does any step read the facts about the caller? If none does, a call need not
 * wait for the store's answer. */
bool flow_needs_facts(const struct flow *f);

/* --- running ---------------------------------------------------------------*/

enum flow_record {
	FLOW_RECORD_OFF,
	FLOW_RECORD_NOTICE, /* only after a notice has ended */
	FLOW_RECORD_SILENT, /* from the answer on, without a notice */
	FLOW_RECORD_COUNT
};

/* What the store knows about the caller; all may be empty. The visit is the
 * likeliest one now; attribution is settled at the end of the call. */
struct flow_facts {
	bool known_caller; /* an earlier call from this number */
	struct visit_id visit;
	char source[64];
	char medium[64];
	char campaign[128];
	char keyword[128];
};

struct flow_env {
	const struct flow *flow;
	const struct flow_facts *facts; /* never NULL; zeros when unknown */
	enum flow_record record;
	uint32_t notice_prompt; /* the number's notice, or FLOW_NO_PROMPT */
	int64_t now_us;         /* wall time */
	uint64_t dice;          /* fresh random bits for this event */
};

/* One run. Zeroed by flow_init(). No pointers: may be copied and compared. */
struct flow_state {
	uint16_t step;
	uint16_t hops; /* counted against FLOW_HOPS_MAX */
	uint8_t phase;
	bool answered;     /* the caller's leg, by us */
	bool notice_ended; /* of any notice */
	bool recording;    /* asked for */
	bool finished;
	uint32_t ticket; /* of the play or dial we wait for */
};

enum flow_event_kind {
	FLOW_EV_START,
	FLOW_EV_PLAYED,      /* ticket: the prompt's last sample was sent */
	FLOW_EV_ANSWERED,    /* ticket: the destination picked up */
	FLOW_EV_BUSY,        /* ticket */
	FLOW_EV_NO_ANSWER,   /* ticket: ring time over, or 408/480 */
	FLOW_EV_FAILED,      /* ticket: any other refusal, or no media */
	FLOW_EV_CALLEE_LEFT, /* ticket: the bridge ended from that side */
	FLOW_EV_KIND_COUNT
};

struct flow_event {
	enum flow_event_kind kind;
	uint32_t ticket; /* of the action this answers */
};

enum flow_do_kind {
	FLOW_DO_ANSWER, /* answer the caller, before anything that follows */
	FLOW_DO_PLAY,   /* prompt, ticket -> PLAYED */
	FLOW_DO_RECORD, /* record from now on (the notice has ended) */
	/* to, ring_s, show, talk_s, ticket -> ANSWERED (bridged already),
	 * BUSY, NO_ANSWER, FAILED, later CALLEE_LEFT. The caller hears
	 * ringback when answered is set, early media or 180 otherwise. */
	FLOW_DO_DIAL,
	FLOW_DO_NOTICE, /* the notice `prompt` has just ended: the proof */
	FLOW_DO_TRACE,  /* step was left by branch (FLOW_TRACE_*) */
	FLOW_DO_HANGUP, /* the flow is over */
	FLOW_DO_BUSY,   /* over: 486, or hang up once answered */
	FLOW_DO_REJECT, /* over: 603, or hang up once answered */
	FLOW_DO_KIND_COUNT
};

/* Branch numbers of traces that are no branch of the step's type. */
#define FLOW_TRACE_ENTER UINT16_C(0xfff0) /* the step began */
#define FLOW_TRACE_DONE  UINT16_C(0xfff1) /* the call ended in it */
#define FLOW_TRACE_LOOP  UINT16_C(0xfff2) /* FLOW_HOPS_MAX reached */

struct flow_do {
	enum flow_do_kind kind;
	uint32_t ticket;
	uint32_t prompt;
	uint16_t step;
	uint16_t branch;
	struct slice to; /* borrowed from the compiled flow */
	uint32_t ring_s;
	uint32_t talk_s;
	enum flow_show show;
};

struct flow_out {
	struct flow_do item[FLOW_OUT_MAX];
	size_t n;
};

void flow_init(struct flow_state *s, const struct flow *f);
/* Steps the flow with one event. An event that means nothing here (another
 * ticket, a finished flow) changes nothing and gives no action. */
void flow_run(const struct flow_env *env, struct flow_state *s,
    const struct flow_event *ev, struct flow_out *out);

#endif
