/*
 * flow_json.h - a flow document (JSON) becomes a compiled flow.
 *
 *   {"version": 1, "first": "notice",
 *    "steps": {
 *      "notice":  {"type": "notice", "prompt": "notice.en", "next": "sales"},
 *      "sales":   {"type": "forward", "to": "dst_01h...", "ring_s": 30,
 *                  "show": "caller", "no_answer": "sorry"},
 *      "sorry":   {"type": "message", "prompt": "sorry.en"}}}
 *
 * Types, parameters and branches are the rows of lib/core/flow: a name that
 * no row has is an error, a branch that is left out ends the call. Every error
 * names its step. Not checked here: whether destinations and prompts are the
 * company's (the caller's resolver does that).
 */
#ifndef RT_JSON_FLOW_JSON_H
#define RT_JSON_FLOW_JSON_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/core/flow.h"

#define FLOW_JSON_BYTES_MAX  ((size_t)1 << 20)
#define FLOW_JSON_ERRORS_MAX 16

struct flow_json_error {
	char step[FLOW_KEY_MAX + 1]; /* "" concerns the whole document */
	char what[120];
};

struct flow_json_errors {
	struct flow_json_error item[FLOW_JSON_ERRORS_MAX];
	size_t n; /* of those kept */
	bool more;
};

/* Turns the key of a prompt into its row in the snapshot. False: unknown. */
struct flow_json_resolver {
	bool (*prompt)(void *arg, struct slice key, uint32_t *row);
	void *arg;
};

/* Appends the compiled flow to out. ERR_SYNTAX: not a flow document, *errors
 * says why; ERR_TOOBIG; ERR_NOMEM. resolver NULL: any prompt key gives row 0
 * (for checking a draft). */
RT_MUST_USE enum err flow_json_compile(struct slice json,
    const struct flow_json_resolver *resolver, struct buf *out,
    struct flow_json_errors *errors);

#endif
