#include "cgi/api/api_head.h"

#include "lib/base/rt.h"

bool api_head_unversioned(const struct req *r, struct resp *out, enum err *e)
{
	if (!req_env_sent(r, "HTTP_IF_MATCH"))
		return true;
	*e = resp_problem(out, 400,
	    "There are no versions here that If-Match could name.");
	return false;
}

bool api_head_known(const struct req *r, struct resp *out, enum err *e)
{
	static const struct {
		const char *env;
		const char *why;
	} heads[] = {
		{ "HTTP_IF_MATCH", "If-Match is empty: a version, or \"*\"." },
		{ "HTTP_IDEMPOTENCY_KEY",
		    "Idempotency-Key is empty: a text, or leave it out." },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(heads); i++)
		if (req_env_sent(r, heads[i].env) &&
		    slice_trim(req_env(r, heads[i].env)).n == 0) {
			*e = resp_problem(out, 400, heads[i].why);
			return false;
		}
	return r->method != REQ_POST || api_head_unversioned(r, out, e);
}
