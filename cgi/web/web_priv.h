/*
 * web_priv.h - an answer in two steps, for web.c and web_answer.c.
 */
#ifndef RT_CGI_WEB_WEB_PRIV_H
#define RT_CGI_WEB_WEB_PRIV_H

#include "cgi/web/web.h"

/* Of a request under way. */
struct web_answering {
	int64_t start_us; /* monotonic */
	struct route_match match;
	struct req_wrong wrong;
};

/* web_answer(), but for handlers that may wait: false when this one does. */
RT_MUST_USE bool web_answer_begin(const struct web_conf *conf, struct req *r,
    const struct req_source *src, struct resp *out, struct web_answering *a);
/* Goes on with one that waited. False: it has to wait on (only when late). */
RT_MUST_USE bool web_answer_resume(const struct web_conf *conf,
    struct resp *out, struct web_answering *a, bool late);

#endif
