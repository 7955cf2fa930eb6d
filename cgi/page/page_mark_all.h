/*
 * page_mark_all.h - /calls/mark: an outcome or a tag on every call that the
 * filters of the log find, however many.
 *
 * Query: the period and the filters, as the log has them. The form is sent
 * piece by piece: each answer marks for PAGE_MARK_ALL_US, from the newest call
 * to the oldest, and holds the form for the next piece, which a script sends
 * by itself and a person by a button. A call is marked in a transaction of its
 * own, so a piece that is sent twice, or given up, leaves nothing half done.
 */
#ifndef RT_CGI_PAGE_PAGE_MARK_ALL_H
#define RT_CGI_PAGE_PAGE_MARK_ALL_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define PAGE_MARK_ALL_US (2 * RT_SEC_US)

/* GET: how many they are, and what may be put on them. */
RT_MUST_USE enum err page_mark_all(const struct req *r, struct resp *out);
/* POST: a piece. Fields: act (outcome, spam, tag), outcome or tag; and, but for
 * the first piece, before: where the last one ended, seen and changed. */
RT_MUST_USE enum err page_mark_all_post(const struct req *r, struct resp *out);

#endif
