/*
 * flowtry.h - tries a flow: one case, from a world of things it may name to a
 * list of what happened, in words.
 *
 * The world is a small snapshot (flowsnap.h): of a company, with the draft in
 * place of the version that is live; or of a file alone, in which every prompt
 * and destination is believed. The call itself is lib/core/flow_sim.
 */
#ifndef RT_FLOW_FLOWTRY_H
#define RT_FLOW_FLOWTRY_H

#include "lib/db/db.h"
#include "lib/flow/flowsnap.h"
#include "lib/json/flow_case.h"
#include "lib/json/flow_titles.h"

#define FLOWTRY_LINES_MAX 2000
#define FLOWTRY_FAILS_MAX 10

struct flowtry {
	struct arena *mem;
	struct buf bytes;
	struct snap snap;
	uint32_t flow;             /* its row */
	struct slice zone;         /* of the clock on the wall */
	struct slice home;         /* the company's; "": as on the wall */
	struct flow_titles titles; /* of its steps */
};

/* What happened, as the simulator's page and the operator's command show it. */
enum flowtry_what {
	FLOWTRY_ENTERS,   /* step */
	FLOWTRY_LEAVES,   /* step, way: the branch's name; text: in words */
	FLOWTRY_SAYS,     /* step, text: something else worth a word */
	FLOWTRY_ANSWERS,  /* the caller is connected to us */
	FLOWTRY_HEARS,    /* caller; text: prompt's key; "ringback" */
	FLOWTRY_STOPS,    /* caller: it is cut short */
	FLOWTRY_WHISPERS, /* called side; text: prompt's key, to: who */
	FLOWTRY_RINGS,    /* to: who */
	FLOWTRY_CANCELS,  /* to: who */
	FLOWTRY_TALKS,    /* to: who */
	FLOWTRY_RECORDS,  /* from now on */
	FLOWTRY_KEYS,     /* text: what the caller pressed */
	FLOWTRY_MESSAGE,  /* voicemail begins */
	FLOWTRY_KEPT,     /* text: "20 s", or "thrown away" */
	FLOWTRY_TAGS,     /* text */
	FLOWTRY_OUTCOME,  /* text */
	FLOWTRY_STORES,   /* text: name and digits */
	FLOWTRY_ENDS,     /* text: how */
	FLOWTRY_WHAT_COUNT
};

struct flowtry_line {
	int64_t at_us; /* since the call came in */
	enum flowtry_what what;
	struct slice step; /* key; of the flow tried, or "" in another */
	struct slice way;
	struct slice text;
	struct slice to; /* target, as in the flow */
};

struct flowtry_report {
	struct flow_sim_result sim;
	struct flowtry_line *lines;
	size_t n_lines;
	/* "Mon 09:12 New York: inside Office hours -> ..." */
	struct slice words;
	struct slice fails[FLOWTRY_FAILS_MAX]; /* of what was expected */
	size_t n_fails;
};

/* id nil: a flow that is not saved yet. zone: in which cases will say their
 * time, "" the company's; steps go by the company's all the same. ERR_SYNTAX:
 * the document has errors, *errors says which. Errors as db.h. End with
 * flowtry_close(). */
RT_MUST_USE enum err flowtry_company(struct flowtry *t, struct db *db,
    struct company_id company, struct flow_id id, struct slice document,
    struct slice zone, struct arena *mem, struct flow_json_errors *errors);
/* A document alone. zone "": UTC. */
RT_MUST_USE enum err flowtry_file(struct flowtry *t, struct slice document,
    struct slice zone, struct arena *mem, struct flow_json_errors *errors);
void flowtry_close(struct flowtry *t);

/* names: see flow_words.h; NULL: the document's own titles. Everything in *out
 * is in t's arena. ERR_NOTFOUND: the case is about another zone than the world;
 * ERR_NOMEM. */
RT_MUST_USE enum err flowtry_run(const struct flowtry *t,
    const struct flow_case *c, const struct flow_words_names *names,
    struct flowtry_report *out);

/* Tries n cases of any zones, in order, and says each; report NULL: there is no
 * such zone. each() returns ERR_OK to go on; its report is gone when it
 * returns. Errors as flowtry_company(), and each()'s own. */
struct flowtry_each {
	enum err (*each)(void *arg, const struct flow_case *c,
	    const struct flowtry_report *report);
	void *arg;
};
RT_MUST_USE enum err flowtry_cases(struct db *db, struct company_id company,
    struct flow_id id, struct slice document, const struct flow_case *cases,
    size_t n, const struct flowtry_each *each, struct flow_json_errors *errors);

const char *flowtry_what_name(enum flowtry_what what);

#endif
