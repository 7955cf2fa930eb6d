/*
 * ctl_tail.h - follows a program's log file and shows what is new.
 *
 * Programs write to files, never to a pipe, so that a stalled terminal can
 * stall no call. The supervisor shows their lines, each behind the program's
 * name (ctl_say.h). A file that grew past CTL_TAIL_MAX_BYTES becomes
 * <name>.log.1 and begins again.
 */
#ifndef RT_CTL_TAIL_H
#define RT_CTL_TAIL_H

#include "lib/base/err.h"

#define CTL_TAIL_MAX_BYTES ((off_t)32 * 1024 * 1024)
#define CTL_TAIL_LINE_MAX  1024

#include <sys/types.h>

struct ctl_tail {
	const char *name; /* borrowed */
	int dirfd;        /* of the log folder, borrowed */
	int fd;           /* append and read; -1: not open */
	off_t shown;      /* bytes already shown */
	bool all;         /* false: only warnings and errors */
	char line[CTL_TAIL_LINE_MAX];
	size_t line_n;
	char last[CTL_TAIL_LINE_MAX]; /* newest line that was kept */
};

/* Opens <name>.log in the folder dirfd for appending; earlier contents are not
 * shown again. name is at most 40 bytes. ERR_IO: logged here. */
RT_MUST_USE enum err ctl_tail_open(struct ctl_tail *t, int dirfd,
    const char *name, bool all);
/* Shows whole new lines on standard error. */
void ctl_tail_show(struct ctl_tail *t);
void ctl_tail_close(struct ctl_tail *t);

#endif
