/*
 * ctl_audit.h - the audit log, as the operator's command writes it: without a
 * user, with the name of the system's account that ran it.
 */
#ifndef RT_CTL_AUDIT_H
#define RT_CTL_AUDIT_H

#include "ctl/ctl_scope.h"
#include "lib/base/buf.h"

struct ctl_audit {
	struct account_id account;
	struct company_id company; /* nil: about the account itself */
	struct user_id user;       /* nil: the operator */
	const char *action;        /* "number.add" */
	const char *kind;
	const uint8_t *object; /* ID_BYTES */
	/* What was set: name and text in turns, NULL after the last. A NULL
	 * text is left out. */
	const char *const *pairs;
};

/* In the transaction of the change. ERR_TOOBIG: more than a line holds. */
RT_MUST_USE enum err ctl_audit_add(struct ctl_scope *s,
    const struct ctl_audit *a);

#endif
