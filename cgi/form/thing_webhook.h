/*
 * thing_webhook.h - /settings/webhooks: where the company wants to be told of
 * what happens; a test, and what was sent.
 */
#ifndef RT_CGI_FORM_THING_WEBHOOK_H
#define RT_CGI_FORM_THING_WEBHOOK_H

#include "cgi/form/thing.h"

extern const struct thing thing_webhook;

/* POST /settings/webhooks/{id}/test: an event of its own is sent. */
RT_MUST_USE enum err thing_webhook_test(const struct req *r, struct resp *out);
/* GET /settings/webhooks/{id}/log?state=parked&before=seq: newest first. */
RT_MUST_USE enum err thing_webhook_log(const struct req *r, struct resp *out);
/* POST /settings/webhooks/{id}/replay: event evt_..., or what=parked or all
 * of the last 30 days. */
RT_MUST_USE enum err thing_webhook_replay(const struct req *r,
    struct resp *out);

#endif
