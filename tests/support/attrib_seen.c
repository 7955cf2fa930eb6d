#include "tests/support/attrib_seen.h"

#include "tests/support/cm.h"

struct attrib_candidate attrib_seen(uint8_t id, int64_t ago_s)
{
	struct attrib_candidate c = { 0 };

	c.lease.v[15] = c.visit.v[15] = c.visitor.v[15] = id;
	c.shown_us = ATTRIB_NOW_US - (ago_s + 60) * RT_SEC_US;
	c.seen_us = ATTRIB_NOW_US - ago_s * RT_SEC_US;
	c.source = SLICE("google");
	c.medium = SLICE("cpc");
	c.campaign = SLICE("x");
	return c;
}

const struct attrib_ask attrib_plain = { .call_us = ATTRIB_NOW_US,
	.threshold_bp = ATTRIB_THRESHOLD_BP };

struct attrib_verdict attrib_judge_as(const struct attrib_candidate *c,
    size_t n, const struct attrib_ask *ask)
{
	struct attrib_verdict v;

	assert_int_equal(attrib_decide(c, n, ask, &v), ERR_OK);
	return v;
}

struct attrib_verdict attrib_judge(const struct attrib_candidate *c, size_t n)
{
	return attrib_judge_as(c, n, &attrib_plain);
}
