/*
 * cm.h - cmocka with the headers it wants included before it.
 */
#ifndef RT_TESTS_CM_H
#define RT_TESTS_CM_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
