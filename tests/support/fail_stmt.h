/*
 * fail_stmt.h - makes the n-th statement of a verb of lib/db fail.
 *
 * Linked into every test program with -Wl,--wrap, for stmt_begin() and
 * for what begins and ends transactions. A verb that fails leaves nothing
 * behind, so it may simply be asked again: FAIL_STMT_OK() tries it with each of
 * its statements failing before it lets it through. Not for verbs within a
 * transaction of the test, which would be half done, nor for what another
 * thread is to notice.
 */
#ifndef RT_TESTS_SUPPORT_FAIL_STMT_H
#define RT_TESTS_SUPPORT_FAIL_STMT_H

#include <stdbool.h>

/* Of this thread's next statements n pass, the one after them fails, and those
 * after that pass again. */
void fail_stmt_after(unsigned int n);
/* Back to normal. True when one was made to fail. */
bool fail_stmt_end(void);

/* A place in a loop of hundreds learns nothing new by then. */
#define FAIL_STMT_TIMES 50

/* The call is evaluated several times, and succeeds once. */
#define FAIL_STMT_OK(call)                                 \
	do {                                               \
		static unsigned int fail_times;            \
		enum err fail_e;                           \
		unsigned int fail_n = 0;                   \
		bool fail_hit = false;                     \
                                                           \
		do {                                       \
			if (fail_times < FAIL_STMT_TIMES)  \
				fail_stmt_after(fail_n++); \
			fail_e = (call);                   \
			fail_hit = fail_stmt_end();        \
		} while (fail_hit && fail_e != ERR_OK);    \
		fail_times++;                              \
		assert_int_equal(fail_e, ERR_OK);          \
	} while (0)

/* The same one time in sixteen, by a counter of the caller's: for hundreds of
 * questions that differ in little. */
#define FAIL_STMT_AT_TIMES(turn, call)                    \
	do {                                              \
		if ((turn)++ % 16 == 0)                   \
			FAIL_STMT_OK(call);               \
		else                                      \
			assert_int_equal((call), ERR_OK); \
	} while (0)

#endif
