/*
 * evidence.h - why a call was credited as it is, read back: what
 * attrib_evidence() wrote, by whatever version of the rule.
 *
 * Older rules wrote less, and a row may have been written by hand: what is not
 * there has a value that says so, what cannot be is an error. Texts are
 * borrowed from the document (lib/json/json_in). Pure.
 */
#ifndef RT_JSON_EVIDENCE_H
#define RT_JSON_EVIDENCE_H

#include "lib/json/json_in.h"

#define EVIDENCE_DEPTH    8
#define EVIDENCE_TEXT_MAX 4096 /* bytes of one text */

struct evidence {
	int64_t law; /* -1: not said */
	int64_t none_bp;
	int64_t older; /* visits that are counted, not listed */
	int64_t older_bp;
	bool older_about;  /* older is an estimate */
	int64_t shared_bp; /* the telephone is one of many people */
	int64_t dialled_s; /* the caller's first call to it; -1: this one */
	const struct json_node *candidates; /* likeliest first */
	const struct json_node *sources;
};

/* One of candidates, or of sources: these have no more than bp, source and
 * medium, and of rules before the seventh campaign. What ends in _s counts back
 * from the call. */
struct evidence_one {
	int64_t bp;
	int64_t seen_s;
	int64_t tel_s;      /* -1: the link was not touched */
	int64_t overflow_s; /* -1: it had a number of its own */
	int64_t caller_bp;  /* how surely the caller's earlier call was so */
	struct slice visit; /* these six: "" not said */
	struct slice lease;
	struct slice caller; /* same, other, unknown */
	struct slice place;  /* the same */
	struct slice use;    /* used, unused, unknown */
	struct slice source;
	struct slice medium;
	struct slice campaign;
};

/* ERR_NOTFOUND, ERR_SYNTAX, ERR_RANGE, ERR_TOOBIG: as json_in says them. */
RT_MUST_USE enum err evidence_read(const struct json_node *root,
    struct evidence *out);
RT_MUST_USE enum err evidence_read_one(const struct json_node *n,
    struct evidence_one *out);

#endif
