/*
 * form_audit.h - one line of the audit log for a change that a person makes.
 *
 * In the transaction of the change. Texts are JSON, or empty.
 */
#ifndef RT_CGI_FORM_AUDIT_H
#define RT_CGI_FORM_AUDIT_H

#include "cgi/web/req.h"

struct form_audit {
	const char *action;    /* "prompt.add" */
	const char *kind;      /* "prompt" */
	const uint8_t *object; /* ID_BYTES */
	struct slice before;
	struct slice after;
};

/* Errors as db.h. */
RT_MUST_USE enum err form_audit(const struct req *r,
    const struct form_audit *a);

#endif
