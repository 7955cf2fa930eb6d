/*
 * rt.h - what every file of the house may count on.
 *
 * Attributes, array lengths and the few integers limits that several rooms
 * share. Holds no functions and includes only freestanding headers.
 */
#ifndef RT_BASE_RT_H
#define RT_BASE_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_MUST_USE __attribute__((warn_unused_result))
#define RT_PRINTF(fmt_arg, first_arg) \
	__attribute__((format(printf, fmt_arg, first_arg)))
#define RT_NORETURN __attribute__((noreturn))

#define RT_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* One second, minute, hour and day in microseconds, the unit of all times. */
#define RT_SEC_US  INT64_C(1000000)
#define RT_MIN_US  (60 * RT_SEC_US)
#define RT_HOUR_US (60 * RT_MIN_US)
#define RT_DAY_US  (24 * RT_HOUR_US)

#endif
