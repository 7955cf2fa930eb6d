/*
 * api_hook.h - what webhooks were sent: tried, seen, sent again.
 *
 *	POST /api/v1/webhooks/{id}/test         202: an event of the kind test
 *	GET  /api/v1/webhooks/{id}/deliveries   newest first; ?state=parked
 *	POST /api/v1/webhooks/{id}/replay       {event_id} | {from, to, parked?}
 *	                                        -> {replayed}
 */
#ifndef RT_CGI_API_API_HOOK_H
#define RT_CGI_API_API_HOOK_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_hook_test(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_hook_deliveries(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_hook_replay(const struct req *r, struct resp *out);

#endif
