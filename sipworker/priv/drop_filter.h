/*
 * drop_filter.h - which system calls each process may make (seccomp).
 */
#ifndef RT_PRIV_DROP_FILTER_H
#define RT_PRIV_DROP_FILTER_H

#include "lib/base/err.h"
#include "sipworker/priv/msg.h"

/* In force for this process, its threads and children from now on. ERR_IO:
 * logged. */
RT_MUST_USE enum err drop_filter(enum msg_role role);

#endif
