/*
 * page_way.h - a call's way through its flow in words, for the call's page:
 * "Mon 09:12 New York: inside Office hours → Sales team, round robin, second of
 * three → answered".
 *
 * Told with the document of the version that the call ran; where the call went
 * on in another flow, the words end there.
 */
#ifndef RT_CGI_PAGE_PAGE_WAY_H
#define RT_CGI_PAGE_PAGE_WAY_H

#include "cgi/page/page_story.h"
#include "cgi/web/req.h"

/* way (a flag) and way_text. ERR_NOMEM; errors as db.h. */
RT_MUST_USE enum err page_way_view(const struct req *r,
    const struct page_story *s, struct view *v);

#endif
