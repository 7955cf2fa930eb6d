/*
 * flowworld.h - what a company's flows may name: its prompts and the built-in
 * ones, its destinations, its account's trunks, its other flows, time zones,
 * and telephone numbers that may be called.
 *
 * Whoever writes a version compiles it against this first, so that another
 * company's ids are refused by name and step. The engine's snapshot is more
 * lenient: what was archived since leads nowhere and the rest goes on.
 *
 * A company may have thousands of each: things are looked up as they are named,
 * and kept.
 */
#ifndef RT_FLOW_FLOWWORLD_H
#define RT_FLOW_FLOWWORLD_H

#include "lib/db/db_choice.h"
#include "lib/db/db_company.h"
#include "lib/json/flow_json.h"

#define FLOWWORLD_BUCKETS 256

/* One thing that a flow has named, or that there is no such thing. */
struct flowworld_thing {
	enum db_choice kind; /* flow, destination, trunk or prompt */
	struct slice key;    /* as flows call it: an id, a prompt's key */
	bool there;
	uint8_t id[ID_BYTES];
	struct slice name;
	uint32_t version; /* as db_choice.h */
	struct flowworld_thing *next;
};

struct flowworld {
	struct db *db;
	struct arena *mem;
	struct company_row company;
	/* Whose document is checked: it may lead to itself before it was ever
	 * published; other flows may not be led to so. nil: nobody's yet. */
	struct flow_id self;
	struct flowworld_thing *things[FLOWWORLD_BUCKETS]; /* looked up */
	enum err e; /* the first that went wrong in looking up */
};

/* Things are kept in mem. Errors as db.h. */
RT_MUST_USE enum err flowworld_load(struct db *db, struct company_id company,
    struct arena *mem, struct flowworld *out);

/* What the company's flows call so; NULL: it has none, or it cannot be known
 * now (w->e). */
const struct flowworld_thing *flowworld_find(struct flowworld *w,
    enum db_choice kind, struct slice key);

/* Compiles the document and throws the result away; flows that it leads to
 * must not lead back to it for ever (flowround.h), and what it names should
 * be there (flownames.h). ERR_SYNTAX: *errors says
 * what is wrong, by step. Other errors as db.h. */
RT_MUST_USE enum err flowworld_check(struct flowworld *w, struct slice document,
    struct flow_json_errors *errors);

#endif
