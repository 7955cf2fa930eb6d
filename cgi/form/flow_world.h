/*
 * flow_world.h - what a company's flows may name: its prompts and the built-in
 * ones, its destinations, its account's trunks, its other flows, time zones.
 */
#ifndef RT_CGI_FORM_FLOW_WORLD_H
#define RT_CGI_FORM_FLOW_WORLD_H

#include "cgi/web/req.h"
#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_trunk.h"
#include "lib/json/flow_json.h"
#include "lib/text/json_out.h"

struct flow_world {
	struct db *db; /* for what is too long to list: numbers */
	struct company_row company;
	struct prompt_row *prompts;
	size_t n_prompts;
	struct destination_row *destinations;
	size_t n_destinations;
	struct trunk_row *trunks;
	size_t n_trunks;
	struct flow_row *flows;
	size_t n_flows;
};

/* Of the company shown, in the request's arena. Errors as db.h. */
RT_MUST_USE enum err flow_world_load(const struct req *r,
    struct flow_world *out);

/* For flow_json_compile(): names are looked up here, rows are the lists'. w
 * must outlive it. */
struct flow_json_resolver flow_world_resolver(struct flow_world *w);

/* {"zone":…,"prompts":[{"id","name","audio"}],"destinations":[{"id","name"}],
 * "trunks":…,"flows":…} as the next value: for the builder. */
void flow_world_json(const struct flow_world *w, struct json_out *j);

#endif
