/*
 * flow_rig.h - call flows for tests: one at work, random ones, and a reader of
 * everything that a compiled flow holds.
 */
#ifndef RT_TESTS_FLOW_RIG_H
#define RT_TESTS_FLOW_RIG_H

#include "lib/base/rnd.h"
#include "lib/core/snap.h"

#define FLOW_RIG_NOTICE UINT32_C(9) /* the number's notice */
#define FLOW_RIG_NOW    (INT64_C(1764600000) * RT_SEC_US)

/* A flow at work. Large: keep it static. */
struct flow_rig {
	struct buf bytes;
	struct flow flow;
	struct flow_state state;
	struct flow_facts facts;
	struct flow_caller caller;
	struct flow_env env;
	struct flow_out out;
};

/* A step with its required parameters set: a target, prompt 5. */
struct flow_step flow_rig_step(enum flow_type type, const char *key);
/* Compiles and starts; the env may be changed before by `prepare`, or NULL.
 * Fails the test when the flow is none. */
void flow_rig_start(struct flow_rig *r, const struct flow_step *s, size_t n,
    enum flow_record record);
/* Compiles only. */
void flow_rig_open(struct flow_rig *r, const struct flow_step *s, size_t n,
    enum flow_record record);
void flow_rig_event(struct flow_rig *r, enum flow_event_kind kind,
    uint32_t ticket, uint32_t value);
/* The last action of this kind since the last event; fails without one. */
const struct flow_do *flow_rig_did(const struct flow_rig *r,
    enum flow_do_kind kind);
/* The actions as letters, without traces and timers:
 * A answer, P play, R record, D dial, N notice, H hang up, B busy, X reject,
 * S stop, M ringback, C cancel, U bridge, Q ask, - release, + confirm, ! leave,
 * V voicemail, K keep, Z drop, T tag, O outcome, W store. */
void flow_rig_expect(const struct flow_rig *r, const char *want);
/* The traces as text: "enter a; 0; won 1; ...". */
void flow_rig_traces(const struct flow_rig *r, const char *want);
void flow_rig_end(struct flow_rig *r);

/* n steps of any type with any parameters and branches within their limits;
 * items is room for n * FLOW_LISTS_MAX * 6. */
void flow_rig_random(struct rnd_dice *d, struct flow_step *s, size_t n,
    struct flow_item *items);
#define FLOW_RIG_ITEMS 6

/* A snapshot to run on: zones, destinations and prompts, see flow_rig.c. */
enum flow_rig_zone {
	FLOW_RIG_NEW_YORK,
	FLOW_RIG_LONDON,
	FLOW_RIG_SYDNEY,
	FLOW_RIG_PHOENIX,
	FLOW_RIG_ZONES
};
#define FLOW_RIG_OPEN         0 /* destination rows: without any limit */
#define FLOW_RIG_LIMITED      1 /* two at once */
#define FLOW_RIG_OFFICE       2 /* Mon to Fri 09:00 to 17:00, New York */
#define FLOW_RIG_LOCAL        3 /* callers from CO and 212 only */
#define FLOW_RIG_DESTINATIONS 4
#define FLOW_RIG_HELLO        0 /* prompt rows */
/* The snapshot lives until the program ends. */
const struct snap *flow_rig_snap(void);
/* Puts destination `row` into a target parameter. */
void flow_rig_to(uint32_t row, uint32_t *num, struct slice *text);

/* Reads every parameter, field and branch; the sum keeps the reading. */
size_t flow_rig_read(const struct flow *f);

#endif
