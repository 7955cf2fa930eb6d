/*
 * flow_json.h - a flow document (JSON) becomes a compiled flow.
 *
 *   {"version": 1, "first": "welcome", "name": "Main line",
 *    "steps": {
 *      "welcome": {"type": "menu", "prompt": "welcome.en", "silence": "sales",
 *                  "keys": [{"key": "1", "title": "Sales", "next": "sales"}]},
 *      "sales":   {"type": "group", "mode": "round_robin",
 *                  "members": [{"to": "dst_01h..."}, {"to": "+13035550100"}],
 *                  "otherwise": "mail", "title": "Sales team", "at": [80, 40]},
 *      "mail":    {"type": "voicemail", "prompt": "voicemail.en"}}}
 *
 * Types, parameters, lists and branches are the rows of lib/core/flow_type; the
 * same as a JSON schema: docs/flow.schema.json. A name that no row has is an
 * error, a branch that is left out ends the call, "@back" leads to the menu
 * before. `name`, `title` and `at` (place on the builder's canvas) are kept in
 * the document and mean nothing here. Every problem names its step; those of
 * flow_check() are among them.
 */
#ifndef RT_JSON_FLOW_JSON_H
#define RT_JSON_FLOW_JSON_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/core/flow.h"

#define FLOW_JSON_BYTES_MAX  ((size_t)1 << 20)
#define FLOW_JSON_ERRORS_MAX 24

struct flow_json_error {
	char step[FLOW_KEY_MAX + 1]; /* "" concerns the whole document */
	char what[120];
	bool warning;
};

struct flow_json_errors {
	struct flow_json_error item[FLOW_JSON_ERRORS_MAX];
	size_t n; /* of those kept, warnings too */
	size_t n_errors;
	bool more;
};

/* Adds an error, or a warning, of a step ("": of the whole document). */
void flow_json_complain(struct flow_json_errors *errors, struct slice step,
    const char *fmt, ...) RT_PRINTF(3, 4);
void flow_json_warn(struct flow_json_errors *errors, struct slice step,
    const char *fmt, ...) RT_PRINTF(3, 4);

/* Finds the rows that a document's names mean; false: there is no such thing,
 * it is another company's, or it may not be used. A function left NULL accepts
 * everything, with the row FLOW_NO_ROW (prompts: 0): for checking a draft. */
struct flow_json_resolver {
	bool (*prompt)(void *arg, struct slice key, uint32_t *row);
	bool (*destination)(void *arg, struct slice id, uint32_t *row);
	bool (*trunk)(void *arg, struct slice id, uint32_t *row);
	bool (*zone)(void *arg, struct slice name, uint32_t *row);
	bool (*flow)(void *arg, struct slice id, uint32_t *row);
	/* May calls be sent to this "+number" or "sip:" address? */
	bool (*address)(void *arg, struct slice address);
	void *arg;
};

/* Appends the compiled flow to out. ERR_SYNTAX: not a flow document, *errors
 * says why; ERR_TOOBIG; ERR_NOMEM. resolver NULL: accepts every name. Warnings
 * are in *errors after ERR_OK too. */
RT_MUST_USE enum err flow_json_compile(struct slice json,
    const struct flow_json_resolver *resolver, struct buf *out,
    struct flow_json_errors *errors);

/* A destination's own hours: {"weekly": [...], "special": [...], "holidays":
 * "us"}, as in a step of type hours, into the form of hours_open(). Problems
 * have no step. Errors as above. */
RT_MUST_USE enum err flow_json_hours(struct slice json, struct buf *out,
    struct flow_json_errors *errors);

#endif
