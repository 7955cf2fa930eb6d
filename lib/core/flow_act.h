/*
 * flow_act.h - one flow_run() at work: what the step types' functions share.
 *
 * Only for flow_run.c and the files with step types (flow_play, flow_keys,
 * flow_rule, flow_dial). A type's `enter` begins the step, its `event` gets
 * what happens while it lasts; either leaves it, finishes the flow, or waits.
 */
#ifndef RT_CORE_FLOW_ACT_H
#define RT_CORE_FLOW_ACT_H

#include "lib/core/flow_run.h"

#define FLOW_ACT_NEVER INT64_MAX
/* As `next`: the first step of `next_flow`. */
#define FLOW_ACT_FIRST UINT16_C(0xfffd)

struct flow_act {
	const struct flow_env *env;
	struct flow_state *s;
	struct flow_out *out;
	struct flow flow;   /* the one the state is in */
	struct flow_view v; /* the step the state is in */
	uint64_t dice;      /* used up by flow_act_dice() */
	bool moving;        /* the step was left for `next` */
	uint16_t next;
	uint32_t next_flow;
};

/* Appends an action with the step filled in; never NULL. */
struct flow_do *flow_act_add(struct flow_act *a, enum flow_do_kind kind);
void flow_act_trace(struct flow_act *a, uint16_t branch, uint32_t value);
uint32_t flow_act_ticket(struct flow_act *a);
/* A number below n (1 or more), from the event's dice. */
uint32_t flow_act_dice(struct flow_act *a, uint32_t n);

/* Answers the caller unless that is done. */
void flow_act_answer(struct flow_act *a);
/* A notice was heard to its end. */
void flow_act_notice(struct flow_act *a, uint32_t prompt);
/* The caller hears the prompt; s->wait is its ticket. */
void flow_act_play(struct flow_act *a, uint32_t prompt);
/* The caller hears nothing more of it; nothing is waited for. */
void flow_act_stop(struct flow_act *a);
/* Patience with the caller, from now on. */
void flow_act_patience(struct flow_act *a, uint32_t ms);
/* The event is the answer that the caller's side waits for. */
bool flow_act_is(const struct flow_act *a, const struct flow_event *ev,
    enum flow_event_kind kind);
/* The event is the end of the patience with the caller. */
bool flow_act_is_late(const struct flow_act *a, const struct flow_event *ev);
/* The time by which what a timer waited for is due. */
int64_t flow_act_now_us(const struct flow_act *a, const struct flow_event *ev);

/* By one of the step's branches, or FLOW_ITEM + i. */
void flow_act_leave(struct flow_act *a, uint16_t branch);
/* To the first step of another flow. */
void flow_act_go(struct flow_act *a, uint32_t flow_row);
/* how: HANGUP, BUSY or REJECT. */
void flow_act_finish(struct flow_act *a, enum flow_do_kind how,
    enum flow_why why);
/* The caller did something: what follows is no endless loop. */
void flow_act_alive(struct flow_act *a);

#endif
