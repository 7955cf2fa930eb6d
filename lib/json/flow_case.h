/*
 * flow_case.h - cases to try a flow with: who calls, when, what is keyed in,
 * what destinations do, and what is expected (docs/FLOWS.md).
 *
 *   {"cases": [{"name": "Monday", "at": "2026-11-30T09:12", ...}]}
 *
 * Texts are borrowed from the document that flow_case_read() keeps.
 */
#ifndef RT_JSON_FLOW_CASE_H
#define RT_JSON_FLOW_CASE_H

#include "lib/base/arena.h"
#include "lib/core/flow_sim.h"
#include "lib/json/flow_json.h"

#define FLOW_CASE_MAX     200
#define FLOW_CASE_EXPECTS 20

struct flow_case {
	struct slice name;
	int64_t local_s;     /* on the clock of the zone */
	struct slice zone;   /* "": the company's */
	struct slice number; /* the tracking number's name, for whispers */
	enum flow_record record;
	struct flow_sim_script script; /* start_us is not set */
	/* Expected; nothing is checked that is not given. */
	bool has_result;
	enum callresult result;
	struct slice through[FLOW_CASE_EXPECTS]; /* steps entered, in order */
	size_t n_through;
	struct slice heard[FLOW_CASE_EXPECTS]; /* prompts, by the caller */
	size_t n_heard;
	struct slice answered_by; /* target; "" not checked */
	struct slice tags[FLOW_CASE_EXPECTS];
	size_t n_tags;
};

/* Cases and their texts are put into mem. ERR_SYNTAX: *errors says why, its
 * "step" is the case's name. */
RT_MUST_USE enum err flow_case_read(struct slice json, struct arena *mem,
    struct flow_case **cases, size_t *n, struct flow_json_errors *errors);

#endif
