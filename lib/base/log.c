#include "lib/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clk.h"

static const char *log_program = "ringtrace";
static int log_fd = STDERR_FILENO;
static enum log_level log_least = LOG_INFO;
static _Thread_local const char *log_ctx;

void log_open(const char *program, int fd, enum log_level least)
{
	log_program = program;
	log_fd = fd;
	log_least = least;
}

void log_context(const char *context)
{
	log_ctx = context;
}

static const char *const level_names[] = { "debug", "info", "warn", "error" };

enum log_level log_level_of(const char *name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0)
			return (enum log_level)i;
	}
	return LOG_INFO;
}

static void clean(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)line[i];

		if (c < 0x20 || c == 0x7f)
			line[i] = '?';
	}
}

static size_t append(char *line, size_t n, const char *fmt, ...)
    RT_PRINTF(3, 4);

static size_t append(char *line, size_t n, const char *fmt, ...)
{
	va_list ap;
	int more;

	va_start(ap, fmt);
	more = vsnprintf(line + n, LOG_LINE_MAX - n, fmt, ap);
	va_end(ap);
	if (more < 0)
		return n;
	return (size_t)more >= LOG_LINE_MAX - n ? LOG_LINE_MAX - 1
						: n + (size_t)more;
}

static void emit(enum log_level level, int errnum, const char *fmt, va_list ap)
    RT_PRINTF(3, 0);

static void emit(enum log_level level, int errnum, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX + 1];
	char when[CLK_RFC3339_MAX];
	char why[128] = "";
	size_t n;
	int more;

	if (level < log_least)
		return;
	clk_rfc3339(clk_wall_us(), when);
	n = append(line, 0, "%s %s %s: ", when, level_names[level],
	    log_program);
	more = vsnprintf(line + n, LOG_LINE_MAX - n, fmt, ap);
	if (more > 0)
		n = (size_t)more >= LOG_LINE_MAX - n ? LOG_LINE_MAX - 1
						     : n + (size_t)more;
	if (errnum != 0 && strerror_r(errnum, why, sizeof(why)) == 0)
		n = append(line, n, ": %s", why);
	if (log_ctx != NULL)
		n = append(line, n, " %s", log_ctx);
	clean(line, n);
	line[n++] = '\n';
	/* Nowhere to report a log that cannot be written. */
	if (write(log_fd, line, n) < 0)
		return;
}

#define LOG_FUNCTION(name, level, errnum)       \
	void name(const char *fmt, ...)         \
	{                                       \
		const int saved = errno;        \
		va_list ap;                     \
                                                \
		va_start(ap, fmt);              \
		emit(level, (errnum), fmt, ap); \
		va_end(ap);                     \
		errno = saved;                  \
	}

LOG_FUNCTION(log_debug, LOG_DEBUG, 0)
LOG_FUNCTION(log_info, LOG_INFO, 0)
LOG_FUNCTION(log_warn, LOG_WARN, 0)
LOG_FUNCTION(log_error, LOG_ERROR, 0)
LOG_FUNCTION(log_sys, LOG_ERROR, saved)
