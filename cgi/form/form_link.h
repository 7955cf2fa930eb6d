/*
 * form_link.h - links that set a password: invitations and resets.
 *
 * A link holds a token of 256 bits; stored is its hash, with an end, and it is
 * good once. Making one ends those made before. Who asks for a reset is told
 * the same whether there is such a person or not.
 */
#ifndef RT_CGI_FORM_FORM_LINK_H
#define RT_CGI_FORM_FORM_LINK_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/db/db_user_token.h"

#define FORM_LINK_INVITE_US (7 * RT_DAY_US)
#define FORM_LINK_RESET_US  (2 * RT_HOUR_US)
#define FORM_LINK_MAX       320 /* an absolute address, with its NUL */

/* Makes one for the user, and a mail when the installation sends any. In a
 * transaction. */
RT_MUST_USE enum err form_link_make(const struct req *r, struct user_id user,
    enum user_token_kind kind, char out[FORM_LINK_MAX]);
/* Whether this installation sends mail. */
bool form_link_mails(const struct req *r);

/* GET, POST /invite/{token} and /reset/{token}: the password is set. */
RT_MUST_USE enum err form_link_invite(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_link_invite_post(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err form_link_reset(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_link_reset_post(const struct req *r,
    struct resp *out);
/* POST from a tab that was open before another one signed in or out: the form
 * again with 403; nothing is set. */
RT_MUST_USE enum err form_link_invite_stale(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err form_link_reset_stale(const struct req *r,
    struct resp *out);
/* GET, POST /reset: asks for a link by mail. */
RT_MUST_USE enum err form_link_ask(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_link_ask_post(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_link_ask_stale(const struct req *r, struct resp *out);

#endif
