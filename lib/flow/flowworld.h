/*
 * flowworld.h - what a company's flows may name: its prompts and the built-in
 * ones, its destinations, its account's trunks, its other flows, time zones,
 * and telephone numbers that may be called.
 *
 * Whoever writes a version compiles it against this first, so that another
 * company's ids are refused by name and step. The engine's snapshot is more
 * lenient: what was archived since leads nowhere and the rest goes on.
 */
#ifndef RT_FLOW_FLOWWORLD_H
#define RT_FLOW_FLOWWORLD_H

#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_trunk.h"
#include "lib/json/flow_json.h"

struct flowworld {
	struct db *db; /* for what is too long to list: numbers */
	struct arena *mem;
	struct company_row company;
	struct prompt_row *prompts;
	size_t n_prompts;
	struct destination_row *destinations;
	size_t n_destinations;
	struct trunk_row *trunks;
	size_t n_trunks;
	struct flow_row *flows;
	size_t n_flows;
	/* Whose document is checked: it may lead to itself before it was ever
	 * published; other flows may not be led to so. nil: nobody's yet. */
	struct flow_id self;
};

/* Rows are in mem. Errors as db.h. */
RT_MUST_USE enum err flowworld_load(struct db *db, struct company_id company,
    struct arena *mem, struct flowworld *out);

/* Compiles the document and throws the result away; flows that it leads to
 * must not lead back to it for ever (flowround.h), and what it names should
 * be there (flownames.h). ERR_SYNTAX: *errors says
 * what is wrong, by step. Other errors as db.h. */
RT_MUST_USE enum err flowworld_check(struct flowworld *w, struct slice document,
    struct flow_json_errors *errors);

#endif
