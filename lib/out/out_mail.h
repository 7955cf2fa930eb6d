/*
 * out_mail.h - hands one mail to an SMTP server.
 *
 * The server is the operator's own choice (settings), so its address may be
 * private. With a password the connection must be encrypted; without one it is
 * when the server offers it.
 */
#ifndef RT_OUT_OUT_MAIL_H
#define RT_OUT_OUT_MAIL_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define OUT_MAIL_WHY_MAX 160

struct out_mail_server {
	const char *url; /* smtp://host[:port] or smtps://host[:port] */
	const char *user;
	const char *password; /* "": no sign-in */
	const char
	    *ca_file; /* authorities beside the system's; NULL, "": none */
	int64_t timeout_us;
};

/* from and to are bare addresses (out_mime_address()); mail is what
 * out_mime_write() made. ERR_OK: the server has taken it over. ERR_RANGE: it
 * refused this mail for good (5xx); ERR_UNAVAILABLE: it did not take it now.
 * why is written in any case, "" when all went well. */
RT_MUST_USE enum err out_mail_send(const struct out_mail_server *s,
    struct slice from, struct slice to, struct slice mail,
    char why[OUT_MAIL_WHY_MAX]);

#endif
