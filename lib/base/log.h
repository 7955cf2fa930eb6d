/*
 * log.h - one line an event, to standard error, for people and for grep.
 *
 *   2026-11-20T13:34:05.123456Z info sipworker: call: answered call=cal_01...
 *
 * A line is one write(2), so lines of threads and processes do not mix. Lines
 * longer than LOG_LINE_MAX are cut; control bytes become '?'. Messages begin
 * with their module and hold ids, never tokens, passwords or whole phone
 * numbers. Thread-safe after log_open().
 */
#ifndef RT_BASE_LOG_H
#define RT_BASE_LOG_H

#include "lib/base/rt.h"

#define LOG_LINE_MAX 1024

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR
};

/* By its name, "debug" to "error"; anything else is LOG_INFO. */
enum log_level log_level_of(const char *name);

/* program must stay valid for ever (a literal). fd is borrowed. */
void log_open(const char *program, int fd, enum log_level least);

/* A context such as "req=01h..." that this thread's lines carry from now on;
 * NULL clears it. Borrowed. */
void log_context(const char *context);

void log_debug(const char *fmt, ...) RT_PRINTF(1, 2);
void log_info(const char *fmt, ...) RT_PRINTF(1, 2);
void log_warn(const char *fmt, ...) RT_PRINTF(1, 2);
void log_error(const char *fmt, ...) RT_PRINTF(1, 2);
/* An error followed by the text of errno, which it preserves. */
void log_sys(const char *fmt, ...) RT_PRINTF(1, 2);

#endif
