/*
 * recname.h - the name of a call's recording, below the recordings' directory:
 * "<company>/<yyyy-mm-dd>/<call>.wav", the day in UTC. Pure.
 *
 * Whoever knows a call knows the name of its file, so that a recording is found
 * also when nobody lived to say that there is one.
 */
#ifndef RT_CORE_RECNAME_H
#define RT_CORE_RECNAME_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/id.h"

#define RECNAME_MAX 127

/* opened_us: when the call came, wall time. */
void recname_make(struct company_id company, struct call_id call,
    int64_t opened_us, char out[RECNAME_MAX + 1]);
/* ERR_SYNTAX: no such name. The day is not looked at. */
RT_MUST_USE enum err recname_parse(struct slice name,
    struct company_id *company, struct call_id *call);

#endif
