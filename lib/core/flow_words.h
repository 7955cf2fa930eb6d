/*
 * flow_words.h - a call's way through its flow, in words.
 *
 *   inside Office hours -> Sales team, round robin, second of three -> answered
 *
 * Fed with the traces that flow_run() gives and the journal keeps, one after
 * the other; used by the call's page, the simulator and the operator's command.
 * Words are plain text: templates escape it.
 */
#ifndef RT_CORE_FLOW_WORDS_H
#define RT_CORE_FLOW_WORDS_H

#include "lib/core/flow_run.h"

/* How people call a step or a destination; what it does not know stays. */
struct flow_words_names {
	/* The title of a step of the flow the call began in, by its key; "" */
	struct slice (*step)(void *arg, struct slice key);
	/* The name of a "dst_..."; "" */
	struct slice (*destination)(void *arg, struct slice id);
	void *arg;
};

/* One trace. */
struct flow_words_trace {
	uint16_t step;
	uint16_t branch; /* or FLOW_TRACE_* */
	uint32_t value;
};

/* Appends what this trace says, without an arrow; nothing when it says
 * nothing worth a word (a step that only began). f: the flow the step is in;
 * names may be NULL. False: nothing was said. */
bool flow_words_one(const struct flow *f, const struct flow_words_trace *t,
    const struct flow_words_names *names, struct buf *out);

/* All of them, with " → " between; only those of one flow. */
void flow_words(const struct flow *f, const struct flow_words_trace *t,
    size_t n, const struct flow_words_names *names, struct buf *out);

/* "first" to "tenth", then "11th". */
void flow_words_ordinal(unsigned int n, struct buf *out);

#endif
