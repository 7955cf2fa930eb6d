/*
 * thing_user.h - /settings/users: who has access to the company shown.
 *
 * Nobody gives more than they have themselves, nor changes somebody who has
 * more; a role in all companies is given and taken only by those who have one.
 * Nobody changes their own role, and the account's last owner stays.
 */
#ifndef RT_CGI_FORM_THING_USER_H
#define RT_CGI_FORM_THING_USER_H

#include "cgi/form/form_link.h"
#include "cgi/form/thing.h"

extern const struct thing thing_user;

/* POST /settings/users/{id}/link: a link that sets the password, shown once.
 * For people who never signed in and have a role here alone; for others only
 * by those with a role in all companies that is at least as high. 403. */
RT_MUST_USE enum err thing_user_link(const struct req *r, struct resp *out);
/* POST /settings/users/{id}/enable, /disable, /second: the whole sign-in, so
 * only by those who may make a link. */
RT_MUST_USE enum err thing_user_enable(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_user_disable(const struct req *r, struct resp *out);
RT_MUST_USE enum err thing_user_second_off(const struct req *r,
    struct resp *out);

/* In a transaction: their sign-in is switched on or off. ERR_DENIED: that is
 * more than r may; ERR_CONFLICT: the account would have no owner. */
RT_MUST_USE enum err thing_user_switch(const struct req *r, struct user_id user,
    bool on);
/* In a transaction: a link by which somebody who has no password yet sets one.
 * ERR_CONFLICT: they have; ERR_DENIED: that is more than r may. */
RT_MUST_USE enum err thing_user_invite(const struct req *r, struct user_id user,
    char link[FORM_LINK_MAX]);

#endif
