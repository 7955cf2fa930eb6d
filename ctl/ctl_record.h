/*
 * ctl_record.h - how a number is recorded: off, after a notice, or silently.
 *
 * Silently, so without a notice to the caller, only when an owner of the
 * company says why. The reason is in the audit log, written in the transaction
 * of the number.
 */
#ifndef RT_CTL_RECORD_H
#define RT_CTL_RECORD_H

#include "ctl/ctl_scope.h"
#include "lib/db/db_number.h"

struct ctl_record {
	const char *how;   /* "off", "notice", "silent" */
	const char *owner; /* an owner's email, for silent */
	const char *why;
};

/* Sets record and record_confirmed_by of row. What is wrong is said. */
RT_MUST_USE enum err ctl_record_choose(struct ctl_scope *s,
    struct company_id company, const struct ctl_record *o,
    struct number_row *row);

/* Tells the audit log what was chosen, and of a silent row who and why. */
RT_MUST_USE enum err ctl_record_audit(struct ctl_scope *s,
    struct company_id company, struct account_id account,
    const struct ctl_record *o, const struct number_row *row);

#endif
