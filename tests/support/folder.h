/*
 * folder.h - empty folders below RT_TEST_DIR, and small files in them.
 */
#ifndef RT_TESTS_SUPPORT_FOLDER_H
#define RT_TESTS_SUPPORT_FOLDER_H

#include <stddef.h>

/* A new one, open; it goes with the test's own folder. */
int folder_new(void);
/* The whole of a file that is not empty and shorter than cap: its bytes. */
size_t folder_read(int dir, const char *name, char *out, size_t cap);
/* A file of just these bytes, whether it was there or not. */
void folder_write(int dir, const char *name, const char *p, size_t n);

#endif
