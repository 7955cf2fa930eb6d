/*
 * fail_alloc.h - makes the n-th allocation of our own objects fail.
 *
 * Linked into every test program with -Wl,--wrap. Vendor libraries keep their
 * allocator. With threads, the n-th of whichever thread it is.
 *
 *	for (unsigned n = 0;; n++) {
 *		fail_alloc_after(n);
 *		e = thing_new(&t);
 *		if (!fail_alloc_end())
 *			break;		// n was never reached: it succeeded
 *		assert_int_equal(e, ERR_NOMEM);
 *	}
 */
#ifndef RT_TESTS_FAIL_ALLOC_H
#define RT_TESTS_FAIL_ALLOC_H

#include <stdbool.h>

/* The next n allocations pass, all after them fail. */
void fail_alloc_after(unsigned int n);
/* Back to normal. True when an allocation was made to fail. */
bool fail_alloc_end(void);

#endif
