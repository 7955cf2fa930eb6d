/*
 * lines.h - memory as other processes share it: whole cache lines, zeroed.
 */
#ifndef RT_TESTS_SUPPORT_LINES_H
#define RT_TESTS_SUPPORT_LINES_H

#include <stddef.h>

/* n bytes, or some more; malloc() promises a quarter of a line only. For
 * free(). */
void *lines_new(size_t n);

#endif
