/*
 * flow_sim.h - tries a flow without a telephone: the interpreter against a
 * script of what people do.
 *
 * Runs flow_run() itself on a clock of its own, so it cannot disagree with a
 * live call; what the engine would do with an action (play, ring, ask) is
 * played here by the script: how long a prompt lasts comes from the snapshot,
 * whether a destination answers, is busy or refuses, and what the caller keys
 * in, from the script. Pure: the same script gives the same call.
 */
#ifndef RT_CORE_FLOW_SIM_H
#define RT_CORE_FLOW_SIM_H

#include "lib/core/flow_run.h"
#include "lib/core/snap.h"

#define FLOW_SIM_PHONES_MAX 40
#define FLOW_SIM_INPUTS_MAX 40
#define FLOW_SIM_EVENTS_MAX 20000 /* then the trial is given up */
#define FLOW_SIM_QUEUE      64
#define FLOW_SIM_PROMPT_US  (3 * RT_SEC_US) /* of a prompt without audio */

enum flow_sim_does {
	FLOW_SIM_ANSWERS,
	FLOW_SIM_BUSY,
	FLOW_SIM_SILENT,  /* rings, nobody comes */
	FLOW_SIM_FAILS,   /* unreachable */
	FLOW_SIM_REFUSES, /* answers, then keys 2 or hangs up */
	FLOW_SIM_IGNORES, /* answers, but keys nothing */
	FLOW_SIM_FULL,    /* its limits are reached */
	FLOW_SIM_DOES_COUNT
};

struct flow_sim_phone {
	struct slice to; /* as in the flow: "dst_...", "+1303..." */
	enum flow_sim_does does;
	uint32_t after_s; /* answers, or is refused, after so long */
};

struct flow_sim_script {
	int64_t start_us; /* wall time */
	struct flow_caller caller;
	struct flow_facts facts;
	/* What the caller keys in, once for each question: "1", "80202#", ""
	 * for silence, "=" for the digit a challenge asks for. After the last:
	 * silence. */
	struct slice input[FLOW_SIM_INPUTS_MAX];
	size_t n_inputs;
	struct flow_sim_phone phone[FLOW_SIM_PHONES_MAX];
	size_t n_phones;
	struct flow_sim_phone others; /* destinations not named */
	uint32_t talk_s;              /* until the called side hangs up */
	uint32_t message_s;           /* of a voicemail */
	uint32_t hang_up_s;           /* the caller gives up then; 0: never */
	uint32_t turn;                /* of the first round robin */
	bool away;                    /* nobody can be asked (database) */
	uint64_t seed;
};

/* What happened, in order. */
struct flow_sim_sink {
	void (*did)(void *arg, int64_t at_us, const struct flow_do *d);
	/* May be NULL. */
	void (*event)(void *arg, int64_t at_us, const struct flow_event *ev);
	void *arg;
};

struct flow_sim_result {
	enum callresult result;
	int64_t lasted_us;
	bool ended; /* false: FLOW_SIM_EVENTS_MAX */
};

/* One trial at work; large: on the heap. */
struct flow_sim;
size_t flow_sim_bytes(void);

/* env: flow, snap, number_name, zone, record and notice_prompt are read, the
 * rest is the script's. mem: flow_sim_bytes() of room. */
void flow_sim_run(void *mem, const struct flow_env *env,
    const struct flow_sim_script *script, const struct flow_sim_sink *sink,
    struct flow_sim_result *out);

/* "answers" and so on. False: no such word. */
bool flow_sim_does_from(struct slice word, enum flow_sim_does *out);
const char *flow_sim_does_name(enum flow_sim_does does);

#endif
