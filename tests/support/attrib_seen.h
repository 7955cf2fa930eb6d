/*
 * attrib_seen.h - candidates for a call at ATTRIB_NOW_US, and what
 * lib/core/attrib says of them.
 */
#ifndef RT_TESTS_SUPPORT_ATTRIB_SEEN_H
#define RT_TESTS_SUPPORT_ATTRIB_SEEN_H

#include "lib/core/attrib.h"

#define ATTRIB_NOW_US (INT64_C(1790000000) * RT_SEC_US)

/* A visit of a visitor of its own, from google, cpc, campaign "x", whose number
 * was shown a minute before it was last seen. */
struct attrib_candidate attrib_seen(uint8_t id, int64_t ago_s);

/* Without anything that was learnt, at the usual threshold. */
extern const struct attrib_ask attrib_plain;

struct attrib_verdict attrib_judge_as(const struct attrib_candidate *c,
    size_t n, const struct attrib_ask *ask);
struct attrib_verdict attrib_judge(const struct attrib_candidate *c, size_t n);

#endif
