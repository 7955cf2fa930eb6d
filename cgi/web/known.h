/*
 * known.h - browsers in which somebody was let in before.
 *
 * Failed sign-ins are counted by e-mail address, and anybody may fail with
 * somebody else's. So that a stranger cannot keep a person out, a browser in
 * which a sign-in, or a link that sets a password, went well holds a cookie
 * that says so for that person; its failures are counted by themselves. It lets
 * nobody in. In it are a name by chance and an HMAC of that and the person
 * under the hash of the password: nothing is stored, and a new password ends
 * them all.
 */
#ifndef RT_CGI_WEB_KNOWN_H
#define RT_CGI_WEB_KNOWN_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/db/db_login.h"
#include "lib/db/db_user.h"

/* user: with its hash of now. */
RT_MUST_USE enum err known_offer(const struct req *r, struct resp *out,
    const struct user_row *user);

/* Whose count the failures of a sign-in are: the browser's, when it is known
 * for that user, else the e-mail address'. */
struct known_count {
	enum login_subject kind;
	struct slice subject; /* of the request's arena */
};

/* user: who has that address, or an empty row. */
RT_MUST_USE enum err known_count(const struct req *r,
    const struct user_row *user, struct slice email, struct known_count *out);
/* The same of the network that a request comes from: an IPv4 address, or the
 * /64 of an IPv6 one, as who has one has all of that. In mem, or the
 * request's. */
#define KNOWN_NETWORK_MAX 64
struct slice known_network(const struct req *r, char mem[KNOWN_NETWORK_MAX]);
/* An address in lower case: one count whatever the spelling. */
RT_MUST_USE enum err known_fold(const struct req *r, struct slice email,
    struct slice *out);

#endif
