/*
 * ctl_say.h - lines for the terminal of whoever runs us, which may take none:
 * somebody pressed Ctrl-S, a pager waits, the program that began us does not
 * read on.
 *
 * A supervisor that waited for it would neither start again what died nor hear
 * Ctrl-C. So all lines of a round wait for CTL_SAY_WAIT_MS together; the others
 * are left out, and whoever reads again is told how many they were. They stand
 * in the log files. For one thread.
 */
#ifndef RT_CTL_CTL_SAY_H
#define RT_CTL_CTL_SAY_H

#include "lib/base/log.h"

#define CTL_SAY_WAIT_MS 200

/* Once, for standard error; our own log lines do not wait from now on, either.
 */
void ctl_say_open(enum log_level least);
/* A line with its end. */
void ctl_say(const char *line, size_t n);
/* A round begins: tells of the lines that were left out. */
void ctl_say_round(void);

#endif
